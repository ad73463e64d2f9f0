//! How a group runs a collective: the algorithm and protocol of least predicted time, on its own links.

use super::cost::{CollectiveCost, StepCost, collective_cost, hand_off};
use super::groups::{Groups, Named};
use super::profile::{PhaseProfile, Survey, Surveyor, is_full_mesh};
use super::{ByProtocol, Prediction, Replacement, Transport, predict};
use crate::collectives::{GroupShape, Pattern, Phase, Schedule, candidates, effective, expand, is_chunked};
use crate::fabric::{Fabric, RoutingError, Scope};
use crate::ids::EndpointId;
use crate::units::Time;
use crate::workload::{Algorithm, CollectiveCall, CollectiveKind, Library, Protocol};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A collective as a group will run it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was called.
    pub call: CollectiveCall,
    /// How bytes and flags travel.
    pub protocol: Protocol,
    /// The transfers.
    pub schedule: Schedule,
    /// What the transport adds.
    pub cost: CollectiveCost,
    /// The closed form.
    pub prediction: Prediction,
}

/// The plan of least predicted time, the first where several have it.
///
/// # Panics
/// When there are no plans.
pub fn fastest(plans: &[Plan]) -> &Plan {
    let best = plans.iter().min_by_key(|plan| plan.prediction.total());
    best.expect("every collective has an algorithm and a protocol")
}

/// The most members of a group that is looked at for links between all of them; a chip has no more ports.
const MOST_IN_A_MESH: usize = 64;

/// The most chunks of a collective: a finer pipeline gains less than a thousandth.
const MOST_CHUNKS: f64 = 1024.0;

/// The chunks of a collective whose chunks are handed on for nothing, as in the ideal transport.
const FREE_CHUNKS: f64 = 64.0;

/// The most chunks of an exchange with experts: the shorter of its stages is hidden but for a sixteenth.
const MOST_STAGED_CHUNKS: f64 = 16.0;

/// The whole number `c` of at least 1 for which `c + ratio / c` is least: the first with `c (c + 1) >= ratio`.
///
/// To round the square root would keep too few parts just below the next: a larger collective would then be faster.
fn best_cut(ratio: f64) -> f64 {
    (((1.0 + 4.0 * ratio).sqrt() - 1.0) / 2.0).ceil().max(1.0)
}

/// How long a step of a phase drains under the bounds of its protocol, inside domains or between them.
fn slowest_drain(phase: &Phase, profile: &PhaseProfile, step: &StepCost) -> Time {
    let drain = |scope: Scope| {
        let meeting = profile.of(scope)?;
        Some(meeting.drain(phase.bytes, step.of(scope).1))
    };
    [Scope::ScaleUp, Scope::ScaleOut].into_iter().filter_map(drain).max().unwrap_or(Time::ZERO)
}

/// What a planner has seen of a fabric, which no transport changes: groups, their shapes, what their phases meet.
#[derive(Debug, Clone, Default)]
pub struct Surveys {
    groups: Groups,
    phases: FxHashMap<(u32, Pattern, usize), Survey>,
    shapes: FxHashMap<u32, GroupShape>,
}

/// Makes plans for groups on a fabric, and remembers what their phases meet.
#[derive(Debug, Clone)]
pub struct Planner<'a> {
    fabric: &'a Fabric,
    transport: &'a Transport,
    surveyor: Surveyor<'a>,
    seen: Surveys,
    plans: FxHashMap<(u32, CollectiveCall), Arc<Plan>>,
}

impl<'a> Planner<'a> {
    /// A planner without memories.
    pub fn new(fabric: &'a Fabric, transport: &'a Transport) -> Self {
        Self::resume(fabric, transport, Surveys::default())
    }

    /// A planner that remembers what another has seen of the same fabric, under whatever transport.
    pub fn resume(fabric: &'a Fabric, transport: &'a Transport, seen: Surveys) -> Self {
        Self { fabric, transport, surveyor: Surveyor::new(fabric), seen, plans: FxHashMap::default() }
    }

    /// What this planner has seen of its fabric.
    pub fn into_surveys(self) -> Surveys {
        self.seen
    }

