//! Who waits for whom when nothing can happen any more.

use super::collective::Collectives;
use super::messages::End;
use super::program_state::{Current, ProgramState};
use super::setup::Parts;
use crate::ids::RankId;
use crate::outcome::{Blocked, Deadlock};
use crate::workload::{CollectiveCall, Operation, OperationKind};
use std::collections::{BTreeMap, BTreeSet};

/// What a deadlock is told from.
pub(super) struct Scene<'a> {
    pub(super) parts: &'a Parts<'a>,
    pub(super) states: &'a [ProgramState],
    pub(super) collectives: &'a Collectives,
}

/// What an operation waits for: ranks by their places among the simulated ones, or a collective, which waits for ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Actor(usize),
    Collective(usize),
}

type Waits = BTreeMap<Node, BTreeSet<Node>>;

impl Scene<'_> {
    /// The operations that can never end, and ranks that wait for one another in a circle; `None` when all have ended.
    pub(super) fn deadlock(&self) -> Option<Deadlock> {
        let attendance: Vec<(Vec<End>, Vec<u32>)> = self.collectives.attendance().collect();
        let mut collective_of = BTreeMap::new();
        for (instance, (ends, _)) in attendance.iter().enumerate() {
            collective_of.extend(ends.iter().map(|end| ((end.actor, end.stream), instance)));
        }
        let (mut blocked, mut waits) = (Vec::new(), Waits::new());
        for (actor, state) in self.states.iter().enumerate() {
            for stream in state.entered().iter() {
                let Some(Current { index, operation, .. }) = state.current(stream) else { continue };
                let instance = collective_of.get(&(actor as u32, stream)).copied();
                let awaited: Vec<usize> = match instance {
                    Some(instance) => {
                        let absent = || self.absent(actor, operation, &attendance[instance].1);
                        let collective = Node::Collective(instance);
                        waits.entry(collective).or_insert_with(|| absent().map(Node::Actor).collect());
                        waits.entry(Node::Actor(actor)).or_default().insert(collective);
                        absent().take(NAMED + 1).collect()
                    }
                    None => {
                        let peer = self.peer(actor, operation);
                        waits.entry(Node::Actor(actor)).or_default().extend(peer.map(Node::Actor));
                        peer.into_iter().collect()
                    }
                };
                let waits_for = self.describe(operation, &awaited);
                blocked.push(Blocked { rank: self.rank(actor), index: *index, waits_for });
            }
        }
        let actor = |node| if let Node::Actor(actor) = node { Some(self.rank(actor)) } else { None };
        let cycle = find_cycle(&waits).into_iter().filter_map(actor).collect();
        (!blocked.is_empty()).then_some(Deadlock { blocked, cycle })
    }

    fn rank(&self, actor: usize) -> RankId {
        self.parts.actors[actor].representative.rank
    }

    /// The simulated rank that a message waits for.
    fn peer(&self, actor: usize, operation: &Operation) -> Option<usize> {
        let around = &self.parts.around;
        match operation.kind {
            OperationKind::Send { peer, .. } | OperationKind::Receive { peer, .. } => {
                Some(around.folding.class_of(around.workload.peer(self.rank(actor), peer)))
            }
            OperationKind::Compute { .. } | OperationKind::Collective { .. } => None,
        }
    }

    /// The simulated ranks that have not entered a collective.
    fn absent<'b>(
        &'b self,
        actor: usize,
        operation: &Operation,
        absent: &'b [u32],
    ) -> impl Iterator<Item = usize> + 'b {
        let OperationKind::Collective { communicator, .. } = operation.kind else {
            unreachable!("who has entered a collective is in one");
        };
        let place = self.parts.actors[actor].groups.iter().find(|known| known.0 == communicator);
        let group = place.expect("a rank is in a group of each communicator that it calls").1;
        let members = &self.parts.groups[group as usize].members;
        absent.iter().map(|&member| members[member as usize].actor as usize)
    }

    fn describe(&self, operation: &Operation, awaited: &[usize]) -> String {
        let named: Vec<String> = awaited.iter().take(NAMED).map(|&actor| self.name(actor)).collect();
        let more = if awaited.len() > NAMED { " and others" } else { "" };
        let awaited = format!("{}{more}", named.join(", "));
        match operation.kind {
            OperationKind::Compute { .. } => "its own computation".to_owned(),
            OperationKind::Send { channel, .. } => format!("{awaited} to receive on channel {channel}"),
            OperationKind::Receive { channel, .. } => format!("{awaited} to send on channel {channel}"),
            OperationKind::Collective { communicator, call } => {
                format!("{awaited} to call {} on {communicator}", describe(&call))
            }
        }
    }

    fn name(&self, actor: usize) -> String {
        let ended = if self.states[actor].has_ended() { " (which has ended)" } else { "" };
        format!("{}{ended}", self.rank(actor))
    }
}

/// How many of the ranks that an operation waits for are named.
const NAMED: usize = 4;

/// A call in words.
pub(super) fn describe(call: &CollectiveCall) -> String {
    format!("{} of {}", call.kind.name(), call.bytes)
}

/// A circle in which each waits for the next and the last for the first, from the lowest that leads into one.
fn find_cycle(waits: &Waits) -> Vec<Node> {
    // Who waits only for those that wait for nobody is on no circle; what is left leads into one.
    let mut live = waits.clone();
    loop {
        let dead_end = |awaited: &BTreeSet<Node>| !awaited.iter().any(|next| live.contains_key(next));
        let ends: Vec<Node> =
            live.iter().filter(|(_, awaited)| dead_end(awaited)).map(|(&node, _)| node).collect();
        if ends.is_empty() {
            break;
        }
        ends.iter().for_each(|node| {
            live.remove(node);
        });
    }
    let Some((&start, _)) = live.first_key_value() else { return Vec::new() };
    let mut path = vec![start];
    loop {
        let next = live[&path[path.len() - 1]].iter().find(|next| live.contains_key(next));
        let next = *next.expect("what is left waits for something that is left");
        if let Some(place) = path.iter().position(|&seen| seen == next) {
            return path.split_off(place);
        }
        path.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(pairs: &[(usize, &[usize])]) -> Waits {
        let nodes = |awaited: &[usize]| awaited.iter().map(|&actor| Node::Actor(actor)).collect();
        pairs.iter().map(|&(actor, awaited)| (Node::Actor(actor), nodes(awaited))).collect()
    }

    #[test]
    fn a_circle_is_found_behind_a_tail_and_beside_a_dead_end() {
        let waits = waits(&[(0, &[5, 1]), (1, &[2]), (2, &[3]), (3, &[1]), (4, &[5])]);
        assert_eq!(find_cycle(&waits), [1, 2, 3].map(Node::Actor));
    }

    #[test]
    fn a_chain_has_no_circle() {
        assert!(find_cycle(&waits(&[(0, &[1]), (1, &[2])])).is_empty());
    }
}
