//! Flows by themselves, on links by themselves: no ranks and no programs.

use crate::units::{Bandwidth, Bytes, Time};

/// A link that flows share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowLink {
    /// Payload bandwidth in its one direction.
    pub capacity: Bandwidth,
    /// Delay of the first byte.
    pub latency: Time,
}

/// A flow over given links.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// How much it carries.
    pub bytes: Bytes,
    /// The earliest time at which it starts.
    pub start: Time,
    /// The links that it crosses, each once, and the share of the flow on each (1 for a path).
    pub hops: Vec<(usize, f64)>,
    /// The largest rate that it can use.
    pub rate_cap: Option<Bandwidth>,
    /// Flows that must have finished before it starts.
    pub after: Vec<usize>,
}

/// Links, and flows over them; none follows itself, directly or through others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FlowCase {
    links: Vec<FlowLink>,
    records: Vec<Record>,
    hops: Vec<u32>,
    /// The weight of each hop; empty as long as all are 1.
    weights: Vec<f64>,
    after: Vec<u32>,
}

/// A flow as it is kept: its lists end where these say, and begin where those of the flow before it end.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Record {
    bytes: Bytes,
    start: Time,
    cap: Bandwidth,
    hops_end: u32,
    after_end: u32,
}

/// A flow of a case.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlowView<'a> {
    pub(super) bytes: Bytes,
    pub(super) start: Time,
    pub(super) cap: Bandwidth,
    pub(super) hops: &'a [u32],
    weights: &'a [f64],
    pub(super) after: &'a [u32],
}

impl FlowCase {
    /// A case of these links and flows, which name links and flows by their places.
    ///
    /// # Panics
    /// When a flow names a link or a flow that does not exist: cases are checked where they are read.
    pub fn new(links: Vec<FlowLink>, flows: impl IntoIterator<Item = Flow>) -> Self {
        let flows = flows.into_iter();
        let mut case = Self { links, records: Vec::with_capacity(flows.size_hint().0), ..Self::default() };
        flows.for_each(|flow| case.push(&flow));
        let flows = case.records.len();
        assert!(case.after.iter().all(|&before| (before as usize) < flows), "flows follow flows of the case");
        case
    }

    fn push(&mut self, flow: &Flow) {
        for &(link, weight) in &flow.hops {
            assert!(link < self.links.len(), "flows cross links of the case");
            if weight != 1.0 && self.weights.is_empty() {
                self.weights.resize(self.hops.len(), 1.0);
            }
            self.hops.push(index(link));
            if weight != 1.0 || !self.weights.is_empty() {
                self.weights.push(weight);
            }
        }
        self.after.extend(flow.after.iter().map(|&before| index(before)));
        self.records.push(Record {
            bytes: flow.bytes,
            start: flow.start,
            cap: flow.rate_cap.unwrap_or(Bandwidth::UNBOUNDED),
            hops_end: index(self.hops.len()),
            after_end: index(self.after.len()),
        });
    }

    /// The links.
    pub fn links(&self) -> &[FlowLink] {
        &self.links
    }

    /// The number of flows.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no flow.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn flow(&self, flow: usize) -> FlowView<'_> {
        let Record { bytes, start, cap, hops_end, after_end } = self.records[flow];
        let before = flow.checked_sub(1).map(|before| self.records[before]);
        let (hops, after) = before.map_or((0, 0), |before| (before.hops_end, before.after_end));
        FlowView {
            bytes,
            start,
            cap,
            hops: &self.hops[hops as usize..hops_end as usize],
            weights: self.weights.get(hops as usize..hops_end as usize).unwrap_or_default(),
            after: &self.after[after as usize..after_end as usize],
        }
    }

    pub(super) fn flows(&self) -> impl Iterator<Item = FlowView<'_>> {
        (0..self.len()).map(|flow| self.flow(flow))
    }
}

impl<'a> FlowView<'a> {
    /// The links that it crosses, and the share of the flow on each.
    pub(super) fn crossings(self) -> impl Iterator<Item = (u32, f64)> + 'a {
        let weights = self.weights.iter().copied().chain(std::iter::repeat(1.0));
        self.hops.iter().copied().zip(weights)
    }
}

fn index(index: usize) -> u32 {
    u32::try_from(index).expect("a case has fewer than 2^32 links, flows and crossings")
}
