//! Ledgers of random jobs on random machines: every rank's sums to the step, and all are the same folded or not.

use super::evidence::Way;
use super::properties::{Case, case};
use copperlight::training::{Ledger, LedgerSlice};
use copperlight_core::fabric::Fabric;
use copperlight_core::simulation::{SimulationError, Slowing, simulate};
use copperlight_core::units::Time;
use copperlight_tests::cases;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Which entry held until when, and the time of communication and of computation.
type Booking = (Vec<(usize, Time)>, [Time; 2]);

/// What a ledger says, without the numbers of ranks: how many spent their time how, and the means.
#[derive(Debug, PartialEq)]
struct Booked {
    tracks: BTreeMap<Booking, u64>,
    means: String,
}

/// `None` where ranks that communicate are not joined.
fn booked((case, fabric): (&Case, &Fabric), way: Way, slowing: Slowing) -> Option<Booked> {
    let mut ledger = Ledger::with_tracks();
    let options = way.options(case.transport()).slowed(slowing);
    let end = match simulate(fabric, &case.job.workload(), &options, &mut ledger) {
        Ok(outcome) => outcome.end,
        Err(SimulationError::Routing(_)) => return None,
        Err(error) => panic!("{error}"),
    };
    let mut tracks = BTreeMap::new();
    for (rank, track) in ledger.ranks().zip(ledger.tracks()) {
        assert_eq!(rank.total(), end, "entries of {:?} sum to the step", rank.representative.rank);
        let slice = |slice: &LedgerSlice| (slice.entry as usize, slice.until);
        let key = (track.iter().map(slice).collect(), [rank.communication, rank.computation]);
        *tracks.entry(key).or_default() += u64::from(rank.representative.multiplicity);
    }
    Some(Booked { tracks, means: format!("{:?}", ledger.summary()) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(150)))]

    #[test]
    fn ledgers_are_the_same_folded_or_not(case in case(), per_mille in prop_oneof![Just(0_u16), 1..500_u16]) {
        let Some(fabric) = case.machine.build() else { return Ok(()) };
        let slowing = Slowing::per_mille(per_mille).expect("the share is less than all");
        let Some(full) = booked((&case, &fabric), Way::Full, slowing) else { return Ok(()) };
        for way in Way::SHORT {
            let other = booked((&case, &fabric), way, slowing).expect("what runs in full runs in every way");
            prop_assert_eq!(&other, &full, "{:?}", way);
        }
    }
}
