//! Runs the parts of a scenario side by side, each handed over as it is done.
//!
//! The order in which parts are done depends on the threads; what a part shows does not.

use super::assemble::assemble_all;
use super::record::{CurveRecord, HeldRecords, PartFailure, PartRecord, PointRecord};
use super::watch::{Watch, shown_in_detail};
use super::{
    EngineOptions, Frame, ProgressEvent, RunError, RunOptions, busbw, check_any_point, check_systems,
    envelope, in_pool, label_traces, point,
};
use crate::file::{Point, PointPlace, Scenario, Workload};
use crate::report::{CurveKind, PointResult, ScenarioReport, Work, number};
use crate::trace::{PointTrace, Trace, TraceRequest};
use rayon::prelude::*;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Which parts of a scenario are run, and how.
#[derive(Clone, Copy)]
pub struct PartsRun<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its frame.
    pub frame: &'a Frame,
    /// The numbers of the parts to run.
    pub parts: &'a [usize],
    /// How they are run.
    pub options: RunOptions,
    /// What is recorded of what ranks do over time.
    pub trace: Option<&'a TraceRequest>,
    /// Set by who wants no further part to be begun.
    pub stop: &'a AtomicBool,
}

/// A part that is done.
#[derive(Debug)]
pub struct PartDone {
    /// Its number.
    pub part: usize,
    /// What it has shown.
    pub record: PartRecord,
    /// What ranks did over time, where that was asked for.
    pub trace: Option<PointTrace>,
}

/// Takes what is done, from any thread.
pub type Keep<'a> = &'a (dyn Fn(PartDone) -> io::Result<()> + Sync);

/// Is told how far the run is, from any thread.
pub type Tell<'a> = &'a (dyn Fn(ProgressEvent) + Sync);

/// Runs parts, each kept as it is done; a part that fails is a record too.
///
/// # Errors
/// [`RunError::NoThreads`], and [`RunError::Keep`] when a part could not be kept: no further one is begun.
pub fn run_parts(run: &PartsRun<'_>, keep: Keep<'_>, tell: Tell<'_>) -> Result<(), RunError> {
    tell(ProgressEvent::Started { parts: run.parts.len() });
    let detailed = shown_in_detail(run.scenario, &run.frame.curves);
    let run_one = |part: &usize| {
        if run.stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (done, what) = run_part(run, *part, detailed.contains(part));
        keep(done)?;
        tell(ProgressEvent::Finished { what });
        Ok(())
    };
    // Parts of a sweep are alike: short stretches, so that what is kept is close to what is declared first.
    let all = || run.parts.par_iter().with_max_len(STRETCH).try_for_each(run_one);
    let done: io::Result<()> = in_pool(run.options.threads, all)?;
    done.map_err(|error| RunError::Keep { reason: error.to_string() })
}

/// The most parts that a thread takes at a time.
const STRETCH: usize = 16;

/// Runs every point of a scenario, and holds the results of all of them.
///
/// A point that does not fit in memory is a result, with a warning; one that fails is a result with its error.
///
/// # Errors
/// [`RunError`] when every point of a system cannot be built, or every point has failed, with what the first one says.
pub fn run_scenario(
    scenario: &Scenario,
    options: &RunOptions,
    tell: Tell<'_>,
) -> Result<ScenarioReport, RunError> {
    run_watched(scenario, (options, None), tell).map(|(report, _)| report)
}

/// Runs every point of a scenario as [`run_scenario`] does, and records what ranks do over time.
///
/// # Errors
/// As [`run_scenario`].
pub fn run_scenario_traced(
    scenario: &Scenario,
    options: &RunOptions,
    request: &TraceRequest,
    tell: Tell<'_>,
) -> Result<(ScenarioReport, Trace), RunError> {
    run_watched(scenario, (options, Some(request)), tell)
}

