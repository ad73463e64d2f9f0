//! Tokens on their way to experts on other ranks, and back.

use super::{Pattern, Phase, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveCall, CollectiveKind};

/// What a rank sends to the busiest rank and to each of the others, in bytes; in a combine, what these send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Load {
    busiest: u64,
    others: u64,
    returning: bool,
}

impl Load {
    /// What goes from one to another: the first is the busiest.
    pub(super) const fn between(self, from: usize, to: usize) -> u64 {
        let expert = if self.returning { from } else { to };
        if expert == 0 { self.busiest } else { self.others }
    }

    pub(super) const fn is_returning(self) -> bool {
        self.returning
    }

    pub(super) const fn is_even(self) -> bool {
        self.busiest == self.others
    }
}

/// What the busiest of several gets, and each of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Busiest {
    pub(super) busiest: f64,
    pub(super) others: f64,
}

impl Busiest {
    /// Shares of all copies where the busiest gets `imbalance` times the mean: a token comes to it once at most.
    pub(super) fn new((copies, tokens): (f64, f64), among: usize, imbalance: f64) -> Self {
        let busiest = (copies / among as f64 * imbalance).min(tokens);
        let others = if among > 1 { (copies - busiest) / (among - 1) as f64 } else { 0.0 };
        Self { busiest, others }
    }

    pub(super) fn times(self, factor: f64) -> Self {
        Self { busiest: self.busiest * factor, others: self.others * factor }
    }

    /// One of `chunks` chunks, in whole bytes.
    pub(super) fn load(self, chunks: usize, returning: bool) -> Load {
        // What rounding left above a whole byte is none.
        let bytes = |share: f64| (share / chunks as f64 - 1e-6).ceil().max(0.0) as u64;
        Load { busiest: bytes(self.busiest), others: bytes(self.others), returning }
    }
}

/// One direct exchange of the copies of all tokens.
///
/// A rank has `S` bytes of tokens and sends each to `d` ranks; the busiest rank, position 0, is sent
/// `imbalance x d S / n` by each, the others share the rest.
pub(super) fn schedule(call: &CollectiveCall, ranks: usize) -> Schedule {
    let tokens = call.bytes.count() as f64;
    let copies = tokens * call.experts.destinations(ranks);
    let shares = Busiest::new((copies, tokens), ranks, call.experts.imbalance());
    let load = shares.load(1, call.kind == CollectiveKind::EpCombine);
    let (pattern, each) = match load.is_even() {
        true => (Pattern::Everyone(super::Part::OfPair), Bytes::new(load.others)),
        false => (Pattern::Experts(load), Bytes::new(1)),
    };
    let exchange = Phase::new(pattern, usize::from(ranks > 1), each);
    Schedule::new(Algorithm::Direct, ranks, vec![exchange])
}

/// Bytes to each of the others.
pub(super) fn sends(ranks: usize, position: usize, load: Load) -> Vec<Send> {
    let send = |shift: usize| {
        let target = (position + shift) % ranks;
        Send { blocks: load.between(position, target), ..Send::one(target) }
    };
    (1..ranks).map(send).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::ExpertRouting;

    #[test]
    fn the_busiest_rank_is_sent_more_and_the_sum_stays() {
        // 800 B to 2 of 4 ranks each: 400 B a pair; at an imbalance of 1.5, 600 B to one and 333.3 B to the others.
        let experts = ExpertRouting::new(2, 1.5);
        let call =
            CollectiveCall { experts, ..CollectiveCall::auto(CollectiveKind::EpDispatch, Bytes::new(800)) };
        let schedule = schedule(&call, 4);
        let sends = schedule.phases[0].pattern.sends(4, 1, 0);
        let to = |position| {
            sends.iter().find(|send| **send == Send { blocks: send.blocks, ..Send::one(position) })
        };
        assert_eq!(to(0).map(|send| send.blocks), Some(600));
        assert_eq!(to(2).map(|send| send.blocks), Some(334));
    }
}
