//! Why points came out as they did: what each headline is made of, what it rests on, and what was assumed.
//!
//! Nothing is simulated again. The ledger of the step says what its time went into; `kernels` and `matmuls` say what
//! compute is made of, `exchanges` what communication is, both from the programs that were simulated; `rests_on` asks
//! the closed form of the step what each catalog value is worth; `headlines` puts them together.

mod collective;
mod exchanges;
mod headlines;
mod kernels;
mod matmuls;
mod point;
mod rests_on;
#[cfg(test)]
mod tests;

pub use point::explain;
