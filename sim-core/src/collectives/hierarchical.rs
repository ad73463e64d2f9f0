//! Hierarchical collectives: rings within each tier, from the inside out and back.
//!
//! Where the innermost ranks are all joined by links of their own, they exchange directly, as HCCL does on a mesh.

use super::{GroupShape, Part, Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// Reduce-scatter goes from the inside out, all-gather from the outside in, all-reduce there and back.
///
/// A tier of `g` ranks with `q` chunks left to share moves `g - 1` chunks of `ceil(ceil(S/q)/g)` bytes.
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, shape: &GroupShape) -> Schedule {
    let outward = tiers(bytes, shape).map(Tier::reduce_scatter);
    let inward: Vec<Phase> = tiers(bytes, shape).map(Tier::all_gather).collect();
    let inward = inward.into_iter().rev();
    let phases = match kind {
        CollectiveKind::ReduceScatter => outward.collect(),
        CollectiveKind::AllGather => inward.collect(),
        _ => outward.chain(inward).collect(),
    };
    Schedule::new(Algorithm::Hierarchical, shape.ranks(), phases)
}

/// One tier of a group.
struct Tier {
    stride: usize,
    size: usize,
    meshed: bool,
    /// What each rank of the tier is to have in the end.
    share: Bytes,
}

impl Tier {
    fn reduce_scatter(self) -> Phase {
        let (stride, size) = (self.stride, self.size);
        if self.meshed {
            let exchange = Pattern::Exchange { stride, size, part: Part::Theirs };
            return Phase { combining: 1, ..Phase::new(exchange, 1, self.share) };
        }
        Phase { combining: size - 1, ..Phase::new(Pattern::Ring { stride, size }, size - 1, self.share) }
    }

    fn all_gather(self) -> Phase {
        let (stride, size) = (self.stride, self.size);
        if self.meshed {
            return Phase::new(Pattern::Exchange { stride, size, part: Part::Own }, 1, self.share);
        }
        Phase { first: size - 1, ..Phase::new(Pattern::Ring { stride, size }, size - 1, self.share) }
    }
}

fn tiers(bytes: Bytes, shape: &GroupShape) -> impl Iterator<Item = Tier> {
    let mut stride = 1;
    let mut share = bytes;
    shape.tiers().iter().map(move |&size| {
        share = share.padded_chunk(size as u64);
        let tier = Tier { stride, size, meshed: shape.has_mesh_inside() && stride == 1, share };
        stride *= size;
        tier
    })
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
