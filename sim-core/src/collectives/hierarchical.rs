//! Hierarchical collectives: rings within each tier, from the inside out and back.

use super::{GroupShape, Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// Reduce-scatter goes from the inside out, all-gather from the outside in, all-reduce there and back.
///
/// A tier of `g` ranks with `q` chunks left to share moves `g - 1` chunks of `ceil(ceil(S/q)/g)` bytes.
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, shape: &GroupShape) -> Schedule {
    let outward = tier_phases(bytes, shape);
    let inward = outward.iter().rev().map(|phase| Phase { first: phase.steps, combining: 0, ..*phase });
    let phases = match kind {
        CollectiveKind::ReduceScatter => outward,
        CollectiveKind::AllGather => inward.collect(),
        _ => outward.iter().copied().chain(inward).collect(),
    };
    Schedule::new(Algorithm::Hierarchical, shape.ranks(), phases)
}

fn tier_phases(bytes: Bytes, shape: &GroupShape) -> Vec<Phase> {
    let mut stride = 1;
    let mut share = bytes;
    let ring = |&size: &usize| {
        share = share.padded_chunk(size as u64);
        let ring = Phase::new(Pattern::Ring { stride, size }, size - 1, share);
        stride *= size;
        Phase { combining: size - 1, ..ring }
    };
    shape.tiers().iter().map(ring).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Send;
    use super::*;

    #[test]
    fn tiers_are_crossed_inside_out_and_back() {
        // 64 B over 2 x 4: chunks of 32 B inside, 8 B outside.
        let shape = GroupShape::from_containers(8, &[vec![0, 0, 1, 1, 2, 2, 3, 3]]);
        let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(64), &shape);
        let steps: Vec<_> = schedule.phases.iter().map(|phase| (phase.steps, phase.bytes.count())).collect();
        assert_eq!(steps, [(1, 32), (3, 8), (3, 8), (1, 32)]);
        assert_eq!(Pattern::Ring { stride: 2, size: 4 }.sends(8, 7, 0), [Send::one(1)]);
    }
}
