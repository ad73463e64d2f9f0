//! Inputs that the benches in `benches/` share, each with a name and always the same.
//!
//! - [`fabrics`]: stars of chips, built by their family
//! - [`allocations`]: links and flows whose fair rates are known or can be checked
//!
//! A bench asserts its answer once before it measures: a faster wrong answer is no result.

pub mod allocations;
pub mod fabrics;
