//! Bytes over time in a bounded number of equal slices.

use crate::units::Time;
use std::ops::Range;

pub(super) const SLICES: usize = 512;

/// An amount spread over time: exact in total, kept in at most 512 equal slices that widen as time goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The binary digits of a time within a slice: a slice is a power of two wide.
    digits: u32,
    slices: Vec<f64>,
    total: f64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { digits: Self::NARROWEST.ilog2(), slices: vec![0.0; SLICES], total: 0.0 }
    }
}

impl Timeline {
    /// The first width of slices, in picoseconds; it doubles as time goes on.
    pub(super) const NARROWEST: u64 = 1 << 10;

    /// Adds an amount, spread evenly over `when`.
    #[inline]
    pub fn add(&mut self, when: Range<Time>, amount: f64) {
        self.total += amount;
        let (start, end) = (when.start.picoseconds(), when.end.picoseconds());
        // The picosecond before the end is the last that anything falls into.
        let last = start.max(end.saturating_sub(1));
        while last >> self.digits >= SLICES as u64 {
            self.widen();
        }
        if start >> self.digits == last >> self.digits {
            self.slices[(start >> self.digits) as usize] += amount;
        } else {
            self.spread(start..end, amount);
        }
    }

    /// Adds an amount to all slices that `when`, in picoseconds, is part of.
    fn spread(&mut self, when: Range<u64>, amount: f64) {
        let rate = amount / (when.end - when.start) as f64;
        for slice in when.start >> self.digits..=(when.end - 1) >> self.digits {
            let from = when.start.max(slice << self.digits);
            let to = when.end.min((slice + 1).saturating_mul(1 << self.digits));
            self.slices[slice as usize] += rate * (to - from) as f64;
        }
    }

    /// Adds another timeline, from its own zero at the start of `when` to its end; as a whole where slices are wider.
    #[inline]
    pub fn add_timeline(&mut self, when: Range<Time>, other: &Self) {
        let length = when.end.saturating_sub(when.start);
        if length <= self.slice_width() {
            self.add(when, other.total);
        } else {
            self.add_slices(when.start, length, other);
        }
    }

    /// So many times as much in each slice.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.slices.iter_mut().for_each(|slice| *slice *= factor);
        self.total *= factor;
        self
    }

    /// Nothing any more, in slices as wide as they have become.
    pub(super) fn clear(&mut self) {
        self.slices.fill(0.0);
        self.total = 0.0;
    }

    /// Adds the slices of another timeline up to a length, from its own zero at `start`.
    fn add_slices(&mut self, start: Time, length: Time, other: &Self) {
        for (slice, &amount) in other.slices(length).iter().enumerate().filter(|slice| *slice.1 != 0.0) {
            let from = Time::from_picoseconds((slice as u64) << other.digits);
            let to = Time::from_picoseconds((slice as u64 + 1).saturating_mul(1 << other.digits)).min(length);
            self.add(start + from..start + to, amount);
        }
    }

    #[cold]
    fn widen(&mut self) {
        for slice in 0..SLICES / 2 {
            self.slices[slice] = self.slices[2 * slice] + self.slices[2 * slice + 1];
        }
        self.slices[SLICES / 2..].fill(0.0);
        self.digits += 1;
    }

    /// The width of a slice.
    pub fn slice_width(&self) -> Time {
        Time::from_picoseconds(1 << self.digits)
    }

    /// The amounts of the slices up to `end`, the last of which may be partly past it.
    pub fn slices(&self, end: Time) -> &[f64] {
        let used = end.picoseconds().div_ceil(1 << self.digits) as usize;
        &self.slices[..used.min(SLICES)]
    }

    /// The whole amount.
    pub fn total(&self) -> f64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeline_is_added_in_its_place() {
        let at = Time::from_picoseconds;
        let mut moved = Timeline::default();
        moved.add(at(1024)..at(2048), 8.0);
        let mut timeline = Timeline::default();
        timeline.add_timeline(at(4096)..at(8192), &moved);
        assert_eq!(timeline.slices(at(8192)), [0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 0.0, 0.0]);
    }

    #[test]
    fn widening_keeps_the_total_and_the_place() {
        let mut timeline = Timeline::default();
        let at = Time::from_picoseconds;
        timeline.add(at(0)..at(2048), 2.0);
        timeline.add(at(1 << 30)..at((1 << 30) + 10), 3.0);
        assert!((timeline.total() - 5.0).abs() < 1e-12);
        assert!((timeline.slices(at(1 << 31))[0] - 2.0).abs() < 1e-12);
    }
}
