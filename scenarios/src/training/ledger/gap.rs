//! Time of one rank in which no kernel runs, kept until the next kernel shows what it had waited for.
//!
//! A kernel waits for the operations before it on its own stream and on the streams that it names, those for the ones
//! before them, and so on: of each stream all operations below some index in the program. With these, the *awaited* ones,
//! each interval gets its entry: what moved bytes and was awaited, the last to end of several; else what moved bytes at
//! all, by the same rule; else bubble, when an awaited receive from another stage was without its send; else wait.
//!
//! After the last kernel nothing computes, and everything counts as awaited: the step is over when all of it is.

use super::books::Books;
use super::entry::LedgerEntry;
use super::recurring::{Round, further, later};
use copperlight_core::units::Time;
use copperlight_core::workload::{MAX_STREAMS, StreamId, StreamSet};
use std::iter::zip;

/// The part of a rank in an operation that can be waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The program-order index.
    pub(super) index: u32,
    pub(super) stream: StreamId,
    pub(super) waits: StreamSet,
    pub(super) entry: LedgerEntry,
    /// Whether it is a bubble, rather than wait, until it begins.
    pub(super) starves: bool,
}

/// What has passed since the last kernel ended, and what went on meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct Gap {
    intervals: Vec<Interval>,
    /// What went on, in the order in which it became known: what waits for something comes after it.
    noted: Vec<Noted>,
    /// The streams whose present operation is noted, and where.
    present: StreamSet,
    places: [u32; MAX_STREAMS],
    /// The kernels that end the gap wait, on each stream, for all operations below this index.
    awaited: [u32; MAX_STREAMS],
}

/// A time in which nothing changed, from the end of the one before.
#[derive(Debug, Clone, Copy)]
struct Interval {
    until: Time,
    moving: StreamSet,
    blocked: StreamSet,
}

/// An operation that went on in a gap, or that joined what did.
#[derive(Debug, Clone, Copy)]
struct Noted {
    part: Part,
    /// The first interval that may be its own.
    from: u32,
    ended: Time,
    is_awaited: bool,
}

impl Gap {
    /// Whether any time is kept.
    #[inline]
    pub(super) const fn is_open(&self) -> bool {
        !self.intervals.is_empty()
    }

    /// Time has passed in which these streams were in operations that had begun, or had not.
    pub(super) fn passes(
        &mut self,
        until: Time,
        (moving, blocked): (StreamSet, StreamSet),
        part: impl Fn(StreamId) -> Part,
    ) {
        for stream in moving.iter().chain(blocked.iter()) {
            if !self.present.contains(stream) {
                self.present = self.present.with(stream);
                self.places[stream.index()] = self.noted.len() as u32;
                self.note(part(stream), Time::MAX);
            }
        }
        self.intervals.push(Interval { until, moving, blocked });
    }

    /// An operation has ended.
    #[inline]
    pub(super) fn ends(&mut self, at: Time, part: Part) {
        if !self.is_open() {
            return;
        }
        if self.present.contains(part.stream) {
            self.present = self.present.without(part.stream);
            self.noted[self.places[part.stream.index()] as usize].ended = at;
        } else {
            self.note(part, at);
        }
    }

    /// A kernel begins: it ends the gap, and has waited for the last operation before it on each of these streams.
    pub(super) fn was_awaited_by(&mut self, index: u32, streams: StreamSet) {
        for stream in streams.iter() {
            let awaited = &mut self.awaited[stream.index()];
            *awaited = index.max(*awaited);
        }
    }

    fn note(&mut self, part: Part, ended: Time) {
        let from = self.intervals.len() as u32;
        self.noted.push(Noted { part, from, ended, is_awaited: false });
    }

    /// Books a gap that kernels have ended.
    #[inline]
    pub(super) fn close(&mut self, books: &mut Books) {
        if self.is_open() {
            self.follow_waits();
            self.book(books);
        }
    }

    /// Books what follows the last kernel.
    pub(super) fn close_at_end(&mut self, books: &mut Books) {
        self.noted.iter_mut().for_each(|noted| noted.is_awaited = true);
        self.book(books);
    }

