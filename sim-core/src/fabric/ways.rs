//! The parallel ways between two endpoints, and what share of a flow takes each of them.
//!
//! Ways that are healthy and alike get equal shares. Otherwise each way gets a share in proportion to the rate that
//! it would have if the pair were alone and each way were a flow of its own: the max-min fair rates of the ways (see
//! `shares`). A link that several ways cross carries the sum of theirs, and a way with a failed link carries nothing.

use super::route::FailedLinks;
use super::shares::{max_min_shares, whole_weights};
use super::{Fabric, Route, RoutingError};
use crate::ids::LinkId;
use crate::units::{Bandwidth, Time};
use std::ops::{Deref, Range};

/// The parallel ways between two endpoints.
///
/// A family says which ways there are; how much of a flow takes each one follows from what is healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ways {
    /// Stages in the order of the path, each a range of consecutive links.
    ///
    /// There are as many ways as the longest stage has links, and every other stage's length divides that number:
    /// way `w` of `W` crosses link `w * len / W` of a stage with `len` links.
    Stages(Stages),
    /// One list of links for each way, in the order of the path.
    Paths(Vec<Vec<LinkId>>),
}

/// The most stages of a path: from an endpoint up three stages of switches, and down.
const MOST_STAGES: usize = 6;

/// Up to six stages of a path, in its order, each a range of consecutive links; they need no memory of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    ranges: [Range<usize>; MOST_STAGES],
    count: usize,
}

impl<const COUNT: usize> From<[Range<usize>; COUNT]> for Stages {
    #[inline]
    fn from(stages: [Range<usize>; COUNT]) -> Self {
        const { assert!(COUNT <= MOST_STAGES, "a path has up to six stages") };
        let ranges = std::array::from_fn(|place| stages.get(place).cloned().unwrap_or(0..0));
        Self { ranges, count: COUNT }
    }
}

impl Deref for Stages {
    type Target = [Range<usize>];

    fn deref(&self) -> &[Range<usize>] {
        &self.ranges[..self.count]
    }
}

impl Route {
    /// Puts the route over these ways in the place of this one, whose memory is used again; see [`Route::over`].
    ///
    /// # Errors
    /// [`RoutingError`] when every way crosses a failed link; this is then anything.
    ///
    /// # Panics
    /// As [`Route::over`].
    pub fn take_over(&mut self, fabric: &Fabric, ways: &Ways) -> Result<(), RoutingError> {
        match ways {
            Ways::Stages(stages) if self.take_even_stages(fabric, stages) => {}
            _ => *self = Self::over(fabric, ways)?,
        }
        Ok(())
    }

    /// The route over these ways, each link with its share of the flow.
    ///
    /// Complexity: O(links) when all are alike, else O(links x distinct capacities).
    ///
    /// # Errors
    /// [`RoutingError`] when every way crosses a failed link.
    ///
    /// # Panics
    /// When there is no way at all, or a way without links: the family that gives them knows better.
    pub fn over(fabric: &Fabric, ways: &Ways) -> Result<Self, RoutingError> {
        match ways {
            Ways::Stages(stages) if are_alike(fabric, stages) => Ok(Self::stages(fabric, stages)),
            _ => Bundle::new(ways).route(fabric),
        }
    }
}

impl Ways {
    /// Whether every way gets the same share, and that share is a whole weight.
    pub(crate) fn are_even(&self, fabric: &Fabric) -> bool {
        let shares = Bundle::new(self).shares(fabric);
        shares.iter().all(|share| *share == shares[0])
            && fabric.weight_denominator().is_multiple_of(shares.len() as u64)
    }
}

/// Whether each stage is healthy and its links carry equal shares.
fn are_alike(fabric: &Fabric, stages: &[Range<usize>]) -> bool {
    stages.iter().all(|stage| {
        let links = &fabric.links()[stage.clone()];
        let capacity = links.first().map_or(Bandwidth::ZERO, |first| first.capacity);
        capacity > Bandwidth::ZERO
            && (fabric.alike(stage).is_some() || links.iter().all(|link| link.capacity == capacity))
            && fabric.weight_denominator().is_multiple_of(links.len() as u64)
    })
}

/// Ways written out: which links each crosses, by their places among all links of the bundle.
struct Bundle {
    links: Vec<LinkId>,
    /// The places of the links of all ways, one way after another, in the order of the path.
    crossed: Vec<u32>,
    /// Where each way ends in `crossed`.
    ends: Vec<usize>,
}

impl Bundle {
    fn new(ways: &Ways) -> Self {
        match ways {
            Ways::Stages(stages) => Self::of_stages(stages),
            Ways::Paths(paths) => Self::of_paths(paths),
        }
    }

    fn of_stages(stages: &[Range<usize>]) -> Self {
        let ways = stages.iter().map(Range::len).max().unwrap_or(0);
        let links = stages.iter().flat_map(Clone::clone).map(LinkId::new).collect();
        let mut crossed = Vec::with_capacity(ways * stages.len());
        for way in 0..ways {
            let mut before = 0;
            for stage in stages {
                crossed.push((before + way * stage.len() / ways) as u32);
                before += stage.len();
            }
        }
        Self { links, crossed, ends: (1..=ways).map(|way| way * stages.len()).collect() }
    }

    fn of_paths(paths: &[Vec<LinkId>]) -> Self {
        let mut links = paths.concat();
        links.sort_unstable();
        links.dedup();
        let place = |link: &LinkId| links.binary_search(link).expect("every link was listed") as u32;
        let crossed = paths.iter().flatten().map(place).collect();
        let ends = paths.iter().scan(0, |end, path| {
            *end += path.len();
            Some(*end)
        });
        Self { ends: ends.collect(), crossed, links }
    }

    /// The places of the links of each way.
    fn ways(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.crossed[start..end])
    }

    fn shares(&self, fabric: &Fabric) -> Vec<f64> {
        let capacity = |&link: &LinkId| fabric.link(link).capacity.bytes_per_second();
        let capacities: Vec<f64> = self.links.iter().map(capacity).collect();
        max_min_shares(&capacities, &self.ways().collect::<Vec<_>>())
    }

    fn route(&self, fabric: &Fabric) -> Result<Route, RoutingError> {
        let weights = whole_weights(&self.shares(fabric), fabric.weight_denominator());
        if weights.iter().all(|&weight| weight == 0) {
            return Err(self.unreachable(fabric));
        }
        let mut of_links = vec![0; self.links.len()];
        let mut latency = Time::ZERO;
        for (way, &weight) in self.ways().zip(&weights).filter(|(_, weight)| **weight > 0) {
            let of_link = |&place: &u32| fabric.link(self.links[place as usize]).latency;
            latency = latency.max(way.iter().map(of_link).sum());
            way.iter().for_each(|&place| of_links[place as usize] += weight);
        }
        Ok(Route::weighted(fabric, self.links.iter().copied().zip(of_links).collect(), latency))
    }

    fn unreachable(&self, fabric: &Fabric) -> RoutingError {
        let end = |place: Option<&u32>| {
            let place = *place.expect("a family gives at least one way, and each crosses a link");
            fabric.link(self.links[place as usize])
        };
        let name = |node| fabric.node_name(node).to_owned();
        let mut failed: Vec<LinkId> =
            self.links.iter().copied().filter(|&link| fabric.has_failed(link)).collect();
        failed.sort_unstable();
        RoutingError::Unreachable {
            from: name(end(self.crossed.first()).from),
            to: name(end(self.crossed.last()).to),
            failed: FailedLinks(failed.into_iter().map(|link| fabric.link_name(link)).collect()),
        }
    }
}
