//! The ledger of one rank.

use super::entry::LedgerEntry;
use copperlight_core::simulation::Representative;
use copperlight_core::units::Time;

/// The ledger of one simulated rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankLedger {
    /// The rank, and how many do the same.
    pub representative: Representative,
    pub(super) totals: [u64; LedgerEntry::COUNT],
    /// Summed durations of operations with other ranks, each from when all took part.
    pub communication: Time,
    /// Summed durations of kernels, the optimizer's among them.
    pub computation: Time,
}

impl RankLedger {
    /// The time of one entry.
    pub const fn time(&self, entry: LedgerEntry) -> Time {
        Time::from_picoseconds(self.totals[entry as usize])
    }

    /// All entries together: the step time.
    pub fn total(&self) -> Time {
        LedgerEntry::ALL.into_iter().map(|entry| self.time(entry)).sum()
    }

    /// Communication in all of a rank's work, `C / (C + K)`; zero for a rank that does nothing.
    pub fn communication_share(&self) -> f64 {
        self.scaled_communication_share() as f64 / SHARE_SCALE as f64
    }

    /// [`Self::communication_share`] as an integer, down to a multiple of `2^-64`.
    pub(super) fn scaled_communication_share(&self) -> u128 {
        let [communication, computation] =
            [self.communication, self.computation].map(|time| u128::from(time.picoseconds()));
        (communication * SHARE_SCALE).checked_div(communication + computation).unwrap_or(0)
    }
}

/// What a whole share is as an integer.
pub(super) const SHARE_SCALE: u128 = 1 << 64;
