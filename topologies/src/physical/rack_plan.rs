//! The layout of a system in checked units: how many nodes a rack holds, how large racks are, how cables run.

use super::length::Length;
use crate::catalog::{self, Entry, Section};
use copperlight_core::units::Bandwidth;

/// The layout of systems whose domain is one node.
const ONE_NODE: &str = "one-node";

/// The most chips of a domain that is taken for one node where the system does not say.
const LARGEST_NODE: f64 = 16.0;

/// Where the switches of a stage stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SwitchSite {
    /// On boards inside the nodes.
    Node,
    /// In trays of the chips' own rack.
    Rack,
    /// In racks of their own.
    SwitchRacks,
}

/// The layout that was embedded into a system under `physical.`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RackPlan {
    pub(super) switch_site: SwitchSite,
    pub(super) uplink_site: SwitchSite,
    pub(super) nodes_per_rack: usize,
    pub(super) nodes_below_switches: usize,
    pub(super) switch_trays: usize,
    pub(super) switch_racks: usize,
    pub(super) racks_per_row: usize,
    pub(super) tray_pitch: Option<f64>,
    pub(super) rack_width: Length,
    pub(super) rack_height: Length,
    pub(super) row_pitch: Length,
    pub(super) cable_slack: Length,
    pub(super) row_slack: Length,
}

/// The layout of a system of the catalog; `None` where none is known.
pub(crate) fn layout_of(system: &Entry) -> Option<&'static Entry> {
    let own = catalog::find(Section::Layouts, system.name()).ok();
    own.or_else(|| is_one_node(system).then(|| catalog::find(Section::Layouts, ONE_NODE).ok()).flatten())
}

fn is_one_node(system: &Entry) -> bool {
    let chips = system.base_value("scale_up.chips");
    match (chips, system.base_value("scale_up.chips_per_node")) {
        (Some(chips), Some(chips_per_node)) => chips == chips_per_node,
        (Some(chips), None) => chips <= LARGEST_NODE,
        (None, _) => false,
    }
}

impl RackPlan {
    /// Reads the layout of a system; `None` where none was embedded.
    pub(super) fn of_system(system: &Entry) -> Option<Self> {
        let site = |key: &str| system.text(&format!("physical.{key}")).map(read_site);
        let value = |key: &str| system.base_value(&format!("physical.{key}"));
        let count = |key: &str, absent: usize| value(key).map_or(absent, |count| count as usize);
        let length = |key: &str| value(key).map_or(Length::ZERO, Length::from_metres);
        let nodes_per_rack = count("nodes_per_rack", 1);
        Some(Self {
            switch_site: site("switch_site")?,
            uplink_site: site("uplink_site").unwrap_or(SwitchSite::SwitchRacks),
            nodes_per_rack,
            nodes_below_switches: count("nodes_below_switches", nodes_per_rack / 2),
            switch_trays: count("switch_trays", 1),
            switch_racks: count("switch_racks", 1),
            racks_per_row: count("racks_per_row", 1),
            tray_pitch: value("tray_pitch"),
            rack_width: length("rack_width"),
            rack_height: length("rack_height"),
            row_pitch: length("row_pitch"),
            cable_slack: length("cable_slack"),
            row_slack: length("row_slack"),
        })
    }

    /// The height of the middle of a node in its rack.
    pub(super) fn node_height(&self, node: usize) -> Length {
        let above = if node < self.nodes_below_switches { 0 } else { self.switch_trays };
        match self.tray_pitch {
            Some(pitch) => self.slot_height(node + above, pitch),
            None => self.spread(node, self.nodes_per_rack),
        }
    }

    /// The height of a switch tray between the nodes of a rack.
    pub(super) fn switch_tray_height(&self, tray: usize) -> Length {
        match self.tray_pitch {
            Some(pitch) => self.slot_height(self.nodes_below_switches + tray, pitch),
            None => self.spread(tray, self.switch_trays),
        }
    }

    /// The height of part `index` of `parts` that stand evenly over the height of a rack.
    pub(super) fn spread(&self, index: usize, parts: usize) -> Length {
        Length::from_metres(self.rack_height.metres() * (index as f64 + 0.5) / parts.max(1) as f64)
    }

    /// The trays stand without gaps, the middle of them at the middle of the rack.
    fn slot_height(&self, slot: usize, pitch: f64) -> Length {
        let slots = (self.nodes_per_rack + self.switch_trays) as f64;
        let lowest = (self.rack_height.metres() - slots * pitch) / 2.0;
        Length::from_metres(lowest + (slot as f64 + 0.5) * pitch)
    }
}

/// The lane rate of the tier of this index, from the chips outwards, or of the fabric between domains.
pub(super) fn lane_rate(system: &Entry, key: &str) -> Option<Bandwidth> {
    system.base_value(&format!("physical.{key}")).map(Bandwidth::from_bytes_per_second)
}

/// Sites are texts of the embedded catalog, whose tests read every layout.
fn read_site(text: &str) -> SwitchSite {
    match text {
        "node" => SwitchSite::Node,
        "rack" => SwitchSite::Rack,
        "switch-racks" => SwitchSite::SwitchRacks,
        other => panic!("the catalog places switches in a node, a rack or switch-racks, not in {other}"),
    }
}