    /// The fabric that plans are made for.
    pub fn fabric(&self) -> &'a Fabric {
        self.fabric
    }

    /// The transport that plans are made for.
    pub fn transport(&self) -> &'a Transport {
        self.transport
    }

    /// The plan of least predicted time among the algorithms and protocols that the call leaves open.
    ///
    /// # Errors
    /// [`RoutingError`] when members of the group cannot reach one another.
    pub fn plan(&mut self, members: &[EndpointId], call: &CollectiveCall) -> Result<Plan, RoutingError> {
        Ok(Plan::clone(self.shared_plan(members, call)?.as_ref()))
    }

    /// The same plan, made once for all groups that differ by whole cells of the fabric.
    ///
    /// # Errors
    /// [`RoutingError`] when members of the group cannot reach one another.
    pub fn shared_plan(
        &mut self,
        members: &[EndpointId],
        call: &CollectiveCall,
    ) -> Result<Arc<Plan>, RoutingError> {
        let named = self.seen.groups.name(self.fabric, members);
        let key = (named.group, *call);
        if let Some(known) = self.plans.get(&key) {
            return Ok(Arc::clone(known));
        }
        let plan = Arc::new(fastest(&self.plans_of(&named, call)?).clone());
        self.plans.insert(key, Arc::clone(&plan));
        Ok(plan)
    }

    /// Why another algorithm runs than the one that the call asks for; nothing where it does run, or none is asked for.
    ///
    /// # Errors
    /// [`RoutingError`] when members of the group cannot reach one another.
    pub fn replacement(
        &mut self,
        members: &[EndpointId],
        call: &CollectiveCall,
    ) -> Result<Option<Replacement>, RoutingError> {
        let Some(asked) = call.algorithm else { return Ok(None) };
        let named = self.seen.groups.name(self.fabric, members);
        let shape = self.shape(&named)?;
        let sums = self.sums_in_network(&named.members, &shape);
        let ran = effective(asked, call.kind, &shape, sums);
        Ok(Replacement::find((asked, ran), &shape, (self.transport, sums)))
    }

    /// All plans among which [`Planner::plan`] chooses.
    ///
    /// # Errors
    /// [`RoutingError`] when members of the group cannot reach one another.
    pub fn plans(
        &mut self,
        members: &[EndpointId],
        call: &CollectiveCall,
    ) -> Result<Vec<Plan>, RoutingError> {
        let named = self.seen.groups.name(self.fabric, members);
        self.plans_of(&named, call)
    }

    fn plans_of(&mut self, named: &Named, call: &CollectiveCall) -> Result<Vec<Plan>, RoutingError> {
        let members = &named.members[..];
        let shape = self.shape(named)?;
        let sums = self.sums_in_network(members, &shape);
        let algorithms = match call.algorithm {
            Some(asked) => vec![effective(asked, call.kind, &shape, sums)],
            None => self.open_algorithms(members, call.kind, &shape, sums)?,
        };
        let mut plans = Vec::new();
        for algorithm in algorithms {
            for protocol in self.protocols(call, algorithm) {
                plans.push(self.plan_with(named, call, &shape, (algorithm, protocol))?);
            }
        }
        Ok(plans)
    }

    /// The algorithms that may run; among members that are all joined directly, exchanging with everyone at once is one.
    ///
    /// Where all routes of a member leave over the same links, as through a switch, libraries do not consider it.
    fn open_algorithms(
        &self,
        members: &[EndpointId],
        kind: CollectiveKind,
        shape: &GroupShape,
        sums: bool,
    ) -> Result<Vec<Algorithm>, RoutingError> {
        let mut algorithms = candidates(kind, shape, (self.transport.library, sums));
        let apart = |&member: &EndpointId| !self.fabric.same_domain(members[0], member);
        let uneven = shape.tiers().len() <= 1 && members.iter().any(apart);
        if uneven && kind == CollectiveKind::AllReduce && self.transport.library == Library::Nccl {
            // Domains of unequal size have no tiers in common, but trees over all ranks.
            algorithms.push(Algorithm::Tree);
        }
        let direct = match kind {
            CollectiveKind::AllReduce => Algorithm::TwoShot,
            CollectiveKind::ReduceScatter | CollectiveKind::AllGather => Algorithm::Direct,
            _ => return Ok(algorithms),
        };
        let flat = shape.tiers().len() <= 1 && (3..=MOST_IN_A_MESH).contains(&members.len());
        if flat && is_full_mesh(self.fabric, members)? {
            algorithms.push(direct);
        }
        Ok(algorithms)
    }

    /// Whether there are switches that reduce and copy for each domain of the group.
    fn sums_in_network(&self, members: &[EndpointId], shape: &GroupShape) -> bool {
        let Some(cost) = self.transport.in_network else { return false };
        let inside = shape.tiers()[0];
        let together =
            |domain: &[EndpointId]| domain.iter().all(|&member| self.fabric.same_domain(domain[0], member));
        inside >= 2 && inside >= cost.least_ranks as usize && members.chunks(inside).all(together)
    }

    /// Protocols differ only where the transport tells them apart; switches that reduce take whole chunks.
    fn protocols(&self, call: &CollectiveCall, algorithm: Algorithm) -> Vec<Protocol> {
        let free = self.transport.start == ByProtocol::all(Time::ZERO)
            && self.transport.scale_up.protocol_share == ByProtocol::all(1.0);
        let of_experts = matches!(call.kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine);
        let whole = matches!(algorithm, Algorithm::Nvls | Algorithm::NvlsTree) || of_experts;
        match call.protocol {
            _ if whole => vec![Protocol::Simple],
            Some(asked) => vec![asked],
            None if free => vec![Protocol::Simple],
            None => vec![Protocol::Simple, Protocol::Ll128, Protocol::Ll],
        }
    }

    fn plan_with(
        &mut self,
        named: &Named,
        call: &CollectiveCall,
        shape: &GroupShape,
        (algorithm, protocol): (Algorithm, Protocol),
    ) -> Result<Plan, RoutingError> {
        let chunks = self.chunks(named, call, shape, (algorithm, protocol))?;
        let schedule = expand(call, algorithm, shape, chunks);
        let mut profiles = Vec::with_capacity(schedule.phases.len());
        for phase in &schedule.phases {
            profiles.push(self.profile(named, phase.pattern, phase.steps)?);
        }
        let cost = collective_cost(self.transport, call, &schedule, &profiles, protocol);
        let prediction = predict(&schedule, &profiles, &cost);
        Ok(Plan { call: *call, protocol, schedule, cost, prediction })
    }

    /// Into how many chunks a pipelined collective is cut.
    ///
    /// With wire time `W`, `d` stages after the first and `o` for each hand-off, `c` chunks take
    /// `(c - 1) o + (c + d) W / c`: least near `c = sqrt(d W / o)`.
    fn chunks(
        &mut self,
        named: &Named,
        call: &CollectiveCall,
        shape: &GroupShape,
        (algorithm, protocol): (Algorithm, Protocol),
    ) -> Result<usize, RoutingError> {
        if !is_chunked(call.kind, algorithm) {
            return Ok(1);
        }
        let whole = expand(call, algorithm, shape, 1);
        if algorithm == Algorithm::Hierarchical {
            return self.chunks_of_stages(named, call, (&whole, protocol));
        }
        let Some(phase) = whole.phases.first() else { return Ok(1) };
        let profile = self.profile(named, phase.pattern, phase.steps)?;
        let stages = (whole.steps() - 1) as f64;
        let profiles = vec![profile; whole.phases.len()];
        let cost = collective_cost(self.transport, call, &whole, &profiles, protocol);
        let wire = slowest_drain(phase, &profile, &cost.step[0]).seconds();
        let handed = hand_off(self.transport, phase.pattern).max(profile.latency()).seconds();
        let best = if handed > 0.0 { best_cut(stages * wire / handed) } else { FREE_CHUNKS };
        // A chunk has a byte at least.
        let finest = phase.bytes.count().max(1) as f64;
        Ok(best.clamp(1.0, MOST_CHUNKS.min(finest)) as usize)
    }

    /// Into how many chunks an exchange with experts is cut, whose two stages are the phases of `whole`.
    ///
    /// Where stages of `W >= V` follow one another chunk by chunk at a latency `l`, `c` chunks take `W + V/c + (c + 1) l`:
    /// least near `c = sqrt(V/l)`.
    fn chunks_of_stages(
        &mut self,
        named: &Named,
        call: &CollectiveCall,
        (whole, protocol): (&Schedule, Protocol),
    ) -> Result<usize, RoutingError> {
        let mut profiles = Vec::with_capacity(whole.phases.len());
        for phase in &whole.phases {
            profiles.push(self.profile(named, phase.pattern, phase.steps)?);
        }
        let cost = collective_cost(self.transport, call, whole, &profiles, protocol);
        let stages = whole.phases.iter().zip(&profiles).zip(&cost.step);
        let shorter = stages.map(|((phase, profile), step)| slowest_drain(phase, profile, step)).min();
        let latency = profiles.iter().map(PhaseProfile::latency).max().unwrap_or(Time::ZERO);
        // Nothing to send that takes no time either is one chunk.
        let best = best_cut(shorter.unwrap_or(Time::ZERO).seconds() / latency.seconds());
        Ok(best.min(MOST_STAGED_CHUNKS) as usize)
    }

    /// How many members stand together in each tier that makes a difference to their routes.
    fn shape(&mut self, named: &Named) -> Result<GroupShape, RoutingError> {
        if let Some(shape) = self.seen.shapes.get(&named.group) {
            return Ok(shape.clone());
        }
        let members = &named.members[..];
        let mut levels = Vec::new();
        for level in self.fabric.levels() {
            let containers: Vec<u32> = members.iter().map(|&member| level.container(member)).collect();
            if self.is_boundary(members, &containers)? {
                levels.push(containers);
            }
        }
        let mut shape = GroupShape::from_containers(members.len(), &levels);
        if let Some(domains) = self.fabric.levels().last() {
            let domains: Vec<u32> = members.iter().map(|&member| domains.container(member)).collect();
            shape = shape.with_domains(&domains);
        }
        let inside = shape.tiers()[0];
        let may_be_meshed = shape.tiers().len() > 1 && (3..=MOST_IN_A_MESH).contains(&inside);
        if may_be_meshed && is_full_mesh(self.fabric, &members[..inside])? {
            shape = shape.with_mesh_inside();
        }
        self.seen.shapes.insert(named.group, shape.clone());
        Ok(shape)
    }

    /// Whether neighbours in different containers are joined by other tiers than neighbours in one.
    fn is_boundary(&self, members: &[EndpointId], containers: &[u32]) -> Result<bool, RoutingError> {
        let pair = |together: bool| {
            let found = containers.windows(2).position(|pair| (pair[0] == pair[1]) == together);
            found.map(|at| (members[at], members[at + 1]))
        };
        match (pair(true), pair(false)) {
            (Some(inside), Some(outside)) => Ok(self.tiers(inside)? != self.tiers(outside)?),
            _ => Ok(false),
        }
    }

    fn tiers(&self, (from, to): (EndpointId, EndpointId)) -> Result<BTreeSet<usize>, RoutingError> {
        let route = self.fabric.route(from, to)?;
        Ok(route.hops().iter().map(|hop| self.fabric.link(hop.first).tier.index()).collect())
    }

    /// What a pattern meets; the number of chunks makes no difference to it.
    fn profile(
        &mut self,
        named: &Named,
        pattern: Pattern,
        steps: usize,
    ) -> Result<PhaseProfile, RoutingError> {
        let pattern = pattern.of_one_chunk();
        let steps = if pattern.repeats() { 1 } else { steps };
        let key = (named.group, pattern, steps);
        if let Some(known) = self.seen.phases.get(&key) {
            return Ok(known.under(self.transport));
        }
        let survey = self.surveyor.survey(&named.members, pattern, steps)?;
        self.seen.phases.insert(key, survey);
        Ok(survey.under(self.transport))
    }
}

#[cfg(test)]
mod tests {
    use super::best_cut;

    #[test]
    fn a_cut_is_the_best_of_all_whole_numbers() {
        for ratio in [0.0, 0.5, 1.9, 2.1, 2.2, 5.9, 6.1, 6.2, 100.0, 12_345.6] {
            let takes = |parts: f64| parts + ratio / parts;
            let best = (1..200).map(f64::from).min_by(|one, other| takes(*one).total_cmp(&takes(*other)));
            assert_eq!(Some(best_cut(ratio)), best, "{ratio}");
        }
        assert_eq!(best_cut(f64::INFINITY), f64::INFINITY);
        assert_eq!(best_cut(f64::NAN), 1.0);
    }
}
