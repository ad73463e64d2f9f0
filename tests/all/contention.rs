//! Contention is simulated: collectives that share links slow one another down, and what is late or slow is felt by those
//! who depend on it, and by nobody else.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{EndpointId, LinkId, RankId};
use copperlight_core::outcome::{Outcome, StopReason, TransferPartners};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective, Workload};
use copperlight_tests::cases;
use copperlight_tests::fabrics::Domains;
use copperlight_tests::workloads::{Step, Uniform};
use copperlight_topologies::System;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What every chip computes at the end of a [`Uniform`] workload.
const LAST: Time = Time::from_picoseconds(1_000);

/// Both links of a route around one switch of [`Domains`].
const INSIDE: Time = Time::from_picoseconds(500_000);

/// The links of a route between two of them.
const ACROSS: Time = Time::from_picoseconds(1_500_000);

fn call(kind: CollectiveKind, algorithm: Algorithm, bytes: u64) -> CollectiveCall {
    CollectiveCall { algorithm: Some(algorithm), ..CollectiveCall::auto(kind, Bytes::new(bytes)) }
}

fn run(fabric: &Fabric, workload: &dyn Workload) -> Outcome {
    let options = Options::new(Transport::ideal()).unfolded().recorded();
    let outcome =
        simulate(fabric, workload, &options, &mut Unobserved).expect("the workload fits the fabric");
    assert_eq!(outcome.stop, StopReason::Completed);
    outcome
}

/// When each rank was done.
fn ends(outcome: &Outcome) -> Vec<Time> {
    outcome.ranks.iter().map(|rank| rank.end).collect()
}

fn drain(gigabytes_per_second: f64, bytes: u64) -> Time {
    Bandwidth::from_gigabytes_per_second(gigabytes_per_second).drain_time(Bytes::new(bytes))
}

#[test]
fn two_collectives_at_once_have_half_of_each_link() {
    // 14 steps of 1 MB at 50 GB/s, or at half of it.
    let ring = call(CollectiveKind::AllReduce, Algorithm::Ring, 8_000_000);
    let end = |steps: Vec<Step>| {
        let uniform = Uniform { ranks: 8, block: 8, slow: Vec::new(), steps, repeat: 1 };
        run(&Domains::star(8, 50.0).build(), &uniform.workload()).end
    };
    let alone = end(vec![Step::Collective(0, ring)]);
    let together = end(vec![Step::Background(0, ring), Step::Collective(0, ring)]);
    assert_eq!(alone, (INSIDE + drain(50.0, 1_000_000)) * 14 + LAST);
    assert_eq!(together, (INSIDE + drain(25.0, 1_000_000)) * 14 + LAST);
}

#[test]
fn groups_that_cross_between_domains_share_what_joins_them() {
    // 4 groups of one rank in each of two domains: in each step 4 halves cross each way over 40 GB/s. In domains of
    // one chip the only group has the 40 GB/s to itself.
    let ring = call(CollectiveKind::AllReduce, Algorithm::Ring, 2_000_000);
    let end = |inside: usize| {
        let domains = Domains { per_domain: inside, uplink: 40.0, ..Domains::star(2 * inside, 50.0) };
        let steps = vec![Step::Collective(1, ring)];
        let uniform = Uniform { ranks: 2 * inside, block: inside, slow: Vec::new(), steps, repeat: 1 };
        run(&domains.build(), &uniform.workload()).end
    };
    assert_eq!(end(1), (ACROSS + drain(40.0, 1_000_000)) * 2 + LAST);
    assert_eq!(end(4), (ACROSS + drain(10.0, 1_000_000)) * 2 + LAST);
}

/// Eight ranks around a switch that do one collective; one of them comes late.
fn with_one_late(call: CollectiveCall, late: usize) -> Vec<Time> {
    let steps = vec![Step::Compute(1_000_000), Step::Collective(0, call)];
    let uniform = Uniform { ranks: 8, block: 8, slow: vec![late], steps, repeat: 1 };
    ends(&run(&Domains::star(8, 50.0).build(), &uniform.workload()))
}

/// When all but the late one come, and when it does: it computes three times as long.
const COME: Time = Time::from_picoseconds(1_000_000_000);
const LATE: Time = Time::from_picoseconds(3_000_000_000);

#[test]
fn a_late_rank_delays_only_those_who_wait_for_it() {
    // A message to the next of 1 MB: the sender to rank 3, rank 3 itself, and the receiver from it.
    let step = INSIDE + drain(50.0, 1_000_000);
    let found = with_one_late(call(CollectiveKind::SendRecv, Algorithm::Ring, 1_000_000), 3);
    let expected = |rank: usize| if (2..=4).contains(&rank) { LATE + step } else { COME + step };
    assert_eq!(found, (0..8).map(|rank| expected(rank) + LAST).collect::<Vec<_>>());
}

#[test]
fn receivers_of_a_broadcast_do_not_wait_for_one_another() {
    // The root sends 1 MB to each: six of them share its 50 GB/s, and the one that is late has it to itself.
    let found = with_one_late(call(CollectiveKind::Broadcast, Algorithm::Direct, 1_000_000), 4);
    let early = COME + INSIDE + drain(50.0, 6_000_000) + LAST;
    let last = LATE + INSIDE + drain(50.0, 1_000_000) + LAST;
    assert_eq!(found, [last, early, early, early, last, early, early, early]);
}

