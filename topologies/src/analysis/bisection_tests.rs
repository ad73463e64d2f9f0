//! Closed forms of bisection beside the maximum flow, for every family and small sizes, even and odd, full and partial.

use super::*;
use crate::System;
use crate::export;
use crate::families::SCALE_UP_FAMILIES;

const LINK: &str = "link_bandwidth = '10 GB/s'\nlink_latency = '500 ns'\n";

fn family(text: &str) -> System {
    let table = format!("{text}\n{LINK}").parse().expect("the test writes TOML");
    System::from_family(&table).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

/// Maximum flow and closed form, in bytes per second.
fn bandwidths(system: &System, chips: usize) -> (f64, f64) {
    let fabric = system.build(chips).unwrap_or_else(|error| panic!("{error}"));
    let found = bisection_by_maximum_flow(&fabric).bytes_per_second();
    (found, system.domain_bisection(chips).bytes_per_second())
}

/// Holds both to be equal for every size that can be built, and says how many there were.
fn check(text: &str, sizes: impl IntoIterator<Item = usize>) -> usize {
    let system = family(text);
    let built = sizes.into_iter().filter(|&chips| system.check_chips(chips).is_ok());
    let compare = |chips| {
        let (found, closed) = bandwidths(&system, chips);
        assert_eq!(found, closed, "{text} with {chips} chips");
    };
    built.map(compare).count()
}

#[test]
fn presets_carry_their_bisection() {
    for (name, sizes) in [
        ("gb200-nvl72", vec![2, 5, 8, 71, 72]),
        ("cloudmatrix384", vec![2, 8, 13, 16, 63, 64]),
        ("tpu-v5e-pod", vec![4, 36, 64, 256]),
        ("mi300x", vec![7, 8]),
    ] {
        let system = System::preset(name).expect("the preset is in the catalog");
        for chips in sizes {
            let (found, closed) = bandwidths(&system, chips);
            assert!((found / closed - 1.0).abs() < 1e-9, "{name} {chips}: {found} and {closed}");
        }
    }
}

#[test]
fn stars_meshes_and_planes() {
    assert_eq!(check("family = 'star'", 1..=9), 9);
    assert_eq!(check("family = 'full-mesh'\nchips = 9\nlinks_per_peer = 2", 1..=9), 9);
    let planes = "family = 'scale-up-planes'\nchips = 9\nchips_per_node = 3\nplanes = 4\nlinks_per_plane = 2";
    assert_eq!(check(planes, 1..=9), 9);
}

#[test]
fn two_tiers_with_any_uplinks() {
    // From uplinks that carry a sixth of what a node's chips inject to twice as much.
    for (per_node, links_per_plane, uplinks) in
        [(3, 2, 1), (3, 2, 4), (3, 1, 6), (4, 1, 4), (4, 1, 3), (5, 1, 2), (1, 1, 1)]
    {
        let chips = 5 * per_node;
        let text = format!(
            "family = 'two-tier-planes'\nchips = {chips}\nchips_per_node = {per_node}\nplanes = 2\n\
             links_per_plane = {links_per_plane}\nuplinks = {uplinks}"
        );
        assert_eq!(check(&text, 1..=chips), chips);
    }
}

#[test]
fn tori_of_every_small_size() {
    for x in 1..=5 {
        for y in 1..=5 {
            for z in 1..=5 {
                let text = format!("family = 'torus'\nsize_x = {x}\nsize_y = {y}\nsize_z = {z}");
                assert_eq!(check(&text, [x * y * z]), 1);
            }
        }
    }
    // Boxes of fewer chips.
    assert!(check("family = 'torus'\nsize_x = 5\nsize_y = 4\nsize_z = 3", 1..=60) > 15);
    assert!(check("family = 'torus'\nsize_x = 7\nsize_y = 6", 1..=42) > 15);
}

#[test]
fn trees_of_two_and_three_tiers() {
    for (radix, tiers, oversubscription, chips) in
        [(4, 2, 1, 8), (6, 2, 2, 24), (4, 3, 1, 16), (4, 3, 3, 24), (6, 3, 1, 54), (6, 3, 2, 72)]
    {
        let text = format!(
            "family = 'fat-tree'\nradix = {radix}\ntiers = {tiers}\noversubscription = {oversubscription}"
        );
        assert_eq!(family(&text).domain_size(), chips);
        assert_eq!(check(&text, 1..=chips), chips);
    }
}

#[test]
fn no_family_is_left_out() {
    let tested = ["star", "scale-up-planes", "two-tier-planes", "torus", "full-mesh", "fat-tree", "graph"];
    assert_eq!(SCALE_UP_FAMILIES.iter().map(|family| family.name).collect::<Vec<_>>(), tested);
}

#[test]
fn a_graph_carries_what_its_wiring_does() {
    for text in ["family = 'torus'\nsize_x = 3\nsize_y = 3", "family = 'fat-tree'\nradix = 4\ntiers = 3"] {
        let model = family(text);
        let chips = model.domain_size();
        let json = export::json(&model.build(chips).expect("the family can be built"));
        let table = "family = 'graph'\nfile = 'fabric.json'".parse().expect("the test writes TOML");
        let graph = System::from_family_with_files(&table, &|_| Ok(json.clone()));
        let graph = graph.expect("what was exported is sound");
        assert_eq!(graph.bisection_bandwidth(), model.bisection_bandwidth(), "{text}");
        assert_eq!(graph.domain_bisection(1), Bandwidth::ZERO);
        // Chips beyond those that are used still forward.
        assert!(graph.domain_bisection(4) >= model.domain_bisection(4), "{text}");
    }
}

#[test]
fn thin_uplinks_bound_the_bisection() {
    let mut system = System::preset("cloudmatrix384").expect("the preset is in the catalog");
    system.set("scale_up.uplinks", &8.into()).expect("the override is sound");
    // 4 nodes: 2 nodes x 7 planes x 8 uplinks x 28 GB/s.
    assert_eq!(bandwidths(&system, 32), (3136e9, 3136e9));
}
