//! `fat-tree`: chips on the leaves of a tree of equal switches, of two or three tiers.
//!
//! Shape, routing rules and numbering of links are those of [`Tree`]. A full tree has, with `k` ports, `u` uplinks of a
//! leaf and `k - u` chips on it:
//!
//! | tiers | chips | leaves | second stage | cores |
//! |---|---|---|---|---|
//! | 2 | `k (k - u)` | `k` | `u` | |
//! | 3 | `k^2 (k - u) / 2` | `k^2 / 2` | `k u` | `u k / 2` |
//!
//! Without oversubscription `u = k / 2`: `k^2 / 2` chips in two tiers, `k^3 / 4` in three (Al-Fares et al., SIGCOMM
//! 2008).

use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, check_bandwidth, check_domain_size,
    check_ways,
};
use super::parameter::{Fallback, Parameter};
use super::tree::{ROUTINGS, Tree, TreeLinks, TreePair, TreeSite};
use copperlight_core::fabric::{FabricBuilder, Ways};
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "fat-tree";

/// The parameters of the family inside a domain.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::ports("scale_up.radix", "ports of a switch; even in three tiers"),
    Parameter::tree_tiers("scale_up.tiers", "stages of switches").or(Fallback::Number(2.0)),
    Parameter::oversubscription(
        "scale_up.oversubscription",
        "chips of a leaf over its uplinks; it must divide the ports",
    ),
    Parameter::choice("scale_up.routing", ROUTINGS, "how a flow chooses its switches"),
    Parameter::seed("scale_up.seed", "the seed of `ecmp`"),
    Parameter::bandwidth("scale_up.link_bandwidth", "every link"),
    Parameter::latency("scale_up.link_latency", "a link between chip and leaf"),
    Parameter::latency("scale_up.uplink_latency", "a link between switches")
        .or(Fallback::SameAs("scale_up.link_latency")),
    Parameter::medium("scale_up.medium", "what links between chips and leaves are made of"),
    Parameter::medium("scale_up.uplink_medium", "what links between switches are made of"),
];

/// Chips on the leaves of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct FatTree {
    /// The shape and the routing.
    pub tree: Tree,
    /// The bandwidth of every link, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of a link between a chip and its leaf; a route has two.
    pub link_latency: Time,
    /// The latency of a link between switches.
    pub uplink_latency: Time,
    /// What links between chips and leaves are made of.
    pub medium: String,
    /// What links between switches are made of.
    pub uplink_medium: String,
}

impl ScaleUpDomain for FatTree {
    fn chips(&self) -> usize {
        self.tree.most_ends()
    }

    /// A leaf is no tray: chips of one leaf may stand anywhere.
    fn tiers(&self) -> &'static [&'static str] {
        match self.tree.tiers {
            3 => &["scale-up-l1", "scale-up-l2", "scale-up-l3"],
            _ => &["scale-up-l1", "scale-up-l2"],
        }
    }

    fn most_ways(&self) -> usize {
        self.tree.most_ways()
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.tree.check()?;
        check_bandwidth(FAMILY, "link_bandwidth", self.link_bandwidth)
    }

    fn check_chips(&self, _chips: usize) -> Result<(), ParameterError> {
        self.tree.check_ports()?;
        check_ways(FAMILY, self.tree.most_ways())?;
        check_domain_size(FAMILY, self.chips())
    }

    fn counts(&self, chips: usize) -> Counts {
        Counts { chips, nodes: 0, switches: self.tree.switches(chips), links: self.tree.links(chips) }
    }

    fn injection(&self, _chips: usize) -> Bandwidth {
        self.link_bandwidth
    }

    fn bisection(&self, chips: usize) -> Bandwidth {
        self.link_bandwidth * self.tree.bisection(chips) as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let links = TreeLinks {
            capacity: self.link_bandwidth,
            end_latency: [self.link_latency; 2],
            uplink_latency: self.uplink_latency,
            media: [builder.medium(&self.medium), builder.medium(&self.uplink_medium)],
            tiers: site.tiers,
        };
        let prefix = format!("{}/", site.name);
        let site = TreeSite { prefix, first_end: site.first_chip, ends: site.chips, links };
        self.tree.wire(builder, &site);
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        let DomainPair { first_link, chips: ends, from, to } = pair;
        self.tree.ways(TreePair { first_link, ends, from, to })
    }

    fn cell(&self, _chips: usize) -> Option<usize> {
        self.tree.cell()
    }
}

#[cfg(test)]
#[path = "fat_tree_tests.rs"]
mod tests;
