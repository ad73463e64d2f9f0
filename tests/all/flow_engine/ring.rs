//! Rings whose every link has a latency of its own: no two ranks are alike, and every rank's time is known.

use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::rng::stream;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use copperlight_tests::star::Star;
use rand::Rng;

const BYTES: Bytes = Bytes::new(10_000_000);

/// Latencies from 200 to 300 ns, to the picosecond.
fn jittered(ranks: usize) -> Star {
    let mut generator = stream(7, "latency");
    let mut latencies = || {
        let draw = |_| Time::from_picoseconds(200_000 + generator.next_u64() % 100_001);
        (0..ranks).map(draw).collect()
    };
    let (up, down) = (latencies(), latencies());
    Star { capacity: Bandwidth::from_gigabytes_per_second(900.0), up, down }
}

fn run(star: &Star, replay: bool) -> Outcome {
    let call = CollectiveCall {
        algorithm: Some(Algorithm::Ring),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, BYTES)
    };
    let workload = SingleCollective::new(star.up.len(), call);
    let options = Options { fold: false, replay, ..Options::new(Transport::ideal()) };
    let outcome = simulate(&star.build(), &workload, &options, &mut Unobserved);
    let outcome = outcome.expect("the workload fits the fabric");
    assert_eq!(outcome.stop, StopReason::Completed);
    outcome
}

/// When each rank has sent and received its last chunk.
///
/// With `F(r, k)` the end of the `k`-th transfer of rank `r` to the next, and `tau(r)` what each of them takes:
/// `F(r, k) = max(F(r, k-1), F(r-1, k-1)) + tau(r)`, a rank sending on when it has sent and received before.
fn ends(star: &Star) -> Vec<Time> {
    let ranks = star.up.len();
    let chunk = star.capacity.drain_time(BYTES.padded_chunk(ranks as u64));
    let tau: Vec<Time> =
        (0..ranks).map(|rank| star.up[rank] + star.down[(rank + 1) % ranks] + chunk).collect();
    let ready = |ends: &[Time], rank: usize| ends[rank].max(ends[(rank + ranks - 1) % ranks]);
    let mut ends = vec![Time::ZERO; ranks];
    for _ in 0..2 * (ranks - 1) {
        ends = (0..ranks).map(|rank| ready(&ends, rank) + tau[rank]).collect();
    }
    (0..ranks).map(|rank| ready(&ends, rank)).collect()
}

#[test]
fn every_rank_ends_when_the_recurrence_says() {
    for ranks in [2, 3, 24, 72] {
        let star = jittered(ranks);
        let outcome = run(&star, false);
        let found: Vec<(usize, Time)> =
            outcome.ranks.iter().map(|rank| (rank.rank.index(), rank.end)).collect();
        assert_eq!(found, ends(&star).into_iter().enumerate().collect::<Vec<_>>(), "{ranks} ranks");
        let flows = (2 * (ranks - 1) * ranks) as u64;
        assert_eq!(outcome.work.flows, flows);
    }
}

#[test]
fn however_it_is_run_the_outcome_is_the_same() {
    for ranks in [24, 72] {
        let star = jittered(ranks);
        let (full, remembered) = (run(&star, false), run(&star, true));
        assert_eq!((remembered.end, remembered.digest), (full.end, full.digest), "{ranks} ranks");
        assert_eq!(remembered.ranks, full.ranks, "{ranks} ranks");
        // No flow ever meets another: what is remembered was stepped without the engine.
        assert_eq!((remembered.work.flows, remembered.work.lanes), (0, full.work.flows), "{ranks} ranks");
        // No flow ever meets another: what is remembered was stepped without the engine.
        assert_eq!((remembered.work.flows, remembered.work.lanes), (0, full.work.flows), "{ranks} ranks");
    }
}
