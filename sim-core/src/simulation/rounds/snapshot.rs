//! All that the future of a run depends on, told from the present: in numbers that are equal when everything is.
//!
//! What can be under way: computations, messages and steps of collectives with their flows, replays with what they reserve.
//! Where flows lie in memory and which wake-ups are left over of earlier rates makes no difference and is left out.

use super::encoder::Encoder;
use super::standing::{Standing, Stride};
use crate::engine::EventQueue;
use crate::simulation::carrier::Carrier;
use crate::simulation::collective::Collectives;
use crate::simulation::events::Event;
use crate::simulation::live_calls::{LiveCall, LiveCalls};
use crate::simulation::messages::{End, Mailbox};
use crate::simulation::places::Place;
use crate::simulation::program_state::ProgramState;
use crate::simulation::setup::Plans;
use crate::simulation::slowing::Slowed;
use crate::units::Time;
use rustc_hash::FxHasher;
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
    pub(in crate::simulation) slowed: Option<&'a Slowed>,
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

impl Scene<'_> {
    /// A hash of where ranks stand and of when something happens.
    pub(in crate::simulation) fn hash(&self) -> u64 {
        let mut encoder = Encoder::new(self.now);
        self.states.iter().for_each(|state| encoder.state(state));
        // Events and flows are met in no order.
        let pending = self.pending().map(|(time, _)| hash(&[time.told_from(self.now)]));
        let flows = self.carrier.network.under_way(self.now).map(|flow| hash(&flow.numbers));
        encoder.numbers.push(pending.fold(0, u64::wrapping_add));
        encoder.numbers.push(flows.fold(0, u64::wrapping_add));
        hash(&encoder.numbers)
    }

    /// All of it.
    pub(in crate::simulation) fn snapshot(&self, counts: Counts) -> Snapshot {
        let mut encoder = Encoder::new(self.now);
        self.states.iter().for_each(|state| encoder.state(state));
        self.mailboxes.iter().for_each(|mailbox| encoder.mailbox(mailbox));
        self.calls(&mut encoder);
        encoder.reservations(self.carrier);
        let flows = self.carrier.network.under_way(self.now);
        encoder.flows(flows.map(|flow| (self.carrier.transfer(flow.owner).purpose, flow.numbers)));
        encoder.numbers.extend(self.carrier.network.standing(self.now));
        encoder.events(self.pending(), self.carrier);
        if let Some(slowed) = self.slowed {
            encoder.numbers.extend(slowed.standing(self.now));
        }
        Snapshot {
            now: self.now,
            standings: self.states.iter().map(Standing::of).collect(),
            first_calls: self.live.iter().map(|live| live.first).collect(),
            numbers: encoder.numbers,
            carried: self.carrier.network.carried().collect(),
            counts,
        }
    }

    /// All calls that are on their way.
    fn calls(&self, encoder: &mut Encoder) {
        for (live, plans) in self.live.iter().zip(self.plans) {
            encoder.numbers.push(live.calls.len() as u64);
            for call in &live.calls {
                match *call {
                    LiveCall::Ahead => encoder.numbers.push(0),
                    LiveCall::Closed => encoder.numbers.push(1),
                    LiveCall::Running(index) => {
                        let instance = self.collectives.instance(index);
                        let plan = plans.iter().position(|plan| Rc::ptr_eq(plan, &instance.plan));
                        let plan = plan.expect("a running plan is one of its group's");
                        encoder.numbers.extend([2, plan as u64]);
                        encoder.instance(index, instance);
                    }
                }
            }
        }
    }

    /// The events that do something when they come, but for the wake-ups of flows, which follow from those.
    fn pending(&self) -> impl Iterator<Item = (Time, &Event)> {
        self.queue.iter().filter(|&(time, event)| match *event {
            Event::Wake { .. } => false,
            Event::ComputeEnd { actor, stream } => {
                self.slowed.is_none_or(|slowed| slowed.ends_at(time, End { actor, stream }))
            }
            Event::Recalled { instance, .. } => self.collectives.is_recalled(instance),
            Event::Depart { .. } | Event::Launched { .. } | Event::Left { .. } => true,
        })
    }
}

fn hash(numbers: &[u64]) -> u64 {
    let mut hasher = FxHasher::default();
    numbers.iter().for_each(|&number| hasher.write_u64(number));
    hasher.finish()
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
