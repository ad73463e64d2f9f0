//! Ring all-reduces of 1 GB on a star, without software costs.

use crate::fabrics::{GIGABYTES_PER_SECOND, LATENCY, jittered_star, star};
use copperlight_core::fabric::Fabric;
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};

const SIZE: Bytes = Bytes::new(1_000_000_000);

/// The digest of the ring of 384 on equal links: that of debug builds, in which a test expects it as well.
const DIGEST_OF_384: &str = "e845d11f872488da029bf4f7446c329b";

/// Ends of rings with drawn latencies, and their digests, as an engine that solved anew for every flow gave them.
const JITTERED: [(usize, u64, &str); 2] = [
    (64, 2_262_613_752, "8838729df06b983e9d5de676caf60be1"),
    (1_024, 3_438_884_064, "0b921a13a71f7a167c7ad0ac53373c44"),
];

/// How the flows of a ring are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Every flow goes through the event engine.
    Unfolded,
    /// Every rank's own times, the ring stepped as lanes.
    Lanes,
    /// Identical ranks are simulated once.
    Folded,
}

/// An all-reduce on a star.
#[derive(Debug)]
pub struct Ring {
    fabric: Fabric,
    method: Method,
    end: Option<Time>,
    digest: Option<&'static str>,
}

impl Ring {
    /// On equal links. It ends when the last byte of 2 (n - 1) steps of two links and a padded chunk has drained.
    pub fn on_equal_links(ranks: usize, method: Method) -> Self {
        let end = Some(closed_form(ranks as u64));
        let digest = (ranks == 384).then_some(DIGEST_OF_384);
        Self { fabric: star(ranks), method, end, digest }
    }

    /// On links with latencies of their own, every flow through the event engine.
    pub fn on_drawn_latencies(ranks: usize) -> Self {
        let known = JITTERED.iter().find(|(of, ..)| *of == ranks);
        let end = known.map(|&(_, end, _)| Time::from_picoseconds(end));
        let digest = known.map(|&(.., digest)| digest);
        Self { fabric: jittered_star(ranks), method: Method::Unfolded, end, digest }
    }

    /// The flows of the algorithm, simulated or not: each of n ranks sends 2 (n - 1) times.
    pub fn flows(&self) -> u64 {
        let ranks = self.fabric.endpoints() as u64;
        2 * (ranks - 1) * ranks
    }

    /// Simulates it.
    pub fn run(&self) -> Outcome {
        let call = CollectiveCall {
            algorithm: Some(Algorithm::Ring),
            ..CollectiveCall::auto(CollectiveKind::AllReduce, SIZE)
        };
        let workload = SingleCollective::new(self.fabric.endpoints(), call);
        let folded = Options::new(Transport::ideal());
        let options = match self.method {
            Method::Folded => folded,
            Method::Lanes => Options { fold: false, ..folded },
            Method::Unfolded => folded.unfolded(),
        };
        simulate(&self.fabric, &workload, &options, &mut Unobserved).expect("the ring fits the star")
    }

    /// Holds an outcome against what is known of this ring.
    ///
    /// # Panics
    /// When it differs.
    pub fn assert_answer(&self, outcome: &Outcome) {
        let ranks = self.fabric.endpoints();
        assert_eq!(outcome.stop, StopReason::Completed);
        if let Some(end) = self.end {
            assert_eq!(outcome.end, end, "the ring of {ranks} ends elsewhere than it must");
        }
        if let Some(digest) = self.digest {
            assert_eq!(
                outcome.digest.to_string(),
                digest,
                "some rank of {ranks} ends elsewhere than it must"
            );
        }
        let work = outcome.work;
        match self.method {
            Method::Unfolded => assert_eq!(work.flows, self.flows(), "every flow is simulated"),
            Method::Lanes => assert_eq!(work.lanes, self.flows(), "every flow is stepped in a lane"),
            Method::Folded => assert!(work.flows < self.flows(), "folding leaves flows out"),
        }
    }
}

/// When a ring on equal links ends: 2 (n - 1) x (2 latencies + round(chunk / 900 GB/s)).
///
/// 384: 766 x (500,000 + round(2,604,167 / 0.9)) ps = 2,599,435,554 ps.
fn closed_form(ranks: u64) -> Time {
    let chunk = SIZE.count().div_ceil(ranks);
    let picoseconds_per_byte = 1e3 / GIGABYTES_PER_SECOND;
    let step = 2 * LATENCY.picoseconds() + (chunk as f64 * picoseconds_per_byte).round() as u64;
    Time::from_picoseconds(2 * (ranks - 1) * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_forms_are_the_published_ends() {
        let ends = [384, 1_024, 4_096].map(|ranks| closed_form(ranks).picoseconds());
        assert_eq!(ends, [2_599_435_554, 3_243_053_220, 6_316_684_920]);
    }
}
