//! What kernels take on a chip: a roofline over the kernels of a layer, of the model's ends and of the optimizer.
//!
//! `gemm` knows shapes, `kernels` the time of each; `layer_compute` puts a layer together from `attention_half`,
//! `feed_forward` and `expert_half`, `edge_compute` has the rest of a step, and `host` what launches it all. `matmuls` names
//! those of a layer for who explains a step, `roofed` says what kernels compute and move.

mod attention_half;
mod attention_kernel;
mod chip_rates;
pub(in crate::training) mod edge_compute;
mod expert_half;
mod feed_forward;
mod gemm;
mod host;
mod kernel_shares;
mod kernels;
mod layer;
pub(in crate::training) mod layer_compute;
mod layer_seconds;
mod matmuls;
mod norm;
mod precision;
mod roofed;
mod seconds;
#[cfg(test)]
mod tests;

pub use chip_rates::ChipRates;
pub use copperlight_topologies::Precision;
pub use kernel_shares::KernelShares;
pub(in crate::training) use kernels::Kernels;
pub(in crate::training) use layer::{
    ExpertHalf, FeedForward, HalfLayer, Kernel, LayerCompute, Matmul, SharedExperts,
};
pub use layer_seconds::PassSeconds;
pub use matmuls::NamedMatmul;
pub(in crate::training) use precision::element_bytes;
pub use roofed::RoofedKernel;
pub(in crate::training) use seconds::Seconds;
