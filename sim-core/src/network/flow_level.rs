//! Flows that drain together: who is on which link, at what rate, and when each will be done.

use super::fair_share::{Contender, Crossing, FairShare};
use super::timeline::Timeline;
use crate::units::{Bandwidth, Bytes, Time};
use std::ops::Range;
use std::sync::Arc;

/// Where a flow goes: its links, and how much of it each tier carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// The links, each once.
    pub crossings: Vec<Crossing>,
    /// For each tier crossed: its index and how many bytes it carries for each byte of the flow.
    pub tiers: Vec<(u32, f64)>,
}

/// A flow that starts to drain.
#[derive(Debug, Clone)]
pub struct NewFlow {
    /// Where it goes.
    pub path: Arc<Path>,
    /// How much it carries.
    pub bytes: Bytes,
    /// The largest rate that it can use.
    pub cap: Bandwidth,
    /// Given back when the flow has drained.
    pub owner: u32,
}

/// A draining flow; a slot is used again after its flow has drained, with another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlowSlot {
    index: u32,
    version: u32,
}

#[derive(Debug)]
struct FlowState {
    flow: NewFlow,
    remaining: f64,
    rate: f64,
    updated: Time,
    version: u32,
    active: bool,
    mark: u32,
}

#[derive(Debug, Default)]
struct LinkState {
    capacity: f64,
    flows: Vec<u32>,
    dirty: bool,
    mark: u32,
    local: u32,
}

/// The flows that are draining on a set of links.
///
/// When flows come and go, the connected components that they touch are solved again by [`FairShare`]; a flow
/// whose rate comes out the same is left untouched, so that a run shifted in time is the same to the bit.
#[derive(Debug)]
pub struct FlowLevel {
    links: Vec<LinkState>,
    flows: Vec<FlowState>,
    free: Vec<u32>,
    dirty: Vec<u32>,
    unlinked: Vec<u32>,
    mark: u32,
    scratch: Scratch,
    carried: Vec<u128>,
    timelines: Vec<Timeline>,
    solves: u64,
    attached: u64,
}

#[derive(Debug, Default)]
struct Scratch {
    component_flows: Vec<u32>,
    component_links: Vec<u32>,
    capacities: Vec<f64>,
    crossings: Vec<Crossing>,
    ranges: Vec<Range<usize>>,
    solver: FairShare,
}

impl FlowLevel {
    /// No flow yet, on links whose `capacities` are in bytes per second times the denominator of the weights.
    pub fn new(capacities: impl IntoIterator<Item = f64>, tiers: usize) -> Self {
        let links: Vec<LinkState> =
            capacities.into_iter().map(|capacity| LinkState { capacity, ..LinkState::default() }).collect();
        Self {
            carried: vec![0; links.len()],
            links,
            flows: Vec::new(),
            free: Vec::new(),
            dirty: Vec::new(),
            unlinked: Vec::new(),
            mark: 0,
            scratch: Scratch::default(),
            timelines: vec![Timeline::default(); tiers],
            solves: 0,
            attached: 0,
        }
    }

    /// Starts a flow; its rate is known after the next [`FlowLevel::settle`].
    pub fn attach(&mut self, now: Time, flow: NewFlow) {
        self.attached += 1;
        let remaining = flow.bytes.count() as f64;
        let index = self.free.pop().unwrap_or_else(|| self.grow());
        if flow.path.crossings.is_empty() {
            self.unlinked.push(index);
        }
        for crossing in &flow.path.crossings {
            self.links[crossing.link as usize].flows.push(index);
            self.touch(crossing.link);
        }
        let state = &mut self.flows[index as usize];
        let version = state.version;
        *state = FlowState { flow, remaining, rate: 0.0, updated: now, version, active: true, mark: 0 };
    }

    fn grow(&mut self) -> u32 {
        let empty = NewFlow { path: Arc::default(), bytes: Bytes::ZERO, cap: Bandwidth::ZERO, owner: 0 };
        self.flows.push(FlowState {
            flow: empty,
            remaining: 0.0,
            rate: 0.0,
            updated: Time::ZERO,
            version: 0,
            active: false,
            mark: 0,
        });
        u32::try_from(self.flows.len() - 1).expect("fewer than 2^32 flows are in flight")
    }

    fn touch(&mut self, link: u32) {
        let state = &mut self.links[link as usize];
        if !state.dirty {
            state.dirty = true;
            self.dirty.push(link);
        }
    }

