//! Laws of whole programs.

mod choices;
mod plans;
mod programs;
mod simulated;
