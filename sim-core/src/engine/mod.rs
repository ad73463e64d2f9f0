//! Time passes here: events in order of time, and the loop that hands them over. Knows no network.

mod queue;
mod run_loop;

pub use queue::EventQueue;
pub use run_loop::{Limits, Memory, Process, StopReason, run, run_before};
