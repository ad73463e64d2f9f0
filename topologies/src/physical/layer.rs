//! The physical layer of a system of so many chips: floor plan, tiers of cables, counts of parts.

use super::cabling::{self, Domains, Planes};
use super::floor_plan::{DomainParts, FloorPlan};
use super::medium::Medium;
use super::rack_plan::{RackPlan, SwitchSite, lane_rate};
use super::tier_cables::{TierCables, TierKind};
use crate::catalog::Entry;
use crate::families::{DomainsJoined, Layout};
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time};

const SCALE_UP_MEDIUM: &str = "scale_up.medium";
const UPLINK_MEDIUM: &str = "scale_up.uplink_medium";
const SCALE_OUT_MEDIUM: &str = "scale_out.medium";

/// Links of a route between domains: adapter, leaf, core, leaf, adapter.
const LINKS_OF_A_ROUTE: f64 = 4.0;

/// Where everything of a system stands, and every cable.
#[derive(Debug, Clone, PartialEq)]
pub struct Physical {
    /// Chips.
    pub chips: usize,
    /// Domains, of which the last may be partial.
    pub domains: usize,
    /// Nodes or trays.
    pub nodes: usize,
    /// Racks of nodes and of second-stage switches; not those of the scale-out fabric.
    pub racks: usize,
    /// Where nodes and switches stand.
    pub plan: FloorPlan,
    /// The cables of each tier, from the chips outwards. The fabric between domains comes last, and is counted
    /// with its share for a single domain too.
    pub tiers: Vec<TierCables>,
}

/// A system as the physical layer reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Its values, texts and embedded layout.
    pub(crate) entry: &'a Entry,
    /// Its wiring.
    pub(crate) machine: &'a DomainsJoined,
    /// Chips used of each domain.
    pub(crate) domain_size: usize,
}

impl Physical {
    /// Lays out `chips` chips; `None` where no layout is known, or a family is cabled in no known way.
    pub(crate) fn lay_out(source: Source<'_>, chips: usize) -> Option<Self> {
        let racks = RackPlan::of_system(source.entry)?;
        let on_boards = racks.switch_site == SwitchSite::Node;
        let planes = planes(source.entry);
        if chips == 0 || (planes.is_none() && !on_boards) {
            return None;
        }
        let layout = Layout::new(chips, source.domain_size.min(chips.max(1)));
        let groups = groups(&source, &layout);
        let domains = layout.domains();
        let plan = FloorPlan::new(racks, parts(&source, planes), domains);
        let mut tiers = scale_up(&source, planes, &groups, &plan)?;
        tiers.extend(scale_out(&source, &groups, &plan));
        let nodes_of = |group: &Domains| group.nodes() * group.count;
        let racks = groups.iter().map(|group| plan.racks_of(group.nodes()) * group.count).sum();
        let nodes = groups.iter().map(nodes_of).sum();
        Some(Self { chips, domains, nodes, racks, plan, tiers })
    }

    /// The tiers of one scope.
    pub fn tiers_of(&self, scope: Scope) -> impl Iterator<Item = &TierCables> {
        self.tiers.iter().filter(move |tier| tier.kind.scope == scope)
    }

    /// Optical modules of one scope, at both ends of its cables.
    pub fn modules(&self, scope: Scope) -> usize {
        self.tiers_of(scope).map(TierCables::modules).sum()
    }
}

/// Full domains, then the partial one.
fn groups(source: &Source<'_>, layout: &Layout) -> Vec<Domains> {
    let chips_per_node = chips_per_node(source);
    let full = layout.chips() / layout.chips_per_domain();
    let rest = layout.chips() % layout.chips_per_domain();
    let whole = Domains { first: 0, count: full, chips: layout.chips_per_domain(), chips_per_node };
    let partial = Domains { first: full, count: 1, chips: rest, chips_per_node };
    [whole, partial].into_iter().filter(|group| group.count > 0 && group.chips > 0).collect()
}

fn chips_per_node(source: &Source<'_>) -> usize {
    count(source.entry, "scale_up.chips_per_node").unwrap_or(source.domain_size).max(1)
}

/// The planes of the families whose switches are placed one by one.
fn planes(entry: &Entry) -> Option<Planes> {
    let uplinks = match entry.text("scale_up.family")? {
        "scale-up-planes" => 0,
        "two-tier-planes" => count(entry, "scale_up.uplinks")?,
        _ => return None,
    };
    let links_per_plane = count(entry, "scale_up.links_per_plane").unwrap_or(1);
    Some(Planes { planes: count(entry, "scale_up.planes")?, links_per_plane, uplinks })
}

