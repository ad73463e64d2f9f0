//! The patterns by name, and what a scenario asks of one.

use super::{HotSpot, Incast, Permutation, Uniform};
use copperlight_core::ids::RankId;
use copperlight_core::traffic::{Message, Traffic};
use copperlight_core::units::Bytes;

/// Who sends to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pattern {
    /// Every chip sends one flow and receives one.
    Permutation(Permutation),
    /// Many chips send to one.
    Incast(Incast),
    /// Every chip sends to all others, or to a few.
    Uniform(Uniform),
    /// Every chip sends a share of its bytes to a few hot chips.
    HotSpot(HotSpot),
}

impl Pattern {
    /// The name in scenario files and results.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Permutation(_) => "permutation",
            Self::Incast(_) => "incast",
            Self::Uniform(_) => "uniform",
            Self::HotSpot(_) => "hot-spot",
        }
    }

    /// The fewest chips among which it can be.
    pub const fn fewest_chips(&self) -> usize {
        match self {
            Self::HotSpot(_) => 3,
            _ => 2,
        }
    }

    /// The most flows among so many chips.
    pub fn flows(&self, chips: usize) -> u64 {
        match self {
            Self::Permutation(_) => chips as u64,
            Self::Incast(incast) => incast.senders(chips) as u64,
            Self::Uniform(uniform) => chips as u64 * uniform.peers(chips) as u64,
            Self::HotSpot(hot_spot) => hot_spot.flows(chips),
        }
    }
}

/// Traffic as a scenario describes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrafficSpec {
    /// Who sends to whom.
    pub pattern: Pattern,
    /// The bytes of a flow.
    pub size: Bytes,
    /// The seed of draws; `None` until the scenario's own is known.
    pub seed: Option<u64>,
}

impl TrafficSpec {
    /// The messages among so many chips.
    ///
    /// # Panics
    /// When there are fewer than [`Pattern::fewest_chips`], or the pattern names chips that there are not.
    pub fn traffic(&self, chips: usize) -> Traffic {
        let seed = self.seed.unwrap_or_default();
        let flows = match &self.pattern {
            Pattern::Permutation(permutation) => permutation.flows(chips, self.size, seed),
            Pattern::Incast(incast) => incast.flows(chips, self.size),
            Pattern::Uniform(uniform) => uniform.flows(chips, self.size, seed),
            Pattern::HotSpot(hot_spot) => hot_spot.flows_of(chips, self.size, seed),
        };
        let message = |(sender, receiver, bytes)| Message {
            sender: RankId::new(sender),
            receiver: RankId::new(receiver),
            bytes,
        };
        Traffic { ranks: chips, messages: flows.into_iter().map(message).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PATTERNS: [Pattern; 7] = [
        Pattern::Permutation(Permutation { shift: None }),
        Pattern::Permutation(Permutation { shift: Some(3) }),
        Pattern::Incast(Incast { target: 2, senders: None }),
        Pattern::Incast(Incast { target: 7, senders: Some(3) }),
        Pattern::Uniform(Uniform { flows_per_chip: None }),
        Pattern::Uniform(Uniform { flows_per_chip: Some(3) }),
        Pattern::HotSpot(HotSpot { hot_share: 0.3, hot_chips: 2, flows_per_chip: Some(4) }),
    ];

    fn traffic(pattern: Pattern, seed: u64) -> Traffic {
        TrafficSpec { pattern, size: Bytes::new(1_000), seed: Some(seed) }.traffic(9)
    }

    #[test]
    fn flows_join_different_chips_once_and_are_as_many_as_was_said() {
        for pattern in PATTERNS {
            let traffic = traffic(pattern, 1);
            let is_hot_spot = matches!(pattern, Pattern::HotSpot(_));
            let flows = traffic.messages.len() as u64;
            assert!(flows == pattern.flows(9) || is_hot_spot && flows < pattern.flows(9), "{pattern:?}");
            let pairs: BTreeSet<_> =
                traffic.messages.iter().map(|message| (message.sender, message.receiver)).collect();
            assert_eq!(pairs.len(), traffic.messages.len(), "{pattern:?}");
            assert!(pairs.iter().all(|(from, to)| from != to && from.index().max(to.index()) < 9));
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_flows_and_another_others() {
        for pattern in PATTERNS {
            assert_eq!(traffic(pattern, 1), traffic(pattern, 1), "{pattern:?}");
        }
        for pattern in [PATTERNS[0], PATTERNS[5], PATTERNS[6]] {
            assert_ne!(traffic(pattern, 1), traffic(pattern, 2), "{pattern:?}");
        }
    }

    #[test]
    fn a_permutation_sends_and_receives_once() {
        for pattern in &PATTERNS[..2] {
            let traffic = traffic(*pattern, 5);
            let receivers: BTreeSet<_> = traffic.messages.iter().map(|message| message.receiver).collect();
            assert_eq!(receivers.len(), 9);
        }
        let shifted: Vec<usize> =
            traffic(PATTERNS[1], 1).messages.iter().map(|message| message.receiver.index()).collect();
        assert_eq!(shifted, [3, 4, 5, 6, 7, 8, 0, 1, 2]);
    }

    #[test]
    fn senders_of_an_incast_follow_its_target() {
        let senders: Vec<usize> =
            traffic(PATTERNS[3], 1).messages.iter().map(|message| message.sender.index()).collect();
        assert_eq!(senders, [8, 0, 1]);
    }
}
