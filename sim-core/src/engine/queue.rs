//! Pending events, earliest first: a wheel of powers of 64, and a sorted front.
//!
//! An event lies in the wheel at the highest base-64 digit in which its time differs from the wheel's own time, in the
//! slot of that digit. The earliest slot is moved to the front when the front is empty: sorted when it is short,
//! spread over lower levels when it is long. Entries of one time always lie in one slot and move in order, so that
//! no sequence number is kept.

use crate::units::{Bytes, Time};
use std::collections::VecDeque;

/// Base-64 digits of a 64-bit time.
const LEVELS: usize = 11;
/// Slots of a level.
const SLOTS: usize = 64;
/// Slots with at most this many entries are sorted into the front.
const SHORT: usize = 48;
/// A front longer than this is cut when an entry would go into its middle.
const LONG: usize = 192;

/// Events by time; those of one picosecond are handed over together, in the order in which they were pushed.
///
/// Monotone: nothing may be pushed before the time of the last batch. Push and pop cost O(1) amortised for pending
/// times of any distribution, up to the number of levels.
#[derive(Debug)]
pub struct EventQueue<E> {
    /// All events up to `horizon`, in order.
    front: VecDeque<Entry<E>>,
    /// Later events go to the wheel.
    horizon: u64,
    /// Digits of the wheel's entries are told from those of this time, which none of them is before.
    base: u64,
    slots: Vec<Vec<Entry<E>>>,
    /// For each level, which slots hold entries.
    occupied: [u64; LEVELS],
    pending: usize,
}

#[derive(Debug)]
struct Entry<E> {
    time: u64,
    event: E,
}

impl<E> EventQueue<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self {
            front: VecDeque::new(),
            horizon: 0,
            base: 0,
            slots: std::iter::repeat_with(Vec::new).take(LEVELS * SLOTS).collect(),
            occupied: [0; LEVELS],
            pending: 0,
        }
    }

    /// Adds an event.
    pub fn push(&mut self, time: Time, event: E) {
        let entry = Entry { time: time.picoseconds(), event };
        self.pending += 1;
        if entry.time > self.horizon {
            self.put(entry);
            return;
        }
        let after = self.front.iter().rev().take_while(|later| later.time > entry.time).count();
        self.front.insert(self.front.len() - after, entry);
        if after > 0 && self.front.len() > LONG {
            self.cut_front();
        }
    }

    /// The time of the earliest event.
    pub fn next_time(&mut self) -> Option<Time> {
        self.fill_front();
        self.front.front().map(|entry| Time::from_picoseconds(entry.time))
    }

    /// Whether events are pending at the time of the last batch.
    pub fn is_due(&self, now: Time) -> bool {
        // Invariant: whatever is pushed up to the horizon, which is not before the last batch, goes to the front.
        self.front.front().is_some_and(|entry| entry.time == now.picoseconds())
    }

    /// Moves all events of the earliest picosecond to the end of `batch`; returns that time.
    pub fn pop_batch(&mut self, batch: &mut Vec<E>) -> Option<Time> {
        let time = self.next_time()?;
        while self.front.front().is_some_and(|entry| entry.time == time.picoseconds()) {
            batch.extend(self.front.pop_front().map(|entry| entry.event));
            self.pending -= 1;
        }
        Some(time)
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.pending
    }

    /// Whether no event is pending.
    pub fn is_empty(&self) -> bool {
        self.pending == 0
    }

    /// The memory that pending events take.
    pub fn memory(&self) -> Bytes {
        Bytes::new((self.pending * size_of::<Entry<E>>()) as u64)
    }

    /// Puts an entry into the wheel.
    fn put(&mut self, entry: Entry<E>) {
        let (level, slot) = place(entry.time, self.base);
        self.occupied[level] |= 1 << slot;
        self.slots[level * SLOTS + slot].push(entry);
    }

    /// Moves the earliest slots to the front until it holds something or nothing is pending.
    fn fill_front(&mut self) {
        while self.front.is_empty() {
            let Some(level) = self.occupied.iter().position(|&slots| slots != 0) else { return };
            let slot = self.occupied[level].trailing_zeros() as usize;
            self.occupied[level] &= !(1 << slot);
            let mut entries = std::mem::take(&mut self.slots[level * SLOTS + slot]);
            if level == 0 || entries.len() <= SHORT {
                entries.sort_by_key(|entry| entry.time);
                self.base = slot_start(self.base, level, slot);
                self.horizon = self.base | low_bits(level);
                self.front.extend(entries.drain(..));
            } else {
                self.base = entries.iter().map(|entry| entry.time).min().unwrap_or(self.base);
                entries.drain(..).for_each(|entry| self.put(entry));
            }
            // The emptied buffer goes back, so that slots keep their capacity.
            self.slots[level * SLOTS + slot] = entries;
        }
    }

    /// Gives the later part of a long front back to the wheel.
    fn cut_front(&mut self) {
        // Never before the wheel's own time: looking ahead may have moved it past the last batch.
        let last_kept = self.front[SHORT].time.max(self.base);
        let kept = self.front.partition_point(|entry| entry.time <= last_kept);
        self.horizon = last_kept;
        for entry in self.front.split_off(kept) {
            self.put(entry);
        }
    }
}

