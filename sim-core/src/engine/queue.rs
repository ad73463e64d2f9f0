//! Pending events, earliest first.

use crate::units::Time;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Events by time; those of one picosecond are handed over together, in the order in which they were pushed.
#[derive(Debug)]
pub struct EventQueue<E> {
    heap: BinaryHeap<Entry<E>>,
    pushed: u64,
}

#[derive(Debug)]
struct Entry<E> {
    time: Time,
    sequence: u64,
    event: E,
}

impl<E> EventQueue<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self { heap: BinaryHeap::new(), pushed: 0 }
    }

    /// Adds an event. O(log n).
    pub fn push(&mut self, time: Time, event: E) {
        self.heap.push(Entry { time, sequence: self.pushed, event });
        self.pushed += 1;
    }

    /// The time of the earliest event.
    pub fn next_time(&self) -> Option<Time> {
        self.heap.peek().map(|entry| entry.time)
    }

    /// Moves all events of the earliest picosecond to the end of `batch`; returns that time.
    pub fn pop_batch(&mut self, batch: &mut Vec<E>) -> Option<Time> {
        let time = self.next_time()?;
        while self.next_time() == Some(time) {
            batch.extend(self.heap.pop().map(|entry| entry.event));
        }
        Some(time)
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no event is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    /// The heap gives its greatest first, so earlier compares as greater.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.sequence).cmp(&(self.time, self.sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_one_picosecond_in_order_of_pushing() {
        let mut queue = EventQueue::new();
        for (time, event) in [(5, 'c'), (3, 'a'), (5, 'd'), (3, 'b')] {
            queue.push(Time::from_picoseconds(time), event);
        }
        let mut batch = Vec::new();
        assert_eq!(queue.pop_batch(&mut batch), Some(Time::from_picoseconds(3)));
        assert_eq!(batch, ['a', 'b']);
        batch.clear();
        assert_eq!(queue.pop_batch(&mut batch), Some(Time::from_picoseconds(5)));
        assert_eq!(batch, ['c', 'd']);
        assert_eq!(queue.pop_batch(&mut batch), None);
    }
}
