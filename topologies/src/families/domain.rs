//! What a family says about one scale-up domain: its parts, its wiring, its routes.

use super::domains_joined::MAXIMUM_CHIPS;
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::{NodeId, TierId};
use copperlight_core::units::Bandwidth;
use std::fmt;
use thiserror::Error;

/// The most ways a route may be sprayed over: weights are integers over a common denominator.
const MAXIMUM_WAYS: usize = 65_536;

/// A parameter of a family that no machine could have.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ParameterError {
    /// A count of zero.
    #[error("{parameter} is 0; a {family} needs at least one")]
    Zero {
        /// The family.
        family: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// A bandwidth that carries nothing, or without bound.
    #[error("{parameter} of a {family} is {bandwidth}; it must be above zero and finite")]
    Bandwidth {
        /// The family.
        family: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The offending rate.
        bandwidth: Bandwidth,
    },
    /// Too many parallel ways between two chips.
    #[error("a {family} with {ways} parallel ways between two chips; at most {limit} are possible")]
    TooManyWays {
        /// The family.
        family: &'static str,
        /// The ways.
        ways: usize,
        /// The most that are possible.
        limit: usize,
    },
    /// More chips than a domain of the family can have.
    #[error("a {family} of {chips} chips; at most {limit} are possible")]
    TooManyChips {
        /// The family.
        family: &'static str,
        /// The chips.
        chips: usize,
        /// The most that are possible.
        limit: usize,
    },
    /// Chips that make no box of a torus.
    #[error(
        "{chips} chips make no box within a torus of {} x {} x {}; the nearest numbers that do are {below} and {above}",
        sizes[0], sizes[1], sizes[2]
    )]
    NoBox {
        /// The chips.
        chips: usize,
        /// The sizes of the torus.
        sizes: [usize; 3],
        /// The next number below that makes a box.
        below: usize,
        /// The next number above.
        above: usize,
    },
    /// A switch of a tree with fewer than two ports.
    #[error("radix is {radix}; a switch of a fat tree has at least 2 ports")]
    Radix {
        /// The ports.
        radix: usize,
    },
    /// A switch that cannot have as many ports up as down.
    #[error("radix is {radix}; switches of a fat tree of 3 tiers have an even number of ports, such as {}", radix + 1)]
    OddRadix {
        /// The ports.
        radix: usize,
    },
    /// A tree of a height that is not wired.
    #[error("tiers is {tiers}; a fat tree has 2 or 3")]
    TreeTiers {
        /// The tiers.
        tiers: usize,
    },
    /// Ports of a leaf that cannot be divided as asked.
    #[error(
        "the {radix} ports of a switch cannot be divided {ratio} to 1; the nearest oversubscription is {nearest}, with \
         {uplinks} uplinks"
    )]
    Ports {
        /// The ports.
        radix: usize,
        /// The oversubscription asked for.
        ratio: f64,
        /// The uplinks of the nearest one that can be.
        uplinks: usize,
        /// The nearest one that can be.
        nearest: f64,
    },
    /// More chips than the tree between domains has ports for.
    #[error("the fat tree between domains has room for {limit} chips, not for {chips}; raise radix or tiers")]
    TreeTooSmall {
        /// The chips.
        chips: usize,
        /// What the tree has room for.
        limit: usize,
    },
    /// More bandwidth at the top of a fabric than below it.
    #[error("oversubscription is {ratio}; it must be at least 1 (1: none, 2: half of the bandwidth)")]
    Oversubscription {
        /// The offending ratio.
        ratio: f64,
    },
    /// Nodes that do not make up a domain.
    #[error(
        "chips_per_node is {chips_per_node}, which does not divide the {chips} chips of a domain; use {nearest}, or \
         domains of a multiple of {chips_per_node} chips"
    )]
    ChipsPerNode {
        /// Chips of a node.
        chips_per_node: usize,
        /// Chips of a domain.
        chips: usize,
        /// The divisor of the chips of a domain that is nearest.
        nearest: usize,
    },
    /// More chips of a domain are to be used than it has.
    #[error("chips_per_domain is {asked}; it must be 1 to {chips}, the chips of a domain")]
    ChipsPerDomain {
        /// What was asked for.
        asked: usize,
        /// What a domain has.
        chips: usize,
    },
}

/// The parts of a fabric or of one domain, in closed form.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counts {
    /// Chips.
    pub chips: usize,
    /// Trays or nodes; zero where the family has none.
    pub nodes: usize,
    /// Switches of each stage, from the chips outwards.
    pub switches: Vec<usize>,
    /// Directed links of each tier, from the chips outwards.
    pub links: Vec<usize>,
}

/// Where a domain is wired: its name, its chips and its tiers.
#[derive(Debug)]
pub struct DomainSite<'a> {
    /// The name, such as `domain3`.
    pub name: String,
    /// The index of the domain's first chip among all endpoints.
    pub first_chip: usize,
    /// How many chips the domain has; fewer than the family's in a partial domain.
    pub chips: usize,
    /// The tiers of [`ScaleUpDomain::tiers`], as added to the fabric.
    pub tiers: &'a [TierId],
}

/// Two different chips of one domain, to be joined by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainPair {
    /// The index of the domain's first link.
    pub first_link: usize,
    /// How many chips the domain has.
    pub chips: usize,
    /// The sender, counted inside the domain.
    pub from: usize,
    /// The receiver, counted inside the domain.
    pub to: usize,
}

