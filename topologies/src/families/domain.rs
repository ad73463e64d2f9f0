//! What a family says about one scale-up domain: its parts, its wiring, its routes.

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
    fn chips_per_node(&self) -> Option<usize>;

    /// The names of the tiers, from the chips outwards.
    fn tiers(&self) -> &'static [&'static str];

    /// The most parallel ways of a route; the ways of every other route divide it.
    fn most_ways(&self) -> usize;

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`ParameterError`] names the parameter that cannot be.
    fn check(&self) -> Result<(), ParameterError>;

    /// The parts of a domain with `chips` chips.
    fn counts(&self, chips: usize) -> Counts;

    /// What the two halves of a domain with `chips` chips can send one another, in one direction.
    fn bisection(&self, chips: usize) -> Bandwidth;

    /// Adds the switches and links of one domain.
    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>);

    /// The ways between two chips of one domain.
    fn ways(&self, pair: DomainPair) -> Ways;

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
