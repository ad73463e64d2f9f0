//! Which operations of a trace belong together, as arrows from one rank to another.
//!
//! A message is an arrow from its send to its receive. A collective is an arrow from the member that came last, where it
//! is in the trace, to each member that waited for it.

use super::record::{OperationSlice, PointTrace};
use copperlight_core::ids::{CommunicatorId, GroupId, RankId};
use copperlight_core::units::Time;
use copperlight_core::workload::OperationKind;
use std::collections::BTreeMap;

/// An operation of a point: its rank by place in the trace, and its own place among those of the rank.
pub(super) type Place = (usize, usize);

/// From one operation to another; both begin at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: Place,
    pub(super) to: Place,
}

/// Sender, receiver and channel of a message, and from when to when it was on its way.
type MessageKey = (RankId, RankId, u16, Time, Time);

/// A collective of a group, and from when to when it ran.
type CollectiveKey = (CommunicatorId, GroupId, Time, Time);

/// The arrows of a point, between operations that are in the trace.
pub(super) fn arrows(point: &PointTrace) -> Vec<Arrow> {
    let mut sends: BTreeMap<MessageKey, Vec<Place>> = BTreeMap::new();
    let mut receives: BTreeMap<MessageKey, Vec<Place>> = BTreeMap::new();
    let mut collectives: BTreeMap<CollectiveKey, Vec<Place>> = BTreeMap::new();
    for (index, rank) in point.ranks.iter().enumerate() {
        for (place, slice) in rank.operations.iter().enumerate() {
            let (place, OperationSlice { began, ended, .. }) = ((index, place), *slice);
            match slice.operation.kind {
                OperationKind::Compute { .. } => {}
                OperationKind::Send { peer, channel, .. } => {
                    let key = (rank.rank, rank.peers[&peer], channel, began, ended);
                    sends.entry(key).or_default().push(place);
                }
                OperationKind::Receive { peer, channel } => {
                    let key = (rank.peers[&peer], rank.rank, channel, began, ended);
                    receives.entry(key).or_default().push(place);
                }
                OperationKind::Collective { communicator, .. } => {
                    let key = (communicator, rank.groups[&communicator].id, began, ended);
                    collectives.entry(key).or_default().push(place);
                }
            }
        }
    }
    let messages = sends.iter().filter_map(|(key, sends)| Some(sends.iter().zip(receives.get(key)?)));
    let mut arrows: Vec<Arrow> = messages.flatten().map(|(&from, &to)| Arrow { from, to }).collect();
    arrows.extend(collectives.into_values().flat_map(|members| waits(point, &members)));
    arrows
}

/// From the member of a collective that came last to those that waited for it.
fn waits(point: &PointTrace, members: &[Place]) -> Vec<Arrow> {
    let slice = |&(rank, operation): &Place| &point.ranks[rank].operations[operation];
    let last = members.iter().find(|place| slice(place).entered == slice(place).began);
    let Some(&from) = last else { return Vec::new() };
    let waited = members.iter().filter(|place| slice(place).entered < slice(place).began);
    waited.map(|&to| Arrow { from, to }).collect()
}
