//! The catalog: chips, systems, media, layouts and transports, every value with its unit, source and confidence.
//!
//! The files under `catalog/` are embedded in the library. [`chips`], [`systems`], [`media`],
//! [`layouts`] and [`transports`] give their entries; [`find`] looks one up by name. What an entry builds is the concern of
//! [`System`](crate::System).

mod embedded;
mod entry;
mod fields;
#[cfg(test)]
mod published;
mod sourced;

pub use embedded::{CatalogError, chips, find, layouts, media, systems, transports};
pub use entry::{Entry, EntryError};
pub use fields::{Section, dimension_of};
pub use sourced::{Confidence, Sourced};
