//! What ranges of the catalog mean: every point with each ranged value at its ends, and with all of them there.
//!
//! A run differs from its point in nothing but the values of its system, so whatever `run` does with a point is
//! done with each of its variants.

use super::point::{self, PointOutcome};
use super::rates::rates;
use super::variants::{Setting, Variants};
use super::watch::Watch;
use super::{EngineOptions, ProgressEvent, RunError, RunOptions, assumptions, break_even, in_pool};
use crate::file::{Point, Scenario, Workload};
use crate::report::{
    ALL_VALUES, BASE, ENVELOPE, Envelope, FailedVariant, Output, Per, PointResult, RateMetric, SCHEMA,
    SensitivityEnd, SensitivityPoint, SensitivityReport, SensitivityValue, TimeMetric, number,
};
use copperlight_topologies::{End, RangedValue, System};
use rayon::prelude::*;
use std::iter;

/// How to look at ranges.
#[derive(Debug, Clone, Default)]
pub struct SensitivityOptions {
    /// How to run.
    pub run: RunOptions,
    /// By what tokens per second systems are compared.
    pub per: Per,
    /// The parameters whose break-even is sought, such as `systems[1].chip.peak_bf16`; none for the one that decides
    /// each comparison.
    pub break_even: Vec<String>,
}

/// Figures of one run.
#[derive(Clone, Copy, Default)]
pub(super) struct Measured {
    time: Option<f64>,
    rate: Option<f64>,
    /// Of all chips.
    pub(super) tokens_per_second: Option<f64>,
    /// Of all chips.
    pub(super) peak_tflops: Option<f64>,
}

/// What one run has shown, or why it has shown nothing.
type Shown = Result<Measured, String>;

/// A point and its variants.
pub(super) type Varied<'a> = (&'a Point, Variants<'a>);

/// A point and what each of its variants has shown.
pub(super) struct PointRuns<'a> {
    pub(super) point: &'a Point,
    pub(super) variants: Variants<'a>,
    /// The base's result, which says what was swept.
    pub(super) result: PointResult,
    /// In the order of the settings of `variants`.
    pub(super) shown: Vec<Shown>,
}

impl PointRuns<'_> {
    /// What a run has shown, if anything.
    pub(super) fn measured(&self, setting: &Setting) -> Option<Measured> {
        self.shown[self.variants.index_of(setting)].as_ref().ok().copied()
    }
}

/// The base of a point.
struct Base {
    result: PointResult,
    notes: Vec<String>,
    shown: Shown,
}

/// Runs every point of a scenario with each ranged value at its low and its high end, all others as they are, and
/// then with all at their low and all at their high ends; holds the first system against the others, and finds where
/// the winner changes.
///
/// A variant that cannot run is a part of the report, with the reason. So is a point that does not fit in memory.
///
/// # Errors
/// [`RunError`] names the point that cannot run with every value as it is, and why, or the parameter that is none.
pub fn sensitivity(
    scenario: &Scenario,
    options: &SensitivityOptions,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<SensitivityReport, RunError> {
    let points: Result<Vec<Point>, RunError> =
        (0..scenario.point_count()).map(|index| Ok(scenario.point(index)?)).collect();
    let points = points?;
    points.iter().try_for_each(point::check)?;
    break_even::check(scenario, &options.break_even)?;
    let (runs, notes) = run_all(&points, options.run, progress)?;
    Ok(SensitivityReport {
        schema: SCHEMA,
        scenario: scenario.name.clone(),
        label: ENVELOPE,
        comparisons: break_even::compare(&runs, options, progress)?,
        points: runs.into_iter().map(report_point).collect(),
        warnings: assumptions::warnings(scenario),
        notes,
    })
}

/// Every variant of every point, and what a reader should know of those bases that have shown something.
fn run_all<'a>(
    points: &'a [Point],
    options: RunOptions,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<(Vec<PointRuns<'a>>, Vec<String>), RunError> {
    let points: Vec<Varied<'_>> = points.iter().map(varied).collect();
    progress(ProgressEvent::Started { parts: points.iter().map(|(_, of)| of.settings.len()).sum() });
    let run = |(point, variants): &Varied<'_>, setting: &Setting| {
        let outcome = variants.at(setting).and_then(|system| run_on(point, system, options.engine));
        let place = number::chips(point.chips as u64);
        let (system, setting) = (&point.system_name, variants.describe(setting));
        progress(ProgressEvent::Finished { what: format!("{system} on {place}, {setting}") });
        outcome
    };
    let bases: Result<Vec<PointOutcome>, RunError> = in_pool(options.threads, || {
        points.par_iter().map(|varied| run(varied, &varied.1.settings[0])).collect()
    })?;
    let bases: Vec<Base> = bases?.into_iter().map(Base::of).collect();
    let others = points.iter().zip(&bases);
    let others: Vec<_> = others
        .flat_map(|(varied, base)| varied.1.settings[1..].iter().map(move |s| (varied, base, s)))
        .collect();
    let shown = |(varied, base, setting): &(&Varied<'_>, &Base, &Setting)| {
        if is_base(varied, setting) {
            return base.shown.clone();
        }
        run(varied, setting)
            .map_or_else(|error| Err(reason(&error, &varied.0.system_name)), |done| shown(&done))
    };
    let shown: Vec<Shown> = in_pool(options.threads, || others.par_iter().map(shown).collect())?;
    Ok(collect(points, bases, shown))
}

