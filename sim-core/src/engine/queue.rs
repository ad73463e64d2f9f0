//! Pending events, earliest first: a wheel of powers of 64, and a sorted front.
//!
//! An event lies in the wheel at the highest base-64 digit in which its time differs from the wheel's own time, in the
//! slot of that digit. The earliest slot is moved to the front when the front is empty: sorted when it is short, whole
//! when all its times are equal, and spread over lower levels else. Entries of one time always lie in one slot and
//! move in order, so that no sequence number is kept.

use crate::units::{Bytes, Time};
use std::mem;

/// Binary digits of a base-64 digit.
const DIGIT: usize = 6;
/// Base-64 digits of a 64-bit time.
const LEVELS: usize = 11;
/// Slots of a level.
const SLOTS: usize = 1 << DIGIT;
/// Slots with at most this many entries are sorted into the front: the place of an entry is one base-64 digit.
const SHORT: usize = SLOTS;
/// So many keys are sorted by counting.
const FEW: usize = 20;
/// A front longer than this is cut when an entry would go into its middle.
const LONG: usize = 192;

/// Events by time; those of one picosecond are handed over together, in the order in which they were pushed.
///
/// Monotone: nothing may be pushed before the time of the last batch. Push and pop cost O(1) amortised for pending
/// times of any distribution, up to the number of levels. Buffers of emptied slots are used again, the last one
/// first, so that memory follows the largest number of pending events.
#[derive(Debug)]
pub struct EventQueue<E> {
    /// All events up to `horizon`, in order, from `taken` on.
    front: Vec<Entry<E>>,
    /// How many entries of the front were handed over.
    taken: usize,
    /// Later events go to the wheel.
    horizon: u64,
    /// Digits of the wheel's entries are told from those of this time, which none of them is before.
    base: u64,
    slots: Box<[Vec<Entry<E>>; LEVELS * SLOTS]>,
    /// For each level, which slots hold entries.
    occupied: [u64; LEVELS],
    /// Which levels have such slots.
    levels: u32,
    /// Empty buffers.
    spare: Vec<Vec<Entry<E>>>,
    pending: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry<E> {
    time: u64,
    event: E,
}

impl<E: Copy> EventQueue<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self {
            front: Vec::new(),
            taken: 0,
            horizon: 0,
            base: 0,
            slots: Box::new([const { Vec::new() }; LEVELS * SLOTS]),
            occupied: [0; LEVELS],
            levels: 0,
            spare: Vec::new(),
            pending: 0,
        }
    }

    /// Adds an event.
    pub fn push(&mut self, time: Time, event: E) {
        let time = time.picoseconds();
        self.pending += 1;
        if time > self.horizon {
            self.put(Entry { time, event });
        } else {
            self.insert(time, event);
        }
    }

    /// The time of the earliest event.
    #[inline]
    pub fn next_time(&mut self) -> Option<Time> {
        if self.taken == self.front.len() {
            self.fill_front();
        }
        self.front.get(self.taken).map(|entry| Time::from_picoseconds(entry.time))
    }

    /// Whether events are pending at the time of the last batch.
    #[inline]
    pub fn is_due(&self, now: Time) -> bool {
        // Invariant: whatever is pushed up to the horizon, which is not before the last batch, goes to the front.
        self.front.get(self.taken).is_some_and(|entry| entry.time == now.picoseconds())
    }

    /// Moves all events of the earliest picosecond to the end of `batch`; returns that time.
    #[inline]
    pub fn pop_batch(&mut self, batch: &mut Vec<E>) -> Option<Time> {
        let time = self.next_time()?;
        let due = |entry: &&Entry<E>| entry.time == time.picoseconds();
        let rest = &self.front[self.taken..];
        let count =
            if rest.get(1).as_ref().is_some_and(due) { rest.iter().take_while(due).count() } else { 1 };
        batch.extend(rest[..count].iter().map(|entry| entry.event));
        self.taken += count;
        self.pending -= count;
        Some(time)
    }

    /// All pending events, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Time, &E)> {
        let slots = self.slots.iter().flatten();
        let entries = self.front[self.taken..].iter().chain(slots);
        entries.map(|entry| (Time::from_picoseconds(entry.time), &entry.event))
    }

    /// Puts off all pending events by as much.
    pub fn put_off(&mut self, by: Time) {
        let mut pending = Vec::with_capacity(self.pending);
        let mut put_off = Self::new();
        while let Some(time) = self.pop_batch(&mut pending) {
            pending.drain(..).for_each(|event| put_off.push(time + by, event));
        }
        *self = put_off;
    }

    /// Forgets pending events, all but those to be kept.
    pub fn retain(&mut self, keep: impl Fn(&E) -> bool) {
        self.front.drain(..self.taken);
        self.taken = 0;
        self.front.retain(|entry| keep(&entry.event));
        self.pending = self.front.len();
        for (place, slot) in self.slots.iter_mut().enumerate().filter(|(_, slot)| !slot.is_empty()) {
            slot.retain(|entry| keep(&entry.event));
            self.pending += slot.len();
            if slot.is_empty() {
                let level = place / SLOTS;
                self.spare.push(mem::take(slot));
                self.occupied[level] &= !(1 << (place % SLOTS));
                if self.occupied[level] == 0 {
                    self.levels &= !(1 << level);
                }
            }
        }
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
    #[inline(always)]
    fn put(&mut self, entry: Entry<E>) {
        let (level, slot) = place(entry.time, self.base);
        if self.occupied[level] & 1 << slot == 0 {
            self.open(level, slot);
        }
        self.slots[level * SLOTS + slot].push(entry);
    }

    /// Gives an empty slot a buffer and marks it as occupied.
    #[inline(never)]
    fn open(&mut self, level: usize, slot: usize) {
        self.occupied[level] |= 1 << slot;
        self.levels |= 1 << level;
        if let Some(buffer) = self.spare.pop() {
            self.slots[level * SLOTS + slot] = buffer;
        }
    }

    /// Puts an entry into the front, behind all that are not later.
    #[inline(never)]
    fn insert(&mut self, time: u64, event: E) {
        let pending = self.front.len() - self.taken;
        if self.taken > LONG.max(pending) {
            self.front.drain(..self.taken);
            self.taken = 0;
        }
        let after = self.front[self.taken..].iter().rev().take_while(|later| later.time > time).count();
        self.front.insert(self.front.len() - after, Entry { time, event });
        if after > 0 && pending >= LONG {
            self.cut_front();
        }
    }

    /// Moves the earliest slots to the front until it holds something or nothing is pending.
    fn fill_front(&mut self) {
        self.front.clear();
        self.taken = 0;
        while self.front.is_empty() && self.levels != 0 {
            let (level, slot) = self.leave_earliest_slot();
            let mut entries = mem::take(&mut self.slots[level * SLOTS + slot]);
            // Below the highest level, what lies between times of one slot leaves room for a place in a key.
            if entries.len() <= SHORT && (1..LEVELS - 1).contains(&level) {
                self.base = slot_start(self.base, level, slot);
                self.horizon = self.base | low_bits(level);
                append_sorted(&mut self.front, &entries, self.base);
            } else {
                self.take_or_spread(&mut entries);
            }
            entries.clear();
            self.spare.push(entries);
        }
    }

    /// The level and slot of the earliest entries, no longer marked as occupied.
    fn leave_earliest_slot(&mut self) -> (usize, usize) {
        let level = self.levels.trailing_zeros() as usize;
        let slots = &mut self.occupied[level];
        let slot = slots.trailing_zeros() as usize;
        *slots &= !(1 << slot);
        if *slots == 0 {
            self.levels &= !(1 << level);
        }
        (level, slot)
    }

    /// Makes the entries of a slot the front when they are of one time, and spreads them over lower levels else.
    fn take_or_spread(&mut self, entries: &mut Vec<Entry<E>>) {
        let times = || entries.iter().map(|entry| entry.time);
        let (earliest, latest) = times().fold((u64::MAX, 0), |(a, b), time| (a.min(time), b.max(time)));
        self.base = earliest;
        if earliest == latest {
            self.horizon = earliest;
            mem::swap(&mut self.front, entries);
        } else {
            entries.iter().for_each(|&entry| self.put(entry));
        }
    }

    /// Gives the later part of a long front back to the wheel.
    fn cut_front(&mut self) {
        // Never before the wheel's own time: looking ahead may have moved it past the last batch.
        let last_kept = self.front[self.taken + SHORT].time.max(self.base);
        let kept = self.front.partition_point(|entry| entry.time <= last_kept);
        self.horizon = last_kept;
        for index in kept..self.front.len() {
            self.put(self.front[index]);
        }
        self.front.truncate(kept);
    }
}

