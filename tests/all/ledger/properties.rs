//! The ledger equals its definition, whatever streams do.

use super::definition::states;
use super::programs::{Telling, drawn, timed, told};
use copperlight::training::{LedgerEntry, LedgerSlice};
use copperlight_tests::cases;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(2_000)))]

    #[test]
    fn the_ledger_equals_its_definition(program in drawn(), rest in 0..5_u64) {
        let program = timed(&program);
        let end = rest + program.iter().map(|timed| timed.ended).max().unwrap_or(0);
        let expected = states(&program, end);
        for telling in [Telling::Forwards, Telling::Backwards] {
            let ledger = told(&program, (telling, end));
            let track = ledger.tracks().next().expect("one rank was told of");
            let found: Vec<_> = track.iter().map(|slice| (slice.entry, slice.until.picoseconds())).collect();
            prop_assert_eq!(&found, &expected, "{:?}", telling);
            let rank = ledger.ranks().next().expect("one rank was told of");
            prop_assert_eq!(rank.total().picoseconds(), end, "entries sum to the step");
            for entry in LedgerEntry::ALL {
                prop_assert_eq!(rank.time(entry).picoseconds(), sum(track, entry), "{}", entry.name());
            }
        }
    }
}

/// The picoseconds of an entry.
fn sum(track: &[LedgerSlice], entry: LedgerEntry) -> u64 {
    let mut from = 0;
    let mut sum = 0;
    for slice in track {
        let until = slice.until.picoseconds();
        sum += if slice.entry == entry { until - from } else { 0 };
        from = until;
    }
    sum
}
