//! Solves cases of flows: when each of them finishes.

use super::flow_case::{FlowCase, FlowView};
use crate::engine::{EventQueue, Limits, Memory, Process, StopReason, run};
use crate::fabric::WEIGHT_DENOMINATOR;
use crate::network::{Crossing, Effort, FlowLevel, NewFlow, Wakeup};
use crate::units::{Bytes, Time};

/// What became of the flows of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowsOutcome {
    /// Why it ended: [`StopReason::Exhausted`] when every flow has finished.
    pub stop: StopReason,
    /// When each flow has finished; meaningful when all have.
    pub finished: Vec<Time>,
    /// Events handled.
    pub events: u64,
    /// What was solved for.
    pub effort: Effort,
}

/// When each flow finishes.
///
/// A flow starts at its time or when the last of its predecessors has finished, waits for the latencies of its
/// links, and then drains at its max-min fair rate.
pub fn solve_flows(case: &FlowCase, limits: Limits) -> FlowsOutcome {
    let mut queue = EventQueue::new();
    let mut process = FlowProcess::new(case);
    for (index, flow) in case.flows().enumerate() {
        if flow.after.is_empty() {
            queue.push(flow.start + process.latency(index as u32), FlowEvent::Depart(index as u32));
        }
    }
    let (_, stop, events) = run(&mut process, &mut queue, limits);
    // A flow that drains without a finish in sight would finish past the end of time.
    let stalled = stop == StopReason::Exhausted && process.network.is_draining();
    FlowsOutcome {
        stop: if stalled { StopReason::TimeLimit } else { stop },
        finished: process.finished,
        events,
        effort: process.network.effort(),
    }
}

/// The denominator of fractional weights: 12 decimal places are kept where sums of weights allow it.
const WEIGHT_SCALE: f64 = 1e12;
/// Sums of scaled weights stay below this, which 64 bits hold.
const LARGEST_LOAD: f64 = 4e18;

/// What weights are multiplied by to be integers: paths have unit weights, only fractions need a finer scale.
fn weight_scale(case: &FlowCase) -> f64 {
    let crossings = || case.flows().flat_map(FlowView::crossings);
    let mut loads = vec![0.0; case.links().len()];
    crossings().for_each(|(link, weight)| loads[link as usize] += weight);
    let heaviest: f64 = loads.into_iter().fold(0.0, f64::max);
    let is_whole = |scale: f64| crossings().all(|(_, weight)| is_nearly_whole(weight * scale));
    let usual = WEIGHT_DENOMINATOR as f64;
    let mut scale = [1.0, usual].into_iter().find(|scale| is_whole(*scale)).unwrap_or(WEIGHT_SCALE);
    while heaviest * scale > LARGEST_LOAD {
        scale /= 10.0;
    }
    scale
}

/// Whether a scaled weight is a whole number but for the rounding of a share such as one third.
fn is_nearly_whole(weight: f64) -> bool {
    (weight - weight.round()).abs() <= weight * 4.0 * f64::EPSILON
}

#[derive(Debug, Clone, Copy)]
enum FlowEvent {
    Depart(u32),
    Wake(Wakeup),
}

struct FlowProcess<'a> {
    case: &'a FlowCase,
    network: FlowLevel,
    scale: f64,
    crossings: Vec<Crossing>,
    followers: Followers,
    open_predecessors: Vec<u32>,
    finished: Vec<Time>,
    drained: Vec<u32>,
}

impl<'a> FlowProcess<'a> {
    fn new(case: &'a FlowCase) -> Self {
        let scale = weight_scale(case);
        let capacities = case.links().iter().map(|link| link.capacity.bytes_per_second() * scale);
        Self {
            network: FlowLevel::new(capacities, scale),
            scale,
            crossings: Vec::new(),
            followers: Followers::of(case),
            open_predecessors: case.flows().map(|flow| flow.after.len() as u32).collect(),
            finished: vec![Time::ZERO; case.len()],
            drained: Vec::new(),
            case,
        }
    }

    fn latency(&self, flow: u32) -> Time {
        let latency = |&link: &u32| self.case.links()[link as usize].latency;
        self.case.flow(flow as usize).hops.iter().map(latency).sum()
    }

    fn depart(&mut self, now: Time, index: u32, queue: &mut EventQueue<FlowEvent>) {
        let flow = self.case.flow(index as usize);
        if flow.bytes == Bytes::ZERO {
            self.finish(now, index, queue);
            return;
        }
        let crossing =
            |(link, weight): (u32, f64)| Crossing { link, weight: (weight * self.scale).round() as u64 };
        self.crossings.clear();
        self.crossings.extend(flow.crossings().map(crossing));
        let new = NewFlow { crossings: &self.crossings, bytes: flow.bytes, cap: flow.cap, owner: index };
        self.network.attach(now, &new);
    }

    fn finish(&mut self, now: Time, index: u32, queue: &mut EventQueue<FlowEvent>) {
        self.finished[index as usize] = now;
        for place in self.followers.of_flow(index) {
            let follower = self.followers.followers[place];
            self.open_predecessors[follower as usize] -= 1;
            if self.open_predecessors[follower as usize] == 0 {
                let start = now.max(self.case.flow(follower as usize).start);
                queue.push(start + self.latency(follower), FlowEvent::Depart(follower));
            }
        }
    }
}

impl Process<FlowEvent> for FlowProcess<'_> {
    fn handle(&mut self, now: Time, batch: &[FlowEvent], queue: &mut EventQueue<FlowEvent>) {
        for &event in batch {
            match event {
                FlowEvent::Depart(flow) => self.depart(now, flow, queue),
                FlowEvent::Wake(wakeup) => {
                    let mut drained = std::mem::take(&mut self.drained);
                    self.network.wake(now, wakeup, |flow| drained.push(flow));
                    drained.drain(..).for_each(|flow| self.finish(now, flow, queue));
                    self.drained = drained;
                }
            }
        }
    }

    fn settle(&mut self, now: Time, queue: &mut EventQueue<FlowEvent>) {
        self.network.settle(now, |time, wakeup| queue.push(time, FlowEvent::Wake(wakeup)));
    }

    fn memory(&self) -> Memory {
        Memory::of(&[("draining flows", self.network.memory())])
    }
}

/// Who waits for whom: for each flow, where its followers stand in one list.
struct Followers {
    ends: Vec<u32>,
    followers: Vec<u32>,
}

impl Followers {
    fn of(case: &FlowCase) -> Self {
        let mut ends = vec![0_u32; case.len() + 1];
        case.flows().flat_map(|flow| flow.after).for_each(|&before| ends[before as usize + 1] += 1);
        for flow in 0..case.len() {
            ends[flow + 1] += ends[flow];
        }
        let mut next = ends.clone();
        let mut followers = vec![0; ends[case.len()] as usize];
        for (index, flow) in case.flows().enumerate() {
            for &before in flow.after {
                followers[next[before as usize] as usize] = index as u32;
                next[before as usize] += 1;
            }
        }
        Self { ends, followers }
    }

    fn of_flow(&self, flow: u32) -> std::ops::Range<usize> {
        self.ends[flow as usize] as usize..self.ends[flow as usize + 1] as usize
    }
}
