//! Cells: moved by whole cells, everything in a healthy fabric is as before.

use super::properties::{one_tier, two_tiers};
use super::shape_properties::{domain, joined, tree};
use super::*;
use crate::System;
use crate::catalog;
use copperlight_core::fabric::{Fabric, Hop, Scope};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::transport::Planner;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Pair = (usize, usize);

/// What a link is, and which pairs cross it with which weights.
type Crossed = (u64, u64, usize, Vec<(usize, u64)>);

fn endpoint(index: usize) -> EndpointId {
    EndpointId::new(index)
}

/// The latencies of all routes, and every link that they cross, whatever its number.
fn routes(fabric: &Fabric, pairs: &[Pair], moved_by: usize) -> (Vec<u64>, Vec<Crossed>) {
    let mut crossed: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
    let mut latencies = Vec::new();
    for (pair, &(from, to)) in pairs.iter().enumerate() {
        let (from, to) = (endpoint(from + moved_by), endpoint(to + moved_by));
        let route = fabric.route(from, to).expect("all chips are joined");
        latencies.push(route.latency().picoseconds());
        for hop in route.hops() {
            hop.range().for_each(|link| crossed.entry(link).or_default().push((pair, hop.weight)));
        }
    }
    let alike = |(index, by): (usize, Vec<(usize, u64)>)| {
        let link = fabric.link(LinkId::new(index));
        (link.capacity.bytes_per_second().to_bits(), link.latency.picoseconds(), link.tier.index(), by)
    };
    let mut links: Vec<Crossed> = crossed.into_iter().map(alike).collect();
    links.sort_unstable();
    (latencies, links)
}

/// Equal lists of crossed links are a map between the links that keeps every weight of every pair.
fn check_moves(fabric: &Fabric, cell: usize, pairs: &[Pair]) {
    let chips = fabric.endpoints();
    let here = |by: usize| -> Vec<Pair> {
        pairs.iter().copied().filter(|pair| pair.0.max(pair.1) + by < chips).collect()
    };
    let moves = (1..).map(|cells| cells * cell).take_while(|&by| by < chips);
    for by in moves.take(4) {
        let pairs = here(by);
        assert!(routes(fabric, &pairs, 0) == routes(fabric, &pairs, by), "{chips} chips moved by {by}");
        for level in fabric.levels() {
            let together =
                |(a, b): Pair, by| level.container(endpoint(a + by)) == level.container(endpoint(b + by));
            assert!(pairs.iter().all(|&pair| together(pair, 0) == together(pair, by)), "{}", level.name);
        }
        let injection = |chip| {
            [Scope::ScaleUp, Scope::ScaleOut].map(|scope| fabric.injection_bandwidth(endpoint(chip), scope))
        };
        assert!((0..chips - by).all(|chip| injection(chip) == injection(chip + by)));
    }
    let mut owners: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &(from, to) in pairs {
        let route = fabric.route(endpoint(from), endpoint(to)).expect("all chips are joined");
        let ends = BTreeSet::from([from / cell, to / cell]);
        for link in route.hops().iter().flat_map(Hop::range) {
            owners.entry(link).or_insert_with(|| ends.clone()).retain(|owner| ends.contains(owner));
        }
    }
    assert!(owners.values().all(|owners| !owners.is_empty()), "every link belongs to a cell");
}

/// Checks a fabric and says whether it has several cells.
fn check(fabric: &Fabric) -> bool {
    let chips = fabric.endpoints();
    let Some(cell) = fabric.cell() else { return false };
    let pairs: Vec<Pair> = (0..chips * chips).map(|pair| (pair / chips, pair % chips)).collect();
    check_moves(fabric, cell, &pairs);
    cell < chips
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn everything_moves_by_whole_cells(
        machines in (one_tier(), two_tiers(), domain()), tree in tree(), planes in 1..4_usize,
        domains in 1..5_usize, extra in 0..3_usize,
    ) {
        let (one_tier, two_tiers, any) = machines;
        let all = [one_tier, two_tiers].into_iter().chain(joined(&any, &tree, planes));
        for machine in all {
            let chips = machine.domain().chips() * domains + extra;
            if chips <= 48 && machine.check_chips(chips).is_ok() {
                check(&machine.build(chips).expect("the parameters are sound"));
            }
        }
    }
}

