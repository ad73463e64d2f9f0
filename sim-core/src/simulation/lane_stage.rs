//! A stage of lanes: equal steps in which every member sends to one other, so that the members form rings.
//!
//! The lanes of a stage stand in the order of their rings, each before the one that it sends to: a step is one pass
//! over consecutive numbers.

use super::group::Target;
use super::lane_record::{BUNDLE, Bundle, LaneRates, LaneRecord};
use crate::network::FlowLevel;
use crate::units::{Bytes, Time};
use std::ops::Range;

/// Equal steps of all members.
#[derive(Debug)]
pub(super) struct LaneStage {
    pub(super) steps: u32,
    /// The member of each lane, ring after ring, each before the one that it sends to.
    pub(super) order: Vec<u32>,
    /// Where each ring ends.
    rings: Vec<u32>,
    /// How long flows wait, and how long they take in all, in picoseconds.
    pub(super) delays: Vec<u64>,
    taus: Vec<u64>,
    pub(super) rates: LaneRates,
    bundles: Vec<Bundle>,
}

/// The starts of a ring's steps are looked at this often, whether they all advance alike.
const STEPS_PER_LOOK: u32 = 16;

/// To whom each member sends, if each sends to one and receives from one, or has no part.
pub(super) fn single_targets<'t>(
    targets: impl Iterator<Item = &'t [Target]>,
    receives: &[u64],
) -> Option<Vec<Option<&'t Target>>> {
    let mut single = Vec::with_capacity(receives.len());
    let mut received = vec![false; receives.len()];
    for targets in targets {
        let target = match targets {
            [] => None,
            [target] if target.others.is_empty() => Some(target),
            _ => return None,
        };
        if let Some(target) = target {
            let place = target.member as usize;
            if target.weight != receives[place] || std::mem::replace(&mut received[place], true) {
                return None;
            }
        }
        single.push(target);
    }
    let has_part = |(target, received): (&Option<&Target>, bool)| target.is_some() == received;
    let idle = received.iter().zip(receives).all(|(&received, &weight)| received == (weight > 0));
    (idle && single.iter().zip(received).all(has_part)).then_some(single)
}

impl LaneStage {
    /// The rings of a stage in which each member has one target at most.
    pub(super) fn new(steps: u32, targets: &[Option<&Target>], network: &FlowLevel) -> Self {
        let (order, rings) = rings(targets);
        let mut stage = Self {
            steps,
            order,
            rings,
            delays: Vec::with_capacity(targets.len()),
            taus: Vec::with_capacity(targets.len()),
            rates: LaneRates::default(),
            bundles: Vec::new(),
        };
        for lane in 0..stage.order.len() {
            let (delay, drain) = match targets[stage.order[lane] as usize] {
                None => {
                    stage.rates.push(0, 0, &[]);
                    (0, 0)
                }
                Some(target) => stage.push_rates(target, network),
            };
            stage.delays.push(delay);
            stage.taus.push(delay.saturating_add(drain));
        }
        stage.bundles = stage.ring_ranges().flat_map(|ring| stage.rates.bundles(ring)).collect();
        stage
    }

    fn push_rates(&mut self, target: &Target, network: &FlowLevel) -> (u64, u64) {
        let Target { delay, cap, path, bytes, .. } = target;
        let drain = match *bytes {
            Bytes::ZERO => Time::ZERO,
            bytes => network.rate_alone(path, *cap).drain_time(bytes),
        };
        self.rates.push(drain.picoseconds(), bytes.count(), &network.tier_shares(path));
        (delay.picoseconds(), drain.picoseconds())
    }

    fn ring_ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.rings.iter().copied());
        starts.zip(&self.rings).map(|(start, &end)| start as usize..end as usize)
    }

    /// The longest that all its steps can take.
    pub(super) fn longest(&self) -> u128 {
        let slowest = self.taus.iter().copied().max().unwrap_or_default();
        u128::from(slowest) * u128::from(self.steps)
    }

    /// When the lanes send first, in their order: a transfer waits for its receiver.
    ///
    /// A step ends when what it sends has arrived, so that later ones find the same receiver there.
    pub(super) fn first_starts(&self, ready: &[u64], launched: &[u64]) -> Vec<u64> {
        let mut starts: Vec<u64> = self.order.iter().map(|&member| ready[member as usize]).collect();
        for ring in self.ring_ranges() {
            for lane in ring.clone() {
                let next = if lane + 1 < ring.end { lane + 1 } else { ring.start };
                starts[lane] = starts[lane].max(launched[self.order[next] as usize]);
            }
        }
        starts
    }

    /// Steps all lanes from their first sends to their last, for which it leaves the starts.
    pub(super) fn to_last_step(&self, starts: &mut [u64], record: &mut LaneRecord) {
        let mut bundles = &self.bundles[..];
        for ring in self.ring_ranges() {
            let (own, others) = bundles.split_at(ring.len().div_ceil(BUNDLE));
            bundles = others;
            Ring { stage: self, bundles: own, lanes: ring }.to_last_step(starts, record);
        }
    }

    /// When the flows that start at `starts` arrive.
    pub(super) fn arrivals(&self, starts: &[u64]) -> Vec<u64> {
        starts.iter().zip(&self.taus).map(|(start, tau)| start + tau).collect()
    }

    /// Records the last step, and tells for each member when it is done with it.
    pub(super) fn finish(&self, arrivals: &[u64], ready: &mut [u64], record: &mut LaneRecord) {
        for bundle in &self.bundles {
            record.add_step(bundle, &arrivals[bundle.lanes.clone()], &self.rates);
        }
        for ring in self.ring_ranges() {
            let mut before = arrivals[ring.end - 1];
            for lane in ring {
                ready[self.order[lane] as usize] = arrivals[lane].max(before);
                before = arrivals[lane];
            }
        }
    }
}

