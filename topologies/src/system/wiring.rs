//! From the values of a system to the families that wire it.

use crate::catalog::Entry;
use crate::families::{
    DomainsJoined as Joined, RailOptimised, ScaleUpDomain, ScaleUpPlanes, Star, TwoTierPlanes,
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
    match entry.text("scale_out.family") {
        Some(_) => machine.joined_by(rail_optimised(entry)),
        None => machine,
    }
}

/// The chips of a full domain; `None` where the domain is as large as the system.
pub(super) fn chips_of_domain(entry: &Entry) -> Option<usize> {
    entry.base_value("scale_up.chips").map(|chips| chips as usize)
}

/// What one chip can send inside its domain.
pub(super) fn scale_up_bandwidth_per_chip(entry: &Entry) -> Bandwidth {
    let or_one = |key| entry.base_value(key).unwrap_or(1.0);
    let links = or_one("scale_up.planes") * or_one("scale_up.links_per_plane");
    bandwidth(entry, "scale_up.link_bandwidth") * links
}

fn domain(entry: &Entry, chips: usize) -> Arc<dyn ScaleUpDomain> {
    match text(entry, "scale_up.family").as_str() {
        "star" => Arc::new(Star {
            chips: chips.max(1),
            link_bandwidth: bandwidth(entry, "scale_up.link_bandwidth"),
            link_latency: time(entry, "scale_up.link_latency"),
        }),
        "scale-up-planes" => Arc::new(scale_up_planes(entry)),
        "two-tier-planes" => Arc::new(two_tier_planes(entry)),
        other => panic!("systems are wired by a family of this crate, not by {other}"),
    }
}

fn scale_up_planes(entry: &Entry) -> ScaleUpPlanes {
    ScaleUpPlanes {
        chips: count(entry, "scale_up.chips"),
        chips_per_node: count(entry, "scale_up.chips_per_node"),
        planes: count(entry, "scale_up.planes"),
        links_per_plane: count(entry, "scale_up.links_per_plane"),
        link_bandwidth: bandwidth(entry, "scale_up.link_bandwidth"),
        link_latency: time(entry, "scale_up.link_latency"),
        medium: text(entry, "scale_up.medium"),
    }
}

fn two_tier_planes(entry: &Entry) -> TwoTierPlanes {
    let chips_per_node = count(entry, "scale_up.chips_per_node");
    TwoTierPlanes {
        nodes: count(entry, "scale_up.chips").div_ceil(chips_per_node),
        chips_per_node,
        planes: count(entry, "scale_up.planes"),
        uplinks: count(entry, "scale_up.uplinks"),
        links_per_plane: count(entry, "scale_up.links_per_plane"),
        link_bandwidth: bandwidth(entry, "scale_up.link_bandwidth"),
        link_latency: time(entry, "scale_up.link_latency"),
        uplink_latency: time(entry, "scale_up.uplink_latency"),
        medium: text(entry, "scale_up.medium"),
        uplink_medium: text(entry, "scale_up.uplink_medium"),
    }
}

fn rail_optimised(entry: &Entry) -> RailOptimised {
    RailOptimised {
        rails: count(entry, "scale_out.rails"),
        bandwidth_per_chip: bandwidth(entry, "scale_out.bandwidth_per_chip"),
        latency: time(entry, "scale_out.latency"),
        oversubscription: number(entry, "scale_out.oversubscription"),
        medium: text(entry, "scale_out.medium"),
    }
}

fn number(entry: &Entry, key: &str) -> f64 {
    let value = entry.base_value(key);
    value.unwrap_or_else(|| panic!("the description of {} has {key}", entry.name()))
}

fn count(entry: &Entry, key: &str) -> usize {
    number(entry, key) as usize
}

fn bandwidth(entry: &Entry, key: &str) -> Bandwidth {
    Bandwidth::from_bytes_per_second(number(entry, key))
}

fn time(entry: &Entry, key: &str) -> Time {
    Time::from_seconds(number(entry, key))
}

fn text(entry: &Entry, key: &str) -> String {
    let text = entry.text(key);
    text.unwrap_or_else(|| panic!("the description of {} has {key}", entry.name())).to_owned()
}
