//! Collectives by size, as nccl-tests measures them.

use super::fabric::{build, completed, work};
use super::{EngineOptions, RunError, analytic, bounds, collective_notes, explanation, in_pool, utilization};
use crate::critical_path::CriticalPath;
use crate::file::Fidelity;
use crate::report::{CollectiveReport, CollectiveRow, Explanation, SCHEMA, Work};
use copperlight_core::fabric::{Fabric, Scope};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, Prepared, Simulator, Unobserved};
use copperlight_core::transport::{Plan, fastest};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, Protocol, SingleCollective,
};
use copperlight_topologies::System;
use rayon::prelude::*;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::BTreeMap;
use std::hash::Hasher;

/// What `collective` is asked for.
#[derive(Debug, Clone)]
pub struct CollectiveRequest {
    /// The machine.
    pub system: System,
    /// Its name in the results.
    pub system_name: String,
    /// The number of ranks: the first so many chips.
    pub chips: usize,
    /// Which collective.
    pub kind: CollectiveKind,
    /// The buffers, by the conventions of nccl-tests.
    pub sizes: Vec<Bytes>,
    /// The algorithm, or `None` to choose by predicted time.
    pub algorithm: Option<Algorithm>,
    /// The protocol, or `None` to choose by predicted time.
    pub protocol: Option<Protocol>,
    /// How tokens spread, for the exchanges of experts.
    pub experts: ExpertRouting,
    /// The level of detail.
    pub fidelity: Fidelity,
    /// How the engine runs.
    pub engine: EngineOptions,
}

/// One size, simulated.
pub(super) struct SizedOutcome {
    pub(super) row: CollectiveRow,
    pub(super) work: Work,
    pub(super) digest: String,
    pub(super) explanation: Explanation,
    /// What ran in place of what was asked for, in a sentence.
    pub(super) replaced: Option<String>,
    /// Shares of the time by resource, where it was simulated.
    pub(super) limited_by: Option<BTreeMap<String, f64>>,
    /// What the weakest chip's links carry.
    pub(super) line_rate: Bandwidth,
}

/// Simulates a collective at every size that is asked for.
///
/// # Errors
/// [`RunError`] when the machine cannot be built or the collective cannot run on it.
pub fn run_collective(request: &CollectiveRequest) -> Result<CollectiveReport, RunError> {
    in_pool(None, || run_collective_here(request))?
}

/// Simulates a collective as [`run_collective`] does, and says of each row why it ran so.
///
/// # Errors
/// As [`run_collective`].
pub fn explain_collective(request: &CollectiveRequest) -> Result<CollectiveReport, RunError> {
    let outcomes = in_pool(None, || run_sizes(request))??;
    let explained = |mut outcome: SizedOutcome| {
        outcome.row.explain = Some(Box::new(std::mem::take(&mut outcome.explanation)));
        outcome
    };
    Ok(report(request, outcomes.into_iter().map(explained).collect()))
}

/// Simulates a collective at every size that is asked for, on the threads of the caller.
pub(crate) fn run_collective_here(request: &CollectiveRequest) -> Result<CollectiveReport, RunError> {
    Ok(report(request, run_sizes(request)?))
}

fn run_sizes(request: &CollectiveRequest) -> Result<Vec<SizedOutcome>, RunError> {
    let name = &request.system_name;
    if request.chips == 0 {
        return Err(RunError::NoChips { system: name.clone(), chips: request.chips });
    }
    let fabric = build(&request.system, name, request.chips)?;
    let call = |bytes: Bytes| CollectiveCall {
        kind: request.kind,
        bytes,
        algorithm: request.algorithm,
        protocol: request.protocol,
        experts: request.experts,
    };
    if request.fidelity == Fidelity::Analytic {
        return predict_sizes(request, fabric, &call);
    }
    let options = request.engine.with(request.system.transport());
    let mut simulator = Simulator::new(&fabric, &options);
    let mut plan = |&bytes: &Bytes| PlannedSize::new(&mut simulator, name, request.chips, call(bytes));
    let planned: Result<Vec<PlannedSize>, RunError> = request.sizes.iter().map(&mut plan).collect();
    let run = |planned: &PlannedSize| planned.run(&mut simulator.clone(), (&fabric, name));
    planned?.par_iter().map(run).map(|ran| Ok(ran?.0)).collect()
}

