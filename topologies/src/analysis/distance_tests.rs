//! Diameters of every family in closed form, and of faulty fabrics beside a search through each route.

use super::*;
use crate::System;
use copperlight_core::fabric::Hop;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn longest(system: &System, chips: usize) -> (usize, u64) {
    let fabric = system.build(chips).expect("the system can be built");
    let longest = longest_route(&fabric).expect("all chips are joined");
    (longest.links, longest.latency.picoseconds())
}

fn preset(name: &str) -> System {
    System::preset(name).expect("the preset is in the catalog")
}

fn family(text: &str) -> System {
    let table = format!("{text}\nlink_bandwidth = '10 GB/s'\nlink_latency = '500 ns'");
    let system = System::from_family(&table.parse().expect("the test writes TOML"));
    system.unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

#[test]
fn routes_have_the_links_of_their_tiers() {
    assert_eq!(longest(&preset("gb200-nvl72"), 72), (2, 600_000));
    assert_eq!(longest(&preset("cloudmatrix384"), 8), (2, 1_200_000));
    assert_eq!(longest(&preset("cloudmatrix384"), 384), (4, 2_200_000));
    // Between domains: adapter, leaf, core, leaf, adapter.
    assert_eq!(longest(&preset("gb200-nvl72"), 100), (4, 1_320_000));
    assert_eq!(longest(&preset("gb200-nvl72"), 1152), (4, 1_320_000));
}

#[test]
fn a_torus_is_half_of_each_ring_wide() {
    for sizes in [[1, 1, 1], [2, 1, 1], [3, 1, 1], [4, 2, 1], [5, 4, 1], [5, 3, 2], [4, 4, 4], [5, 5, 5]] {
        let [x, y, z] = sizes;
        let torus = family(&format!("family = 'torus'\nsize_x = {x}\nsize_y = {y}\nsize_z = {z}"));
        let links = x / 2 + y / 2 + z / 2;
        assert_eq!(longest(&torus, x * y * z), (links, links as u64 * 500_000), "{sizes:?}");
    }
}

#[test]
fn stars_meshes_planes_and_trees() {
    let links = |text: &str, chips| longest(&family(text), chips).0;
    assert_eq!(links("family = 'star'", 9), 2);
    assert_eq!(links("family = 'full-mesh'\nchips = 9", 9), 1);
    assert_eq!(links("family = 'scale-up-planes'\nchips = 9\nplanes = 5", 9), 2);
    let two_tiers = "family = 'two-tier-planes'\nchips = 12\nchips_per_node = 3\nplanes = 3\nuplinks = 5";
    assert_eq!((links(two_tiers, 1), links(two_tiers, 3), links(two_tiers, 4)), (0, 2, 4));
    for routing in ["d-mod-k", "ecmp", "spray"] {
        let tree = format!("family = 'fat-tree'\nradix = 6\ntiers = 3\nrouting = '{routing}'");
        // One leaf holds 3 chips, one pod 9.
        assert_eq!([3, 4, 9, 10, 54].map(|chips| links(&tree, chips)), [2, 4, 4, 6, 6]);
    }
}

#[test]
fn shares_that_divide_nothing_make_no_link_more() {
    // Planes at 1/3 and 0.7 of their capacity: no share of the 18 planes is a whole weight.
    let mut system = preset("gb200-nvl72");
    let faults: toml::Table = "degrade = [{ target = 'plane:0', capacity = 0.3333 }, \
        { target = 'links', count = 7, capacity = 0.7 }, { target = 'links', count = 3, capacity = 0, seed = 5 }]"
        .parse()
        .expect("the test writes TOML");
    system.set("degrade", &faults["degrade"]).expect("the override is sound");
    assert_eq!(longest(&system, 72), (2, 600_000));
}

/// The most links from one end of a route to the other, by looking through it.
fn searched(fabric: &Fabric, route: &Route, from: EndpointId) -> usize {
    let mut leaving: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for link in route.hops().iter().flat_map(Hop::range).map(|link| &fabric.links()[link]) {
        leaving.entry(link.from.index()).or_default().push(link.to.index());
    }
    fn deepest(leaving: &BTreeMap<usize, Vec<usize>>, at: usize) -> usize {
        let next = leaving.get(&at).into_iter().flatten();
        next.map(|&next| 1 + deepest(leaving, next)).max().unwrap_or(0)
    }
    deepest(&leaving, from.index())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn faults_do_not_blur_the_links_of_a_route(
        text in prop::sample::select(vec![
            "family = 'scale-up-planes'\nchips = 8\nplanes = 7",
            "family = 'two-tier-planes'\nchips = 12\nchips_per_node = 3\nplanes = 3\nuplinks = 5",
            "family = 'torus'\nsize_x = 4\nsize_y = 4\nsize_z = 2",
            "family = 'fat-tree'\nradix = 6\ntiers = 3\nrouting = 'spray'",
        ]),
        count in 1..9_usize, capacity in prop_oneof![Just(0.0), 0.01..1.0_f64], seed in 1..1000_usize,
    ) {
        let mut system = family(text);
        let entry = format!("degrade = [{{ target = 'links', count = {count}, capacity = {capacity}, seed = {seed} }}]");
        let table: toml::Table = entry.parse().expect("the test writes TOML");
        system.set("degrade", &table["degrade"]).expect("the override is sound");
        let Ok(fabric) = system.build(system.domain_size()) else { return Ok(()) };
        for pair in 0..fabric.endpoints().pow(2) {
            let [from, to] = [pair / fabric.endpoints(), pair % fabric.endpoints()].map(EndpointId::new);
            if let Ok(route) = fabric.route(from, to) {
                prop_assert_eq!(links_of(&fabric, &route), searched(&fabric, &route, from));
            }
        }
    }
}
