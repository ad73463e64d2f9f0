//! A round that recurs, for those who watch a run.

use super::diary::Page;
use crate::simulation::observer::Observer;
use crate::units::Time;

/// After so many rounds, who still finds them different is told the rest one by one.
const MOST_TRIED: u64 = 64;

/// A round of all programs that comes again: what was told in it would be told again, later by the same time each time,
/// and of every rank by the same number of operations further on.
#[derive(Debug)]
pub struct Recurrence<'a> {
    pages: &'a [Page<'a>],
    /// By so many operations each simulated rank comes further in a round.
    strides: &'a [u32],
    duration: Time,
    times: u64,
}

impl<'a> Recurrence<'a> {
    pub(in crate::simulation) const fn new(
        pages: &'a [Page<'a>],
        strides: &'a [u32],
        (duration, times): (Time, u64),
    ) -> Self {
        Self { pages, strides, duration, times }
    }

    /// How long a round takes.
    pub const fn duration(&self) -> Time {
        self.duration
    }

    /// How often it comes again.
    pub const fn times(&self) -> u64 {
        self.times
    }

    /// By how many operations each simulated rank comes further in a round; zero for one that does nothing in it.
    pub const fn strides(&self) -> &[u32] {
        self.strides
    }

    /// Tells all that happens in the rounds, one round after the other.
    pub fn tell_all<O: Observer + ?Sized>(&self, observer: &mut O) {
        self.tell_from(1, observer);
    }

    /// Tells one round after the other until one has changed the observer as all that follow will, who then passes over them.
    ///
    /// `state` is what the observer must know of itself; `pass_over` is given that before a round and how many rounds are
    /// left after it, and does nothing but say no where the round did not bring the observer to the same state further on.
    pub fn tell_until<O: Observer, S>(
        &self,
        observer: &mut O,
        state: impl Fn(&mut O) -> S,
        pass_over: impl Fn(&mut O, &S, u64) -> bool,
    ) {
        for round in 1..=self.times.min(MOST_TRIED) {
            let before = state(observer);
            self.tell(round, observer);
            if pass_over(observer, &before, self.times - round) {
                return;
            }
        }
        self.tell_from(MOST_TRIED + 1, observer);
    }

    fn tell_from<O: Observer + ?Sized>(&self, first: u64, observer: &mut O) {
        (first..=self.times).for_each(|round| self.tell(round, observer));
    }

    fn tell<O: Observer + ?Sized>(&self, round: u64, observer: &mut O) {
        let later = self.duration * round;
        self.pages.iter().for_each(|page| page.tell((round as u32, later), observer));
    }
}
