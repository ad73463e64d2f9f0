//! Transformers: their shapes, what they count, and the library of published ones.

mod checked;
mod flops;
mod library;
mod parameters;
mod shape;

pub use checked::{Model, ModelError};
pub use flops::{FLOP_CONVENTION, FlopConvention};
pub use library::{LibraryModel, ModelFact};
pub use parameters::LayerParameters;
pub use shape::{Experts, LatentAttention, LayerKind, MinorParameters, ModelShape, Window};
