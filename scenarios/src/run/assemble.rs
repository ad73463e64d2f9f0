//! Puts the records of all parts together: rows in the declared order, the digest of all, and what a page says.

use super::record::{CurveRecord, PartFailure, PartRecord, PointRecord, Records};
use super::shown::Shown;
use super::{Frame, MOST_HELD, RunError};
use crate::report::{
    BusbwCurve, Comparison, FailedPoints, PointResult, Roofline, SCHEMA, ScenarioReport, ScenarioResults,
    StageTimeline, UtilizationTimeline, Work, label_setting, number, values_of, varying_parameters,
};
use crate::trace::{PointTrace, Trace};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;
use std::io;

/// How many failed points are told of by name.
const MOST_FAILURES_TOLD: usize = 10;

/// How many notes there are of a scenario with too many points for tables.
const MOST_NOTES: usize = 20;

/// Puts a report together. Of a scenario with many points it holds the best of each system, and is as large as ever.
///
/// # Errors
/// When a record cannot be read.
pub fn assemble(frame: &Frame, records: &dyn Records) -> io::Result<ScenarioReport> {
    gather(Gathered::new(frame.is_large()), frame, records)
}

/// Puts a report together that holds every row, however many there are.
///
/// # Errors
/// As [`assemble`].
pub(super) fn assemble_all(frame: &Frame, records: &dyn Records) -> io::Result<ScenarioReport> {
    gather(Gathered::new(false), frame, records)
}

fn gather(mut gathered: Gathered, frame: &Frame, records: &dyn Records) -> io::Result<ScenarioReport> {
    for part in 0..frame.parts() {
        match records.read(part)?.into_owned() {
            PartRecord::Point(point) => gathered.add_point(*point),
            PartRecord::Curve(curve) => gathered.add_curve(*curve, part - frame.points),
        }
    }
    Ok(gathered.into_report(frame))
}

/// What is known after some of the parts.
struct Gathered {
    work: Work,
    hasher: SipHasher13,
    shown: Shown,
    timelines: Vec<Vec<UtilizationTimeline>>,
    message_bytes: Vec<Option<u64>>,
    notes: Vec<String>,
    failures: Vec<String>,
    failed: FailedPoints,
    /// Curves with the number of their system.
    busbw: Vec<(usize, BusbwCurve)>,
    /// With the number of the point.
    stage_timelines: Vec<(usize, StageTimeline)>,
    rooflines: Vec<(usize, Roofline)>,
}

impl Gathered {
    /// Nothing yet; of many points a selection will be shown.
    fn new(many: bool) -> Self {
        Self {
            work: Work::default(),
            hasher: SipHasher13::new(),
            shown: Shown::new(many),
            timelines: Vec::new(),
            message_bytes: Vec::new(),
            notes: Vec::new(),
            failures: Vec::new(),
            failed: FailedPoints::default(),
            busbw: Vec::new(),
            stage_timelines: Vec::new(),
            rooflines: Vec::new(),
        }
    }

    fn add_point(&mut self, point: PointRecord) {
        self.work += point.work;
        self.hasher.write(point.digest.as_bytes());
        if let Some(failure) = &point.failure {
            self.failed.count(&failure.message, failure.unfinished);
            if self.failures.len() < MOST_FAILURES_TOLD {
                self.failures.push(told(&point.result, failure));
            }
        }
        if !self.shown.is_selection() {
            let number = self.timelines.len();
            self.stage_timelines.extend(point.stages.map(|stages| (number, *stages)));
            self.rooflines.extend(point.roofline.map(|roofline| (number, *roofline)));
            self.timelines.push(point.timelines);
            self.message_bytes.push(point.message_bytes);
        }
        // Points that differ in a size only have notes in common.
        for note in point.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self.notes.truncate(MOST_HELD);
        self.shown.add(point.result);
    }

    fn add_curve(&mut self, record: CurveRecord, system: usize) {
        if let Some(failure) = record.failure {
            self.failed.curves_unfinished |= failure.unfinished;
            self.notes.push(format!("there is no all-reduce curve: {}", failure.message));
        }
        self.busbw.extend(record.curve.map(|curve| (system, curve)));
    }

