//! Domains of one family, joined by a scale-out fabric: builds the fabric and routes in it.

use super::domain::{Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain};
use super::layout::{Layout, least_common_multiple};
use super::scale_out::{ChipPair, ScaleOut};
use crate::degrade::{Degradations, Geometry, Slots, TargetError, Wired, apply};
use crate::physical::ReachError;
use copperlight_core::fabric::{
    Fabric, FabricBuilder, FabricError, Level, Route, Router, RoutingError, Scope, WEIGHT_DENOMINATOR, Ways,
};
use copperlight_core::ids::{EndpointId, TierId};
use copperlight_core::routing::ShortestPath;
use std::sync::Arc;
use thiserror::Error;

/// The most chips of a fabric.
pub const MAXIMUM_CHIPS: usize = 1_000_000;

/// The most links of a fabric; each takes some tens of bytes.
const MAXIMUM_LINKS: usize = 100_000_000;

/// Why a fabric of so many chips cannot be built.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BuildError {
    /// No chip, or more than can be simulated.
    #[error("chips is {chips}; it must be 1 to {MAXIMUM_CHIPS}")]
    Chips {
        /// What was asked for.
        chips: usize,
    },
    /// Several domains and nothing between them.
    #[error(
        "{chips} chips do not fit one domain of {domain} and no scale-out fabric joins domains; use at most {domain} chips"
    )]
    NoScaleOut {
        /// What was asked for.
        chips: usize,
        /// What one domain holds.
        domain: usize,
    },
    /// The only domain is out of service as a whole.
    #[error("no chip is left in the domain, and no scale-out fabric joins others; remove fewer chips")]
    NoChipLeft,
    /// A last domain with a number of chips that the family does not wire.
    #[error(
        "{chips} chips leave {last} for the last domain, and {error}; use {below} or {above} chips in all"
    )]
    LastDomain {
        /// What was asked for.
        chips: usize,
        /// What is left for the last domain.
        last: usize,
        /// What is wrong with that.
        error: ParameterError,
        /// The next number of chips below that can be.
        below: usize,
        /// The next number above.
        above: usize,
    },
    /// More chips than a file of nodes and links has.
    #[error("{file} has {available} chips, not {chips}; use at most {available}, or add chips to the file")]
    GraphTooSmall {
        /// What was asked for.
        chips: usize,
        /// The file.
        file: String,
        /// What it has.
        available: usize,
    },
    /// More links than fit in memory.
    #[error(
        "{chips} chips would have {links} links, more than {MAXIMUM_LINKS}; use fewer chips, planes or uplinks"
    )]
    TooManyLinks {
        /// The chips.
        chips: usize,
        /// The links.
        links: usize,
    },
    /// Something to be degraded that is not there.
    #[error("degrade[{index}]: {error}")]
    Degrade {
        /// The number of the entry, counted from 0.
        index: usize,
        /// Why its target cannot be struck.
        error: TargetError,
    },
    /// A parameter of a family.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A cable that is longer than its medium reaches.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// The wiring.
    #[error(transparent)]
    Fabric(#[from] FabricError),
}

impl From<(usize, TargetError)> for BuildError {
    fn from((index, error): (usize, TargetError)) -> Self {
        Self::Degrade { index, error }
    }
}

/// Domains of one family and what joins them.
///
/// Chips fill whole domains first; the last one may be partial. A single domain has no scale-out links. Families number
/// places of chips; a place whose chip is out of service is wired like any other and loses its links afterwards.
#[derive(Debug, Clone)]
pub struct DomainsJoined {
    domain: Arc<dyn ScaleUpDomain>,
    chips_per_domain: usize,
    scale_out: Option<Arc<dyn ScaleOut>>,
    degradations: Degradations,
}

impl DomainsJoined {
    /// Domains of this kind, with nothing between them yet.
    pub fn new(domain: impl ScaleUpDomain + 'static) -> Self {
        Self::from_domain(Arc::new(domain))
    }

    /// The same for a family that is chosen at run time.
    pub(crate) fn from_domain(domain: Arc<dyn ScaleUpDomain>) -> Self {
        let chips_per_domain = domain.chips();
        Self { domain, chips_per_domain, scale_out: None, degradations: Degradations::default() }
    }

