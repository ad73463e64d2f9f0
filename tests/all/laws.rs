//! Closed forms. The simulated arm and the closed-form arm share one body.

use copperlight_core::ids::EndpointId;
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::{Planner, Transport};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, Protocol, SingleCollective,
};
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;

fn run(domains: &Domains, call: CollectiveCall) -> Outcome {
    run_with(domains, call, Transport::ideal())
}

fn run_with(domains: &Domains, call: CollectiveCall, transport: Transport) -> Outcome {
    let workload = SingleCollective::new(domains.chips, call);
    let options = Options::new(transport).unfolded();
    simulate(&domains.build(), &workload, &options, &mut Unobserved).expect("the workload fits the fabric")
}

fn with(kind: CollectiveKind, bytes: u64, algorithm: Algorithm) -> CollectiveCall {
    CollectiveCall { algorithm: Some(algorithm), ..CollectiveCall::auto(kind, Bytes::new(bytes)) }
}

/// Two links of 250 ns, then the chunk at the rate of the port, rounded once.
fn step_time(bytes: u64, gigabytes_per_second: f64) -> Time {
    let drain = Bandwidth::from_gigabytes_per_second(gigabytes_per_second).drain_time(Bytes::new(bytes));
    Time::from_picoseconds(500_000) + drain
}

#[test]
fn a_ring_takes_its_steps() {
    // 2 (n - 1) steps of ceil(S / n) bytes for all-reduce, n - 1 for the halves of it.
    for ranks in [1, 2, 3, 5, 8, 72] {
        for bytes in [0, 1, 1_000, 1_000_003] {
            let chunk = Bytes::new(bytes).padded_chunk(ranks as u64).count();
            for (kind, rounds) in [(CollectiveKind::AllReduce, 2), (CollectiveKind::AllGather, 1)] {
                let outcome = run(&Domains::star(ranks, 50.0), with(kind, bytes, Algorithm::Ring));
                let expected = step_time(chunk, 50.0) * (rounds * (ranks as u64 - 1));
                assert_eq!(outcome.end, expected, "{} of {bytes} B over {ranks}", kind.name());
            }
        }
    }
}

#[test]
fn the_ring_of_384_ends_at_the_published_picosecond() {
    // 766 x (500,000 + round(2,604,167 / 0.9)) ps.
    let call = with(CollectiveKind::AllReduce, 1_000_000_000, Algorithm::Ring);
    let outcome = run(&Domains::star(384, 900.0), call);
    assert_eq!(outcome.end, Time::from_picoseconds(2_599_435_554));
    assert_eq!(outcome.work.flows, 294_144);
    // The bench `ring_unfolded` expects the same digest of a release build.
    assert_eq!(outcome.digest.to_string(), "e845d11f872488da029bf4f7446c329b");
}

#[test]
fn everyone_at_once_shares_the_port() {
    // n - 1 chunks leave each port together: the last byte drains as if they were one.
    for ranks in [2, 5, 24] {
        let outcome =
            run(&Domains::star(ranks, 50.0), with(CollectiveKind::AllToAll, 48_000, Algorithm::Direct));
        let chunk = Bytes::new(48_000).padded_chunk(ranks as u64).count();
        assert_eq!(outcome.end, step_time(chunk * (ranks as u64 - 1), 50.0));
    }
}

#[test]
fn pairwise_exchange_takes_a_step_for_each_peer() {
    let outcome = run(&Domains::star(6, 50.0), with(CollectiveKind::AllToAll, 6_000, Algorithm::Pairwise));
    assert_eq!(outcome.end, step_time(1_000, 50.0) * 5);
}

#[test]
fn hierarchical_rings_equal_the_prediction_of_their_phases() {
    let domains = Domains { per_domain: 4, planes: 2, uplink: 40.0, ..Domains::star(12, 50.0) };
    for kind in [CollectiveKind::AllReduce, CollectiveKind::AllGather, CollectiveKind::ReduceScatter] {
        let call = with(kind, 1_200_000, Algorithm::Hierarchical);
        let fabric = domains.build();
        let transport = Transport::ideal();
        let members: Vec<_> = (0..12).map(EndpointId::new).collect();
        let plan = Planner::new(&fabric, &transport).plan(&members, &call).expect("all chips are joined");
        assert_eq!(plan.schedule.algorithm, Algorithm::Hierarchical);
        assert_eq!(run(&domains, call).end, plan.prediction.total(), "{}", kind.name());
    }
}

