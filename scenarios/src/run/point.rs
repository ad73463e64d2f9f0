//! One point of a scenario: a training step, a collective or traffic on one system.

use super::fabric::{build, run_to_end, run_watching, work};
use super::rates::rates;
use super::stage_recorder::StageRecorder;
use super::step::{self, Machine};
use super::watch::{self, Watch};
use super::{
    EngineOptions, RunError, analytic, collective, collective_notes, does_not_fit, energy, links, placement,
    planned, traffic, utilization,
};
use crate::critical_path::CriticalPath;
use crate::file::{CollectiveSpec, Fidelity, Point, Workload};
use crate::report::{Breakdown, PointResult, Roofline, StageTimeline, UtilizationTimeline, Work};
use crate::trace::{PointTrace, Recorder};
use crate::training::{Communicator, Ledger, LedgerEntry, LedgerSummary, TrainingJob, TrainingWorkload};
use copperlight_core::ids::{CommunicatorId, LinkId};
use copperlight_core::outcome;
use copperlight_core::simulation::Observer;
use copperlight_core::symmetry::Disturbance;
use copperlight_core::units::Time;
use std::collections::BTreeMap;

/// What one point has shown.
pub(super) struct PointOutcome {
    pub(super) result: PointResult,
    pub(super) work: Work,
    pub(super) digest: String,
    pub(super) timelines: Vec<UtilizationTimeline>,
    /// What a reader should know about it.
    pub(super) notes: Vec<String>,
    /// What ranks did over time, where it was asked for.
    pub(super) trace: Option<PointTrace>,
    /// What its stages did over time, where it was asked for.
    pub(super) stages: Option<StageTimeline>,
    /// Its kernels below the roofs of the chip, where it was asked for.
    pub(super) roofline: Option<Roofline>,
}

/// Finds what can be wrong with a point before anything runs.
///
/// What is degraded is named in the fabric, so that a degraded one is built to find out.
pub(super) fn check(point: &Point) -> Result<(), RunError> {
    let system = || point.system_name.clone();
    if point.fidelity == Fidelity::Analytic {
        analytic::check(point)?;
    } else if point.system.degradations().is_empty() {
        point
            .system
            .check_chips(point.chips)
            .map_err(|source| RunError::Build { system: system(), source })?;
    } else {
        build(&point.system, &point.system_name, point.chips)?;
    }
    match &point.workload {
        Workload::Training(job) => rates(&point.system, &point.system_name, job).map(|_| ()),
        Workload::Collective(_) | Workload::Traffic(_) => Ok(()),
    }
}

/// Runs one point; a training step is watched as far as that is asked for.
pub(super) fn run(point: &Point, engine: EngineOptions, watch: Watch<'_>) -> Result<PointOutcome, RunError> {
    let mut outcome = match (point.fidelity, &point.workload) {
        (_, Workload::Training(job)) if job.search().is_some() => planned::run(point, job, (engine, watch)),
        (Fidelity::Analytic, _) => analytic::run(point),
        (Fidelity::Flow, Workload::Training(job)) => run_training(point, job, (engine, watch)),
        (Fidelity::Flow, Workload::Collective(spec)) => run_collective(point, spec, engine),
        (Fidelity::Flow, Workload::Traffic(spec)) => traffic::run(point, spec, engine),
    }?;
    if watch.roofline && outcome.roofline.is_none() && outcome.result.fits {
        outcome.roofline = watch::roofline(point)?;
    }
    let swept = |(path, value): (&String, &toml::Value)| {
        (path.clone(), serde_json::to_value(value).expect("a TOML value is a JSON value"))
    };
    outcome.result.point = point.values.iter().map(swept).collect();
    Ok(outcome)
}

