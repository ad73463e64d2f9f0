//! A point in time of a stage, with what the time before it went into.

use crate::training::{LAUNCH, LedgerEntry};
use copperlight_core::workload::Operation;

/// What time is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Compute,
    Host,
    Tensor,
    Context,
    Pipeline,
    Data,
    Expert,
    Bubble,
    Optimizer,
    Wait,
}

const TERMS: usize = Term::Wait as usize + 1;

impl Term {
    /// What an operation counts as.
    pub(super) fn of(operation: &Operation) -> Self {
        if operation.stream == LAUNCH {
            return Self::Host;
        }
        match LedgerEntry::of(operation.tag) {
            LedgerEntry::Compute => Self::Compute,
            LedgerEntry::Tensor => Self::Tensor,
            LedgerEntry::Context => Self::Context,
            LedgerEntry::Pipeline => Self::Pipeline,
            LedgerEntry::Data => Self::Data,
            LedgerEntry::Expert => Self::Expert,
            LedgerEntry::Bubble => Self::Bubble,
            LedgerEntry::Optimizer => Self::Optimizer,
            LedgerEntry::Wait => Self::Wait,
        }
    }
}

/// Seconds by what they were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spent([f64; TERMS]);

impl Spent {
    pub(super) const fn of(&self, term: Term) -> f64 {
        self.0[term as usize]
    }

    pub(super) fn add(&mut self, term: Term, seconds: f64) {
        self.0[term as usize] += seconds;
    }

    pub(super) fn total(&self) -> f64 {
        self.0.iter().sum()
    }
}

/// A point in time, or a distance from one to a later one: seconds, and what they were spent on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Moment {
    pub(super) at: f64,
    pub(super) spent: Spent,
}

impl Moment {
    /// So much later, spent on one thing.
    pub(super) fn after(mut self, term: Term, seconds: f64) -> Self {
        self.at += seconds;
        self.spent.add(term, seconds);
        self
    }

    /// The distance from an earlier one.
    pub(super) fn since(mut self, earlier: &Self) -> Self {
        self.at -= earlier.at;
        for (left, less) in self.spent.0.iter_mut().zip(earlier.spent.0) {
            *left -= less;
        }
        self
    }

    /// A distance so many times.
    pub(super) fn times(mut self, times: f64) -> Self {
        self.at *= times;
        self.spent.0.iter_mut().for_each(|seconds| *seconds *= times);
        self
    }

    /// This one and a distance from it.
    pub(super) fn plus(mut self, distance: &Self) -> Self {
        self.at += distance.at;
        for (sum, more) in self.spent.0.iter_mut().zip(distance.spent.0) {
            *sum += more;
        }
        self
    }
}