#[test]
fn cells_are_these() {
    let rate = Bandwidth::from_gigabytes_per_second(10.0);
    let (link_latency, copper) = (Time::ZERO, || "copper".to_owned());
    let star = || Star { chips: 12, link_bandwidth: rate, link_latency, medium: copper() };
    let torus = Torus { sizes: [3, 4, 2], link_bandwidth: rate, link_latency, medium: copper() };
    let tree = |tiers, routing| Tree { radix: 4, tiers, oversubscription: 1.0, routing };
    let fat = |tiers, routing| FatTree {
        tree: tree(tiers, routing),
        link_bandwidth: rate,
        link_latency,
        uplink_latency: link_latency,
        medium: copper(),
        uplink_medium: copper(),
    };
    let between = |routing| FatTreeScaleOut {
        tree: tree(3, routing),
        bandwidth_per_chip: rate,
        latency: link_latency,
        medium: copper(),
    };
    let of = |machine: &DomainsJoined, chips| {
        let fabric = machine.build(chips).expect("the parameters are sound");
        assert_eq!(check(&fabric), fabric.cell().is_some_and(|cell| cell < chips));
        fabric.cell()
    };
    assert_eq!(of(&DomainsJoined::new(star()), 12), Some(1));
    assert_eq!(of(&DomainsJoined::new(torus), 24), None, "routes cross links of chips between");
    assert_eq!(of(&DomainsJoined::new(fat(2, TreeRouting::Spray)), 8), Some(2));
    assert_eq!(of(&DomainsJoined::new(fat(3, TreeRouting::DestinationModulo)), 16), Some(4));
    assert_eq!(of(&DomainsJoined::new(fat(3, TreeRouting::Hashed { seed: 1 })), 16), None);
    let small = || DomainsJoined::new(Star { chips: 3, ..star() });
    // A pod has 4 ends, a domain 3 chips.
    assert_eq!(of(&small().joined_by(between(TreeRouting::Spray)), 15), Some(12));
    assert_eq!(of(&small().joined_by(between(TreeRouting::Spray)), 14), None, "the last domain is smaller");
    assert_eq!(of(&small().joined_by(between(TreeRouting::Hashed { seed: 1 })), 15), None);
}

#[test]
fn presets_move_by_domains_while_they_are_healthy() {
    let mut several = 0;
    for entry in catalog::systems() {
        let system = System::preset(entry.name()).expect("the preset is in the catalog");
        let size = system.domain_size();
        if size > 1024 || system.check_chips(3 * size).is_err() {
            continue;
        }
        let fabric = system.build(3 * size).expect("the preset joins domains");
        assert_eq!(fabric.cell(), Some(size), "{}", entry.name());
        let stride = (size / 5).max(1);
        let some: BTreeSet<usize> =
            (0..3 * size).step_by(stride).chain([1, size + 1, 3 * size - 1]).collect();
        let pairs: Vec<Pair> = some.iter().flat_map(|&a| some.iter().map(move |&b| (a, b))).collect();
        check_moves(&fabric, size, &pairs);
        assert_eq!(system.build(2 * size + 1).ok().and_then(|fabric| fabric.cell()), None);
        several += 1;
    }
    assert!(several > 10, "{several} presets of several domains");
}

/// Domains of the test of plans.
const DOMAINS: usize = 9;

/// The last domain of one chip makes a fabric without cells; the other domains are as before.
#[test]
fn plans_are_the_same_without_cells() {
    for name in ["gb200-nvl72", "cloudmatrix384", "hgx-h100", "ascend-910b"] {
        let mut system = System::preset(name).expect("the preset is in the catalog");
        let (size, transport) = (system.domain_size().min(8), system.transport());
        system.set("chips_per_domain", &(size as i64).into()).expect("a domain has so many chips");
        let chips = DOMAINS * size;
        let [with, without] = [chips, chips + 1].map(|chips| system.build(chips).expect("it is wired"));
        assert_eq!((with.cell(), without.cell()), (Some(size), None));
        let (mut known, mut plans) = (Planner::new(&with, &transport), 0);
        for (first, stride, count) in groups(size) {
            let members: Vec<_> = (0..count).map(|at| endpoint(first + at * stride)).collect();
            for kind in [CollectiveKind::AllReduce, CollectiveKind::AllGather, CollectiveKind::AllToAll] {
                let call = CollectiveCall::auto(kind, Bytes::new(30_000_000));
                let algorithms = Algorithm::ALL.into_iter().map(Some).chain([None]);
                for call in algorithms.map(|algorithm| CollectiveCall { algorithm, ..call }) {
                    let expected = Planner::new(&without, &transport).plan(&members, &call);
                    assert_eq!(known.plan(&members, &call), expected, "{name} {first} {stride} {call:?}");
                    plans += 1;
                }
            }
        }
        assert!(plans > 200, "{plans} plans");
    }
}

/// First member, stride and count of groups in so many chips a domain.
fn groups(size: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let inside = [(0, 1, size), (size, 1, size), (2 * size + 1, 1, 4), (size + 2, 2, 3)];
    let all = DOMAINS * size;
    let across = [(0, 1, all), (size, 1, all - size), (0, 2, all / 2), (3, 4, all / 4), (1, size, DOMAINS)];
    let unlike = [(size - 1, 1, 2), (1, 3, all / 3), (2, 1, all - 2), (5, size + 1, DOMAINS - 1)];
    inside.into_iter().chain(across).chain(unlike)
}