pub(super) fn varied(point: &Point) -> Varied<'_> {
    (point, Variants::of(&point.system, &point.system_name))
}

fn run_on(point: &Point, system: System, engine: EngineOptions) -> Result<PointOutcome, RunError> {
    point::run(&Point { system, ..point.clone() }, engine, Watch::default())
}

/// What a point shows on another system; `None` where it shows nothing.
pub(super) fn measured_at(point: &Point, system: System, engine: EngineOptions) -> Option<Measured> {
    shown(&run_on(point, system, engine).ok()?).ok()
}

/// Whether a training step runs as it does with every value as it is: nothing but the chip is another, and nothing
/// that the step reads of it.
pub(super) fn is_base((point, variants): &Varied<'_>, setting: &Setting) -> bool {
    let Workload::Training(job) = &point.workload else { return false };
    let of = |system: &System| rates(system, &point.system_name, job).ok();
    variants.is_of_chip(setting) && variants.at(setting).is_ok_and(|system| of(&system) == of(&point.system))
}

/// Puts the runs of each point together.
fn collect(
    points: Vec<Varied<'_>>,
    bases: Vec<Base>,
    others: Vec<Shown>,
) -> (Vec<PointRuns<'_>>, Vec<String>) {
    let (mut others, mut runs, mut notes) = (others.into_iter(), Vec::new(), Vec::new());
    for ((point, variants), base) in points.into_iter().zip(bases) {
        // Why a base has shown nothing stands among the failures of its point.
        notes.extend(base.notes.into_iter().filter(|_| base.shown.is_ok()));
        let rest = others.by_ref().take(variants.settings.len() - 1);
        let shown = iter::once(base.shown).chain(rest).collect();
        runs.push(PointRuns { point, variants, result: base.result, shown });
    }
    (runs, notes)
}

impl Base {
    fn of(outcome: PointOutcome) -> Self {
        Self { shown: shown(&outcome), notes: outcome.notes, result: outcome.result }
    }
}

fn shown(outcome: &PointOutcome) -> Shown {
    let result = &outcome.result;
    if !result.fits {
        return Err(outcome.notes.join("; "));
    }
    Ok(match (&result.collective, &result.traffic) {
        (Some(row), _) => {
            Measured { time: Some(row.time_us), rate: row.busbw_gb_per_s, ..Measured::default() }
        }
        (_, Some(row)) => {
            Measured { time: Some(row.time_us), rate: Some(row.throughput_gb_per_s), ..Measured::default() }
        }
        (None, None) => {
            let Output { tokens_per_second, peak_tflops, .. } = Output::of(result);
            Measured { time: result.step_time_s, rate: result.mfu, tokens_per_second, peak_tflops }
        }
    })
}

