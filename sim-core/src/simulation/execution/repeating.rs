//! Rounds of all programs that recur are passed over: what observers are told in one is told again, so much later.

use super::Execution;
use crate::engine::{EventQueue, Process};
use crate::network::Moved;
use crate::simulation::events::Event;
use crate::simulation::messages::End;
use crate::simulation::rounds::{
    Counts, Entry, Look, Noted, Recurrence, Round, Scene, Told, Watch, hash_again,
};
use crate::units::Time;

/// What tiers carry in so small a part of a round is carried together when it is carried again.
const PIECES: u64 = 2_048;

impl Execution<'_, '_> {
    /// Writes down what is told of the operation of a stream, while a round is written down.
    #[inline]
    pub(super) fn write_down(&mut self, at: Time, end: End, told: Told) {
        if let Some(diary) = self.watch.as_mut().and_then(Watch::diary) {
            let state = &self.states[end.actor as usize];
            let cursor = &state.cursors[end.stream.index()];
            let current = cursor.current.as_ref().expect("what is told has an operation");
            diary.note(Entry {
                told,
                actor: end.actor,
                at,
                begun: current.begun,
                index: current.index,
                block: state.program.block_number(cursor.instance as usize),
                place: current.on_stream.index,
            });
        }
    }

    /// Looks whether a round begins or has ended; where one recurs, passes over as many as recur.
    ///
    /// All of `now` has been handled.
    pub(super) fn look_for_rounds(&mut self, now: Time, queue: &mut EventQueue<Event>) {
        let is_due = self.watch.as_ref().is_some_and(|watch| watch.is_due(&self.states));
        if !is_due || !self.carrier.network.is_settled() || queue.is_due(now) || self.interrupted() {
            return;
        }
        let Some(mut watch) = self.watch.take() else { return };
        let mut look = watch.look(&self.states, || self.scene(now, queue).hash());
        if let Look::Compare(noted) = look {
            let scene = self.scene(now, queue);
            let after = scene.snapshot(self.counts());
            let round = after.round_since(&noted.before, &scene);
            match round.and_then(|round| round.within(now, self.limits.time)) {
                Some(round) => {
                    self.skip(&noted, &round, queue);
                    watch.has_skipped(&self.states);
                    look = Look::Nothing;
                }
                None => look = Look::Note,
            }
        }
        if !matches!(look, Look::Nothing) {
            self.carrier.network.take_moved();
        }
        if matches!(look, Look::Note) {
            let scene = self.scene(now, queue);
            watch.begin(&self.states, scene.snapshot(self.counts()), scene.hash());
            self.carrier.network.note_moved();
        }
        self.watch = Some(watch);
    }

    fn counts(&self) -> Counts {
        Counts { replayed: self.work.replayed, calls: self.calls.clone() }
    }

    fn scene<'s>(&'s self, now: Time, queue: &'s EventQueue<Event>) -> Scene<'s> {
        Scene {
            now,
            states: &self.states,
            mailboxes: &self.mailboxes,
            live: &self.live,
            plans: &self.plans,
            collectives: &self.collectives,
            carrier: &self.carrier,
            slowed: self.slowed.as_ref(),
            queue,
        }
    }

    /// Passes over a round as often as it comes again.
    fn skip(&mut self, noted: &Noted, round: &Round, queue: &mut EventQueue<Event>) {
        let Round { duration, strides, calls, again } = round;
        let programs: Vec<_> = self.states.iter().map(|state| state.program.clone()).collect();
        let pages = noted.diary.pages(&programs, strides);
        let piece = Time::from_picoseconds(duration.picoseconds() / PIECES);
        let moved = Moved::merged(&self.carrier.network.take_moved(), piece);
        let operations: Vec<u32> = strides.iter().map(|stride| stride.operations).collect();
        self.observer.recurs(&Recurrence::new(&pages, &operations, (*duration, *again)));
        hash_again(&pages, (*duration, *again), &mut self.hashes);
        for round in 1..=*again {
            self.carrier.network.move_again(&moved, *duration * round);
        }
        let carried: Vec<u128> = self.carrier.network.carried().collect();
        for (link, (after, before)) in (0..).zip(carried.iter().zip(&noted.before.carried)) {
            self.carrier.network.credit(link, (after - before) * u128::from(*again));
        }
        self.work.rounds += again;
        self.work.rounds_under_way += again * u64::from(self.carrier.network.is_draining());
        self.work.repeated += again * noted.diary.ended();
        let Counts { replayed, calls: before } = &noted.before.counts;
        self.work.replayed += again * (self.work.replayed - replayed);
        for ((calls, by_events), before) in self.calls.iter_mut().zip(before) {
            *calls += again * (*calls - before.0);
            *by_events += again * (*by_events - before.1);
        }
        let later = *duration * *again;
        for (actor, stride) in strides.iter().enumerate().filter(|(_, stride)| stride.is_any()) {
            noted.before.standings[actor].skip(&mut self.states[actor], *stride, (*again, later));
            self.ends[actor] += later;
        }
        for (live, calls) in self.live.iter_mut().zip(calls) {
            live.first += calls * *again as u32;
        }
        self.collectives.put_off(later);
        self.carrier.put_off(later);
        self.slowed.iter_mut().for_each(|slowed| slowed.put_off(later));
        queue.put_off(later);
    }
}
