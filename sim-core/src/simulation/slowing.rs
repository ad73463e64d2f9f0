//! Computations that run more slowly while their rank communicates.
//!
//! Communication kernels take multiprocessors and memory bandwidth from those that compute. While at least one
//! communication of a rank is under way, from when it has begun to its end, its computations run at `1 - share` of their
//! speed. What is left of a computation is counted in thousandths of a picosecond of work, and speeds in thousandths, so
//! that nothing is rounded but the end, up to a whole picosecond. Speeds are found when all of a picosecond is known: what
//! happens inside it is one change. What runs on streams that are spared, such as those of a host, keeps its speed.

use super::events::Event;
use super::messages::End;
use crate::engine::EventQueue;
use crate::units::Time;
use crate::workload::{StreamId, StreamSet};

/// The share of their speed that computations of a rank lose while it communicates, but for those of some streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slowing {
    /// In thousandths.
    share: u16,
    spared: StreamSet,
}

/// Full speed: so much work is done in a picosecond.
const WHOLE: u16 = 1_000;

impl Slowing {
    /// Nothing is lost: computations take as long as they say, whatever else goes on.
    pub const NONE: Self = Self { share: 0, spared: StreamSet::EMPTY };

    /// `share` thousandths are lost; `None` when that is all of the speed, or more.
    pub const fn per_mille(share: u16) -> Option<Self> {
        if share < WHOLE { Some(Self { share, ..Self::NONE }) } else { None }
    }

    /// The same, but computations of these streams lose nothing.
    #[must_use]
    pub const fn sparing(self, spared: StreamSet) -> Self {
        Self { spared, ..self }
    }

    /// How many thousandths are lost.
    pub const fn share_per_mille(self) -> u16 {
        self.share
    }
}

/// The computations of all simulated ranks under a slowing.
#[derive(Debug)]
pub(super) struct Slowed {
    /// The speed of computations while their rank communicates.
    speed: u64,
    /// The streams whose computations run at full speed throughout.
    spared: StreamSet,
    ranks: Vec<Rank>,
    /// The ranks whose speed may have changed in this picosecond, or that have something new to compute.
    changed: Vec<u32>,
}

/// What one rank computes.
#[derive(Debug, Clone)]
struct Rank {
    /// How many of its communications are under way.
    communications: u32,
    computations: Vec<Computation>,
    /// Until when the work done has been counted, and the speed since.
    since: Time,
    speed: u64,
    is_changed: bool,
}

#[derive(Debug, Clone)]
struct Computation {
    stream: StreamId,
    is_spared: bool,
    /// The work left, in thousandths of a picosecond at full speed.
    left: u128,
    /// When it ends, unless its speed changes before.
    ends: Option<Time>,
}

impl Slowed {
    /// Ranks that do nothing yet; `None` where nothing slows them.
    pub(super) fn new(slowing: Slowing, ranks: usize) -> Option<Self> {
        let idle = Rank {
            communications: 0,
            computations: Vec::new(),
            since: Time::ZERO,
            speed: u64::from(WHOLE),
            is_changed: false,
        };
        let speed = u64::from(WHOLE - slowing.share);
        let spared = slowing.spared;
        (slowing.share > 0).then(|| Self { speed, spared, ranks: vec![idle; ranks], changed: Vec::new() })
    }

    /// A communication of a rank has begun.
    pub(super) fn communicates(&mut self, actor: u32) {
        self.changing(actor).communications += 1;
    }

    /// A communication of a rank has ended.
    pub(super) fn has_communicated(&mut self, actor: u32) {
        self.changing(actor).communications -= 1;
    }

    /// A computation begins.
    pub(super) fn computes(&mut self, now: Time, end: End, duration: Time) {
        let is_spared = self.spared.contains(end.stream);
        let rank = self.changing(end.actor);
        rank.count_work(now);
        let left = u128::from(duration.picoseconds()) * u128::from(WHOLE);
        rank.computations.push(Computation { stream: end.stream, is_spared, left, ends: None });
    }

    /// Whether a computation ends now; if not, its end has moved since the event was made.
    pub(super) fn has_computed(&mut self, now: Time, end: End) -> bool {
        let computations = &mut self.ranks[end.actor as usize].computations;
        let ending = |of: &Computation| of.stream == end.stream && of.ends == Some(now);
        let place = computations.iter().position(ending);
        place.map(|place| computations.swap_remove(place)).is_some()
    }

    /// All of `now` is known: finds the speeds from here on, and when computations end at them.
    pub(super) fn settle(&mut self, now: Time, queue: &mut EventQueue<Event>) {
        for actor in self.changed.drain(..) {
            let rank = &mut self.ranks[actor as usize];
            rank.is_changed = false;
            rank.count_work(now);
            rank.speed = if rank.communications > 0 { self.speed } else { u64::from(WHOLE) };
            for computation in &mut rank.computations {
                let ends = now + computation.lasts(computation.speed(rank.speed));
                if computation.ends != Some(ends) {
                    computation.ends = Some(ends);
                    queue.push(ends, Event::ComputeEnd { actor, stream: computation.stream });
                }
            }
        }
    }

    /// Whether a computation ends at a time; an event that says so may be left over of another speed.
    pub(super) fn ends_at(&self, time: Time, end: End) -> bool {
        let computations = &self.ranks[end.actor as usize].computations;
        computations.iter().any(|of| of.stream == end.stream && of.ends == Some(time))
    }

    /// What all ranks have to do now, in numbers: when it ends follows from them.
    pub(super) fn standing(&self, now: Time) -> impl Iterator<Item = u64> {
        self.ranks.iter().flat_map(move |rank| {
            let mut left: Vec<(usize, u128)> =
                rank.computations.iter().map(|of| (of.stream.index(), rank.left_at(now, of))).collect();
            left.sort_unstable();
            let of_stream = |(stream, left): (usize, u128)| [stream as u64, left as u64, (left >> 64) as u64];
            let counts = [u64::from(rank.communications), left.len() as u64];
            counts.into_iter().chain(left.into_iter().flat_map(of_stream))
        })
    }

