//! Rings: each rank sends to the next; reduce-scatter goes round once, all-gather once, all-reduce twice.
//!
//! Between domains one ring would leave each domain by one adapter. So there are as many *channels* as a domain has
//! members: channel `c` enters domain `j` at member `c - j`, goes round, and leaves it by member `c - j - 1`, on whose
//! rail the next domain is entered. Each member sends `g - 1` channels to its neighbour and one between domains.

use super::pattern::merged;
use super::{Atoms, Pattern, Phase, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// `n - 1` steps of `ceil(S/n)` bytes for each time around (Patarasuk and Yuan, 2009).
///
/// `inside` is the number of ranks of a domain: their channels share the bytes.
pub(super) fn schedule(kind: CollectiveKind, bytes: Bytes, ranks: usize, inside: usize) -> Schedule {
    let (pattern, channels) = match inside {
        g if g > 1 && g < ranks => (Pattern::Channels { inside }, inside),
        _ => (Pattern::Ring { stride: 1, size: ranks }, 1),
    };
    // The first time around sums, the second time around hands out.
    let (first, rounds, combining) = match kind {
        CollectiveKind::AllReduce => (0, 2, ranks - 1),
        CollectiveKind::ReduceScatter => (0, 1, ranks - 1),
        _ => (ranks - 1, 1, 0),
    };
    let around = Phase {
        first,
        combining,
        ..Phase::new(pattern, rounds * (ranks - 1), bytes.padded_chunk((ranks * channels) as u64))
    };
    Schedule::new(Algorithm::Ring, ranks, vec![around])
}

/// Each rank sends `bytes` to the next and receives as much: the send-recv of nccl-tests.
///
/// It is the first step of an all-gather, in which every rank sends what it owns.
pub(super) fn send_recv(bytes: Bytes, ranks: usize) -> Schedule {
    let steps = usize::from(ranks > 1);
    let once = Phase::new(Pattern::Ring { stride: 1, size: ranks }, steps, bytes);
    Schedule::new(Algorithm::Ring, ranks, vec![Phase { first: ranks - 1, ..once }])
}

/// The next position in the ring of one tier.
pub(super) fn next(position: usize, stride: usize, size: usize) -> usize {
    let coordinate = position / stride % size;
    position - coordinate * stride + (coordinate + 1) % size * stride
}

/// A rank sends on what it has summed, so that it ends with its own block; then all blocks go round again.
pub(super) fn contents(ranks: usize, position: usize, (stride, size): (usize, usize), step: usize) -> Atoms {
    let coordinate = position / stride % size;
    let block = circulating(coordinate, size, step);
    Atoms {
        first: position % stride + block * stride,
        stride: stride * size,
        count: ranks / (stride * size),
        action: None,
    }
}

/// The block that the rank at `coordinate` of a ring sends on in a step: so placed that it ends with its own.
fn circulating(coordinate: usize, size: usize, step: usize) -> usize {
    // The first time around ends with the own block, which the second time around begins with.
    let behind = if step < size - 1 { step + 1 } else { step + 1 - size };
    (coordinate + 2 * size - behind % size) % size
}

/// Where a position stands on a channel.
fn place(ranks: usize, inside: usize, channel: usize, position: usize) -> usize {
    let (domain, member) = (position / inside, position % inside);
    let within = (member + domain + ranks - channel) % inside;
    domain * inside + within
}

/// Who stands at a place of a channel.
fn at(ranks: usize, inside: usize, channel: usize, place: usize) -> usize {
    let (domain, within) = (place / inside, place % inside);
    domain * inside + (within + channel + ranks - domain % inside) % inside
}

fn next_on(ranks: usize, inside: usize, channel: usize, position: usize) -> usize {
    at(ranks, inside, channel, (place(ranks, inside, channel, position) + 1) % ranks)
}

/// The transfers of a rank to its neighbours on all channels.
pub(super) fn channel_sends(ranks: usize, inside: usize, position: usize) -> Vec<Send> {
    merged((0..inside).map(|channel| Send::one(next_on(ranks, inside, channel, position))).collect())
}

/// What goes from one rank to another on the channels on which they are neighbours.
pub(super) fn channel_contents(
    ranks: usize,
    inside: usize,
    (position, to): (usize, usize),
    step: usize,
) -> Vec<Atoms> {
    let of_channel = |channel: usize| {
        let block = circulating(place(ranks, inside, channel, position), ranks, step);
        Atoms::one(at(ranks, inside, channel, block) * inside + channel)
    };
    let shared = (0..inside).filter(|&channel| next_on(ranks, inside, channel, position) == to);
    shared.map(of_channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_all_reduce_sends_twice_all_but_one_chunk() {
        // 2 * (4 - 1) * ceil(10 / 4) = 18 bytes.
        let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(10), 4, 4);
        assert_eq!(schedule.wire_bytes(), Bytes::new(18));
        assert_eq!(schedule.steps(), 6);
    }

    #[test]
    fn one_rank_has_nothing_to_do() {
        assert_eq!(schedule(CollectiveKind::AllGather, Bytes::new(10), 1, 1).steps(), 0);
    }

    #[test]
    fn channels_leave_a_domain_by_every_member() {
        // 8 domains of 8: each member sends 7 of 8 channels to its neighbour and one to its like in the next domain.
        for position in [0, 5, 13, 63] {
            let sends = channel_sends(64, 8, position);
            let next_domain = (position + 8) % 64;
            let neighbour = position / 8 * 8 + (position + 1) % 8;
            assert!(sends.contains(&Send::one(next_domain)), "{position}: {sends:?}");
            assert!(sends.iter().any(|send| *send == Send { blocks: 7, ..Send::one(neighbour) }));
        }
    }
}
