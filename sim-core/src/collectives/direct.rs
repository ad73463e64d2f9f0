//! Direct exchange: every rank sends to every other at once.

use super::{Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// One step of `ceil(S/n)` bytes to each of the others; an all-reduce scatters and reduces, then gathers.
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Schedule {
    let shots = if kind == CollectiveKind::AllReduce { 2 } else { 1 };
    let steps = if ranks > 1 { shots } else { 0 };
    let exchange = Phase { pattern: Pattern::Everyone, steps, bytes: bytes.padded_chunk(ranks as u64) };
    Schedule::new(Algorithm::Direct, ranks, vec![exchange])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_all_reduce_takes_two_steps_and_the_bytes_of_a_ring() {
        let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(12), 4);
        assert_eq!(schedule.steps(), 2);
        assert_eq!(schedule.wire_bytes(), Bytes::new(18));
    }
}
