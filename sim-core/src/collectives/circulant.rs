//! Halving and doubling for any number of ranks, on circulant graphs.
//!
//! With `n` ranks the skips are `s_1 = ceil(n/2)`, `s_2 = ceil(s_1/2)`, ..., 1. In step `k` of a reduce-scatter each rank
//! sends the one `s_k` further on the `s_(k-1) - s_k` parts that it has summed for that rank and those after it;
//! an all-gather does the opposite. `ceil(log2 n)` steps and `(n-1)/n S` bytes each way, for powers of two and for
//! all others (Träff, *Optimal, non-pipelined reduce-scatter and allreduce algorithms*, 2024).

use super::{Atoms, Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// Halving for a reduce-scatter, doubling for an all-gather, both for an all-reduce.
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Schedule {
    let chunk = bytes.padded_chunk(ranks as u64);
    let halving = skips(ranks).into_iter().map(|(skip, blocks)| {
        let pattern = Pattern::Circulant { skip, blocks, back: false };
        Phase { combining: 1, ..Phase::new(pattern, 1, chunk * blocks as u64) }
    });
    let doubling = skips(ranks).into_iter().rev().map(|(skip, blocks)| {
        Phase::new(Pattern::Circulant { skip, blocks, back: true }, 1, chunk * blocks as u64)
    });
    let phases = match kind {
        CollectiveKind::ReduceScatter => halving.collect(),
        CollectiveKind::AllGather => doubling.collect(),
        _ => halving.chain(doubling).collect(),
    };
    Schedule::new(Algorithm::HalvingDoubling, ranks, phases)
}

/// Nobody goes on before everybody has come: after step `k` each rank has heard of `2^(k+1)` others (dissemination).
pub(super) fn barrier(ranks: usize) -> Schedule {
    let reaches = std::iter::successors(Some(1), |skip| Some(skip * 2)).take_while(|&skip| skip < ranks);
    let step = |skip: usize| {
        let pattern = Pattern::Circulant { skip, blocks: ranks, back: false };
        Phase { combining: 1, ..Phase::new(pattern, 1, Bytes::ZERO) }
    };
    Schedule::new(Algorithm::HalvingDoubling, ranks, reaches.map(step).collect())
}

/// The skips from the longest to the shortest, each with the number of parts that it moves.
fn skips(ranks: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut left = ranks;
    while left > 1 {
        let skip = left.div_ceil(2);
        found.push((skip, left - skip));
        left = skip;
    }
    found
}

/// The parts that a rank sends on: those for the receiver and after it, or its own and those after it.
pub(super) fn contents(
    ranks: usize,
    position: usize,
    (skip, blocks, back): (usize, usize, bool),
) -> Vec<Atoms> {
    let first = if back { position } else { position + skip };
    (first..first + blocks).map(|part| Atoms::one(part % ranks)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_ranks_takes_the_logarithm_in_steps_and_the_bytes_of_a_ring() {
        for (ranks, steps) in [(2, 2), (7, 6), (8, 6), (72, 14), (384, 18)] {
            let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(ranks as u64), ranks);
            assert_eq!(schedule.steps(), steps);
            assert_eq!(schedule.wire_bytes(), Bytes::new(2 * (ranks as u64 - 1)));
        }
    }
}
