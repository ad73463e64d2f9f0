//! The quotient: representatives of ranks and links, and routes between them.

use super::assumptions::{Assumptions, Disturbance};
use super::crossed::User;
use super::few_blocks;
use super::listing::Listing;
use super::nodes::{NodeClass, node_classes, split_by_sequence};
use super::numbering::Numbering;
use super::refine::{Classes, Refinement};
use super::segments::Segments;
use super::transfers::{SOURCE, TARGET, Transfers, collect};
use super::verify::is_equitable;
use crate::collectives::Schedule;
use crate::fabric::{Fabric, Route, RoutingError};
use crate::ids::{CommunicatorId, EndpointId, LinkId, RankId};
use crate::network::Crossing;
use crate::transport::Planner;
use crate::workload::{Roles, Workload};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A rank that is simulated, and how many ranks it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Representative {
    /// The simulated rank.
    pub rank: RankId,
    /// The number of ranks, itself included, that do exactly the same at exactly the same times.
    pub multiplicity: u32,
}

/// A link that is simulated, and how many links it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedLink {
    /// The simulated link.
    pub link: LinkId,
    /// The number of links, itself included, that carry exactly the same.
    pub multiplicity: u64,
}

/// Which ranks and links stand for which.
#[derive(Debug)]
pub struct Folding {
    representatives: Vec<Representative>,
    class_of_rank: Vec<u32>,
    links: Vec<FoldedLink>,
    segments: Segments,
    class_of_segment: Vec<u32>,
    nodes: Vec<NodeClass>,
}

/// A single exchange of more transfers is not folded: listing them takes more time and memory than running them.
const MOST_TRANSFERS: usize = 1 << 21;

/// In place of the class of links that nothing crosses.
pub(super) const UNCROSSED: u32 = u32::MAX;

impl Folding {
    /// Nothing is folded: every rank and every link stands for itself.
    pub fn identity(fabric: &Fabric, ranks: usize) -> Self {
        let segments = Segments::single(fabric.links().len());
        let class_of_segment = (0..fabric.links().len() as u32).collect();
        Self::new((0..ranks as u32).collect(), segments, class_of_segment)
    }

