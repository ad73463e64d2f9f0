//! Runs of links that are alike, found without a look at the links.

use super::Link;
use crate::ids::TierId;
use crate::units::{Bandwidth, Time};
use std::ops::Range;

/// Consecutive links of one capacity, one latency and one tier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinkRun {
    /// The first link after it.
    pub(crate) end: u32,
    pub(crate) tier: TierId,
    pub(crate) capacity: Bandwidth,
    pub(crate) latency: Time,
}

/// All runs of a fabric, with an index by blocks of links.
///
/// A structured fabric has few runs however many its links, so that what routes ask for stays in a cache.
#[derive(Debug)]
pub(super) struct LinkRuns {
    runs: Vec<LinkRun>,
    /// The run that holds the first link of each block, and at last the last run.
    of_block: Vec<u32>,
}

/// The links of a block.
const BLOCK: usize = 64;

impl LinkRuns {
    /// No runs yet, with room for so many links.
    pub(super) fn with_room(links: usize) -> Self {
        Self { runs: Vec::new(), of_block: Vec::with_capacity(links / BLOCK + 2) }
    }

    /// Adds the next link; each has an identifier one above that of the link before.
    pub(super) fn add(&mut self, index: usize, link: &Link) {
        let end = u32::try_from(index + 1).expect("links are numbered in 32 bits");
        let (tier, capacity, latency) = (link.tier, link.capacity, link.latency);
        let continues =
            |run: &&mut LinkRun| run.capacity == capacity && run.latency == latency && run.tier == tier;
        match self.runs.last_mut().filter(continues) {
            Some(run) => run.end = end,
            None => self.runs.push(LinkRun { end, tier, capacity, latency }),
        }
        if index.is_multiple_of(BLOCK) {
            self.of_block.push(self.runs.len() as u32 - 1);
        }
    }

    /// The runs, after the last link.
    pub(super) fn complete(mut self) -> Self {
        self.of_block.push((self.runs.len() as u32).saturating_sub(1));
        self
    }

    /// The place of the run that holds a link.
    #[inline]
    fn place(&self, link: usize) -> usize {
        let block = link / BLOCK;
        let (first, last) = (self.of_block[block] as usize, self.of_block[block + 1] as usize);
        let ends_before = |run: &LinkRun| run.end as usize <= link;
        if first == last { first } else { first + self.runs[first..last].partition_point(ends_before) }
    }

    /// The run that holds all of these links, one at least, if there is one.
    #[inline]
    pub(super) fn holding(&self, links: &Range<usize>) -> Option<&LinkRun> {
        Some(&self.runs[self.place(links.start)]).filter(|run| links.end <= run.end as usize)
    }

    /// The runs that hold these links, one after another.
    pub(super) fn across(&self, links: Range<usize>) -> impl Iterator<Item = &LinkRun> {
        let first = if links.is_empty() { self.runs.len() } else { self.place(links.start) };
        let mut begins_within = true;
        self.runs[first..]
            .iter()
            .take_while(move |run| std::mem::replace(&mut begins_within, (run.end as usize) < links.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::NodeId;

    #[test]
    fn runs_are_found_in_every_block() {
        // Runs of 1, 2, 3, ... links, so that some begin and some end in each block.
        let length = |run: usize| run % 90 + 1;
        let links: Vec<Link> = (0..200)
            .flat_map(|run| {
                let link = Link {
                    from: NodeId::new(0),
                    to: NodeId::new(1),
                    capacity: Bandwidth::from_gigabytes_per_second(1.0),
                    latency: Time::from_picoseconds(run as u64),
                    tier: TierId::new(0),
                    medium: 0,
                };
                std::iter::repeat_n(link, length(run))
            })
            .collect();
        let of = |links: &[Link]| {
            let mut runs = LinkRuns::with_room(links.len());
            links.iter().enumerate().for_each(|(index, link)| runs.add(index, link));
            runs.complete()
        };
        let runs = of(&links);
        for first in 0..links.len() {
            for end in [first + 1, first + 5, first + 70].into_iter().filter(|&end| end <= links.len()) {
                let mut latencies: Vec<Time> = links[first..end].iter().map(|link| link.latency).collect();
                latencies.dedup();
                let across: Vec<Time> = runs.across(first..end).map(|run| run.latency).collect();
                assert_eq!(across, latencies, "{first}..{end}");
                let holding = runs.holding(&(first..end)).map(|run| run.latency);
                assert_eq!(holding, (latencies.len() == 1).then_some(latencies[0]), "{first}..{end}");
            }
        }
        assert_eq!(of(&[]).across(0..0).count(), 0);
    }
}
