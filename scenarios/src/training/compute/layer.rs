//! What a layer takes on one chip for one micro-batch, by what a schedule needs apart.
//!
//! Times are those of the chip alone: nothing here knows of exchanges. A pass puts them together: forward
//! `edges + first + between + second`, backward the other way round.

use super::host::HostTime;
use super::seconds::Seconds;
use std::ops::Add;

/// A kernel, or several that are never apart, forward and backward.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::training) struct Kernel {
    pub(in crate::training) forward: Seconds,
    pub(in crate::training) backward: Seconds,
}

impl Add for Kernel {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { forward: self.forward + other.forward, backward: self.backward + other.backward }
    }
}

/// A matmul with the casts of its operands, and those of its backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::training) struct Matmul {
    pub(in crate::training) forward: Seconds,
    pub(in crate::training) input_gradient: Seconds,
    pub(in crate::training) weight_gradient: Seconds,
}

impl Add for Matmul {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            forward: self.forward + other.forward,
            input_gradient: self.input_gradient + other.input_gradient,
            weight_gradient: self.weight_gradient + other.weight_gradient,
        }
    }
}

impl Matmul {
    /// Both gradients together.
    fn kernel(self) -> Kernel {
        Kernel { forward: self.forward, backward: self.input_gradient + self.weight_gradient }
    }
}

/// One half of a layer whose weights are divided over the tensor group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct HalfLayer {
    /// The norm before and the residual after.
    pub(in crate::training) edges: Kernel,
    /// The matmuls whose columns are divided: queries, keys and values with their positions; up and gate.
    pub(in crate::training) first: Matmul,
    /// Core attention, or the activation.
    pub(in crate::training) between: Kernel,
    /// The matmul whose rows are divided.
    pub(in crate::training) second: Matmul,
}

impl HalfLayer {
    /// All of it.
    fn total(&self) -> Kernel {
        self.edges + self.first.kernel() + self.between + self.second.kernel()
    }
}

/// Experts of a layer that all tokens go through, beside the routed ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct SharedExperts {
    pub(in crate::training) first: Matmul,
    pub(in crate::training) activation: Kernel,
    pub(in crate::training) second: Matmul,
}

impl SharedExperts {
    /// All of it.
    fn total(&self) -> Kernel {
        self.first.kernel() + self.activation + self.second.kernel()
    }
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

impl ExpertHalf {
    /// All of it.
    fn total(&self) -> Kernel {
        let shared = self.shared.map_or_else(Kernel::default, |shared| shared.total());
        let routed = self.first.kernel() + self.activation + self.second.kernel();
        self.route + routed + self.restore + shared
    }
}

/// The feed-forward half of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a step has a few, and they are copied like numbers")]
pub(in crate::training) enum FeedForward {
    Dense(HalfLayer),
    Experts(ExpertHalf),
}

/// A layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct LayerCompute {
    pub(in crate::training) attention: HalfLayer,
    pub(in crate::training) feed_forward: FeedForward,
    /// Forward time of a norm; each half has one before it.
    pub(in crate::training) norm: Seconds,
    /// Forward time of latent attention's way up; part of the attention's first matmuls, and zero without it.
    pub(in crate::training) latent_up: Seconds,
    /// What the host takes to launch all of it.
    pub(in crate::training) host: HostTime,
}

impl LayerCompute {
    /// All kernels of the layer.
    pub(in crate::training) fn total(&self) -> Kernel {
        let feed_forward = match &self.feed_forward {
            FeedForward::Dense(half) => half.total(),
            FeedForward::Experts(half) => half.total(),
        };
        self.attention.total() + feed_forward
    }
}
