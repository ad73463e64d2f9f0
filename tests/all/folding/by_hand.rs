//! The worked example of `docs/src/models/folding.md`: four ranks around a switch, a ring all-reduce of 1 MB.
//!
//! Each rank has a link up and a link down of 50 GB/s and 250 ns. A step of the ring moves a chunk of 250 kB over one of
//! each: 0.5 us + 250 kB / 50 GB/s = 5.5 us. An all-reduce of four takes six steps.

use super::evidence::{Evidence, Way};
use copperlight_core::fabric::{Fabric, FabricBuilder, Level, Link, Scope};
use copperlight_core::routing::ShortestPath;
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};
use copperlight_tests::transports::costly;
use copperlight_tests::workloads::{Step, Uniform};
use std::collections::BTreeMap;

/// Chips 0 to 3; the link up of each has this capacity in GB/s.
fn four_chips(up: [f64; 4]) -> Fabric {
    let mut builder = FabricBuilder::new();
    let chips = [0, 1, 2, 3].map(|chip| builder.endpoint(format!("chip{chip}")));
    let switch = builder.switch("switch");
    let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
    let latency = Time::from_picoseconds(250_000);
    for (chip, up) in chips.into_iter().zip(up) {
        let capacity = Bandwidth::from_gigabytes_per_second(up);
        builder.link(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
        let capacity = Bandwidth::from_gigabytes_per_second(50.0);
        builder.link(Link { from: switch, to: chip.into(), capacity, latency, tier, medium });
    }
    builder.build(Box::new(ShortestPath::default())).expect("the test fabric is sound")
}

/// A ring all-reduce of 1 MB.
fn ring() -> CollectiveCall {
    let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1_000_000));
    CollectiveCall { algorithm: Some(Algorithm::Ring), ..call }
}

/// The all-reduce, in every way of running it; `late` ranks first compute for 3 us, the others for 1 us.
fn all_reduce(fabric: &Fabric, late: Vec<usize>) -> Evidence {
    let steps = vec![Step::Compute(1_000), Step::Collective(0, ring())];
    let workload = Uniform { ranks: 4, block: 4, slow: late, steps, repeat: 1 }.workload();
    let run =
        |way: Way| Evidence::of(fabric, &workload, &way.options(Transport::ideal())).expect("all are joined");
    let full = run(Way::Full);
    for way in Way::SHORT {
        assert_eq!(run(way).difference_from(&full), None, "{way:?}");
    }
    run(Way::Fold)
}

/// So many ranks end after so many tenths of a microsecond; 1 ns is what all compute at last.
fn ends(of: &[(u64, u64)]) -> BTreeMap<Time, u64> {
    of.iter().map(|&(end, ranks)| (Time::from_picoseconds(end * 100_000 + 1_000), ranks)).collect()
}

#[test]
fn four_equal_ranks_are_one_class() {
    let fabric = four_chips([50.0; 4]);
    let outcome = all_reduce(&fabric, Vec::new());
    assert_eq!(outcome.work.classes, 1);
    // 1 us + 6 x 5.5 us.
    assert_eq!(outcome.ends, ends(&[(340, 4)]));
    // Eight links, each of which carries the six chunks of one rank.
    assert_eq!(
        outcome.links,
        BTreeMap::from([((0, 6 * 250_000 * u128::from(fabric.weight_denominator())), 8)])
    );
}

#[test]
fn one_slow_link_makes_three_ends() {
    let outcome = all_reduce(&four_chips([50.0, 50.0, 25.0, 50.0]), Vec::new());
    assert!((3..=4).contains(&outcome.work.classes), "four by structure, three by value");
    // A step of rank 2 takes 0.5 us + 250 kB / 25 GB/s = 10.5 us, those of others 5.5 us. A rank starts its next step
    // when its own is sent and that of the rank before has come; in units of 0.1 us after 1 us of computing:
    //   rank 0   55  160  265  370  475  580
    //   rank 1   55  110  215  320  425  530
    //   rank 2  105  210  315  420  525  630
    //   rank 3  105  210  315  420  525  630
    let mut table = [[0_u64; 4]; 7];
    for step in 1..=6 {
        let sent = |rank: usize| table[step - 1][rank] + if rank == 2 { 105 } else { 55 };
        table[step] = std::array::from_fn(|rank| sent(rank).max(sent((rank + 3) % 4)));
    }
    assert_eq!(
        [1, 2, 3].map(|step| table[step]),
        [[55, 55, 105, 105], [160, 110, 210, 210], [265, 215, 315, 315]]
    );
    assert_eq!(table[6], [580, 530, 630, 630]);
    assert_eq!(outcome.ends, ends(&[(540, 1), (590, 1), (640, 2)]));
}

#[test]
fn a_late_start_makes_one_end() {
    let outcome = all_reduce(&four_chips([50.0; 4]), vec![2]);
    assert!((2..=4).contains(&outcome.work.classes), "four by structure, two by value");
    // Whatever the others can do without rank 2, after three steps they have waited for it: 3 us + 6 x 5.5 us.
    assert_eq!(outcome.ends, ends(&[(360, 4)]));
}

#[test]
fn the_domain_of_a_pair_counts_where_its_route_does_not_show_it() {
    // Three chips in one domain and one in another, all around one switch: the routes of all hops are alike, but between
    // domains software takes longer over each.
    let mut builder = FabricBuilder::new();
    let chips = [0, 1, 2, 3].map(|chip| builder.endpoint(format!("chip{chip}")));
    let switch = builder.switch("switch");
    let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    let latency = Time::from_picoseconds(250_000);
    for chip in chips {
        builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
    }
    builder.level(Level::new("domain", vec![0, 0, 0, 1]));
    let fabric = builder.build(Box::new(ShortestPath::default())).expect("the test fabric is sound");
    let uniform = |step| Uniform { ranks: 4, block: 4, slow: Vec::new(), steps: vec![step], repeat: 1 };
    for step in [Step::Collective(0, ring()), Step::Shift(1_000_000)] {
        let workload = uniform(step).workload();
        let run =
            |way: Way| Evidence::of(&fabric, &workload, &way.options(costly())).expect("all are joined");
        let full = run(Way::Full);
        for way in Way::SHORT {
            assert_eq!(run(way).difference_from(&full), None, "{way:?}");
        }
    }
}
