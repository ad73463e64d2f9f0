//! Multicast and reduction: each link of a tree carries the data once.

use copperlight_core::fabric::{Fabric, Route};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::units::Time;
use copperlight_topologies::System;
use std::collections::BTreeMap;

fn chips(numbers: &[usize]) -> Vec<EndpointId> {
    numbers.iter().copied().map(EndpointId::new).collect()
}

/// The links of a route by name, each with the number of its equal shares that make up the whole.
fn shares(fabric: &Fabric, route: &Route) -> BTreeMap<String, u64> {
    let links = route.hops().iter().flat_map(|hop| hop.range().map(|link| (link, hop.weight)));
    links
        .map(|(link, weight)| (fabric.link_name(LinkId::new(link)), fabric.weight_denominator() / weight))
        .collect()
}

fn preset(name: &str, keys: &[(&str, i64)]) -> System {
    let mut system = System::preset(name).expect("the preset is in the catalog");
    keys.iter().for_each(|(key, value)| system.set(key, &(*value).into()).expect("the override is sound"));
    system
}

#[test]
fn a_star_copies_at_its_switch() {
    let table = "family = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'";
    let star = System::from_family(&table.parse().expect("the test writes TOML")).expect("a star");
    let fabric = star.build(4).expect("a star of any size");
    let tree = fabric.multicast(EndpointId::new(1), &chips(&[0, 1, 2, 3])).expect("a star joins all");
    let expected = [
        "domain0/chip1 -> domain0/switch",
        "domain0/switch -> domain0/chip0",
        "domain0/switch -> domain0/chip2",
        "domain0/switch -> domain0/chip3",
    ];
    assert_eq!(shares(&fabric, &tree), expected.map(|name| (name.to_owned(), 1)).into());
    assert_eq!(tree.latency(), Time::from_picoseconds(2_000_000));
    let back = fabric.reduction(&chips(&[0, 2, 3]), EndpointId::new(1)).expect("a star joins all");
    assert_eq!(shares(&fabric, &back).len(), 4);
    assert!(shares(&fabric, &back).contains_key("domain0/switch -> domain0/chip1"));
    assert_eq!(fabric.multicast(EndpointId::new(1), &[]).expect("nobody listens"), Route::local());
}

#[test]
fn planes_copy_side_by_side() {
    let fabric = preset("gb200-nvl72", &[]).build(72).expect("the system can be built");
    let members: Vec<EndpointId> = (0..72).map(EndpointId::new).collect();
    let tree = fabric.multicast(EndpointId::new(0), &members).expect("planes join all");
    let shares = shares(&fabric, &tree);
    // The root's 18 uplinks once, whoever listens, and 18 links down to each of 71 others.
    assert_eq!(shares.len(), 18 + 18 * 71);
    assert!(shares.values().all(|&share| share == 18));
    let up = shares.keys().filter(|name| name.starts_with("domain0/chip0 ->")).count();
    assert_eq!(up, 18);
}

#[test]
fn two_tiers_copy_where_members_part() {
    let keys = [
        ("scale_up.chips", 16),
        ("scale_up.chips_per_node", 4),
        ("scale_up.planes", 2),
        ("scale_up.uplinks", 3),
    ];
    let fabric = preset("cloudmatrix384", &keys).build(16).expect("the system can be built");
    // The root in node 0, a member beside it, two in node 1, one in node 3.
    let tree = fabric.multicast(EndpointId::new(0), &chips(&[1, 4, 5, 12])).expect("planes join all");
    let shares = shares(&fabric, &tree);
    let of = |part: &str| -> Vec<u64> {
        shares.iter().filter(|(name, _)| name.contains(part)).map(|(_, &share)| share).collect()
    };
    assert_eq!(of("domain0/chip0 -> "), [2; 2]);
    assert_eq!(of("node0/l1-plane0 -> domain0/l2"), [6; 3]);
    assert_eq!(of("node0/l1-plane1 -> domain0/l2"), [6; 3]);
    assert_eq!(of(" -> domain0/node1/"), [6; 6], "node 1 gets the data once for both of its members");
    assert!(of(" -> domain0/node2/").is_empty());
    assert_eq!(of(" -> domain0/node3/"), [6; 6]);
    for member in [1, 4, 5, 12] {
        assert_eq!(of(&format!(" -> domain0/chip{member}")).len(), if member == 1 { 4 } else { 2 });
    }
    assert_eq!(shares.len(), 2 + 6 + 6 + 6 + 4 * 2);
    // The latency of the farthest member: 0.6 us twice and 0.5 us twice.
    assert_eq!(tree.latency(), Time::from_picoseconds(2_200_000));
    let back = fabric.reduction(&chips(&[1, 4, 5, 12]), EndpointId::new(0)).expect("planes join all");
    assert_eq!(back.hops().iter().map(|hop| hop.count).sum::<u32>(), 2 + 6 + 6 + 6 + 4 * 2);
}