    /// All that is computed has begun later by as much.
    pub(super) fn put_off(&mut self, by: Time) {
        for rank in &mut self.ranks {
            rank.since += by;
            rank.computations.iter_mut().filter_map(|of| of.ends.as_mut()).for_each(|ends| *ends += by);
        }
    }

    fn changing(&mut self, actor: u32) -> &mut Rank {
        let rank = &mut self.ranks[actor as usize];
        if !rank.is_changed {
            rank.is_changed = true;
            self.changed.push(actor);
        }
        rank
    }
}

impl Rank {
    /// Takes off what has been done until now.
    fn count_work(&mut self, now: Time) {
        let passed = now - self.since;
        self.since = now;
        for computation in &mut self.computations {
            computation.left = computation.left_after(passed, self.speed);
        }
    }

    /// What is left of a computation.
    fn left_at(&self, now: Time, computation: &Computation) -> u128 {
        computation.left_after(now - self.since, self.speed)
    }
}

impl Computation {
    /// Its speed on a rank whose computations have this one.
    const fn speed(&self, of_rank: u64) -> u64 {
        if self.is_spared { WHOLE as u64 } else { of_rank }
    }

    /// What is left of it when so much time has passed at a speed of its rank.
    fn left_after(&self, passed: Time, of_rank: u64) -> u128 {
        let done = u128::from(passed.picoseconds()) * u128::from(self.speed(of_rank));
        self.left.saturating_sub(done)
    }

    /// How much longer it lasts at a speed, up to a whole picosecond.
    ///
    /// Rounding up, what has work left ends later than now, so that all of a picosecond is known before its ends are.
    fn lasts(&self, speed: u64) -> Time {
        let picoseconds = self.left.div_ceil(u128::from(speed));
        u64::try_from(picoseconds).map_or(Time::MAX, Time::from_picoseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: End = End { actor: 0, stream: StreamId::new(0) };

    fn at(picoseconds: u64) -> Time {
        Time::from_picoseconds(picoseconds)
    }

    /// A rank that loses a third of its speed while it communicates.
    fn slowed() -> (Slowed, EventQueue<Event>) {
        let slowing = Slowing::per_mille(333).expect("a third is less than all");
        (Slowed::new(slowing, 1).expect("a third is more than nothing"), EventQueue::new())
    }

    fn ends(slowed: &Slowed) -> Option<Time> {
        slowed.ranks[0].computations[0].ends
    }

    #[test]
    fn no_slowing_keeps_no_books_and_a_full_one_does_not_exist() {
        assert!(Slowed::new(Slowing::NONE, 1).is_none());
        assert_eq!(Slowing::per_mille(1_000), None);
        assert_eq!(Slowing::per_mille(999).map(Slowing::share_per_mille), Some(999));
    }

    #[test]
    fn ends_are_rounded_up_once_however_often_the_speed_changes() {
        // 100 ps of work. From 10 to 40 at 667 of 1,000: 20.01 ps are done, 69.99 are left at 40: 109.99.
        let (mut slowed, mut queue) = slowed();
        slowed.computes(at(0), MAIN, at(100));
        slowed.settle(at(0), &mut queue);
        assert_eq!(ends(&slowed), Some(at(100)));
        slowed.communicates(0);
        slowed.communicates(0);
        // Two and one that it settles twice are no more than one.
        slowed.settle(at(10), &mut queue);
        slowed.settle(at(10), &mut queue);
        // 10 + 90 / 0.667 = 144.93.
        assert_eq!(ends(&slowed), Some(at(145)));
        slowed.has_communicated(0);
        slowed.settle(at(25), &mut queue);
        assert_eq!(ends(&slowed), Some(at(145)));
        slowed.has_communicated(0);
        slowed.settle(at(40), &mut queue);
        assert_eq!(ends(&slowed), Some(at(110)));
        assert!(!slowed.has_computed(at(100), MAIN), "its end has moved");
        assert!(slowed.has_computed(at(110), MAIN));
        assert!(!slowed.has_computed(at(110), MAIN), "it ends once");
    }

    #[test]
    fn spared_streams_keep_their_speed() {
        let spared = StreamSet::of(&[StreamId::new(1)]);
        let slowing = Slowing::per_mille(500).expect("half is less than all").sparing(spared);
        let mut slowed = Slowed::new(slowing, 1).expect("half is more than nothing");
        let mut queue = EventQueue::new();
        slowed.computes(at(0), MAIN, at(100));
        slowed.computes(at(0), End { stream: StreamId::new(1), ..MAIN }, at(100));
        slowed.communicates(0);
        slowed.settle(at(0), &mut queue);
        slowed.has_communicated(0);
        slowed.settle(at(40), &mut queue);
        // 40 ps at half speed leave 80 of 100.
        let ends: Vec<_> = slowed.ranks[0].computations.iter().map(|of| of.ends).collect();
        assert_eq!(ends, [Some(at(120)), Some(at(100))]);
        assert!(Slowed::new(Slowing::NONE.sparing(spared), 1).is_none());
    }

    #[test]
    fn what_begins_and_ends_in_one_picosecond_slows_nothing() {
        let (mut slowed, mut queue) = slowed();
        slowed.computes(at(0), MAIN, at(100));
        slowed.settle(at(0), &mut queue);
        slowed.communicates(0);
        slowed.has_communicated(0);
        slowed.settle(at(50), &mut queue);
        assert_eq!(ends(&slowed), Some(at(100)));
    }
}
