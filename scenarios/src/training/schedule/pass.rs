//! What a stage does, pass after pass, and which schedule says so.

use super::{dual_pipe, gpipe, one_forward_one_backward, zero_bubble};
use crate::training::plan::{Schedule, Stage};

/// What a pass computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::training) enum Pass {
    /// Activations.
    Forward,
    /// Both gradients: of the input, and of the weights.
    Backward,
    /// The gradient of the input, which the chunk before waits for.
    BackwardInput,
    /// The gradient of the weights, which nobody waits for before the end of the step.
    BackwardWeight,
}

/// One pass of a micro-batch through a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::training) struct PassOf {
    /// What is computed.
    pub(in crate::training) pass: Pass,
    /// Which of the stage's chunks, as an index into them.
    pub(in crate::training) chunk: usize,
    /// The micro-batch.
    pub(in crate::training) micro_batch: u64,
}

/// What a stage does at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::training) enum Step {
    /// A pass by itself.
    One(PassOf),
    /// Two passes of different micro-batches side by side: the communication of either hides under the other.
    Paired {
        /// The forward pass.
        forward: PassOf,
        /// The backward pass, of both gradients.
        backward: PassOf,
    },
}

impl PassOf {
    pub(super) const fn forward(chunk: usize, micro_batch: u64) -> Self {
        Self { pass: Pass::Forward, chunk, micro_batch }
    }

    pub(super) const fn backward(chunk: usize, micro_batch: u64) -> Self {
        Self { pass: Pass::Backward, chunk, micro_batch }
    }

    pub(super) const fn backward_input(chunk: usize, micro_batch: u64) -> Self {
        Self { pass: Pass::BackwardInput, chunk, micro_batch }
    }

    pub(super) const fn backward_weight(chunk: usize, micro_batch: u64) -> Self {
        Self { pass: Pass::BackwardWeight, chunk, micro_batch }
    }
}

impl Step {
    /// Its passes, the forward pass of a pair first.
    pub(in crate::training) fn passes(self) -> impl Iterator<Item = PassOf> {
        let (first, second) = match self {
            Self::One(pass) => (pass, None),
            Self::Paired { forward, backward } => (forward, Some(backward)),
        };
        std::iter::once(first).chain(second)
    }
}

/// What `stage` does in a step of `micro_batches` micro-batches, in order.
///
/// With `paired`, 1F1B runs the forward and the backward pass of its steady state side by side, after as many more
/// forward passes as it takes for them to be independent; `DualPipe` does so always, and the others never. The plan
/// must be one that [`check`](super::check) passes.
pub(in crate::training) fn steps(
    schedule: Schedule,
    stage: &Stage,
    micro_batches: u64,
    paired: bool,
) -> Vec<Step> {
    match schedule {
        Schedule::GPipe => gpipe::steps(micro_batches),
        Schedule::OneForwardOneBackward => one_forward_one_backward::steps(stage, micro_batches, paired),
        Schedule::ZeroBubble => zero_bubble::steps(stage, micro_batches),
        Schedule::DualPipe => dual_pipe::steps(stage, micro_batches),
    }
}
