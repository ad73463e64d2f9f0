//! Who watches a run and books every rank's time.

use super::account::Account;
use super::books::LedgerSlice;
use super::rank::RankLedger;
use super::recurring::Round;
use super::summary::LedgerSummary;
use copperlight_core::ids::RankId;
use copperlight_core::simulation::{Notice, Observer, Recurrence, Representative};
use copperlight_core::units::Time;
use std::collections::BTreeSet;

/// Of which ranks it is kept which entry held when.
#[derive(Debug, Clone, Default)]
enum Tracked {
    #[default]
    None,
    All,
    These(BTreeSet<RankId>),
}

/// Watches a run of a [`TrainingWorkload`](crate::training::TrainingWorkload) and books every rank's time.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    representatives: Vec<Representative>,
    accounts: Vec<Account>,
    tracked: Tracked,
    end: Time,
}

/// Where a ledger stands between two rounds.
#[derive(Debug)]
pub(crate) struct LedgerStanding(Vec<Account>);

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty ledger that also keeps which entry held when, for every simulated rank.
    pub fn with_tracks() -> Self {
        Self { tracked: Tracked::All, ..Self::default() }
    }

    /// An empty ledger that also keeps which entry held when, for these ranks.
    pub fn with_tracks_of(ranks: BTreeSet<RankId>) -> Self {
        Self { tracked: Tracked::These(ranks), ..Self::default() }
    }

    /// Where it stands, to see what a round that recurs does to it.
    pub(crate) fn standing(&self) -> LedgerStanding {
        LedgerStanding(self.accounts.iter().map(Account::without_track).collect())
    }

    /// Books so many rounds that are like the one since `before`; does nothing, and says so, where that one did not bring it
    /// to the same state further on.
    pub(crate) fn pass_over(&mut self, before: &LedgerStanding, rounds: &Recurrence<'_>, left: u64) -> bool {
        let round = |&operations: &u32| Round { duration: rounds.duration(), operations };
        let ranks = self.accounts.iter().zip(&before.0).zip(rounds.strides().iter().map(round));
        let all_follow = ranks.into_iter().all(|((after, before), round)| after.follows(before, round));
        if all_follow {
            self.accounts.iter_mut().zip(&before.0).for_each(|(after, before)| after.pass_over(before, left));
        }
        all_follow
    }

    /// The simulated ranks, in the order of the run.
    pub fn ranks(&self) -> impl Iterator<Item = RankLedger> {
        self.representatives.iter().zip(&self.accounts).map(|(&representative, account)| RankLedger {
            representative,
            totals: *account.books().totals(),
            communication: Time::from_picoseconds(account.communication()),
            computation: Time::from_picoseconds(account.computation()),
        })
    }

    /// Which entry held when, for each simulated rank in the order of the run: contiguous from zero to the end of the
    /// step, and exactly what its totals are the sums of. Empty tracks where they were not kept.
    pub fn tracks(&self) -> impl Iterator<Item = &[LedgerSlice]> {
        self.accounts.iter().map(|account| account.books().track())
    }

    /// Means over all ranks, each simulated rank counted as often as it stands for.
    pub fn summary(&self) -> LedgerSummary {
        LedgerSummary::of(self.ranks(), self.end)
    }
}

impl Observer for Ledger {
    fn start(&mut self, representatives: &[Representative]) {
        self.representatives = representatives.to_vec();
        let account = |of: &Representative| match &self.tracked {
            Tracked::None => Account::default(),
            Tracked::All => Account::with_track(),
            Tracked::These(ranks) if ranks.contains(&of.rank) => Account::with_track(),
            Tracked::These(_) => Account::default(),
        };
        self.accounts = representatives.iter().map(account).collect();
        self.end = Time::ZERO;
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].entered(notice);
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].begun(notice);
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.accounts[notice.representative].ended(notice);
    }

    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        let pass_over =
            |ledger: &mut Self, before: &LedgerStanding, left| ledger.pass_over(before, rounds, left);
        rounds.tell_until(self, |ledger| ledger.standing(), pass_over);
    }

    fn finish(&mut self, end: Time) {
        self.end = end;
        for account in &mut self.accounts {
            account.finish(end);
        }
    }
}