    /// Joins the domains.
    #[must_use]
    pub fn joined_by(self, scale_out: impl ScaleOut + 'static) -> Self {
        self.joined_by_any(Arc::new(scale_out))
    }

    /// The same for a family that is chosen at run time.
    #[must_use]
    pub(crate) fn joined_by_any(mut self, scale_out: Arc<dyn ScaleOut>) -> Self {
        self.scale_out = Some(scale_out);
        self
    }

    /// Uses only the first chips of each domain.
    #[must_use]
    pub fn with_chips_per_domain(mut self, chips: usize) -> Self {
        self.chips_per_domain = chips;
        self
    }

    /// The same with parts that are slow or gone.
    #[must_use]
    pub(crate) fn degraded(mut self, degradations: Degradations) -> Self {
        self.degradations = degradations;
        self
    }

    /// How places of chips make up trays and domains.
    pub(crate) fn geometry(&self) -> Geometry {
        Geometry {
            chips_per_domain: self.chips_per_domain,
            chips_per_node: self.domain.chips_per_node(),
            most_places: MAXIMUM_CHIPS,
        }
    }

    /// The domain that is repeated.
    pub fn domain(&self) -> &dyn ScaleUpDomain {
        self.domain.as_ref()
    }

    /// Checks all parameters.
    ///
    /// # Errors
    /// [`ParameterError`] names the parameter that cannot be.
    pub fn check(&self) -> Result<(), ParameterError> {
        self.domain.check()?;
        let chips = self.domain.chips();
        if !(1..=chips).contains(&self.chips_per_domain) {
            return Err(ParameterError::ChipsPerDomain { asked: self.chips_per_domain, chips });
        }
        self.scale_out.as_ref().map_or(Ok(()), |scale_out| scale_out.check())
    }

    /// Checks that the parameters go together, whatever the number of chips.
    ///
    /// # Errors
    /// [`ParameterError`] names what cannot be, and the nearest that can.
    pub fn check_together(&self) -> Result<(), ParameterError> {
        self.domain.check_chips(self.chips_per_domain)?;
        self.scale_out.as_ref().map_or(Ok(()), |scale_out| scale_out.check_chips(1))
    }

    /// Checks that so many chips, 1 to [`MAXIMUM_CHIPS`], can be laid out in domains and joined.
    fn check_layout(&self, layout: &Layout) -> Result<(), BuildError> {
        let chips = layout.chips();
        self.domain.check_chips(layout.chips_of(0))?;
        if layout.domains() == 1 {
            return Ok(());
        }
        let last = layout.chips_of(layout.domains() - 1);
        self.domain.check_chips(last).map_err(|error| last_domain(chips, last, error))?;
        self.scale_out.as_ref().map_or(Ok(()), |scale_out| Ok(scale_out.check_chips(chips)?))
    }

    /// The parts of a fabric of `chips` chips, in closed form; the stages of scale-out come last.
    pub fn counts(&self, chips: usize) -> Counts {
        let layout = self.layout(chips);
        let mut total = Counts::default();
        for domain_chips in layout.domain_sizes() {
            let counts = self.domain.counts(domain_chips);
            total.chips += counts.chips;
            total.nodes += counts.nodes;
            add_each(&mut total.switches, &counts.switches);
            add_each(&mut total.links, &counts.links);
        }
        if let (Some(scale_out), true) = (&self.scale_out, layout.domains() > 1) {
            let joining = scale_out.counts(&layout);
            total.switches.extend(joining.switches);
            total.links.extend(joining.links);
        }
        total
    }

    /// Checks that a fabric of `chips` chips can be built.
    ///
    /// # Errors
    /// [`BuildError`] when the parameters or the number of chips cannot be.
    pub fn check_chips(&self, chips: usize) -> Result<(), BuildError> {
        self.checked_slots(chips).map(drop)
    }