/// The members in the order of their rings, and where each ring ends; who has no part is a ring by itself.
fn rings(targets: &[Option<&Target>]) -> (Vec<u32>, Vec<u32>) {
    let (mut order, mut rings) = (Vec::with_capacity(targets.len()), Vec::new());
    let mut seen = vec![false; targets.len()];
    for first in 0..targets.len() {
        let mut member = first;
        while !std::mem::replace(&mut seen[member], true) {
            order.push(member as u32);
            member = targets[member].map_or(member, |target| target.member as usize);
        }
        if rings.last().copied().unwrap_or_default() < order.len() as u32 {
            rings.push(order.len() as u32);
        }
    }
    (order, rings)
}

/// One ring of a stage.
struct Ring<'a> {
    stage: &'a LaneStage,
    bundles: &'a [Bundle],
    lanes: Range<usize>,
}

impl Ring<'_> {
    fn to_last_step(&self, starts: &mut [u64], record: &mut LaneRecord) {
        for step in 0..self.stage.steps - 1 {
            if step.is_multiple_of(STEPS_PER_LOOK)
                && let Some(advance) = self.common_advance(starts)
            {
                self.repeat(starts, (advance, u64::from(self.stage.steps - 1 - step)), record);
                return;
            }
            self.step(starts, record);
        }
    }

    /// By how much all lanes advance in a step, if by the same: they then do in every further step.
    ///
    /// The next starts are maxima of sums of starts and constants: moving all starts moves them by as much.
    fn common_advance(&self, starts: &[u64]) -> Option<u64> {
        let (starts, taus) = (&starts[self.lanes.clone()], &self.stage.taus[self.lanes.clone()]);
        let mut before = starts[starts.len() - 1] + taus[taus.len() - 1];
        let advance = before.max(starts[0] + taus[0]) - starts[0];
        for (start, tau) in starts.iter().zip(taus) {
            let end = start + tau;
            if end.max(before) - start != advance {
                return None;
            }
            before = end;
        }
        Some(advance)
    }

    /// Advances all lanes by as much as in every step.
    fn repeat(&self, starts: &mut [u64], (advance, times): (u64, u64), record: &mut LaneRecord) {
        for bundle in self.bundles {
            let lanes = bundle.lanes.clone();
            let ends: Vec<u64> = lanes.map(|lane| starts[lane] + self.stage.taus[lane]).collect();
            record.repeat(bundle, &ends, (advance, times), &self.stage.rates);
        }
        starts[self.lanes.clone()].iter_mut().for_each(|start| *start += advance * times);
    }

    /// One step: who has sent, and has what the one before sent, goes on.
    fn step(&self, starts: &mut [u64], record: &mut LaneRecord) {
        let last = self.lanes.end - 1;
        let mut before = starts[last] + self.stage.taus[last];
        let mut buffer = [0; BUNDLE];
        for bundle in self.bundles {
            let lanes = bundle.lanes.clone();
            let ends = &mut buffer[..lanes.len()];
            let (starts, taus) = (&mut starts[lanes.clone()], &self.stage.taus[lanes]);
            for (end, (start, tau)) in ends.iter_mut().zip(starts.iter().zip(taus)) {
                *end = *start + *tau;
            }
            starts[0] = ends[0].max(before);
            for (start, pair) in starts[1..].iter_mut().zip(ends.windows(2)) {
                *start = pair[0].max(pair[1]);
            }
            before = ends[ends.len() - 1];
            record.add_step(bundle, ends, &self.stage.rates);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collectives::Partners;
    use crate::network::{Crossing, NetworkLink, RateRecord, Timeline};
    use crate::units::Bandwidth;
    use proptest::prelude::*;
    use std::rc::Rc;

    /// Links of 1 TB/s, a member each, of one tier.
    fn network(members: usize) -> FlowLevel {
        let link = NetworkLink { capacity: 1e12, tier: 0, multiplicity: 1, binds: true };
        FlowLevel::with_tiers(vec![link; members], 1, 1.0)
    }

    /// A member that sends `bytes` over its own link, `delay` picoseconds after its step has begun.
    fn target(member: usize, to: usize, (delay, bytes): (u64, u64)) -> Target {
        Target {
            member: to as u32,
            weight: 1,
            delay: Time::from_picoseconds(delay),
            cap: Bandwidth::UNBOUNDED,
            bytes: Bytes::new(bytes),
            path: Rc::new([Crossing { link: member as u32, weight: 1 }]),
            others: Box::default(),
            partners: Partners::One(to),
        }
    }

    /// A stage of rings of `size`, its exits, and what it has moved.
    fn step(steps: u32, size: usize, durations: &[(u64, u64)], launched: &[u64]) -> (Vec<u64>, Timeline) {
        let next = |member: usize| member / size * size + (member % size + 1) % size;
        let targets: Vec<Target> = (durations.iter().enumerate())
            .map(|(member, &durations)| target(member, next(member), durations))
            .collect();
        let targets: Vec<Option<&Target>> = targets.iter().map(Some).collect();
        let stage = LaneStage::new(steps, &targets, &network(targets.len()));
        let (mut record, mut ready) = (LaneRecord::new(1), launched.to_vec());
        let mut starts = stage.first_starts(&ready, launched);
        stage.to_last_step(&mut starts, &mut record);
        stage.finish(&stage.arrivals(&starts), &mut ready, &mut record);
        (ready, record.timelines().remove(0))
    }

    /// The same by the recurrence, flow by flow.
    fn plainly(steps: u32, size: usize, durations: &[(u64, u64)], launched: &[u64]) -> (Vec<u64>, Timeline) {
        let (mut ready, mut record) = (launched.to_vec(), RateRecord::default());
        for _ in 0..steps {
            let arrivals: Vec<u64> = (0..ready.len())
                .map(|member| {
                    let next = member / size * size + (member % size + 1) % size;
                    let depart = ready[member].max(launched[next]) + durations[member].0;
                    // 1 TB/s is a byte in a picosecond.
                    let end = depart + durations[member].1;
                    record.change(Time::from_picoseconds(depart), 1.0);
                    record.change(Time::from_picoseconds(end), -1.0);
                    end
                })
                .collect();
            let before = |member: usize| member / size * size + (member % size + size - 1) % size;
            ready = (0..ready.len()).map(|member| arrivals[member].max(arrivals[before(member)])).collect();
        }
        (ready, record.timeline())
    }

    /// The amounts of a timeline in wider slices.
    fn slices(timeline: &Timeline, end: Time, width: Time) -> Vec<f64> {
        let together = (width.picoseconds() / timeline.slice_width().picoseconds()) as usize;
        timeline.slices(end).chunks(together).map(|slices| slices.iter().sum()).collect()
    }

    /// Rings of one to two hundred members, few of which differ from the rest.
    fn rings() -> impl Strategy<Value = (usize, Vec<(u64, u64)>, Vec<u64>)> {
        let sizes = (prop_oneof![1..9usize, 100..200usize], 1..4usize);
        let usual = (0..3_000u64, 1..3_000u64);
        (sizes, usual, 0..3usize).prop_flat_map(|((size, rings), usual, odd)| {
            let members = size * rings;
            let others = prop::collection::vec((0..members, (0..4_000u64, 0..4_000u64), 0..200_000u64), odd);
            others.prop_map(move |others| {
                let (mut durations, mut launched) = (vec![usual; members], vec![0; members]);
                for (member, duration, late) in others {
                    durations[member] = duration;
                    launched[member] = late;
                }
                (size, durations, launched)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn lanes_do_what_the_recurrence_says((size, durations, launched) in rings(), steps in 1..150u32) {
            let (found, moved) = step(steps, size, &durations, &launched);
            let (expected, flow_by_flow) = plainly(steps, size, &durations, &launched);
            let end = Time::from_picoseconds(expected.iter().copied().max().unwrap_or_default());
            prop_assert_eq!(found, expected);
            let total = flow_by_flow.total();
            prop_assert!((moved.total() - total).abs() <= 1e-9 * total + 1e-6);
            let width = moved.slice_width().max(flow_by_flow.slice_width());
            let (found, expected) = (slices(&moved, end, width), slices(&flow_by_flow, end, width));
            for (found, expected) in found.iter().zip(expected) {
                prop_assert!((found - expected).abs() <= 1e-6 * total.max(1.0), "{} and {}", found, expected);
            }
        }
    }
}
