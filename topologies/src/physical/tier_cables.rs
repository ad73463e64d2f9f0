//! The cables of one tier: how many links of which length, and where they end.

use super::length::Length;
use super::medium::{Medium, MediumKind, lanes, nominal_rate};
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time};
use std::collections::BTreeMap;

/// A link by the names of its two ends in the fabric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongestLink {
    /// The end nearer to the chips.
    pub from: String,
    /// The other end.
    pub to: String,
    /// How long its cable is.
    pub length: Length,
}

/// Links of one length. A link is both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CableGroup {
    /// The length of each; zero for traces on a board.
    pub length: Length,
    /// How many.
    pub links: usize,
}

/// What all links of a tier have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct TierKind {
    /// The name of the tier in the fabric, such as `scale-up`.
    pub name: &'static str,
    /// Inside a domain or between domains.
    pub scope: Scope,
    /// The key that sets the medium, such as `scale_up.medium`.
    pub medium_key: &'static str,
    /// What the links are made of.
    pub medium: Medium,
    /// What one link carries in each direction.
    pub link_rate: Bandwidth,
    /// What one lane runs at, in each direction.
    pub lane_rate: Bandwidth,
    /// The latency of one link with its medium; `None` where the system has none for it.
    pub link_latency: Option<Time>,
}

impl TierKind {
    /// Lanes of one link; each is a pair of wires or a fibre for each direction.
    pub fn lanes_per_link(&self) -> usize {
        lanes(self.link_rate, self.lane_rate)
    }

    /// Modules at one place in which so many links end: as many links share one as its rate holds.
    fn modules_at(&self, links: usize) -> usize {
        let (MediumKind::Optics, Some(module)) = (self.medium.kind(), self.medium.module_rate()) else {
            return 0;
        };
        let link = nominal_rate(self.lane_rate) * self.lanes_per_link() as f64;
        let links_per_module = (module.bytes_per_second() / link.bytes_per_second()) as usize;
        match links_per_module {
            0 => links * (link.bytes_per_second() / module.bytes_per_second()).ceil() as usize,
            several => links.div_ceil(several),
        }
    }
}

/// The cables of one tier.
#[derive(Debug, Clone, PartialEq)]
pub struct TierCables {
    /// What its links have in common.
    pub kind: TierKind,
    lengths: BTreeMap<Length, usize>,
    longest: Option<LongestLink>,
    /// How many places have so many ends of cables.
    ends: BTreeMap<usize, usize>,
}

impl TierCables {
    pub(super) fn new(kind: TierKind) -> Self {
        Self { kind, lengths: BTreeMap::new(), longest: None, ends: BTreeMap::new() }
    }

    /// Adds links of one length; `name` gives the ends of one of them.
    pub(super) fn add(&mut self, group: CableGroup, name: impl FnOnce() -> (String, String)) {
        if group.links == 0 {
            return;
        }
        *self.lengths.entry(group.length).or_default() += group.links;
        if self.longest.as_ref().is_none_or(|longest| group.length > longest.length) {
            let (from, to) = name();
            self.longest = Some(LongestLink { from, to, length: group.length });
        }
    }

    /// Says that `places` places have the ends of `cables` cables each.
    pub(super) fn add_ends(&mut self, cables: usize, places: usize) {
        if cables > 0 {
            *self.ends.entry(cables).or_default() += places;
        }
    }

    /// Links by length, from the shortest on.
    pub fn groups(&self) -> impl Iterator<Item = CableGroup> {
        self.lengths.iter().map(|(&length, &links)| CableGroup { length, links })
    }

    /// The longest link, the first of several; `None` for a tier without links.
    pub fn longest(&self) -> Option<&LongestLink> {
        self.longest.as_ref()
    }

    /// All links.
    pub fn links(&self) -> usize {
        self.lengths.values().sum()
    }

    /// Links that are traces on a board.
    pub fn links_on_boards(&self) -> usize {
        self.lengths.get(&Length::ZERO).copied().unwrap_or(0)
    }

    /// Links that are cables.
    pub fn cabled_links(&self) -> usize {
        self.links() - self.links_on_boards()
    }

    /// The length of all cables together, in metres.
    pub fn metres(&self) -> f64 {
        self.groups().map(|group| group.length.metres() * group.links as f64).sum()
    }

    /// Pairs of wires, two for each lane of a copper cable, one in each direction; zero for optics.
    pub fn copper_pairs(&self) -> usize {
        match self.kind.medium.kind() {
            MediumKind::Optics => 0,
            _ => self.cabled_links() * self.kind.lanes_per_link() * 2,
        }
    }

    /// Optical modules at both ends of the cables; zero for copper.
    pub fn modules(&self) -> usize {
        self.ends.iter().map(|(&cables, &places)| self.kind.modules_at(cables) * places).sum()
    }
}
