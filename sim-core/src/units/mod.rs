//! Units as types: [`Time`], [`Bytes`], [`Bandwidth`].
//!
//! Every rounding of the simulator is made here: [`Bandwidth::drain_time`] and the parsers round to the
//! nearest unit. Text with units ("936.25 ns", "16 MiB", "900 GB/s") is read by `FromStr` and written by
//! `Display`, so that files, flags and tables share one grammar.

mod bandwidth;
mod bytes;
mod error;
mod time;

pub use bandwidth::Bandwidth;
pub use bytes::Bytes;
pub use error::UnitError;
pub use time::Time;