#[test]
fn a_late_rank_delays_an_all_reduce_as_a_whole() {
    for late in [0, 5] {
        let found = with_one_late(call(CollectiveKind::AllReduce, Algorithm::Ring, 8_000_000), late);
        assert_eq!(found, [LATE + (INSIDE + drain(50.0, 1_000_000)) * 14 + LAST; 8]);
    }
}

#[test]
fn a_ring_over_unequal_hops_goes_at_the_pace_of_the_slowest() {
    // Domains of 3 and 2 chips have no tier in common: one ring through both. Its two hops between domains are slower,
    // and every rank waits for them in its turn: F(m, k + 1) = max(F(m, k), F(m - 1, k)) with tau(m) of each hop.
    let domains = Domains { per_domain: 3, uplink: 10.0, ..Domains::star(5, 50.0) };
    let bytes = 5_000_000;
    let ring = call(CollectiveKind::AllReduce, Algorithm::Ring, bytes);
    let found = ends(&run(&domains.build(), &SingleCollective::new(5, ring)));
    let (inside, across) = (INSIDE + drain(50.0, bytes / 5), ACROSS + drain(10.0, bytes / 5));
    let hops = [inside, inside, across, inside, across];
    let mut starts = [Time::ZERO; 5];
    for _ in 0..8 {
        let sent: Vec<Time> = starts.iter().zip(hops).map(|(&start, hop)| start + hop).collect();
        starts = std::array::from_fn(|rank| sent[rank].max(sent[(rank + 4) % 5]));
    }
    assert_eq!(found, starts);
    assert!(found.iter().any(|&end| end < across * 8) && found.contains(&(across * 8)), "{found:?}");
}

#[test]
fn a_plane_that_is_gone_slows_switches_and_rings_by_its_share() {
    for algorithm in [Algorithm::Ring, Algorithm::Nvls] {
        let end = |faults: &str| {
            let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
            let table: toml::Table = format!("it = [{faults}]").parse().expect("the test writes TOML");
            system.set("degrade", &table["it"]).expect("the plane exists");
            let all_reduce = call(CollectiveKind::AllReduce, algorithm, 72_000_000_000);
            let options = Options::new(Transport::ideal().with_ideal_switches());
            let fabric = system.build(72).expect("the system can be built");
            let workload = SingleCollective::new(72, all_reduce);
            simulate(&fabric, &workload, &options, &mut Unobserved).expect("all chips are joined").end
        };
        // 17 of 18 planes are left, and latency is nothing against a gigabyte.
        let ratio = end("{ target = 'plane:5', capacity = 0 }").seconds() / end("").seconds();
        assert!((ratio - 18.0 / 17.0).abs() < 1e-3, "{}: {ratio}", algorithm.name());
    }
}

/// Of each link, when transfers were sent, when they had arrived, and what they brought over it.
fn crossings(fabric: &Fabric, outcome: &Outcome) -> BTreeMap<usize, Vec<(Time, Time, f64)>> {
    let mut crossings: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    let unit = fabric.weight_denominator() as f64;
    let place = |rank: RankId| EndpointId::new(rank.index());
    for record in &outcome.transfers {
        let TransferPartners::One(receiver) = record.partners else { panic!("no switch sums or copies") };
        let route = fabric.route(place(record.starter), place(receiver)).expect("the chips are joined");
        for hop in route.hops() {
            let bytes = record.bytes.count() as f64 * hop.weight as f64 / unit;
            for link in hop.range() {
                crossings.entry(link).or_default().push((record.sent, record.arrived, bytes));
            }
        }
    }
    crossings
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let algorithm = prop::sample::select(Algorithm::ALL.to_vec());
    let call =
        (kind, algorithm, 0..2_000_000_u64).prop_map(|(kind, algorithm, bytes)| call(kind, algorithm, bytes));
    (0..4_u8, 0..2_usize, call, 0..300_000_u64).prop_map(|(which, communicator, call, size)| match which {
        0 => Step::Compute(size / 10),
        1 => Step::Shift(size),
        2 => Step::Collective(communicator, call),
        _ => Step::Background(communicator, call),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(60)))]

    #[test]
    fn no_link_carries_more_than_its_capacity_in_any_interval(
        (block, blocks, per_domain, planes) in (1..5_usize, 1..4_usize, 1..6_usize, 1..3_usize),
        (steps, uplink, slow) in (prop::collection::vec(step(), 2..5), 5.0..100.0_f64, prop::option::of(0..4_usize)),
    ) {
        let ranks = block * blocks;
        let domains = Domains { per_domain, planes, uplink, ..Domains::star(ranks, 50.0) };
        let slow = slow.map(|rank| rank % ranks).into_iter().collect();
        let fabric = domains.build();
        let outcome = run(&fabric, &Uniform { ranks, block, slow, steps, repeat: 1 }.workload());
        for (link, crossings) in crossings(&fabric, &outcome) {
            let capacity = fabric.link(LinkId::new(link)).capacity.bytes_per_second();
            for &(from, ..) in crossings.iter().step_by(1 + crossings.len() / 40) {
                let mut within: Vec<_> = crossings.iter().filter(|of| of.0 >= from).map(|of| (of.1, of.2)).collect();
                within.sort_unstable_by_key(|of| of.0);
                let mut carried = 0.0;
                for (count, (to, bytes)) in within.into_iter().enumerate() {
                    carried += bytes;
                    // A finish is rounded to the picosecond, and so is each before it.
                    let most = capacity * ((to - from).seconds() + 1e-12 * (count + 1) as f64) * (1.0 + 1e-9);
                    prop_assert!(carried <= most, "{carried} B over {} in {}", fabric.link_name(LinkId::new(link)), to - from);
                }
            }
        }
    }
}
