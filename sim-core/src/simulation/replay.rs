//! Collectives that are alone on their links, simulated once and remembered.

use super::carrier::Carrier;
use super::collective::{Collectives, Stage, Stepped};
use super::events::{Event, Purpose};
use super::group::{Group, GroupPlan, Signature};
use super::lanes::Lanes;
use super::messages::End;
use super::recording::Recording;
use super::surroundings::Surroundings;
use crate::collectives::Schedule;
use crate::engine::{EventQueue, Limits, Memory, Process, StopReason, run};
use crate::fabric::RoutingError;
use crate::transport::{CollectiveCost, Transport};
use crate::units::Time;
use crate::workload::StreamId;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The recordings of a run, by what distinguishes them.
#[derive(Debug)]
pub(super) struct Replays {
    enabled: bool,
    known: Vec<Known>,
    index: BTreeMap<Vec<u64>, Vec<u32>>,
}

#[derive(Debug)]
struct Known {
    schedule: Schedule,
    cost: CollectiveCost,
    recording: Option<Arc<Recording>>,
    given_up: bool,
}

impl Replays {
    pub(super) fn new(enabled: bool) -> Self {
        Self { enabled, known: Vec::new(), index: BTreeMap::new() }
    }

    /// The entry for a plan, unless replay is off or the plan too large to compare.
    pub(super) fn entry(&mut self, plan: &GroupPlan) -> Option<u32> {
        let signature = plan.signature.as_ref().filter(|_| self.enabled)?;
        let same_place = self.index.entry(signature.numbers.clone()).or_default();
        let same = |&&id: &&u32| {
            let known = &self.known[id as usize];
            known.schedule == plan.plan.schedule && known.cost == plan.plan.cost
        };
        if let Some(&id) = same_place.iter().find(same) {
            return Some(id);
        }
        let id = self.known.len() as u32;
        same_place.push(id);
        let (schedule, cost) = (plan.plan.schedule.clone(), plan.plan.cost.clone());
        self.known.push(Known { schedule, cost, recording: None, given_up: false });
        Some(id)
    }

    /// Never replays an entry again: its links are shared with others.
    pub(super) fn give_up(&mut self, entry: u32) {
        self.known[entry as usize].given_up = true;
    }

    /// Whether an entry may be replayed.
    pub(super) fn allows(&self, entry: u32) -> bool {
        !self.known[entry as usize].given_up
    }

    /// The recording of an entry, made by `record` the first time; tells whether it was made now.
    pub(super) fn recording(
        &mut self,
        entry: u32,
        record: impl FnOnce() -> Result<Recording, Unrecorded>,
    ) -> Result<(Arc<Recording>, bool), Unrecorded> {
        let known = &mut self.known[entry as usize];
        if let Some(recording) = &known.recording {
            return Ok((Arc::clone(recording), false));
        }
        let recording = Arc::new(record()?);
        known.recording = Some(Arc::clone(&recording));
        Ok((recording, true))
    }
}

/// A plan by itself, to be recorded.
pub(super) struct Lone<'a> {
    pub(super) plan: &'a Rc<GroupPlan>,
    pub(super) signature: &'a Signature,
    pub(super) groups: &'a [Group],
    pub(super) around: Surroundings<'a>,
    pub(super) transport: &'a Transport,
    pub(super) limits: Limits,
}

/// Why there is no recording.
#[derive(Debug)]
pub(super) enum Unrecorded {
    Routing(Box<RoutingError>),
    Stopped(StopReason),
}

