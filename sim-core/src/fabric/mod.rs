//! What bytes can move over: endpoints, switches, directed links, and the routes between endpoints.
//!
//! A [`Fabric`] that exists is valid: [`FabricBuilder::build`] has checked it. This module knows no concrete
//! machine and chooses no route: a [`Router`] does, and families bring their own.

mod builder;
mod graph;
mod hierarchy;
mod maximum_flow;
mod reach;
mod route;
mod runs;
mod shares;
mod trees;
mod ways;
mod weights;

pub use builder::{FabricBuilder, FabricError};
pub(crate) use graph::LinkGraph;
pub use hierarchy::Level;
pub use route::{FailedLinks, Hop, Route, Router, RoutingError, WEIGHT_DENOMINATOR};
pub(crate) use runs::LinkRun;
pub use ways::{Stages, Ways};

use crate::ids::{EndpointId, LinkId, NodeId, TierId};
use crate::units::{Bandwidth, Time};
use runs::LinkRuns;
use std::ops::Range;

/// A directed link.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Where bytes enter.
    pub from: NodeId,
    /// Where bytes leave.
    pub to: NodeId,
    /// Payload bandwidth in the one direction that this link has.
    pub capacity: Bandwidth,
    /// Delay of the first byte, with the latency of the switch that sends.
    pub latency: Time,
    /// The tier that this link belongs to.
    pub tier: TierId,
    /// Index into [`Fabric::media`].
    pub medium: u16,
}

/// Whether a tier joins chips into a domain or domains into a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Inside a scale-up domain (NVLink, UB).
    ScaleUp,
    /// Between domains (InfiniBand, RoCE).
    ScaleOut,
}

/// A named set of links that are reported together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// The name in reports, such as `scale-up` or `scale-out`.
    pub name: String,
    /// Inside a domain or between domains.
    pub scope: Scope,
}

/// Endpoints, switches, links and routes: everything that bytes can move over.
#[derive(Debug)]
pub struct Fabric {
    endpoints: usize,
    /// Nodes after the endpoints that were endpoints and are no longer.
    retired: usize,
    node_names: Vec<String>,
    links: Vec<Link>,
    runs: LinkRuns,
    tiers: Vec<Tier>,
    media: Vec<String>,
    levels: Vec<Level>,
    router: Box<dyn Router>,
    weight_denominator: u64,
    /// What [`Fabric::even_share`] gives for the first numbers of ways.
    even_shares: Vec<u64>,
    degraded: bool,
    /// For each tier, whether its links can never be full.
    never_full: Vec<bool>,
    cell: Option<usize>,
    injection: Vec<[f64; 2]>,
    tier_capacities: Vec<f64>,
}

impl Fabric {
    /// The number of endpoints.
    pub fn endpoints(&self) -> usize {
        self.endpoints
    }

    /// The number of switches.
    pub fn switches(&self) -> usize {
        self.node_names.len() - self.endpoints - self.retired
    }

    /// The number of nodes: endpoints, then those that were retired, then switches.
    pub fn nodes(&self) -> usize {
        self.node_names.len()
    }

    /// The nodes that are switches, as indices.
    pub fn switch_nodes(&self) -> Range<usize> {
        self.nodes() - self.switches()..self.nodes()
    }

    /// All links, by identifier.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The links that carry anything: all but those that failed.
    pub fn working_links(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| link.capacity > Bandwidth::ZERO)
    }

    /// One link.
    pub fn link(&self, link: LinkId) -> &Link {
        &self.links[link.index()]
    }

    /// What consecutive links, one at least, have in common, if they have one capacity, one latency and one tier.
    fn alike(&self, links: &Range<usize>) -> Option<&LinkRun> {
        self.runs.holding(links)
    }

    /// Runs of links that are alike, one after another, until they hold all of `links`.
    pub(crate) fn runs(&self, links: Range<usize>) -> impl Iterator<Item = &LinkRun> {
        self.runs.across(links)
    }

    /// Whether a link carries nothing; no route crosses it.
    pub fn has_failed(&self, link: LinkId) -> bool {
        self.link(link).capacity == Bandwidth::ZERO
    }

    /// Whether a link was derated or has failed.
    pub fn is_degraded(&self) -> bool {
        self.degraded
    }

    /// Whether no traffic that the routes allow can ask a link for more than its capacity.
    ///
    /// Such a link carries bytes like any other, but rates are the same with and without it; see
    /// [`FabricBuilder::largest_load`]. All links of a tier are alike in this; on a degraded fabric none is of this kind.
    pub fn is_never_full(&self, link: LinkId) -> bool {
        self.never_full[self.link(link).tier.index()]
    }

    /// The same fabric with every link taking part in rates, whether it can ever be full or not: for comparison.
    #[must_use]
    pub fn with_every_link_binding(mut self) -> Self {
        self.never_full.fill(false);
        self
    }

    /// How many endpoints make a cell, where the maker of a healthy fabric has declared one; see
    /// [`FabricBuilder::cell`].
    pub fn cell(&self) -> Option<usize> {
        self.cell
    }

    /// The tiers that links belong to, by identifier.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The capacity of all links of a tier together.
    pub fn tier_capacity(&self, tier: TierId) -> Bandwidth {
        Bandwidth::from_bytes_per_second(self.tier_capacities[tier.index()])
    }

    /// The names of the media that links are made of.
    pub fn media(&self) -> &[String] {
        &self.media
    }

    /// The containers of endpoints, innermost first: for example nodes, then domains.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The name of a node, such as `domain0/chip17`.
    pub fn node_name(&self, node: NodeId) -> &str {
        &self.node_names[node.index()]
    }

    /// The name of a link: its two ends.
    pub fn link_name(&self, link: LinkId) -> String {
        let link = self.link(link);
        format!("{} -> {}", self.node_name(link.from), self.node_name(link.to))
    }

    /// What a weight is a share of: a route's weight `w` on a link loads it with `w / weight_denominator` of its rate.
    pub fn weight_denominator(&self) -> u64 {
        self.weight_denominator
    }

    /// The weight of each of so many equal ways; 0 where it is not whole, and for no way.
    #[inline]
    fn even_share(&self, ways: usize) -> u64 {
        self.even_shares.get(ways).copied().unwrap_or_else(|| even_share(self.weight_denominator, ways))
    }

    /// The route from one endpoint to another; the same endpoint has an empty route.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins them.
    pub fn route(&self, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        if from == to {
            return Ok(Route::local());
        }
        self.router.route(self, from, to)
    }

    /// Puts what [`Fabric::route`] gives in the place of `route`, whose memory is used again.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins them; `route` is then anything.
    pub fn route_into(
        &self,
        from: EndpointId,
        to: EndpointId,
        route: &mut Route,
    ) -> Result<(), RoutingError> {
        if from == to {
            route.clear();
            return Ok(());
        }
        self.router.route_into(self, (from, to), route)
    }

    /// Whether two endpoints share the outermost container: the scale-up domain.
    pub fn same_domain(&self, a: EndpointId, b: EndpointId) -> bool {
        self.levels.last().is_none_or(|domain| domain.container(a) == domain.container(b))
    }

    /// What an endpoint can send in one direction over links of `scope`.
    pub fn injection_bandwidth(&self, endpoint: EndpointId, scope: Scope) -> Bandwidth {
        Bandwidth::from_bytes_per_second(self.injection[endpoint.index()][scope as usize])
    }
}

fn even_share(denominator: u64, ways: usize) -> u64 {
    let ways = ways as u64;
    if ways > 0 && denominator.is_multiple_of(ways) { denominator / ways } else { 0 }
}
