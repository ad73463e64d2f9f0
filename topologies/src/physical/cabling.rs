//! From a system's counts and floor plan to the cables of every tier.
//!
//! Inside a domain all domains of one size are alike, so one of each size is laid out. Between domains every
//! node's adapters run to the head of its row.

use super::floor_plan::FloorPlan;
use super::length::Length;
use super::tier_cables::{CableGroup, TierCables};

/// The chips of a domain and of its nodes, and how many domains are alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Domains {
    /// The number of the first.
    pub(super) first: usize,
    /// How many.
    pub(super) count: usize,
    /// Chips of each.
    pub(super) chips: usize,
    /// Chips of each node but the last.
    pub(super) chips_per_node: usize,
}

impl Domains {
    pub(super) fn nodes(&self) -> usize {
        self.chips.div_ceil(self.chips_per_node)
    }

    /// The chips of a node; fewer in the last of a partial domain.
    fn chips_of(&self, node: usize) -> usize {
        self.chips_per_node.min(self.chips - node * self.chips_per_node)
    }

    fn first_chip(&self, node: usize) -> usize {
        node * self.chips_per_node
    }
}

/// The switches that each chip has links to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planes {
    /// How many.
    pub(super) planes: usize,
    /// Links of one chip to each.
    pub(super) links_per_plane: usize,
    /// Second-stage switches of a plane; zero where there is one stage.
    pub(super) uplinks: usize,
}

/// Lays the links between chips and the switches next to them.
pub(super) fn lay_first_tier(tier: &mut TierCables, plan: &FloorPlan, (domains, planes): (Domains, Planes)) {
    let domain = domains.first;
    let mut at_switches = 0;
    for node in 0..domains.nodes() {
        let place = plan.node(domain, node);
        let links = domains.chips_of(node) * planes.links_per_plane;
        let mut cables = 0;
        for plane in 0..planes.planes {
            let switch = if planes.uplinks > 0 { node * planes.planes + plane } else { plane };
            let length = plan.path(place, plan.switch(domain, 0, switch));
            cables += if length > Length::ZERO { links } else { 0 };
            tier.add(CableGroup { length, links: links * domains.count }, || {
                let chip = format!("domain{domain}/chip{}", domains.first_chip(node));
                let switch = match planes.uplinks {
                    0 => format!("domain{domain}/plane{plane}"),
                    _ => format!("domain{domain}/node{node}/l1-plane{plane}"),
                };
                (chip, switch)
            });
        }
        tier.add_ends(cables, domains.count);
        at_switches += cables;
    }
    tier.add_ends(at_switches, domains.count);
}

/// Lays the links between the two stages of switches.
pub(super) fn lay_second_tier(tier: &mut TierCables, plan: &FloorPlan, (domains, planes): (Domains, Planes)) {
    let domain = domains.first;
    let mut at_second_stage = 0;
    for node in 0..domains.nodes() {
        let mut cables = 0;
        for plane in 0..planes.planes {
            let place = plan.switch(domain, 0, node * planes.planes + plane);
            for uplink in 0..planes.uplinks {
                let length = plan.path(place, plan.switch(domain, 1, plane * planes.uplinks + uplink));
                cables += usize::from(length > Length::ZERO);
                tier.add(CableGroup { length, links: domains.count }, || {
                    let first = format!("domain{domain}/node{node}/l1-plane{plane}");
                    (first, format!("domain{domain}/l2-plane{plane}-{uplink}"))
                });
            }
        }
        tier.add_ends(cables, domains.count);
        at_second_stage += cables;
    }
    tier.add_ends(at_second_stage, domains.count);
}

/// Lays the links between adapters and leaves of every domain.
pub(super) fn lay_adapters(tier: &mut TierCables, plan: &FloorPlan, (domains, rails): (Domains, usize)) {
    for domain in domains.first..domains.first + domains.count {
        let leaf = plan.leaf(domain);
        for node in 0..domains.nodes() {
            let links = domains.chips_of(node);
            let length = plan.path(plan.node(domain, node), leaf);
            tier.add(CableGroup { length, links }, || {
                let chip = domains.first_chip(node);
                (format!("domain{domain}/chip{chip}"), format!("domain{domain}/rail{}/leaf", chip % rails))
            });
            tier.add_ends(links, 1);
        }
        tier.add_ends(domains.chips, 1);
    }
}

/// Lays the links between leaves and spines: as many as adapters, thinned by oversubscription.
pub(super) fn lay_spines(
    tier: &mut TierCables,
    plan: &FloorPlan,
    (domains, oversubscription): (Domains, f64),
) {
    let links = (domains.chips as f64 / oversubscription).ceil() as usize;
    for domain in domains.first..domains.first + domains.count {
        let length = plan.path(plan.leaf(domain), plan.spine());
        tier.add(CableGroup { length, links }, || (format!("domain{domain}/rail0/leaf"), "core".to_owned()));
        tier.add_ends(links, 2);
    }
}

/// Counts links that never leave a board.
pub(super) fn lay_on_boards(tier: &mut TierCables, links: usize) {
    tier.add(CableGroup { length: Length::ZERO, links }, || ("chip".to_owned(), "switch".to_owned()));
}
