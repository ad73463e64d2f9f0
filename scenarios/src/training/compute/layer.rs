//! What a layer takes on one chip for one micro-batch, by what a schedule needs apart.
//!
//! Times are those of the chip alone: nothing here knows of exchanges. A pass puts them together: forward
//! `edges + first + between + second`, backward the other way round.

use super::seconds::Seconds;

/// A kernel, or several that are never apart, forward and backward.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::training) struct Kernel {
    pub(in crate::training) forward: Seconds,
    pub(in crate::training) backward: Seconds,
}

/// A matmul with the casts of its operands, and those of its backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::training) struct Matmul {
    pub(in crate::training) forward: Seconds,
    pub(in crate::training) input_gradient: Seconds,
    pub(in crate::training) weight_gradient: Seconds,
}

/// One half of a layer whose weights are divided over the tensor group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct HalfLayer {
    /// The norm before and the residual after.
    pub(in crate::training) edges: Kernel,
    /// The matmuls whose columns are divided: queries, keys and values; up and gate.
    pub(in crate::training) first: Matmul,
    /// Core attention with what belongs to it, or the activation.
    pub(in crate::training) between: Kernel,
    /// The matmul whose rows are divided.
    pub(in crate::training) second: Matmul,
}

/// Experts of a layer that all tokens go through, beside the routed ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct SharedExperts {
    pub(in crate::training) first: Matmul,
    pub(in crate::training) activation: Kernel,
    pub(in crate::training) second: Matmul,
}

/// The feed-forward half of a layer with routed experts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct ExpertHalf {
    /// The norm, the router, and tokens put in the order of their experts.
    pub(in crate::training) route: Kernel,
    /// The first matmuls of the chip's experts, over as many tokens as come to a chip on average.
    pub(in crate::training) first: Matmul,
    pub(in crate::training) activation: Kernel,
    pub(in crate::training) second: Matmul,
    /// Answers put back in the order of tokens, weighed and added to the residual.
    pub(in crate::training) restore: Kernel,
    pub(in crate::training) shared: Option<SharedExperts>,
}

/// The feed-forward half of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) enum FeedForward {
    Dense(HalfLayer),
    Experts(ExpertHalf),
}

/// A layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct LayerCompute {
    pub(in crate::training) attention: HalfLayer,
    pub(in crate::training) feed_forward: FeedForward,
}
