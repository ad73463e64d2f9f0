//! A collective by itself: to be recorded, or to find how far it has come when somebody meets it.

use super::carrier::Carrier;
use super::collective::{Collectives, Stage, Stepped};
use super::events::{Event, Purpose};
use super::group::{Group, GroupPlan};
use super::messages::End;
use super::recording::LinkUse;
use super::surroundings::Surroundings;
use crate::engine::{EventQueue, Memory, Process};
use crate::fabric::RoutingError;
use crate::transport::Transport;
use crate::units::Time;
use crate::workload::StreamId;
use std::rc::Rc;

/// A collective that runs where nothing else does.
pub(super) struct Alone<'a> {
    pub(super) collectives: Collectives,
    pub(super) bench: Workbench,
    groups: &'a [Group],
    around: Surroundings<'a>,
    /// Who has not left when time ends never leaves.
    pub(super) exits: Vec<Time>,
    arrived: Vec<Purpose>,
    pub(super) error: Option<Box<RoutingError>>,
}

/// A network with nothing on it, which can be used again.
#[derive(Debug)]
pub(super) struct Workbench {
    pub(super) carrier: Carrier,
    /// When each link is used.
    pub(super) used: Vec<LinkUse>,
}

impl Workbench {
    /// The links of a folding.
    pub(super) fn new(around: Surroundings<'_>, transport: &Transport) -> Self {
        let used = vec![LinkUse::NEVER; around.folding.links().len()];
        Self { carrier: Carrier::new(around, transport), used }
    }

    /// Forgets what has happened on these links, on which all has happened.
    pub(super) fn clear(&mut self, links: &[u32]) {
        self.carrier.clear(links);
        links.iter().for_each(|&link| self.used[link as usize] = LinkUse::NEVER);
    }
}

impl<'a> Alone<'a> {
    /// Nobody has entered yet.
    pub(super) fn new((groups, around): (&'a [Group], Surroundings<'a>), bench: Workbench) -> Self {
        let collectives = Collectives::default();
        Self { collectives, bench, groups, around, exits: Vec::new(), arrived: Vec::new(), error: None }
    }

    /// Lets members enter, those who do.
    pub(super) fn enter(
        &mut self,
        plan: &Rc<GroupPlan>,
        entries: impl ExactSizeIterator<Item = Option<Time>>,
        queue: &mut EventQueue<Event>,
    ) {
        self.exits = vec![Time::MAX; entries.len()];
        let instance = self.collectives.open(Rc::clone(plan), entries.len(), false);
        for (member, entry) in (0..).zip(entries) {
            let end = End { actor: member, stream: StreamId::new(0) };
            if let Some(entry) = entry {
                self.collectives.enter(entry, (instance, member), end, queue);
            }
        }
    }
}

impl Alone<'_> {
    fn handle_one(&mut self, now: Time, event: Event, queue: &mut EventQueue<Event>) -> Stepped {
        match event {
            Event::Depart { transfer } => {
                for crossing in self.bench.carrier.path(transfer) {
                    self.bench.used[crossing.link as usize].begin(now);
                }
                if let Some(purpose) = self.bench.carrier.depart(now, transfer) {
                    self.arrived.push(purpose);
                }
            }
            Event::Wake { wakeup } => self.bench.carrier.wake(now, wakeup, &mut self.arrived),
            Event::Left { instance, member } => {
                self.collectives.left(instance, member);
                self.exits[member as usize] = now;
            }
            Event::Launched { instance, member } => {
                let mut stage = Stage::new(self.around, self.groups, &mut self.bench.carrier, queue);
                self.collectives.launched(now, (instance, member), &mut stage)?;
            }
            Event::ComputeEnd { .. } | Event::Recalled { .. } => {}
        }
        for purpose in self.arrived.drain(..) {
            if let Purpose::Step(transfer) = purpose {
                for crossing in self.collectives.path(transfer) {
                    self.bench.used[crossing.link as usize].end(now);
                }
                let mut stage = Stage::new(self.around, self.groups, &mut self.bench.carrier, queue);
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
        self.bench.carrier.settle(now, queue);
    }

    fn interrupted(&self) -> bool {
        self.error.is_some()
    }

    fn memory(&self) -> Memory {
        Memory::of(&self.bench.carrier.memory())
    }
}
