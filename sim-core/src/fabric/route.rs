//! Routes: weighted sets of links, and the interface that finds them.

use super::Fabric;
use crate::ids::{EndpointId, LinkId};
use crate::units::{Bandwidth, Time};
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// The usual denominator of weights: it is divisible by every spray of up to 16 ways, by 18 and by 112.
pub const WEIGHT_DENOMINATOR: u64 = 720_720;

/// Links with consecutive identifiers that a flow crosses with one weight each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// The first link.
    pub first: LinkId,
    /// How many links.
    pub count: u32,
    /// The share of the flow on each link, as a numerator over [`Fabric::weight_denominator`].
    pub weight: u64,
}

impl Hop {
    /// The links as a range of indices.
    pub const fn range(&self) -> Range<usize> {
        self.first.index()..self.first.index() + self.count as usize
    }
}

/// A set of links with weights and the delay of the first byte.
///
/// A *path* has the full weight on each link; a *spray* splits it over parallel planes and its latency is the
/// largest of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    hops: Vec<Hop>,
    latency: Time,
}

impl Route {
    /// The route of an endpoint to itself: no links, no delay.
    pub const fn local() -> Self {
        Self { hops: Vec::new(), latency: Time::ZERO }
    }

    /// Makes this the route of an endpoint to itself, and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.hops.clear();
        self.latency = Time::ZERO;
    }

    /// Makes this what [`Route::stages`] gives, where each stage is healthy and of links that are alike, and is divided
    /// into whole weights; else false, and this is then anything.
    pub(super) fn take_even_stages(&mut self, fabric: &Fabric, stages: &[Range<usize>]) -> bool {
        self.clear();
        for stage in stages {
            let weight = fabric.even_share(stage.len());
            if weight == 0 {
                return false;
            }
            let Some(run) = fabric.alike(stage).filter(|run| run.capacity > Bandwidth::ZERO) else {
                return false;
            };
            self.latency += run.latency;
            self.hops.push(Hop { first: LinkId::new(stage.start), count: stage.len() as u32, weight });
            // Stages are few, and nearly in the order of their links.
            let mut at = self.hops.len() - 1;
            while at > 0 && self.hops[at - 1].first > self.hops[at].first {
                self.hops.swap(at - 1, at);
                at -= 1;
            }
        }
        assert_disjoint(&self.hops);
        true
    }

    /// A route over single links, each crossed by the whole flow.
    pub fn path(fabric: &Fabric, links: &[LinkId]) -> Self {
        Self::spray(fabric, std::slice::from_ref(&links))
    }

    /// A route split evenly over parallel paths; links may recur among them.
    ///
    /// # Panics
    /// When the number of paths does not divide the fabric's weight denominator: the family that sprays
    /// chooses its denominator.
    pub fn spray<P: AsRef<[LinkId]>>(fabric: &Fabric, paths: &[P]) -> Self {
        let weight = share(fabric, paths.len());
        let latency = |path: &P| path.as_ref().iter().map(|&link| fabric.link(link).latency).sum();
        let single = |&first: &LinkId| Hop { first, count: 1, weight };
        let mut hops: Vec<Hop> = paths.iter().flat_map(|path| path.as_ref().iter().map(single)).collect();
        merge_repeated_links(&mut hops);
        Self { hops, latency: paths.iter().map(latency).max().unwrap_or_default() }
    }

    /// A route in stages, each stage split evenly over links with consecutive identifiers.
    ///
    /// This is how structured families spray: one range for the links up, one for the links between switches,
    /// one for the links down. Links of one range are loaded alike by construction, which folding relies on.
    ///
    /// # Panics
    /// When the length of a stage does not divide the fabric's weight denominator, or stages share a link.
    pub fn stages(fabric: &Fabric, stages: &[Range<usize>]) -> Self {
        let stage_latency = |stage: &Range<usize>| {
            let links = &fabric.links()[stage.clone()];
            let different = if fabric.alike(stage).is_some() { 1 } else { links.len() };
            links[..different].iter().map(|link| link.latency).max()
        };
        let hop = |links: &Range<usize>| Hop {
            first: LinkId::new(links.start),
            count: u32::try_from(links.len()).expect("a stage has few links"),
            weight: share(fabric, links.len()),
        };
        let mut hops: Vec<Hop> = stages.iter().map(hop).collect();
        hops.sort_unstable();
        assert_disjoint(&hops);
        Self { hops, latency: stages.iter().filter_map(stage_latency).sum() }
    }

    /// A route of links with the weights given, each link once; those without weight are left out.
    pub(super) fn weighted(fabric: &Fabric, mut weights: Vec<(LinkId, u64)>, latency: Time) -> Self {
        weights.sort_unstable();
        let single = |(first, weight): (LinkId, u64)| Hop { first, count: 1, weight };
        Self::joined(fabric, weights.into_iter().filter(|link| link.1 > 0).map(single), latency)
    }

    /// A route of hops in the order of their links, which hold no link twice; those that continue one another are joined.
    pub(super) fn joined(fabric: &Fabric, parts: impl IntoIterator<Item = Hop>, latency: Time) -> Self {
        let mut hops: Vec<Hop> = Vec::new();
        for part in parts {
            let continues = |last: &&mut Hop| {
                let same_tier = fabric.link(last.first).tier == fabric.link(part.first).tier;
                last.range().end == part.range().start && last.weight == part.weight && same_tier
            };
            match hops.last_mut().filter(continues) {
                Some(last) => last.count += part.count,
                None => hops.push(part),
            }
        }
        Self { hops, latency }
    }

    /// The links in ascending order, each once; the links of one hop are of one tier.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// The delay of the first byte.
    pub fn latency(&self) -> Time {
        self.latency
    }
}

