//! What is sent, and what became of it.

use crate::ids::{EndpointId, RankId};
use crate::outcome::Outcome;
use crate::units::{Bytes, Time};

/// Bytes from one chip to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// Who sends: rank `i` is on endpoint `i`.
    pub sender: RankId,
    /// Who receives.
    pub receiver: RankId,
    /// How much.
    pub bytes: Bytes,
}

impl Message {
    /// Where it comes from and where it goes.
    pub fn endpoints(&self) -> [EndpointId; 2] {
        [self.sender, self.receiver].map(|rank| EndpointId::new(rank.index()))
    }
}

/// Messages among so many ranks, all posted at the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traffic {
    /// How many ranks there are, whether or not they send.
    pub ranks: usize,
    /// The messages.
    pub messages: Vec<Message>,
}

/// What a run of traffic has shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TrafficOutcome {
    /// Times, links and digest, as of any run; `ranks` has every rank, which ends with its last message.
    pub outcome: Outcome,
    /// When the last byte of each message was received; meaningful when all have been.
    pub finished: Vec<Time>,
}
