//! Laws of whole programs.

mod plans;
mod programs;
mod simulated;
