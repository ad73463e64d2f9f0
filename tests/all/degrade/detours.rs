//! Detours: where every way of a family's rule has failed, routes take the path of least latency that is left.

use super::{build, degraded, weights};
use copperlight_core::fabric::{Fabric, Hop};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use copperlight_topologies::System;

const TORUS: &str =
    "family = 'torus'\nsize_x = 4\nsize_y = 4\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'";
const MESH: &str = "family = 'full-mesh'\nchips = 8\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'";

/// Four leaves of four chips under four spines.
fn tree(routing: &str) -> String {
    format!(
        "family = 'fat-tree'\nradix = 8\nrouting = '{routing}'\nlink_bandwidth = '50 GB/s'\n\
         link_latency = '1 us'"
    )
}

/// Domains of four chips in a mesh, joined by a fat tree.
fn joined_by_tree(routing: &str) -> String {
    format!(
        "{}\n[scale_out]\nfamily = 'fat-tree'\nradix = 8\ntiers = 2\nrouting = '{routing}'\n\
         bandwidth_per_chip = '25 GB/s'\nlatency = '5 us'",
        MESH.replace("chips = 8", "chips = 4")
    )
}

/// A family with these entries of `degrade`.
fn family(text: &str, entries: &str) -> System {
    let mut system = System::from_family(&text.parse().expect("the test writes TOML")).expect("it is sound");
    let table: toml::Table = format!("it = [{entries}]").parse().expect("the test writes TOML");
    system.set("degrade", &table["it"]).expect("the entries are sound by themselves");
    system
}

/// An entry that removes both directions of the link between two nodes.
fn without(from: &str, to: &str) -> String {
    format!("{{ target = 'link:{from} <-> {to}', capacity = 0 }}")
}

fn collective(fabric: &Fabric, algorithm: Algorithm, options: &Options) -> Outcome {
    let call = CollectiveCall {
        algorithm: Some(algorithm),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(9_600_000))
    };
    let workload = SingleCollective::new(fabric.endpoints(), call);
    simulate(fabric, &workload, options, &mut Unobserved).unwrap_or_else(|error| panic!("{error}"))
}

/// Every pair has a route over healthy links; what is folded is what is not.
fn assert_sound(fabric: &Fabric) {
    for (from, to) in
        (0..fabric.endpoints()).flat_map(|from| (0..fabric.endpoints()).map(move |to| (from, to)))
    {
        let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("a path is left");
        let links = route.hops().iter().flat_map(Hop::range);
        assert!(links.map(LinkId::new).all(|link| !fabric.has_failed(link)));
    }
    let options = Options::new(Transport::ideal());
    for algorithm in [Algorithm::Ring, Algorithm::Direct] {
        let folded = collective(fabric, algorithm, &options);
        let full = collective(fabric, algorithm, &options.unfolded());
        assert_eq!((folded.end, folded.digest), (full.end, full.digest));
        let carried = full.links.iter().filter(|carried| carried.weighted_bytes > 0);
        assert!(carried.into_iter().all(|carried| !fabric.has_failed(carried.link)));
    }
}

/// The nodes that a route of whole flows passes, the ends included.
fn passed(fabric: &Fabric, from: usize, to: usize) -> Vec<String> {
    let links = weights(fabric, from, to);
    assert!(links.values().all(|&weight| weight == fabric.weight_denominator()), "{links:?}");
    let mut at = fabric.node_name(EndpointId::new(from).into()).to_owned();
    let mut passed = vec![at.clone()];
    for _ in 0..links.len() {
        let ends = links.keys().filter_map(|name| name.split_once(" -> "));
        at = ends.into_iter().find(|(begin, _)| *begin == at).expect("a path goes on").1.to_owned();
        passed.push(at.clone());
    }
    passed.iter().map(|name| name.replace("domain0/", "")).collect()
}

#[test]
fn a_torus_forwards_around_a_dead_link() {
    let fabric = build(&family(TORUS, &without("domain0/chip0", "domain0/chip1")), 16);
    assert_sound(&fabric);
    // Three steps either way: the other way around the ring, whose links come first.
    assert_eq!(passed(&fabric, 0, 1), ["chip0", "chip3", "chip2", "chip1"]);
    assert_eq!(passed(&fabric, 1, 2), ["chip1", "chip2"], "healthy ways stay");
    // Two steps apart both ways around are as long: the healthy one takes all.
    assert_eq!(passed(&fabric, 0, 2), ["chip0", "chip3", "chip2"]);
}

