//! The parameters of chip families and software generations, fitted again to published training runs.
//!
//! | file | idea |
//! |---|---|
//! | `field.rs`, `guesses.rs`, `slots.rs` | which parameters are fitted, from which guesses, and who shares them |
//! | `rows.rs`, `steps.rs` | published runs with complete plans, and the distinct steps that they mean |
//! | `pairs.rs` | runs of one source that differ in their number of chips |
//! | `linear.rs`, `fit.rs` | rounds of fits to logarithms of times, linear in those of parameters |
//! | `left_out.rs` | what a fit says of rows that it has not seen |
//! | `request.rs` | a fit, its errors as simulated, and those of left-out rows |
//!
//! Steps are timed by [`crate::estimate::Estimator`]. What the simulation says of each beside it is found at the start,
//! and again at the end: a fit is to the simulation.

mod field;
mod fit;
mod guesses;
mod left_out;
mod linear;
mod pairs;
mod request;
mod rows;
mod slots;
mod steps;
#[cfg(test)]
mod tests;

pub use request::{CHIPS, CalibrateChipsError, CalibrateChipsRequest, calibrate_chips, is_of_chips};
