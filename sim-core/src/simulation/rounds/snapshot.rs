//! All that the future of a run depends on, told from the present: in numbers that are equal when everything is.
//!
//! Running collectives have other places each time, and are numbered in the order of the groups. Nothing may drain, and
//! no collective may run by events: their flows are not compared.

use super::standing::{Standing, Stride};
use crate::engine::EventQueue;
use crate::network::Wakeup;
use crate::simulation::carrier::Carrier;
use crate::simulation::collective::{Collectives, Instance};
use crate::simulation::events::{Event, Purpose};
use crate::simulation::live_calls::{LiveCall, LiveCalls};
use crate::simulation::messages::{End, Mailbox};
use crate::simulation::places::Place;
use crate::simulation::program_state::ProgramState;
use crate::simulation::setup::Plans;
use crate::units::Time;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::rc::Rc;

/// All parts of a run that change while it goes on.
pub(in crate::simulation) struct Scene<'a> {
    pub(in crate::simulation) now: Time,
    pub(in crate::simulation) states: &'a [ProgramState],
    pub(in crate::simulation) mailboxes: &'a [Mailbox],
    pub(in crate::simulation) live: &'a [LiveCalls],
    pub(in crate::simulation) plans: &'a Plans,
    pub(in crate::simulation) collectives: &'a Collectives,
    pub(in crate::simulation) carrier: &'a Carrier,
    pub(in crate::simulation) queue: &'a EventQueue<Event>,
}

/// A run at one time.
#[derive(Debug)]
pub(in crate::simulation) struct Snapshot {
    pub(in crate::simulation) now: Time,
    /// Where each rank stands.
    pub(in crate::simulation) standings: Vec<Standing>,
    /// For each group, the number of the first call that has not closed.
    first_calls: Vec<u32>,
    numbers: Vec<u64>,
    /// The weighted bytes of each link.
    pub(in crate::simulation) carried: Vec<u128>,
    /// What has been counted so far.
    pub(in crate::simulation) counts: Counts,
}

/// What is counted while a run goes on.
#[derive(Debug)]
pub(in crate::simulation) struct Counts {
    /// Collectives taken from memory.
    pub(in crate::simulation) replayed: u64,
    /// For each group, how many calls have begun, and how many of them ran by events.
    pub(in crate::simulation) calls: Vec<(u64, u64)>,
}

/// A round that recurs.
#[derive(Debug)]
pub(in crate::simulation) struct Round {
    pub(in crate::simulation) duration: Time,
    /// How far each rank comes.
    pub(in crate::simulation) strides: Vec<Stride>,
    /// How many calls of each group close.
    pub(in crate::simulation) calls: Vec<u32>,
    /// How often it comes again.
    pub(in crate::simulation) again: u64,
}

impl Round {
    /// The same, as often as it ends before a limit; nothing if it never does.
    pub(in crate::simulation) fn within(self, now: Time, limit: Time) -> Option<Self> {
        let rest = limit.min(Time::from_picoseconds(u64::MAX / 2)).saturating_sub(now).picoseconds();
        let again = self.again.min(rest / self.duration.picoseconds());
        (again > 0).then_some(Self { again, ..self })
    }
}

/// Whether nothing drains and no collective runs by events.
pub(in crate::simulation) fn is_calm(carrier: &Carrier, collectives: &Collectives) -> bool {
    carrier.network.is_idle() && !collectives.any_by_events()
}