    /// Ends a flow that was said to have drained by `now`; `None` when its finish has moved since.
    pub fn finish(&mut self, now: Time, slot: FlowSlot) -> Option<u32> {
        let state = &mut self.flows[slot.index as usize];
        if !state.active || state.version != slot.version {
            return None;
        }
        state.active = false;
        state.version = state.version.wrapping_add(1);
        let (path, bytes, owner) = (Arc::clone(&state.flow.path), state.flow.bytes, state.flow.owner);
        record(&mut self.timelines, &path, state.updated..now, state.remaining);
        for crossing in &path.crossings {
            self.carried[crossing.link as usize] += u128::from(bytes.count()) * u128::from(crossing.weight);
            let flows = &mut self.links[crossing.link as usize].flows;
            let position = flows.iter().position(|&flow| flow == slot.index);
            flows.swap_remove(position.expect("a draining flow is on each of its links"));
            self.touch(crossing.link);
        }
        self.free.push(slot.index);
        Some(owner)
    }

    /// Gives every flow its fair rate; tells `schedule` when each flow whose rate has changed will have drained.
    pub fn settle(&mut self, now: Time, mut schedule: impl FnMut(Time, FlowSlot)) {
        for index in std::mem::take(&mut self.unlinked) {
            let cap = self.flows[index as usize].flow.cap.bytes_per_second();
            self.set_rate(now, index, cap, &mut schedule);
        }
        let dirty = std::mem::take(&mut self.dirty);
        for &link in &dirty {
            if self.links[link as usize].dirty {
                self.settle_component(now, link, &mut schedule);
            }
        }
        self.dirty = dirty;
        self.dirty.clear();
    }

    fn settle_component(&mut self, now: Time, link: u32, schedule: &mut impl FnMut(Time, FlowSlot)) {
        let mut scratch = std::mem::take(&mut self.scratch);
        self.collect_component(link, &mut scratch);
        if !scratch.component_flows.is_empty() {
            self.solves += 1;
            self.solve(now, &mut scratch, schedule);
        }
        self.scratch = scratch;
    }

    /// Everything that shares links with `link`, directly or through other flows.
    fn collect_component(&mut self, link: u32, scratch: &mut Scratch) {
        self.mark += 1;
        let mark = self.mark;
        scratch.component_flows.clear();
        scratch.component_links.clear();
        scratch.component_links.push(link);
        self.links[link as usize].mark = mark;
        let mut next = 0;
        while next < scratch.component_links.len() {
            let state = &mut self.links[scratch.component_links[next] as usize];
            state.dirty = false;
            state.local = next as u32;
            next += 1;
            let flows = std::mem::take(&mut state.flows);
            for &index in &flows {
                let flow = &mut self.flows[index as usize];
                if flow.mark == mark {
                    continue;
                }
                flow.mark = mark;
                scratch.component_flows.push(index);
                for crossing in &flow.flow.path.crossings {
                    let other = &mut self.links[crossing.link as usize];
                    if other.mark != mark {
                        other.mark = mark;
                        scratch.component_links.push(crossing.link);
                    }
                }
            }
            self.links[scratch.component_links[next - 1] as usize].flows = flows;
        }
    }

    fn solve(&mut self, now: Time, scratch: &mut Scratch, schedule: &mut impl FnMut(Time, FlowSlot)) {
        scratch.capacities.clear();
        let capacity = |&link: &u32| self.links[link as usize].capacity;
        scratch.capacities.extend(scratch.component_links.iter().map(capacity));
        scratch.crossings.clear();
        scratch.ranges.clear();
        for &index in &scratch.component_flows {
            let start = scratch.crossings.len();
            let local = |crossing: &Crossing| Crossing {
                link: self.links[crossing.link as usize].local,
                weight: crossing.weight,
            };
            scratch.crossings.extend(self.flows[index as usize].flow.path.crossings.iter().map(local));
            scratch.ranges.push(start..scratch.crossings.len());
        }
        let contender = |(index, range): (&u32, &Range<usize>)| Contender {
            crossings: &scratch.crossings[range.clone()],
            cap: self.flows[*index as usize].flow.cap.bytes_per_second(),
        };
        let contenders: Vec<Contender<'_>> =
            scratch.component_flows.iter().zip(&scratch.ranges).map(contender).collect();
        let rates = scratch.solver.solve(&scratch.capacities, &contenders);
        for (&index, &rate) in scratch.component_flows.iter().zip(rates) {
            self.set_rate(now, index, rate, schedule);
        }
    }

