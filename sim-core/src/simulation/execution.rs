//! Runs the programs of the representatives.

mod deciding;
mod meeting;
mod repeating;

use super::Options;
use super::alone::Workbench;
use super::carrier::{Carrier, Transfer};
use super::collective::{Collectives, Stage, Stepped};
use super::deadlock::{Scene, describe};
use super::events::{Event, Purpose};
use super::group::GroupPlan;
use super::live_calls::{LiveCall, LiveCalls};
use super::messages::{End, Mailbox, Message};
use super::observer::{Notice, Observer};
use super::places::{CallPlace, Place, places};
use super::program_state::{Current, ProgramState};
use super::records::Records;
use super::replay::{Replays, Unrecorded};
use super::rounds::{Told, Watch};
use super::setup::{Actor, Parts, Plans, SendPort, SimulationError};
use super::slowing::Slowed;
use crate::digest::{OperationHashes, outcome_digest};
use crate::engine::{EventQueue, Limits, Memory, Process, StopReason as LoopEnd, run};
use crate::ids::CommunicatorId;
use crate::outcome::{CallsByEvents, LinkOutcome, Outcome, RankOutcome, StopReason, TransferPartners, Work};
use crate::symmetry::Representative;
use crate::transport::TransferParts;
use crate::units::{Bandwidth, Bytes, Time};
use crate::workload::{CollectiveCall, OperationKind, StreamId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How an attempt at a run ended.
pub(super) enum Attempt {
    Finished(Box<Outcome>),
    /// A replay assumed that nobody else uses its links, and somebody did.
    LinksWereShared,
    /// The collectives of communicators are no nodes: somebody uses their links.
    Disturbed(BTreeSet<CommunicatorId>),
    /// Ranks of one class leave a collective apart.
    Apart(LeftApart),
}

/// Members of one class leave apart, in all groups of this number; when each position leaves.
#[derive(Debug)]
pub(super) struct LeftApart {
    pub(super) alike: u32,
    pub(super) exits: Vec<Time>,
}

/// Runs everything once.
pub(super) fn attempt<'a>(
    parts: Parts<'a>,
    plans: Plans,
    replays: &mut Replays,
    (options, observer): (&Options, &mut dyn Observer),
) -> Result<Attempt, SimulationError> {
    let representatives: Vec<Representative> =
        parts.actors.iter().map(|actor| actor.representative).collect();
    observer.start(&representatives);
    let limits = options.limits;
    let mut execution = Execution::new(parts, plans, replays, (limits, observer));
    execution.carrier.records = options.record_transfers.then(Records::default);
    execution.slowed = Slowed::new(options.slowing, execution.states.len());
    execution.tell_what_to_expect();
    let mut queue = EventQueue::new();
    for actor in 0..execution.states.len() as u32 {
        execution.enter_what_can(Time::ZERO, actor, &mut queue);
    }
    let (_, loop_end, events) = run(&mut execution, &mut queue, limits);
    let loop_end = execution.stopped.unwrap_or(loop_end);
    execution.work.events += events;
    if let Some(error) = execution.error {
        return Err(error);
    }
    if let Some(left) = execution.left_apart {
        return Ok(Attempt::Apart(left));
    }
    if let Some(given_up) = execution.give_up_broken(loop_end) {
        return Ok(given_up);
    }
    // The last event may be a finish that has moved since: the end is that of the last operation.
    let end = execution.ends.iter().copied().max().unwrap_or_default();
    execution.observer.finish(end);
    Ok(Attempt::Finished(Box::new(execution.outcome(end, loop_end))))
}

struct Execution<'a, 'b> {
    parts: Parts<'a>,
    plans: Plans,
    /// The replay entry of each plan of each group.
    entries: Vec<Vec<Option<u32>>>,
    replays: &'b mut Replays,
    observer: &'b mut dyn Observer,
    states: Vec<ProgramState>,
    hashes: Vec<OperationHashes>,
    ends: Vec<Time>,
    mailboxes: Vec<Mailbox>,
    live: Vec<LiveCalls>,
    undecided: Vec<u32>,
    /// Actors for whom something ended in this batch.
    touched: Vec<u32>,
    arrived: Vec<Purpose>,
    collectives: Collectives,
    carrier: Carrier,
    /// Where communication slows computations.
    slowed: Option<Slowed>,
    work: Work,
    limits: Limits,
    error: Option<SimulationError>,
    /// A limit was met in a recording.
    stopped: Option<LoopEnd>,
    left_apart: Option<LeftApart>,
    /// Looks out for rounds that recur, where they may be passed over.
    watch: Option<Watch>,
    /// Where collectives run alone that somebody has met.
    bench: Option<Workbench>,
    /// How many calls of each group have begun, and how many of them run by events.
    calls: Vec<(u64, u64)>,
}

