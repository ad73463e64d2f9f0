//! How a group runs a collective: the algorithm and protocol of least predicted time, on its own links.

use super::cost::{CollectiveCost, PhaseProfile, Prediction, collective_cost, predict};
use super::{ByProtocol, Transport};
use crate::collectives::{GroupShape, Pattern, Schedule, candidates, effective, expand};
use crate::fabric::{Fabric, Hop, RoutingError, Scope};
use crate::ids::{EndpointId, LinkId};
use crate::units::{Bandwidth, Time};
use crate::workload::{Algorithm, CollectiveCall, CollectiveKind, Protocol};
use std::collections::{BTreeMap, BTreeSet};
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

/// The most members of a group that is looked at for links between all of them; a chip has no more ports.
const MOST_IN_A_MESH: usize = 64;

type Structure = Vec<(Pattern, usize)>;

/// Makes plans for groups on a fabric, and remembers what their phases meet.
#[derive(Debug)]
pub struct Planner<'a> {
    fabric: &'a Fabric,
    transport: &'a Transport,
    profiles: BTreeMap<(Vec<EndpointId>, Structure), Arc<[PhaseProfile]>>,
    shapes: BTreeMap<Vec<EndpointId>, GroupShape>,
    load: Vec<u64>,
}

impl<'a> Planner<'a> {
    /// A planner without memories.
    pub fn new(fabric: &'a Fabric, transport: &'a Transport) -> Self {
        let load = vec![0; fabric.links().len()];
        Self { fabric, transport, profiles: BTreeMap::new(), shapes: BTreeMap::new(), load }
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
        let shape = self.shape(members)?;
        let algorithms = match call.algorithm {
            Some(asked) => vec![effective(asked, call.kind, &shape)],
            None => self.open_algorithms(members, call.kind, &shape)?,
        };
        let mut best: Option<Plan> = None;
        for algorithm in algorithms {
            for protocol in self.protocols(call) {
                let plan = self.plan_with(members, call, &shape, (algorithm, protocol))?;
                if best.as_ref().is_none_or(|best| plan.prediction.total() < best.prediction.total()) {
                    best = Some(plan);
                }
            }
        }
        Ok(best.expect("every collective has an algorithm and a protocol"))
    }

    /// The algorithms that may run; among members that are all joined directly, exchanging with everyone at once is one.
    ///
    /// Where all routes of a member leave over the same links, as through a switch, libraries do not consider it.
    fn open_algorithms(
        &self,
        members: &[EndpointId],
        kind: CollectiveKind,
        shape: &GroupShape,
    ) -> Result<Vec<Algorithm>, RoutingError> {
        let mut algorithms = candidates(kind, shape);
        let flat = shape.tiers().len() <= 1 && (3..=MOST_IN_A_MESH).contains(&members.len());
        if flat && !algorithms.contains(&Algorithm::Direct) && self.is_full_mesh(members)? {
            algorithms.push(Algorithm::Direct);
        }
        Ok(algorithms)
    }

