//! Figures of a whole domain that follow from the values of a system, each with its formula.
//!
//! They are shown beside published facts and never replace them; the tests of this module hold the two together.

use crate::System;

/// One figure, computed and not looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// What it is, such as `peak_bf16`.
    pub key: &'static str,
    /// The number, in `unit`.
    pub value: f64,
    /// The unit, such as `PFLOP/s`; `count` marks plain numbers.
    pub unit: &'static str,
    /// How it follows from values of the catalog, by their keys.
    pub formula: String,
}

/// How switches are counted where the published number of chips wins over that of planes.
const SWITCH_CHIPS: &str = "facts.switch_chips, as the bill of materials has it";

/// The figures of one full domain of a system; those whose values are absent are left out.
///
/// Bandwidth is per direction unless the key says otherwise.
pub fn derived(system: &System) -> Vec<Derived> {
    [compute_and_memory(system), bandwidths(system), balances(system), parts(system), costs(system)].concat()
}

/// The chips of a domain, by the keys of its family.
fn chips_formula(system: &System) -> String {
    let sizes = ["scale_up.size_x", "scale_up.size_y", "scale_up.size_z"];
    let given: Vec<&str> = sizes.into_iter().filter(|key| system.value(key).is_some()).collect();
    if given.is_empty() { "scale_up.chips".to_owned() } else { given.join(" x ") }
}

fn compute_and_memory(system: &System) -> Vec<Derived> {
    let chips = system.domain_size() as f64;
    let of_chips = chips_formula(system);
    let total = |key, field: &str, unit, scale: f64| {
        let value = chips * system.value(&format!("chip.{field}"))? / scale;
        Some(figure(key, value, unit, format!("{of_chips} x chip.{field}")))
    };
    let figures = [
        Some(figure("chips", chips, "count", of_chips.as_str())),
        total("peak_bf16", "peak_bf16", "PFLOP/s", 1e15),
        total("peak_fp8", "peak_fp8", "PFLOP/s", 1e15),
        total("peak_fp4", "peak_fp4", "PFLOP/s", 1e15),
        total("hbm_total", "hbm_capacity", "TB", 1e12),
        total("hbm_bandwidth", "hbm_bandwidth", "TB/s", 1e12),
    ];
    figures.into_iter().flatten().collect()
}

fn bandwidths(system: &System) -> Vec<Derived> {
    let chips = system.domain_size() as f64;
    let per_chip = system.scale_up_bandwidth_per_chip().bytes_per_second();
    let links = if system.value("scale_up.planes").is_some() {
        "scale_up.planes x scale_up.links_per_plane x scale_up.link_bandwidth"
    } else {
        "all links of one chip into its domain"
    };
    let bisection = system.bisection_bandwidth().bytes_per_second();
    vec![
        figure("bandwidth_per_chip", per_chip / 1e9, "GB/s", links),
        figure(
            "domain_bandwidth_both_directions",
            2.0 * chips * per_chip / 1e12,
            "TB/s",
            format!("2 x {} x bandwidth_per_chip", chips_formula(system)),
        ),
        figure("bisection", bisection / 1e12, "TB/s", "what one half of a domain can send to the other"),
    ]
}

/// Bytes for each floating-point operation of the BF16 peak.
fn balances(system: &System) -> Vec<Derived> {
    let Some(peak) = system.value("chip.peak_bf16") else { return Vec::new() };
    let per_flop =
        |key, rate: f64, over: &str| figure(key, rate / peak, "B/FLOP", format!("{over} / chip.peak_bf16"));
    let per_chip = system.scale_up_bandwidth_per_chip().bytes_per_second();
    let mut figures = vec![per_flop("scale_up_bytes_per_flop", per_chip, "bandwidth_per_chip")];
    if let Some(rate) = system.value("scale_out.bandwidth_per_chip") {
        figures.push(per_flop("scale_out_bytes_per_flop", rate, "scale_out.bandwidth_per_chip"));
    }
    if let Some(rate) = system.value("chip.hbm_bandwidth") {
        figures.push(per_flop("hbm_bytes_per_flop", rate, "chip.hbm_bandwidth"));
    }
    figures
}

fn parts(system: &System) -> Vec<Derived> {
    let counts = system.counts(system.domain_size());
    let (switches, formula) = match system.value("facts.switch_chips") {
        Some(_) => (system.scale_up_switches(system.domain_size()), SWITCH_CHIPS),
        None => (counts.switches, "switches of the fabric as wired, all stages"),
    };
    let sum = |parts: &[usize]| parts.iter().sum::<usize>() as f64;
    // Tori and meshes have no nodes.
    let nodes = (counts.nodes > 0)
        .then(|| figure("nodes", counts.nodes as f64, "count", "scale_up.chips / scale_up.chips_per_node"));
    let others = [
        figure("switches", sum(&switches), "count", formula),
        figure("links", sum(&counts.links), "count", "links of the fabric, each direction counted"),
    ];
    nodes.into_iter().chain(others).collect()
}

/// What one unit of compute draws and costs, where the whole domain has a published figure.
fn costs(system: &System) -> Vec<Derived> {
    let Some(peak) = system.value("chip.peak_bf16") else { return Vec::new() };
    let domain = system.domain_size() as f64 * peak / 1e15;
    let per_peak = |key, fact: &str, unit, scale: f64| {
        let value = system.value(fact)? / scale / domain;
        Some(figure(key, value, unit, format!("{fact} / peak_bf16")))
    };
    let figures = [
        per_peak("power_per_peak", "facts.power", "kW/(PFLOP/s)", 1e3),
        per_peak("price_per_peak", "facts.price", "kUSD/(PFLOP/s)", 1e3),
    ];
    figures.into_iter().flatten().collect()
}

fn figure(key: &'static str, value: f64, unit: &'static str, formula: impl Into<String>) -> Derived {
    let value = if unit == "count" { value } else { rounded(value) };
    Derived { key, value, unit, formula: formula.into() }
}

/// Six significant digits, more than any source has.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
