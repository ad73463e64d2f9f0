//! Laws of whole programs.

pub(crate) mod choices;
mod plans;
mod programs;
pub(crate) mod simulated;