/// Every size by its closed form.
fn predict_sizes(
    request: &CollectiveRequest,
    fabric: Fabric,
    call: &dyn Fn(Bytes) -> CollectiveCall,
) -> Result<Vec<SizedOutcome>, RunError> {
    let around = analytic::Surroundings::new(fabric);
    let size = |&bytes: &Bytes| {
        let transport = request.system.transport();
        let asked = analytic::Asked { chips: request.chips, call: call(bytes), transport, explained: true };
        let sized = analytic::run_size((&around, &request.system_name), &asked)?;
        Ok(SizedOutcome { digest: analytic::digest(&sized.row), ..sized })
    };
    request.sizes.iter().map(size).collect()
}

fn report(request: &CollectiveRequest, outcomes: Vec<SizedOutcome>) -> CollectiveReport {
    let notes = collective_notes::of(request.kind, request.chips, &outcomes);
    let mut report = CollectiveReport {
        schema: SCHEMA,
        system: request.system_name.clone(),
        chips: request.chips as u64,
        op: request.kind.name().to_owned(),
        rows: Vec::new(),
        work: Work::default(),
        digest: String::new(),
        envelope: None,
        notes: notes.into_iter().map(|note| format!("{}: {note}", request.system_name)).collect(),
    };
    let mut hasher = SipHasher13::new();
    for outcome in outcomes {
        hasher.write(outcome.digest.as_bytes());
        report.work += outcome.work;
        report.rows.push(outcome.row);
    }
    report.digest = format!("{:032x}", hasher.finish128().as_u128());
    report
}

/// Simulates one collective over the first `chips` chips.
pub(super) fn run_size(
    (fabric, name): (&Fabric, &str),
    chips: usize,
    call: CollectiveCall,
    options: &Options,
) -> Result<(SizedOutcome, Outcome), RunError> {
    let mut simulator = Simulator::new(fabric, options);
    PlannedSize::new(&mut simulator, name, chips, call)?.run(&mut simulator, (fabric, name))
}

/// Runs one size once more, and records what some links carry over time.
///
/// # Errors
/// As [`run_size`].
pub(super) fn run_watching(
    (fabric, name): (&Fabric, &str),
    chips: usize,
    call: CollectiveCall,
    (options, links): (&Options, &[LinkId]),
) -> Result<Outcome, RunError> {
    let mut simulator = Simulator::new(fabric, options);
    let planned = PlannedSize::new(&mut simulator, name, chips, call)?;
    let outcome = simulator
        .run_watching(&planned.prepared, links, &mut Unobserved)
        .map_err(|source| RunError::Simulation { system: name.to_owned(), source })?;
    completed((fabric, name), outcome, options)
}

/// One size, before it is simulated.
struct PlannedSize {
    chips: usize,
    /// All plans that were considered, and the one that runs.
    plans: Vec<Plan>,
    plan: Plan,
    /// What ran in place of what was asked for, in a sentence.
    replaced: Option<String>,
    prepared: Prepared<SingleCollective>,
}

