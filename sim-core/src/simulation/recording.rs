//! What an isolated collective did, to be done again.

use crate::network::Timeline;
use crate::units::Time;

/// What an isolated collective does, relative to the common entry of its members.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recording {
    /// When each member leaves.
    pub(super) exits: Vec<Time>,
    /// The weighted bytes of each link, in the order of the signature's links.
    pub(super) carried: Vec<u128>,
    /// The bytes of each tier over time.
    pub(super) tiers: Vec<Timeline>,
    /// Flows that its simulation took.
    pub(super) flows: u64,
    /// Flows that were stepped as lanes.
    pub(super) lanes: u64,
    /// Times that rates were solved for.
    pub(super) solves: u64,
    /// Events that its simulation took.
    pub(super) events: u64,
}

impl Recording {
    /// When the last member leaves.
    pub(super) fn duration(&self) -> Time {
        self.exits.iter().copied().max().unwrap_or_default()
    }
}
