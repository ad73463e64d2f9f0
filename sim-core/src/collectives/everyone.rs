//! Direct exchange: every rank sends to every other at once.

use super::{Atoms, Pattern, Phase, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// What a rank sends to another in a direct exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The whole buffer.
    Whole,
    /// The receiver's part of the buffer.
    Theirs,
    /// The sender's part of the buffer.
    Own,
    /// What the one has for the other alone.
    OfPair,
}

/// One step: each rank sends each other one a part, or, in an all-reduce, the whole buffer (*one-shot*).
///
/// A broadcast or a reduce is one step between the root and all others.
pub(super) fn direct(kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Schedule {
    let chunk = bytes.padded_chunk(ranks as u64);
    let (pattern, each, sums) = match kind {
        CollectiveKind::AllReduce => (Pattern::Everyone(Part::Whole), bytes, true),
        CollectiveKind::ReduceScatter => (Pattern::Everyone(Part::Theirs), chunk, true),
        CollectiveKind::Broadcast => (Pattern::Star { inward: false }, bytes, false),
        CollectiveKind::Reduce => (Pattern::Star { inward: true }, bytes, true),
        CollectiveKind::AllGather => (Pattern::Everyone(Part::Own), chunk, false),
        _ => (Pattern::Everyone(Part::OfPair), chunk, false),
    };
    let exchange = Phase { combining: usize::from(sums), ..Phase::new(pattern, once(ranks), each) };
    Schedule::new(Algorithm::Direct, ranks, vec![exchange])
}

/// Two steps: each rank sums its part of the buffer, and sends it to all others (*two-shot*).
pub(super) fn two_shot(bytes: Bytes, ranks: usize) -> Schedule {
    let chunk = bytes.padded_chunk(ranks as u64);
    let shot = |part| Phase::new(Pattern::Everyone(part), once(ranks), chunk);
    let phases = vec![Phase { combining: 1, ..shot(Part::Theirs) }, shot(Part::Own)];
    Schedule::new(Algorithm::TwoShot, ranks, phases)
}

fn once(ranks: usize) -> usize {
    usize::from(ranks > 1)
}

/// A transfer of one block to each of the others.
pub(super) fn sends(ranks: usize, position: usize) -> Vec<Send> {
    (1..ranks).map(|shift| Send::one((position + shift) % ranks)).collect()
}

/// Transfers between the first position and all others.
pub(super) fn star_sends(ranks: usize, position: usize, inward: bool) -> Vec<Send> {
    match (inward, position) {
        (false, 0) => (1..ranks).map(Send::one).collect(),
        (false, _) | (true, 0) => Vec::new(),
        (true, _) => vec![Send::one(0)],
    }
}

pub(super) fn contents(ranks: usize, (position, to): (usize, usize), part: Part) -> Atoms {
    match part {
        Part::Whole => Atoms { count: ranks, ..Atoms::one(0) },
        Part::Theirs => Atoms::one(to),
        Part::Own => Atoms::one(position),
        Part::OfPair => Atoms::one(position * ranks + to),
    }
}

/// A transfer to each of the others in a tier.
pub(super) fn tier_sends(position: usize, stride: usize, size: usize) -> Vec<Send> {
    let own = position / stride % size;
    let first = position - own * stride;
    (1..size).map(|shift| Send::one(first + (own + shift) % size * stride)).collect()
}

pub(super) fn tier_contents(
    ranks: usize,
    (position, to): (usize, usize),
    (stride, size): (usize, usize),
    part: Part,
) -> Atoms {
    let owner = if part == Part::Own { position } else { to };
    Atoms {
        first: owner % (stride * size),
        stride: stride * size,
        count: ranks / (stride * size),
        action: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_shots_take_two_steps_and_the_bytes_of_a_ring() {
        let schedule = two_shot(Bytes::new(12), 4);
        assert_eq!(schedule.steps(), 2);
        assert_eq!(schedule.wire_bytes(), Bytes::new(18));
    }

    #[test]
    fn one_shot_sends_the_whole_buffer_to_each_of_the_others() {
        let schedule = direct(CollectiveKind::AllReduce, Bytes::new(12), 4);
        assert_eq!((schedule.steps(), schedule.wire_bytes()), (1, Bytes::new(36)));
    }
}