/// Appends a short slot that begins at `start` in order of time, equal times in order of their places.
///
/// What is sorted are whole numbers, all different: the time since `start`, then the place.
fn append_sorted<E: Copy>(front: &mut Vec<Entry<E>>, entries: &[Entry<E>], start: u64) {
    let mut keys = [0; SHORT];
    let keys = &mut keys[..entries.len()];
    for (place, (key, entry)) in keys.iter_mut().zip(entries).enumerate() {
        *key = (entry.time - start) << DIGIT | place as u64;
    }
    if keys.len() <= FEW {
        sort_by_counting(keys);
    } else {
        keys.sort_unstable();
    }
    front.extend(keys.iter().map(|&key| entries[key as usize % SHORT]));
}

/// Sorts up to [`FEW`] different keys: the place of each is the number of smaller ones, found without branches.
fn sort_by_counting(keys: &mut [u64]) {
    let mut sorted = [0; FEW];
    for &key in keys.iter() {
        let smaller: usize = keys.iter().map(|&other| usize::from(other < key)).sum();
        sorted[smaller] = key;
    }
    keys.copy_from_slice(&sorted[..keys.len()]);
}

/// The level and slot of a time, told from `base`.
const fn place(time: u64, base: u64) -> (usize, usize) {
    let differing = time ^ base;
    let level = (u64::BITS - 1 - (differing | 1).leading_zeros()) as usize / DIGIT;
    (level, (time >> (DIGIT * level)) as usize % SLOTS)
}