    /// Where the chips stand, once everything is checked.
    fn checked_slots(&self, chips: usize) -> Result<Slots, BuildError> {
        self.check()?;
        if !(1..=MAXIMUM_CHIPS).contains(&chips) {
            return Err(BuildError::Chips { chips });
        }
        let slots = self.degradations.slots(chips, self.geometry())?;
        let layout = self.layout(slots.places);
        if layout.domains() > 1 && self.scale_out.is_none() {
            return Err(match self.degradations.in_service(self.chips_per_domain, self.geometry())? {
                0 => BuildError::NoChipLeft,
                domain => BuildError::NoScaleOut { chips, domain },
            });
        }
        self.check_layout(&layout)?;
        let links = self.counts(slots.places).links.iter().sum();
        if links > MAXIMUM_LINKS {
            return Err(BuildError::TooManyLinks { chips, links });
        }
        Ok(slots)
    }

    /// Builds the fabric of `chips` chips.
    ///
    /// Levels are `node`, where the family has one, and `domain`. Costs O(links).
    ///
    /// # Errors
    /// As [`DomainsJoined::check_chips`].
    pub fn build(&self, chips: usize) -> Result<Fabric, BuildError> {
        let slots = self.checked_slots(chips)?;
        let layout = self.layout(slots.places);
        let counts = self.counts(slots.places);
        let mut builder = FabricBuilder::new();
        builder.reserve(slots.places + counts.switches.iter().sum::<usize>(), counts.links.iter().sum());
        let ways = self.scale_out.as_ref().map_or(1, |scale_out| scale_out.most_ways());
        builder.weight_denominator(denominator(&[self.domain.most_ways(), ways]));
        add_endpoints(&mut builder, &layout);
        self.add_levels(&mut builder, &layout);
        self.wire_domains(&mut builder, &layout);
        if let (Some(scale_out), true) = (&self.scale_out, layout.domains() > 1) {
            scale_out.wire(&mut builder, &layout);
        }
        if let Some(chips) = self.cell(&layout) {
            builder.cell(chips);
        }
        self.degrade(&mut builder, &layout, &slots)?;
        Ok(builder.build(Box::new(self.router(layout, &slots)))?)
    }

    fn degrade(
        &self,
        builder: &mut FabricBuilder,
        layout: &Layout,
        slots: &Slots,
    ) -> Result<(), (usize, TargetError)> {
        let wired = Wired {
            domain: self.domain.as_ref(),
            scale_out: self.scale_out.as_deref(),
            layout,
            geometry: self.geometry(),
            first_scale_out_link: self.first_scale_out_link(layout),
        };
        apply(builder, wired, (&self.degradations, slots))
    }

    /// How many chips make a cell; none where the last domain is smaller than the others.
    fn cell(&self, layout: &Layout) -> Option<usize> {
        match &self.scale_out {
            _ if layout.domains() == 1 => self.domain.cell(layout.chips()),
            Some(scale_out) if layout.chips().is_multiple_of(layout.chips_per_domain()) => {
                scale_out.cell(layout)
            }
            _ => None,
        }
    }

    fn links_of(&self, chips: usize) -> usize {
        self.domain.counts(chips).links.iter().sum()
    }

    fn first_scale_out_link(&self, layout: &Layout) -> usize {
        layout.domain_sizes().map(|chips| self.links_of(chips)).sum()
    }

    fn layout(&self, chips: usize) -> Layout {
        Layout::new(chips, self.chips_per_domain)
    }

    fn router(&self, layout: Layout, slots: &Slots) -> JoinedRouter {
        JoinedRouter {
            domain: Arc::clone(&self.domain),
            scale_out: self.scale_out.clone(),
            links_per_domain: self.links_of(layout.chips_of(0)),
            first_scale_out_link: self.first_scale_out_link(&layout),
            place_of_chip: slots.place_of_chip(),
            detours: ShortestPath::default(),
            layout,
        }
    }

