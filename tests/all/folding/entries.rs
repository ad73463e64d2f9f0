//! Members that enter a collective apart: replays by relative entry times are exact.

use copperlight_core::network::Timeline;
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};
use copperlight_tests::cases;
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;
use copperlight_tests::workloads::Staggered;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Collectives that nobody leaves before all have come, by algorithms in which each sends to one at a time or to many.
fn collective_of_all() -> impl Strategy<Value = CollectiveCall> {
    use CollectiveKind as Kind;
    let kinds = vec![
        Kind::AllReduce,
        Kind::ReduceScatter,
        Kind::AllGather,
        Kind::AllToAll,
        Kind::Barrier,
        Kind::EpDispatch,
        Kind::EpCombine,
    ];
    let in_rings = vec![Algorithm::Ring, Algorithm::Hierarchical, Algorithm::Pairwise];
    let any = prop::sample::select(Algorithm::ALL.to_vec());
    let algorithm = prop::option::weighted(0.9, prop_oneof![2 => prop::sample::select(in_rings), 1 => any]);
    let call = (prop::sample::select(kinds), 0..200_000u64, algorithm);
    call.prop_map(|(kind, bytes, algorithm)| CollectiveCall {
        algorithm,
        ..CollectiveCall::auto(kind, Bytes::new(bytes))
    })
}

/// Ranks that come to their collectives at times from the same picosecond to far apart.
fn staggered() -> impl Strategy<Value = (Domains, Staggered)> {
    let sizes = (2..7usize, 1..4usize, 1..3usize, 1..7usize, prop::bool::ANY);
    let wait = prop_oneof![Just(0), 0..3_000u64, 0..5_000_000u64, 0..500_000_000u64];
    let calls = prop::collection::vec((prop::sample::select(vec![0, 0, 1usize]), collective_of_all()), 1..4);
    let traffic = (prop::collection::vec(wait, 18), calls, prop::bool::ANY);
    (sizes, traffic, prop::option::of(0..18usize), 10.0..80.0f64).prop_map(
        |(sizes, traffic, derated, uplink)| {
            let (block, blocks, planes, per_domain, star) = sizes;
            let ranks = block * blocks;
            let (mut waits, calls, rushed) = traffic;
            waits.truncate(ranks);
            let per_domain = if star { ranks } else { per_domain };
            let derated = derated.filter(|&derated| derated < ranks);
            let domains = Domains { chips: ranks, per_domain, planes, link: 50.0, uplink, derated };
            (domains, Staggered { waits, block, calls, rushed })
        },
    )
}

static LATE: AtomicU32 = AtomicU32::new(0);
static LATE_LANES: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(500)))]

    fn whoever_comes_late_the_outcome_is_the_same((domains, staggered) in staggered(), transport in 0..3usize) {
        let transport = [Transport::ideal(), costly(), costly().with_ideal_switches()][transport];
        let (fabric, workload) = (domains.build(), staggered.workload());
        let run = |fold, replay| {
            let options = Options { fold, replay, ..Options::new(transport) };
            simulate(&fabric, &workload, &options, &mut Unobserved).expect("the workload fits the fabric")
        };
        let full = run(false, false);
        prop_assert_eq!(&full.stop, &StopReason::Completed);
        for (fold, replay) in [(true, true), (true, false), (false, true)] {
            let other = run(fold, replay);
            prop_assert_eq!(other.end, full.end, "fold {}, replay {}", fold, replay);
            prop_assert_eq!(other.digest, full.digest, "fold {}, replay {}", fold, replay);
            let moved = |outcome: &Outcome| outcome.tiers.iter().map(Timeline::total).collect::<Vec<_>>();
            // Half a picosecond of a flow is 0.04 B at 80 GB/s, on two links of a tier.
            let rounded = 0.1 * full.work.flows as f64;
            for (found, expected) in moved(&other).into_iter().zip(moved(&full)) {
                prop_assert!((found - expected).abs() <= rounded, "{found} and {expected}");
            }
            // Neighbours come at different times to the only collective: whoever is in lanes has entered apart.
            let apart = staggered.waits.windows(2).all(|pair| pair[0] != pair[1]);
            if replay && !fold && apart && matches!(staggered.calls[..], [(0, _)]) {
                LATE.fetch_add(1, Ordering::Relaxed);
                LATE_LANES.fetch_add(u32::from(other.work.lanes > 0), Ordering::Relaxed);
            }
        }
    }
}

#[test]
fn replay_is_exact_whenever_members_enter() {
    whoever_comes_late_the_outcome_is_the_same();
    let (late, lanes) = (LATE.load(Ordering::Relaxed), LATE_LANES.load(Ordering::Relaxed));
    assert!(late >= 50 && 2 * lanes >= late, "{lanes} of {late} cases whose ranks come apart had lanes");
}
