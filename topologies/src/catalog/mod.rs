//! The catalog: chips, systems, media, switches, transports and software, every value with unit, source, confidence.
//!
//! The files under `catalog/` are embedded in the library. [`chips`], [`systems`], [`media`], [`switches`], [`layouts`],
//! [`transports`] and [`software`] give their entries; [`find`] looks one up by name; [`gaps`] lists what no source
//! gives. What an entry builds is the concern of [`System`](crate::System).

mod derived;
mod embedded;
mod entry;
mod fields;
mod gaps;
mod layers;
mod lending;
#[cfg(test)]
mod published;
#[cfg(test)]
mod published_pods;
#[cfg(test)]
mod published_presets;
mod sourced;

pub use derived::{Derived, derived};
pub use embedded::{
    CatalogError, chips, entries, facilities, find, layouts, media, software, switches, systems, transports,
};
pub use entry::{Entry, EntryError};
pub use fields::{ARCHITECTURES, Section, dimension_of};
pub use gaps::{Gap, gaps};
pub use sourced::{Confidence, Sourced};
