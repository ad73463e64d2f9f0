//! Every chip sends one flow and receives one.

use copperlight_core::rng::{derangement, stream};
use copperlight_core::units::Bytes;

/// A permutation without fixed points: drawn, or every chip to the one `shift` places on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutation {
    /// How many places on the receiver is; drawn when absent.
    pub shift: Option<usize>,
}

impl Permutation {
    pub(super) fn flows(self, chips: usize, size: Bytes, seed: u64) -> Vec<(usize, usize, Bytes)> {
        let receivers = match self.shift {
            Some(shift) => (0..chips).map(|chip| (chip + shift) % chips).collect(),
            None => derangement(&mut stream(seed, "traffic permutation"), chips),
        };
        receivers.into_iter().enumerate().map(|(sender, receiver)| (sender, receiver, size)).collect()
    }
}
