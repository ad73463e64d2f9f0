//! What each tier of links carries over time.

use super::links::{LinkState, NetworkLink, whole};
use super::timeline::Timeline;
use crate::units::Time;
use std::ops::Range;

/// The present rate of each tier, and what it has carried.
#[derive(Debug)]
pub(super) struct Tiers {
    tiers: Vec<Tier>,
    since: Time,
    /// What is moved, where that was asked for.
    noted: Option<Vec<Moved>>,
}

/// What a tier has carried in some time.
#[derive(Debug, Clone)]
pub struct Moved {
    tier: u32,
    when: Range<Time>,
    amount: f64,
}

impl Moved {
    /// The same amounts, where those of one tier that lie within `longest` are taken together.
    pub fn merged(moved: &[Self], longest: Time) -> Vec<Self> {
        let mut merged: Vec<Self> = Vec::new();
        // For each tier, where the amount stands to which more may be added.
        let mut last: Vec<Option<usize>> = Vec::new();
        for next in moved {
            let tier = next.tier as usize;
            last.resize(last.len().max(tier + 1), None);
            let before = last[tier].map(|place| &mut merged[place]).filter(|before| {
                before.when.start <= next.when.start && next.when.end <= before.when.start + longest
            });
            if let Some(before) = before {
                before.when.end = before.when.end.max(next.when.end);
                before.amount += next.amount;
            } else {
                last[tier] = Some(merged.len());
                merged.push(next.clone());
            }
        }
        merged
    }
}

#[derive(Debug)]
struct Tier {
    /// The sum of the rates on its links, where that of its full links is [`CAPACITY`]: a whole number, so that what
    /// is added can be taken off again.
    load: f64,
    load_per_rate: f64,
    bytes_per_second: f64,
    timeline: Timeline,
}

/// The load of a tier all of whose links are full.
const CAPACITY: f64 = (1_u64 << 50) as f64;

impl Tiers {
    /// So many tiers that `links` belong to; nothing moves.
    pub(super) fn new(tiers: usize, links: &[NetworkLink], weight_denominator: f64) -> Self {
        let mut capacities = vec![0.0; tiers];
        for link in links.iter().filter(|link| link.tier < tiers) {
            capacities[link.tier] += link.capacity * link.multiplicity as f64;
        }
        let tier = |capacity: f64| Tier {
            load: 0.0,
            load_per_rate: CAPACITY / capacity,
            bytes_per_second: capacity / CAPACITY / weight_denominator,
            timeline: Timeline::default(),
        };
        Self { tiers: capacities.into_iter().map(tier).collect(), since: Time::ZERO, noted: None }
    }

    /// What a rate on a link adds to the load of its tier.
    pub(super) fn load_per_rate(&self, link: &NetworkLink) -> f64 {
        self.tiers.get(link.tier).map_or(0.0, |tier| tier.load_per_rate * link.multiplicity as f64)
    }