/// The level and slot of a time, told from `base`.
fn place(time: u64, base: u64) -> (usize, usize) {
    let differing = time ^ base;
    let level = (u64::BITS - 1 - (differing | 1).leading_zeros()) as usize / 6;
    (level, (time >> (6 * level)) as usize % SLOTS)
}

/// The ones of all digits up to and including `level`'s lower neighbours: the span of one slot, less one.
const fn low_bits(level: usize) -> u64 {
    (1 << (6 * level)) - 1
}

/// The first time of a slot.
fn slot_start(base: u64, level: usize, slot: usize) -> u64 {
    let above = 6 * (level + 1);
    let upper = if above >= u64::BITS as usize { 0 } else { base >> above << above };
    upper | (slot as u64) << (6 * level)
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

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

    /// Delays with many ties, delays of every magnitude, and none at all.
    fn delay() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            1..4u64,
            prop::sample::select(vec![1_000u64, 500_000]),
            (0..63u32).prop_map(|bits| 1 << bits),
            0..2_000_000u64
        ]
    }

    #[test]
    fn looking_ahead_leaves_room_before_what_was_seen() {
        let at = Time::from_picoseconds;
        let mut queue = EventQueue::new();
        queue.push(at(3_000_000), 0);
        assert_eq!(queue.next_time(), Some(at(3_000_000)));
        (1_001..=1_200).for_each(|time| queue.push(at(time), time));
        queue.push(at(2_091_102), 1);
        let times = std::iter::from_fn(|| queue.pop_batch(&mut Vec::new())).collect::<Vec<_>>();
        assert!(times.is_sorted() && times.len() == 202, "{times:?}");
    }

    proptest! {
        #[test]
        fn order_equals_that_of_a_heap(rounds in prop::collection::vec(prop::collection::vec(delay(), 0..300), 1..12)) {
            let (mut queue, mut heap) = (EventQueue::new(), BinaryHeap::new());
            let (mut now, mut pushed) = (0u64, 0u64);
            for delays in rounds {
                for delay in delays {
                    let time = now.saturating_add(delay);
                    queue.push(Time::from_picoseconds(time), pushed);
                    heap.push(Reverse((time, pushed)));
                    pushed += 1;
                }
                for look_ahead in [false, true].repeat(20) {
                    if look_ahead {
                        prop_assert_eq!(queue.next_time().map(Time::picoseconds), heap.peek().map(|next| next.0.0));
                    }
                    let mut batch = Vec::new();
                    let Some(time) = queue.pop_batch(&mut batch) else { break };
                    now = time.picoseconds();
                    for event in batch {
                        prop_assert_eq!(heap.pop(), Some(Reverse((now, event))));
                    }
                    prop_assert_ne!(heap.peek().map(|next| next.0.0), Some(now));
                }
                prop_assert_eq!(queue.len(), heap.len());
            }
        }
    }
}
