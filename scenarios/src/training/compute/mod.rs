//! What kernels take on a chip: a roofline over the kernels of a layer, of the model's ends and of the optimizer.

mod chip_rates;
pub(in crate::training) mod edge_compute;
mod kernels;
mod layer;
pub(in crate::training) mod layer_compute;
mod precision;
mod seconds;

pub use chip_rates::ChipRates;
pub(in crate::training) use kernels::Kernels;
pub(in crate::training) use layer::{
    ExpertHalf, FeedForward, HalfLayer, Kernel, LayerCompute, Matmul, SharedExperts,
};
pub use precision::Precision;
pub(in crate::training) use seconds::Seconds;
