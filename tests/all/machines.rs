//! Random machines for properties: every family, joined or alone, healthy or degraded, or read again as a graph.

use copperlight_core::fabric::Fabric;
use copperlight_topologies::{System, export};
use proptest::prelude::*;
use std::ops::Range;

const LINK: &str = "link_bandwidth = '10 GB/s'\nlink_latency = '500 ns'\n";

/// What joins domains: nothing, rails in one plane or two, a tree.
pub(crate) const JOINING: [&str; 4] = [
    "",
    "[scale_out]\nfamily = 'rail-optimised'\nbandwidth_per_chip = '2 GB/s'\nlatency = '1 us'\nrails = 2\n",
    "[scale_out]\nfamily = 'rail-optimised'\nbandwidth_per_chip = '2 GB/s'\nlatency = '1 us'\nrails = 2\nplanes = 2\n",
    "[scale_out]\nfamily = 'fat-tree'\nbandwidth_per_chip = '4 GB/s'\nlatency = '1 us'\nradix = 8\noversubscription = 3\n",
];

/// A machine of some chips, and what is wrong with it.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    /// The family of its domains, as TOML.
    pub(crate) family: String,
    /// What joins them, as TOML.
    pub(crate) joining: String,
    /// Entries of `degrade`.
    pub(crate) faults: Vec<String>,
    /// Whether the wiring, which is then healthy, is read again as a graph, and how that is routed.
    pub(crate) graph: Option<&'static str>,
    /// How many chips are wired.
    pub(crate) chips: usize,
}

impl Machine {
    /// `None` where the wiring to be read as a graph cannot be built.
    pub(crate) fn system(&self) -> Option<System> {
        let mut system = described(&format!("{}\n{LINK}{}", self.family, self.joining));
        if let Some(routing) = self.graph {
            let json = export::json(&system.build(self.chips).ok()?);
            let table = format!("family = 'graph'\nfile = 'fabric.json'\nrouting = '{routing}'");
            let table = table.parse().expect("the test writes TOML");
            system = System::from_family_with_files(&table, &|_| Ok(json.clone()))
                .unwrap_or_else(|error| panic!("{error} in {self:?}"));
        } else if !self.faults.is_empty() {
            let faults = format!("it = [{}]", self.faults.join(", "));
            let table: toml::Table = faults.parse().expect("the test writes TOML");
            system.set("degrade", &table["it"]).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        }
        Some(system)
    }

    /// `None` where the machine cannot be wired.
    pub(crate) fn build(&self) -> Option<Fabric> {
        self.system()?.build(self.chips).ok()
    }

    /// The chips of a full domain.
    pub(crate) fn domain(&self) -> usize {
        described(&format!("{}\n{LINK}", self.family)).domain_size()
    }

    /// The name of the family, `graph` where the wiring is read again.
    pub(crate) fn name(&self) -> &str {
        self.graph.map_or_else(|| self.family.lines().next().unwrap_or_default(), |_| "graph")
    }
}

fn described(text: &str) -> System {
    let table = text.parse().expect("the test writes TOML");
    System::from_family(&table).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

/// Every family with random parameters; domains of so many chips where the family lets them be chosen.
pub(crate) fn family(chips: Range<usize>) -> impl Strategy<Value = String> {
    let star = chips.clone().prop_map(|chips| format!("family = 'star'\nchips = {chips}"));
    let mesh = chips.clone().prop_map(|chips| format!("family = 'full-mesh'\nchips = {chips}"));
    let planes = (chips, 1..4_usize).prop_map(|(chips, planes)| {
        format!("family = 'scale-up-planes'\nchips = {chips}\nplanes = {planes}")
    });
    let two_tiers = (1..4_usize, 1..4_usize, 1..3_usize, 1..4_usize).prop_map(|(nodes, node, planes, uplinks)| {
        let chips = nodes * node;
        format!(
            "family = 'two-tier-planes'\nchips = {chips}\nchips_per_node = {node}\nplanes = {planes}\nuplinks = {uplinks}"
        )
    });
    let torus = (1..5_usize, 1..4_usize, 1..3_usize)
        .prop_map(|(x, y, z)| format!("family = 'torus'\nsize_x = {x}\nsize_y = {y}\nsize_z = {z}"));
    let shape = prop::sample::select(vec![(4, 2, 1), (4, 2, 3), (4, 3, 1), (6, 2, 2)]);
    let tree = (shape, prop::sample::select(vec!["d-mod-k", "ecmp", "spray"])).prop_map(|(shape, routing)| {
        let (radix, tiers, ratio) = shape;
        format!(
            "family = 'fat-tree'\nradix = {radix}\ntiers = {tiers}\noversubscription = {ratio}\nrouting = '{routing}'"
        )
    });
    prop_oneof![star, mesh, planes, two_tiers, torus, tree]
}

/// A chip that lost bandwidth, a drawn link that did or is gone, or three drawn links that did.
pub(crate) fn fault() -> impl Strategy<Value = String> {
    let capacity = prop_oneof![Just(0.0), Just(0.5), 0.05..1.0_f64];
    (0..3_u8, 0..99_usize, capacity).prop_map(|(kind, number, capacity)| match kind {
        0 => format!("{{ target = 'chip:0', capacity = {} }}", capacity.max(0.05)),
        1 => format!("{{ target = 'links', count = 1, capacity = {capacity}, seed = {number} }}"),
        _ => format!("{{ target = 'links', count = 3, capacity = {}, seed = {number} }}", capacity.max(0.05)),
    })
}
