//! Means of the ledgers of all ranks: sums of integers, divided once.

use super::entry::LedgerEntry;
use super::rank::{RankLedger, SHARE_SCALE};
use copperlight_core::units::Time;

/// Mean time over ranks by entry, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Breakdown {
    seconds: [f64; LedgerEntry::COUNT],
}

impl Breakdown {
    /// The mean of one entry, in seconds.
    pub const fn seconds(&self, entry: LedgerEntry) -> f64 {
        self.seconds[entry as usize]
    }

    /// Every entry with its mean, in the order of results.
    pub fn iter(&self) -> impl Iterator<Item = (LedgerEntry, f64)> {
        LedgerEntry::ALL.into_iter().zip(self.seconds)
    }
}

/// The ledger of a whole step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LedgerSummary {
    /// When the last rank was done.
    pub step_time: Time,
    /// Mean over ranks by entry; the means sum to the step time.
    pub breakdown: Breakdown,
    /// Mean over ranks of communication in all of a rank's work, hidden or not.
    pub communication_share: f64,
    /// Exposed communication in the step time.
    pub exposed_communication_share: f64,
}

impl LedgerSummary {
    /// Means over all ranks, each simulated rank counted as often as it stands for.
    ///
    /// They depend on what all ranks do and on nothing else: neither on which were simulated nor on their order.
    pub(super) fn of(ranks: impl Iterator<Item = RankLedger>, step_time: Time) -> Self {
        let mut totals = [0_u128; LedgerEntry::COUNT];
        let (mut shares, mut count) = (0_u128, 0_u64);
        for rank in ranks {
            let multiplicity = u128::from(rank.representative.multiplicity);
            count += u64::from(rank.representative.multiplicity);
            shares += rank.scaled_communication_share() * multiplicity;
            for (sum, total) in totals.iter_mut().zip(rank.totals) {
                *sum += u128::from(total) * multiplicity;
            }
        }
        if count == 0 || step_time == Time::ZERO {
            return Self::default();
        }
        let communication = LedgerEntry::ALL.into_iter().filter(|entry| entry.is_communication());
        let exposed: u128 = communication.map(|entry| totals[entry as usize]).sum();
        let whole = u128::from(count) * u128::from(step_time.picoseconds());
        Self {
            step_time,
            breakdown: Breakdown { seconds: totals.map(|sum| mean_seconds(sum, count)) },
            communication_share: shares as f64 / count as f64 / SHARE_SCALE as f64,
            exposed_communication_share: exposed as f64 / whole as f64,
        }
    }
}

/// The mean of a sum of picoseconds over so many ranks.
fn mean_seconds(picoseconds: u128, ranks: u64) -> f64 {
    picoseconds as f64 / ranks as f64 / 1e12
}