    /// The bytes that each tier carries for each byte of a flow, which crosses links with these weights.
    pub(super) fn shares<'a>(&self, crossings: impl Iterator<Item = (&'a LinkState, u64)>) -> Vec<f64> {
        let mut shares = vec![0.0; self.tiers.len()];
        for (link, weight) in crossings {
            let tier = &self.tiers[link.tier as usize];
            shares[link.tier as usize] += weight as f64 * link.tier_load_per_rate * tier.bytes_per_second;
        }
        shares
    }

    /// The rate of a flow on a link has changed from one value to another.
    pub(super) fn change(&mut self, link: &LinkState, weight: u64, (old, new): (f64, f64)) {
        if let Some(tier) = self.tiers.get_mut(link.tier as usize) {
            let scale = weight as i64 as f64 * link.tier_load_per_rate;
            tier.load += whole(new * scale) - whole(old * scale);
        }
    }

    /// The same for a flow that adds so much to the load of each tier for its rate.
    pub(super) fn pass(&mut self, load_per_rate: &[f64], (old, new): (f64, f64)) {
        for (tier, scale) in self.tiers.iter_mut().zip(load_per_rate) {
            tier.load += whole(new * scale) - whole(old * scale);
        }
    }

    /// Time has come to `now`, under the present rates.
    pub(super) fn advance(&mut self, now: Time) {
        if now == self.since {
            return;
        }
        let seconds = (now - self.since).picoseconds() as f64 / 1e12;
        for (index, tier) in self.tiers.iter_mut().enumerate().filter(|tier| tier.1.load > 0.0) {
            let moved = tier.load * tier.bytes_per_second * seconds;
            tier.timeline.add(self.since..now, moved);
            note(&mut self.noted, index, self.since..now, moved);
        }
        self.since = now;
    }

    pub(super) fn credit(&mut self, tier: usize, when: Range<Time>, moved: &Timeline) {
        if moved.total() != 0.0 {
            note(&mut self.noted, tier, when.clone(), moved.total());
            self.tiers[tier].timeline.add_timeline(when, moved);
        }
    }

    /// Takes off again what was credited.
    pub(super) fn take_back(&mut self, tier: usize, when: Range<Time>, moved: &Timeline) {
        let length = when.end.saturating_sub(when.start);
        if length > self.tiers[tier].timeline.slice_width() {
            self.credit(tier, when, &moved.clone().times(-1.0));
        } else if moved.total() > 0.0 {
            self.tiers[tier].timeline.add(when.clone(), -moved.total());
            note(&mut self.noted, tier, when, -moved.total());
        }
    }

    /// What others have carried during `when`, at the times at which they carried it.
    pub(super) fn take_over(&mut self, other: &Self, when: Range<Time>) {
        for (index, other) in other.tiers.iter().enumerate() {
            let total = other.timeline.total();
            if total > 0.0 {
                self.tiers[index].timeline.add_timeline(Time::ZERO..when.end, &other.timeline);
                note(&mut self.noted, index, when.clone(), total);
            }
        }
    }

    /// Forgets all rates and all that was carried.
    pub(super) fn clear(&mut self) {
        for tier in &mut self.tiers {
            tier.load = 0.0;
            tier.timeline.clear();
        }
        self.since = Time::ZERO;
    }

    /// The present loads, and since when they are carried where there are any; told from the present.
    pub(super) fn standing(&self, now: Time) -> impl Iterator<Item = u64> {
        let is_idle = self.tiers.iter().all(|tier| tier.load == 0.0);
        let since = (!is_idle).then(|| self.since.told_from(now));
        self.tiers.iter().map(|tier| tier.load.to_bits()).chain(since)
    }

    /// What is carried now has been since later by as much.
    pub(super) fn put_off(&mut self, by: Time) {
        self.since += by;
    }

    pub(super) fn note_moved(&mut self) {
        self.noted = Some(Vec::new());
    }

    pub(super) fn take_moved(&mut self) -> Vec<Moved> {
        self.noted.take().unwrap_or_default()
    }

    pub(super) fn move_again(&mut self, moved: &[Moved], later: Time) {
        for Moved { tier, when, amount } in moved {
            self.tiers[*tier as usize].timeline.add(when.start + later..when.end + later, *amount);
        }
    }

    pub(super) fn timelines(&self) -> impl Iterator<Item = &Timeline> {
        self.tiers.iter().map(|tier| &tier.timeline)
    }
}

fn note(noted: &mut Option<Vec<Moved>>, tier: usize, when: Range<Time>, amount: f64) {
    if let Some(noted) = noted {
        noted.push(Moved { tier: tier as u32, when, amount });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(tier: u32, when: Range<u64>, amount: f64) -> Moved {
        Moved { tier, when: Time::from_picoseconds(when.start)..Time::from_picoseconds(when.end), amount }
    }

    #[test]
    fn what_moves_within_a_short_time_moves_together() {
        let all = [moved(0, 0..4, 1.0), moved(1, 2..5, 2.0), moved(0, 4..10, 3.0), moved(0, 10..11, 4.0)];
        let merged = Moved::merged(&all, Time::from_picoseconds(10));
        let found: Vec<_> = merged.iter().map(|of| (of.tier, of.when.end.picoseconds(), of.amount)).collect();
        assert_eq!(found, [(0, 10, 4.0), (1, 5, 2.0), (0, 11, 4.0)]);
    }
}