/// The error without the name of the system, which the block of the point has as its title.
fn reason(error: &RunError, system: &str) -> String {
    let text = error.to_string();
    text.strip_prefix(&format!("{system}: ")).unwrap_or(&text).to_owned()
}

/// What the runs of one point say.
fn report_point(runs: PointRuns<'_>) -> SensitivityPoint {
    let PointRuns { point, variants, result, shown } = runs;
    let shown = shown.as_slice();
    let (time_metric, rate_metric) = match &point.workload {
        Workload::Training(_) => (TimeMetric::StepTimeS, RateMetric::Mfu),
        Workload::Collective(_) => (TimeMetric::TimeUs, RateMetric::BusbwGbPerS),
        Workload::Traffic(_) => (TimeMetric::TimeUs, RateMetric::ThroughputGbPerS),
    };
    let at = |setting: &Setting| &shown[variants.index_of(setting)];
    let summary = [variants.base(), variants.all(End::Low), variants.all(End::High)];
    let summary = summary.map(|setting| measured(at(&setting)));
    let time = envelope(time_metric, shown, summary, |measured| measured.time);
    let rate = envelope(rate_metric, shown, summary, |measured| measured.rate);
    let value = |(index, ranged): (usize, &RangedValue)| {
        let end = |end| sensitivity_end(ranged.at(end).value, at(&variants.one(index, end)));
        SensitivityValue {
            key: ranged.key().to_owned(),
            value: ranged.value().value,
            low: end(End::Low),
            high: end(End::High),
            unit: ranged.value().unit.clone(),
            source: ranged.value().source.clone(),
        }
    };
    let mut values: Vec<SensitivityValue> = variants.values.iter().enumerate().map(value).collect();
    // Keys come sorted, and the sort is stable. What makes a run fail swings most of all.
    let swing = |value: &SensitivityValue| value.swing(time.base).unwrap_or(f64::INFINITY);
    values.sort_by(|a, b| swing(b).total_cmp(&swing(a)));
    SensitivityPoint {
        system: result.system,
        chips: result.chips,
        point: result.point,
        time,
        rate,
        values,
        failures: failures(&variants, shown),
    }
}

fn measured(shown: &Shown) -> Measured {
    shown.as_ref().copied().unwrap_or_default()
}

fn sensitivity_end(value: f64, shown: &Shown) -> SensitivityEnd {
    let Measured { time, rate, .. } = measured(shown);
    SensitivityEnd { value, metric: time, rate }
}

/// One figure over all runs; `summary` is the base, all low and all high.
fn envelope<M>(
    metric: M,
    shown: &[Shown],
    summary: [Measured; 3],
    figure: impl Fn(&Measured) -> Option<f64>,
) -> Envelope<M> {
    let known: Vec<f64> = shown.iter().flatten().filter_map(&figure).collect();
    let [base, all_low, all_high] = summary.map(|measured| figure(&measured));
    Envelope {
        metric,
        base,
        low: known.iter().copied().reduce(f64::min),
        high: known.iter().copied().reduce(f64::max),
        all_low,
        all_high,
    }
}

/// Every run that was asked for and gave nothing: the base, each value, all values.
fn failures(variants: &Variants<'_>, shown: &[Shown]) -> Vec<FailedVariant> {
    let reason = |setting: &Setting| shown[variants.index_of(setting)].as_ref().err().cloned();
    let base = reason(&variants.base());
    let mut failures: Vec<FailedVariant> = Vec::new();
    let is_base = |setting: &Setting| *setting == variants.base();
    failures.extend(base.map(|reason| FailedVariant { key: BASE.to_owned(), end: None, reason }));
    for (index, ranged) in variants.values.iter().enumerate() {
        for end in End::BOTH {
            let setting = variants.one(index, end);
            let failed = reason(&setting).filter(|_| !is_base(&setting));
            failures.extend(failed.map(|reason| FailedVariant::at(ranged.key(), end, reason)));
        }
    }
    for end in End::BOTH {
        let setting = variants.all(end);
        let failed = reason(&setting).filter(|_| !is_base(&setting));
        failures.extend(failed.map(|reason| FailedVariant::at(ALL_VALUES, end, reason)));
    }
    failures
}
