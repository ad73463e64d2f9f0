//! Traffic patterns as lists of messages: who sends how much to whom.
//!
//! | file | pattern |
//! |---|---|
//! | `permutation.rs` | every chip sends one flow and receives one |
//! | `incast.rs` | many chips send to one |
//! | `uniform.rs` | every chip sends to all others, or to a few drawn ones |
//! | `hot_spot.rs` | every chip sends a share of its bytes to a few hot chips |
//!
//! Nothing here knows a fabric: chips are numbers. Draws come from named streams of the scenario's seed.

mod hot_spot;
mod incast;
mod pattern;
mod permutation;
mod uniform;

pub use hot_spot::HotSpot;
pub use incast::Incast;
pub use pattern::{Pattern, TrafficSpec};
pub use permutation::Permutation;
pub use uniform::Uniform;