    // Invariant: `remaining` changes only when the rate does, and only by time differences.
    fn set_rate(&mut self, now: Time, index: u32, rate: f64, schedule: &mut impl FnMut(Time, FlowSlot)) {
        let state = &mut self.flows[index as usize];
        if state.rate == rate {
            return;
        }
        let elapsed = now - state.updated;
        if state.rate > 0.0 && elapsed > Time::ZERO {
            let moved = (state.rate * elapsed.picoseconds() as f64 / 1e12).min(state.remaining);
            state.remaining -= moved;
            record(&mut self.timelines, &state.flow.path, state.updated..now, moved);
        }
        state.updated = now;
        state.rate = rate;
        state.version = state.version.wrapping_add(1);
        let drain = Bandwidth::from_bytes_per_second(rate).drain_time_of(state.remaining);
        // A finish past the end of time may still come nearer; until then there is nothing to wait for.
        if now + drain < Time::MAX {
            schedule(now + drain, FlowSlot { index, version: state.version });
        }
    }

    /// Whether any flow drains at all.
    pub fn is_draining(&self) -> bool {
        self.flows.len() > self.free.len()
    }

    /// Whether any flow drains on a link.
    pub fn is_busy(&self, link: u32) -> bool {
        !self.links[link as usize].flows.is_empty()
    }

    /// Adds bytes that were moved elsewhere in the same way, such as by a replay.
    pub fn credit(&mut self, link: u32, weighted_bytes: u128) {
        self.carried[link as usize] += weighted_bytes;
    }

    /// Adds bytes of a tier that were moved elsewhere during `when`, over time as `moved` says from zero on.
    pub fn credit_tier(&mut self, tier: u32, when: Range<Time>, moved: &Timeline) {
        self.timelines[tier as usize].add_timeline(when, moved);
    }

    /// The bytes that each link has carried, times the denominator of the weights.
    pub fn carried(&self) -> &[u128] {
        &self.carried
    }

    /// The bytes that each tier has carried over time.
    pub fn timelines(&self) -> &[Timeline] {
        &self.timelines
    }

    /// How many times rates were solved for.
    pub fn solves(&self) -> u64 {
        self.solves
    }

    /// How many flows have been started.
    pub fn attached(&self) -> u64 {
        self.attached
    }
}

fn record(timelines: &mut [Timeline], path: &Path, when: Range<Time>, bytes: f64) {
    for &(tier, share) in &path.tiers {
        timelines[tier as usize].add(when.clone(), bytes * share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs flows that start at given times over single-link paths on one link of 1 GB/s; returns finish times.
    fn finish_times(flows: &[(u64, u64)]) -> Vec<Time> {
        let mut network = FlowLevel::new([1e9], 0);
        let path = Arc::new(Path { crossings: vec![Crossing { link: 0, weight: 1 }], tiers: Vec::new() });
        let mut pending: Vec<(Time, FlowSlot)> = Vec::new();
        let mut done = vec![Time::ZERO; flows.len()];
        let mut starts: Vec<(Time, u32)> = flows
            .iter()
            .enumerate()
            .map(|(owner, flow)| (Time::from_picoseconds(flow.0), owner as u32))
            .collect();
        starts.sort();
        loop {
            let next_start = starts.first().map(|start| start.0);
            let next_finish = pending.iter().map(|finish| finish.0).min();
            let Some(now) = next_start.into_iter().chain(next_finish).min() else { return done };
            let due: Vec<FlowSlot> =
                pending.iter().filter(|finish| finish.0 == now).map(|finish| finish.1).collect();
            pending.retain(|finish| finish.0 != now);
            for slot in due {
                if let Some(owner) = network.finish(now, slot) {
                    done[owner as usize] = now;
                }
            }
            while starts.first().is_some_and(|start| start.0 == now) {
                let (_, owner) = starts.remove(0);
                let bytes = Bytes::new(flows[owner as usize].1);
                let cap = Bandwidth::UNBOUNDED;
                network.attach(now, NewFlow { path: Arc::clone(&path), bytes, cap, owner });
            }
            network.settle(now, |finish, slot| pending.push((finish, slot)));
        }
    }

    #[test]
    fn two_flows_share_and_the_second_goes_on_alone() {
        // 1 B/ns. A: 1000 B from 0; B: 1000 B from 500 ns. A alone for 500 B, both at half rate until A ends at
        // 1500 ns; B has 500 B left and ends at 2000 ns.
        let times = finish_times(&[(0, 1000), (500_000, 1000)]);
        assert_eq!(times, [Time::from_picoseconds(1_500_000), Time::from_picoseconds(2_000_000)]);
    }

    #[test]
    fn a_run_shifted_in_time_is_equal_to_the_bit() {
        let flows = [(0, 1003), (7, 501), (333, 77), (334, 1_000_003)];
        let early = finish_times(&flows);
        let shift = 123_456_789;
        let late = finish_times(&flows.map(|(start, bytes)| (start + shift, bytes)));
        for (early, late) in early.iter().zip(&late) {
            assert_eq!(*early + Time::from_picoseconds(shift), *late);
        }
    }
}
