//! Everything in a workload that a folding depends on: who communicates, in which patterns, and nothing of how much.

use super::assumptions::Assumptions;
use super::numbering::Numbering;
use super::placements::{Placement, Placements};
use crate::collectives::{Pattern, Schedule};
use crate::fabric::RoutingError;
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use crate::transport::Planner;
use crate::workload::{CollectiveCall, CollectiveKind, Roles, Workload, lowest_slot};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A rank's own end of messages with a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Port {
    slot: PeerSlot,
    channel: u16,
    /// The lowest slot that names the same peer on this channel: by it ends are matched.
    matched_by: PeerSlot,
}

/// Messages from one rank to another: how they are sent, and the lowest slot by which the peer receives them, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sending {
    pub(super) from: RankId,
    pub(super) to: RankId,
    pub(super) port: Port,
    pub(super) received: Option<PeerSlot>,
}

/// A step of a collective of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListedStep {
    pub(super) communicator: CommunicatorId,
    /// The group, by its place in the listing.
    pub(super) group: usize,
    pub(super) pattern: Pattern,
    pub(super) step: usize,
}

/// The collectives of one group, which nobody else is assumed to disturb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedNode {
    pub(super) communicator: CommunicatorId,
    /// The group, by its place in the listing.
    pub(super) group: usize,
    pub(super) placement: Placement,
    /// Who sends to whom in any of its collectives.
    pub(super) patterns: Vec<(Pattern, usize)>,
}

/// What a workload communicates: equal listings on one fabric fold equally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) steps: Vec<ListedStep>,
    pub(super) nodes: Vec<ListedNode>,
    /// The members of each group that calls collectives.
    pub(super) groups: Vec<Vec<RankId>>,
    /// Where each rank runs.
    pub(super) endpoints: Vec<EndpointId>,
    /// For each rank, a number for its role, the plans of its collectives, and how its receives are matched.
    pub(super) own: Vec<u32>,
    pub(super) messages: Vec<Sending>,
}

impl Listing {
    /// How many transfers a single group has in exchanges of everybody with everybody; 0 for anything else.
    pub(super) fn exchanged(&self) -> usize {
        let [group] = &self.groups[..] else { return 0 };
        let ranks = group.len();
        let of_step = |step: &ListedStep| match step.pattern {
            Pattern::Everyone(_) | Pattern::Experts(_) => ranks * ranks,
            Pattern::Shift => ranks,
            _ => 0,
        };
        self.steps.iter().map(of_step).sum()
    }

    /// One collective by itself, whose ranks are its positions, with a number for what each is in itself.
    pub(super) fn of_collective(places: &[EndpointId], schedule: &Schedule, own: Vec<u32>) -> Self {
        let mut patterns = Vec::new();
        list_patterns(schedule, &mut patterns);
        let communicator = CommunicatorId::new(0);
        let step = |(pattern, step)| ListedStep { communicator, group: 0, pattern, step };
        Self {
            steps: patterns.into_iter().map(step).collect(),
            nodes: Vec::new(),
            groups: vec![(0..places.len()).map(RankId::new).collect()],
            endpoints: places.to_vec(),
            own,
            messages: Vec::new(),
        }
    }

    /// Lists the communication of a workload.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub(super) fn of(
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
        assumptions: &mut Assumptions,
    ) -> Result<Self, RoutingError> {
        let ranks = (0..workload.ranks()).map(RankId::new);
        let mut own = OwnProperties::of_roles(ranks.clone().map(|rank| workload.role(rank)));
        for (rank, &apart) in assumptions.told_apart.iter().enumerate() {
            own.add(RankId::new(rank), apart);
        }
        let mut listing = Self {
            steps: Vec::new(),
            nodes: Vec::new(),
            groups: Vec::new(),
            endpoints: ranks.clone().map(|rank| workload.endpoint(rank)).collect(),
            own: Vec::new(),
            messages: ranks.clone().flat_map(|rank| messages_of(workload, roles, rank)).collect(),
        };
        let communicators: BTreeSet<CommunicatorId> =
            roles.iter().flat_map(|role| &role.collectives).map(|call| call.0).collect();
        let groups = |communicator| (communicator, groups_of((workload, roles), communicator));
        let groups: Vec<(CommunicatorId, Vec<CallingGroup>)> =
            communicators.into_iter().map(groups).collect();
        // A collective by itself is folded as what it is.
        let alone = listing.messages.is_empty()
            && groups.iter().map(|of| of.1.len()).sum::<usize>() == 1
            && own.of_rank.iter().all(|&number| number == own.of_rank[0]);
        for (communicator, groups) in groups {
            let disturbed =
                alone || !assumptions.isolated || assumptions.disturbed.contains_key(&communicator);
            let kinds = || groups.iter().flat_map(|group| &group.calls).map(|call| call.kind);
            // Two ranks have no order to be freed from, and wait for one another at length.
            let large = groups.iter().all(|group| group.members.len() > 2);
            let isolated = !disturbed && large && kinds().all(CollectiveKind::everyone_waits);
            let mut calls =
                Calls { communicator, isolated, planner, placements: &mut assumptions.placements };
            calls.list(&mut listing, &mut own, groups)?;
        }
        for rank in ranks {
            receive_ends(workload, roles, rank, |number| own.add(rank, number));
        }
        listing.own = own.of_rank;
        Ok(listing)
    }
}

/// What ranks are in themselves: ranks have equal numbers when the same was added to them in the same order.
struct OwnProperties {
    of_rank: Vec<u32>,
    numbers: Numbering<(u32, u64)>,
}

