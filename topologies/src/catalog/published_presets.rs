//! Every preset and every chip of the catalog: that they exist, can be built, and agree with published figures.

use super::{Derived, chips, derived, find, switches, systems};
use crate::System;
use crate::catalog::{Section, dimension_of};
use crate::quantity::Dimension;

const NVIDIA_SYSTEMS: [&str; 11] = [
    "gb200-nvl72",
    "gb300-nvl72",
    "hgx-a100",
    "hgx-a100-40g",
    "hgx-a800",
    "hgx-h100",
    "hgx-h800",
    "hgx-h200",
    "hgx-h20",
    "hgx-b200",
    "hgx-b300",
];

const CHIPS: [&str; 34] = [
    "a100",
    "a100-40g",
    "a800",
    "h100",
    "h800",
    "h200",
    "h20",
    "b200",
    "gb200",
    "b300",
    "gb300",
    "rubin",
    "ascend-910b",
    "ascend-910b3",
    "ascend-910c",
    "ascend-950pr",
    "ascend-950dt",
    "ascend-960",
    "mlu370-x8",
    "mlu290-m5",
    "br100",
    "mtt-s4000",
    "mtt-s5000",
    "kunlun-p800",
    "t-head-ppu",
    "tpu-v4",
    "tpu-v5e",
    "tpu-v5p",
    "tpu-trillium",
    "tpu-ironwood",
    "mi300x",
    "mi325x",
    "mi355x",
    "mi455x",
];

fn preset(name: &str) -> System {
    System::preset(name).unwrap_or_else(|error| panic!("{error}"))
}

/// A derived figure in the base unit of the fact that it is compared with.
fn derived_value(system: &System, key: &str, scale: f64) -> f64 {
    let figure = derived(system).into_iter().find(|figure| figure.key == key);
    figure.unwrap_or_else(|| panic!("{} derives {key}", system.name())).value * scale
}

#[test]
fn the_catalog_has_every_chip_and_system() {
    for name in CHIPS {
        assert!(find(Section::Chips, name).is_ok(), "{name}");
    }
    for name in NVIDIA_SYSTEMS {
        assert!(find(Section::Systems, name).is_ok(), "{name}");
    }
}

#[test]
fn every_preset_builds_one_domain_and_two() {
    for entry in systems() {
        let system = preset(entry.name());
        // A domain of thousands is built once: two of them say nothing that a pair of small ones does not.
        let domains: &[usize] = if system.domain_size() > 1024 { &[1] } else { &[1, 2] };
        for domains in domains {
            let chips = domains * system.domain_size();
            let fabric = system.build(chips).unwrap_or_else(|error| panic!("{}: {error}", entry.name()));
            assert_eq!(fabric.endpoints(), chips, "{}", entry.name());
            let links: usize = system.counts(chips).links.iter().sum();
            assert_eq!(fabric.links().len(), links, "{}", entry.name());
        }
    }
}

#[test]
fn a_preset_computes_unless_its_chip_lacks_a_figure() {
    let needed = ["peak_bf16", "hbm_capacity", "hbm_bandwidth", "gemm_efficiency_bf16"];
    for entry in systems() {
        let system = preset(entry.name());
        let complete = needed.iter().all(|field| system.value(&format!("chip.{field}")).is_some());
        assert_eq!(system.chip().is_some(), complete, "{}", entry.name());
    }
    for name in NVIDIA_SYSTEMS {
        assert!(preset(name).chip().is_some(), "{name}");
    }
}

#[test]
fn what_a_chip_says_of_its_links_is_what_its_systems_wire() {
    for entry in systems() {
        let system = preset(entry.name());
        let Some(of_chip) = system.value("chip.scale_up_bandwidth") else { continue };
        let [low, high] = range(&system, "chip.scale_up_bandwidth", of_chip);
        let wired = system.scale_up_bandwidth_per_chip().bytes_per_second();
        assert!((low * 0.999..=high * 1.001).contains(&wired), "{}: {wired} and {of_chip}", entry.name());
    }
}

/// The range of a value of a system in its base unit, or twice the value.
fn range(system: &System, key: &str, base: f64) -> [f64; 2] {
    let (_, sourced) = system.facts().find(|(name, _)| *name == key).expect("the caller has read this key");
    let scale = base / sourced.value;
    sourced.range.unwrap_or([sourced.value; 2]).map(|end| end * scale)
}

#[test]
fn links_of_a_chip_add_up() {
    for chip in chips() {
        let value = |key| chip.base_value(key);
        let (Some(links), Some(rate), Some(total)) =
            (value("scale_up_links"), value("scale_up_link_bandwidth"), value("scale_up_bandwidth"))
        else {
            continue;
        };
        assert!((links * rate / total - 1.0).abs() < 1e-3, "{}: {links} x {rate}, {total}", chip.name());
    }
    for switch in switches() {
        let value = |key| switch.base_value(key);
        let (Some(ports), Some(rate), Some(total)) = (value("ports"), value("port_rate"), value("bandwidth"))
        else {
            continue;
        };
        assert_eq!(ports * rate, total, "{}", switch.name());
    }
}