    /// Whether no two routes of the first member to the others share a link.
    fn is_full_mesh(&self, members: &[EndpointId]) -> Result<bool, RoutingError> {
        let mut crossed: BTreeSet<usize> = BTreeSet::new();
        for &to in &members[1..] {
            let route = self.fabric.route(members[0], to)?;
            if !route.hops().iter().flat_map(Hop::range).all(|link| crossed.insert(link)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Protocols differ only where the transport tells them apart.
    fn protocols(&self, call: &CollectiveCall) -> Vec<Protocol> {
        let free = self.transport.start == ByProtocol::all(Time::ZERO)
            && self.transport.scale_up.protocol_share == ByProtocol::all(1.0);
        match call.protocol {
            Some(asked) => vec![asked],
            None if free => vec![Protocol::Simple],
            None => vec![Protocol::Simple, Protocol::Ll128, Protocol::Ll],
        }
    }

    fn plan_with(
        &mut self,
        members: &[EndpointId],
        call: &CollectiveCall,
        shape: &GroupShape,
        (algorithm, protocol): (Algorithm, Protocol),
    ) -> Result<Plan, RoutingError> {
        let schedule = expand(call, algorithm, shape);
        let profiles = self.profile(members, &schedule)?;
        let cost = collective_cost(self.transport, call, &schedule, &profiles, protocol);
        let prediction = predict(&schedule, &profiles, &cost);
        Ok(Plan { call: *call, protocol, schedule, cost, prediction })
    }

    /// How many members stand together in each tier that makes a difference to their routes.
    fn shape(&mut self, members: &[EndpointId]) -> Result<GroupShape, RoutingError> {
        if let Some(shape) = self.shapes.get(members) {
            return Ok(shape.clone());
        }
        let mut levels = Vec::new();
        for level in self.fabric.levels() {
            let containers: Vec<u32> = members.iter().map(|&member| level.container(member)).collect();
            if self.is_boundary(members, &containers)? {
                levels.push(containers);
            }
        }
        let shape = GroupShape::from_containers(members.len(), &levels);
        self.shapes.insert(members.to_vec(), shape.clone());
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

    fn profile(
        &mut self,
        members: &[EndpointId],
        schedule: &Schedule,
    ) -> Result<Arc<[PhaseProfile]>, RoutingError> {
        let structure = schedule.phases.iter().map(|phase| (phase.pattern, phase.steps)).collect();
        let key = (members.to_vec(), structure);
        if let Some(known) = self.profiles.get(&key) {
            return Ok(Arc::clone(known));
        }
        let phases = schedule.phases.iter();
        let profiles: Result<Vec<_>, _> =
            phases.map(|phase| self.profile_phase(members, phase.pattern, phase.steps)).collect();
        let profiles: Arc<[PhaseProfile]> = profiles?.into();
        self.profiles.insert(key, Arc::clone(&profiles));
        Ok(profiles)
    }

    fn profile_phase(
        &mut self,
        members: &[EndpointId],
        pattern: Pattern,
        steps: usize,
    ) -> Result<PhaseProfile, RoutingError> {
        let mut worst = PhaseProfile {
            scope: Scope::ScaleUp,
            latency: Time::ZERO,
            rate: Bandwidth::UNBOUNDED,
            nominal_inside: self.nominal(members, Scope::ScaleUp),
            nominal_outside: self.nominal(members, Scope::ScaleOut),
        };
        let distinct = if pattern.repeats() { 1 } else { steps };
        for step in 0..distinct {
            // Many routes cross the same runs of links: weights are summed by run first.
            let mut runs: BTreeMap<(LinkId, u32), u64> = BTreeMap::new();
            for (position, &from) in members.iter().enumerate() {
                for target in pattern.targets(members.len(), position, step) {
                    let to = members[target];
                    if !self.fabric.same_domain(from, to) {
                        worst.scope = Scope::ScaleOut;
                    }
                    let route = self.fabric.route(from, to)?;
                    worst.latency = worst.latency.max(route.latency());
                    for hop in route.hops() {
                        *runs.entry((hop.first, hop.count)).or_default() += hop.weight;
                    }
                }
            }
            worst.rate = worst.rate.min(self.slowest_rate(&runs));
        }
        Ok(worst)
    }

    /// What the weakest member's own links in a scope can send; members without any are not bound by them.
    fn nominal(&self, members: &[EndpointId], scope: Scope) -> Bandwidth {
        let injection = members.iter().map(|&member| self.fabric.injection_bandwidth(member, scope));
        let own = injection.filter(|&bandwidth| bandwidth > Bandwidth::ZERO);
        own.fold(Bandwidth::UNBOUNDED, Bandwidth::min)
    }

    /// The rate on the most loaded link, where runs of links carry so much weight.
    fn slowest_rate(&mut self, runs: &BTreeMap<(LinkId, u32), u64>) -> Bandwidth {
        let links = |&(first, count): &(LinkId, u32)| first.index()..first.index() + count as usize;
        for (run, weight) in runs {
            self.load[links(run)].iter_mut().for_each(|load| *load += weight);
        }
        let denominator = self.fabric.weight_denominator() as f64;
        let mut slowest = Bandwidth::UNBOUNDED;
        for index in runs.keys().flat_map(links) {
            let link = &self.fabric.links()[index];
            let scope = self.fabric.tiers()[link.tier.index()].scope;
            let capacity = link.capacity * self.transport.scope(scope).efficiency;
            let scaled = capacity.bytes_per_second() * denominator;
            slowest = slowest.min(Bandwidth::from_bytes_per_second(scaled / self.load[index] as f64));
        }
        for run in runs.keys() {
            self.load[links(run)].fill(0);
        }
        slowest
    }
}
