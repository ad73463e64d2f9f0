//! Where nodes and switches stand, and how long a cable between two places is.
//!
//! Racks stand in rows. A domain begins in a row only where all of its racks fit, or fills rows from their start;
//! its switch racks stand amid its compute racks. Two columns at the head of each row are racks of the scale-out
//! fabric: leaves beside the first rack, spines before them in the middle row.

use super::length::Length;
use super::rack_plan::{RackPlan, SwitchSite};

/// The column of the spine switches.
const SPINE_COLUMN: usize = 0;
/// The column of a row's leaf switches.
const LEAF_COLUMN: usize = 1;
/// The column of the first rack of a domain.
const FIRST_COLUMN: usize = 2;

/// A place in the hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The row of racks.
    pub row: usize,
    /// The rack in its row; the first two hold switches of the scale-out fabric.
    pub column: usize,
    /// The height over the floor of the rack.
    pub height: Length,
}

/// What a domain consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DomainParts {
    /// Nodes of a full domain.
    pub(super) nodes: usize,
    /// Switches of the stage next to the chips.
    pub(super) first_stage: usize,
    /// Switches of the second stage; zero where there is none.
    pub(super) second_stage: usize,
    /// Whether every node has the same number of first-stage switches of its own.
    pub(super) first_stage_of_nodes: bool,
}

/// The floor plan of a system.
#[derive(Debug, Clone, PartialEq)]
pub struct FloorPlan {
    racks: RackPlan,
    parts: DomainParts,
    compute_racks: usize,
    switch_racks: usize,
    domains: usize,
}

impl FloorPlan {
    pub(super) fn new(racks: RackPlan, parts: DomainParts, domains: usize) -> Self {
        let compute_racks = parts.nodes.div_ceil(racks.nodes_per_rack).max(1);
        let apart = |site, switches| site == SwitchSite::SwitchRacks && switches > 0;
        let has_switch_racks =
            apart(racks.switch_site, parts.first_stage) || apart(racks.uplink_site, parts.second_stage);
        let switch_racks = if has_switch_racks { racks.switch_racks } else { 0 };
        Self { racks, parts, compute_racks, switch_racks, domains }
    }

    /// Racks of a full domain.
    pub fn racks_per_domain(&self) -> usize {
        self.compute_racks + self.switch_racks
    }

    /// The racks of `nodes` nodes in one domain: a partial domain has all of its switch racks.
    pub(super) fn racks_of(&self, nodes: usize) -> usize {
        nodes.div_ceil(self.racks.nodes_per_rack) + self.switch_racks
    }

    /// Where a node of a domain stands.
    pub fn node(&self, domain: usize, node: usize) -> Position {
        let compute_rack = node / self.racks.nodes_per_rack;
        let is_behind = compute_rack >= self.racks_before_switches();
        let rack = compute_rack + if is_behind { self.switch_racks } else { 0 };
        self.in_domain(domain, rack, self.racks.node_height(node % self.racks.nodes_per_rack))
    }

    /// Where a switch of a domain stands; `stage` is 0 next to the chips and 1 behind.
    pub fn switch(&self, domain: usize, stage: usize, switch: usize) -> Position {
        let (site, switches) = match stage {
            0 => (self.racks.switch_site, self.parts.first_stage),
            _ => (self.racks.uplink_site, self.parts.second_stage),
        };
        match site {
            SwitchSite::Node => self.node(domain, self.node_of_switch(switch)),
            SwitchSite::Rack => {
                let trays = self.compute_racks * self.racks.switch_trays;
                let tray = switch * trays / switches.max(1);
                let height = self.racks.switch_tray_height(tray % self.racks.switch_trays);
                let rack = tray / self.racks.switch_trays;
                let is_behind = rack >= self.racks_before_switches();
                self.in_domain(domain, rack + if is_behind { self.switch_racks } else { 0 }, height)
            }
            SwitchSite::SwitchRacks => {
                let per_rack = switches.div_ceil(self.switch_racks.max(1)).max(1);
                let height = self.racks.spread(switch % per_rack, per_rack);
                self.in_domain(domain, self.racks_before_switches() + switch / per_rack, height)
            }
        }
    }

    /// Where the leaf switches stand that the chips of a domain are joined to.
    pub fn leaf(&self, domain: usize) -> Position {
        let row = self.first_place(domain).0;
        Position { row, column: LEAF_COLUMN, height: self.racks.spread(0, 1) }
    }

    /// Where the spine switches stand: the middle row.
    pub fn spine(&self) -> Position {
        let rows = self.first_place(self.domains.saturating_sub(1)).0 + 1;
        Position { row: rows / 2, column: SPINE_COLUMN, height: self.racks.spread(0, 1) }
    }

    /// The length of a cable: nothing on one board, the way up or down inside a rack, and else over the racks' tops.
    ///
    /// The same in both directions.
    pub fn path(&self, from: Position, to: Position) -> Length {
        if from == to {
            return Length::ZERO;
        }
        let racks = &self.racks;
        if (from.row, from.column) == (to.row, to.column) {
            return from.height.abs_diff(to.height) + racks.cable_slack;
        }
        let to_top = |position: Position| racks.rack_height.saturating_sub(position.height);
        let along = racks.rack_width * from.column.abs_diff(to.column);
        let across = racks.row_pitch * from.row.abs_diff(to.row);
        to_top(from) + along + across + to_top(to) + racks.row_slack
    }

    /// The node whose board a first-stage switch is on.
    fn node_of_switch(&self, switch: usize) -> usize {
        let per_node = self.parts.first_stage / self.parts.nodes.max(1);
        if self.parts.first_stage_of_nodes { switch / per_node.max(1) } else { 0 }
    }

    fn racks_before_switches(&self) -> usize {
        self.compute_racks.div_ceil(2)
    }

    /// The row and column of the first rack of a domain.
    fn first_place(&self, domain: usize) -> (usize, usize) {
        let (of_domain, of_row) = (self.racks_per_domain(), self.racks.racks_per_row);
        if of_domain > of_row {
            return (domain * of_domain.div_ceil(of_row), 0);
        }
        let domains_per_row = of_row / of_domain;
        (domain / domains_per_row, domain % domains_per_row * of_domain)
    }

    fn in_domain(&self, domain: usize, rack: usize, height: Length) -> Position {
        let (row, column) = self.first_place(domain);
        let of_row = self.racks.racks_per_row;
        let (rows, column) = if self.racks_per_domain() > of_row {
            (rack / of_row, rack % of_row)
        } else {
            (0, column + rack)
        };
        Position { row: row + rows, column: FIRST_COLUMN + column, height }
    }
}
