//! The loop: batches of one picosecond, then a settling, until nothing is pending.

use super::EventQueue;
use crate::units::{Bytes, Time};

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

    /// The memory that the process holds, and what most of it is for; asked for now and then.
    fn memory(&self) -> Memory {
        Memory::default()
    }
}

/// Memory that a run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// All of it.
    pub total: Bytes,
    /// The largest part.
    pub largest: Bytes,
    /// What the largest part is, in words.
    pub name: &'static str,
}

impl Memory {
    /// The sum of `parts`, each with its name.
    pub fn of(parts: &[(&'static str, Bytes)]) -> Self {
        parts.iter().fold(Self::default(), |sum, &(name, bytes)| sum.and(name, bytes))
    }

    /// With one part more.
    fn and(self, name: &'static str, bytes: Bytes) -> Self {
        let total = self.total + bytes;
        if bytes > self.largest { Self { total, largest: bytes, name } } else { Self { total, ..self } }
    }
}

/// Bounds on a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest number of events.
    pub events: u64,
    /// The last instant that is simulated.
    pub time: Time,
    /// The most memory that pending events and the state of the process may take.
    pub memory: Bytes,
}

impl Default for Limits {
    /// No bounds but those of the representation.
    fn default() -> Self {
        Self { events: u64::MAX, time: Time::MAX, memory: Bytes::new(u64::MAX) }
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
    /// What is pending lies past [`Limits::time`], or at or beyond [`Time::MAX`].
    TimeLimit,
    /// More memory was held than [`Limits::memory`] allows.
    MemoryLimit(Memory),
}

/// Batches between two looks at the memory held.
const BATCHES_PER_LOOK: u32 = 1 << 10;

/// Runs until what is pending lies at `until` or later; returns how many events it took.
pub fn run_before<E: Copy, P: Process<E>>(process: &mut P, queue: &mut EventQueue<E>, until: Time) -> u64 {
    let (mut now, mut events) = (Time::ZERO, 0);
    let mut batch = Vec::new();
    loop {
        process.settle(now, queue);
        if process.interrupted() || queue.next_time().is_none_or(|next| next >= until) {
            return events;
        }
        now = queue.pop_batch(&mut batch).unwrap_or(now);
        while !batch.is_empty() {
            events += batch.len() as u64;
            process.handle(now, &batch, queue);
            batch.clear();
            if queue.is_due(now) {
                queue.pop_batch(&mut batch);
            }
        }
    }
}

/// Runs until nothing is pending; returns the time of the last event, why it ended, and how many events it took.
pub fn run<E: Copy, P: Process<E>>(
    process: &mut P,
    queue: &mut EventQueue<E>,
    limits: Limits,
) -> (Time, StopReason, u64) {
    let (mut now, mut events, mut batches) = (Time::ZERO, 0, 0_u32);
    let mut batch = Vec::new();
    loop {
        // A settling can push events for the same picosecond; time passes when none is left.
        process.settle(now, queue);
        if process.interrupted() {
            return (now, StopReason::Interrupted, events);
        }
        if batches.is_multiple_of(BATCHES_PER_LOOK) {
            let memory = process.memory().and("pending events", queue.memory());
            if memory.total > limits.memory {
                return (now, StopReason::MemoryLimit(memory), events);
            }
        }
        batches = batches.wrapping_add(1);
        let Some(time) = queue.pop_batch(&mut batch) else {
            return (now, StopReason::Exhausted, events);
        };
        if time > limits.time || time == Time::MAX {
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