    /// Finds what was awaited, from the kernels backwards.
    fn follow_waits(&mut self) {
        // Invariant: an operation was noted after those that it waited for, so that one pass finds them all.
        for noted in self.noted.iter_mut().rev() {
            let Part { index, stream, waits, .. } = noted.part;
            noted.is_awaited = index < self.awaited[stream.index()];
            if noted.is_awaited {
                for stream in waits.iter() {
                    let awaited = &mut self.awaited[stream.index()];
                    *awaited = index.max(*awaited);
                }
            }
        }
    }

    /// Whether it holds the same, a round further on.
    pub(super) fn follows(&self, before: &Self, round: Round) -> bool {
        let intervals = self.intervals.iter().zip(&before.intervals);
        let noted = self.noted.iter().zip(&before.noted);
        self.intervals.len() == before.intervals.len()
            && self.noted.len() == before.noted.len()
            && (self.present, self.places) == (before.present, before.places)
            && intervals.into_iter().all(|(after, before)| after.follows(before, round))
            && noted.into_iter().all(|(after, before)| after.follows(before, round))
            && zip(before.awaited, self.awaited).all(|(before, after)| round.moves_index(before, after))
    }

    /// So many rounds go by that change it as the one since `before` did.
    pub(super) fn pass_over(&mut self, before: &Self, rounds: u64) {
        for (after, before) in self.intervals.iter_mut().zip(&before.intervals) {
            later(before.until, &mut after.until, rounds);
        }
        for (after, before) in self.noted.iter_mut().zip(&before.noted) {
            later(before.ended, &mut after.ended, rounds);
            further(before.part.index, &mut after.part.index, rounds);
        }
        for (after, before) in self.awaited.iter_mut().zip(before.awaited) {
            further(before, after, rounds);
        }
    }

    fn book(&mut self, books: &mut Books) {
        let mut operations = self.noted.iter().peekable();
        let mut present: [Option<&Noted>; MAX_STREAMS] = [None; MAX_STREAMS];
        for (number, interval) in self.intervals.iter().enumerate() {
            while let Some(noted) = operations.next_if(|noted| noted.from as usize <= number) {
                present[noted.part.stream.index()] = Some(noted);
            }
            let of = |streams: StreamSet| streams.iter().filter_map(|stream| present[stream.index()]);
            books.book(entry(of(interval.moving), of(interval.blocked)), interval.until);
        }
        self.intervals.clear();
        self.noted.clear();
        self.present = StreamSet::EMPTY;
        self.awaited = [0; MAX_STREAMS];
    }
}

impl Interval {
    fn follows(&self, before: &Self, round: Round) -> bool {
        (self.moving, self.blocked) == (before.moving, before.blocked)
            && round.moves_time(before.until, self.until)
    }
}

impl Noted {
    fn follows(&self, before: &Self, round: Round) -> bool {
        (self.from, self.is_awaited) == (before.from, before.is_awaited)
            && round.moves_time(before.ended, self.ended)
            && self.part.follows(before.part, round)
    }
}

impl Part {
    fn follows(self, before: Self, round: Round) -> bool {
        (self.stream, self.waits, self.entry, self.starves)
            == (before.stream, before.waits, before.entry, before.starves)
            && round.moves_index(before.index, self.index)
    }
}

/// The entry of an interval in which these operations had begun, and those had not.
fn entry<'a>(
    moving: impl Iterator<Item = &'a Noted>,
    mut blocked: impl Iterator<Item = &'a Noted>,
) -> LedgerEntry {
    let mut last: Option<&Noted> = None;
    // A host that launches what is not awaited runs ahead.
    for noted in moving.filter(|noted| noted.is_awaited || noted.part.entry != LedgerEntry::Compute) {
        let key = |noted: &Noted| (noted.is_awaited, noted.ended);
        // Of those that end together, the one on the lowest stream.
        if last.is_none_or(|last| key(noted) > key(last)) {
            last = Some(noted);
        }
    }
    match last {
        Some(last) => last.part.entry,
        None if blocked.any(|noted| noted.is_awaited && noted.part.starves) => LedgerEntry::Bubble,
        None => LedgerEntry::Wait,
    }
}
