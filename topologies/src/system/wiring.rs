//! From the values of a system to the families that wire it.

use crate::catalog::Entry;
use crate::families::{
    DomainsJoined as Joined, Fallback, Family, FatTree, FatTreeScaleOut, FullMesh, Parameter, RailOptimised,
    ScaleOut, ScaleUpDomain, ScaleUpPlanes, Star, Torus, Tree, TreeRouting, TwoTierPlanes, scale_out_family,
    scale_up_family,
};
use copperlight_core::units::{Bandwidth, Time};
use std::sync::Arc;

/// The domains of a system, joined.
pub(super) type Machine = Joined;

/// The domains of a system that is to have `chips` chips.
pub(super) fn machine(entry: &Entry, chips: usize, chips_per_domain: Option<usize>) -> Machine {
    let machine = Joined::from_domain(domain(entry, chips));
    let used = chips_per_domain.or_else(|| chips_of_domain(entry));
    let machine = match used {
        Some(used) => machine.with_chips_per_domain(used),
        None => machine,
    };
    match scale_out(entry) {
        Some(scale_out) => machine.joined_by_any(scale_out),
        None => machine,
    }
}

/// The chips of a full domain; `None` where the domain is as large as the system.
pub(super) fn chips_of_domain(entry: &Entry) -> Option<usize> {
    let values = Values::scale_up(entry);
    match values.family.parameter("scale_up.chips") {
        Some(_) => values.optional("scale_up.chips").map(|chips| chips as usize),
        None => Some(domain(entry, 1).chips()),
    }
}

/// What one chip can send inside its domain.
pub(super) fn scale_up_bandwidth_per_chip(entry: &Entry) -> Bandwidth {
    let chips = chips_of_domain(entry).unwrap_or(1);
    domain(entry, chips).injection(chips)
}

/// The parameter of this key of the families of a system.
pub(super) fn parameter(entry: &Entry, key: &str) -> Option<&'static Parameter> {
    let of_domain = scale_up_family(entry.text("scale_up.family").unwrap_or_default());
    let of_scale_out = scale_out_family(entry.text("scale_out.family").unwrap_or_default());
    [of_domain, of_scale_out].into_iter().flatten().find_map(|family| family.parameter(key))
}

/// The values of one family: as the entry has them, or as the family's declaration says.
struct Values<'a> {
    entry: &'a Entry,
    family: &'static Family,
}

impl<'a> Values<'a> {
    fn scale_up(entry: &'a Entry) -> Self {
        let name = entry.text("scale_up.family").unwrap_or_default();
        let family = scale_up_family(name);
        Self { entry, family: family.expect("systems are wired by a family of this crate") }
    }

    fn parameter(&self, key: &str) -> &'static Parameter {
        let found = self.family.parameter(key);
        found.unwrap_or_else(|| panic!("family {} declares what it reads, such as {key}", self.family.name))
    }

    /// The value in its base unit; `None` where the family leaves it open.
    fn optional(&self, key: &str) -> Option<f64> {
        self.entry.base_value(key).or_else(|| match self.parameter(key).fallback {
            Fallback::Number(number) => Some(number),
            Fallback::SameAs(other) => self.optional(other),
            Fallback::Required | Fallback::Name(_) | Fallback::WholeSystem => None,
        })
    }

    fn number(&self, key: &str) -> f64 {
        let value = self.optional(key);
        value.unwrap_or_else(|| panic!("the description of {} has {key}", self.entry.name()))
    }

    fn count(&self, key: &str) -> usize {
        self.number(key) as usize
    }

    fn bandwidth(&self, key: &str) -> Bandwidth {
        Bandwidth::from_bytes_per_second(self.number(key))
    }

    fn time(&self, key: &str) -> Time {
        Time::from_seconds(self.number(key))
    }

    fn text(&self, key: &str) -> String {
        let fallback = match self.parameter(key).fallback {
            Fallback::Name(name) => Some(name),
            _ => None,
        };
        let text = self.entry.text(key).or(fallback);
        text.unwrap_or_else(|| panic!("the description of {} has {key}", self.entry.name())).to_owned()
    }

    /// The tree of `scope`, which is `scale_up` or `scale_out`.
    fn tree(&self, scope: &str) -> Tree {
        let key = |name: &str| format!("{scope}.{name}");
        Tree {
            radix: self.count(&key("radix")),
            tiers: self.count(&key("tiers")),
            oversubscription: self.number(&key("oversubscription")),
            routing: TreeRouting::named(&self.text(&key("routing")), self.number(&key("seed")) as u64),
        }
    }
}

