//! Everything in a workload that a folding depends on: who communicates, in which patterns, and nothing of how much.

use crate::collectives::{Pattern, Schedule};
use crate::fabric::RoutingError;
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId};
use crate::transport::{Plan, Planner};
use crate::workload::{CollectiveCall, Roles, Workload, lowest_slot};
use std::collections::{BTreeMap, BTreeSet};

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

/// What a workload communicates: equal listings on one fabric fold equally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) steps: Vec<ListedStep>,
    /// The members of each group that calls collectives.
    pub(super) groups: Vec<Vec<RankId>>,
    /// Where each rank runs.
    pub(super) endpoints: Vec<EndpointId>,
    /// For each rank: its role and the plans of its collectives.
    pub(super) own: Vec<Vec<u64>>,
    pub(super) messages: Vec<Sending>,
}

impl Listing {
    /// Lists the communication of a workload.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub(super) fn of(
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
    ) -> Result<Self, RoutingError> {
        let ranks = (0..workload.ranks()).map(RankId::new);
        let mut listing = Self {
            steps: Vec::new(),
            groups: Vec::new(),
            endpoints: ranks.clone().map(|rank| workload.endpoint(rank)).collect(),
            own: ranks.clone().map(|rank| vec![workload.role(rank).index() as u64]).collect(),
            messages: ranks.clone().flat_map(|rank| messages_of(workload, roles, rank)).collect(),
        };
        let mut collectives = Collectives::new(&mut listing);
        for rank in ranks.clone() {
            for (communicator, call) in &roles.of_rank(workload, rank).collectives {
                collectives.list((workload, rank), (*communicator, call), planner)?;
            }
        }
        for rank in ranks {
            // The order in which groups were visited says nothing about a rank.
            let own = &mut listing.own[rank.index()];
            own[1..].sort_unstable();
            own.extend(receive_ends(workload, roles, rank));
        }
        Ok(listing)
    }
}

/// The collectives of a workload while they are listed.
struct Collectives<'a> {
    listing: &'a mut Listing,
    /// Where the groups stand in the listing, and which calls of theirs are listed.
    groups: BTreeMap<(CommunicatorId, GroupId), usize>,
    calls: BTreeSet<(usize, CallKey)>,
    steps: BTreeSet<(usize, Pattern, usize)>,
    plans: Vec<Plan>,
}

impl<'a> Collectives<'a> {
    fn new(listing: &'a mut Listing) -> Self {
        Self {
            listing,
            groups: BTreeMap::new(),
            calls: BTreeSet::new(),
            steps: BTreeSet::new(),
            plans: Vec::new(),
        }
    }

    /// Lists what the group of a rank does in a call, the first time that a rank of the group comes with it.
    fn list(
        &mut self,
        (workload, rank): (&dyn Workload, RankId),
        (communicator, call): (CommunicatorId, &CollectiveCall),
        planner: &mut Planner<'_>,
    ) -> Result<(), RoutingError> {
        let id = workload.group(rank, communicator);
        let group = *self.groups.entry((communicator, id)).or_insert_with(|| {
            self.listing.groups.push(workload.members(communicator, id));
            self.listing.groups.len() - 1
        });
        if !self.calls.insert((group, call_key(call))) {
            return Ok(());
        }
        let Listing { groups, endpoints, own, .. } = &mut *self.listing;
        let members = &groups[group];
        let places: Vec<_> = members.iter().map(|&member| endpoints[member.index()]).collect();
        let plan = planner.plan(&places, call)?;
        let known = self.plans.iter().position(|known| *known == plan);
        let number = known.unwrap_or(self.plans.len()) as u64;
        for member in members {
            own[member.index()].push((communicator.index() as u64) << 32 | number);
        }
        self.list_steps((communicator, group), &plan.schedule);
        if known.is_none() {
            self.plans.push(plan);
        }
        Ok(())
    }

    fn list_steps(&mut self, (communicator, group): (CommunicatorId, usize), schedule: &Schedule) {
        for phase in &schedule.phases {
            let distinct = if phase.pattern.repeats() { 1 } else { phase.steps };
            for step in phase.first..phase.first + distinct {
                let (pattern, step) = phase.pattern.canonical(step);
                // Another step or another call of the group may have had the same transfers.
                if self.steps.insert((group, pattern, step)) {
                    self.listing.steps.push(ListedStep { communicator, group, pattern, step });
                }
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

type CallKey = (u8, u64, Option<u8>, Option<u8>, (u32, u64));

fn call_key(call: &CollectiveCall) -> CallKey {
    let algorithm = call.algorithm.map(|algorithm| algorithm as u8);
    let experts = (call.experts.choices, call.experts.imbalance().to_bits());
    let protocol = call.protocol.map(|protocol| protocol as u8);
    (call.kind as u8, call.bytes.count(), algorithm, protocol, experts)
}