#[test]
fn a_torus_forwards_around_a_dead_chip() {
    let system = family(TORUS, "{ target = 'chip:1', capacity = 0 }");
    assert_eq!(system.default_chips(), Some(15));
    let fabric = build(&system, 15);
    assert_sound(&fabric);
    // The rule goes along x through chip1 and then along y.
    assert_eq!(passed(&fabric, 0, 4), ["chip0", "chip4", "chip5"]);
}

#[test]
fn a_tree_chooses_again_among_healthy_switches() {
    for routing in ["d-mod-k", "ecmp", "spray"] {
        // Two of the four spines cannot be reached from the first leaf.
        let entries =
            [without("domain0/leaf0", "domain0/spine0"), without("domain0/leaf0", "domain0/spine3")]
                .join(", ");
        let healthy = build(&family(&tree(routing), ""), 16);
        let fabric = build(&family(&tree(routing), &entries), 16);
        assert_sound(&fabric);
        for to in 4..16 {
            let route = weights(&fabric, 0, to);
            assert!(
                !route.keys().any(|name| name.contains("spine0") || name.contains("spine3")),
                "{route:?}"
            );
            let names = |fabric| -> Vec<String> { weights(fabric, 4, 9 + to % 3).into_keys().collect() };
            assert_eq!(names(&fabric), names(&healthy), "others keep theirs");
            let latency = |fabric: &Fabric| {
                fabric.route(EndpointId::new(0), EndpointId::new(to)).map(|route| route.latency())
            };
            assert_eq!(latency(&fabric), latency(&healthy), "a tree has other spines at the same distance");
        }
    }
}

#[test]
fn a_tree_between_domains_chooses_again_too() {
    for routing in ["d-mod-k", "ecmp"] {
        let entries =
            [without("scale-out/leaf0", "scale-out/spine0"), without("scale-out/leaf1", "scale-out/spine1")];
        let fabric = build(&family(&joined_by_tree(routing), &entries.join(", ")), 16);
        assert_sound(&fabric);
    }
}

#[test]
fn a_dead_link_of_a_mesh_costs_a_second_hop() {
    let fabric = build(&family(MESH, &without("domain0/chip2", "domain0/chip5")), 8);
    assert_sound(&fabric);
    assert_eq!(passed(&fabric, 2, 5), ["chip2", "chip0", "chip5"]);
    assert_eq!(passed(&fabric, 2, 4), ["chip2", "chip4"]);
}

#[test]
fn a_pair_of_a_mesh_takes_the_time_of_two_links() {
    let fabric = build(&family(MESH, &without("domain0/chip0", "domain0/chip1")), 8);
    let call = CollectiveCall {
        algorithm: Some(Algorithm::Ring),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(100_000_000))
    };
    let options = Options::new(Transport::ideal());
    let outcome = simulate(&fabric, &SingleCollective::new(2, call), &options, &mut Unobserved);
    // Two steps of half of 100 MB each way over chip2: 2 us of latency, and 1 ms at 50 GB/s.
    let end = outcome.expect("a path is left").end;
    assert_eq!(end, Time::from_picoseconds(2 * (2_000_000 + 1_000_000_000)));
}

#[test]
fn a_dead_adapter_sends_over_the_adapters_of_others() {
    let entry = without("domain0/chip3", "domain0/rail3/leaf");
    let fabric = build(&degraded("gb200-nvl72", &entry), 144);
    let route = weights(&fabric, 3, 75);
    let unit = fabric.weight_denominator();
    // Over one plane to a neighbour, as relays do, and on over the neighbour's rail or to a neighbour there.
    assert!(route.values().all(|&weight| weight == unit), "{route:?}");
    assert!(!route.keys().any(|name| name == "domain0/chip3 -> domain0/rail3/leaf"), "{route:?}");
    assert!(route.keys().any(|name| name.starts_with("domain0/chip3 -> domain0/plane")), "{route:?}");
    assert_sound(&build(&degraded("hgx-h100", &without("domain0/chip3", "domain0/rail3/leaf")), 32));
}
