//! Compute times beside the layers: the embedding, the language-model head with its loss, the optimizer.

use super::kernels::{Gemm, Kernels};
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

/// Bytes of reading and writing parameter state in an Adam step, for each parameter that a chip owns:
/// reads of gradient (4), master weight and two moments (12); writes of the latter (12) and of the BF16 weight (2);
/// and the gradient's norm pass (4).
const OPTIMIZER_BYTES: f64 = 34.0;

/// The embedding lookup: forward a row read and written per token; backward a gradient read (2) and an FP32 row
/// read and written (8).
pub(in crate::training) fn embedding(job: &TrainingJob, kernels: &Kernels) -> Embedding {
    let elements = job.micro_batch_tokens() as f64 * job.model().shape().hidden as f64;
    Embedding { forward: kernels.memory(4.0 * elements), backward: kernels.memory(10.0 * elements) }
}

/// The head in BF16: three passes over two bytes a logit in the loss, four in its gradient.
pub(in crate::training) fn head(job: &TrainingJob, kernels: &Kernels) -> Head {
    let tokens = job.micro_batch_tokens();
    let hidden = job.model().shape().hidden;
    let gemm = Gemm { rows: tokens, columns: job.vocabulary_shard(), inner: hidden };
    let logits = tokens as f64 * job.vocabulary_shard() as f64;
    let residual_stream = tokens as f64 * hidden as f64 / job.sequence_shards() as f64;
    Head {
        forward: kernels.memory(2.0 * 2.0 * residual_stream) + kernels.gemm_bf16(gemm),
        loss: kernels.memory((3.0 + 4.0) * 2.0 * logits),
        backward_input_gradient: kernels.gemm_bf16(gemm.input_gradient()),
        backward_weight_gradient: kernels.gemm_bf16(gemm.weight_gradient())
            + kernels.memory(3.0 * 2.0 * residual_stream),
    }
}

/// The optimizer's step over the parameters that a chip owns.
pub(in crate::training) fn optimizer(owned_parameters: u64, kernels: &Kernels) -> Seconds {
    kernels.memory(OPTIMIZER_BYTES * owned_parameters as f64)
}
