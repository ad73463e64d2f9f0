//! What is neither state nor activation: exchanged tensors, what lives only inside a layer, and the software's own.

use super::layer_activations::{self, chip_tokens, expert_tokens};
use super::state::gathered;
use crate::training::plan::{ContextExchange, Stage, TrainingJob};
use crate::training::program::stage_parameters;

/// What the runtime takes before a step begins: kernels, handles, workspaces. "CUDA kernels typically require 1-2 GB of
/// GPU memory" (Hugging Face, The Ultra-Scale Playbook, 2025).
pub(super) const RUNTIME_BYTES: f64 = 1.5e9;

/// Share of the memory that comes and goes which the allocator cannot use. Rajbhandari et al. 2019 (arXiv:1910.02054,
/// section 6.3) saw 30 % without care; expandable segments leave a few percent: an assumption.
pub(super) const FRAGMENTATION_SHARE: f64 = 0.05;

/// Bytes that the collective library keeps for one group: 32 channels with a neighbour on either side, of 4 MiB each
/// (NCCL's documentation, `NCCL_BUFFSIZE`).
const GROUP_BUFFER: f64 = 2.0 * 32.0 * PEER_BUFFER;
/// Bytes of one buffer between two chips.
const PEER_BUFFER: f64 = (4 << 20) as f64;

/// Bytes of one BF16 element.
const WIDE: f64 = 2.0;

/// All buffers of a chip of `stage`, in bytes.
pub(super) fn buffers(job: &TrainingJob, stage: &Stage) -> f64 {
    gathered(job, stage_parameters(job, stage))
        + inside_a_layer(job)
        + between_stages(job)
        + keys_and_values(job)
        + dispatched(job)
        + collective_library(job)
}

/// Gradients of what a half of a layer is made of, and under sequence parallelism its gathered input and that input's
/// gradient.
fn inside_a_layer(job: &TrainingJob) -> f64 {
    let (shape, tokens, plan) = (job.model().shape(), chip_tokens(job), job.parallelism());
    let widest = shape.first_ffn_width() + shape.ffn;
    let residual = 2.0 * shape.hidden as f64;
    let whole = if job.sequence_shards() > 1 { residual } else { 0.0 };
    WIDE * tokens * (widest as f64 / plan.tensor as f64 + residual / job.sequence_shards() as f64 + whole)
}

/// An activation and a gradient on their way in and out.
fn between_stages(job: &TrainingJob) -> f64 {
    let elements = chip_tokens(job) * job.model().shape().hidden as f64 / job.sequence_shards() as f64;
    if job.parallelism().pipeline > 1 { 4.0 * WIDE * elements } else { 0.0 }
}

/// Keys and values of other parts of a sequence, with their gradients: two blocks in a ring, else all of them.
fn keys_and_values(job: &TrainingJob) -> f64 {
    let plan = job.parallelism();
    if plan.context == 1 {
        return 0.0;
    }
    let blocks = match plan.context_exchange {
        ContextExchange::Ring => 2,
        ContextExchange::AllGather => plan.context,
    };
    2.0 * WIDE * chip_tokens(job) * layer_activations::keys_and_values(job) * blocks as f64
}

/// Tokens of one layer on their way to experts and back, sent and received.
fn dispatched(job: &TrainingJob) -> f64 {
    let shape = job.model().shape();
    let tokens = shape.experts.map_or(0.0, |experts| expert_tokens(job, experts));
    2.0 * WIDE * shape.hidden as f64 * tokens
}

/// A ring for each kind of group that a chip is in, and a buffer each way for each chip that it exchanges tokens with.
fn collective_library(job: &TrainingJob) -> f64 {
    let plan = job.parallelism();
    let of_experts = if job.model().shape().experts.is_some() { plan.expert_data() } else { 1 };
    let degrees = [plan.tensor, plan.context, plan.pipeline, plan.data * plan.context, of_experts];
    let groups = degrees.into_iter().filter(|degree| *degree > 1).count() as f64;
    let peers = plan.expert * plan.expert_tensor - 1;
    GROUP_BUFFER * groups + 2.0 * PEER_BUFFER * peers as f64
}