/// The parts of a full domain.
fn parts(source: &Source<'_>, planes: Option<Planes>) -> DomainParts {
    let nodes =
        source.machine.domain().chips().min(source.domain_size.max(1)).div_ceil(chips_per_node(source));
    let planes = planes.unwrap_or(Planes { planes: 0, links_per_plane: 0, uplinks: 0 });
    let of_nodes = planes.uplinks > 0;
    let first_stage = planes.planes * if of_nodes { nodes } else { 1 };
    let second_stage = planes.planes * planes.uplinks;
    DomainParts { nodes, first_stage, second_stage, first_stage_of_nodes: of_nodes }
}

fn scale_up(
    source: &Source<'_>,
    planes: Option<Planes>,
    groups: &[Domains],
    plan: &FloorPlan,
) -> Option<Vec<TierCables>> {
    let mut tiers = Vec::new();
    for (index, &name) in source.machine.domain().tiers().iter().enumerate() {
        let mut tier = TierCables::new(scale_up_kind(source.entry, index, name)?);
        for &group in groups {
            match (planes, index) {
                (Some(planes), 0) => cabling::lay_first_tier(&mut tier, plan, (group, planes)),
                (Some(planes), _) => cabling::lay_second_tier(&mut tier, plan, (group, planes)),
                (None, _) => {
                    let directed = source.machine.domain().counts(group.chips).links.get(index).copied();
                    cabling::lay_on_boards(&mut tier, directed.unwrap_or(0) / 2 * group.count);
                }
            }
        }
        tiers.push(tier);
    }
    Some(tiers)
}

fn scale_up_kind(entry: &Entry, index: usize, name: &'static str) -> Option<TierKind> {
    let is_uplink = index > 0 && entry.text(UPLINK_MEDIUM).is_some();
    let (medium_key, lane_key, latency_key) = match is_uplink {
        true => (UPLINK_MEDIUM, "uplink_lane_rate", "scale_up.uplink_latency"),
        false => (SCALE_UP_MEDIUM, "scale_up_lane_rate", "scale_up.link_latency"),
    };
    let link_rate = bandwidth(entry, "scale_up.link_bandwidth")?;
    let lane_rate = lane_rate(entry, lane_key).unwrap_or(link_rate);
    let medium = Medium::find(entry.text(medium_key)?).ok()?;
    let link_latency = entry.base_value(latency_key).map(Time::from_seconds);
    Some(TierKind { name, scope: Scope::ScaleUp, medium_key, medium, link_rate, lane_rate, link_latency })
}

/// The tiers between domains; none where nothing joins them.
fn scale_out(source: &Source<'_>, groups: &[Domains], plan: &FloorPlan) -> Vec<TierCables> {
    let entry = source.entry;
    let kind = |name| {
        let link_rate = bandwidth(entry, "scale_out.bandwidth_per_chip")?;
        let lane_rate = lane_rate(entry, "scale_out_lane_rate").unwrap_or(link_rate);
        let medium = Medium::find(entry.text(SCALE_OUT_MEDIUM)?).ok()?;
        let (scope, medium_key) = (Scope::ScaleOut, SCALE_OUT_MEDIUM);
        let of_route = entry.base_value("scale_out.latency");
        let link_latency = of_route.map(|latency| Time::from_seconds(latency / LINKS_OF_A_ROUTE));
        Some(TierKind { name, scope, medium_key, medium, link_rate, lane_rate, link_latency })
    };
    let (Some(adapters), Some(spines)) = (kind("scale-out"), kind("scale-out-core")) else {
        return Vec::new();
    };
    let (mut adapters, mut spines) = (TierCables::new(adapters), TierCables::new(spines));
    let rails = count(entry, "scale_out.rails").unwrap_or(1).max(1);
    let oversubscription = entry.base_value("scale_out.oversubscription").unwrap_or(1.0).max(1.0);
    for &group in groups {
        cabling::lay_adapters(&mut adapters, plan, (group, rails));
        cabling::lay_spines(&mut spines, plan, (group, oversubscription));
    }
    vec![adapters, spines]
}

fn count(entry: &Entry, key: &str) -> Option<usize> {
    entry.base_value(key).map(|count| count as usize)
}

fn bandwidth(entry: &Entry, key: &str) -> Option<Bandwidth> {
    entry.base_value(key).map(Bandwidth::from_bytes_per_second)
}
