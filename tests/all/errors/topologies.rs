//! Errors of `copperlight-topologies`.

use super::{Case, fault};
use copperlight_core::fabric::{FabricError, RoutingError};
use copperlight_core::units::{Bandwidth, Time, UnitError};
use copperlight_topologies::analysis::{Analysis, AnalysisError};
use copperlight_topologies::catalog::{Entry, EntryError, Section, find};
use copperlight_topologies::families::{DomainsJoined, RailOptimised, ScaleUpPlanes, Star};
use copperlight_topologies::{
    BuildError, End, FamilyError, OverrideError, PhysicalError, RangeError, RankOrder, System,
};
use toml::Value;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = catalog();
    cases.extend(families());
    cases.extend(overrides());
    cases.extend(ranges());
    cases.extend(parameters());
    cases.extend(builds());
    cases.extend(physical());
    cases.extend(analyses());
    cases
}

fn catalog() -> Vec<Case> {
    let entry = |text: &str| -> Result<Entry, EntryError> {
        Entry::read(Section::Chips, "chip", &text.parse().expect("the test writes TOML"))
    };
    let value = |rest: &str| entry(&format!("power = {{ confidence = 'measured', {rest} }}"));
    vec![
        fault(find(Section::Systems, "tpu-v4-pod")),
        fault(find(Section::Systems, "gb200-nvl27")),
        fault(entry("power = 400")),
        fault(value("value = 400, unit = 'W', source = ' '")),
        fault(entry("colour = { value = 4, unit = 'W', source = 'a page', confidence = 'measured' }")),
        fault(value("value = 400, unit = 'GB', source = 'a page'")),
        fault(value("value = 400, unit = 'W', source = 'a page', range = [500, 600]")),
    ]
}

fn families() -> Vec<Case> {
    let family = |text: &str| -> Result<System, FamilyError> {
        System::from_family(&text.parse().expect("the test writes TOML"))
    };
    let star = |rest: &str| fault(family(&format!("family = 'star'\nlink_latency = '500 ns'\n{rest}")));
    vec![
        fault(family("link_latency = '500 ns'")),
        fault(family("family = 'torus'")),
        fault(family("family = 'sta'")),
        star("link_bandwith = '50 GB/s'"),
        star(""),
        star("link_bandwidth = '50 GB/s'\nlink_bandwidth_bidirectional = '100 GB/s'"),
        star("link_bandwidth = '50 GB'"),
    ]
}

/// One bandwidth, written in both ways.
fn twice() -> Case {
    let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    system.set("scale_up.link_bandwidth", &"45 GB/s".into()).expect("once is sound");
    fault(system.set("scale_up.link_bandwidth_bidirectional", &"90 GB/s".into()))
}

fn overrides() -> Vec<Case> {
    let set = |key: &str, value: Value| -> Case {
        let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        let result: Result<(), OverrideError> = system.set(key, &value);
        fault(result)
    };
    vec![
        set("scale_up.link_bandwith", "45 GB/s".into()),
        set("noise", "sampled".into()),
        set("scale_up.uplinks", 8.into()),
        set("scale_up.link_bandwidth", 45.into()),
        set("scale_up.link_bandwidth", "45 GB".into()),
        set("chip.peak_bf16", "1 FLOP/s".into()),
        twice(),
        set("chips_per_domain", 73.into()),
        set("transport", "nvlink6".into()),
        set("rank_order", "tensor-data-pipelne".into()),
        fault(RankOrder::parse("tp-cp-ep-dp-qp")),
        fault(RankOrder::parse("data-tensor-data")),
        fault(RankOrder::parse("pipeline-tensor")),
        set("scale_up.medium", "coper".into()),
        set("scale_up.uplink_medium", "lpo".into()),
        set("scale_out.medium", 5.into()),
    ]
}

fn ranges() -> Vec<Case> {
    let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    // The ends of the catalog are possible quantities.
    let error = UnitError::OutOfRange {
        text: "0 Gb/s".to_owned(),
        quantity: "bandwidth",
        bound: "above zero and finite",
    };
    let unit = RangeError::Unit { key: "scale_out.bandwidth_per_chip".to_owned(), end: End::Low, error };
    vec![fault(system.at_end("scale_up.link_bandwidth", End::High)), Case::of(&unit)]
}

fn star() -> Star {
    let link_bandwidth = Bandwidth::from_gigabytes_per_second(50.0);
    Star { chips: 8, link_bandwidth, link_latency: Time::from_picoseconds(500_000) }
}

fn planes(planes: usize) -> ScaleUpPlanes {
    ScaleUpPlanes {
        chips: 8,
        chips_per_node: 4,
        planes,
        links_per_plane: 1,
        link_bandwidth: star().link_bandwidth,
        link_latency: star().link_latency,
        medium: "copper".to_owned(),
    }
}

fn parameters() -> Vec<Case> {
    let mut uneven = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    uneven.set("scale_up.chips_per_node", &7.into()).expect("it is sound by itself");
    let scale_out = RailOptimised {
        rails: 8,
        bandwidth_per_chip: star().link_bandwidth,
        latency: star().link_latency,
        oversubscription: 0.5,
        medium: "optics".to_owned(),
    };
    vec![
        fault(DomainsJoined::new(Star { chips: 0, ..star() }).check()),
        fault(DomainsJoined::new(Star { link_bandwidth: Bandwidth::ZERO, ..star() }).check()),
        fault(DomainsJoined::new(planes(70_000)).check()),
        fault(DomainsJoined::new(star()).joined_by(scale_out).check()),
        fault(DomainsJoined::new(star()).with_chips_per_domain(9).check()),
        fault(uneven.check_together()),
    ]
}

fn builds() -> Vec<Case> {
    let wide = ScaleUpPlanes { chips: 1_000, ..planes(60_000) };
    vec![
        fault(DomainsJoined::new(star()).build(0)),
        fault(DomainsJoined::new(star()).build(16)),
        fault(DomainsJoined::new(wide).build(1_000)),
        fault(DomainsJoined::new(Star { chips: 0, ..star() }).build(1)),
        // The families wire nothing that the builder of fabrics refuses.
        Case::of(&BuildError::Fabric(FabricError::NoEndpoints)),
    ]
}

fn physical() -> Vec<Case> {
    let with = |name: &str, key: &str, value: Value| {
        let mut system = System::preset(name).expect("the preset is in the catalog");
        system.set(key, &value).expect("it is sound by itself");
        system
    };
    let copper = with("cloudmatrix384", "scale_up.medium", "copper".into());
    let larger = with("gb200-nvl72", "scale_up.chips", 144.into());
    let between = with("cloudmatrix384", "scale_out.medium", "copper".into());
    let star = "family = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '500 ns'";
    let star = System::from_family(&star.parse().expect("the test writes TOML")).expect("the star is sound");
    let refused = |error: PhysicalError| Case::of(&error);
    vec![
        fault(copper.build(384)),
        fault(larger.check_reach(144)),
        fault(between.check_reach(768)),
        refused(star.physical(0).expect_err("there is no chip")),
        refused(star.physical(8).expect_err("a star stands nowhere")),
        refused(copper.physical(384).expect_err("copper is too short")),
    ]
}

fn analyses() -> Vec<Case> {
    let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    let (from, to) = ("domain0/chip0".to_owned(), "domain0/chip1".to_owned());
    let unreachable = AnalysisError::from(RoutingError::Unreachable { from, to });
    vec![fault(Analysis::new(&system, 0)), Case::of(&unreachable)]
}
