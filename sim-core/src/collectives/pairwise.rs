//! Pairwise all-to-all: the peer moves on by one rank each step.

use super::{Pattern, Phase, Schedule};
use crate::units::Bytes;
use crate::workload::Algorithm;

/// `n - 1` steps of `ceil(S/n)` bytes.
pub(super) fn schedule(bytes: Bytes, ranks: usize) -> Schedule {
    let exchange = Phase::new(Pattern::Shift, ranks - 1, bytes.padded_chunk(ranks as u64));
    Schedule::new(Algorithm::Pairwise, ranks, vec![exchange])
}

#[cfg(test)]
mod tests {
    use super::super::Send;
    use super::*;

    #[test]
    fn every_pair_meets_once() {
        let schedule = schedule(Bytes::new(40), 5);
        let mut met: Vec<_> = (0..4).flat_map(|step| Pattern::Shift.sends(schedule.ranks, 2, step)).collect();
        met.sort_unstable();
        assert_eq!(met, [0, 1, 3, 4].map(Send::one));
    }
}
