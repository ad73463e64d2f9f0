//! The account of one rank: in which state it is, and since when.

use super::books::Books;
use super::entry::LedgerEntry;
use super::gap::{Gap, Part};
use super::recurring::{Round, further, later};
use crate::training::program::LAUNCH;
use copperlight_core::simulation::Notice;
use copperlight_core::units::Time;
use copperlight_core::workload::{MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet, Tag};
use std::iter::zip;

/// The account of one rank, kept up to date from one notice to the next.
///
/// The state between two notices is the first that applies: the optimizer runs; a kernel runs; else it is a [`Gap`], in
/// which the next kernel is being launched (compute, as kernels would be that took longer); or
/// which an operation with others has begun (exposed communication), an awaited receive from another stage waits for its
/// send (bubble), or anything else is waited for (wait). A computation that takes no time is no kernel; it joins streams.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    books: Books,
    since: Time,
    optimizers: u32,
    kernels: u32,
    /// The streams in an operation with others that has begun, and in one that has not.
    moving: StreamSet,
    blocked: StreamSet,
    streams: [Current; MAX_STREAMS],
    gap: Gap,
    communication: u64,
    computation: u64,
}

/// The operation that a stream is in.
#[derive(Debug, Clone, Copy, Default)]
struct Current {
    index: u32,
    waits: StreamSet,
    tag: Tag,
    is_receive: bool,
    began: Time,
}

impl Account {
    /// An account that also keeps which entry held when.
    pub(super) fn with_track() -> Self {
        Self { books: Books::with_track(), ..Self::default() }
    }

    /// The rank came to an operation.
    #[inline]
    pub(super) fn entered(&mut self, notice: &Notice<'_>) {
        let operation = notice.operation;
        if operation.kind.is_compute() {
            return;
        }
        self.settle(notice.at);
        self.blocked = self.blocked.with(operation.stream);
        self.streams[operation.stream.index()] = Current::of(notice);
    }

    /// All who take part in an operation have come to it.
    #[inline]
    pub(super) fn begun(&mut self, notice: &Notice<'_>) {
        let Notice { at, index, operation, .. } = *notice;
        self.settle(at);
        let stream = operation.stream;
        match operation.kind {
            OperationKind::Compute { duration: Time::ZERO } => {
                self.gap.ends(at, Current::of(notice).part(stream));
            }
            OperationKind::Compute { .. } if stream == LAUNCH => {
                self.streams[stream.index()] = Current::of(notice);
                self.moving = self.moving.with(stream);
            }
            OperationKind::Compute { .. } => {
                if self.gap.is_open() {
                    self.gap.was_awaited_by(index, operation.waits.with(stream));
                }
                *self.running(operation) += 1;
            }
            _ => {
                self.moving = self.moving.with(stream);
                self.blocked = self.blocked.without(stream);
            }
        }
        self.streams[stream.index()].began = at;
    }

    /// An operation is done.
    #[inline]
    pub(super) fn ended(&mut self, notice: &Notice<'_>) {
        let Notice { at, operation, .. } = *notice;
        self.settle(at);
        let stream = operation.stream;
        let current = self.streams[stream.index()];
        let duration = (at - current.began).picoseconds();
        match operation.kind {
            OperationKind::Compute { duration: Time::ZERO } => {}
            OperationKind::Compute { .. } if stream == LAUNCH => {
                self.moving = self.moving.without(stream);
                self.gap.ends(at, current.part(stream));
            }
            OperationKind::Compute { .. } => {
                *self.running(operation) -= 1;
                self.computation += duration;
            }
            _ => {
                self.moving = self.moving.without(stream);
                self.communication += duration;
                self.gap.ends(at, current.part(stream));
            }
        }
    }

    /// The same, without what was kept of when.
    pub(super) fn without_track(&self) -> Self {
        Self { books: self.books.without_track(), gap: self.gap.clone(), ..*self }
    }

    /// Whether a round has brought it to the same state, further on.
    pub(super) fn follows(&self, before: &Self, round: Round) -> bool {
        (self.optimizers, self.kernels, self.moving, self.blocked)
            == (before.optimizers, before.kernels, before.moving, before.blocked)
            && round.moves_time(before.since, self.since)
            && zip(&self.streams, &before.streams).all(|(after, before)| after.follows(before, round))
            && self.gap.follows(&before.gap, round)
            && self.books.follow(&before.books, round)
    }

    /// So many rounds go by that change it as the one since `before` did.
    ///
    /// What is under way from before the first of them to after the last is left alone: no kernel of theirs waits for it.
    pub(super) fn pass_over(&mut self, before: &Self, rounds: u64) {
        later(before.since, &mut self.since, rounds);
        for (after, before) in self.streams.iter_mut().zip(&before.streams) {
            later(before.began, &mut after.began, rounds);
            further(before.index, &mut after.index, rounds);
        }
        self.gap.pass_over(&before.gap, rounds);
        self.books.pass_over(&before.books, rounds);
        self.communication += (self.communication - before.communication) * rounds;
        self.computation += (self.computation - before.computation) * rounds;
    }

    /// The step is over: what the rank did not use of it was wait.
    pub(super) fn finish(&mut self, end: Time) {
        self.settle(end);
        self.gap.close_at_end(&mut self.books);
    }

    /// Time by entry.
    pub(super) const fn books(&self) -> &Books {
        &self.books
    }

    /// Summed durations of operations with others, each from when all took part.
    pub(super) const fn communication(&self) -> u64 {
        self.communication
    }

    /// Summed durations of kernels, the optimizer's among them.
    pub(super) const fn computation(&self) -> u64 {
        self.computation
    }

    fn running(&mut self, operation: &Operation) -> &mut u32 {
        match LedgerEntry::of(operation.tag) {
            LedgerEntry::Optimizer => &mut self.optimizers,
            _ => &mut self.kernels,
        }
    }

    /// Accounts for the time since the last notice by the state that held.
    #[inline]
    fn settle(&mut self, at: Time) {
        if at <= self.since {
            return;
        }
        self.since = at;
        let running = match (self.optimizers, self.kernels) {
            (0, 0) => None,
            (0, _) => Some(LedgerEntry::Compute),
            _ => Some(LedgerEntry::Optimizer),
        };
        match running {
            Some(entry) => {
                // All kernels that began in the picosecond in which the gap ended are known now.
                self.gap.close(&mut self.books);
                self.books.book(entry, at);
            }
            None => {
                let streams = &self.streams;
                let part = |stream: StreamId| streams[stream.index()].part(stream);
                self.gap.passes(at, (self.moving, self.blocked), part);
            }
        }
    }
}

impl Current {
    fn of(notice: &Notice<'_>) -> Self {
        let Operation { waits, tag, kind, .. } = *notice.operation;
        let is_receive = matches!(kind, OperationKind::Receive { .. });
        Self { index: notice.index, waits, tag, is_receive, began: notice.at }
    }

    fn follows(&self, before: &Self, round: Round) -> bool {
        (self.waits, self.tag, self.is_receive) == (before.waits, before.tag, before.is_receive)
            && round.moves_time(before.began, self.began)
            && round.moves_index(before.index, self.index)
    }

    fn part(self, stream: StreamId) -> Part {
        let entry = LedgerEntry::of(self.tag);
        let starves = self.is_receive && entry == LedgerEntry::Pipeline;
        Part { index: self.index, stream, waits: self.waits, entry, starves }
    }
}
