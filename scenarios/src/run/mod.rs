//! Runs scenarios and collectives: builds fabrics and workloads, simulates, and puts the results together.
//!
//! Everything that can be wrong is found before the first simulation starts; points then run side by side and are
//! collected in their declared order, so that results do not depend on the number of threads.

mod assumptions;
mod bounds;
mod break_even;
mod busbw;
mod collective;
mod collective_notes;
mod compared;
mod does_not_fit;
mod energy;
mod engine_options;
mod envelope;
mod error;
mod explanation;
mod fabric;
mod placement;
mod point;
mod rates;
mod sensitivity;
#[cfg(test)]
mod sensitivity_tests;
mod step;
mod traffic;
mod utilization;
mod variants;

pub(crate) use collective::run_collective_here;
pub use collective::{CollectiveRequest, explain_collective, run_collective};
pub use engine_options::{EngineOptions, too_large, too_long, too_many_events};
pub use envelope::add_envelope;
pub use error::RunError;
pub use sensitivity::{SensitivityOptions, sensitivity};
pub(crate) use step::{Machine, SimulatedStep, simulate_step, simulate_step_at};

use crate::file::{Point, Scenario};
use crate::report::{
    BusbwCurve, Comparison, CurveKind, PointResult, SCHEMA, ScenarioReport, ScenarioResults, Work,
    label_setting, number, varying_parameters,
};
use crate::trace::{Trace, TraceRequest};
use crate::training::{ChipRates, TrainingJob};
use point::PointOutcome;
use rayon::prelude::*;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;

/// How to run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions {
    /// How the engine runs each part.
    pub engine: EngineOptions,
    /// The number of threads, or all cores.
    pub threads: Option<usize>,
}

/// Something that happened while a scenario ran, for a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgressEvent {
    /// So many parts will run.
    Started {
        /// How many.
        parts: usize,
    },
    /// A part is done.
    Finished {
        /// What it was, in words.
        what: String,
    },
}

/// One independent piece of a scenario's work.
enum Part<'a> {
    Point(&'a Point),
    Busbw(usize),
}

enum PartResult {
    Point(Box<PointOutcome>),
    Busbw(BusbwCurve),
}

/// Runs every point of a scenario.
///
/// A point that does not fit in memory is a result, with a warning.
///
/// # Errors
/// [`RunError`] names the point that cannot run and why.
pub fn run_scenario(
    scenario: &Scenario,
    options: &RunOptions,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<ScenarioReport, RunError> {
    run_watched(scenario, (options, None), progress).map(|(report, _)| report)
}

/// Runs every point of a scenario as [`run_scenario`] does, and records what ranks do over time.
///
/// # Errors
/// As [`run_scenario`].
pub fn run_scenario_traced(
    scenario: &Scenario,
    options: &RunOptions,
    request: &TraceRequest,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<(ScenarioReport, Trace), RunError> {
    run_watched(scenario, (options, Some(request)), progress)
}

/// How to run, and what to record.
type Watched<'a> = (&'a RunOptions, Option<&'a TraceRequest>);

fn run_watched(
    scenario: &Scenario,
    (options, request): Watched<'_>,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<(ScenarioReport, Trace), RunError> {
    scenario.points().iter().try_for_each(point::check)?;
    let mut parts: Vec<Part<'_>> = scenario.points().iter().map(Part::Point).collect();
    if busbw::is_wanted(scenario) {
        parts.extend((0..scenario.systems.len()).map(Part::Busbw));
    }
    progress(ProgressEvent::Started { parts: parts.len() });
    let run = |part: &Part<'_>| run_part(scenario, part, (options, request), progress);
    let results: Result<Vec<PartResult>, RunError> =
        in_pool(options.threads, || parts.par_iter().map(run).collect())?;
    let (mut points, mut curves) = (Vec::new(), Vec::new());
    for result in results? {
        match result {
            PartResult::Point(point) => points.push(*point),
            PartResult::Busbw(curve) => curves.push(curve),
        }
    }
    Ok(assemble(scenario, points, curves))
}

fn run_part(
    scenario: &Scenario,
    part: &Part<'_>,
    (options, request): Watched<'_>,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<PartResult, RunError> {
    let (result, what) = match part {
        Part::Point(point) => {
            let outcome = point::run(point, options.engine, request)?;
            let what = format!("{} on {}", point.system_name, number::chips(point.chips as u64));
            (PartResult::Point(Box::new(outcome)), what)
        }
        Part::Busbw(system) => {
            let curve = busbw::curve(scenario, *system, options.engine)?;
            let what = format!("{} all-reduce in one domain", curve.system);
            (PartResult::Busbw(curve), what)
        }
    };
    progress(ProgressEvent::Finished { what });
    Ok(result)
}

/// Runs one point as [`run_scenario`] does, for who searches among many.
pub(crate) fn run_point(point: &Point, engine: EngineOptions) -> Result<(PointResult, Work), RunError> {
    point::check(point)?;
    point::run(point, engine, None).map(|outcome| (outcome.result, outcome.work))
}

/// What a reader should know about the systems of a scenario.
pub(crate) fn assumptions_of(scenario: &Scenario) -> Vec<String> {
    assumptions::warnings(scenario)
}

/// The rates of the chips that a job of this point runs on.
pub(crate) fn chip_rates(point: &Point, job: &TrainingJob) -> Result<ChipRates, RunError> {
    point::check(point)?;
    rates::rates(&point.system, &point.system_name, job)
}

/// Runs `work` on a pool of so many threads, or on all cores.
pub(crate) fn in_pool<R: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send,
) -> Result<R, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.map_err(|error| RunError::NoThreads { reason: error.to_string() })?.install(work))
}

