//! Tests of fat trees: counts, routes, faults; inside a domain and between domains.

use super::*;
use crate::families::{DomainsJoined, FatTreeScaleOut, FullMesh, Layout, ScaleOut, TreeRouting};
use copperlight_core::fabric::{Fabric, Hop};
use copperlight_core::ids::EndpointId;

fn tree(radix: usize, tiers: usize) -> Tree {
    Tree { radix, tiers, oversubscription: 1.0, routing: TreeRouting::DestinationModulo }
}

fn fat_tree(tree: Tree) -> FatTree {
    FatTree {
        tree,
        link_bandwidth: Bandwidth::from_gigabytes_per_second(50.0),
        link_latency: Time::from_picoseconds(300_000),
        uplink_latency: Time::from_picoseconds(100_000),
        medium: "copper".to_owned(),
        uplink_medium: "dsp".to_owned(),
    }
}

fn build(tree: Tree, chips: usize) -> Fabric {
    DomainsJoined::new(fat_tree(tree)).build(chips).expect("the tree is sound")
}

/// The switches of a route with one way, in order of the path.
fn switches(fabric: &Fabric, from: usize, to: usize) -> Vec<String> {
    let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("a tree joins all");
    let mut at = from;
    let mut passed = Vec::new();
    while at != to {
        let links = route.hops().iter().map(|hop: &Hop| fabric.link(hop.first));
        at = links.clone().find(|link| link.from.index() == at).expect("the route goes on").to.index();
        passed.push(fabric.node_name(copperlight_core::ids::NodeId::new(at)).replace("domain0/", ""));
    }
    passed.pop();
    passed
}

#[test]
fn a_k_ary_tree_has_the_published_parts() {
    // Al-Fares et al.: k^3 / 4 hosts, k^2 / 2 switches in each of two stages, k^2 / 4 cores.
    for k in [2, 4, 6, 8] {
        let full = fat_tree(tree(k, 3));
        assert_eq!(full.chips(), k * k * k / 4);
        let counts = full.counts(full.chips());
        assert_eq!(counts.switches, [k * k / 2, k * k / 2, k * k / 4]);
        assert_eq!(counts.links, [k * k * k / 2; 3]);
        let fabric = build(tree(k, 3), full.chips());
        assert_eq!(fabric.switches(), 5 * k * k / 4);
    }
    assert_eq!(fat_tree(tree(64, 2)).chips(), 2048);
    // 48 ports down and 16 up.
    let thin = Tree { oversubscription: 3.0, ..tree(64, 2) };
    assert_eq!((fat_tree(thin.clone()).chips(), thin.uplinks()), (64 * 48, 16));
}

#[test]
fn stages_that_are_not_needed_are_left_out() {
    let counts = |chips| fat_tree(tree(4, 3)).counts(chips);
    assert_eq!((counts(2).switches, counts(2).links), (vec![1, 0, 0], vec![4, 0, 0]));
    assert_eq!((counts(4).switches, counts(4).links), (vec![2, 2, 0], vec![8, 8, 0]));
    assert_eq!((counts(5).switches, counts(5).links), (vec![3, 4, 4], vec![10, 12, 16]));
    for chips in 1..=16 {
        let fabric = build(tree(4, 3), chips);
        assert_eq!(fabric.switches(), counts(chips).switches.iter().sum::<usize>());
        assert_eq!(fabric.links().len(), counts(chips).links.iter().sum::<usize>());
    }
}

#[test]
fn d_mod_k_gives_every_receiver_its_own_way_down() {
    let fabric = build(tree(4, 3), 16);
    assert_eq!(switches(&fabric, 0, 1), ["leaf0"]);
    assert_eq!(switches(&fabric, 0, 3), ["leaf0", "pod0/aggregation1", "leaf1"]);
    let far = ["leaf0", "pod0/aggregation1", "core3", "pod3/aggregation1", "leaf7"];
    assert_eq!(switches(&fabric, 0, 15), far);
    assert_eq!(switches(&fabric, 0, 13)[2], "core2");
    // A shift of all chips crosses every link at most once.
    for shift in 1..16 {
        let mut crossed = vec![0; fabric.links().len()];
        for from in 0..16 {
            let to = EndpointId::new((from + shift) % 16);
            let route = fabric.route(EndpointId::new(from), to).expect("a tree joins all");
            route.hops().iter().flat_map(Hop::range).for_each(|link| crossed[link] += 1);
        }
        assert!(crossed.iter().all(|&flows| flows <= 1), "shift by {shift}");
    }
}

#[test]
fn ecmp_follows_its_seed_and_spray_takes_all_ways() {
    let routed = |routing| build(Tree { routing, ..tree(8, 3) }, 128);
    let paths = |seed: u64| {
        let fabric = routed(TreeRouting::Hashed { seed });
        (0..64).map(|from| switches(&fabric, from, 127 - from)).collect::<Vec<_>>()
    };
    assert_eq!(paths(1), paths(1));
    assert_ne!(paths(1), paths(2));
    let fabric = routed(TreeRouting::Spray);
    let route = fabric.route(EndpointId::new(0), EndpointId::new(127)).expect("a tree joins all");
    let shares: Vec<(u32, u64)> =
        route.hops().iter().map(|hop| (hop.count, fabric.weight_denominator() / hop.weight)).collect();
    // In the order of links: ends, leaves, pods; 4 aggregation switches of 4 cores each.
    assert_eq!(shares, [(1, 1), (1, 1), (4, 4), (4, 4), (16, 16), (16, 16)]);
    assert_eq!(route.latency(), Time::from_picoseconds(2 * 300_000 + 4 * 100_000));
}