impl Scene<'_> {
    /// A hash of where ranks stand and of when something happens.
    pub(in crate::simulation) fn hash(&self) -> u64 {
        let mut encoder = Encoder::new(self.now);
        self.states.iter().for_each(|state| encoder.state(state));
        let mut hasher = FxHasher::default();
        encoder.numbers.iter().for_each(|&number| hasher.write_u64(number));
        // Events are met in no order.
        let of_event = |time: Time| {
            let mut hasher = FxHasher::default();
            hasher.write_u64(encoder.told_from_now(time));
            hasher.finish()
        };
        let pending = self.queue.iter().map(|(time, _)| of_event(time)).fold(0, u64::wrapping_add);
        hasher.write_u64(pending);
        hasher.finish()
    }

    /// All of it; nothing where something cannot be compared.
    pub(in crate::simulation) fn snapshot(&self, counts: Counts) -> Option<Snapshot> {
        let mut encoder = Encoder::new(self.now);
        self.states.iter().for_each(|state| encoder.state(state));
        self.mailboxes.iter().for_each(|mailbox| encoder.mailbox(mailbox));
        for (live, plans) in self.live.iter().zip(self.plans) {
            encoder.numbers.push(live.calls.len() as u64);
            for call in &live.calls {
                match *call {
                    LiveCall::Ahead => encoder.numbers.push(0),
                    LiveCall::Closed => encoder.numbers.push(1),
                    LiveCall::Running(index) => {
                        let instance = self.collectives.instance(index);
                        let plan = plans.iter().position(|plan| Rc::ptr_eq(plan, &instance.plan))?;
                        encoder.numbers.extend([2, plan as u64]);
                        encoder.instance(index, instance);
                    }
                }
            }
        }
        encoder.reservations(self.carrier);
        self.events(&mut encoder)?;
        Some(Snapshot {
            now: self.now,
            standings: self.states.iter().map(Standing::of).collect(),
            first_calls: self.live.iter().map(|live| live.first).collect(),
            numbers: encoder.numbers,
            carried: self.carrier.network.carried().collect(),
            counts,
        })
    }

    /// What is pending, in order.
    fn events(&self, encoder: &mut Encoder) -> Option<()> {
        let mut events = Vec::new();
        for (time, event) in self.queue.iter() {
            events.push((time, self.event(time, event, encoder)?));
        }
        events.sort_unstable();
        for (time, event) in events {
            encoder.time(time);
            encoder.numbers.extend(event);
        }
        Some(())
    }

    fn event(&self, time: Time, event: &Event, encoder: &Encoder) -> Option<[u64; 6]> {
        let named = |instance: u32| encoder.names.get(&instance).copied();
        Some(match *event {
            Event::ComputeEnd { actor, stream } => [0, u64::from(actor), stream.index() as u64, 0, 0, 0],
            Event::Depart { transfer } => {
                let transfer = self.carrier.transfer(transfer);
                let Purpose::Message(message) = transfer.purpose else { return None };
                // The path is that of the operation in which the sender is.
                let [sender, receiver] = [message.sender, message.receiver].map(number_of_end);
                [1, sender, receiver, transfer.bytes.count(), 0, 0]
            }
            // Whoever is woken without having a flow that drains sleeps on.
            Event::Wake { wakeup: Wakeup::Flow(_) } => [2, 0, 0, 0, 0, 0],
            Event::Wake { wakeup: Wakeup::Link(link) } => {
                let asked = self.carrier.network.wakes_at(link) == time;
                [3, u64::from(link), u64::from(asked), 0, 0, 0]
            }
            Event::Recalled { instance, member } => [4, named(instance)?, u64::from(member), 0, 0, 0],
            Event::Wake { wakeup: Wakeup::Coupled } | Event::Launched { .. } | Event::Left { .. } => {
                return None;
            }
        })
    }
}

impl Snapshot {
    /// Whether everything is as it was before but for its time and its place in programs; the round in between if so.
    pub(in crate::simulation) fn round_since(&self, before: &Self, scene: &Scene<'_>) -> Option<Round> {
        if self.numbers != before.numbers || self.now == before.now {
            return None;
        }
        let (mut strides, mut again) = (Vec::new(), u64::MAX);
        for (state, before) in scene.states.iter().zip(&before.standings) {
            let (stride, rounds) = before.until(state)?;
            strides.push(stride);
            again = again.min(rounds);
        }
        let calls: Vec<u32> =
            self.first_calls.iter().zip(&before.first_calls).map(|(after, before)| after - before).collect();
        let counted = scene.states.iter().zip(&before.standings);
        let agree = counted.zip(&strides).all(|((state, before), stride)| {
            calls_per_round(state, before, *stride).all(|(group, count)| calls[group as usize] == count)
        });
        (agree && again > 0 && again < u64::MAX).then_some(Round {
            duration: self.now - before.now,
            strides,
            calls,
            again,
        })
    }
}

