//! Compute times beside the layers: the embedding, the language-model head with its loss, the projection of layers that
//! predict further tokens, the optimizer, and what a step costs however little it computes.

use super::gemm::Gemm;
use super::kernels::Kernels;
use super::layer::{Kernel, Matmul};
use super::norm::over_the_residual_stream;
use super::seconds::Seconds;
use crate::training::plan::TrainingJob;

/// Compute of the embedding lookup for one micro-batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct Embedding {
    pub(in crate::training) forward: Seconds,
    pub(in crate::training) backward: Seconds,
}

/// Compute of the head for one micro-batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct Head {
    /// The last norm and the matmul to logits.
    pub(in crate::training) forward: Seconds,
    /// The loss of the logits and its gradient.
    pub(in crate::training) loss: Seconds,
    /// The matmul's input gradient.
    pub(in crate::training) backward_input_gradient: Seconds,
    /// The matmul's weight gradient, and the last norm.
    pub(in crate::training) backward_weight_gradient: Seconds,
}

/// What a layer that predicts further tokens computes before it is a layer like the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct FurtherTokens {
    /// The norms of the residual stream and of the next token's embedding, and both put side by side.
    pub(in crate::training) edges: Kernel,
    /// From `2 hidden` to `hidden`, its columns divided over the tensor group.
    pub(in crate::training) projection: Matmul,
}

/// Bytes of reading and writing parameter state in an Adam step, for each parameter that a chip owns:
/// reads of gradient (4), master weight and two moments (12); writes of the latter (12) and of the BF16 weight (2);
/// and the gradient's norm pass (4).
const OPTIMIZER_BYTES: f64 = 34.0;
/// Tensors of hidden width that two norms and their concatenation (two read, two written) move, forward and backward.
const FURTHER_TOKEN_TENSORS: [f64; 2] = [8.0, 10.0];

/// The embedding lookup: forward a row read and written per token; backward a gradient read (2) and an FP32 row
/// read and written (8).
pub(in crate::training) fn embedding(job: &TrainingJob, kernels: &Kernels) -> Embedding {
    let elements = job.chip_tokens() as f64 * job.model().shape().hidden as f64;
    Embedding { forward: kernels.memory(4.0 * elements), backward: kernels.memory(10.0 * elements) }
}

/// The head in 16 bits: three passes over two bytes a logit in the loss, four in its gradient.
pub(in crate::training) fn head(job: &TrainingJob, kernels: &Kernels) -> Head {
    let tokens = job.chip_tokens();
    let hidden = job.model().shape().hidden;
    let gemm = Gemm { rows: tokens, columns: job.vocabulary_shard(), inner: hidden };
    let logits = tokens as f64 * job.vocabulary_shard() as f64;
    let norm = super::norm::norm(job, kernels);
    Head {
        forward: norm.forward + kernels.gemm_bf16(gemm),
        loss: kernels.memory((3.0 + 4.0) * 2.0 * logits),
        backward_input_gradient: kernels.gemm_bf16(gemm.input_gradient()),
        backward_weight_gradient: kernels.gemm_bf16(gemm.weight_gradient()) + norm.backward,
    }
}

/// What comes before a layer that predicts further tokens; its layer and its head are those of the model.
pub(in crate::training) fn further_tokens(job: &TrainingJob, kernels: &Kernels) -> FurtherTokens {
    let hidden = job.model().shape().hidden;
    let columns = hidden.div_ceil(job.parallelism().tensor);
    let gemm = Gemm { rows: job.chip_tokens(), columns, inner: 2 * hidden };
    FurtherTokens {
        edges: over_the_residual_stream(job, kernels, FURTHER_TOKEN_TENSORS),
        projection: kernels.matmul(gemm),
    }
}

/// The optimizer's step over the parameters that a chip owns.
pub(in crate::training) fn optimizer(owned_parameters: u64, kernels: &Kernels) -> Seconds {
    kernels.memory(OPTIMIZER_BYTES * owned_parameters as f64)
}

/// What a step costs beside: synchronisation, counters, the data loader, more on more chips.
pub(in crate::training) fn step_overhead(job: &TrainingJob, kernels: &Kernels) -> Seconds {
    let [fixed, doubling] = kernels.rates.step_overhead;
    Seconds::host(fixed.seconds() + doubling.seconds() * (job.chips() as f64).log2())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::testing::job;
    use copperlight_core::units::Time;

    fn kernels() -> Kernels {
        let milliseconds = |count| Time::from_microseconds(1e3 * count);
        let step_overhead = [milliseconds(15.0), milliseconds(3.0)];
        Kernels { rates: ChipRates { step_overhead, ..ChipRates::round() }, precision: Precision::Fp8 }
    }

    #[test]
    fn the_head_is_never_cast() {
        // 64 tokens (padded to 128) x 512 x 64 x 2 = 8,388,608 operations; norm 2 x 8,192 bytes.
        let head = head(&job([1, 1, 1]), &kernels());
        assert_eq!(head.forward.rounded().picoseconds(), 8389 + 4096);
        // 14 bytes for each of 64 x 512 logits.
        assert_eq!(head.loss.rounded().picoseconds(), 114_688);
    }

    #[test]
    fn further_tokens_join_two_streams() {
        // 8 and 10 tensors of 64 x 64 x 2 bytes; 128 (64, padded) x 128 (64, padded) x 128 x 2 operations, and casts of
        // 64 x 128 inputs at 4.5 bytes.
        let further = further_tokens(&job([1, 1, 1]), &kernels());
        assert_eq!(further.edges.forward.rounded().picoseconds(), 16_384);
        assert_eq!(further.edges.backward.rounded().picoseconds(), 20_480);
        assert_eq!(further.projection.forward.rounded().picoseconds(), 4194 + 9216);
    }

    #[test]
    fn a_step_costs_something_for_every_doubling() {
        assert_eq!(step_overhead(&job([1, 1, 1]), &kernels()), Seconds::host(0.015));
        assert_eq!(step_overhead(&job([2, 2, 2]), &kernels()), Seconds::host(0.015 + 0.003 * 3.0));
        assert_eq!(optimizer(1000, &kernels()), Seconds::memory(34_000.0 / 4e12));
    }
}