fn assert_disjoint(hops: &[Hop]) {
    let disjoint = hops.windows(2).all(|pair| pair[0].range().end <= pair[1].range().start);
    assert!(disjoint, "the stages of a route share no link");
}

fn share(fabric: &Fabric, ways: usize) -> u64 {
    let (ways, denominator) = (ways as u64, fabric.weight_denominator());
    assert!(ways > 0 && denominator.is_multiple_of(ways), "{ways} ways must divide {denominator}");
    denominator / ways
}

fn merge_repeated_links(hops: &mut Vec<Hop>) {
    hops.sort_unstable();
    hops.dedup_by(|next, kept| {
        let same = next.first == kept.first;
        if same {
            kept.weight += next.weight;
        }
        same
    });
}

/// Why two endpoints have no route.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RoutingError {
    /// No path joins the two.
    #[error("no healthy path from {from} to {to}{failed}; restore a link or a switch between them")]
    Unreachable {
        /// The name of the sender.
        from: String,
        /// The name of the receiver.
        to: String,
        /// The failed links of the ways between the two, where those are known.
        failed: FailedLinks,
    },
}

/// The names of failed links; shown as a part of a sentence, which names the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailedLinks(pub Vec<String>);

impl fmt::Display for FailedLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [] => Ok(()),
            [only] => write!(f, ": `{only}` has failed"),
            [first, second] => write!(f, ": `{first}` and `{second}` have failed"),
            [first, rest @ ..] => write!(f, ": `{first}` and {} more links have failed", rest.len()),
        }
    }
}

/// Finds routes: by rule in structured families, by search in any graph.
pub trait Router: fmt::Debug + Send + Sync {
    /// The route between two different endpoints.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins them.
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError>;

    /// The same in the place of `route`, whose memory is used again by routers that are asked for many routes.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins them; `route` is then anything.
    fn route_into(
        &self,
        fabric: &Fabric,
        (from, to): (EndpointId, EndpointId),
        route: &mut Route,
    ) -> Result<(), RoutingError> {
        *route = self.route(fabric, from, to)?;
        Ok(())
    }

    /// Whether routes on a healthy fabric may split in other shares than its weight denominator divides into.
    ///
    /// The fabric then gets a finer one. Families that choose their denominator need none.
    fn splits_unevenly(&self, _fabric: &Fabric) -> bool {
        false
    }
}
