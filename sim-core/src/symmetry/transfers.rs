//! Every distinct transfer of a workload, listed once: who sends to whom, as part of what, over which links.

use super::segments::Segments;
use crate::collectives::{Partners, Pattern, Phase};
use crate::fabric::{Fabric, Hop, Route, RoutingError};
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId};
use crate::transport::{Plan, Planner, transfer_route};
use crate::workload::{CollectiveCall, Roles, Workload, lowest_slot};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of transfer it is; transfers of different kinds are never alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// A message: how it is sent, and the lowest slot by which the peer receives it, if it does.
    Message(Port, Option<PeerSlot>),
    /// A step of a collective: how much is sent.
    Step(CommunicatorId, Pattern, usize, u64),
    /// What switches do for a rank in a step of a collective.
    Shared(CommunicatorId, Pattern, usize, Service),
    /// A rank's part in what switches do for another.
    Part(CommunicatorId, Pattern, usize, Service),
}

/// What switches do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Service {
    Copies(u64),
    Sum(u64),
}

/// A rank's own end of messages with a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Port {
    slot: PeerSlot,
    channel: u16,
    /// The lowest slot that names the same peer on this channel: by it ends are matched.
    matched_by: PeerSlot,
}

/// One transfer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transfer {
    pub(super) source: u32,
    pub(super) target: u32,
    pub(super) kind: u32,
    pub(super) route: u32,
}

/// All transfers, and what a rank's own properties are.
#[derive(Debug)]
pub(super) struct Transfers {
    pub(super) list: Vec<Transfer>,
    /// Which kinds are messages.
    pub(super) messages: Vec<bool>,
    /// For each route: the segments crossed, with the weight on one link and the weight on all.
    pub(super) routes: Vec<Vec<(u32, u64, u64)>>,
    pub(super) latencies: Vec<u64>,
    pub(super) segments: Segments,
    /// For each rank: its role and the plans of its collectives.
    pub(super) own: Vec<Vec<u64>>,
}

struct Collector<'a> {
    fabric: &'a Fabric,
    workload: &'a dyn Workload,
    kinds: BTreeMap<Kind, u32>,
    pairs: FxHashMap<(u32, u32), u32>,
    routes: Vec<Route>,
    list: Vec<Transfer>,
    listed: BTreeSet<(CommunicatorId, Pattern, usize, GroupId)>,
    /// The trees of switches, by whose group they serve, their roots, and whether they sum; and the route of what crosses
    /// no link.
    trees: BTreeMap<(CommunicatorId, EndpointId, bool), u32>,
    nowhere: Option<u32>,
}

/// Lists the transfers of a workload.
///
/// # Errors
/// [`RoutingError`] when ranks that communicate cannot reach one another.
pub(super) fn collect(
    fabric: &Fabric,
    (workload, roles): (&dyn Workload, &Roles),
    planner: &mut Planner<'_>,
) -> Result<Transfers, RoutingError> {
    let mut collector = Collector {
        fabric,
        workload,
        kinds: BTreeMap::new(),
        pairs: FxHashMap::default(),
        routes: Vec::new(),
        list: Vec::new(),
        listed: BTreeSet::new(),
        trees: BTreeMap::new(),
        nowhere: None,
    };
    let mut own: Vec<Vec<u64>> =
        (0..workload.ranks()).map(|rank| vec![workload.role(RankId::new(rank)).index() as u64]).collect();
    collect_messages(&mut collector, roles)?;
    collect_collectives(&mut collector, planner, roles, &mut own)?;
    for (rank, own) in own.iter_mut().enumerate() {
        own.extend(receive_ends(workload, roles, RankId::new(rank)));
    }
    Ok(collector.finish(own))
}

