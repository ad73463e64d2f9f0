//! What every rank's time went into, booked while a step is simulated.
//!
//! The ledger keeps one small account for each simulated rank and stores no operation. Entries are integer
//! picoseconds, so that they sum to the step time exactly, for every rank.

use super::ledger_account::Account;
use super::ledger_entry::LedgerEntry;
use copperlight_core::simulation::{Notice, Observer, Representative};
use copperlight_core::units::Time;

/// Watches a run of a [`super::TrainingWorkload`] and books every rank's time.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    representatives: Vec<Representative>,
    accounts: Vec<Account>,
    end: Time,
}

/// The ledger of one simulated rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankLedger {
    /// The rank, and how many do the same.
    pub representative: Representative,
    totals: [u64; LedgerEntry::COUNT],
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
        let (communication, computation) = (self.communication.seconds(), self.computation.seconds());
        if communication > 0.0 { communication / (communication + computation) } else { 0.0 }
    }
}

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

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// The simulated ranks, in the order of the run.
    pub fn ranks(&self) -> impl Iterator<Item = RankLedger> {
        self.representatives.iter().zip(&self.accounts).map(|(&representative, account)| RankLedger {
            representative,
            totals: *account.totals(),
            communication: Time::from_picoseconds(account.communication()),
            computation: Time::from_picoseconds(account.computation()),
        })
    }

    /// Means over all ranks, each simulated rank counted as often as it stands for.
    pub fn summary(&self) -> LedgerSummary {
        let mut totals = [0_u128; LedgerEntry::COUNT];
        let mut share = 0.0;
        let mut ranks = 0_u64;
        for rank in self.ranks() {
            let multiplicity = rank.representative.multiplicity;
            ranks += u64::from(multiplicity);
            share += rank.communication_share() * f64::from(multiplicity);
            for (sum, total) in totals.iter_mut().zip(rank.totals) {
                *sum += u128::from(total) * u128::from(multiplicity);
            }
        }
        if ranks == 0 || self.end == Time::ZERO {
            return LedgerSummary::default();
        }
        let seconds = totals.map(|sum| sum as f64 / ranks as f64 / 1e12);
        let breakdown = Breakdown { seconds };
        let exposed: f64 =
            breakdown.iter().filter(|(entry, _)| entry.is_communication()).map(|(_, seconds)| seconds).sum();
        LedgerSummary {
            step_time: self.end,
            breakdown,
            communication_share: share / ranks as f64,
            exposed_communication_share: exposed / self.end.seconds(),
        }
    }
}

impl Observer for Ledger {
    fn start(&mut self, representatives: &[Representative]) {
        self.representatives = representatives.to_vec();
        self.accounts = vec![Account::default(); representatives.len()];
        self.end = Time::ZERO;
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].entered(notice.at, notice.operation);
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].begun(notice.at, notice.operation);
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].ended(notice.at, notice.operation);
    }

    fn finish(&mut self, end: Time) {
        self.end = end;
        for account in &mut self.accounts {
            account.finish(end);
        }
    }
}
