//! The clock of a link: what it has served each of the flows that it leads.
//!
//! Flows that one link leads have its level as their rate, so that one count serves them all: a flow is done when the
//! count has come to its target. A change of the level costs the same however many flows there are.

use super::service::ServiceUnit;
use crate::units::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A count of service, and who waits for which count.
#[derive(Debug)]
pub(super) struct Clock {
    unit: ServiceUnit,
    level: f64,
    /// What the level serves in a picosecond; nothing where no flow is led.
    speed: i128,
    /// The count at the last change of the level, and when that was.
    served: i128,
    since: Time,
    /// Targets and their flows; some flows may have gone, or have another target or leader by now.
    due: BinaryHeap<Reverse<(i128, u32)>>,
}

impl Clock {
    /// A clock that stands at zero.
    pub(super) fn new(now: Time, level: f64, unit: ServiceUnit) -> Self {
        Self { unit, level, speed: speed_of(level, unit), served: 0, since: now, due: BinaryHeap::new() }
    }

    /// The rate of the flows that it leads; infinite when there are none.
    pub(super) fn level(&self) -> f64 {
        self.level
    }

    /// The count at some time.
    pub(super) fn at(&self, now: Time) -> i128 {
        let elapsed = i128::from((now - self.since).picoseconds());
        self.served.wrapping_add(self.speed.wrapping_mul(elapsed))
    }

    /// From now on the level is another.
    pub(super) fn set_level(&mut self, now: Time, level: f64) {
        self.served = self.at(now);
        self.since = now;
        self.level = level;
        self.speed = speed_of(level, self.unit);
    }

    /// A flow waits for a count.
    pub(super) fn wait(&mut self, target: i128, flow: u32) {
        self.due.push(Reverse((target, flow)));
    }

    /// The lowest count that a flow waits for, of those flows that `waits` knows to do so; others are forgotten.
    pub(super) fn first(&mut self, waits: impl Fn(i128, u32) -> bool) -> Option<(i128, u32)> {
        while let Some(&Reverse((target, flow))) = self.due.peek() {
            if waits(target, flow) {
                return Some((target, flow));
            }
            self.due.pop();
        }
        None
    }

    /// Forgets the lowest count that a flow waits for.
    pub(super) fn skip(&mut self) {
        self.due.pop();
    }

    /// When the count comes to a target, at this level.
    pub(super) fn finish(&self, target: i128) -> Time {
        self.since + self.unit.drain_time(target.wrapping_sub(self.served), self.level)
    }
}

fn speed_of(level: f64, unit: ServiceUnit) -> i128 {
    if level < f64::INFINITY { unit.per_picosecond(level) } else { 0 }
}
