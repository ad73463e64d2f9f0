//! How much the transfers of a step load each link, without a look at the links that none of them crosses.

use crate::fabric::{Fabric, Hop, Scope};
use std::ops::Range;

/// Consecutive links that are loaded alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoadedRun {
    first: u32,
    count: u32,
    /// Which transfers cross it: those inside domains, those between them.
    pub(super) crossed_by: [bool; 2],
    /// The sum of weights times blocks.
    ///
    /// Blocks of an exchange with experts are bytes, and weights have large denominators: 64 bits are too few.
    pub(super) load: u128,
}

impl LoadedRun {
    pub(super) const fn links(&self) -> Range<usize> {
        self.first as usize..self.first as usize + self.count as usize
    }
}

/// Loads of the links of one step after another; keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// For each link, the place of the run that begins there, counted from 1; 0 for none.
    place_of_first: Vec<u32>,
    runs: Vec<LoadedRun>,
    /// Whether two runs were seen to begin at one link and to differ in length.
    overlap: bool,
}

impl Loads {
    /// Forgets all loads, on a fabric that is always the same.
    pub(super) fn clear(&mut self, fabric: &Fabric) {
        if self.place_of_first.is_empty() {
            self.place_of_first = vec![0; fabric.links().len()];
        }
        for run in self.runs.drain(..) {
            self.place_of_first[run.first as usize] = 0;
        }
        self.overlap = false;
    }

    /// Adds a hop of transfers of this scope, which carry so many blocks.
    pub(super) fn add(&mut self, hop: &Hop, scope: Scope, blocks: u64) {
        let first = hop.first.index();
        let load = u128::from(hop.weight) * u128::from(blocks);
        let place = self.place_of_first[first] as usize;
        if let Some(run) = place.checked_sub(1).map(|place| &mut self.runs[place])
            && run.count == hop.count
        {
            run.load += load;
            run.crossed_by[scope as usize] = true;
            return;
        }
        self.overlap |= place > 0;
        let mut crossed_by = [false; 2];
        crossed_by[scope as usize] = true;
        self.runs.push(LoadedRun { first: first as u32, count: hop.count, crossed_by, load });
        self.place_of_first[first] = self.runs.len() as u32;
    }

    /// All loads, each link in one run.
    pub(super) fn runs(&mut self) -> &[LoadedRun] {
        let begins_within = |run: &LoadedRun| {
            let inner = &self.place_of_first[run.links()][1..];
            inner.iter().any(|&place| place > 0)
        };
        if self.overlap || self.runs.iter().any(begins_within) {
            let parts = disjoint(&self.runs);
            self.runs.drain(..).for_each(|run| self.place_of_first[run.first as usize] = 0);
            self.runs = parts;
            self.overlap = false;
        }
        &self.runs
    }
}

/// Parts of runs that overlap, each with the sums of those that hold it.
fn disjoint(runs: &[LoadedRun]) -> Vec<LoadedRun> {
    let mut ends: Vec<(usize, bool, &LoadedRun)> =
        runs.iter().flat_map(|run| [(run.links().start, true, run), (run.links().end, false, run)]).collect();
    ends.sort_unstable_by_key(|&(link, ..)| link);
    let mut parts = Vec::new();
    let (mut from, mut load, mut crossing) = (0, 0, [0_u32; 2]);
    for (link, begins, run) in ends {
        if link > from && load > 0 {
            let crossed_by = crossing.map(|runs| runs > 0);
            parts.push(LoadedRun { first: from as u32, count: (link - from) as u32, crossed_by, load });
        }
        from = link;
        for (count, crosses) in crossing.iter_mut().zip(run.crossed_by) {
            let by = u32::from(crosses);
            *count = if begins { *count + by } else { *count - by };
        }
        load = if begins { load + run.load } else { load - run.load };
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: u32, count: u32, crossed_by: [bool; 2], load: u128) -> LoadedRun {
        LoadedRun { first, count, crossed_by, load }
    }

    #[test]
    fn overlapping_runs_are_cut_where_one_begins_or_ends() {
        // Links 2 to 5 by transfers inside, 4 to 7 by transfers between domains, 4 alone by others, and 9 apart.
        let (inside, outside) = ([true, false], [false, true]);
        let runs = [run(2, 4, inside, 3), run(4, 4, outside, 5), run(4, 1, inside, 7), run(9, 1, inside, 1)];
        let expected = [
            run(2, 2, inside, 3),
            run(4, 1, [true; 2], 15),
            run(5, 1, [true; 2], 8),
            run(6, 2, outside, 5),
            run(9, 1, inside, 1),
        ];
        assert_eq!(disjoint(&runs), expected);
    }
}