impl OwnProperties {
    fn of_roles(roles: impl Iterator<Item = RoleId>) -> Self {
        let mut numbers = Numbering::default();
        let of_role = |role: RoleId| numbers.number((u32::MAX, role.index() as u64));
        Self { of_rank: roles.map(of_role).collect(), numbers }
    }

    fn add(&mut self, rank: RankId, property: u64) {
        let of_rank = &mut self.of_rank[rank.index()];
        *of_rank = self.numbers.number((*of_rank, property));
    }
}

/// A group that calls collectives: its members, and their distinct calls in the order of the members.
struct CallingGroup {
    members: Vec<RankId>,
    roles: Vec<RoleId>,
    calls: Vec<CollectiveCall>,
}

/// The groups of a communicator, in the order of their first members.
fn groups_of((workload, roles): (&dyn Workload, &Roles), communicator: CommunicatorId) -> Vec<CallingGroup> {
    let mut groups: Vec<CallingGroup> = Vec::new();
    let mut known: FxHashMap<GroupId, usize> = FxHashMap::default();
    for rank in (0..workload.ranks()).map(RankId::new) {
        let role = roles.of_rank(workload, rank);
        if !role.calls(communicator) {
            continue;
        }
        let id = workload.group(rank, communicator);
        let group = *known.entry(id).or_insert_with(|| {
            let members = workload.members(communicator, id);
            groups.push(CallingGroup { members, roles: Vec::new(), calls: Vec::new() });
            groups.len() - 1
        });
        let (group, name) = (&mut groups[group], workload.role(rank));
        if group.roles.contains(&name) {
            continue;
        }
        group.roles.push(name);
        for (_, call) in role.collectives.iter().filter(|call| call.0 == communicator) {
            if !group.calls.contains(call) {
                group.calls.push(*call);
            }
        }
    }
    groups
}

/// The collectives of one communicator while they are listed.
struct Calls<'a, 'p> {
    communicator: CommunicatorId,
    /// Whether they are assumed to be alone on their links.
    isolated: bool,
    placements: &'a mut Placements,
    planner: &'a mut Planner<'p>,
}

impl Calls<'_, '_> {
    /// Lists what groups do in their calls.
    fn list(
        &mut self,
        listing: &mut Listing,
        own: &mut OwnProperties,
        groups: Vec<CallingGroup>,
    ) -> Result<(), RoutingError> {
        for CallingGroup { calls, members, .. } in groups {
            let places: Vec<_> = members.iter().map(|&member| listing.endpoints[member.index()]).collect();
            let group = listing.groups.len();
            let (mut numbers, mut patterns) = (Vec::new(), Vec::new());
            for call in &calls {
                let plan = self.planner.shared_plan(&places, call)?;
                list_patterns(&plan.schedule, &mut patterns);
                numbers.push(self.placements.plan(plan));
            }
            numbers.sort_unstable();
            let communicator = self.communicator;
            if self.isolated {
                let fabric = self.planner.fabric();
                let placement = self.placements.placement(fabric, (&numbers, &places), &patterns)?;
                listing.nodes.push(ListedNode { communicator, group, placement, patterns });
            } else {
                let step = |(pattern, step)| ListedStep { communicator, group, pattern, step };
                listing.steps.extend(patterns.into_iter().map(step));
            }
            for &member in &members {
                own.add(member, self.communicator.index() as u64);
                numbers.iter().for_each(|&number| own.add(member, number));
            }
            listing.groups.push(members);
        }
        Ok(())
    }
}

/// Adds the distinct steps of a schedule; another call of the group may have had the same transfers.
fn list_patterns(schedule: &Schedule, patterns: &mut Vec<(Pattern, usize)>) {
    let mut listed: BTreeSet<(Pattern, usize)> = patterns.iter().copied().collect();
    for phase in &schedule.phases {
        let distinct = if phase.pattern.repeats() { 1 } else { phase.steps };
        for step in phase.first..phase.first + distinct {
            let canonical = phase.pattern.canonical(step);
            if listed.insert(canonical) {
                patterns.push(canonical);
            }
        }
    }
}

fn messages_of(workload: &dyn Workload, roles: &Roles, rank: RankId) -> impl Iterator<Item = Sending> {
    let sends = &roles.of_rank(workload, rank).sends;
    sends.iter().map(move |&(slot, channel)| {
        let peer = workload.peer(rank, slot);
        let matched_by = lowest_slot(workload, sends, (rank, peer), channel).unwrap_or(slot);
        let receives = &roles.of_rank(workload, peer).receives;
        let received = lowest_slot(workload, receives, (peer, rank), channel);
        Sending { from: rank, to: peer, port: Port { slot, channel, matched_by }, received }
    })
}

/// How a rank's receives are matched: part of what it is, because a transfer shows only how it is sent.
fn receive_ends(workload: &dyn Workload, roles: &Roles, rank: RankId, mut add: impl FnMut(u64)) {
    let receives = &roles.of_rank(workload, rank).receives;
    let number = |slot: Option<PeerSlot>| slot.map_or(u64::MAX, |slot| slot.index() as u64);
    for &(slot, channel) in receives {
        let sender = workload.peer(rank, slot);
        let sends = &roles.of_rank(workload, sender).sends;
        let sent = lowest_slot(workload, sends, (sender, rank), channel);
        let matched_by = lowest_slot(workload, receives, (rank, sender), channel);
        let end = [number(Some(slot)), u64::from(channel), number(sent), number(matched_by)];
        end.into_iter().for_each(&mut add);
    }
}