fn run_collective(
    point: &Point,
    spec: &CollectiveSpec,
    engine: EngineOptions,
) -> Result<PointOutcome, RunError> {
    let fabric = build(&point.system, &point.system_name, point.chips)?;
    let call = spec.call();
    let options = engine.with(point.system.transport());
    let name = point.system_name.as_str();
    let (sized, outcome) = collective::run_size((&fabric, name), point.chips, call, &options)?;
    let rerun =
        |links: &[LinkId]| collective::run_watching((&fabric, name), point.chips, call, (&options, links));
    let (links, _) = links::watched((&fabric, &outcome), (engine.watch_links, false), rerun)?;
    let notes = collective_notes::of(spec.operation, point.chips, std::slice::from_ref(&sized));
    let notes = notes.into_iter().map(|note| format!("{}: {note}", place(point))).collect();
    Ok(PointOutcome {
        result: PointResult {
            limited_by: sized.limited_by,
            links: Some(links),
            ..PointResult::of_collective(name, point.chips as u64, sized.row)
        },
        work: sized.work,
        digest: sized.digest,
        timelines: Vec::new(),
        notes,
        trace: None,
        stages: None,
        roofline: None,
    })
}

fn run_training(
    point: &Point,
    job: &TrainingJob,
    (engine, watch): (EngineOptions, Watch<'_>),
) -> Result<PointOutcome, RunError> {
    let rates = rates(&point.system, &point.system_name, job)?;
    let memory = job.memory(&rates);
    if !memory.fits() {
        return Ok(does_not_fit::outcome(point, job, &rates));
    }
    let machine = Machine { system: &point.system, name: &point.system_name, chips: point.chips };
    let (fabric, workload) = step::prepare(machine, job, &rates)?;
    let options = step::options(machine, job, &rates, engine);
    let placed = placement::of_groups(fabric.levels(), workload.layout());
    let simulate = |observer: &mut dyn Observer| {
        run_to_end((&fabric, &point.system_name), &workload, &options, observer)
    };
    let (outcome, Watched { summary, limited_by, trace, stages }) =
        watched(point, &workload, watch, simulate)?;
    let place = (point.system_name.as_str(), point.chips as u64);
    let (link_utilization, timelines) = utilization::of_tiers(&fabric, &outcome, place);
    let metrics = job.metrics(outcome.end, &rates);
    let tier_bytes = utilization::bytes_of_tiers(&fabric, &outcome);
    let rerun = |links: &[LinkId]| run_watching((&fabric, &point.system_name), &workload, (&options, links));
    let (links, counters) =
        links::watched((&fabric, &outcome), (engine.watch_links, trace.is_some()), rerun)?;
    let trace = trace.map(|trace| PointTrace { counters, ..trace });
    let spent = energy::Step { time: outcome.end, ledger: &summary, tier_bytes: &tier_bytes };
    let energy = energy::of_step(point, job, &spent);
    let result = PointResult {
        step_time_s: Some(outcome.end.seconds()),
        mfu: Some(metrics.mfu),
        mfu_bf16: Some(metrics.mfu_bf16),
        hfu: Some(metrics.hfu),
        model_tflops_per_chip: Some(metrics.model_rate_per_chip.flops_per_second() / 1e12),
        tokens_per_second_per_chip: Some(metrics.tokens_per_second_per_chip),
        communication_share: Some(summary.communication_share),
        exposed_communication_share: Some(summary.exposed_communication_share),
        breakdown_s: Some(breakdown(&summary)),
        limited_by,
        link_utilization: Some(link_utilization),
        energy_j_per_token: energy.per_token.as_ref().map(|energy| energy.total.value),
        energy_breakdown_j_per_token: energy.per_token,
        run_total: energy.run_total,
        tier_bytes: Some(tier_bytes),
        links: Some(links),
        placement: Some(placed),
        ..does_not_fit::unsimulated(point, &memory, &rates)
    };
    let digest = outcome.digest.to_string();
    let straddling = placement::straddling(fabric.levels(), workload.layout(), &placed);
    let straddling = straddling.map(|sentence| format!("{}: {sentence}", self::place(point)));
    let folded = fold_note(point, engine.fold, &outcome.work);
    let disturbed = disturbed_notes(point, &outcome);
    let notes = straddling.into_iter().chain(folded).chain(disturbed).collect();
    let work = work(&outcome.work);
    Ok(PointOutcome { result, work, digest, timelines, notes, trace, stages, roofline: None })
}

/// What those have found who watched a step.
struct Watched {
    summary: LedgerSummary,
    /// Shares of the critical path by resource.
    limited_by: Option<BTreeMap<String, f64>>,
    /// Where it was asked for.
    trace: Option<PointTrace>,
    /// Where it was asked for.
    stages: Option<StageTimeline>,
}

/// A step with its ledger and its critical path, and with what else is asked for.
fn watched(
    point: &Point,
    workload: &TrainingWorkload,
    watch: Watch<'_>,
    simulate: impl FnOnce(&mut dyn Observer) -> Result<outcome::Outcome, RunError>,
) -> Result<(outcome::Outcome, Watched), RunError> {
    let stages = watch.stages.then(|| StageRecorder::new(workload));
    let path = (CriticalPath::new(), stages);
    let (outcome, summary, trace, (path, stages)) = match watch.trace {
        None => {
            let mut all = (Ledger::new(), path);
            let outcome = simulate(&mut all)?;
            (outcome, all.0.summary(), None, all.1)
        }
        Some(request) => {
            let mut all = (Recorder::new(request.clone()), path);
            let outcome = simulate(&mut all)?;
            let (recorder, path) = all;
            let summary = recorder.ledger().summary();
            let trace = trace(point, outcome.end, recorder, workload);
            (outcome, summary, Some(trace), path)
        }
    };
    let limited_by = path.account().shares();
    let stages = stages.map(|stages| stages.timeline(&point.system_name, point.chips as u64));
    Ok((outcome, Watched { summary, limited_by, trace, stages }))
}

/// What was recorded of a step.
fn trace(point: &Point, step_time: Time, recorder: Recorder, workload: &TrainingWorkload) -> PointTrace {
    PointTrace {
        system: point.system_name.clone(),
        chips: point.chips as u64,
        setting: String::new(),
        step_time,
        counters: Vec::new(),
        absent: recorder.absent(),
        simulated: recorder.simulated(),
        ranks: recorder.into_ranks(workload),
    }
}

/// The point in words: `CM384 optical on 1152 chips`.
pub(super) fn place(point: &Point) -> String {
    let unit = if point.chips == 1 { "chip" } else { "chips" };
    format!("{} on {} {unit}", point.system_name, point.chips)
}

/// From this share of a communicator's collectives on, in per cent, it is worth a note that they ran by events.
const MANY_BY_EVENTS: u64 = 10;

/// Says so when folding was asked for and no two ranks were alike.
fn fold_note(point: &Point, fold: bool, work: &outcome::Work) -> Option<String> {
    let all = fold && point.chips > 1 && work.classes == point.chips as u64;
    let place = place(point);
    all.then(|| format!("{place}: no two ranks are alike, so every one was simulated"))
}

/// Says whose collectives could not be simulated once and remembered, where that is many of them.
fn disturbed_notes(point: &Point, outcome: &outcome::Outcome) -> Vec<String> {
    let note = |(communicator, why): &(CommunicatorId, Disturbance)| {
        let of = outcome.calls_by_events.iter().find(|of| of.communicator == *communicator)?;
        let why = match why {
            Disturbance::SharedLinks => "their groups share links that can be full",
            Disturbance::OtherTraffic => "other traffic uses their links meanwhile",
            Disturbance::ManyTimes => "their members leave at many different times",
        };
        let (place, groups) = (place(point), Communicator::from_id(*communicator).name());
        let share = 100 * of.by_events / of.calls.max(1);
        (share >= MANY_BY_EVENTS)
            .then(|| format!("{place}: {share} % of the collectives of {groups} groups ran by events: {why}"))
    };
    outcome.by_events.iter().filter_map(note).collect()
}

/// The ledger's entries.
fn breakdown(summary: &LedgerSummary) -> Breakdown {
    let seconds = |entry| Some(summary.breakdown.seconds(entry));
    Breakdown {
        compute: seconds(LedgerEntry::Compute),
        tensor: seconds(LedgerEntry::Tensor),
        context: seconds(LedgerEntry::Context),
        pipeline: seconds(LedgerEntry::Pipeline),
        data: seconds(LedgerEntry::Data),
        expert: seconds(LedgerEntry::Expert),
        bubble: seconds(LedgerEntry::Bubble),
        optimizer: seconds(LedgerEntry::Optimizer),
        wait: seconds(LedgerEntry::Wait),
    }
}
