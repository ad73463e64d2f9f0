//! 1F1B (Narayanan et al. 2021, arXiv:2104.04473), plain and interleaved, in the order of Megatron-Core.
//!
//! Passes are numbered: pass `k` of a stage with `v` chunks in a pipeline of `p` stages belongs to the micro-batches of
//! group `k / (p v)`, of which it takes `p` through the first chunk, then `p` through the second, and so on (Megatron's
//! `get_schedule_table`). Backward passes are numbered alike with the chunks reversed. A stage runs its first
//! forward passes alone, then alternates, then runs its last backward passes alone.
//!
//! How many go first, on stage `s` (Megatron's `get_pp_rank_microbatches`):
//!
//! - plain: `p - s - 1`;
//! - interleaved: `2 (p - s - 1) + (v - 1) p`;
//! - side by side: one more than interleaved, so that a pair is of two micro-batches even on the last stage. This holds
//!   for `v = 1` as well: pairs move one stage in the time of a pair in both directions, so a gradient comes back to
//!   stage `s` only `2 (p - s) - 1` pairs after its activations left. (Megatron pairs passes only where it interleaves.)

use super::pass::{PassOf, Step};
use crate::training::plan::Stage;

pub(super) fn steps(stage: &Stage, micro_batches: u64, paired: bool) -> Vec<Step> {
    let order = Order { stages: stage.stages, chunks: stage.chunks.len() as u64 };
    let passes = micro_batches * order.chunks;
    let warm_up = warm_up(stage, paired).min(passes);
    let mut steps = Vec::new();
    steps.extend((0..warm_up).map(|number| Step::One(order.forward(number))));
    for number in warm_up..passes {
        let (forward, backward) = (order.forward(number), order.backward(number - warm_up));
        if paired {
            steps.push(Step::Paired { forward, backward });
        } else {
            steps.extend([Step::One(forward), Step::One(backward)]);
        }
    }
    steps.extend((passes - warm_up..passes).map(|number| Step::One(order.backward(number))));
    steps
}

/// The forward passes before the first backward pass or pair.
fn warm_up(stage: &Stage, paired: bool) -> u64 {
    let after = stage.stages - 1 - stage.index;
    let chunks = stage.chunks.len() as u64;
    if chunks == 1 && !paired {
        return after;
    }
    2 * after + (chunks - 1) * stage.stages + u64::from(paired)
}

/// Which pass has which number: the same on all stages.
struct Order {
    stages: u64,
    chunks: u64,
}

impl Order {
    fn forward(&self, number: u64) -> PassOf {
        let (chunk, micro_batch) = self.place(number);
        PassOf::forward(index(chunk), micro_batch)
    }

    fn backward(&self, number: u64) -> PassOf {
        let (chunk, micro_batch) = self.place(number);
        PassOf::backward(index(self.chunks - 1 - chunk), micro_batch)
    }

    const fn place(&self, number: u64) -> (u64, u64) {
        let in_group = self.stages * self.chunks;
        let (group, within) = (number / in_group, number % in_group);
        (within / self.stages, group * self.stages + within % self.stages)
    }
}

fn index(chunk: u64) -> usize {
    usize::try_from(chunk).expect("chunks are indices of a vector")
}