impl Lone<'_> {
    /// What the collective does when all members enter at time zero.
    pub(super) fn record(&self) -> Result<Recording, Unrecorded> {
        match Lanes::of(self.plan, self.around.folding.links().len()) {
            Some(lanes) => Ok(self.record_lanes(&lanes)),
            None => self.record_events(),
        }
    }

    fn record_lanes(&self, lanes: &Lanes<'_>) -> Recording {
        let times = lanes.step(&Carrier::new(self.around, self.transport).network);
        let carried: BTreeMap<u32, u128> = lanes.carried().collect();
        Recording {
            exits: times.exits,
            carried: self.signature.links.iter().map(|link| carried[link]).collect(),
            tiers: times.tiers,
            flows: 0,
            lanes: times.flows,
            solves: 0,
            events: 0,
        }
    }

    fn record_events(&self) -> Result<Recording, Unrecorded> {
        let Self { plan, signature, groups, around, transport, limits } = *self;
        let mut alone = Alone {
            collectives: Collectives::default(),
            carrier: Carrier::new(around, transport),
            groups,
            around,
            // Who has not left when time ends never leaves.
            exits: vec![Time::MAX; groups[plan.group as usize].members.len()],
            arrived: Vec::new(),
            error: None,
        };
        let mut queue = EventQueue::new();
        let instance = alone.collectives.open(Rc::clone(plan), alone.exits.len(), false);
        for member in 0..alone.exits.len() as u32 {
            let end = End { actor: member, stream: StreamId::new(0) };
            alone.collectives.enter(Time::ZERO, (instance, member), end, &mut queue);
        }
        // The limit of time counts from the start of the run, where this one may begin later.
        let (_, stop, events) = run(&mut alone, &mut queue, Limits { time: Time::MAX, ..limits });
        match (alone.error, stop) {
            (Some(error), _) => return Err(Unrecorded::Routing(error)),
            (None, StopReason::EventLimit | StopReason::MemoryLimit(_)) => {
                return Err(Unrecorded::Stopped(stop));
            }
            (None, StopReason::Exhausted | StopReason::Interrupted | StopReason::TimeLimit) => {}
        }
        let network = &alone.carrier.network;
        Ok(Recording {
            exits: alone.exits,
            carried: signature.links.iter().map(|&link| network.carried_by(link)).collect(),
            tiers: network.timelines().cloned().collect(),
            flows: network.attached(),
            lanes: 0,
            solves: network.effort().solves,
            events,
        })
    }
}

struct Alone<'a> {
    collectives: Collectives,
    carrier: Carrier,
    groups: &'a [Group],
    around: Surroundings<'a>,
    exits: Vec<Time>,
    arrived: Vec<Purpose>,
    error: Option<Box<RoutingError>>,
}

impl Alone<'_> {
    fn handle_one(&mut self, now: Time, event: Event, queue: &mut EventQueue<Event>) -> Stepped {
        match event {
            Event::Depart { transfer } => {
                if let Some(purpose) = self.carrier.depart(now, transfer) {
                    self.arrived.push(purpose);
                }
            }
            Event::Wake { wakeup } => self.carrier.wake(now, wakeup, &mut self.arrived),
            Event::Left { instance, member } => {
                let (end, _) = self.collectives.left(instance, member);
                self.exits[end.actor as usize] = now;
            }
            Event::Launched { instance, member } => {
                let mut stage = Stage::new(self.around, self.groups, &mut self.carrier, queue);
                self.collectives.launched(now, (instance, member), &mut stage)?;
            }
            Event::ComputeEnd { .. } => {}
        }
        for purpose in self.arrived.drain(..) {
            if let Purpose::Step(transfer) = purpose {
                let mut stage = Stage::new(self.around, self.groups, &mut self.carrier, queue);
                self.collectives.arrived(now, transfer, &mut stage)?;
            }
        }
        Ok(())
    }
}

impl Process<Event> for Alone<'_> {
    fn handle(&mut self, now: Time, batch: &[Event], queue: &mut EventQueue<Event>) {
        for &event in batch {
            if let Err(error) = self.handle_one(now, event, queue) {
                self.error = Some(error);
            }
        }
    }

    fn settle(&mut self, now: Time, queue: &mut EventQueue<Event>) {
        self.carrier.settle(now, queue);
    }

    fn interrupted(&self) -> bool {
        self.error.is_some()
    }

    fn memory(&self) -> Memory {
        Memory::of(&self.carrier.memory())
    }
}
