//! One test binary for the whole workspace.
//!
//! - `laws`: closed forms that simulated collectives must equal
//! - `folding`: folded and replayed runs equal the full simulation, to the picosecond
//! - `determinism`: the same digest, run after run

mod determinism;
mod folding;
mod laws;
