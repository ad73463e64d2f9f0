//! Builds a [`Fabric`] and refuses one that could not work.

use super::reach::first_unreachable;
use super::runs::LinkRuns;
use super::weights::finer;
use super::{Fabric, Level, Link, Router, Scope, Tier, WEIGHT_DENOMINATOR, even_share};
use crate::ids::{EndpointId, LinkId, NodeId, TierId};
use crate::units::Bandwidth;
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a fabric cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FabricError {
    /// There is nothing to send from.
    #[error("a fabric needs at least one endpoint")]
    NoEndpoints,
    /// A link ends at a node that does not exist.
    #[error("link {link} ends at node {node}, but the fabric has {nodes} nodes")]
    NoSuchNode {
        /// The index of the link.
        link: usize,
        /// The missing node.
        node: usize,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A link carries nothing or an impossible rate.
    #[error("link {name} has a capacity of {bytes_per_second} B/s; it must be positive and finite")]
    BadCapacity {
        /// The ends of the link.
        name: String,
        /// The offending rate.
        bytes_per_second: String,
    },
    /// A link leads from a node to itself.
    #[error("link {name} leads from a node to itself")]
    SelfLoop {
        /// The ends of the link.
        name: String,
    },
    /// A level of containers places another number of endpoints than there are.
    #[error("level `{level}` places {placed} endpoints of {endpoints}")]
    BadLevel {
        /// The name of the level.
        level: String,
        /// How many it places.
        placed: usize,
        /// How many there are.
        endpoints: usize,
    },
    /// Two endpoints cannot reach one another.
    #[error("{from} cannot reach {to}: no path of links joins them")]
    Disconnected {
        /// The name of the first.
        from: String,
        /// The name of the second.
        to: String,
    },
}

/// Shares of more ways than this are computed when they are asked for.
const MOST_USUAL_WAYS: usize = 128;

/// Collects nodes, links and tiers; endpoints must be added before switches.
#[derive(Debug, Default)]
pub struct FabricBuilder {
    endpoints: usize,
    retired: usize,
    node_names: Vec<String>,
    links: Vec<Link>,
    tiers: Vec<Tier>,
    /// For each tier, what is known of the largest share of its capacity that a link can be asked for.
    largest_loads: Vec<Option<f64>>,
    media: Vec<String>,
    levels: Vec<Level>,
    weight_denominator: Option<u64>,
    cell: Option<usize>,
    /// Links with less than they were added with, and those of them with nothing.
    derated: bool,
    failed: BTreeSet<LinkId>,
}

impl FabricBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many nodes and links, so that large fabrics are not copied while they grow.
    pub fn reserve(&mut self, nodes: usize, links: usize) {
        self.node_names.reserve_exact(nodes);
        self.links.reserve_exact(links);
    }

    /// Adds an endpoint.
    ///
    /// # Panics
    /// When a switch was added before: endpoint `i` is node `i`.
    pub fn endpoint(&mut self, name: impl Into<String>) -> EndpointId {
        assert_eq!(self.endpoints, self.node_names.len(), "endpoints come before switches");
        self.node_names.push(name.into());
        self.endpoints += 1;
        EndpointId::new(self.endpoints - 1)
    }

    /// Adds a switch.
    pub fn switch(&mut self, name: impl Into<String>) -> NodeId {
        self.node_names.push(name.into());
        NodeId::new(self.node_names.len() - 1)
    }

    /// Adds a tier.
    pub fn tier(&mut self, name: impl Into<String>, scope: Scope) -> TierId {
        self.tiers.push(Tier { name: name.into(), scope });
        self.largest_loads.push(None);
        TierId::new(self.tiers.len() - 1)
    }

    /// Says which share of its capacity a link of a tier can be asked for at most, whatever flows there are.
    ///
    /// That is the sum, over the endpoints that send over the link, of what their own links carry, times the largest
    /// share of it that any route puts on this link; and the same for those that receive over it. Their links must be
    /// of the scope of the tier, so that a transport slows both alike. Said again, the largest share counts. Up to 1,
    /// links of the tier can never be full: [`Fabric::is_never_full`].
    pub fn largest_load(&mut self, tier: TierId, share: f64) {
        let known = &mut self.largest_loads[tier.index()];
        *known = Some(known.map_or(share, |known| known.max(share)));
    }

    /// The index of a medium by name, added when it is new.
    pub fn medium(&mut self, name: &str) -> u16 {
        let known = self.media.iter().position(|medium| medium == name);
        let index = known.unwrap_or_else(|| {
            self.media.push(name.to_owned());
            self.media.len() - 1
        });
        u16::try_from(index).expect("a fabric has few media")
    }

    /// Adds a directed link.
    pub fn link(&mut self, link: Link) -> LinkId {
        self.links.push(link);
        LinkId::new(self.links.len() - 1)
    }

    /// Adds a link and its opposite; returns the forward one, whose successor is the opposite.
    pub fn duplex(&mut self, link: Link) -> LinkId {
        let opposite = Link { from: link.to, to: link.from, ..link.clone() };
        let forward = self.link(link);
        self.link(opposite);
        forward
    }

    /// The names of all nodes so far.
    pub fn node_names(&self) -> &[String] {
        &self.node_names
    }

    /// All links so far.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The tiers so far.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// Leaves a link this share of its capacity; with 0 it has failed: it keeps its identifier and carries nothing.
    ///
    /// # Panics
    /// When the share is not from 0 to 1, or there is no such link.
    pub fn derate(&mut self, link: LinkId, share: f64) {
        assert!((0.0..=1.0).contains(&share), "a derated link keeps a share of its capacity, not {share}");
        let capacity = &mut self.links[link.index()].capacity;
        *capacity = if share > 0.0 { *capacity * share } else { Bandwidth::ZERO };
        self.derated |= share < 1.0;
        if share == 0.0 {
            self.failed.insert(link);
        }
    }

    /// Takes endpoints out of service: their links fail, later endpoints move up, and containers keep their numbers.
    ///
    /// Links keep their identifiers, so that rules by which routes are computed still hold.
    pub fn retire(&mut self, endpoints: &BTreeSet<EndpointId>) {
        let gone: Vec<bool> =
            (0..self.endpoints).map(|endpoint| endpoints.contains(&EndpointId::new(endpoint))).collect();
        let retired = gone.iter().filter(|gone| **gone).count();
        let (mut in_service, mut out_of_service) = (0, self.endpoints - retired);
        let mut renumbered: Vec<usize> = (0..self.node_names.len()).collect();
        for (endpoint, &gone) in gone.iter().enumerate() {
            let next = if gone { &mut out_of_service } else { &mut in_service };
            renumbered[endpoint] = *next;
            *next += 1;
        }
        let mut names = vec![String::new(); renumbered.len()];
        for (name, &new) in std::mem::take(&mut self.node_names).into_iter().zip(&renumbered) {
            names[new] = name;
        }
        self.node_names = names;
        let is_gone = |node: NodeId| gone.get(node.index()).copied().unwrap_or(false);
        let lost: Vec<usize> = (self.links.iter().enumerate())
            .filter(|(_, link)| is_gone(link.from) || is_gone(link.to))
            .map(|(index, _)| index)
            .collect();
        lost.into_iter().for_each(|link| self.derate(LinkId::new(link), 0.0));
        for link in &mut self.links {
            link.from = NodeId::new(renumbered[link.from.index()]);
            link.to = NodeId::new(renumbered[link.to.index()]);
        }
        self.levels.iter_mut().for_each(|level| *level = level.without(&gone));
        self.endpoints -= retired;
        self.retired += retired;
    }

    /// Adds a level of containers; innermost first.
    pub fn level(&mut self, level: Level) {
        self.levels.push(level);
    }

    /// Sets what weights are shares of, where [`WEIGHT_DENOMINATOR`] does not divide by the ways of a spray.
    pub fn weight_denominator(&mut self, denominator: u64) {
        self.weight_denominator = Some(denominator);
    }

    /// Declares that each `endpoints` endpoints, counted from the first, make a cell: moved by whole cells, everything is
    /// as before.
    ///
    /// For each number of cells there is a map from links to links of the same capacity, latency and tier, no two to one,
    /// such that moving both ends of a route by so many cells moves its links by that map, and leaves their weights.
    /// Moved endpoints share containers where they did, and can send as much. Every link belongs to one cell, with which it
    /// moves: each route that crosses it begins or ends there. All endpoints reach one another, which is not searched for.
    ///
    /// It holds for a healthy fabric: once anything is derated or retired, there are no cells.
    ///
    /// # Panics
    /// When a cell has no endpoint.
    pub fn cell(&mut self, endpoints: usize) {
        assert!(endpoints > 0, "a cell has endpoints");
        self.cell = Some(endpoints);
    }

    /// Checks everything and freezes it.
    ///
    /// # Errors
    /// [`FabricError`] names the part that could not work.
    pub fn build(self, router: Box<dyn Router>) -> Result<Fabric, FabricError> {
        let mut fabric = Fabric {
            endpoints: self.endpoints,
            retired: self.retired,
            node_names: self.node_names,
            runs: LinkRuns::with_room(0),
            links: self.links,
            tiers: self.tiers,
            media: self.media,
            levels: self.levels,
            router,
            weight_denominator: self.weight_denominator.unwrap_or(WEIGHT_DENOMINATOR),
            degraded: self.derated,
            never_full: (self.largest_loads.iter())
                .map(|load| !self.derated && load.is_some_and(|load| load <= 1.0))
                .collect(),
            cell: self.cell.filter(|_| !self.derated && self.retired == 0),
            injection: Vec::new(),
            tier_capacities: Vec::new(),
            even_shares: Vec::new(),
        };
        fabric.read_links(&self.failed)?;
        check(&fabric)?;
        if fabric.degraded || fabric.router.splits_unevenly(&fabric) {
            fabric.weight_denominator = finer(fabric.weight_denominator);
        }
        let share = |ways| even_share(fabric.weight_denominator, ways);
        fabric.even_shares = (0..=MOST_USUAL_WAYS).map(share).collect();
        Ok(fabric)
    }
}