fn assemble(
    scenario: &Scenario,
    points: Vec<PointOutcome>,
    mut busbw: Vec<BusbwCurve>,
) -> (ScenarioReport, Trace) {
    let mut work = Work::default();
    let mut hasher = SipHasher13::new();
    let (mut timelines, mut results, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    let mut traces = Vec::new();
    for point in points {
        work += point.work;
        hasher.write(point.digest.as_bytes());
        timelines.push(point.timelines);
        notes.extend(point.notes);
        results.push(point.result);
        traces.push(point.trace);
    }
    let varying = varying_parameters(&results);
    for (point, (timelines, trace)) in results.iter().zip(timelines.iter_mut().zip(&mut traces)) {
        let setting = label_setting(point, &varying);
        timelines.iter_mut().for_each(|timeline| timeline.setting.clone_from(&setting));
        trace.iter_mut().for_each(|trace| trace.setting.clone_from(&setting));
    }
    let trace = Trace { scenario: scenario.name.clone(), points: traces.into_iter().flatten().collect() };
    name_settings(scenario, &results, &varying, &mut busbw);
    let digest = format!("{:032x}", hasher.finish128().as_u128());
    let report = ScenarioReport {
        results: ScenarioResults {
            schema: SCHEMA,
            scenario: scenario.name.clone(),
            seed: scenario.seed,
            digest,
            work,
            comparisons: Comparison::of(&results),
            results,
        },
        question: scenario.question.clone().unwrap_or_default(),
        timelines: timelines.into_iter().flatten().collect(),
        busbw,
        warnings: assumptions::warnings(scenario),
        notes,
        assumptions: assumptions::of(scenario),
        reproduce: "copperlight run resolved.toml".to_owned(),
        resolved_toml: scenario.resolved_text(),
        curves: scenario.report.curves.clone(),
    };
    (report, trace)
}

/// Adds to the name of each system which of its swept values its curve has: those of its first point.
fn name_settings(
    scenario: &Scenario,
    results: &[PointResult],
    varying: &[String],
    curves: &mut [BusbwCurve],
) {
    let of_systems: Vec<String> =
        varying.iter().filter(|name| name.starts_with("systems")).cloned().collect();
    for (system, curve) in curves.iter_mut().enumerate() {
        let first = scenario.points().iter().position(|point| point.system_index == system);
        let setting = first.map(|index| label_setting(&results[index], &of_systems)).unwrap_or_default();
        if !setting.is_empty() {
            curve.system.push_str(&format!(" with {setting}"));
        }
    }
}

/// Whether a scenario asks for a figure.
fn wants(scenario: &Scenario, curve: CurveKind) -> bool {
    scenario.report.curves.contains(&curve)
}
