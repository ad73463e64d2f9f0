//! One pass over coupled links: the water rises from link to link, in an order that is mended where it no longer holds.
//!
//! Each link in turn freezes the flows that it leads at what is left for each unit of their weight. If that is less
//! than the level before it, the two change places, and with them the leaders of the flows that they share; else no
//! earlier link can have been too early, and the levels are those of water-filling.

use super::coupled::{Coupled, Member, Surroundings};
use super::fair_share::TIE;
use super::links::FixedPoint;
use crate::units::Time;

/// Levels that differ by less than this, relatively, may be one level before what they share is taken off.
const NEAR: f64 = 1e-9;

impl Coupled {
    /// Finds all levels; returns how many flows have another rate than before.
    pub(super) fn sweep(&mut self, around: &mut Surroundings<'_>) -> u64 {
        self.stale = false;
        let start = self.water.go_back();
        let mut at = start;
        let mut lowest = start;
        let mut last = self.level_before(at);
        while at < self.order.len() {
            lowest = lowest.min(at);
            self.water.comes_to(at);
            let place = self.order[at];
            let rising = self.rising(place, around.fixed);
            if rising == f64::INFINITY || rising > last * (1.0 + NEAR) {
                last = self.members[place as usize].unless_changed(rising);
                self.freeze(around, place, last);
                at += 1;
            } else if rising < last * (1.0 - NEAR) {
                at = self.exchange(around, at);
                last = self.level_before(at);
            } else {
                at = self.tie(around, at);
                last = self.level_before(at);
            }
        }
        let lowest = lowest.min(self.water.is_solved());
        self.take_over(around, lowest)
    }

    fn level_before(&self, at: usize) -> f64 {
        at.checked_sub(1).map_or(0.0, |before| self.members[self.order[before] as usize].level)
    }

    /// What each unit of weight that a link leads would get now; infinite when it leads none and is not too full.
    fn rising(&self, place: u32, fixed: FixedPoint) -> f64 {
        let (member, rest) = (&self.members[place as usize], self.water.rest[place as usize]);
        match member.led {
            0 if rest >= -(member.capacity >> 36) => f64::INFINITY,
            0 => -1.0,
            led => fixed.value(rest) / led as i64 as f64,
        }
    }

    /// Gives a level to a link, and takes what it gives off its flows' links.
    fn freeze(&mut self, around: &Surroundings<'_>, place: u32, level: f64) {
        let member = &mut self.members[place as usize];
        member.level = level;
        if member.led > 0 {
            member.units = around.fixed.of(level);
            self.water.rest[place as usize] -= member.units * i128::from(member.led);
            member.pushes.take(&mut self.water.rest, around.flows, member.units);
        }
    }

    /// Undoes [`Coupled::freeze`].
    fn thaw(&mut self, around: &Surroundings<'_>, place: u32) {
        let member = &self.members[place as usize];
        if member.led > 0 {
            self.water.rest[place as usize] += member.units * i128::from(member.led);
            member.pushes.take(&mut self.water.rest, around.flows, -member.units);
        }
    }

    /// A link stood too late: it changes places with the one before it, and leads what they share. Returns its new rank.
    fn exchange(&mut self, around: &mut Surroundings<'_>, at: usize) -> usize {
        let (earlier, later) = (self.order[at - 1], self.order[at]);
        self.thaw(around, earlier);
        let seats = &around.links[self.members[later as usize].link as usize].seats;
        let flow = |hop: u32| seats[around.flows.hop(hop as usize).seat as usize].flow;
        let moving: Vec<u32> = self.members[earlier as usize].pushes.hops_to(later).map(flow).collect();
        for slot in moving {
            self.leave(around, slot);
            self.lead(around, slot, later);
        }
        self.order.swap(at - 1, at);
        self.ranks[later as usize] = at as u32 - 1;
        self.ranks[earlier as usize] = at as u32;
        at - 1
    }

    /// A link may stand at the level before it; returns the rank from which to go on.
    ///
    /// Links at one level get the lowest value of any of them, so that it does not matter who is first.
    fn tie(&mut self, around: &mut Surroundings<'_>, at: usize) -> usize {
        let (place, level) = (self.order[at], self.level_before(at));
        let before = self.rising_before(around, at, level);
        if before < level * (1.0 - TIE) {
            return self.exchange(around, at);
        }
        if before > level * (1.0 + TIE) {
            self.freeze(around, place, before.max(self.rising(place, around.fixed)));
        } else if before >= level {
            self.freeze(around, place, level);
        } else {
            let tied = |rank: &usize| self.members[self.order[*rank] as usize].level == level;
            let first = at - (0..at).rev().take_while(tied).count();
            self.water.spoil_from(first);
            for rank in first..at {
                self.thaw(around, self.order[rank]);
                self.freeze(around, self.order[rank], before);
            }
            self.freeze(around, place, before);
        }
        at + 1
    }

    /// What a link would give each unit of weight if the links before it at the same level had not frozen yet.
    fn rising_before(&self, around: &Surroundings<'_>, at: usize, level: f64) -> f64 {
        let place = self.order[at];
        let member = &self.members[place as usize];
        let mut shared = 0;
        for seat in &around.links[member.link as usize].seats {
            let leader = around.links[around.flows.state(seat.flow).leader as usize].coupled as usize;
            if (self.ranks[leader] as usize) < at && self.members[leader].level == level {
                shared += around.flows.hop_of(seat.flow, seat.hop).weight;
            }
        }
        let rest = self.water.rest[place as usize] + around.fixed.of(level) * i128::from(shared);
        let weight = member.led + shared;
        if weight == 0 {
            return f64::INFINITY;
        }
        member.unless_changed(around.fixed.value(rest) / weight as i64 as f64)
    }

    /// Makes the solution from a rank on that of the network; returns how many flows have another rate than before.
    fn take_over(&mut self, around: &mut Surroundings<'_>, lowest: usize) -> u64 {
        let mut changed = 0;
        for &place in &self.order[lowest..] {
            let member = &mut self.members[place as usize];
            if member.level != member.clock.level() {
                changed += member.led;
                member.clock.set_level(around.now, member.level);
                member.touched = true;
            }
            if std::mem::take(&mut member.touched) {
                let waits = member.waiting(around.flows);
                let first = member.clock.first(waits);
                member.next_finish = first.map_or(Time::MAX, |(target, _)| member.clock.finish(target));
            }
        }
        self.next_finish = self.members.iter().map(|member| member.next_finish).min().unwrap_or(Time::MAX);
        changed
    }
}

impl Member {
    /// The level as it is, if another differs from it by a rounding only.
    fn unless_changed(&self, level: f64) -> f64 {
        let old = self.clock.level();
        let is_same = level.max(old) < f64::INFINITY && (level - old).abs() <= level * TIE;
        if is_same { old } else { level }
    }
}
