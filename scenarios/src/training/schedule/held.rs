//! How many micro-batches a stage holds at once.

use super::pass::{Pass, Step};
use crate::training::plan::Chunk;

/// Micro-batches of each chunk that are held when the stage holds most layers' activations.
///
/// A micro-batch is held from the start of its forward pass to the end of its last backward pass, which is that of the
/// weights where the two are apart. Of equal moments the one with more micro-batches counts, then the first.
pub(in crate::training) fn held_at_peak(steps: &[Step], chunks: &[Chunk]) -> Vec<u64> {
    let layers = |held: &[u64]| -> u64 {
        held.iter().zip(chunks).map(|(micro_batches, chunk)| micro_batches * chunk.layer_count()).sum()
    };
    let size = |held: &[u64]| (layers(held), held.iter().sum::<u64>());
    let mut held = vec![0; chunks.len()];
    let mut peak = held.clone();
    for step in steps {
        for pass in step.passes() {
            match pass.pass {
                Pass::Forward => {
                    held[pass.chunk] += 1;
                    if size(&held) > size(&peak) {
                        peak.clone_from(&held);
                    }
                }
                Pass::Backward | Pass::BackwardWeight => held[pass.chunk] -= 1,
                Pass::BackwardInput => {}
            }
        }
    }
    peak
}