impl PlannedSize {
    /// Plans a call, and leaves with the simulator what does not depend on its size.
    fn new(
        simulator: &mut Simulator<'_>,
        name: &str,
        chips: usize,
        call: CollectiveCall,
    ) -> Result<Self, RunError> {
        let members: Vec<EndpointId> = (0..chips).map(EndpointId::new).collect();
        let routing = |source| RunError::Routing { system: name.to_owned(), source };
        let plans = simulator.planner().plans(&members, &call).map_err(routing)?;
        let plan = fastest(&plans).clone();
        let replacement = simulator.planner().replacement(&members, &call).map_err(routing)?;
        let replaced = call
            .algorithm
            .zip(replacement)
            .map(|(asked, why)| collective_notes::replaced(asked, plan.schedule.algorithm, why));
        // What the planner chose is what runs.
        let (algorithm, protocol) = (Some(plan.schedule.algorithm), Some(plan.protocol));
        let workload = SingleCollective::new(chips, CollectiveCall { algorithm, protocol, ..call });
        let prepared = simulator
            .prepare(workload)
            .map_err(|source| RunError::Simulation { system: name.to_owned(), source })?;
        Ok(Self { chips, plans, plan, replaced, prepared })
    }

    fn run(
        &self,
        simulator: &mut Simulator<'_>,
        (fabric, name): (&Fabric, &str),
    ) -> Result<(SizedOutcome, Outcome), RunError> {
        let Self { chips, plans, plan, replaced, prepared } = self;
        let mut path = CriticalPath::new();
        let outcome = simulator
            .run(prepared, &mut path)
            .map_err(|source| RunError::Simulation { system: name.to_owned(), source })?;
        let outcome = completed((fabric, name), outcome, simulator.options())?;
        bounds::check_collective(fabric, (&plan.call, plan.schedule.algorithm), *chips, outcome.end);
        let row = CollectiveRow {
            tier_bytes: Some(utilization::bytes_of_tiers(fabric, &outcome)),
            ..row_of(*chips, plan, outcome.end)
        };
        let line_rates = (0..*chips).map(|chip| line_rate(fabric, EndpointId::new(chip)));
        let sized = SizedOutcome {
            row,
            work: work(&outcome.work),
            digest: outcome.digest.to_string(),
            explanation: explanation::explain(plans, plan, outcome.end),
            replaced: replaced.clone(),
            limited_by: path.account().shares(),
            line_rate: line_rates.fold(Bandwidth::UNBOUNDED, Bandwidth::min),
        };
        Ok((sized, outcome))
    }
}

/// What a planned collective shows that takes so long.
pub(super) fn row_of(chips: usize, plan: &Plan, time: Time) -> CollectiveRow {
    let call = plan.call;
    // A barrier moves nothing, whatever its size.
    let moves = call.kind != CollectiveKind::Barrier;
    let algbw = algorithm_bandwidth(call.bytes, time).filter(|_| moves);
    // One rank has a factor of zero: it sends nothing.
    let factor = Some(call.kind.bus_factor(chips)).filter(|factor| *factor > 0.0);
    CollectiveRow {
        size_bytes: call.bytes.count(),
        time_us: time.microseconds(),
        algbw_gb_per_s: algbw,
        busbw_gb_per_s: algbw.zip(factor).map(|(algbw, factor)| algbw * factor),
        wire_bytes_per_chip: plan.schedule.nominal_wire_bytes(call.bytes).count(),
        algorithm: plan.schedule.algorithm.name().to_owned(),
        protocol: plan.protocol.name().to_owned(),
        bound_by: plan.prediction.bound_by().to_owned(),
        ..CollectiveRow::default()
    }
}

/// What a chip's links carry, inside its domain or out of it, whichever is more.
pub(super) fn line_rate(fabric: &Fabric, member: EndpointId) -> Bandwidth {
    let [inside, outside] =
        [Scope::ScaleUp, Scope::ScaleOut].map(|scope| fabric.injection_bandwidth(member, scope));
    if inside < outside { outside } else { inside }
}

/// Size over time in GB/s; nothing that takes no time has a rate.
fn algorithm_bandwidth(bytes: Bytes, time: Time) -> Option<f64> {
    (time > Time::ZERO).then(|| bytes.count() as f64 / time.seconds() / 1e9)
}
