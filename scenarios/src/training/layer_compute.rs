//! Compute times of the two halves of a layer on one chip, by what a schedule needs apart.
//!
//! Both halves have one form: a norm, a matmul whose columns are divided over the tensor group, something in
//! between (attention, or the activation), a matmul whose rows are divided, and the residual's addition.

use super::job::TrainingJob;
use super::kernels::{Gemm, Kernels};
use super::parallelism::Recompute;
use super::seconds::Seconds;

/// Compute of one half of a layer for one micro-batch, forward and backward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HalfLayer {
    /// The whole forward half.
    pub(super) forward: Seconds,
    /// Backward down to the first matmul: both gradients of the second one, what is in between, and the norm.
    pub(super) backward_output: Seconds,
    /// The first matmul's input gradient.
    pub(super) backward_input_gradient: Seconds,
    /// The first matmul's weight gradient.
    pub(super) backward_weight_gradient: Seconds,
}

/// Tensors of hidden width that a norm (read, write) and a residual (two reads, a write) move forward.
const NORM_AND_RESIDUAL_FORWARD: f64 = 5.0;
/// The same backward: a norm reads its input and a gradient and writes one; the residual adds two gradients.
const NORM_AND_RESIDUAL_BACKWARD: f64 = 6.0;

/// What lies between the two matmuls of a half.
#[derive(Debug, Clone, Copy)]
struct Between {
    forward: Seconds,
    backward: Seconds,
}

/// The attention half of a layer.
pub(super) fn attention_half(job: &TrainingJob, kernels: &Kernels) -> HalfLayer {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor;
    let tokens = job.micro_batch_tokens();
    let first = Gemm { rows: tokens, columns: shape.qkv_width() / tensor, inner: shape.hidden };
    let second = Gemm { rows: tokens, columns: shape.hidden, inner: shape.query_width() / tensor };
    half(job, kernels, (first, second), attention(job, kernels))
}

/// The feed-forward half of a layer.
pub(super) fn feed_forward_half(job: &TrainingJob, kernels: &Kernels) -> HalfLayer {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor;
    let tokens = job.micro_batch_tokens();
    let first = Gemm { rows: tokens, columns: shape.first_ffn_width() / tensor, inner: shape.hidden };
    let second = Gemm { rows: tokens, columns: shape.hidden, inner: shape.ffn / tensor };
    half(job, kernels, (first, second), activation(job, kernels))
}

fn half(job: &TrainingJob, kernels: &Kernels, (first, second): (Gemm, Gemm), between: Between) -> HalfLayer {
    let residual_stream = job.micro_batch_tokens() as f64 * job.model().shape().hidden as f64;
    let norm_and_residual =
        |tensors: f64| kernels.memory(tensors * 2.0 * residual_stream / job.sequence_shards() as f64);
    let input_cast = |gemm: Gemm| kernels.cast(gemm.rows as f64 * gemm.inner as f64);
    let gradient_cast = |gemm: Gemm| kernels.cast(gemm.rows as f64 * gemm.columns as f64);
    HalfLayer {
        forward: norm_and_residual(NORM_AND_RESIDUAL_FORWARD)
            + input_cast(first)
            + kernels.gemm(first)
            + between.forward
            + input_cast(second)
            + kernels.gemm(second),
        backward_output: norm_and_residual(NORM_AND_RESIDUAL_BACKWARD)
            + gradient_cast(second)
            + kernels.gemm(second.input_gradient())
            + kernels.gemm(second.weight_gradient())
            + between.backward
            + gradient_cast(first),
        backward_input_gradient: kernels.gemm(first.input_gradient()),
        backward_weight_gradient: kernels.gemm(first.weight_gradient()),
    }
}

/// Flash attention over the causal half of the scores, and the rotary embedding where positions are not learned.
fn attention(job: &TrainingJob, kernels: &Kernels) -> Between {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor as f64;
    let sequences = job.parallelism().micro_batch as f64;
    let flops = job.model().attention_flops(job.sequence_length()).count() * sequences / tensor;
    let rotated = job.micro_batch_tokens() as f64 * (shape.query_width() + shape.key_width()) as f64 / tensor;
    let rotary = if shape.learned_positions == 0 { kernels.memory(4.0 * rotated) } else { Seconds::ZERO };
    let again = match job.parallelism().recompute {
        Recompute::None => Seconds::ZERO,
        Recompute::Selective => kernels.attention_forward(flops),
    };
    Between {
        forward: rotary + kernels.attention_forward(flops),
        backward: again + kernels.attention_backward(flops) + rotary,
    }
}

/// The activation: gated, it moves three tensors forward and five backward; plain, two and three.
fn activation(job: &TrainingJob, kernels: &Kernels) -> Between {
    let shape = job.model().shape();
    let width = shape.ffn as f64 / job.parallelism().tensor as f64;
    let tensor_bytes = 2.0 * job.micro_batch_tokens() as f64 * width;
    let (forward, backward) = if shape.gated { (3.0, 5.0) } else { (2.0, 3.0) };
    Between {
        forward: kernels.memory(forward * tensor_bytes),
        backward: kernels.memory(backward * tensor_bytes),
    }
}