fn domain(entry: &Entry, chips: usize) -> Arc<dyn ScaleUpDomain> {
    let values = Values::scale_up(entry);
    match values.family.name {
        "star" => Arc::new(star(&values, chips)),
        "scale-up-planes" => Arc::new(scale_up_planes(&values)),
        "two-tier-planes" => Arc::new(two_tier_planes(&values)),
        "torus" => Arc::new(torus(&values)),
        "full-mesh" => Arc::new(full_mesh(&values)),
        "fat-tree" => Arc::new(fat_tree(&values)),
        other => panic!("domains are wired by a family of this crate, not by {other}"),
    }
}

fn scale_out(entry: &Entry) -> Option<Arc<dyn ScaleOut>> {
    let family = scale_out_family(entry.text("scale_out.family")?);
    let values = Values { entry, family: family.expect("domains are joined by a family of this crate") };
    Some(match values.family.name {
        "rail-optimised" => Arc::new(rail_optimised(&values)),
        _ => Arc::new(fat_tree_scale_out(&values)),
    })
}

fn star(values: &Values<'_>, chips: usize) -> Star {
    Star {
        chips: values.optional("scale_up.chips").map_or(chips.max(1), |chips| chips as usize),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        medium: values.text("scale_up.medium"),
    }
}

fn scale_up_planes(values: &Values<'_>) -> ScaleUpPlanes {
    ScaleUpPlanes {
        chips: values.count("scale_up.chips"),
        chips_per_node: values.count("scale_up.chips_per_node"),
        planes: values.count("scale_up.planes"),
        links_per_plane: values.count("scale_up.links_per_plane"),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        medium: values.text("scale_up.medium"),
    }
}

fn two_tier_planes(values: &Values<'_>) -> TwoTierPlanes {
    let chips_per_node = values.count("scale_up.chips_per_node");
    TwoTierPlanes {
        nodes: values.count("scale_up.chips").div_ceil(chips_per_node),
        chips_per_node,
        planes: values.count("scale_up.planes"),
        uplinks: values.count("scale_up.uplinks"),
        links_per_plane: values.count("scale_up.links_per_plane"),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        uplink_latency: values.time("scale_up.uplink_latency"),
        medium: values.text("scale_up.medium"),
        uplink_medium: values.text("scale_up.uplink_medium"),
    }
}

fn torus(values: &Values<'_>) -> Torus {
    Torus {
        sizes: ["scale_up.size_x", "scale_up.size_y", "scale_up.size_z"].map(|key| values.count(key)),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        medium: values.text("scale_up.medium"),
    }
}

fn full_mesh(values: &Values<'_>) -> FullMesh {
    FullMesh {
        chips: values.count("scale_up.chips"),
        links_per_peer: values.count("scale_up.links_per_peer"),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        medium: values.text("scale_up.medium"),
    }
}

fn fat_tree(values: &Values<'_>) -> FatTree {
    FatTree {
        tree: values.tree("scale_up"),
        link_bandwidth: values.bandwidth("scale_up.link_bandwidth"),
        link_latency: values.time("scale_up.link_latency"),
        uplink_latency: values.time("scale_up.uplink_latency"),
        medium: values.text("scale_up.medium"),
        uplink_medium: values.text("scale_up.uplink_medium"),
    }
}

fn rail_optimised(values: &Values<'_>) -> RailOptimised {
    RailOptimised {
        rails: values.count("scale_out.rails"),
        planes: values.count("scale_out.planes"),
        bandwidth_per_chip: values.bandwidth("scale_out.bandwidth_per_chip"),
        latency: values.time("scale_out.latency"),
        oversubscription: values.number("scale_out.oversubscription"),
        medium: values.text("scale_out.medium"),
    }
}

fn fat_tree_scale_out(values: &Values<'_>) -> FatTreeScaleOut {
    FatTreeScaleOut {
        tree: values.tree("scale_out"),
        bandwidth_per_chip: values.bandwidth("scale_out.bandwidth_per_chip"),
        latency: values.time("scale_out.latency"),
        medium: values.text("scale_out.medium"),
    }
}
