//! What an isolated collective did, to be done again.

use crate::network::Timeline;
use crate::units::Time;

/// What an isolated collective does, relative to the first entry of its members.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recording {
    /// When each member leaves.
    pub(super) exits: Vec<Time>,
    /// The weighted bytes of each link, in the order of the signature's links.
    pub(super) carried: Vec<u128>,
    /// When each link is used, in the same order.
    pub(super) used: Vec<LinkUse>,
    /// The bytes of each tier over time.
    pub(super) tiers: Vec<Timeline>,
    /// Flows that its simulation took.
    pub(super) flows: u64,
    /// Flows that lanes account for, stepped or repeated.
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

/// When a link is used: other flows may come before and after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LinkUse {
    /// When the first flow starts to drain.
    pub(super) first: Time,
    /// When the last one has drained.
    pub(super) last: Time,
}

impl LinkUse {
    /// No flow crosses the link.
    pub(super) const NEVER: Self = Self { first: Time::MAX, last: Time::ZERO };

    /// Another link, of the same class, is used as well.
    pub(super) fn join(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// A flow starts to drain; in that picosecond it is there, whatever it carries.
    pub(super) fn begin(&mut self, now: Time) {
        self.first = self.first.min(now);
        self.last = self.last.max(now + Time::from_picoseconds(1));
    }

    /// A flow has drained: whoever starts in that picosecond does not meet it.
    pub(super) fn end(&mut self, now: Time) {
        self.last = self.last.max(now);
    }
}