fn collect_messages(collector: &mut Collector<'_>, roles: &Roles) -> Result<(), RoutingError> {
    let workload = collector.workload;
    for rank in (0..workload.ranks()).map(RankId::new) {
        let sends = &roles.of_rank(workload, rank).sends;
        for &(slot, channel) in sends {
            let peer = workload.peer(rank, slot);
            let matched_by = lowest_slot(workload, sends, (rank, peer), channel).unwrap_or(slot);
            let receives = &roles.of_rank(workload, peer).receives;
            let received = lowest_slot(workload, receives, (peer, rank), channel);
            let kind = Kind::Message(Port { slot, channel, matched_by }, received);
            collector.add(kind, rank.index(), peer.index())?;
        }
    }
    Ok(())
}

/// How a rank's receives are matched: part of what it is, because a transfer shows only how it is sent.
fn receive_ends(workload: &dyn Workload, roles: &Roles, rank: RankId) -> Vec<u64> {
    let receives = &roles.of_rank(workload, rank).receives;
    let number = |slot: Option<PeerSlot>| slot.map_or(u64::MAX, |slot| slot.index() as u64);
    let end = |&(slot, channel): &(PeerSlot, u16)| {
        let sender = workload.peer(rank, slot);
        let sends = &roles.of_rank(workload, sender).sends;
        let sent = lowest_slot(workload, sends, (sender, rank), channel);
        let matched_by = lowest_slot(workload, receives, (rank, sender), channel);
        [number(Some(slot)), u64::from(channel), number(sent), number(matched_by)]
    };
    receives.iter().flat_map(end).collect()
}

fn collect_collectives(
    collector: &mut Collector<'_>,
    planner: &mut Planner<'_>,
    roles: &Roles,
    own: &mut [Vec<u64>],
) -> Result<(), RoutingError> {
    let workload = collector.workload;
    let mut plans: Vec<Plan> = Vec::new();
    // Groups are visited at their first member, so that each is planned once.
    let mut seen = BTreeSet::new();
    for rank in 0..workload.ranks() {
        for &(communicator, call) in &roles.of_rank(workload, RankId::new(rank)).collectives {
            let group = workload.group(RankId::new(rank), communicator);
            let members = workload.members(communicator, group);
            if !seen.insert((communicator, group, call_key(&call))) {
                continue;
            }
            let endpoints: Vec<_> = members.iter().map(|&member| workload.endpoint(member)).collect();
            let plan = planner.plan(&endpoints, &call)?;
            let id = plans.iter().position(|known| *known == plan).unwrap_or_else(|| {
                plans.push(plan.clone());
                plans.len() - 1
            });
            for member in &members {
                own[member.index()].push((communicator.index() as u64) << 32 | id as u64);
            }
            collector.add_plan((communicator, group), &members, &plan)?;
        }
    }
    // The order in which groups were visited says nothing about a rank.
    own.iter_mut().for_each(|own| own[1..].sort_unstable());
    Ok(())
}

fn call_key(call: &CollectiveCall) -> (u8, u64, Option<u8>, Option<u8>, (u32, u64)) {
    let algorithm = call.algorithm.map(|algorithm| algorithm as u8);
    let experts = (call.experts.destinations, call.experts.imbalance().to_bits());
    let protocol = call.protocol.map(|protocol| protocol as u8);
    (call.kind as u8, call.bytes.count(), algorithm, protocol, experts)
}

