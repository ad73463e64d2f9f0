//! Links that every route loads alike, taken together.

use crate::fabric::{Fabric, Hop, Route};
use crate::ids::LinkId;
use std::ops::Range;

/// A partition of the links into runs of consecutive identifiers such that each hop of each route covers whole runs.
#[derive(Debug)]
pub(super) struct Segments {
    starts: Vec<u32>,
    links: usize,
}

impl Segments {
    /// The coarsest such partition in which the links of a run are also alike in themselves.
    pub(super) fn new<'a>(fabric: &Fabric, routes: impl Iterator<Item = &'a Route>) -> Self {
        let links = fabric.links().len();
        let mut boundary = vec![false; links + 1];
        for range in routes.flat_map(Route::hops).map(Hop::range) {
            boundary[range.start] = true;
            boundary[range.end] = true;
        }
        let alike = |a: usize, b: usize| {
            let (a, b) = (fabric.link(LinkId::new(a)), fabric.link(LinkId::new(b)));
            a.capacity == b.capacity && a.latency == b.latency && a.tier == b.tier
        };
        let starts_here = |&link: &usize| link == 0 || boundary[link] || !alike(link - 1, link);
        let starts = (0..links).filter(starts_here).map(|link| link as u32).collect();
        Self { starts, links }
    }

    /// The number of segments.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The links of a segment.
    pub(super) fn links(&self, segment: usize) -> Range<usize> {
        let end = self.starts.get(segment + 1).map_or(self.links, |&start| start as usize);
        self.starts[segment] as usize..end
    }

    /// The segments that a range of links consists of.
    pub(super) fn covering(&self, range: Range<usize>) -> Range<usize> {
        let find = |link: usize| self.starts.partition_point(|&start| (start as usize) < link);
        find(range.start)..find(range.end)
    }
}