impl<'a, 'b> Execution<'a, 'b> {
    fn new(
        parts: Parts<'a>,
        plans: Plans,
        replays: &'b mut Replays,
        (limits, observer): (Limits, &'b mut dyn Observer),
    ) -> Self {
        let state = |actor: &Actor| ProgramState::new(Arc::clone(&actor.program), places(actor, &plans));
        let states: Vec<ProgramState> = parts.actors.iter().map(state).collect();
        Self {
            watch: replays.is_enabled().then(|| Watch::of(&states)).flatten(),
            bench: None,
            calls: vec![(0, 0); parts.groups.len()],
            entries: plans.iter().map(|of| of.iter().map(|plan| replays.entry(plan)).collect()).collect(),
            hashes: states.iter().map(|state| OperationHashes::new(state.streams())).collect(),
            ends: vec![Time::ZERO; states.len()],
            mailboxes: (0..parts.mailboxes).map(|_| Mailbox::default()).collect(),
            live: parts.groups.iter().map(|_| LiveCalls::default()).collect(),
            undecided: Vec::new(),
            touched: Vec::new(),
            arrived: Vec::new(),
            collectives: Collectives::default(),
            carrier: Carrier::new(parts.around, parts.transport),
            slowed: None,
            work: Work::default(),
            limits,
            error: None,
            stopped: None,
            left_apart: None,
            states,
            plans,
            replays,
            observer,
            parts,
        }
    }

    /// Tells the observer what operations with others take where nothing else is on their links.
    fn tell_what_to_expect(&mut self) {
        for (index, (actor, state)) in self.parts.actors.iter().zip(&self.states).enumerate() {
            for (counterpart, place) in actor.program.counterparts().iter().zip(&state.places) {
                let parts = match *place {
                    Place::Port(port) => {
                        let SendPort { scope, overhead, latency, .. } = actor.sends[port as usize];
                        TransferParts::of_message(scope, overhead, latency)
                    }
                    Place::Group(CallPlace { group, plan, .. }) => {
                        let GroupPlan { call, plan, .. } = &*self.plans[group as usize][plan as usize];
                        TransferParts::of_collective(call.kind, &plan.prediction)
                    }
                    Place::Mailbox(_) | Place::Nowhere => continue,
                };
                self.observer.expects(index, counterpart, &parts);
            }
        }
    }

    /// Enters every operation of an actor that can be entered, and what that makes possible.
    fn enter_what_can(&mut self, now: Time, actor: u32, queue: &mut EventQueue<Event>) {
        while let Some(stream) = self.states[actor as usize].next_to_enter() {
            self.enter(now, End { actor, stream }, queue);
        }
    }

    /// Enters one operation.
    fn enter(&mut self, now: Time, end: End, queue: &mut EventQueue<Event>) {
        self.write_down(now, end, Told::Entered);
        let current = self.states[end.actor as usize].enter(end.stream);
        self.observer.entered(&notice(now, end, current));
        match (current.place, current.operation.kind) {
            (_, OperationKind::Compute { duration }) => {
                self.begin(now, end);
                if duration == Time::ZERO {
                    self.end_operation(now, end);
                } else if let Some(slowed) = &mut self.slowed {
                    slowed.computes(now, end, duration);
                } else {
                    queue.push(now + duration, Event::ComputeEnd { actor: end.actor, stream: end.stream });
                }
            }
            (Place::Port(port), OperationKind::Send { bytes, .. }) => {
                let mailbox = self.parts.actors[end.actor as usize].sends[port as usize].mailbox;
                let matched = self.mailboxes[mailbox as usize].send(end, bytes);
                self.deliver(now, matched, queue);
            }
            (Place::Mailbox(mailbox), OperationKind::Receive { .. }) => {
                let matched = self.mailboxes[mailbox as usize].receive(end);
                self.deliver(now, matched, queue);
            }
            (Place::Group(place), OperationKind::Collective { call, .. }) => {
                self.enter_collective(now, end, (place, call), queue);
            }
            _ => unreachable!("messages have ports and mailboxes, and collectives have groups"),
        }
    }

    /// Sends a matched message on its way.
    fn deliver(&mut self, now: Time, matched: Option<(Message, Bytes)>, queue: &mut EventQueue<Event>) {
        let Some((message, bytes)) = matched else { return };
        self.begin(now, message.sender);
        self.begin(now, message.receiver);
        let sender = &self.parts.actors[message.sender.actor as usize];
        let current = self.states[message.sender.actor as usize].current(message.sender.stream);
        let Some(Current { place: Place::Port(port), .. }) = current else {
            unreachable!("the sender of a message is in a send");
        };
        let port = &sender.sends[*port as usize];
        let (slot, depart) = (port.slot, now + port.overhead + port.latency);
        let transfer = Transfer {
            path: Some(Rc::clone(&port.path)),
            bytes,
            cap: Bandwidth::UNBOUNDED,
            purpose: Purpose::Message(message),
        };
        let sent = self.carrier.send(depart, transfer, queue);
        let (starter, workload) = (sender.representative.rank, self.parts.around.workload);
        let to = || TransferPartners::One(workload.peer(starter, slot));
        self.carrier.record(now, (sent, bytes), |_: &mut Records| (starter, to(), None));
    }

    fn enter_collective(
        &mut self,
        now: Time,
        end: End,
        (place, call): (CallPlace, CollectiveCall),
        queue: &mut EventQueue<Event>,
    ) {
        let number = self.states[end.actor as usize].call_number(end.stream);
        let instance = self.call_instance(place, number);
        let expected = self.collectives.instance(instance).plan.call;
        if expected != call {
            let rank = self.parts.actors[end.actor as usize].representative.rank;
            let (call, expected) = (describe(&call), describe(&expected));
            self.error = Some(SimulationError::MismatchedCollective { rank, call, expected });
            return;
        }
        if self.collectives.enter(now, (instance, place.member), end, queue) {
            for member in 0..self.parts.groups[place.group as usize].members.len() as u32 {
                if let Some(end) = self.collectives.present(instance, member) {
                    self.begin(now, end);
                }
            }
            if self.collectives.is_claimed(instance) {
                self.undecided.push(instance);
            }
        }
    }

    /// The instance of a call by its number, opened when nobody has entered it yet.
    fn call_instance(&mut self, CallPlace { group, plan, .. }: CallPlace, number: u32) -> u32 {
        if let LiveCall::Running(instance) = *self.live[group as usize].at(number) {
            return instance;
        }
        let (plans, plan) = (&self.plans[group as usize], plan as usize);
        let replayed = self.entries[group as usize][plan].is_some_and(|entry| self.replays.allows(entry));
        let members = self.parts.groups[group as usize].members.len();
        let instance = self.collectives.open(Rc::clone(&plans[plan]), members, replayed);
        self.calls[group as usize].0 += 1;
        *self.live[group as usize].at(number) = LiveCall::Running(instance);
        if replayed {
            self.undecided.push(instance);
        } else {
            self.count_by_events(group);
        }
        instance
    }

    /// A call of a group runs by events.
    fn count_by_events(&mut self, group: u32) {
        self.calls[group as usize].1 += 1;
    }

    fn begin(&mut self, now: Time, end: End) {
        let current = self.states[end.actor as usize].begin(end.stream, now);
        if let Some(slowed) = &mut self.slowed
            && !current.operation.kind.is_compute()
        {
            slowed.communicates(end.actor);
        }
        self.observer.begun(&notice(now, end, current));
        self.write_down(now, end, Told::Begun);
    }

    fn end_operation(&mut self, now: Time, end: End) {
        self.write_down(now, end, Told::Ended);
        let End { stream, .. } = end;
        let actor = end.actor as usize;
        let current = self.states[actor].current(stream).expect("what ends has an operation");
        if let Some(slowed) = &mut self.slowed
            && !current.operation.kind.is_compute()
        {
            slowed.has_communicated(end.actor);
        }
        self.observer.ended(&notice(now, end, current));
        self.hashes[actor].add(stream.index(), current.index, (current.begun, now));
        self.ends[actor] = now;
        self.states[actor].advance(stream);
        self.touched.push(end.actor);
    }

    fn handle_one(&mut self, now: Time, event: Event, queue: &mut EventQueue<Event>) -> Stepped {
        match event {
            Event::ComputeEnd { actor, stream } => {
                let end = End { actor, stream };
                if self.slowed.as_mut().is_none_or(|slowed| slowed.has_computed(now, end)) {
                    self.end_operation(now, end);
                }
            }
            Event::Depart { transfer } => {
                self.meet(now, transfer, queue)?;
                if let Some(purpose) = self.carrier.depart(now, transfer) {
                    self.arrive(now, purpose, queue)?;
                }
            }
            Event::Wake { wakeup } => {
                let mut arrived = std::mem::take(&mut self.arrived);
                self.carrier.wake(now, wakeup, &mut arrived);
                for purpose in arrived.drain(..) {
                    self.arrive(now, purpose, queue)?;
                }
                self.arrived = arrived;
            }
            Event::Launched { instance, member } => {
                let Parts { around, groups, .. } = &self.parts;
                let mut stage = Stage::new(*around, groups, &mut self.carrier, queue);
                self.collectives.launched(now, (instance, member), &mut stage)?;
            }
            Event::Recalled { instance, .. } if !self.collectives.is_recalled(instance) => {}
            Event::Left { instance, member } | Event::Recalled { instance, member } => {
                if let Some(end) = self.leave(now, instance, member) {
                    self.end_operation(now, end);
                }
            }
        }
        Ok(())
    }

    fn arrive(&mut self, now: Time, arrived: Purpose, queue: &mut EventQueue<Event>) -> Stepped {
        match arrived {
            Purpose::Message(message) => {
                self.end_operation(now, message.sender);
                self.end_operation(now, message.receiver);
            }
            Purpose::Step(transfer) => {
                let Parts { around, groups, .. } = &self.parts;
                let mut stage = Stage::new(*around, groups, &mut self.carrier, queue);
                self.collectives.arrived(now, transfer, &mut stage)?;
            }
        }
        Ok(())
    }

    /// A member leaves a collective; the instance is forgotten after the last.
    fn leave(&mut self, now: Time, instance: u32, member: u32) -> Option<End> {
        let group = self.collectives.instance(instance).plan.group;
        let complete = self.collectives.is_complete(instance);
        let (end, closed) = self.collectives.left(instance, member);
        if let (Some(end), false) = (end, complete) {
            // Until its last participant has come, an operation has not begun; for this rank it never does before its end.
            self.begin(now, end);
        }
        if closed {
            self.live[group as usize].close(instance);
        }
        end
    }

    fn outcome(mut self, end: Time, loop_end: LoopEnd) -> Outcome {
        let transfers = self.carrier.records.take().map_or_else(Vec::new, Records::into_arrived);
        let network = &self.carrier.network;
        let ranks: Vec<RankOutcome> = (self.parts.actors.iter().zip(&self.ends))
            .map(|(actor, &end)| RankOutcome {
                rank: actor.representative.rank,
                multiplicity: actor.representative.multiplicity,
                end,
            })
            .collect();
        let links: Vec<LinkOutcome> = (self.parts.around.folding.links().iter().zip(network.carried()))
            .filter(|(_, carried)| *carried > 0)
            .map(|(folded, weighted_bytes)| LinkOutcome {
                link: folded.link,
                multiplicity: folded.multiplicity,
                weighted_bytes,
            })
            .collect();
        let mut work = self.work;
        work.flows += network.attached();
        work.rate_solves += network.effort().solves;
        work.ranks_simulated = ranks.len() as u64;
        work.classes = ranks.len() as u64;
        let rank_hashes =
            ranks.iter().zip(self.hashes.iter().zip(&self.parts.actors)).map(|(rank, (hashes, actor))| {
                let streams = actor.program.streams().iter().map(StreamId::index);
                (hashes.finish(streams), u64::from(rank.multiplicity))
            });
        let digest = outcome_digest(rank_hashes, &links);
        let stop = match loop_end {
            LoopEnd::EventLimit => StopReason::EventLimit,
            // What lies past the limit may be an end that has moved to before it.
            LoopEnd::TimeLimit if !self.has_ended() => StopReason::TimeLimit,
            LoopEnd::MemoryLimit(memory) => StopReason::MemoryLimit(memory),
            // A flow that drains without a finish in sight would finish past the end of time.
            _ if network.is_draining() => StopReason::TimeLimit,
            LoopEnd::TimeLimit | LoopEnd::Exhausted | LoopEnd::Interrupted => self.stop_reason(),
        };
        let around = self.parts.around;
        let folded = (around.fabric, around.folding.links());
        let (tiers, watched) = around.gauges.read(folded, network.timelines(), end);
        let (by_events, calls_by_events) = (Vec::new(), self.calls_by_events());
        Outcome {
            end,
            stop,
            ranks,
            links,
            tiers,
            watched,
            work,
            by_events,
            calls_by_events,
            digest,
            transfers,
        }
    }

    /// How many calls of each communicator there were, and how many by events.
    fn calls_by_events(&self) -> Vec<CallsByEvents> {
        let mut counted: BTreeMap<CommunicatorId, CallsByEvents> = BTreeMap::new();
        for (group, &(calls, by_events)) in self.parts.groups.iter().zip(&self.calls) {
            let communicator = group.communicator;
            let none = CallsByEvents { communicator, calls: 0, by_events: 0 };
            let of_communicator = counted.entry(communicator).or_insert(none);
            of_communicator.calls += calls;
            of_communicator.by_events += by_events;
        }
        counted.into_values().collect()
    }

    fn has_ended(&self) -> bool {
        self.states.iter().all(ProgramState::has_ended)
    }

    fn stop_reason(&self) -> StopReason {
        let scene = Scene { parts: &self.parts, states: &self.states, collectives: &self.collectives };
        scene.deadlock().map_or(StopReason::Completed, StopReason::Deadlock)
    }
}

impl Process<Event> for Execution<'_, '_> {
    fn handle(&mut self, now: Time, batch: &[Event], queue: &mut EventQueue<Event>) {
        for &event in batch {
            if let Err(error) = self.handle_one(now, event, queue) {
                self.error = Some(error.into());
            }
        }
        // What follows is entered when the whole batch has ended, so that its order does not matter.
        let mut touched = std::mem::take(&mut self.touched);
        touched.drain(..).for_each(|actor| self.enter_what_can(now, actor, queue));
        // Whoever was touched meanwhile has gone on at once; what is kept is the buffer.
        self.touched = touched;
    }