/// The ones of all digits up to and including `level`'s lower neighbours: the span of one slot, less one.
const fn low_bits(level: usize) -> u64 {
    (1 << (DIGIT * level)) - 1
}

/// The first time of a slot.
const fn slot_start(base: u64, level: usize, slot: usize) -> u64 {
    let above = DIGIT * (level + 1);
    let upper = if above >= u64::BITS as usize { 0 } else { base >> above << above };
    upper | (slot as u64) << (DIGIT * level)
}

impl<E: Copy> Default for EventQueue<E> {
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

    #[test]
    fn events_put_off_keep_their_order() {
        let at = Time::from_picoseconds;
        let mut queue = EventQueue::new();
        let pushed = [(7, 'a'), (3, 'x'), (1 << 40, 'd'), (7, 'b'), (9_000, 'c')];
        pushed.into_iter().for_each(|(time, event)| queue.push(at(time), event));
        queue.pop_batch(&mut Vec::new());
        assert_eq!(queue.iter().count(), 4);
        queue.put_off(at(1_000));
        queue.push(at(1_004), 'e');
        let mut popped = Vec::new();
        let times: Vec<_> = std::iter::from_fn(|| queue.pop_batch(&mut popped)).collect();
        assert_eq!(times, [1_004, 1_007, 10_000, (1 << 40) + 1_000].map(at));
        assert_eq!(popped, ['e', 'a', 'b', 'c', 'd']);
    }

    #[test]
    fn what_is_not_kept_never_comes() {
        let at = Time::from_picoseconds;
        let mut queue = EventQueue::new();
        (1..1_000).for_each(|time| queue.push(at(time * 77), time));
        queue.pop_batch(&mut Vec::new());
        queue.retain(|event| event.is_multiple_of(10));
        queue.push(at(78), 0);
        assert_eq!(queue.len(), 100);
        let mut popped = Vec::new();
        while queue.pop_batch(&mut popped).is_some() {}
        assert!(popped.iter().copied().eq((0..100).map(|event| event * 10)), "{popped:?}");
        assert!(queue.is_empty());
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

    #[test]
    fn a_front_that_is_never_empty_stays_short() {
        // The second event keeps the front from being filled again; the first is put back a nanosecond later.
        let at = Time::from_picoseconds;
        let mut queue = EventQueue::new();
        [(1 << 30) + 1, (1 << 31) - 1].into_iter().for_each(|time| queue.push(at(time), ()));
        let mut batch = Vec::new();
        for hold in 0..10_000 {
            assert_eq!(queue.pop_batch(&mut batch), Some(at((1 << 30) + 1 + hold * 1_000)));
            queue.push(at((1 << 30) + 1 + (hold + 1) * 1_000), ());
            assert!(queue.front.len() <= 2 * LONG, "{} entries are kept for 2 events", queue.front.len());
        }
        assert_eq!(queue.len(), 2);
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
