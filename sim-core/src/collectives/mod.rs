//! Collectives as pure expansions: who sends how much to whom, in which step.
//!
//! A [`Schedule`] is a sequence of phases of equal steps over the *positions* of a group. A rank does its steps
//! one after another: in a step it sends to its targets and receives from its sources, and the step is done when
//! all of that is. It may send in step `k` as soon as its own step `k - 1` is done and the receiver takes part.
//! Nothing here knows a fabric or a clock: a hierarchy is seen only as a [`GroupShape`].

mod direct;
mod hierarchical;
mod pairwise;
mod pattern;
mod ring;
mod schedule;
mod shape;

pub use pattern::Pattern;
pub use schedule::{Phase, Schedule};
pub use shape::GroupShape;

use crate::workload::{Algorithm, CollectiveCall, CollectiveKind};

/// Larger groups do not exchange with everyone at once: `n^2` transfers would be in flight.
const MOST_AT_ONCE: usize = 512;

/// The algorithms that can run a collective on a group of this shape, none of them degenerate.
pub fn candidates(kind: CollectiveKind, shape: &GroupShape) -> Vec<Algorithm> {
    match kind {
        CollectiveKind::AllToAll if shape.ranks() <= MOST_AT_ONCE => {
            vec![Algorithm::Direct, Algorithm::Pairwise]
        }
        CollectiveKind::AllToAll => vec![Algorithm::Pairwise],
        _ if shape.tiers().len() > 1 => vec![Algorithm::Ring, Algorithm::Hierarchical],
        _ => vec![Algorithm::Ring],
    }
}

/// The algorithm that runs when `asked` is asked for: a degenerate one runs as its flat form.
pub fn effective(asked: Algorithm, kind: CollectiveKind, shape: &GroupShape) -> Algorithm {
    match (asked, kind) {
        (Algorithm::Direct, _) => Algorithm::Direct,
        (_, CollectiveKind::AllToAll) => Algorithm::Pairwise,
        (Algorithm::Hierarchical, _) if shape.tiers().len() > 1 => Algorithm::Hierarchical,
        _ => Algorithm::Ring,
    }
}

/// Expands a call into its schedule.
pub fn expand(call: &CollectiveCall, algorithm: Algorithm, shape: &GroupShape) -> Schedule {
    match effective(algorithm, call.kind, shape) {
        Algorithm::Ring => ring::schedule(call.kind, call.bytes, shape.ranks()),
        Algorithm::Direct => direct::schedule(call.kind, call.bytes, shape.ranks()),
        Algorithm::Hierarchical => hierarchical::schedule(call.kind, call.bytes, shape),
        Algorithm::Pairwise => pairwise::schedule(call.bytes, shape.ranks()),
    }
}