/// Runs a whole scenario with everything in memory.
fn run_watched(
    scenario: &Scenario,
    (options, trace): (&RunOptions, Option<&TraceRequest>),
    tell: Tell<'_>,
) -> Result<(ScenarioReport, Trace), RunError> {
    check_systems(scenario)?;
    let frame = Frame::of(scenario);
    let held = Mutex::new((HeldRecords::new(frame.parts()), Vec::new()));
    let keep = |done: PartDone| {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        held.0.put(done.part, done.record);
        held.1.extend(done.trace.map(|trace| (done.part, trace)));
        Ok(())
    };
    let parts: Vec<usize> = (0..frame.parts()).collect();
    let (options, stop) = (*options, &AtomicBool::new(false));
    run_parts(&PartsRun { scenario, frame: &frame, parts: &parts, options, trace, stop }, &keep, tell)?;
    let (records, traces) = held.into_inner().unwrap_or_else(PoisonError::into_inner);
    let report =
        assemble_all(&frame, &records).map_err(|error| RunError::Keep { reason: error.to_string() })?;
    check_any_point(&report)?;
    let traces = label_traces(&report, traces);
    Ok((report, traces))
}

/// Runs a part, and says what it was.
fn run_part(run: &PartsRun<'_>, part: usize, is_detailed: bool) -> (PartDone, String) {
    if part >= run.frame.points {
        let (record, what) = run_curve(run, part - run.frame.points);
        return (PartDone { part, record: PartRecord::Curve(Box::new(record)), trace: None }, what);
    }
    let place = run.scenario.place_of(part);
    let watch = Watch {
        trace: run.trace,
        stages: is_detailed && run.frame.curves.contains(&CurveKind::PipelineTimeline),
        roofline: is_detailed && run.frame.curves.contains(&CurveKind::Roofline),
    };
    let (mut record, trace) = match run.scenario.point(part) {
        Ok(point) => {
            let (mut record, trace) = run_one_point(&point, &place, (run.options.engine, watch));
            record.message_bytes = message_bytes(&point);
            if run.frame.figures.bands && record.failure.is_none() {
                let notes = envelope::add_to_point(&point, &mut record.result, run.options.engine);
                record.notes.extend(notes);
            }
            (record, trace)
        }
        Err(failure) => (failed(&place, PartFailure { message: failure.message, unfinished: false }), None),
    };
    if run.frame.is_large() || !run.frame.curves.contains(&CurveKind::LinkUtilization) {
        record.timelines.clear();
    }
    if let Some(links) = record.result.links.as_mut().filter(|_| run.frame.is_large()) {
        links.busiest.truncate(1);
    }
    (PartDone { part, record: PartRecord::Point(Box::new(record)), trace }, words(&place))
}

fn run_one_point(
    point: &Point,
    place: &PointPlace,
    (engine, watch): (EngineOptions, Watch<'_>),
) -> (PointRecord, Option<PointTrace>) {
    match point::check(point).and_then(|()| point::run(point, engine, watch)) {
        Ok(mut outcome) => {
            let trace = outcome.trace.take();
            (outcome.into(), trace)
        }
        Err(error) => (failed(place, error.into()), None),
    }
}

/// What the layers of a training step exchange; `None` where its plan is searched, and where nothing trains.
fn message_bytes(point: &Point) -> Option<u64> {
    let Workload::Training(job) = &point.workload else { return None };
    job.search().is_none().then(|| job.activation_bytes().count())
}

/// The record of a point that has failed.
fn failed(place: &PointPlace, failure: PartFailure) -> PointRecord {
    PointRecord {
        result: PointResult::failed(place, failure.message.clone()),
        work: Work::default(),
        digest: "failed".to_owned(),
        notes: Vec::new(),
        timelines: Vec::new(),
        stages: None,
        roofline: None,
        message_bytes: None,
        failure: Some(failure),
    }
}

impl From<RunError> for PartFailure {
    fn from(error: RunError) -> Self {
        Self { message: error.to_string(), unfinished: error.exit_code() == RunError::UNFINISHED }
    }
}

fn run_curve(run: &PartsRun<'_>, system: usize) -> (CurveRecord, String) {
    let what = format!("{} all-reduce in one domain", run.frame.systems[system].name);
    let record = match busbw::curve(run.scenario, system, run.options.engine) {
        Ok(curve) => CurveRecord { curve: Some(curve), failure: None },
        Err(error) => CurveRecord { curve: None, failure: Some(error.into()) },
    };
    (record, what)
}

fn words(place: &PointPlace) -> String {
    match place.chips {
        Some(chips) => format!("{} on {}", place.system_name, number::chips(chips as u64)),
        None => place.system_name.clone(),
    }
}
