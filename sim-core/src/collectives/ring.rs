//! Rings: each rank sends to the next; reduce-scatter goes round once, all-gather once, all-reduce twice.

use super::{Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// `n - 1` steps of `ceil(S/n)` bytes for each time around (Patarasuk and Yuan, 2009).
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Schedule {
    let rounds = if kind == CollectiveKind::AllReduce { 2 } else { 1 };
    let around = Phase {
        pattern: Pattern::Ring { stride: 1, size: ranks },
        steps: rounds * (ranks - 1),
        bytes: bytes.padded_chunk(ranks as u64),
    };
    Schedule::new(Algorithm::Ring, ranks, vec![around])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_all_reduce_sends_twice_all_but_one_chunk() {
        // 2 * (4 - 1) * ceil(10 / 4) = 18 bytes.
        let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(10), 4);
        assert_eq!(schedule.wire_bytes(), Bytes::new(18));
        assert_eq!(schedule.steps(), 6);
    }

    #[test]
    fn one_rank_has_nothing_to_do() {
        assert_eq!(schedule(CollectiveKind::AllGather, Bytes::new(10), 1).steps(), 0);
    }
}
