//! A system: what `[[systems]]` of a scenario refers to, as checked numbers.
//!
//! [`System::preset`] takes one from the catalog, [`System::from_family`] describes one without a catalog entry,
//! [`System::set`] overrides a value, [`System::build`] wires a fabric of any number of chips. A system keeps
//! every value with its source, so that tables and `resolved.toml` can say where each number comes from;
//! [`System::ranged`] lists those on which sources disagree, [`System::at_end`] takes one of their ends.

mod bounds;
mod degraded;
mod described_keys;
mod description;
mod family;
mod medium;
mod overrides;
mod ranges;
mod rank_order;
mod report;
mod wiring;

pub use described_keys::{DescribedKey, described_keys};
pub use description::System;
pub use family::{FamilyError, ReadFile};
pub use medium::PhysicalError;
pub use overrides::OverrideError;
pub use ranges::{End, RangeError, RangedValue};
pub use rank_order::{Direction, RankOrder, RankOrderError};
