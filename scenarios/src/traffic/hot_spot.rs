//! Every chip sends a share of its bytes to a few hot chips, and the rest to others.

use copperlight_core::rng::{distinct, stream};
use copperlight_core::units::Bytes;

/// Hot chips, and how much of everybody's bytes they draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HotSpot {
    /// The share of each chip's bytes that goes to hot chips.
    pub hot_share: f64,
    /// How many chips are hot; they lie evenly spaced, from chip 0 on.
    pub hot_chips: usize,
    /// How many different peers that are not hot each chip draws; all of them when absent.
    pub flows_per_chip: Option<usize>,
}

impl HotSpot {
    /// The hot chips in ascending order.
    fn hot(self, chips: usize) -> Vec<usize> {
        (0..self.hot_chips).map(|index| index * chips / self.hot_chips).collect()
    }

    /// The most flows among so many chips: those of a share without bytes are left out.
    pub(super) fn flows(self, chips: usize) -> u64 {
        let most = self.flows_per_chip.unwrap_or(chips - 1);
        chips as u64 * (self.hot_chips + most).min(chips - 1) as u64
    }

    pub(super) fn flows_of(self, chips: usize, size: Bytes, seed: u64) -> Vec<(usize, usize, Bytes)> {
        let hot = self.hot(chips);
        let mut draws = stream(seed, "traffic hot-spot");
        let mut flows = Vec::new();
        for sender in 0..chips {
            let (hot_peers, others): (Vec<usize>, Vec<usize>) =
                (0..chips).filter(|&chip| chip != sender).partition(|chip| hot.binary_search(chip).is_ok());
            let drawn = distinct(&mut draws, self.flows_per_chip.unwrap_or(others.len()), others.len());
            let peers: Vec<usize> = drawn.into_iter().map(|place| others[place]).collect();
            flows.extend(self.flows_from(&hot_peers, &peers, size).map(|(to, bytes)| (sender, to, bytes)));
        }
        flows
    }

    /// What one chip sends: as many times the size as it has peers that are not hot, divided by the share.
    fn flows_from(
        self,
        hot_peers: &[usize],
        peers: &[usize],
        size: Bytes,
    ) -> impl Iterator<Item = (usize, Bytes)> {
        let all = size.count().saturating_mul(peers.len() as u64);
        let share = if hot_peers.is_empty() { 0.0 } else { self.hot_share };
        let to_hot = ((share * all as f64).round() as u64).min(all);
        // A part of no whole number of bytes is padded, as chunks of collectives are.
        let parts = |bytes: u64, among: &[usize]| {
            let part = Bytes::new(bytes).padded_chunk(among.len().max(1) as u64);
            among.iter().map(|&peer| (peer, part)).collect::<Vec<_>>()
        };
        let flows = [parts(to_hot, hot_peers), parts(all - to_hot, peers)].concat();
        flows.into_iter().filter(|flow| flow.1 > Bytes::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(hot_spot: HotSpot, chips: usize) -> Vec<(usize, usize, u64)> {
        let flows = hot_spot.flows_of(chips, Bytes::new(1_000), 1);
        assert!(flows.len() as u64 <= hot_spot.flows(chips), "{hot_spot:?} among {chips}");
        flows.into_iter().map(|(sender, receiver, bytes)| (sender, receiver, bytes.count())).collect()
    }

    #[test]
    fn the_share_of_each_chip_goes_to_hot_chips() {
        for flows_per_chip in [None, Some(5)] {
            let flows = sent(HotSpot { hot_share: 0.4, hot_chips: 2, flows_per_chip }, 12);
            for sender in 0..12 {
                let of = |is_hot: bool| -> u64 {
                    let own = flows.iter().filter(|flow| flow.0 == sender && (flow.1 % 6 == 0) == is_hot);
                    own.map(|flow| flow.2).sum()
                };
                let peers = flows_per_chip.unwrap_or(if sender % 6 == 0 { 10 } else { 9 }) as u64;
                assert_eq!(of(true) + of(false), 1_000 * peers, "chip {sender}");
                assert_eq!(of(true), 400 * peers, "chip {sender}");
            }
        }
    }

    #[test]
    fn no_share_is_uniform_and_all_of_it_an_incast() {
        let hot_spot = |hot_share| HotSpot { hot_share, hot_chips: 1, flows_per_chip: None };
        assert!(sent(hot_spot(0.0), 5).iter().all(|flow| flow.1 != 0 && flow.2 == 1_000));
        // 4 chips send 3 times the size to the hot one, which has nobody hot to send to.
        let flows = sent(hot_spot(1.0), 5);
        assert_eq!(flows.iter().filter(|flow| flow.1 == 0 && flow.2 == 3_000).count(), 4);
        assert_eq!(flows.iter().filter(|flow| flow.0 == 0 && flow.2 == 1_000).count(), 4);
        assert_eq!(flows.len(), 8);
    }
}
