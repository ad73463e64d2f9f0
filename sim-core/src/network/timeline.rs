//! Bytes over time in a bounded number of equal slices.

use crate::units::Time;
use std::ops::Range;

const SLICES: usize = 512;

/// An amount spread over time: exact in total, kept in at most 512 equal slices that widen as time goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    width: u64,
    slices: Vec<f64>,
}

impl Default for Timeline {
    fn default() -> Self {
        // Slices start at 2^10 ps and double.
        Self { width: 1 << 10, slices: vec![0.0; SLICES] }
    }
}

impl Timeline {
    /// Adds an amount, spread evenly over `when`.
    pub fn add(&mut self, when: Range<Time>, amount: f64) {
        let (start, end) = (when.start.picoseconds(), when.end.picoseconds());
        while end.max(start + 1) > self.width * SLICES as u64 {
            self.widen();
        }
        if end <= start {
            self.slices[(start / self.width) as usize] += amount;
            return;
        }
        let rate = amount / (end - start) as f64;
        for slice in start / self.width..=(end - 1) / self.width {
            let from = start.max(slice * self.width);
            let to = end.min((slice + 1) * self.width);
            self.slices[slice as usize] += rate * (to - from) as f64;
        }
    }

    fn widen(&mut self) {
        for slice in 0..SLICES / 2 {
            self.slices[slice] = self.slices[2 * slice] + self.slices[2 * slice + 1];
        }
        self.slices[SLICES / 2..].fill(0.0);
        self.width *= 2;
    }

    /// The width of a slice.
    pub fn slice_width(&self) -> Time {
        Time::from_picoseconds(self.width)
    }

    /// The amounts of the slices up to `end`, the last of which may be partly past it.
    pub fn slices(&self, end: Time) -> &[f64] {
        let used = end.picoseconds().div_ceil(self.width) as usize;
        &self.slices[..used.min(SLICES)]
    }

    /// The whole amount.
    pub fn total(&self) -> f64 {
        self.slices.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
