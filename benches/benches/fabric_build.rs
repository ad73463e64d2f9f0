//! Fabrics of 100,000 chips: how long one takes to be wired and checked, and how long its routes take to be found.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::rng;
use copperlight_topologies::System;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const CHIPS: usize = 100_000;

/// Pairs that are asked for a route.
const PAIRS: usize = 1_000_000;

/// Presets, each with the links of its fabric in both directions.
const SYSTEMS: [(&str, usize); 2] = [("gb200-nvl72", GB200_LINKS), ("cloudmatrix384", CM384_LINKS)];

/// 18 planes and an adapter for each chip, and 4 leaves for each of 1389 domains.
const GB200_LINKS: usize = 2 * (CHIPS * 19 + 4 * 1389);

/// 7 planes and an adapter for each chip, 112 uplinks for each of 12,500 nodes, and 8 leaves for each of 261 domains.
const CM384_LINKS: usize = 2 * (CHIPS * 8 + 112 * 12_500 + 8 * 261);

fn build(name: &str) -> Fabric {
    let system = System::preset(name).expect("the preset is in the catalog");
    system.build(CHIPS).expect("presets join any number of domains")
}

fn assert_counts(fabric: &Fabric, name: &str, links: usize) {
    let counts = System::preset(name).expect("the preset is in the catalog").counts(CHIPS);
    assert_eq!(fabric.endpoints(), CHIPS);
    assert_eq!(fabric.switches(), counts.switches.iter().sum::<usize>(), "{name}");
    assert_eq!(fabric.links().len(), counts.links.iter().sum::<usize>(), "{name}");
    assert_eq!(fabric.links().len(), links, "{name}");
}

/// Pairs of different chips, half of them of one domain or of neighbouring ones.
fn pairs() -> Vec<(EndpointId, EndpointId)> {
    let mut stream = rng::stream(1, "route lookups");
    let mut below = |bound: usize| rng::distinct(&mut stream, 1, bound)[0];
    let pair = |index: usize| {
        let from = below(CHIPS);
        let reach = if index.is_multiple_of(2) { 70 } else { CHIPS - 1 };
        let to = (from + 1 + below(reach)) % CHIPS;
        (EndpointId::new(from), EndpointId::new(to))
    };
    (0..PAIRS).map(pair).collect()
}

/// The links of all routes together.
fn look_up(fabric: &Fabric, pairs: &[(EndpointId, EndpointId)]) -> u64 {
    let links = |&(from, to): &(EndpointId, EndpointId)| {
        let route = fabric.route(from, to).expect("all chips are joined");
        route.hops().iter().map(|hop| u64::from(hop.count)).sum::<u64>()
    };
    pairs.iter().map(links).sum()
}

fn fabric_build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fabric_build");
    group.sample_size(10);
    group.throughput(Throughput::Elements(CHIPS as u64));
    for (name, links) in SYSTEMS {
        assert_counts(&build(name), name, links);
        group.bench_function(BenchmarkId::new(name, CHIPS), |bencher| {
            bencher.iter_with_large_drop(|| black_box(build(name)));
        });
    }
    group.finish();
}

fn route_lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("route_lookups");
    group.sample_size(10);
    group.throughput(Throughput::Elements(PAIRS as u64));
    let pairs = pairs();
    for (name, _) in SYSTEMS {
        let fabric = build(name);
        let links = look_up(&fabric, &pairs);
        // Four links between domains, two or more inside of one.
        assert!(links > 4 * PAIRS as u64, "{name}: {links}");
        group.bench_function(BenchmarkId::new(name, PAIRS), |bencher| {
            bencher.iter(|| assert_eq!(look_up(&fabric, black_box(&pairs)), links));
        });
    }
    group.finish();
}

criterion_group!(benches, fabric_build, route_lookups);
criterion_main!(benches);