    fn add_levels(&self, builder: &mut FabricBuilder, layout: &Layout) {
        let index = |value: usize| u32::try_from(value).expect("a container is numbered below a million");
        if let Some(node_size) = self.domain.chips_per_node() {
            let nodes_per_domain = layout.chips_per_domain().div_ceil(node_size);
            let node = |chip| {
                let (domain, local) = layout.position(chip);
                index(domain * nodes_per_domain + local / node_size)
            };
            builder.level(Level::new("node", (0..layout.chips()).map(node).collect()));
        }
        let domain = |chip| index(layout.position(chip).0);
        builder.level(Level::new("domain", (0..layout.chips()).map(domain).collect()));
    }

    fn wire_domains(&self, builder: &mut FabricBuilder, layout: &Layout) {
        let tiers: Vec<TierId> =
            self.domain.tiers().iter().map(|name| builder.tier(*name, Scope::ScaleUp)).collect();
        for (domain, chips) in layout.domain_sizes().enumerate() {
            let first_chip = domain * layout.chips_per_domain();
            let name = format!("domain{domain}");
            self.domain.wire(builder, &DomainSite { name, first_chip, chips, tiers: &tiers });
        }
    }
}

/// Routes by rule: inside a domain as its family says, else as the scale-out family says.
///
/// A pair whose ways have all failed takes the path of least latency that is left, through other chips if need be.
#[derive(Debug)]
struct JoinedRouter {
    domain: Arc<dyn ScaleUpDomain>,
    scale_out: Option<Arc<dyn ScaleOut>>,
    layout: Layout,
    links_per_domain: usize,
    first_scale_out_link: usize,
    /// Where each chip stands; `None` when the n-th stands in the n-th place.
    place_of_chip: Option<Vec<u32>>,
    /// Searched only where every way of a rule has failed.
    detours: ShortestPath,
}

impl JoinedRouter {
    /// The place of an endpoint in the layout, which counts places without a chip too.
    fn place(&self, chip: EndpointId) -> usize {
        self.place_of_chip.as_ref().map_or(chip.index(), |places| places[chip.index()] as usize)
    }

    fn ways(&self, from: usize, to: usize) -> Ways {
        let (domain, local_from) = self.layout.position(from);
        let (other_domain, local_to) = self.layout.position(to);
        if domain != other_domain {
            let scale_out = self.scale_out.as_ref().expect("several domains are joined");
            let pair = ChipPair { first_link: self.first_scale_out_link, from, to };
            return scale_out.ways(&self.layout, pair);
        }
        self.domain.ways(DomainPair {
            first_link: domain * self.links_per_domain,
            chips: self.layout.chips_of(domain),
            from: local_from,
            to: local_to,
        })
    }
}

impl Router for JoinedRouter {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let mut route = Route::local();
        self.route_into(fabric, (from, to), &mut route)?;
        Ok(route)
    }

    fn route_into(
        &self,
        fabric: &Fabric,
        (from, to): (EndpointId, EndpointId),
        route: &mut Route,
    ) -> Result<(), RoutingError> {
        let ways = self.ways(self.place(from), self.place(to));
        // When no detour is left either, what failed on the ways of the rule says more than the search can.
        route.take_over(fabric, &ways).or_else(|failed| {
            *route = self.detours.route(fabric, from, to).map_err(|_| failed)?;
            Ok(())
        })
    }
}

/// What is wrong with a last domain, said of all chips.
fn last_domain(chips: usize, last: usize, error: ParameterError) -> BuildError {
    match error {
        ParameterError::NoBox { below, above, .. } => {
            let whole = chips - last;
            BuildError::LastDomain { chips, last, error, below: whole + below, above: whole + above }
        }
        error => BuildError::Parameter(error),
    }
}

fn add_endpoints(builder: &mut FabricBuilder, layout: &Layout) {
    for chip in 0..layout.chips() {
        let (domain, local) = layout.position(chip);
        builder.endpoint(format!("domain{domain}/chip{local}"));
    }
}

fn add_each(total: &mut Vec<usize>, counts: &[usize]) {
    total.resize(total.len().max(counts.len()), 0);
    for (sum, count) in total.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// The least common multiple of the usual denominator and the ways of the widest sprays.
fn denominator(ways: &[usize]) -> u64 {
    let usual = WEIGHT_DENOMINATOR as usize;
    ways.iter().fold(usual, |denominator, &ways| least_common_multiple(denominator, ways)) as u64
}