impl Fabric {
    /// Checks all links and finds what is asked of many of them together, in one pass.
    fn read_links(&mut self, failed: &BTreeSet<LinkId>) -> Result<(), FabricError> {
        if self.endpoints == 0 {
            return Err(FabricError::NoEndpoints);
        }
        let mut runs = LinkRuns::with_room(self.links.len());
        let mut injection = vec![[0.0; 2]; self.endpoints];
        let mut tier_capacities = vec![0.0; self.tiers.len()];
        for (index, link) in self.links.iter().enumerate() {
            check_link(self, LinkId::new(index), failed)?;
            runs.add(index, link);
            let capacity = link.capacity.bytes_per_second();
            tier_capacities[link.tier.index()] += capacity;
            if let Some(of_endpoint) = injection.get_mut(link.from.index()) {
                of_endpoint[self.tiers[link.tier.index()].scope as usize] += capacity;
            }
        }
        (self.runs, self.injection, self.tier_capacities) = (runs.complete(), injection, tier_capacities);
        Ok(())
    }
}

fn check(fabric: &Fabric) -> Result<(), FabricError> {
    for level in &fabric.levels {
        if level.endpoints() != fabric.endpoints {
            return Err(FabricError::BadLevel {
                level: level.name.clone(),
                placed: level.endpoints(),
                endpoints: fabric.endpoints,
            });
        }
    }
    if fabric.cell.is_some() {
        return Ok(());
    }
    match first_unreachable(fabric) {
        None => Ok(()),
        Some((from, to)) => Err(FabricError::Disconnected {
            from: fabric.node_name(from.into()).to_owned(),
            to: fabric.node_name(to.into()).to_owned(),
        }),
    }
}

fn check_link(fabric: &Fabric, id: LinkId, failed: &BTreeSet<LinkId>) -> Result<(), FabricError> {
    let link = fabric.link(id);
    let nodes = fabric.node_names.len();
    for node in [link.from.index(), link.to.index()] {
        if node >= nodes {
            return Err(FabricError::NoSuchNode { link: id.index(), node, nodes });
        }
    }
    let rate = link.capacity.bytes_per_second();
    if !(rate > 0.0 && rate.is_finite() || failed.contains(&id)) {
        let bytes_per_second = rate.to_string();
        return Err(FabricError::BadCapacity { name: fabric.link_name(id), bytes_per_second });
    }
    if link.from == link.to {
        return Err(FabricError::SelfLoop { name: fabric.link_name(id) });
    }
    Ok(())
}
