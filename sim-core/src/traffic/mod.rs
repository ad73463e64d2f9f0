//! Traffic: messages that chips post all at once, and nothing else.
//!
//! A permutation, an incast, or every chip sending to every other has no programs and no streams: all messages are on
//! their way from the start, as many at a chip as the pattern has, and only links make them wait for one another.
//! [`simulate_traffic`] moves them through the same events and the same max-min fair links as
//! [`simulate`](crate::simulation::simulate) does, each after the delay that a message of a program has: the overhead
//! of its scope and the latencies of its route.
//!
//! Programs cannot say this: a rank has at most [`MAX_STREAMS`](crate::workload::MAX_STREAMS) operations at once, and
//! a receiver of a hundred messages would take them in turns.

mod message;
mod process;
mod simulate;

pub use message::{Message, Traffic, TrafficOutcome};
pub use simulate::{simulate_traffic, simulate_traffic_watching};
