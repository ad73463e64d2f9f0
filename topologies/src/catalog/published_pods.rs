//! Published figures of nodes and pods without switches, and of systems that are announced, against what their values
//! give.

use crate::System;
use copperlight_core::fabric::Scope;
use copperlight_core::ids::EndpointId;

fn preset(name: &str) -> System {
    System::preset(name).expect("the preset is in the catalog")
}

#[test]
fn pods_have_the_published_sizes() {
    let pods = [
        ("tpu-v4-pod", 4096, 6),
        ("tpu-v5e-pod", 256, 4),
        ("tpu-v5p-pod", 8960, 6),
        ("tpu-trillium-pod", 256, 4),
        ("tpu-ironwood-pod", 9216, 6),
    ];
    for (name, chips, links) in pods {
        let system = preset(name);
        assert_eq!((system.domain_size(), system.default_chips()), (chips, Some(chips)), "{name}");
        assert_eq!(system.counts(chips).links, [chips * links], "{name}");
        assert_eq!(system.counts(chips).switches.iter().sum::<usize>(), 0, "{name}");
    }
}

#[test]
fn chips_of_pods_and_nodes_send_what_is_published() {
    for (name, rate) in [
        ("tpu-v4-pod", 300.0),
        ("tpu-v5e-pod", 200.0),
        ("tpu-v5p-pod", 600.0),
        ("tpu-trillium-pod", 400.0),
        ("tpu-ironwood-pod", 600.0),
        ("ascend-910b", 196.0),
        ("mi300x", 448.0),
        ("mi325x", 448.0),
        ("mi355x", 535.5),
        ("atlas-950", 1008.0),
    ] {
        let system = preset(name);
        assert_eq!(system.scale_up_bandwidth_per_chip().gigabytes_per_second(), rate, "{name}");
        if let Some(published) = system.value("facts.bandwidth_per_chip") {
            assert_eq!(published, rate * 1e9, "{name}");
        }
    }
    // 4 links of 50 GB/s, 1600 Gb/s; 7 links of 28 GB/s and the adapter.
    let fabric = preset("ascend-910b").build(16).expect("two nodes can be built");
    let rate = |scope| fabric.injection_bandwidth(EndpointId::new(3), scope).gigabytes_per_second();
    assert_eq!((rate(Scope::ScaleUp), rate(Scope::ScaleOut)), (196.0, 25.0));
}

#[test]
fn bisection_of_a_v4_pod_is_as_published() {
    // "24 TB/s" in docs.cloud.google.com/tpu/docs/v4: 2 x 16 x 16 links of 50 GB/s are 25.6, of 45 GB/s 23.
    let bisection = preset("tpu-v4-pod").bisection_bandwidth().gigabytes_per_second();
    assert_eq!(bisection, 25_600.0);
    assert!((24_000.0 / bisection - 1.0).abs() < 0.07);
}

#[test]
fn the_assumed_wiring_of_an_atlas_950_blocks_nothing() {
    let system = preset("atlas-950");
    assert_eq!(system.counts(8192).nodes, 128);
    // Ports of an L1 chip: 64 chips and 64 uplinks; of an L2 chip: 128 racks.
    assert_eq!(system.counts(8192).switches, [128 * 18, 64 * 18]);
    assert_eq!(system.bisection_bandwidth().gigabytes_per_second(), 4096.0 * 1008.0);
    let published = system.value("facts.domain_bandwidth_both_directions").expect("it is in the catalog");
    let of_ports = 2.0 * 8192.0 * 1008e9;
    assert!((of_ports / published - 1.0).abs() < 0.02, "{of_ports}");
}

#[test]
fn a_part_of_a_pod_is_a_box_and_pods_are_joined() {
    let system = preset("tpu-v5p-pod");
    assert_eq!(system.build(64).expect("4 x 4 x 4 is a box").links().len(), 64 * 6);
    let fabric = preset("tpu-v5e-pod").build(512).expect("two pods can be joined");
    let latency = |to| {
        let route = fabric.route(EndpointId::new(0), EndpointId::new(to));
        route.expect("the pods are joined").latency().microseconds()
    };
    // One hop, half way around both rings, and between pods.
    assert_eq!((latency(1), latency(8 + 16 * 8), latency(256)), (1.0, 16.0, 1.5));
}
