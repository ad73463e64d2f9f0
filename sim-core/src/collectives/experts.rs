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

/// One direct exchange of the copies of all tokens.
///
/// A rank has `S` bytes of tokens and sends each to `d` ranks; the busiest rank, position 0, is sent
/// `imbalance x d S / n` by each, the others share the rest.
pub(super) fn schedule(call: &CollectiveCall, ranks: usize) -> Schedule {
    let copies = call.bytes.count() as f64 * f64::from(call.experts.destinations(ranks));
    let mean = copies / ranks as f64;
    // A token goes to a rank once: no rank gets more than all of them.
    let busiest = (mean * call.experts.imbalance()).min(call.bytes.count() as f64);
    let others = if ranks > 1 { (copies - busiest) / (ranks - 1) as f64 } else { 0.0 };
    let load = Load {
        busiest: busiest.ceil() as u64,
        others: others.ceil() as u64,
        returning: call.kind == CollectiveKind::EpCombine,
    };
    let (pattern, each) = match load.busiest == load.others {
        true => (Pattern::Everyone(super::Part::OfPair), Bytes::new(load.others)),
        false => (Pattern::Experts(load), Bytes::new(1)),
    };
    let exchange = Phase::new(pattern, usize::from(ranks > 1), each);
    Schedule::new(Algorithm::Direct, ranks, vec![exchange])
}

/// Bytes to each of the others.
pub(super) fn sends(ranks: usize, position: usize, load: Load) -> Vec<Send> {
    let bytes = |expert: usize| if expert == 0 { load.busiest } else { load.others };
    let send = |shift: usize| {
        let target = (position + shift) % ranks;
        Send { blocks: bytes(if load.returning { position } else { target }), ..Send::one(target) }
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
