//! Turns the parts of a run into numbers, in an order that does not depend on where they lie.
//!
//! Running collectives have other places each time, and are numbered in the order of the groups.

use crate::simulation::carrier::Carrier;
use crate::simulation::collective::Instance;
use crate::simulation::events::{Event, Purpose, StepTransfer};
use crate::simulation::member_state::MemberState;
use crate::simulation::messages::{End, Mailbox, Message};
use crate::simulation::program_state::ProgramState;
use crate::units::Time;
use rustc_hash::FxHashMap;

/// Numbers on their way.
pub(super) struct Encoder {
    now: Time,
    pub(super) numbers: Vec<u64>,
    /// The numbers of running collectives, by their places.
    names: FxHashMap<u32, u64>,
    /// The earliest time from which a collective may still start: of reservations that end before, nothing is left.
    earliest: Time,
}

impl Encoder {
    /// No numbers yet; times will be told from now.
    pub(super) fn new(now: Time) -> Self {
        Self { now, numbers: Vec::new(), names: FxHashMap::default(), earliest: now }
    }

    fn time(&mut self, time: Time) {
        self.numbers.push(time.told_from(self.now));
    }

    /// Where a rank stands: the blocks of its streams, not which of their instances.
    pub(super) fn state(&mut self, state: &ProgramState) {
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

    pub(super) fn mailbox(&mut self, mailbox: &Mailbox) {
        self.numbers.extend([mailbox.sends.len() as u64, mailbox.receives.len() as u64]);
        self.numbers
            .extend(mailbox.sends.iter().flat_map(|(end, bytes)| [number_of_end(*end), bytes.count()]));
        self.numbers.extend(mailbox.receives.iter().map(|&end| number_of_end(end)));
    }

    /// A running collective, which gets the next number.
    pub(super) fn instance(&mut self, index: u32, instance: &Instance) {
        self.names.insert(index, self.names.len() as u64);
        let Instance { entries, entered, left, undecided, claimed, unlaunched, waiting, members, .. } =
            instance;
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
        // What is done again follows from the plan and from when members have entered.
        self.numbers.push(u64::from(instance.replay.is_some()));
        self.numbers.push(members.len() as u64);
        if !members.is_empty() {
            self.numbers.extend([u64::from(*unlaunched), *waiting as u64]);
            members.iter().for_each(|member| self.member(member));
        }
    }

    /// How far a member has come; its targets follow from its step.
    fn member(&mut self, member: &MemberState) {
        let MemberState { step, phase, left, sending, missing, launched, waits, early, waiting, .. } = member;
        let counts = [step, phase, left, sending].map(|&count| u64::from(count));
        self.numbers.extend(counts);
        self.numbers.extend([*missing, u64::from(*launched), u64::from(*waits)]);
        let early = early.iter().map(|&(step, weight)| (u64::from(step), weight));
        self.in_order(early.collect());
        let waiting = waiting.iter().map(|&(member, target)| (u64::from(member), u64::from(target)));
        self.in_order(waiting.collect());
    }

    /// A set of pairs.
    fn in_order(&mut self, mut pairs: Vec<(u64, u64)>) {
        pairs.sort_unstable();
        self.numbers.push(pairs.len() as u64);
        self.numbers.extend(pairs.into_iter().flat_map(|(one, other)| [one, other]));
    }

    pub(super) fn reservations(&mut self, carrier: &Carrier) {
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

    /// Flows under way, with what they belong to; what they cross follows from that.
    pub(super) fn flows(&mut self, flows: impl Iterator<Item = (Purpose, [u64; 7])>) {
        let mut flows: Vec<_> = flows.map(|(purpose, numbers)| (self.purpose(purpose), numbers)).collect();
        flows.sort_unstable();
        self.numbers.push(flows.len() as u64);
        for (purpose, numbers) in flows {
            self.numbers.extend(purpose);
            self.numbers.extend(numbers);
        }
    }

    /// What is pending.
    pub(super) fn events<'e>(&mut self, pending: impl Iterator<Item = (Time, &'e Event)>, carrier: &Carrier) {
        let mut events: Vec<_> = pending.map(|(time, event)| (time, self.event(event, carrier))).collect();
        events.sort_unstable();
        self.numbers.push(events.len() as u64);
        for (time, event) in events {
            self.time(time);
            self.numbers.extend(event);
        }
    }

    fn event(&self, event: &Event, carrier: &Carrier) -> [u64; 5] {
        match *event {
            Event::ComputeEnd { actor, stream } => [0, number_of_end(End { actor, stream }), 0, 0, 0],
            Event::Depart { transfer } => {
                let transfer = carrier.transfer(transfer);
                let [kind, one, other] = self.purpose(transfer.purpose);
                [1, kind, one, other, transfer.bytes.count()]
            }
            Event::Launched { instance, member } => [2, self.name(instance), u64::from(member), 0, 0],
            Event::Left { instance, member } => [3, self.name(instance), u64::from(member), 0, 0],
            Event::Recalled { instance, member } => [4, self.name(instance), u64::from(member), 0, 0],
            Event::Wake { .. } => unreachable!("wake-ups follow from flows"),
        }
    }

    /// What a transfer belongs to: that of a message is its sender's, that of a step its member's.
    fn purpose(&self, purpose: Purpose) -> [u64; 3] {
        match purpose {
            Purpose::Message(Message { sender, receiver }) => {
                [u64::MAX, number_of_end(sender), number_of_end(receiver)]
            }
            Purpose::Step(StepTransfer { instance, sender, target }) => {
                [self.name(instance), u64::from(sender), u64::from(target)]
            }
        }
    }

    fn name(&self, instance: u32) -> u64 {
        *self.names.get(&instance).expect("what is on its way is of a running collective")
    }
}

fn number_of_end(end: End) -> u64 {
    u64::from(end.actor) << 8 | end.stream.index() as u64
}
