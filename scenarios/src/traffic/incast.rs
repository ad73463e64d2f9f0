//! Many chips send to one.

use copperlight_core::units::Bytes;

/// So many chips send one flow each to one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incast {
    /// Who receives.
    pub target: usize,
    /// How many send, those that follow the target, around; all others when absent.
    pub senders: Option<usize>,
}

impl Incast {
    pub(super) fn senders(self, chips: usize) -> usize {
        self.senders.unwrap_or(chips - 1)
    }

    pub(super) fn flows(self, chips: usize, size: Bytes) -> Vec<(usize, usize, Bytes)> {
        let sender = |place: usize| (self.target + place) % chips;
        (1..=self.senders(chips)).map(|place| (sender(place), self.target, size)).collect()
    }
}