    /// The coarsest folding that is exact, or [`Folding::identity`] when the proposed one is not.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub fn of(
        fabric: &Fabric,
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
        assumptions: &mut Assumptions,
    ) -> Result<Self, RoutingError> {
        loop {
            let listing = Listing::of((workload, roles), planner, assumptions)?;
            match Self::of_listing(fabric, &listing)? {
                Ok(folding) => return Ok(folding),
                Err(disturbed) => assumptions.give_up(disturbed, Disturbance::SharedLinks),
            }
        }
    }

    /// The folding of one collective by itself, whose ranks are its positions; those of different numbers are told apart.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub fn of_collective(
        fabric: &Fabric,
        places: &[EndpointId],
        schedule: &Schedule,
        numbers: Vec<u32>,
    ) -> Result<Self, RoutingError> {
        let listing = Listing::of_collective(places, schedule, numbers);
        let folding = Self::of_all(fabric, &listing)?;
        Ok(folding.unwrap_or_else(|_| Self::identity(fabric, places.len())))
    }

    /// The pairs of a class of links here and one of another folding that have links in common, each with how many.
    ///
    /// Each crossed run of links here consists of crossed runs there.
    pub fn common_links(&self, other: &Self) -> Vec<((u32, u32), u64)> {
        let mut pairs: Vec<((u32, u32), u64)> = Vec::new();
        for (segment, &class) in self.class_of_segment.iter().enumerate().filter(|of| *of.1 != UNCROSSED) {
            for there in other.segments.covering(self.segments.links(segment)) {
                let pair = (class, other.class_of_segment[there]);
                let links = other.segments.links(there).len() as u64;
                match pairs.last_mut() {
                    Some(last) if last.0 == pair => last.1 += links,
                    _ => pairs.push((pair, links)),
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        pairs
    }

    /// The coarsest folding of any workload that communicates what is listed; or the communicators that cannot be
    /// nodes, because their groups meet on links.
    pub(super) fn of_listing(
        fabric: &Fabric,
        listing: &Listing,
    ) -> Result<Result<Self, BTreeSet<CommunicatorId>>, RoutingError> {
        if let Some(folding) = few_blocks::fold(fabric, listing)? {
            return Ok(Ok(folding));
        }
        if listing.exchanged() > MOST_TRANSFERS {
            return Ok(Ok(Self::identity(fabric, listing.own.len())));
        }
        Self::of_all(fabric, listing)
    }

    /// The same, found by looking at all ranks.
    pub(super) fn of_all(
        fabric: &Fabric,
        listing: &Listing,
    ) -> Result<Result<Self, BTreeSet<CommunicatorId>>, RoutingError> {
        let transfers = collect(fabric, listing)?;
        let disturbed = transfers.disturbed(fabric);
        if !disturbed.is_empty() {
            return Ok(Err(disturbed));
        }
        let Some(classes) = divide(&transfers) else {
            let nodes = listing.nodes.iter().map(|node| node.communicator).collect::<BTreeSet<_>>();
            return Ok(if nodes.is_empty() {
                Ok(Self::identity(fabric, transfers.ranks))
            } else {
                Err(nodes)
            });
        };
        let rank_classes = &classes.things.class_of()[..transfers.ranks];
        let class_of_rank = named_in_order(rank_classes.iter().map(|&class| Some(class)));
        let class_of_segment = named_in_order(segment_classes(&transfers, &classes));
        let nodes = node_classes(listing, &transfers, &classes, &class_of_segment);
        Ok(Ok(Self { nodes, ..Self::new(class_of_rank, transfers.crossed.segments, class_of_segment) }))
    }

    fn new(class_of_rank: Vec<u32>, segments: Segments, class_of_segment: Vec<u32>) -> Self {
        let mut representatives: Vec<Representative> = Vec::new();
        for (rank, &class) in class_of_rank.iter().enumerate() {
            match representatives.get_mut(class as usize) {
                Some(known) => known.multiplicity += 1,
                None => representatives.push(Representative { rank: RankId::new(rank), multiplicity: 1 }),
            }
        }
        let links = folded_links(&segments, &class_of_segment);
        Self { representatives, class_of_rank, links, segments, class_of_segment, nodes: Vec::new() }
    }

    /// The groups whose collectives are nodes, by class.
    pub fn nodes(&self) -> &[NodeClass] {
        &self.nodes
    }

    /// The folding of more blocks of ranks than these, if all of these fold onto the first: then so do the others.
    pub(super) fn repeated(self, block: usize, (kept, blocks): (usize, usize)) -> Option<Self> {
        let first = &self.class_of_rank[..block];
        let onto_first = self.class_of_rank.chunks(block).all(|other| other == first);
        let even = self.links.iter().all(|link| link.multiplicity.is_multiple_of(kept as u64));
        if !onto_first || !even {
            return None;
        }
        let ranks = |of: Representative| Representative {
            multiplicity: of.multiplicity / kept as u32 * blocks as u32,
            ..of
        };
        let links =
            |of: FoldedLink| FoldedLink { multiplicity: of.multiplicity / kept as u64 * blocks as u64, ..of };
        Some(Self {
            class_of_rank: first.repeat(blocks),
            representatives: self.representatives.into_iter().map(ranks).collect(),
            links: self.links.into_iter().map(links).collect(),
            ..self
        })
    }

    /// The simulated ranks, by class.
    pub fn representatives(&self) -> &[Representative] {
        &self.representatives
    }

    /// The class of a rank.
    pub fn class_of(&self, rank: RankId) -> usize {
        self.class_of_rank[rank.index()] as usize
    }

    /// The simulated links, by class: all that any transfer crosses.
    pub fn links(&self) -> &[FoldedLink] {
        &self.links
    }

    /// The weight of a route on each class of links, summed over the links of the class.
    ///
    /// # Panics
    /// When the route is of no transfer that was listed.
    pub fn weigh(&self, route: &Route) -> BTreeMap<u32, u64> {
        let mut weights = BTreeMap::new();
        for hop in route.hops() {
            for segment in self.segments.covering(hop.range()) {
                let class = self.class_of_segment[segment];
                assert!(class != UNCROSSED, "a transfer crosses links that were listed");
                let links = self.segments.links(segment).len() as u64;
                *weights.entry(class).or_insert(0) += hop.weight * links;
            }
        }
        weights
    }

    /// What a class of flows crosses: `flows` of them over routes that each weigh `weights` on the classes of links.
    ///
    /// # Panics
    /// When the links of a class would carry unequal weights: the folding would not be exact.
    pub fn crossings(&self, weights: &BTreeMap<u32, u64>, flows: u64) -> Rc<[Crossing]> {
        weigh_all(weights, flows, &self.links).collect()
    }
}

/// What `flows` flows, each of which weighs `weights` on the classes of links, weigh on one link of each class.
///
/// # Panics
/// When the links of a class would carry unequal weights: the folding would not be exact.
pub(super) fn weigh_all(
    weights: &BTreeMap<u32, u64>,
    flows: u64,
    links: &[FoldedLink],
) -> impl Iterator<Item = Crossing> {
    weights.iter().map(move |(&link, &weight)| {
        let total = u128::from(weight) * u128::from(flows);
        let of_class = u128::from(links[link as usize].multiplicity);
        assert!(total.is_multiple_of(of_class), "links of a class carry equal weights");
        let weight = u64::try_from(total / of_class).expect("the weights of all flows on a link fit 64 bits");
        Crossing { link, weight }
    })
}

/// The classes of links, each with its first link.
pub(super) fn folded_links(segments: &Segments, class_of_segment: &[u32]) -> Vec<FoldedLink> {
    let mut links: Vec<FoldedLink> = Vec::new();
    for (segment, &class) in class_of_segment.iter().enumerate().filter(|(_, class)| **class != UNCROSSED) {
        let range = segments.links(segment);
        let multiplicity = range.len() as u64;
        match links.get_mut(class as usize) {
            Some(known) => known.multiplicity += multiplicity,
            None => links.push(FoldedLink { link: LinkId::new(range.start), multiplicity }),
        }
    }
    links
}

/// Everything in a workload that is divided into classes, listed: who sends to whom over which links.
#[derive(Debug)]
pub struct Structure(Transfers);

impl Structure {
    /// Lists a workload as [`Folding::of`] does before it looks for classes.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub fn of(
        fabric: &Fabric,
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
        assumptions: &mut Assumptions,
    ) -> Result<Self, RoutingError> {
        let listing = Listing::of((workload, roles), planner, assumptions)?;
        Ok(Self(collect(fabric, &listing)?))
    }

    /// The number of classes of ranks in the coarsest division, which has been checked; nothing if hashes have misled.
    pub fn classes_of_ranks(&self) -> Option<usize> {
        let classes = divide(&self.0)?;
        let of_ranks = classes.things.class_of()[..self.0.ranks].iter().map(|&class| Some(class));
        named_in_order(of_ranks).into_iter().max().map(|last| last as usize + 1)
    }
}

/// The coarsest division into classes, if it is equitable.
fn divide(transfers: &Transfers) -> Option<Classes> {
    let (hubs, things) = (transfers.hub_colours.clone(), transfers.thing_colours.clone());
    let mut refinement = Refinement::new(&transfers.incidences, hubs, things);
    split_by_sequence(transfers, &mut refinement);
    let classes = refinement.into_classes();
    let exact = is_equitable(&transfers.incidences, &classes) && messages_pair_up(transfers, &classes);
    exact.then_some(classes)
}

/// The classes of segments: of those that several hubs cross, as they were found; of others, by the class of their hub
/// and by what they are to it.
fn segment_classes(transfers: &Transfers, classes: &Classes) -> impl Iterator<Item = Option<u32>> {
    let shared = classes.things.len() as u32;
    let mut numbers = Numbering::default();
    (0..transfers.crossed.segments.len()).map(move |segment| match transfers.crossed.user(segment) {
        User::Nobody => None,
        User::Several(place) => Some(classes.things.class_of()[transfers.ranks + place as usize]),
        User::Hub(hub, property) => {
            Some(shared + numbers.number((classes.hubs.class_of()[hub as usize], property)))
        }
    })
}

/// Names classes densely in the order of their first members; those without a class have none.
pub(super) fn named_in_order(classes: impl Iterator<Item = Option<u32>>) -> Vec<u32> {
    let mut names: Vec<u32> = Vec::new();
    let mut next = 0;
    let mut name = |class: u32| {
        if class as usize >= names.len() {
            names.resize(class as usize + 1, u32::MAX);
        }
        let name = &mut names[class as usize];
        if *name == u32::MAX {
            *name = next;
            next += 1;
        }
        *name
    };
    classes.map(|class| class.map_or(UNCROSSED, &mut name)).collect()
}

/// A message joins one send of the one class with one receive of the other, so the classes are equally large.
fn messages_pair_up(transfers: &Transfers, classes: &Classes) -> bool {
    let mut seen = vec![false; classes.hubs.len()];
    let ends_are_equal = |hub: usize| {
        let size = |role: u64| {
            let incidences = transfers.incidences.of_hub(hub).iter();
            let mut ends = incidences.filter(|end| transfers.incidences.way(end.touch).role == role);
            ends.next().map(|end| classes.things.size(classes.things.class_of()[end.other as usize]))
        };
        size(SOURCE) == size(TARGET)
    };
    classes.hubs.class_of().iter().enumerate().all(|(hub, &class)| {
        let new = !std::mem::replace(&mut seen[class as usize], true);
        !new || !transfers.is_message(hub) || ends_are_equal(hub)
    })
}