impl Collector<'_> {
    fn add_plan(
        &mut self,
        (communicator, group): (CommunicatorId, GroupId),
        members: &[RankId],
        plan: &Plan,
    ) -> Result<(), RoutingError> {
        let endpoints: Vec<_> = members.iter().map(|&member| self.workload.endpoint(member)).collect();
        for phase in &plan.schedule.phases {
            let distinct = if phase.pattern.repeats() { 1 } else { phase.steps };
            for step in phase.first..phase.first + distinct {
                // Another call of the group may have had the same pattern.
                if self.listed.insert((communicator, phase.pattern, step, group)) {
                    self.add_step((communicator, phase, step), members, &endpoints)?;
                }
            }
        }
        Ok(())
    }

    fn add_step(
        &mut self,
        (communicator, phase, step): (CommunicatorId, &Phase, usize),
        members: &[RankId],
        endpoints: &[EndpointId],
    ) -> Result<(), RoutingError> {
        for (position, member) in members.iter().enumerate() {
            for send in phase.pattern.sends(members.len(), position, step) {
                let service = match send.partners {
                    Partners::One(target) => {
                        let kind = Kind::Step(communicator, phase.pattern, step, send.blocks);
                        self.add(kind, member.index(), members[target].index())?;
                        continue;
                    }
                    Partners::Copies(_) => Service::Copies(send.blocks),
                    Partners::Sum(_) => Service::Sum(send.blocks),
                };
                let route = self.tree((communicator, endpoints), position, send.partners)?;
                let kind = Kind::Shared(communicator, phase.pattern, step, service);
                self.push(kind, (member.index(), member.index()), route);
                let (part, nowhere) =
                    (Kind::Part(communicator, phase.pattern, step, service), self.nowhere());
                for other in send.partners.others(position) {
                    self.push(part, (members[other].index(), member.index()), nowhere);
                }
            }
        }
        Ok(())
    }

    /// The tree by which switches serve a rank.
    fn tree(
        &mut self,
        (communicator, endpoints): (CommunicatorId, &[EndpointId]),
        position: usize,
        partners: Partners,
    ) -> Result<u32, RoutingError> {
        let named = (communicator, endpoints[position], matches!(partners, Partners::Sum(_)));
        if let Some(&known) = self.trees.get(&named) {
            return Ok(known);
        }
        self.routes.push(transfer_route(self.fabric, |at| endpoints[at], position, partners)?.1);
        let new = self.routes.len() as u32 - 1;
        self.trees.insert(named, new);
        Ok(new)
    }

    fn nowhere(&mut self) -> u32 {
        *self.nowhere.get_or_insert_with(|| {
            self.routes.push(Route::local());
            self.routes.len() as u32 - 1
        })
    }

    fn push(&mut self, kind: Kind, (source, target): (usize, usize), route: u32) {
        let next = self.kinds.len() as u32;
        let kind = *self.kinds.entry(kind).or_insert(next);
        self.list.push(Transfer { source: source as u32, target: target as u32, kind, route });
    }

    fn add(&mut self, kind: Kind, source: usize, target: usize) -> Result<(), RoutingError> {
        let pair = (source as u32, target as u32);
        let route = match self.pairs.get(&pair) {
            Some(&known) => known,
            None => {
                let endpoint = |rank: u32| self.workload.endpoint(RankId::new(rank as usize));
                self.routes.push(self.fabric.route(endpoint(pair.0), endpoint(pair.1))?);
                let new = self.routes.len() as u32 - 1;
                self.pairs.insert(pair, new);
                new
            }
        };
        self.push(kind, (source, target), route);
        Ok(())
    }

    fn finish(self, own: Vec<Vec<u64>>) -> Transfers {
        let segments = Segments::new(self.fabric, self.routes.iter());
        let in_segments = |route: &Route| {
            let hops = route.hops().iter();
            let crossed = |hop: &Hop| {
                let weight = hop.weight;
                let of_segment = |segment: usize| {
                    let links = segments.links(segment).len() as u64;
                    (segment as u32, weight, weight * links)
                };
                segments.covering(hop.range()).map(of_segment).collect::<Vec<_>>()
            };
            hops.flat_map(crossed).collect()
        };
        let mut messages = vec![false; self.kinds.len()];
        for (kind, &index) in &self.kinds {
            messages[index as usize] = matches!(kind, Kind::Message(..));
        }
        Transfers {
            messages,
            routes: self.routes.iter().map(in_segments).collect(),
            latencies: self.routes.iter().map(|route| route.latency().picoseconds()).collect(),
            list: self.list,
            segments,
            own,
        }
    }
}
