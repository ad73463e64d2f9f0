//! The time of a training step in closed form: the fast twin of the simulation, for thousands of plans in seconds.
//!
//! An [`Estimator`] reads the very programs that the simulator runs. `block` turns what a stage does at once into a
//! table of how long after each of its streams the others end, `pipeline` passes these tables through the schedule of
//! all stages, and `exchanges` says what collectives and transfers take where nothing else is on their links. What the
//! simulation sees and this does not: links that several groups fill at once, and chips of one stage that differ.

mod block;
mod crowding;
mod estimator;
mod exchanges;
mod interference;
mod layer_time;
mod lower_bound;
mod moment;
mod pipeline;
mod script;
mod shortened;
mod terms;
#[cfg(test)]
mod tests;

pub use estimator::{EstimateError, Estimator, StepEstimate};
pub use layer_time::LayerTimes;
pub use terms::EstimateTerms;
