//! Transformers: their shapes, what they count, and the library of published ones.

mod checked;
mod flops;
mod library;
mod library_facts;
mod library_files;
mod library_shape;
mod parameters;
#[cfg(test)]
mod published_flops;
mod shape;

pub use checked::{Model, ModelError};
pub use flops::FlopConvention;
pub use library::{LibraryModel, ModelFact, PublishedCount};
pub use parameters::LayerParameters;
pub use shape::{Experts, LatentAttention, LayerKind, MinorParameters, ModelShape, Window};