#[test]
fn tokens_for_experts_cross_once_to_each_domain_and_are_handed_on() {
    // Two choices over 2 domains of 2: a member sends 1,500,000 B of 2,000,000 B to the other domain, at 10 GB/s, and hands
    // 1,750,000 B to its neighbour, at 50 GB/s, in chunks that go where the last has come from.
    let domains = Domains { per_domain: 2, uplink: 10.0, ..Domains::star(4, 50.0) };
    let (fabric, transport) = (domains.build(), Transport::ideal());
    let members: Vec<_> = (0..4).map(EndpointId::new).collect();
    for kind in [CollectiveKind::EpDispatch, CollectiveKind::EpCombine] {
        let experts = ExpertRouting::new(2, 1.0);
        let call = CollectiveCall { experts, ..CollectiveCall::auto(kind, Bytes::new(2_000_000)) };
        let plan = Planner::new(&fabric, &transport).plan(&members, &call).expect("all chips are joined");
        assert_eq!(plan.schedule.algorithm, Algorithm::Hierarchical);
        let end = run(&domains, call).end;
        assert_eq!(end, plan.prediction.total(), "{}", kind.name());
        // Both members of a domain share its uplink: 3,000,000 B, and the last chunk is handed on after them.
        let chunks = plan.schedule.steps() as f64 - 1.0;
        let network = 3e6 / 10e9;
        let handed_on = 1.75e6 / 50e9 / chunks;
        let latencies = end.seconds() - network - handed_on;
        assert!((0.0..2e-6 * (chunks + 1.0)).contains(&latencies), "{latencies} s of {end}");
        let direct = run(&domains, CollectiveCall { algorithm: Some(Algorithm::Direct), ..call }).end;
        assert!(end < direct, "{end} and {direct}");
    }
}

#[test]
fn a_transport_adds_what_its_closed_form_says() {
    // Launch, steps with software and ramp, protocols' bounds and the own chunk: simulated as events, predicted as a sum.
    let fabric = Domains::star(8, 50.0);
    for (kind, algorithm) in [
        (CollectiveKind::AllReduce, Algorithm::Ring),
        (CollectiveKind::AllReduce, Algorithm::Direct),
        (CollectiveKind::ReduceScatter, Algorithm::Ring),
        (CollectiveKind::AllToAll, Algorithm::Direct),
        (CollectiveKind::AllToAll, Algorithm::Pairwise),
    ] {
        for protocol in Protocol::ALL {
            let call = CollectiveCall { protocol: Some(protocol), ..with(kind, 8_000_000, algorithm) };
            let (built, transport) = (fabric.build(), costly());
            let members: Vec<_> = (0..8).map(EndpointId::new).collect();
            let plan = Planner::new(&built, &transport).plan(&members, &call).expect("all chips are joined");
            let end = run_with(&fabric, call, transport).end;
            assert_eq!(end, plan.prediction.total(), "{} {} {protocol:?}", kind.name(), algorithm.name());
        }
    }
}

#[test]
fn links_carry_the_bytes_of_the_schedule() {
    // Each of 8 ranks sends 2 x 7 chunks of 125 B up and as many come down: 8 x 2 x 1,750 B in all.
    let outcome = run(&Domains::star(8, 50.0), with(CollectiveKind::AllReduce, 1_000, Algorithm::Ring));
    let denominator = u128::from(copperlight_core::fabric::WEIGHT_DENOMINATOR);
    let carried: u128 =
        outcome.links.iter().map(|link| link.weighted_bytes * u128::from(link.multiplicity)).sum();
    assert_eq!(carried, 8 * 2 * 1_750 * denominator);
}

#[test]
fn more_bandwidth_is_never_slower() {
    for algorithm in [Algorithm::Ring, Algorithm::Direct, Algorithm::Hierarchical] {
        let mut before = Time::MAX;
        for link in [10.0, 20.0, 45.0, 90.0] {
            let domains = Domains { per_domain: 3, planes: 3, uplink: 2.0 * link, ..Domains::star(9, link) };
            let end = run(&domains, with(CollectiveKind::AllReduce, 900_000, algorithm)).end;
            assert!(end <= before, "{} at {link} GB/s", algorithm.name());
            before = end;
        }
    }
}