    fn into_report(mut self, frame: &Frame) -> ScenarioReport {
        let digest = format!("{:032x}", self.hasher.finish128().as_u128());
        let results = std::mem::take(&mut self.shown).into_results();
        let varying = varying_parameters(&results);
        for (point, timelines) in results.iter().zip(&mut self.timelines) {
            let setting = label_setting(point, &varying);
            timelines.iter_mut().for_each(|timeline| timeline.setting.clone_from(&setting));
        }
        let setting_of = |number: usize| label_setting(&results[number], &varying);
        let stages = std::mem::take(&mut self.stage_timelines).into_iter();
        let stages = stages.map(|(number, of)| StageTimeline { setting: setting_of(number), ..of });
        let rooflines = std::mem::take(&mut self.rooflines).into_iter();
        let rooflines = rooflines.map(|(number, of)| Roofline { setting: setting_of(number), ..of });
        let (stage_timelines, rooflines) = (stages.collect(), rooflines.collect());
        let busbw = named_curves(frame, (&results, &varying), self.busbw.split_off(0));
        let comparisons = if frame.is_large() { Vec::new() } else { Comparison::of(&results) };
        ScenarioReport {
            notes: self.all_notes(frame),
            results: ScenarioResults {
                schema: SCHEMA,
                scenario: frame.scenario.clone(),
                version: frame.version.clone(),
                input_hash: frame.input_hash.clone(),
                seed: frame.seed,
                fidelity: frame.fidelity.clone(),
                digest,
                work: self.work,
                results,
                comparisons,
            },
            points: frame.points,
            failed: self.failed,
            question: frame.question.clone(),
            timelines: self.timelines.into_iter().flatten().collect(),
            message_bytes: self.message_bytes,
            busbw,
            measured: frame.measured.clone(),
            stage_timelines,
            rooflines,
            warnings: frame.warnings.clone(),
            assumptions: frame.assumptions.clone(),
            reproduce: "copperlight run resolved.toml".to_owned(),
            resolved_toml: frame.resolved_toml.clone(),
            curves: frame.curves.clone(),
            figures: frame.figures,
        }
    }

    /// What is told of single points: all of it, or where there are many points the first of it.
    fn all_notes(&mut self, frame: &Frame) -> Vec<String> {
        let mut notes = Vec::new();
        let more = self.failed.points - self.failures.len();
        notes.append(&mut self.failures);
        if more > 0 {
            notes.push(format!("{more} more points failed: `error` in the results says why"));
        }
        notes.append(&mut self.notes);
        if frame.is_large() {
            let more = notes.len().saturating_sub(MOST_NOTES);
            notes.truncate(MOST_NOTES);
            if more > 0 {
                notes.push("there are more notes on single points than are shown".to_owned());
            }
        }
        notes
    }
}

/// Which point has failed, and why.
fn told(result: &PointResult, failure: &PartFailure) -> String {
    let own = |name: &&String| name.rsplit('.').next() != Some("chips");
    let names: Vec<String> = result.point.keys().filter(own).cloned().collect();
    let setting = label_setting(result, &names);
    let with = if setting.is_empty() { String::new() } else { format!(" with {setting}") };
    let place = format!("{} on {}{with}", result.system, number::chips(result.chips));
    format!("{place} failed: {}", failure.message)
}

/// The curves, with those of its swept values in the name of each system that its curve has: those of its first point.
fn named_curves(
    frame: &Frame,
    (results, varying): (&[PointResult], &[String]),
    curves: Vec<(usize, BusbwCurve)>,
) -> Vec<BusbwCurve> {
    let of_systems: Vec<String> =
        varying.iter().filter(|name| name.starts_with("systems")).cloned().collect();
    let named = |(system, mut curve): (usize, BusbwCurve)| {
        let first = frame.systems[system].first_point.filter(|_| !frame.is_large());
        let first = first.and_then(|index| results.get(index));
        curve.setting = first.map(|point| values_of(point, &of_systems)).unwrap_or_default();
        curve
    };
    curves.into_iter().map(named).collect()
}

/// Checks that some point could be simulated, or at least did not fail.
///
/// # Errors
/// [`RunError::EveryPointFailed`] with what the first one says.
pub fn check_any_point(report: &ScenarioReport) -> Result<(), RunError> {
    match &report.failed.first {
        Some(first) if report.failed.points == report.points => {
            Err(RunError::EveryPointFailed { message: first.message.clone(), unfinished: first.unfinished })
        }
        _ => Ok(()),
    }
}

/// Puts what was recorded of points in their order, each with the setting that tells it from others.
pub fn label_traces(report: &ScenarioReport, mut traces: Vec<(usize, PointTrace)>) -> Trace {
    let results = &report.results.results;
    let varying = varying_parameters(results);
    traces.sort_by_key(|(part, _)| *part);
    for (part, trace) in &mut traces {
        trace.setting = results.get(*part).map(|point| label_setting(point, &varying)).unwrap_or_default();
    }
    let points = traces.into_iter().map(|(_, trace)| trace).collect();
    Trace { scenario: report.results.scenario.clone(), points }
}
