//! Rates that go up and down at known times, recorded as a timeline.

use super::timeline::{SLICES, Timeline};
use crate::units::Time;

/// The sum of many rates over time, from their changes, in whatever order they come.
///
/// A change costs O(1) however long the rate lasts: a slice keeps the sum of the changes in it, and the sum of each
/// times its distance from the start of the slice.
#[derive(Debug, Clone)]
pub struct RateRecord {
    width: u64,
    changes: Vec<f64>,
    moments: Vec<f64>,
}

/// Instants with their extremes and their sum, which may have wrapped.
struct Instants<'a> {
    first: u64,
    last: u64,
    sum: u64,
    all: &'a [u64],
}

impl Default for RateRecord {
    fn default() -> Self {
        Self { width: Timeline::NARROWEST, changes: vec![0.0; SLICES], moments: vec![0.0; SLICES] }
    }
}

impl RateRecord {
    /// A rate in bytes per picosecond is added at an instant; a negative one is taken off.
    pub fn change(&mut self, at: Time, rate: f64) {
        let at = at.picoseconds();
        self.reach(at);
        let slice = (at / self.width) as usize;
        self.changes[slice] += rate;
        self.moments[slice] += rate * (at % self.width) as f64;
    }

    /// The same rate lasts for the same time up to each of several instants.
    pub fn last_until(&mut self, instants: &[u64], duration: Time, rate: f64) {
        let (mut first, mut last, mut sum) = (u64::MAX, 0, 0_u64);
        for &at in instants {
            first = first.min(at);
            last = last.max(at);
            sum = sum.wrapping_add(at);
        }
        let of = Instants { first, last, sum, all: instants };
        self.change_all(&of, duration.picoseconds(), rate);
        self.change_all(&of, 0, -rate);
    }

    /// The same rate is added so much before each of several instants.
    fn change_all(&mut self, instants: &Instants<'_>, before: u64, rate: f64) {
        let first = instants.first.saturating_sub(before);
        let last = instants.last.saturating_sub(before);
        self.reach(last);
        let (slice, count) = (first / self.width, instants.all.len() as u64);
        let fits = self.width.checked_mul(count).is_some();
        if slice != last / self.width || !fits {
            for &at in instants.all {
                self.change(Time::from_picoseconds(at.saturating_sub(before)), rate);
            }
            return;
        }
        // Distances from the start of the slice have a sum that fits, whatever the sum of the instants did.
        let start = slice * self.width;
        let distances = instants.sum.wrapping_sub(start.wrapping_add(before).wrapping_mul(count));
        self.changes[slice as usize] += rate * count as f64;
        self.moments[slice as usize] += rate * distances as f64;
    }

    fn reach(&mut self, at: u64) {
        while at / self.width >= SLICES as u64 {
            self.widen();
        }
    }

    fn widen(&mut self) {
        for slice in 0..SLICES / 2 {
            let later = self.changes[2 * slice + 1];
            self.moments[slice] =
                self.moments[2 * slice] + self.moments[2 * slice + 1] + later * self.width as f64;
            self.changes[slice] = self.changes[2 * slice] + later;
        }
        self.changes[SLICES / 2..].fill(0.0);
        self.moments[SLICES / 2..].fill(0.0);
        self.width *= 2;
    }

    /// What has moved in each slice.
    pub fn timeline(&self) -> Timeline {
        let (mut timeline, mut rate) = (Timeline::default(), 0.0);
        for slice in 0..SLICES {
            let moved = (rate + self.changes[slice]) * self.width as f64 - self.moments[slice];
            rate += self.changes[slice];
            if moved > 0.0 {
                let start = slice as u64 * self.width;
                let end = Time::from_picoseconds(start) + Time::from_picoseconds(self.width);
                timeline.add(Time::from_picoseconds(start)..end, moved);
            }
        }
        timeline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_give_what_the_intervals_hold() {
        // Two rates of 0.5 and 2 bytes per picosecond over intervals that start and end inside slices.
        let at = Time::from_picoseconds;
        let intervals = [(100, 5_000_000, 0.5), (3_000_000, 9_123_456, 2.0)];
        let (mut record, mut expected) = (RateRecord::default(), Timeline::default());
        for (start, end, rate) in intervals {
            record.change(at(start), rate);
            record.change(at(end), -rate);
            expected.add(at(start)..at(end), rate * (end - start) as f64);
        }
        let found = record.timeline();
        assert_eq!(found.slice_width(), expected.slice_width());
        for (a, b) in found.slices(at(9_123_456)).iter().zip(expected.slices(at(9_123_456))) {
            assert!((a - b).abs() < 1e-6 * b.max(1.0), "{a} and {b}");
        }
    }

    #[test]
    fn many_changes_at_once_are_the_sum_of_each() {
        let instants: Vec<u64> = (0..500).map(|index| 40_000_000 + index * 7).collect();
        let (mut together, mut each) = (RateRecord::default(), RateRecord::default());
        let duration = Time::from_picoseconds(1_000);
        together.last_until(&instants, duration, 0.25);
        for &at in &instants {
            each.change(Time::from_picoseconds(at) - duration, 0.25);
            each.change(Time::from_picoseconds(at), -0.25);
        }
        let end = Time::from_picoseconds(80_000_000);
        for (a, b) in together.timeline().slices(end).iter().zip(each.timeline().slices(end)) {
            assert!((a - b).abs() < 1e-6 * b.max(1.0), "{a} and {b}");
        }
    }
}
