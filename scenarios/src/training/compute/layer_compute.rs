//! Compute times of the two halves of a layer on one chip, by what a schedule needs apart.
//!
//! Both halves have one form: a norm, a matmul whose columns are divided over the tensor group, something in
//! between (attention, or the activation), a matmul whose rows are divided, and the residual's addition.

use super::kernels::{Gemm, Kernels};
use super::layer::{FeedForward, HalfLayer, Kernel, LayerCompute, Matmul};
use super::seconds::Seconds;
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;

/// Tensors of hidden width that a norm (read, write) and a residual (two reads, a write) move forward.
const NORM_AND_RESIDUAL_FORWARD: f64 = 5.0;
/// The same backward: a norm reads its input and a gradient and writes one; the residual adds two gradients.
const NORM_AND_RESIDUAL_BACKWARD: f64 = 6.0;

/// A layer of this kind.
pub(in crate::training) fn layer(job: &TrainingJob, kernels: &Kernels, _kind: LayerKind) -> LayerCompute {
    LayerCompute {
        attention: attention_half(job, kernels),
        feed_forward: FeedForward::Dense(feed_forward_half(job, kernels)),
    }
}

/// The attention half of a layer.
fn attention_half(job: &TrainingJob, kernels: &Kernels) -> HalfLayer {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor;
    let tokens = job.micro_batch_tokens();
    let first = Gemm { rows: tokens, columns: shape.qkv_width() / tensor, inner: shape.hidden };
    let second = Gemm { rows: tokens, columns: shape.hidden, inner: shape.query_width() / tensor };
    half(job, kernels, (first, second), attention(job, kernels))
}

/// The feed-forward half of a layer.
fn feed_forward_half(job: &TrainingJob, kernels: &Kernels) -> HalfLayer {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor;
    let tokens = job.micro_batch_tokens();
    let first = Gemm { rows: tokens, columns: shape.first_ffn_width() / tensor, inner: shape.hidden };
    let second = Gemm { rows: tokens, columns: shape.hidden, inner: shape.ffn / tensor };
    half(job, kernels, (first, second), activation(job, kernels))
}

fn half(job: &TrainingJob, kernels: &Kernels, (first, second): (Gemm, Gemm), between: Kernel) -> HalfLayer {
    let residual_stream = job.micro_batch_tokens() as f64 * job.model().shape().hidden as f64;
    let norm_and_residual =
        |tensors: f64| kernels.memory(tensors * 2.0 * residual_stream / job.sequence_shards() as f64);
    let edges = Kernel {
        forward: norm_and_residual(NORM_AND_RESIDUAL_FORWARD),
        backward: norm_and_residual(NORM_AND_RESIDUAL_BACKWARD),
    };
    HalfLayer { edges, first: matmul(kernels, first), between, second: matmul(kernels, second) }
}

fn matmul(kernels: &Kernels, gemm: Gemm) -> Matmul {
    let input_cast = kernels.cast(gemm.rows as f64 * gemm.inner as f64);
    let gradient_cast = kernels.cast(gemm.rows as f64 * gemm.columns as f64);
    Matmul {
        forward: input_cast + kernels.gemm(gemm),
        input_gradient: gradient_cast + kernels.gemm(gemm.input_gradient()),
        weight_gradient: kernels.gemm(gemm.weight_gradient()),
    }
}

/// Flash attention over the causal half of the scores, and the rotary embedding where positions are not learned.
fn attention(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor as f64;
    let sequences = job.parallelism().micro_batch as f64;
    let flops = job.model().attention_flops(job.sequence_length()).count() * sequences / tensor;
    let rotated = job.micro_batch_tokens() as f64 * (shape.query_width() + shape.key_width()) as f64 / tensor;
    let rotary = if shape.learned_positions == 0 { kernels.memory(4.0 * rotated) } else { Seconds::ZERO };
    Kernel {
        forward: rotary + kernels.attention_forward(flops),
        backward: kernels.attention_backward(flops) + rotary,
    }
}

/// The activation: gated, it moves three tensors forward and five backward; plain, two and three.
fn activation(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    let shape = job.model().shape();
    let width = shape.ffn as f64 / job.parallelism().tensor as f64;
    let tensor_bytes = 2.0 * job.micro_batch_tokens() as f64 * width;
    let (forward, backward) = if shape.gated { (3.0, 5.0) } else { (2.0, 3.0) };
    Kernel {
        forward: kernels.memory(forward * tensor_bytes),
        backward: kernels.memory(backward * tensor_bytes),
    }
}