#[test]
fn switches_are_counted_as_published() {
    for entry in systems() {
        let system = preset(entry.name());
        if let Some(published) = system.value("facts.switch_chips") {
            assert_eq!(derived_value(&system, "switches", 1.0), published, "{}", entry.name());
        }
    }
}

#[test]
fn derived_figures_are_the_published_ones() {
    let facts = [
        ("peak_bf16", 1e15),
        ("peak_fp8", 1e15),
        ("hbm_total", 1e12),
        ("hbm_bandwidth", 1e12),
        ("bandwidth_per_chip", 1e9),
        ("domain_bandwidth_both_directions", 1e12),
    ];
    let mut compared = 0;
    for entry in systems() {
        let system = preset(entry.name());
        for (key, scale) in facts {
            let fact = format!("facts.{key}");
            let Some(published) = system.value(&fact) else { continue };
            let [low, high] = range(&system, &fact, published);
            let computed = derived_value(&system, key, scale);
            // Published figures are rounded: 129.6 TB/s as 130, 15.8 PFLOP/s as 16.
            assert!((low * 0.98..=high * 1.02).contains(&computed), "{} {fact}: {computed}", entry.name());
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared}");
}

#[test]
fn balances_are_those_of_the_two_machines() {
    // 900 GB/s over 2.5 PFLOP/s, and 392 GB/s over 752 TFLOP/s.
    assert_eq!(derived_value(&preset("gb200-nvl72"), "scale_up_bytes_per_flop", 1.0), 0.00036);
    let light = derived_value(&preset("cloudmatrix384"), "scale_up_bytes_per_flop", 1.0);
    assert!((light - 392e9 / 752e12).abs() < 1e-9, "{light}");
    // 36 x 900 GB/s, and 192 x 392 GB/s.
    assert_eq!(derived_value(&preset("gb200-nvl72"), "bisection", 1.0), 32.4);
    assert_eq!(derived_value(&preset("cloudmatrix384"), "bisection", 1.0), 75.264);
    // 120 kW over 180 PFLOP/s, and 559 kW over 289: 2.9 times as much.
    let ratio = derived_value(&preset("cloudmatrix384"), "power_per_peak", 1.0)
        / derived_value(&preset("gb200-nvl72"), "power_per_peak", 1.0);
    assert!((ratio - 2.906).abs() < 1e-3, "{ratio}");
}

#[test]
fn boxes_of_eight_have_the_published_switches() {
    for (name, switch) in
        [("hgx-a100", "nvswitch-2"), ("hgx-h100", "nvswitch-3"), ("hgx-b200", "nvlink5-switch")]
    {
        let system = preset(name);
        let switch = find(Section::Switches, switch).expect("the switch is in the catalog");
        let value = |key| system.value(key).expect("the system has this value");
        let links = 8.0 * value("scale_up.planes") * value("scale_up.links_per_plane");
        let ports = switch.base_value("ports").expect("the switch has ports");
        assert!(links <= ports * value("facts.switch_chips"), "{name}");
        assert_eq!(switch.base_value("port_rate"), system.value("scale_up.link_bandwidth"), "{name}");
    }
    // 72 ports on each of 18 chips: every link of the 72 GPUs ends on one.
    let switch = find(Section::Switches, "nvlink5-switch").expect("the switch is in the catalog");
    assert_eq!(switch.base_value("ports"), Some(72.0));
    // 16 L2 chips x 48 ports = 48 nodes x 16 uplinks in each plane.
    let l2 = find(Section::Switches, "ub-l2").expect("the switch is in the catalog");
    assert_eq!(l2.base_value("ports").map(|ports| 16.0 * ports), Some(48.0 * 16.0));
}

#[test]
fn every_derived_figure_has_a_formula_and_is_finite() {
    for entry in systems() {
        for Derived { key, value, formula, .. } in derived(&preset(entry.name())) {
            assert!(value.is_finite() && value >= 0.0 && !formula.is_empty(), "{} {key}", entry.name());
        }
    }
}

#[test]
fn compute_is_counted_in_operations_per_second() {
    for chip in chips() {
        for (key, sourced) in chip.values().filter(|(key, _)| key.starts_with("peak_")) {
            assert_eq!(dimension_of(Section::Chips, key), Some(Dimension::ComputeRate));
            assert_eq!(sourced.unit, "TFLOP/s", "{} {key}", chip.name());
        }
    }
}
