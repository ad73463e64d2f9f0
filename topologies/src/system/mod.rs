//! A system: what `[[systems]]` of a scenario refers to, as checked numbers.
//!
//! [`System::preset`] takes one from the catalog, [`System::from_family`] describes one without a catalog entry,
//! [`System::set`] overrides a value, [`System::build`] wires a fabric of any number of chips. A system keeps
//! every value with its source, so that tables and `resolved.toml` can say where each number comes from.

mod bounds;
mod description;
mod family;
mod overrides;
mod report;
mod wiring;

pub use description::System;
pub use family::{FamilyError, ReadFile};
pub use overrides::OverrideError;