#[test]
fn bisection_is_the_least_cut() {
    let bisection = |tree: Tree, chips| fat_tree(tree).bisection(chips).gigabytes_per_second() / 50.0;
    assert_eq!(bisection(tree(4, 3), 16), 8.0);
    assert_eq!(bisection(tree(8, 2), 32), 16.0);
    // Leaves of 6 chips and 2 uplinks: 4 leaves of each half send over 8.
    assert_eq!(bisection(Tree { oversubscription: 3.0, ..tree(8, 2) }, 48), 8.0);
    // A single leaf blocks nothing; the smaller half of 3 chips is 1.
    assert_eq!((bisection(tree(8, 2), 4), bisection(tree(8, 2), 3)), (2.0, 1.0));
}

#[test]
fn a_ratio_may_be_written_with_few_digits() {
    let checked = |oversubscription| fat_tree(Tree { oversubscription, ..tree(8, 2) }).check_chips(40);
    // 5 chips of a leaf over 3 uplinks.
    assert_eq!(checked(5.0 / 3.0), Ok(()));
    assert_eq!(checked(1.666_666_666_7), Ok(()));
    assert!(matches!(checked(1.67), Err(ParameterError::Ports { uplinks: 3, .. })));
    let rounded_up = Tree { oversubscription: 1.666_666_666_7, ..tree(8, 2) };
    assert_eq!((rounded_up.uplinks(), rounded_up.most_ends()), (3, 40));
}

#[test]
fn impossible_parameters_are_refused() {
    let check = |tree: Tree| fat_tree(tree).check().expect_err("no machine is like this").to_string();
    assert_eq!(check(tree(1, 2)), "radix is 1; a switch of a fat tree has at least 2 ports");
    assert_eq!(check(tree(4, 4)), "tiers is 4; a fat tree has 2 or 3");
    let half = check(Tree { oversubscription: 0.5, ..tree(4, 2) });
    assert_eq!(half, "oversubscription is 0.5; it must be at least 1 (1: none, 2: half of the bandwidth)");
    let dead = FatTree { link_bandwidth: Bandwidth::ZERO, ..fat_tree(tree(4, 2)) };
    assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
    let together =
        |tree: Tree| fat_tree(tree).check_chips(1).expect_err("these do not go together").to_string();
    assert_eq!(
        together(tree(5, 3)),
        "radix is 5; switches of a fat tree of 3 tiers have an even number of ports, such as 6"
    );
    assert_eq!(
        together(Tree { oversubscription: 2.0, ..tree(64, 2) }),
        "the 64 ports of a switch cannot be divided 2 to 1; the nearest oversubscription is 2.0476190476190474, with 21 \
         uplinks"
    );
    assert_eq!(together(tree(1000, 3)), "a fat-tree of 250000000 chips; at most 1000000 are possible");
    let wide = Tree { routing: TreeRouting::Spray, ..tree(1000, 3) };
    assert!(matches!(fat_tree(wide).check_chips(1), Err(ParameterError::TooManyWays { .. })));
}

fn joining(tree: Tree) -> FatTreeScaleOut {
    FatTreeScaleOut {
        tree,
        bandwidth_per_chip: Bandwidth::from_gigabytes_per_second(50.0),
        latency: Time::from_picoseconds(1_000_003),
        medium: "dsp".to_owned(),
    }
}

#[test]
fn a_tree_joins_domains_whose_chips_share_leaves() {
    let mesh = FullMesh {
        chips: 3,
        links_per_peer: 1,
        link_bandwidth: Bandwidth::from_gigabytes_per_second(100.0),
        link_latency: Time::from_picoseconds(200_000),
        medium: "copper".to_owned(),
    };
    let machine = DomainsJoined::new(mesh).joined_by(joining(tree(4, 3)));
    let fabric = machine.build(14).expect("five domains can be joined");
    assert_eq!(fabric.links().len(), machine.counts(14).links.iter().sum::<usize>());
    let latency = |from, to| {
        fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("joined").latency().picoseconds()
    };
    // A sixth of 1,000,003 ps is 166,667 ps, and 1 ps is left for the last link; chips 2 and 3 share a leaf.
    assert_eq!((latency(0, 1), latency(0, 13)), (200_000, 1_000_003));
    assert_eq!((latency(2, 3), latency(0, 3)), (2 * 166_667 + 1, 4 * 166_667 + 1));
}

#[test]
fn a_tree_between_domains_has_an_end() {
    assert_eq!(joining(tree(4, 3)).check_chips(16), Ok(()));
    let few = joining(tree(4, 3)).check_chips(17).expect_err("it has 16 ends");
    assert_eq!(
        few.to_string(),
        "the fat tree between domains has room for 16 chips, not for 17; raise radix or tiers"
    );
    assert!(matches!(joining(tree(4, 1)).check(), Err(ParameterError::TreeTiers { .. })));
    let dead = FatTreeScaleOut { bandwidth_per_chip: Bandwidth::ZERO, ..joining(tree(4, 3)) };
    assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
    assert_eq!(joining(tree(4, 2)).counts(&Layout::new(8, 4)).switches, [4, 2]);
}
