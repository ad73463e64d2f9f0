//! The loop: batches of one picosecond, then a settling, until nothing is pending.

use super::EventQueue;
use crate::units::Time;

/// Something that events happen to.
pub trait Process<E> {
    /// Handles all events that are pending at `now`; may push further ones, at `now` or later.
    fn handle(&mut self, now: Time, batch: &[E], queue: &mut EventQueue<E>);

    /// All of `now` is handled and time is about to pass: decide what the sum of it means.
    fn settle(&mut self, now: Time, queue: &mut EventQueue<E>);

    /// Whether to stop before the queue is empty.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Bounds on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest number of events.
    pub events: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: u64::MAX }
    }
}

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Nothing was pending any more.
    Exhausted,
    /// The process asked for it.
    Interrupted,
    /// More events were handled than [`Limits::events`] allows.
    EventLimit,
    /// What is pending lies at or beyond [`Time::MAX`].
    TimeLimit,
}

/// Runs until nothing is pending; returns the time of the last event, why it ended, and how many events it took.
pub fn run<E, P: Process<E>>(
    process: &mut P,
    queue: &mut EventQueue<E>,
    limits: Limits,
) -> (Time, StopReason, u64) {
    let (mut now, mut events) = (Time::ZERO, 0);
    let mut batch = Vec::new();
    loop {
        // A settling can push events for the same picosecond; time passes when none is left.
        process.settle(now, queue);
        if process.interrupted() {
            return (now, StopReason::Interrupted, events);
        }
        let Some(time) = queue.pop_batch(&mut batch) else {
            return (now, StopReason::Exhausted, events);
        };
        if time == Time::MAX {
            return (now, StopReason::TimeLimit, events);
        }
        now = time;
        while !batch.is_empty() {
            events += batch.len() as u64;
            process.handle(now, &batch, queue);
            batch.clear();
            if queue.is_due(now) {
                queue.pop_batch(&mut batch);
            }
        }
        if events > limits.events {
            return (now, StopReason::EventLimit, events);
        }
    }
}