/// The groups that a rank calls, and how often it does in a round.
fn calls_per_round(
    state: &ProgramState,
    before: &Standing,
    stride: Stride,
) -> impl Iterator<Item = (u32, u32)> {
    let passed = before.passed(state, stride);
    (0..).zip(&state.places).filter_map(move |(counterpart, place)| {
        let Place::Group(place) = place else { return None };
        let calls = |instance: u32| state.program.calls_before(instance as usize, counterpart);
        let count = passed.clone().map_or(0, |passed| calls(passed.end) - calls(passed.start));
        Some((place.group, count))
    })
}

/// Turns the parts of a run into numbers.
struct Encoder {
    now: Time,
    numbers: Vec<u64>,
    /// The numbers of running collectives, by their places.
    names: FxHashMap<u32, u64>,
    /// The earliest time from which a collective may still start: of reservations that end before, nothing is left.
    earliest: Time,
}

impl Encoder {
    fn new(now: Time) -> Self {
        Self { now, numbers: Vec::new(), names: FxHashMap::default(), earliest: now }
    }

    /// A time, told from now.
    fn told_from_now(&self, time: Time) -> u64 {
        time.picoseconds().wrapping_sub(self.now.picoseconds())
    }

    fn time(&mut self, time: Time) {
        self.numbers.push(self.told_from_now(time));
    }

    /// Where a rank stands: the blocks of its streams, not which of their instances.
    fn state(&mut self, state: &ProgramState) {
        for cursor in &state.cursors {
            let Some(current) = &cursor.current else {
                self.numbers.push(u64::MAX);
                continue;
            };
            let block = state.program.block_number(cursor.instance as usize);
            self.numbers.push(u64::from(block) << 32 | u64::from(cursor.slot));
            let has_begun = current.begun > Time::ZERO;
            self.numbers.push(u64::from(has_begun));
            if has_begun {
                self.time(current.begun);
            }
        }
        let sets = [state.entered, state.ready].into_iter().chain(state.held_up.iter().map(|of| of.streams));
        let bits = sets.map(|streams| u64::from(streams.bits()));
        self.numbers.extend(bits);
    }

    fn mailbox(&mut self, mailbox: &Mailbox) {
        self.numbers.extend([mailbox.sends.len() as u64, mailbox.receives.len() as u64]);
        self.numbers
            .extend(mailbox.sends.iter().flat_map(|(end, bytes)| [number_of_end(*end), bytes.count()]));
        self.numbers.extend(mailbox.receives.iter().map(|&end| number_of_end(end)));
    }

    fn instance(&mut self, index: u32, instance: &Instance) {
        self.names.insert(index, self.names.len() as u64);
        let Instance { entries, entered, left, undecided, claimed, .. } = instance;
        self.numbers.extend([u64::from(*entered), u64::from(*left)]);
        self.numbers.extend([u64::from(*undecided), u64::from(*claimed)]);
        if *entered > 0 {
            self.time(instance.first_entry);
            self.earliest = self.earliest.min(instance.first_entry);
        }
        for entry in entries {
            self.numbers.push(entry.end.map_or(u64::MAX, number_of_end));
            self.numbers.push(u64::from(entry.left));
            if entry.end.is_some() {
                self.time(entry.at);
            }
        }
    }

    fn reservations(&mut self, carrier: &Carrier) {
        for (link, reservation) in carrier.reservations.iter().enumerate() {
            if reservation.until <= self.earliest {
                continue;
            }
            let is_claim = reservation.until == Time::MAX;
            let by = u64::from(reservation.by.entry) << 1 | u64::from(reservation.by.apart);
            self.numbers.extend([link as u64, u64::from(is_claim), by]);
            let until = if is_claim { reservation.before } else { reservation.until };
            let is_left = until > self.earliest;
            self.numbers.push(u64::from(is_left));
            if is_left {
                self.time(until);
            }
        }
    }
}

fn number_of_end(end: End) -> u64 {
    u64::from(end.actor) << 8 | end.stream.index() as u64
}
