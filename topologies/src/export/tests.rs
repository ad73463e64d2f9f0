//! What is exported reads back as the same fabric.

use super::{dot, json};
use crate::System;
use crate::graph::{Graph, GraphRouting};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{EndpointId, NodeId};

fn described(text: &str) -> System {
    let common = "link_bandwidth = '28 GB/s'\nlink_latency = '333 ps'\nmedium = 'copper'\n";
    let text = text.replacen('\n', &format!("\n{common}"), 1);
    System::from_family(&text.parse().expect("the test writes TOML")).expect("the description is sound")
}

fn fabrics() -> Vec<Fabric> {
    let joined = "scale_out = { family = 'rail-optimised', bandwidth_per_chip = '400G', latency = '1 us', planes = 2 }";
    let build = |text: &str, chips| described(text).build(chips).expect("the fabric can be built");
    vec![
        build("family = 'torus'\nsize_x = 3\nsize_y = 4\n", 12),
        build(&format!("family = 'full-mesh'\nchips = 3\n{joined}\n"), 7),
        build("family = 'fat-tree'\nradix = 4\ntiers = 3\n", 16),
        build(
            &format!("family = 'two-tier-planes'\nchips = 4\nchips_per_node = 2\nuplinks = 2\n{joined}\n"),
            6,
        ),
    ]
}

#[test]
fn json_reads_back_as_the_same_graph() {
    for fabric in fabrics() {
        let graph = Graph::read("export.json", &json(&fabric)).expect("what was written is sound");
        let back = graph.build(fabric.endpoints(), GraphRouting::Shortest).expect("it can be built");
        assert_eq!((back.endpoints(), back.switches()), (fabric.endpoints(), fabric.switches()));
        assert_eq!((back.levels(), back.tiers()), (fabric.levels(), fabric.tiers()));
        assert_eq!((back.links(), back.media()), (fabric.links(), fabric.media()));
        for node in (0..fabric.endpoints() + fabric.switches()).map(NodeId::new) {
            assert_eq!(back.node_name(node), fabric.node_name(node));
        }
    }
}

#[test]
fn shortest_routes_of_what_reads_back_are_as_long() {
    for fabric in fabrics() {
        let graph = Graph::read("export.json", &json(&fabric)).expect("what was written is sound");
        for routing in [GraphRouting::Shortest, GraphRouting::Spray] {
            let back = graph.build(fabric.endpoints(), routing).expect("it can be built");
            for from in (0..fabric.endpoints()).map(EndpointId::new) {
                for to in (0..fabric.endpoints()).map(EndpointId::new) {
                    let latency = |fabric: &Fabric| fabric.route(from, to).expect("all are joined").latency();
                    assert_eq!(latency(&back), latency(&fabric));
                }
            }
        }
    }
}

#[test]
fn dot_draws_a_link_and_its_opposite_as_one_arrow() {
    let star = described("family = 'star'\n").build(2).expect("a star of two");
    let expected = r#"digraph fabric {
  node [shape=ellipse];
  subgraph cluster_domain0 {
    label="domain 0";
    "domain0/chip0" [shape=box];
    "domain0/chip1" [shape=box];
  }
  "domain0/switch";
  "domain0/chip0" -> "domain0/switch" [label="28 GB/s, 0.333 ns", class="scale-up", dir=both];
  "domain0/chip1" -> "domain0/switch" [label="28 GB/s, 0.333 ns", class="scale-up", dir=both];
}
"#;
    assert_eq!(dot(&star), expected);
}

#[test]
fn what_has_failed_is_left_out_and_the_rest_reads_back() {
    let mut system = described("family = 'scale-up-planes'\nchips = 3\nplanes = 2\n");
    let degrade = "degrade = [{ target = 'plane:1', capacity = 0 }]"
        .parse::<toml::Table>()
        .expect("the test writes TOML");
    system.set("degrade", &degrade["degrade"]).expect("the plane is there");
    let fabric = system.build(3).expect("the fabric can be built");
    assert_eq!(fabric.links().iter().filter(|link| link.capacity.bytes_per_second() == 0.0).count(), 6);
    let graph = Graph::read("export.json", &json(&fabric)).expect("what was written is sound");
    let back = graph.build(3, GraphRouting::Shortest).expect("it can be built");
    assert_eq!((back.links().len(), back.switches()), (6, fabric.switches()));
    assert_eq!(dot(&fabric).matches(" -> ").count(), 3);
}

#[test]
fn chips_out_of_service_are_no_switches() {
    let mut system = described("family = 'scale-up-planes'\nchips = 4\nplanes = 2\n");
    let degrade = "degrade = [{ target = 'chip:1', capacity = 0 }]"
        .parse::<toml::Table>()
        .expect("the test writes TOML");
    system.set("degrade", &degrade["degrade"]).expect("the chip is there");
    let fabric = system.build(3).expect("the fabric can be built");
    let text = json(&fabric);
    assert!(!text.contains("domain0/chip1\"") && text.contains("domain0/plane1\""), "{text}");
    let graph = Graph::read("export.json", &text).expect("what was written is sound");
    let back = graph.build(3, GraphRouting::Shortest).expect("it can be built");
    assert_eq!((back.links().len(), back.switches()), (12, 2));
    let drawn = dot(&fabric);
    assert!(!drawn.contains("domain0/chip1\"") && drawn.contains("\"domain0/plane1\";"), "{drawn}");
}
