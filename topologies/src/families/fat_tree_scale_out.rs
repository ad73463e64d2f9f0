//! `fat-tree` between domains: the adapters of all chips on the leaves of one tree.
//!
//! Chips are attached in order, `radix - uplinks` to a leaf, whatever their domain and rail; shape, routing rules and
//! numbering of links are those of [`Tree`]. The latency of the parameters is that of the longest route of the tree
//! as built, divided evenly over its links; shorter routes take less.

use super::domain::{Counts, ParameterError, check_bandwidth, check_ways};
use super::layout::{Layout, least_common_multiple};
use super::parameter::{Fallback, Parameter};
use super::scale_out::{ChipPair, ScaleOut};
use super::tree::{ROUTINGS, Tree, TreeLinks, TreePair, TreeSite};
use copperlight_core::fabric::{FabricBuilder, Scope, Ways};
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "fat-tree between domains";

/// The parameters of the family between domains.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::bandwidth("scale_out.bandwidth_per_chip", "each chip's adapter, and every link"),
    Parameter::latency("scale_out.latency", "one way over the longest route, without software"),
    Parameter::ports("scale_out.radix", "ports of a switch; even in three tiers").or(Fallback::Number(64.0)),
    Parameter::tree_tiers("scale_out.tiers", "stages of switches").or(Fallback::Number(3.0)),
    Parameter::oversubscription(
        "scale_out.oversubscription",
        "adapters of a leaf over its uplinks; it must divide the ports",
    ),
    Parameter::choice("scale_out.routing", ROUTINGS, "how a flow chooses its switches"),
    Parameter::seed("scale_out.seed", "the seed of `ecmp`"),
    Parameter::medium("scale_out.medium", "what links are made of"),
];

/// A tree that joins domains.
#[derive(Debug, Clone, PartialEq)]
pub struct FatTreeScaleOut {
    /// The shape and the routing.
    pub tree: Tree,
    /// The rate of each chip's adapter and of every link, per direction.
    pub bandwidth_per_chip: Bandwidth,
    /// One way over the longest route, without software.
    pub latency: Time,
    /// What links are made of.
    pub medium: String,
}

impl FatTreeScaleOut {
    /// The links of the longest route between so many chips.
    fn longest_route(&self, chips: usize) -> u64 {
        let size = self.tree.size(chips);
        match (size.leaves, size.pods) {
            (..=1, _) => 2,
            (_, ..=1) => 4,
            _ => 6,
        }
    }
}

impl ScaleOut for FatTreeScaleOut {
    fn most_ways(&self) -> usize {
        self.tree.most_ways()
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.tree.check()?;
        check_bandwidth(FAMILY, "bandwidth_per_chip", self.bandwidth_per_chip)
    }

    fn check_chips(&self, chips: usize) -> Result<(), ParameterError> {
        self.tree.check_ports()?;
        check_ways(FAMILY, self.tree.most_ways())?;
        let limit = self.tree.most_ends();
        if chips > limit {
            return Err(ParameterError::TreeTooSmall { chips, limit });
        }
        Ok(())
    }

    fn counts(&self, layout: &Layout) -> Counts {
        let chips = layout.chips();
        Counts { switches: self.tree.switches(chips), links: self.tree.links(chips), ..Counts::default() }
    }

    fn wire(&self, builder: &mut FabricBuilder, layout: &Layout) {
        let names = ["scale-out", "scale-out-spine", "scale-out-core"];
        let tiers: Vec<_> =
            names[..self.tree.tiers].iter().map(|name| builder.tier(*name, Scope::ScaleOut)).collect();
        let links_of_a_route = self.longest_route(layout.chips());
        let total = self.latency.picoseconds();
        let part = Time::from_picoseconds(total / links_of_a_route);
        // The remainder goes to the last link of every route.
        let rest = Time::from_picoseconds(total % links_of_a_route);
        let links = TreeLinks {
            capacity: self.bandwidth_per_chip,
            end_latency: [part, part + rest],
            uplink_latency: part,
            media: [builder.medium(&self.medium); 2],
            tiers: &tiers,
        };
        let site = TreeSite { prefix: "scale-out/".to_owned(), first_end: 0, ends: layout.chips(), links };
        self.tree.wire(builder, &site);
    }

    fn ways(&self, layout: &Layout, pair: ChipPair) -> Ways {
        let ChipPair { first_link, from, to } = pair;
        self.tree.ways(TreePair { first_link, ends: layout.chips(), from, to })
    }

    fn cell(&self, layout: &Layout) -> Option<usize> {
        self.tree.cell().map(|ends| least_common_multiple(layout.chips_per_domain(), ends))
    }
}
