//! Rates that go up and down at known times, recorded as a timeline.

use super::timeline::{SLICES, Timeline};
use crate::units::Time;

/// The sum of many rates over time, from their changes, in whatever order they come.
///
/// A change costs O(1) however long the rate lasts: a slice keeps the sum of the changes in it, and the sum of each
/// times its distance from the start of the slice. An amount that moves within a slice needs no changes of the rate.
#[derive(Debug, Clone)]
pub struct RateRecord {
    width: u64,
    changes: Vec<f64>,
    moments: Vec<f64>,
}

/// Many changes at once.
#[derive(Debug, Clone, Copy)]
pub struct Changes {
    /// No change is earlier.
    pub first: u64,
    /// No change is later.
    pub last: u64,
    /// The sum of the rates, in bytes per picosecond.
    pub rate: f64,
    /// An instant near them, and the sum of each rate times its distance from there.
    pub from: u64,
    /// See `from`.
    pub moment: f64,
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

    /// Adds changes, neighbours of which mostly lie in one slice; none is later than `last`.
    pub fn change_each(&mut self, last: u64, changes: impl Iterator<Item = (u64, f64)>) {
        self.reach(last);
        let (mut start, mut rate, mut moment) = (0, 0.0, 0.0);
        for (at, change) in changes {
            if at.wrapping_sub(start) >= self.width {
                self.add_to_slice(start, rate, moment);
                (start, rate, moment) = (at / self.width * self.width, 0.0, 0.0);
            }
            rate += change;
            moment += change * (at - start) as i64 as f64;
        }
        self.add_to_slice(start, rate, moment);
    }

    fn add_to_slice(&mut self, start: u64, rate: f64, moment: f64) {
        let slice = (start / self.width) as usize;
        self.changes[slice] += rate;
        self.moments[slice] += moment;
    }

    /// Adds the sum of many changes, which must lie in one slice; tells whether they do.
    pub fn change_together(&mut self, changes: &Changes) -> bool {
        self.reach(changes.last);
        let slice = changes.first / self.width;
        if slice != changes.last / self.width {
            return false;
        }
        let distance = changes.from as i64 - (slice * self.width) as i64;
        self.changes[slice as usize] += changes.rate;
        self.moments[slice as usize] += changes.moment + changes.rate * distance as f64;
        true
    }

    /// Moves an amount up to `times` times, first between `when.0` and `when.1` and `period` later each time, for as long
    /// as one time lies in one slice; gives how many times that was.
    pub fn move_within_slice(&mut self, when: (u64, u64), (period, times): (u64, u64), amount: f64) -> u64 {
        let slice = when.0 / self.width;
        let end = (slice + 1) * self.width;
        if when.1 >= end || slice >= SLICES as u64 {
            return 0;
        }
        let fit = (end - 1 - when.1).checked_div(period).map_or(times, |more| times.min(more + 1));
        self.moments[slice as usize] -= amount * fit as f64;
        fit
    }

    /// Makes room up to an instant.
    pub fn reach(&mut self, at: u64) {
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

    /// What moves 1000 ps long up to each of several instants, a byte in four picoseconds.
    fn each(instants: &[u64], shift: u64) -> RateRecord {
        let mut record = RateRecord::default();
        for at in instants {
            record.change(Time::from_picoseconds(at + shift - 1_000), 0.25);
            record.change(Time::from_picoseconds(at + shift), -0.25);
        }
        record
    }

    fn assert_alike(a: &Timeline, b: &Timeline) {
        let end = Time::from_picoseconds(80_000_000);
        for (a, b) in a.slices(end).iter().zip(b.slices(end)) {
            assert!((a - b).abs() < 1e-6 * b.max(1.0), "{a} and {b}");
        }
    }

    #[test]
    fn many_changes_at_once_are_the_sum_of_each() {
        let instants: Vec<u64> = (0..500).map(|index| 40_000_000 + index * 7).collect();
        let mut together = RateRecord::default();
        let (first, last) = (instants[0], instants[499]);
        let moment = 0.25 * instants.iter().map(|at| at - first).sum::<u64>() as f64;
        let ends = Changes { first, last, rate: -0.25 * 500.0, from: first, moment: -moment };
        let moved = 0.25 * 500.0 * 1_000.0;
        let starts = Changes {
            first: first - 1_000,
            last: last - 1_000,
            rate: 0.25 * 500.0,
            from: first,
            moment: moment - moved,
        };
        assert!(together.change_together(&starts) && together.change_together(&ends));
        assert_alike(&together.timeline(), &each(&instants, 0).timeline());
    }

    #[test]
    fn what_moves_within_a_slice_needs_no_rate() {
        // Slices of 131,072 ps up to 2^26 ps: of 40 times, 2,000 ps apart from 50,000 ps on, 31 lie in the second.
        let (mut record, mut expected) = (RateRecord::default(), Timeline::default());
        record.reach((1 << 26) - 1);
        let moved = record.move_within_slice((181_000, 182_000), (2_000, 40), 250.0);
        assert_eq!(moved, 40);
        assert_eq!(record.move_within_slice((201_000, 202_000), (2_000, 40), 250.0), 31);
        assert_eq!(record.move_within_slice((262_000, 263_000), (2_000, 40), 250.0), 0);
        expected.add(Time::from_picoseconds(181_000)..Time::from_picoseconds(260_000), 71.0 * 250.0);
        assert!((record.timeline().total() - expected.total()).abs() < 1e-6);
    }
}
