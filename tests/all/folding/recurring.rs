//! Who passes over rounds that recur comes to what one comes to who is told each of them.

use super::evidence::Way;
use super::rounds::{Case, case};
use copperlight::critical_path::CriticalPath;
use copperlight::training::{Ledger, LedgerSlice, LedgerSummary, RankLedger};
use copperlight_core::fabric::Fabric;
use copperlight_core::simulation::{Notice, Observer, Representative, simulate};
use copperlight_core::transport::TransferParts;
use copperlight_core::units::Time;
use copperlight_core::workload::Counterpart;
use copperlight_tests::cases;
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Is told of every round, whatever the observer in it knows.
struct EveryRound<O>(O);

impl<O: Observer> Observer for EveryRound<O> {
    fn start(&mut self, representatives: &[Representative]) {
        self.0.start(representatives);
    }

    fn expects(&mut self, representative: usize, counterpart: &Counterpart, parts: &TransferParts) {
        self.0.expects(representative, counterpart, parts);
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.0.entered(notice);
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.0.begun(notice);
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.0.ended(notice);
    }

    fn finish(&mut self, end: Time) {
        self.0.finish(end);
    }
}

/// All that a ledger knows of all ranks.
fn booked(ledger: &Ledger) -> (LedgerSummary, Vec<(RankLedger, Vec<LedgerSlice>)>) {
    let tracks = ledger.tracks().map(<[LedgerSlice]>::to_vec);
    (ledger.summary(), ledger.ranks().zip(tracks).collect())
}

/// How many rounds recurred; `None` where ranks that communicate are not joined.
fn rounds((fabric, case): (&Fabric, &Case), way: Way, observer: &mut dyn Observer) -> Option<u64> {
    let options = case.options(way);
    simulate(fabric, &case.step, &options, observer).ok().map(|outcome| outcome.work.rounds)
}

static RECURRING: AtomicUsize = AtomicUsize::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(100)))]

    fn rounds_come_to_what_telling_them_comes_to(case in case()) {
        let Some(fabric) = case.machine.build() else { return Ok(()) };
        for way in [Way::FoldAndReplay, Way::Replay] {
            let mut known = ((Ledger::new(), Ledger::with_tracks()), CriticalPath::new());
            let mut told = EveryRound(((Ledger::new(), Ledger::with_tracks()), CriticalPath::new()));
            let Some(recurred) = rounds((&fabric, &case), way, &mut known) else { return Ok(()) };
            prop_assert_eq!(rounds((&fabric, &case), way, &mut told), Some(recurred));
            let ((plain, tracked), path) = &known;
            let EveryRound(((plain_told, tracked_told), path_told)) = &told;
            prop_assert!(booked(plain) == booked(plain_told), "{:?}", way);
            prop_assert!(booked(tracked) == booked(tracked_told), "{:?}", way);
            prop_assert_eq!(path.account(), path_told.account(), "{:?}", way);
            RECURRING.fetch_add(usize::from(recurred > 1), Ordering::Relaxed);
        }
    }
}

#[test]
fn who_passes_over_rounds_knows_what_they_come_to() {
    rounds_come_to_what_telling_them_comes_to();
    assert!(RECURRING.load(Ordering::Relaxed) >= 25, "too few cases have rounds that recur");
}
