//! What a round that recurs comes to, without telling each of them: an account that one round has brought to the same
//! state, further on, is brought as much further by all that follow.

use copperlight_core::units::Time;

/// A round as one rank sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    pub(super) duration: Time,
    /// By so many operations the rank comes further.
    pub(super) operations: u32,
}

impl Round {
    /// Whether a time was left alone, or is as much later as a round takes.
    pub(super) fn moves_time(self, before: Time, after: Time) -> bool {
        before == after || before + self.duration == after
    }

    /// Whether an index was left alone, or is as much higher as the rank comes further.
    pub(super) const fn moves_index(self, before: u32, after: u32) -> bool {
        before == after || before + self.operations == after
    }
}

/// As many rounds later.
pub(super) fn later(before: Time, after: &mut Time, rounds: u64) {
    *after += (*after - before) * rounds;
}

/// As many rounds further on.
pub(super) const fn further(before: u32, after: &mut u32, rounds: u64) {
    *after += (*after - before) * rounds as u32;
}
