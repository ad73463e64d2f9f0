//! What a chip's memory holds during a step, term by term, and what would make a plan fit that does not.
//!
//! Static terms come from what a chip holds and owns of the parameters (`state`); activations from the tensors that
//! a layer keeps (`layer_activations`) times the micro-batches in flight (`in_flight`); the rest from exchanges and
//! from the software around a step (`buffers`). `estimate` adds them up for every stage, and `remedies` evaluates changed
//! plans the same way.

mod activations;
mod buffers;
mod estimate;
mod in_flight;
mod layer_activations;
#[cfg(test)]
mod published_tests;
mod remedies;
mod remedy_candidates;
mod remedy_text;
mod state;
mod terms;

pub use estimate::MemoryEstimate;
pub use remedies::{Remedies, Remedy};
pub use terms::MemoryTerms;
