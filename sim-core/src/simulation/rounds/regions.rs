//! Where a program goes on in the same way: stretches of block instances that repeat themselves.

use crate::workload::Program;
use std::ops::Range;

/// Block instances that are the same as those `period` before, but for the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) instances: Range<u32>,
    pub(super) period: u32,
}

impl Region {
    /// How many whole periods follow an instance, or the start of the region.
    pub(super) fn rounds_after(&self, instance: u32) -> u32 {
        self.instances.end.saturating_sub(instance.max(self.instances.start)) / self.period
    }
}

/// So many instances are looked at, evenly spaced: shorter regions may be missed.
const LOOKS: usize = 64;

/// A region holds its period at least so many times.
const TIMES: usize = 4;

/// The regions of a program, in order; none overlaps another.
pub(super) fn regions(program: &Program) -> Vec<Region> {
    let blocks: Vec<u32> = (0..program.instances()).map(|at| program.block_number(at)).collect();
    regions_of(&blocks)
}

fn regions_of(blocks: &[u32]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let (mut at, mut free) = (0, 0);
    while at < blocks.len() {
        let step = blocks.len().div_ceil(LOOKS);
        let Some((period, length)) = repetition(&blocks[at..]) else {
            at += step;
            continue;
        };
        let same = |start: &usize| blocks[*start] == blocks[*start + period];
        let earlier = (free..at).rev().take_while(same).count();
        free = at + length;
        regions.push(Region { instances: (at - earlier) as u32..free as u32, period: period as u32 });
        at += length.max(step);
    }
    regions
}

/// The longest beginning of the blocks that holds its shortest period often enough: the period, and how long it is.
///
/// The longest border of each beginning tells its shortest period (Knuth, Morris and Pratt, *Fast pattern matching in
/// strings*, 1977).
fn repetition(blocks: &[u32]) -> Option<(usize, usize)> {
    let mut borders = vec![0_usize; blocks.len()];
    let mut longest = None;
    for length in 2..=blocks.len() {
        let last = blocks[length - 1];
        let mut border = borders[length - 2];
        while border > 0 && blocks[border] != last {
            border = borders[border - 1];
        }
        border += usize::from(blocks[border] == last);
        borders[length - 1] = border;
        if length >= TIMES * (length - border) {
            longest = Some((length - border, length));
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(blocks: &str) -> Vec<(Range<u32>, u32)> {
        let blocks: Vec<u32> = blocks.chars().map(u32::from).collect();
        regions_of(&blocks).into_iter().map(|region| (region.instances, region.period)).collect()
    }

    #[test]
    fn a_steady_state_is_found_between_its_start_and_its_end() {
        // Of one forward and one backward pass in turn, the first pair ends what is done once.
        assert_eq!(found("xfffbfbfbfbfbbb"), [(3..13, 2)]);
        assert_eq!(found("xaaaaaaabababababb"), [(1..8, 1), (8..17, 2)]);
    }

    #[test]
    fn repetitions_within_a_round_are_part_of_it() {
        assert_eq!(found("fffaaaabaaaabaaaabaaaabb"), [(3..23, 5)]);
    }

    #[test]
    fn what_comes_three_times_is_no_region() {
        assert_eq!(found("abcabcabc"), []);
        assert_eq!(found("abcabcabcabc"), [(0..12, 3)]);
        assert_eq!(found(""), []);
    }
}
