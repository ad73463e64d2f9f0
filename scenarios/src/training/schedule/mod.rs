//! Schedules: in which order a stage of a pipeline runs the passes of its chunks.
//!
//! Pure functions of the stage and the number of micro-batches, one file each: [`steps`] chooses. A schedule says
//! nothing of transfers.
//! Two stages exchange the activations (or the gradients) of one direction in one order: whoever receives runs
//! its passes in the order in which the sender ran its own, in every schedule here.

mod dual_pipe;
#[cfg(test)]
mod executor;
mod gpipe;
mod held;
mod one_forward_one_backward;
mod pass;
#[cfg(test)]
mod route;
mod rules;
#[cfg(test)]
mod tests;
mod zero_bubble;

pub(in crate::training) use held::held_at_peak;
pub(in crate::training) use pass::{Pass, PassOf, Step, steps};
pub(in crate::training) use rules::check;
