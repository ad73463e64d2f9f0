//! What the flows of lanes move over each tier, over time: recorded for many lanes at once where they move together.

use crate::network::{Changes, RateRecord, Timeline};
use std::ops::Range;

/// So many lanes are recorded together.
pub(super) const BUNDLE: usize = 128;

/// The rates of all tiers.
#[derive(Debug)]
pub(super) struct LaneRecord {
    tiers: Vec<RateRecord>,
}

/// Neighbouring lanes of one ring, whose flows start and end at about the same times.
#[derive(Debug)]
pub(super) struct Bundle {
    /// Its lanes, at most [`BUNDLE`].
    pub(super) lanes: Range<usize>,
    /// The shortest and the longest time that flows of its lanes drain for.
    drains: (u64, u64),
    /// What they add to the tiers that they move anything over.
    sums: Vec<TierSum>,
}

/// The flows of a bundle on one tier.
#[derive(Debug)]
struct TierSum {
    tier: usize,
    /// The sum of the rates in bytes per picosecond.
    rate: f64,
    /// The bytes moved in a step.
    moved: f64,
    /// The rate of each where all have the same.
    each: Option<f64>,
}

/// What the lanes of a stage move: how long each drains, and at what rate on each tier.
#[derive(Debug, Default)]
pub(super) struct LaneRates {
    pub(super) drains: Vec<u64>,
    /// For each tier, the bytes per picosecond of each lane.
    pub(super) tiers: Vec<Vec<f64>>,
}

impl LaneRates {
    /// Adds a lane whose flows move `bytes` times `shares` over the tiers while they drain.
    pub(super) fn push(&mut self, drain: u64, bytes: u64, shares: &[f64]) {
        let lane = self.drains.len();
        self.drains.push(drain);
        if self.tiers.len() < shares.len() {
            self.tiers.resize(shares.len(), vec![0.0; lane]);
        }
        for (tier, rates) in self.tiers.iter_mut().enumerate() {
            let share = shares.get(tier).copied().unwrap_or_default();
            rates.push(if drain > 0 { bytes as f64 * share / drain as f64 } else { 0.0 });
        }
    }

    /// The bundles of a ring.
    pub(super) fn bundles(&self, ring: Range<usize>) -> Vec<Bundle> {
        let starts = ring.clone().step_by(BUNDLE);
        starts.map(|start| self.bundle(start..ring.end.min(start + BUNDLE))).collect()
    }

    fn bundle(&self, lanes: Range<usize>) -> Bundle {
        let drains = &self.drains[lanes.clone()];
        let sum = |(tier, rates): (usize, &Vec<f64>)| {
            let rates = &rates[lanes.clone()];
            let moved = rates.iter().zip(drains).map(|(rate, &drain)| rate * drain as f64).sum();
            let each = rates.iter().all(|rate| *rate == rates[0]).then_some(rates[0]);
            TierSum { tier, rate: rates.iter().sum(), moved, each }
        };
        let sums = self.tiers.iter().enumerate().map(sum).filter(|sum| sum.moved > 0.0).collect();
        let extreme = |least: Option<&u64>| least.copied().unwrap_or_default();
        Bundle { drains: (extreme(drains.iter().min()), extreme(drains.iter().max())), sums, lanes }
    }
}

impl LaneRecord {
    /// So many tiers, over which nothing has moved.
    pub(super) fn new(tiers: usize) -> Self {
        Self { tiers: vec![RateRecord::default(); tiers] }
    }

    /// Records a step: the flows of a bundle's lanes end at `ends`.
    #[inline]
    pub(super) fn add_step(&mut self, bundle: &Bundle, ends: &[u64], rates: &LaneRates) {
        if bundle.sums.is_empty() {
            return;
        }
        let (first, last) = extremes(ends);
        for sum in &bundle.sums {
            self.add_ends(bundle, sum, (ends, (first, last)), rates);
        }
    }

    fn add_ends(
        &mut self,
        bundle: &Bundle,
        sum: &TierSum,
        (ends, (first, last)): (&[u64], (u64, u64)),
        rates: &LaneRates,
    ) {
        let record = &mut self.tiers[sum.tier];
        let lane_rates = &rates.tiers[sum.tier][bundle.lanes.clone()];
        let drains = &rates.drains[bundle.lanes.clone()];
        let (shortest, longest) = bundle.drains;
        let moment = moment(sum, ends, first, lane_rates);
        let stop = Changes { first, last, rate: -sum.rate, from: first, moment: -moment };
        let start = Changes {
            first: first.saturating_sub(longest),
            last: last.saturating_sub(shortest),
            rate: sum.rate,
            from: first,
            moment: moment - sum.moved,
        };
        if !record.change_together(&start) {
            let starts = ends.iter().zip(drains).map(|(end, drain)| end - drain);
            record.change_each(start.last, starts.zip(lane_rates.iter().copied()));
        }
        if !record.change_together(&stop) {
            record.change_each(last, ends.iter().copied().zip(lane_rates.iter().map(|rate| -rate)));
        }
    }

    /// Records the same step `times` times, each `period` after the one before; in the first the flows end at `ends`.
    pub(super) fn repeat(
        &mut self,
        bundle: &Bundle,
        ends: &[u64],
        (period, times): (u64, u64),
        rates: &LaneRates,
    ) {
        if bundle.sums.is_empty() {
            return;
        }
        let (first, last) = extremes(ends);
        let begin = first.saturating_sub(bundle.drains.1);
        let mut shifted = Vec::with_capacity(ends.len());
        for sum in &bundle.sums {
            self.tiers[sum.tier].reach(last + period * times);
            let mut done = 0;
            while done < times {
                let shift = period * done;
                let record = &mut self.tiers[sum.tier];
                let within = (begin + shift, last + shift);
                let fit = record.move_within_slice(within, (period, times - done), sum.moved);
                if fit == 0 {
                    shifted.clear();
                    shifted.extend(ends.iter().map(|end| end + shift));
                    self.add_ends(bundle, sum, (&shifted, (first + shift, last + shift)), rates);
                }
                done += fit.max(1);
            }
        }
    }

    /// What has moved over each tier.
    pub(super) fn timelines(&self) -> Vec<Timeline> {
        self.tiers.iter().map(RateRecord::timeline).collect()
    }
}

fn extremes(ends: &[u64]) -> (u64, u64) {
    // Four at a time: none waits for the one before.
    let (mut first, mut last) = ([u64::MAX; 4], [0; 4]);
    let (fours, rest) = ends.as_chunks::<4>();
    for four in fours {
        for ((first, last), &end) in first.iter_mut().zip(&mut last).zip(four) {
            *first = end.min(*first);
            *last = end.max(*last);
        }
    }
    let of_rest = (rest.iter().copied().min(), rest.iter().copied().max());
    let first = first.into_iter().fold(of_rest.0.unwrap_or(u64::MAX), u64::min);
    (first, last.into_iter().fold(of_rest.1.unwrap_or(0), u64::max))
}

/// The sum of each rate times the distance of its flow's end from the first.
#[inline]
fn moment(sum: &TierSum, ends: &[u64], first: u64, rates: &[f64]) -> f64 {
    let distance = |end: u64| (end - first) as i64 as f64;
    match sum.each {
        // Times are below 2^62: in doubt the sum is off, but then so far apart that it is not used.
        Some(each) => each * ends.iter().fold(0_u64, |all, end| all.wrapping_add(end - first)) as f64,
        None => ends.iter().zip(rates).map(|(&end, rate)| rate * distance(end)).sum(),
    }
}
