//! Random cases that a rotation leaves as they are: ranks of a ring, ports of a star, domains that change places.

use copperlight_core::simulation::{Flow, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_tests::plain_flows::PlainCase;
use proptest::prelude::*;
use proptest::sample::select;

/// A kind of flow, of which every copy is the same but for the rotation.
#[derive(Debug, Clone)]
struct FlowKind {
    bytes: u64,
    start: u64,
    /// Links by kind and by how many copies further they are; one link each.
    path: Vec<(usize, usize)>,
    /// Links of one kind that the flow is sprayed over, all copies of it.
    spray: Option<usize>,
    cap: Option<f64>,
    /// A kind before this one, and how many copies further the flow is that this one follows.
    after: Option<(usize, usize)>,
}

/// A case in which everything exists `copies` times over: copy `i` of kind `k` stands at `k * copies + i`.
#[derive(Debug, Clone)]
pub(super) struct Symmetric {
    pub(super) copies: usize,
    links: Vec<(f64, u64)>,
    flows: Vec<FlowKind>,
}

fn flow_kind() -> impl Strategy<Value = FlowKind> {
    let bytes = prop_oneof![1 => Just(0), 2 => Just(1_000_000), 3 => 1..3_000_000_u64];
    let start = prop_oneof![2 => Just(0), 1 => 0..100_000_000_u64];
    let path = prop::collection::vec((0..100_usize, 0..100_usize), 1..5);
    let spray = prop::option::weighted(0.3, 0..100_usize);
    let cap = prop::option::weighted(0.2, select(vec![1e9, 7.7e9, 25e9]));
    let after = prop::option::weighted(0.3, (0..100_usize, 0..100_usize));
    (bytes, start, path, spray, cap, after).prop_map(|(bytes, start, path, spray, cap, after)| FlowKind {
        bytes,
        start,
        path,
        spray,
        cap,
        after,
    })
}

/// A symmetric case of 2 to 7 copies.
pub(super) fn symmetric() -> impl Strategy<Value = Symmetric> {
    let capacity = prop_oneof![2 => Just(50e9), 1 => (1.0..100.0_f64).prop_map(|giga| (giga * 1e9).round())];
    let link = (capacity, prop_oneof![Just(0), Just(250_000), 0..1_000_000_u64]);
    let links = prop::collection::vec(link, 1..7);
    (2..8_usize, links, prop::collection::vec(flow_kind(), 1..12))
        .prop_map(|(copies, links, flows)| Symmetric { copies, links, flows })
}

impl Symmetric {
    /// Writes every copy out.
    pub(super) fn build(&self) -> PlainCase {
        let link = |&(capacity, latency): &(f64, u64)| FlowLink {
            capacity: Bandwidth::from_bytes_per_second(capacity),
            latency: Time::from_picoseconds(latency),
        };
        let copies_of_links = self.links.iter().flat_map(|kind| vec![link(kind); self.copies]);
        let kinds = self.flows.iter().enumerate();
        let flows =
            kinds.flat_map(|(kind, flow)| (0..self.copies).map(move |copy| self.flow(kind, flow, copy)));
        PlainCase { links: copies_of_links.collect(), flows: flows.collect() }
    }

    fn flow(&self, kind: usize, flow: &FlowKind, copy: usize) -> Flow {
        let rotated = |kind: usize, further: usize| kind * self.copies + (copy + further) % self.copies;
        let mut hops: Vec<(usize, f64)> = Vec::new();
        let spray = flow.spray.map(|kind| kind % self.links.len());
        let share = 1.0 / self.copies as f64;
        hops.extend(
            spray
                .iter()
                .flat_map(|&kind| (0..self.copies).map(move |further| (kind, further)))
                .map(|(kind, further)| (rotated(kind, further), share)),
        );
        for &(kind, further) in &flow.path {
            let link = rotated(kind % self.links.len(), further);
            if hops.iter().all(|hop| hop.0 != link) {
                hops.push((link, 1.0));
            }
        }
        let before = flow.after.filter(|_| kind > 0);
        Flow {
            bytes: Bytes::new(flow.bytes),
            start: Time::from_picoseconds(flow.start),
            hops,
            rate_cap: flow.cap.map(Bandwidth::from_bytes_per_second),
            after: before.map(|(earlier, further)| rotated(earlier % kind, further)).into_iter().collect(),
        }
    }
}
