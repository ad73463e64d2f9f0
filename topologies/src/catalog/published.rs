//! Published figures against what the catalog's values give: parts, bandwidths, compute.

use crate::System;
use copperlight_core::fabric::Scope;
use copperlight_core::ids::EndpointId;

fn preset(name: &str) -> System {
    System::preset(name).expect("the preset is in the catalog")
}

/// A value of a system in its base unit.
fn value(system: &System, key: &str) -> f64 {
    let found = system.value(key);
    found.unwrap_or_else(|| panic!("{} has {key}", system.name()))
}

/// A published figure, with the range between sources.
fn within_range(system: &System, key: &str, base_value: f64) -> bool {
    let (_, sourced) = system.facts().find(|(name, _)| *name == key).expect("the fact is in the catalog");
    let scale = value(system, key) / sourced.value;
    let [low, high] = sourced.range.unwrap_or([sourced.value; 2]);
    (low * scale * 0.995..=high * scale * 1.005).contains(&base_value)
}

#[test]
fn nvl72_has_the_published_parts() {
    let system = preset("gb200-nvl72");
    let counts = system.counts(72);
    assert_eq!(counts.switches, [18]);
    assert_eq!(counts.switches[0] as f64, value(&system, "facts.switch_chips"));
    assert_eq!(counts.nodes, 18);
    // 72 chips x 18 links, both directions; 4 pairs of copper in each.
    assert_eq!(counts.links, [2 * 72 * 18]);
    let pairs = counts.links[0] as f64 / 2.0 * value(&system, "facts.pairs_per_link");
    assert_eq!(pairs, 5184.0);
    assert_eq!(pairs, value(&system, "facts.copper_pairs"));
}

#[test]
fn nvl72_has_the_published_rates() {
    let system = preset("gb200-nvl72");
    let per_chip = system.scale_up_bandwidth_per_chip().bytes_per_second();
    assert_eq!(per_chip, value(&system, "facts.bandwidth_per_chip"));
    // 72 x 900 GB/s x 2 directions = 129.6 TB/s, published as 130.
    assert_eq!(2.0 * 72.0 * per_chip, 129.6e12);
    assert!(within_range(&system, "facts.domain_bandwidth_both_directions", 2.0 * 72.0 * per_chip));
    // Each switch chip: 72 ports x 50 GB/s x 2 directions = 7.2 TB/s.
    assert_eq!(2.0 * 72.0 * value(&system, "scale_up.link_bandwidth"), 7.2e12);
    assert_eq!(72.0 * value(&system, "chip.peak_bf16"), value(&system, "facts.peak_bf16"));
    assert!(within_range(&system, "facts.hbm_total", 72.0 * value(&system, "chip.hbm_capacity")));
    // One tier blocks nothing: half of the chips can send all they have to the other half.
    assert_eq!(system.bisection_bandwidth().bytes_per_second(), 36.0 * per_chip);
}

#[test]
fn cloudmatrix384_has_the_published_parts() {
    let system = preset("cloudmatrix384");
    let counts = system.counts(384);
    assert_eq!((counts.nodes, counts.chips), (48, 48 * 8));
    assert_eq!(counts.switches, [336, 112]);
    assert_eq!(counts.switches[0] as f64, value(&system, "facts.l1_switch_chips"));
    assert_eq!(counts.switches[1] as f64, value(&system, "facts.l2_switch_chips"));
    // 336 L1 chips x 16 uplinks; a module at each of their two ends carries two of them.
    let uplinks = counts.links[1] / 2;
    assert_eq!(uplinks, 336 * 16);
    let modules = 2.0 * uplinks as f64 / value(&system, "facts.links_per_module");
    assert_eq!(modules, value(&system, "facts.modules_scale_up"));
    assert_eq!(value(&system, "facts.modules_scale_out"), 4.0 * 384.0);
    assert_eq!(modules + value(&system, "facts.modules_scale_out"), 6912.0);
}

#[test]
fn cloudmatrix384_has_the_published_rates() {
    let system = preset("cloudmatrix384");
    let per_chip = system.scale_up_bandwidth_per_chip().bytes_per_second();
    assert_eq!(per_chip, 392e9);
    assert!(within_range(&system, "facts.bandwidth_per_chip", per_chip));
    // 8 chips x 392 GB/s / 7 planes = 448 GB/s = 16 uplinks x 28 GB/s.
    let into_first_stage = 8.0 * per_chip / 7.0;
    assert_eq!(into_first_stage, value(&system, "facts.l1_bandwidth"));
    assert_eq!(into_first_stage, 16.0 * value(&system, "scale_up.link_bandwidth"));
    // 289 PFLOP/s by one source, 300 by another.
    let compute = 384.0 * value(&system, "chip.peak_bf16");
    assert!(within_range(&system, "facts.peak_bf16", compute), "{compute}");
    assert!(within_range(&system, "facts.hbm_total", 384.0 * value(&system, "chip.hbm_capacity")));
    // Two tiers without oversubscription: 192 chips x 392 GB/s.
    assert_eq!(system.bisection_bandwidth().bytes_per_second(), 192.0 * per_chip);
}

#[test]
fn counts_in_closed_form_equal_the_fabric() {
    for (name, chips) in [("gb200-nvl72", 1152), ("gb200-nvl72", 100), ("cloudmatrix384", 1001)] {
        let system = preset(name);
        let fabric = system.build(chips).expect("the system can be built");
        let counts = system.counts(chips);
        assert_eq!(fabric.switches(), counts.switches.iter().sum::<usize>(), "{name}");
        let links_of = |tier| fabric.links().iter().filter(|link| link.tier.index() == tier).count();
        let links: Vec<usize> = (0..fabric.tiers().len()).map(links_of).collect();
        assert_eq!(links, counts.links, "{name}");
        assert_eq!(fabric.levels()[0].containers(), counts.nodes, "{name}");
    }
}

#[test]
fn the_built_domain_carries_its_bisection() {
    // What leaves the L1 chips of the first half of the nodes, counted link by link.
    let system = preset("cloudmatrix384");
    let fabric = system.build(384).expect("the system can be built");
    let first_half = 384..384 + 168;
    let leaving = fabric.links().iter().filter(|link| {
        first_half.contains(&link.from.index()) && fabric.tiers()[link.tier.index()].name == "scale-up-l2"
    });
    let rate: f64 = leaving.map(|link| link.capacity.bytes_per_second()).sum();
    assert_eq!(rate, system.bisection_bandwidth().bytes_per_second());
    let injection = fabric.injection_bandwidth(EndpointId::new(0), Scope::ScaleUp);
    assert_eq!(rate, 192.0 * injection.bytes_per_second());
}