/// One scale-up domain of a family.
pub trait ScaleUpDomain: fmt::Debug + Send + Sync {
    /// The most chips that one domain holds.
    fn chips(&self) -> usize;

    /// How many chips share a tray or node; `None` where the family has no such level.
    fn chips_per_node(&self) -> Option<usize> {
        None
    }

    /// The names of the tiers, from the chips outwards; a single one unless the family has stages.
    fn tiers(&self) -> &'static [&'static str] {
        &["scale-up"]
    }

    /// The most parallel ways of a route; the ways of every other route divide it.
    fn most_ways(&self) -> usize {
        1
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`ParameterError`] names the parameter that cannot be.
    fn check(&self) -> Result<(), ParameterError>;

    /// Checks what parameters must be together, and whether `chips` chips, at most [`ScaleUpDomain::chips`], can be
    /// wired as one domain.
    ///
    /// # Errors
    /// [`ParameterError`] names what cannot be, and the nearest that can.
    fn check_chips(&self, chips: usize) -> Result<(), ParameterError> {
        let _ = chips;
        Ok(())
    }

    /// The parts of a domain with `chips` chips.
    fn counts(&self, chips: usize) -> Counts;

    /// What one chip of a domain with `chips` chips can send inside it.
    fn injection(&self, chips: usize) -> Bandwidth;

    /// What the first half of a domain with `chips` chips, in the order of placement, can send to the rest under the
    /// best routing. With an odd number the first half is the smaller one.
    fn bisection(&self, chips: usize) -> Bandwidth;

    /// Adds the switches and links of one domain.
    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>);

    /// The ways between two chips of one domain.
    fn ways(&self, pair: DomainPair) -> Ways;

    /// How many chips make a cell of a healthy domain of `chips` chips: see [`FabricBuilder::cell`].
    fn cell(&self, _chips: usize) -> Option<usize> {
        None
    }

    /// How many parallel planes can fail one by one; 0 where the family has none.
    fn planes(&self) -> usize {
        0
    }

    /// The plane of a link, counted from the first of a domain with `chips` chips.
    fn plane_of(&self, _chips: usize, _link: usize) -> Option<usize> {
        None
    }
}

/// Adds links like `up` from its sender to each of `ends`, then their opposites in the same order.
///
/// Links of one direction get consecutive identifiers, so that a spray over them is one stage of a route.
pub(super) fn add_bundle(builder: &mut FabricBuilder, up: &Link, ends: impl Iterator<Item = NodeId> + Clone) {
    for to in ends.clone() {
        builder.link(Link { to, ..up.clone() });
    }
    for from in ends {
        builder.link(Link { from, to: up.from, ..up.clone() });
    }
}

/// Refuses planes that cannot be: a count of zero, links that carry nothing, more ways than weights can tell apart.
pub(super) fn check_planes(
    family: &'static str,
    counts: &[(&'static str, usize)],
    link_bandwidth: Bandwidth,
    ways: usize,
) -> Result<(), ParameterError> {
    counts.iter().try_for_each(|(parameter, count)| check_count(family, parameter, *count))?;
    check_bandwidth(family, "link_bandwidth", link_bandwidth)?;
    check_ways(family, ways)
}

/// Refuses a count of zero.
pub(super) fn check_count(
    family: &'static str,
    parameter: &'static str,
    count: usize,
) -> Result<(), ParameterError> {
    if count == 0 { Err(ParameterError::Zero { family, parameter }) } else { Ok(()) }
}

/// Refuses a bandwidth that is zero, negative or not finite.
pub(super) fn check_bandwidth(
    family: &'static str,
    parameter: &'static str,
    bandwidth: Bandwidth,
) -> Result<(), ParameterError> {
    let rate = bandwidth.bytes_per_second();
    let possible = rate > 0.0 && rate.is_finite();
    if possible { Ok(()) } else { Err(ParameterError::Bandwidth { family, parameter, bandwidth }) }
}

/// Refuses a domain with more chips than any fabric.
pub(super) fn check_domain_size(family: &'static str, chips: usize) -> Result<(), ParameterError> {
    let possible = chips <= MAXIMUM_CHIPS;
    if possible { Ok(()) } else { Err(ParameterError::TooManyChips { family, chips, limit: MAXIMUM_CHIPS }) }
}

/// Refuses a domain that is not made of whole nodes.
pub(crate) fn check_nodes(chips: usize, chips_per_node: usize) -> Result<(), ParameterError> {
    if chips.is_multiple_of(chips_per_node) {
        return Ok(());
    }
    let divisors = (1..=chips).filter(|divisor| chips.is_multiple_of(*divisor));
    let nearest = divisors.min_by_key(|divisor| divisor.abs_diff(chips_per_node)).unwrap_or(1);
    Err(ParameterError::ChipsPerNode { chips_per_node, chips, nearest })
}

/// Refuses sprays whose weights would not fit.
pub(super) fn check_ways(family: &'static str, ways: usize) -> Result<(), ParameterError> {
    let possible = ways <= MAXIMUM_WAYS;
    if possible { Ok(()) } else { Err(ParameterError::TooManyWays { family, ways, limit: MAXIMUM_WAYS }) }
}
