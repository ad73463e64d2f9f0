//! Transformers: their shapes, what they count, and the library of published ones.

mod flops;
mod library;
mod parameters;
mod shape;

pub use flops::FLOP_CONVENTION;
pub use library::{LibraryModel, ModelFact};
pub use parameters::LayerParameters;
pub use shape::{Experts, LatentAttention, LayerKind, Model, ModelError, ModelShape, Window};