    fn settle(&mut self, now: Time, queue: &mut EventQueue<Event>) {
        let mut undecided = std::mem::take(&mut self.undecided);
        for instance in undecided.drain(..) {
            if !self.collectives.is_undecided(instance) {
                continue;
            }
            match self.decide(now, instance, queue) {
                Ok(()) => {}
                Err(Unrecorded::Routing(error)) => self.error = Some(error.into()),
                Err(Unrecorded::Stopped(stop)) => self.stopped = Some(stop),
                Err(Unrecorded::Apart { alike, exits }) => self.left_apart = Some(LeftApart { alike, exits }),
            }
        }
        self.undecided = undecided;
        // What a decision has started at once comes first: rates are found when all of this picosecond is known.
        if !queue.is_due(now) {
            self.carrier.settle(now, queue);
            if let Some(slowed) = &mut self.slowed {
                slowed.settle(now, queue);
            }
            self.look_for_rounds(now, queue);
        }
    }

    fn interrupted(&self) -> bool {
        self.error.is_some()
            || self.stopped.is_some()
            || self.left_apart.is_some()
            || !self.carrier.broken().is_empty()
    }

    fn memory(&self) -> Memory {
        Memory::of(&self.carrier.memory())
    }
}

fn notice(at: Time, end: End, current: &Current) -> Notice<'_> {
    Notice { at, representative: end.actor as usize, index: current.index, operation: &current.operation }
}
