//! Flows by themselves, on links by themselves: no ranks and no programs.

use crate::engine::{EventQueue, Limits, Process, StopReason, run};
use crate::network::{Crossing, FlowLevel, FlowSlot, NewFlow, Path};
use crate::units::{Bandwidth, Bytes, Time};
use std::sync::Arc;

/// A link that flows share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowLink {
    /// Payload bandwidth in its one direction.
    pub capacity: Bandwidth,
    /// Delay of the first byte.
    pub latency: Time,
}

/// A flow over given links.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// How much it carries.
    pub bytes: Bytes,
    /// The earliest time at which it starts.
    pub start: Time,
    /// The links that it crosses, each once, and the share of the flow on each (1 for a path).
    pub hops: Vec<(usize, f64)>,
    /// The largest rate that it can use.
    pub rate_cap: Option<Bandwidth>,
    /// Flows that must have finished before it starts.
    pub after: Vec<usize>,
}

/// Links, and flows over them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FlowCase {
    /// The links.
    pub links: Vec<FlowLink>,
    /// The flows; none follows itself, directly or through others.
    pub flows: Vec<Flow>,
}

/// The denominator of fractional weights: 12 decimal places are kept where sums of weights allow it.
const WEIGHT_SCALE: f64 = 1e12;
/// Sums of scaled weights stay below this, which 64 bits hold.
const LARGEST_LOAD: f64 = 4e18;

/// When each flow has finished; `None` when some flow would not have by [`Time::MAX`].
///
/// A flow starts at its time or when the last of its predecessors has finished, waits for the latencies of its
/// links, and then drains at its max-min fair rate.
///
/// # Panics
/// When a flow names a link or a flow that does not exist: cases are checked where they are read.
pub fn solve_flows(case: &FlowCase) -> Option<Vec<Time>> {
    let mut queue = EventQueue::new();
    let mut process = FlowProcess::new(case);
    for (index, flow) in case.flows.iter().enumerate() {
        if flow.after.is_empty() {
            queue.push(flow.start + process.latency(index), FlowEvent::Depart(index as u32));
        }
    }
    let (_, stop, _) = run(&mut process, &mut queue, Limits::default());
    let all = stop == StopReason::Exhausted && !process.network.is_draining();
    all.then_some(process.finished)
}

/// What weights are multiplied by to be integers: paths have unit weights, only fractions need a finer scale.
fn weight_scale(case: &FlowCase) -> f64 {
    let hops = || case.flows.iter().flat_map(|flow| &flow.hops);
    let mut loads = vec![0.0; case.links.len()];
    hops().for_each(|&(link, weight)| loads[link] += weight);
    let heaviest: f64 = loads.into_iter().fold(0.0, f64::max);
    let mut scale = if hops().all(|hop| hop.1.fract() == 0.0) { 1.0 } else { WEIGHT_SCALE };
    while heaviest * scale > LARGEST_LOAD {
        scale /= 10.0;
    }
    scale
}

#[derive(Debug, Clone, Copy)]
enum FlowEvent {
    Depart(u32),
    Drained(FlowSlot),
}

struct FlowProcess<'a> {
    case: &'a FlowCase,
    network: FlowLevel,
    paths: Vec<Arc<Path>>,
    followers: Vec<Vec<u32>>,
    open_predecessors: Vec<usize>,
    finished: Vec<Time>,
}

impl<'a> FlowProcess<'a> {
    fn new(case: &'a FlowCase) -> Self {
        let scale = weight_scale(case);
        let crossing = |&(link, weight): &(usize, f64)| Crossing {
            link: link as u32,
            weight: (weight * scale).round() as u64,
        };
        let path = |flow: &Flow| {
            Arc::new(Path { crossings: flow.hops.iter().map(crossing).collect(), tiers: Vec::new() })
        };
        let mut followers = vec![Vec::new(); case.flows.len()];
        for (index, flow) in case.flows.iter().enumerate() {
            flow.after.iter().for_each(|&before| followers[before].push(index as u32));
        }
        let capacities = case.links.iter().map(|link| link.capacity.bytes_per_second() * scale);
        Self {
            network: FlowLevel::new(capacities, 0),
            paths: case.flows.iter().map(path).collect(),
            open_predecessors: case.flows.iter().map(|flow| flow.after.len()).collect(),
            finished: vec![Time::ZERO; case.flows.len()],
            followers,
            case,
        }
    }

    fn latency(&self, flow: usize) -> Time {
        self.case.flows[flow].hops.iter().map(|&(link, _)| self.case.links[link].latency).sum()
    }

    fn depart(&mut self, now: Time, index: u32, queue: &mut EventQueue<FlowEvent>) {
        let flow = &self.case.flows[index as usize];
        if flow.bytes == Bytes::ZERO {
            self.finish(now, index, queue);
            return;
        }
        self.network.attach(
            now,
            NewFlow {
                path: Arc::clone(&self.paths[index as usize]),
                bytes: flow.bytes,
                cap: flow.rate_cap.unwrap_or(Bandwidth::UNBOUNDED),
                owner: index,
            },
        );
    }

    fn finish(&mut self, now: Time, index: u32, queue: &mut EventQueue<FlowEvent>) {
        self.finished[index as usize] = now;
        for follower in std::mem::take(&mut self.followers[index as usize]) {
            self.open_predecessors[follower as usize] -= 1;
            if self.open_predecessors[follower as usize] == 0 {
                let start = now.max(self.case.flows[follower as usize].start);
                queue.push(start + self.latency(follower as usize), FlowEvent::Depart(follower));
            }
        }
    }
}

impl Process<FlowEvent> for FlowProcess<'_> {
    fn handle(&mut self, now: Time, batch: &[FlowEvent], queue: &mut EventQueue<FlowEvent>) {
        for &event in batch {
            match event {
                FlowEvent::Depart(flow) => self.depart(now, flow, queue),
                FlowEvent::Drained(slot) => {
                    if let Some(flow) = self.network.finish(now, slot) {
                        self.finish(now, flow, queue);
                    }
                }
            }
        }
    }

    fn settle(&mut self, now: Time, queue: &mut EventQueue<FlowEvent>) {
        self.network.settle(now, |finish, slot| queue.push(finish, FlowEvent::Drained(slot)));
    }
}
