//! Who watches a run as it happens, without keeping all of it.

use super::rounds::Recurrence;
use crate::symmetry::Representative;
use crate::transport::TransferParts;
use crate::units::Time;
use crate::workload::{Counterpart, Operation};

/// Something that happened to an operation of a simulated rank.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// When.
    pub at: Time,
    /// The index of the rank among the representatives that [`Observer::start`] was given.
    pub representative: usize,
    /// The program-order index of the operation.
    pub index: u32,
    /// The operation.
    pub operation: &'a Operation,
}

/// Is told of every operation in time order: when it is entered, when it begins, when it ends.
///
/// An operation is *entered* when its stream and the streams that it waits for have come so far; it *begins* when
/// all who take part have entered it (a computation at once), and from then on it moves bytes or sits in its overheads.
///
/// Of an operation with others, all participants that are still in it are told to have begun directly after the last of
/// them is told to have entered, with nothing told in between. Who leaves a collective before others have come begins and
/// ends it in one picosecond.
pub trait Observer {
    /// A run starts, for the first time or again from the beginning: forget what was told before.
    fn start(&mut self, representatives: &[Representative]);
    /// Told after the start, for each counterpart of a rank's program but those that it only receives from: what an
    /// operation with it takes where nothing else is on its links.
    fn expects(&mut self, _representative: usize, _counterpart: &Counterpart, _parts: &TransferParts) {}
    /// An operation was entered.
    fn entered(&mut self, notice: &Notice<'_>);
    /// The last participant of an operation has entered it.
    fn begun(&mut self, notice: &Notice<'_>);
    /// An operation ended.
    fn ended(&mut self, notice: &Notice<'_>);
    /// Rounds come that are like the last one, and nothing is told of them but this: who watches has all of them told, or
    /// knows what they come to.
    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        rounds.tell_all(self);
    }
    /// The run is over.
    fn finish(&mut self, end: Time);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn start(&mut self, _: &[Representative]) {}
    fn entered(&mut self, _: &Notice<'_>) {}
    fn begun(&mut self, _: &Notice<'_>) {}
    fn ended(&mut self, _: &Notice<'_>) {}
    fn recurs(&mut self, _: &Recurrence<'_>) {}
    fn finish(&mut self, _: Time) {}
}

/// Two who watch the same run, each told everything.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn start(&mut self, representatives: &[Representative]) {
        self.0.start(representatives);
        self.1.start(representatives);
    }

    fn expects(&mut self, representative: usize, counterpart: &Counterpart, parts: &TransferParts) {
        self.0.expects(representative, counterpart, parts);
        self.1.expects(representative, counterpart, parts);
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.0.entered(notice);
        self.1.entered(notice);
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.0.begun(notice);
        self.1.begun(notice);
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.0.ended(notice);
        self.1.ended(notice);
    }

    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        self.0.recurs(rounds);
        self.1.recurs(rounds);
    }

    fn finish(&mut self, end: Time) {
        self.0.finish(end);
        self.1.finish(end);
    }
}

/// Perhaps nobody.
impl<A: Observer> Observer for Option<A> {
    fn start(&mut self, representatives: &[Representative]) {
        self.iter_mut().for_each(|one| one.start(representatives));
    }

    fn expects(&mut self, representative: usize, counterpart: &Counterpart, parts: &TransferParts) {
        self.iter_mut().for_each(|one| one.expects(representative, counterpart, parts));
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.iter_mut().for_each(|one| one.entered(notice));
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.iter_mut().for_each(|one| one.begun(notice));
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.iter_mut().for_each(|one| one.ended(notice));
    }

    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        self.iter_mut().for_each(|one| one.recurs(rounds));
    }

    fn finish(&mut self, end: Time) {
        self.iter_mut().for_each(|one| one.finish(end));
    }
}
