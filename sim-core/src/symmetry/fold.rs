//! The quotient: representatives of ranks and links, and routes between them.

use super::listing::Listing;
use super::refine::{Colours, refine};
use super::transfers::{Transfers, collect};
use super::verify::is_equitable;
use crate::fabric::{Fabric, Route, RoutingError};
use crate::ids::{LinkId, RankId};
use crate::network::Crossing;
use crate::transport::Planner;
use crate::workload::{Roles, Workload};
use std::collections::BTreeMap;
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
    class_of_link: Vec<u32>,
    /// For each link, the end of the run of links of its class that follow it.
    run_end: Vec<u32>,
}

impl Folding {
    /// Nothing is folded: every rank and every link stands for itself.
    pub fn identity(fabric: &Fabric, ranks: usize) -> Self {
        let class_of_rank: Vec<u32> = (0..ranks as u32).collect();
        let class_of_link: Vec<u32> = (0..fabric.links().len() as u32).collect();
        Self::new(class_of_rank, class_of_link)
    }

    /// The coarsest folding that is exact, or [`Folding::identity`] when the proposed one is not.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub fn of(
        fabric: &Fabric,
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
    ) -> Result<Self, RoutingError> {
        Self::of_listing(fabric, &Listing::of((workload, roles), planner)?)
    }

    /// The coarsest folding of any workload that communicates what is listed.
    pub(super) fn of_listing(fabric: &Fabric, listing: &Listing) -> Result<Self, RoutingError> {
        let transfers = collect(fabric, listing)?;
        let colours = refine(&transfers, segment_kinds(fabric, &transfers));
        if !is_equitable(&transfers, &colours) {
            return Ok(Self::identity(fabric, listing.endpoints.len()));
        }
        let class_of_link = spread_over_links(fabric, &transfers, &colours);
        Ok(Self::new(colours.ranks, class_of_link))
    }

    fn new(class_of_rank: Vec<u32>, class_of_link: Vec<u32>) -> Self {
        let first_and_size = |classes: &[u32]| {
            let mut found: Vec<(usize, u64)> = Vec::new();
            for (index, &class) in classes.iter().enumerate() {
                if class as usize == found.len() {
                    found.push((index, 0));
                }
                found[class as usize].1 += 1;
            }
            found
        };
        let representative = |(rank, size): (usize, u64)| Representative {
            rank: RankId::new(rank),
            multiplicity: size as u32,
        };
        let links: Vec<FoldedLink> = first_and_size(&class_of_link)
            .into_iter()
            .map(|(link, multiplicity)| FoldedLink { link: LinkId::new(link), multiplicity })
            .collect();
        Self {
            representatives: first_and_size(&class_of_rank).into_iter().map(representative).collect(),
            class_of_rank,
            links,
            run_end: run_ends(&class_of_link),
            class_of_link,
        }
    }

    /// The simulated ranks, by class.
    pub fn representatives(&self) -> &[Representative] {
        &self.representatives
    }

    /// The class of a rank.
    pub fn class_of(&self, rank: RankId) -> usize {
        self.class_of_rank[rank.index()] as usize
    }

    /// The simulated links, by class.
    pub fn links(&self) -> &[FoldedLink] {
        &self.links
    }

    /// The weight of a route on each class of links, summed over the links of the class.
    pub fn weigh(&self, route: &Route) -> BTreeMap<u32, u64> {
        let mut weights = BTreeMap::new();
        for hop in route.hops() {
            let mut links = hop.range();
            while !links.is_empty() {
                let end = links.end.min(self.run_end[links.start] as usize);
                let class = self.class_of_link[links.start];
                *weights.entry(class).or_insert(0) += hop.weight * (end - links.start) as u64;
                links.start = end;
            }
        }
        weights
    }

    /// What a class of flows crosses: `flows` of them over routes that each weigh `weights` on the classes of links.
    ///
    /// # Panics
    /// When the links of a class would carry unequal weights: the folding would not be exact.
    pub fn crossings(&self, weights: &BTreeMap<u32, u64>, flows: u64) -> Rc<[Crossing]> {
        let crossing = |(&link, &weight): (&u32, &u64)| {
            let total = u128::from(weight) * u128::from(flows);
            let links = u128::from(self.links[link as usize].multiplicity);
            assert!(total.is_multiple_of(links), "links of a class carry equal weights");
            let weight =
                u64::try_from(total / links).expect("the weights of all flows on a link fit 64 bits");
            Crossing { link, weight }
        };
        weights.iter().map(crossing).collect()
    }
}

fn run_ends(classes: &[u32]) -> Vec<u32> {
    let mut ends = vec![classes.len() as u32; classes.len()];
    for link in (1..classes.len()).rev() {
        ends[link - 1] = if classes[link - 1] == classes[link] { ends[link] } else { link as u32 };
    }
    ends
}

/// Segments start with equal colours when their links are alike in themselves.
fn segment_kinds(fabric: &Fabric, transfers: &Transfers<'_>) -> Vec<u32> {
    let mut kinds = BTreeMap::new();
    let kind = |segment: usize| {
        let link = fabric.link(LinkId::new(transfers.segments.links(segment).start));
        let key = (link.capacity.bytes_per_second().to_bits(), link.latency, link.tier);
        let next = kinds.len() as u32;
        *kinds.entry(key).or_insert(next)
    };
    (0..transfers.segments.len()).map(kind).collect()
}

/// Names the classes of links densely in order of their first links.
fn spread_over_links(fabric: &Fabric, transfers: &Transfers<'_>, colours: &Colours) -> Vec<u32> {
    let mut names: BTreeMap<u32, u32> = BTreeMap::new();
    let mut class_of_link = vec![0; fabric.links().len()];
    for (segment, &colour) in colours.segments.iter().enumerate() {
        let next = names.len() as u32;
        let name = *names.entry(colour).or_insert(next);
        class_of_link[transfers.segments.links(segment)].fill(name);
    }
    class_of_link
}
