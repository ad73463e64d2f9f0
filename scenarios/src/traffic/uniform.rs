//! Every chip sends to all others, or to a few that are drawn.

use copperlight_core::rng::{distinct, stream};
use copperlight_core::units::Bytes;

/// Every chip sends one flow to each of its peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uniform {
    /// How many different peers each chip draws; all others when absent.
    pub flows_per_chip: Option<usize>,
}

impl Uniform {
    pub(super) fn peers(self, chips: usize) -> usize {
        self.flows_per_chip.unwrap_or(chips - 1)
    }

    pub(super) fn flows(self, chips: usize, size: Bytes, seed: u64) -> Vec<(usize, usize, Bytes)> {
        let mut draws = stream(seed, "traffic uniform");
        let mut flows = Vec::new();
        for sender in 0..chips {
            let places = distinct(&mut draws, self.peers(chips), chips - 1);
            flows
                .extend(places.into_iter().map(|place| (sender, place + usize::from(place >= sender), size)));
        }
        flows
    }
}
