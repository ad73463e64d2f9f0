//! Links that every route loads alike, taken together.

use crate::fabric::Fabric;
use std::ops::Range;

/// A partition of the links into runs of consecutive identifiers such that each hop of each route covers whole runs.
#[derive(Debug)]
pub(super) struct Segments {
    starts: Vec<u32>,
    links: usize,
    /// For each link, whether a run starts there, in words; and how many start in the words before.
    starts_here: Vec<u64>,
    before: Vec<u32>,
}

const BITS: usize = u64::BITS as usize;

impl Segments {
    /// The coarsest such partition in which the links of a crossed run are also alike in themselves.
    pub(super) fn new(fabric: &Fabric, hops: impl Iterator<Item = Range<usize>>) -> Self {
        let links = fabric.links().len();
        let mut starts_here = vec![0_u64; links / BITS + 1];
        let mut start = |link: usize| starts_here[link / BITS] |= 1 << (link % BITS);
        start(0);
        start(links);
        for range in hops {
            start(range.start);
            start(range.end);
            for run in fabric.runs(range.clone()).filter(|run| (run.end as usize) < range.end) {
                start(run.end as usize);
            }
        }
        Self::of_starts(starts_here, links)
    }

    /// Every link by itself.
    pub(super) fn single(links: usize) -> Self {
        let mut starts_here = vec![u64::MAX; links / BITS + 1];
        let last = starts_here.len() - 1;
        starts_here[last] = (1 << (links % BITS)) | ((1 << (links % BITS)) - 1);
        Self::of_starts(starts_here, links)
    }

    fn of_starts(starts_here: Vec<u64>, links: usize) -> Self {
        let mut starts = Vec::new();
        let mut before = Vec::with_capacity(starts_here.len());
        for (word, &bits) in starts_here.iter().enumerate() {
            before.push(starts.len() as u32);
            let mut bits = bits;
            while bits != 0 {
                starts.push((word * BITS) as u32 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
        // The last run would start where the links end.
        starts.pop();
        Self { starts, links, starts_here, before }
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

    /// The segments that a hop of one of the routes consists of.
    pub(super) fn covering(&self, range: Range<usize>) -> Range<usize> {
        self.starting_before(range.start)..self.starting_before(range.end)
    }

    fn starting_before(&self, link: usize) -> usize {
        let below = self.starts_here[link / BITS] & ((1 << (link % BITS)) - 1);
        self.before[link / BITS] as usize + below.count_ones() as usize
    }
}
