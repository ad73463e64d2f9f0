//! Random cases: what one case has in common is drawn first, then its links and flows within that style.

use copperlight_core::simulation::{Flow, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_tests::plain_flows::PlainCase;
use proptest::prelude::*;
use proptest::sample::select;

/// How links lie to one another, and which routes there are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Any links, crossed by paths, sprays and trees.
    Loose,
    /// Every flow goes up one port and down another.
    Star,
    /// Hosts, leaves and spines: paths over one spine, or sprays over all.
    Clos,
}

/// How alike numbers are within one case.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spread {
    /// All the same: ties everywhere.
    Equal,
    /// One of a few.
    Few,
    /// Anything, to the picosecond and the byte.
    Any,
    /// Anything, up to a millionfold apart.
    Wide,
}

/// Who follows whom.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Following {
    Nobody,
    /// Chains of so many flows.
    Chains(usize),
    /// Groups of so many: one flow, then all but the last at once, then the last.
    Fans(usize),
    /// Any flow may follow up to three earlier ones.
    Any,
}

#[derive(Debug, Clone, Copy)]
struct Style {
    shape: Shape,
    capacities: Spread,
    latencies: Spread,
    sizes: Spread,
    starts: Spread,
    following: Following,
}

/// Numbers that a style makes a link of.
type RawLink = (f64, f64);

/// Numbers that a style makes a flow of.
#[derive(Debug, Clone)]
struct RawFlow {
    ends: (usize, usize),
    kind: u8,
    width: usize,
    size: f64,
    start: f64,
    /// The cap as a share of the narrowest link.
    cap: Option<f64>,
    after: Vec<usize>,
}

fn spread() -> impl Strategy<Value = Spread> {
    select(vec![Spread::Equal, Spread::Few, Spread::Any])
}

fn style() -> impl Strategy<Value = Style> {
    let shape = select(vec![Shape::Loose, Shape::Loose, Shape::Star, Shape::Clos]);
    let capacities = prop_oneof![3 => spread(), 1 => Just(Spread::Wide)];
    let following = prop_oneof![
        3 => Just(Following::Nobody),
        1 => (2..9_usize).prop_map(Following::Chains),
        1 => (3..9_usize).prop_map(Following::Fans),
        1 => Just(Following::Any),
    ];
    (shape, capacities, spread(), spread(), spread(), following).prop_map(
        |(shape, capacities, latencies, sizes, starts, following)| Style {
            shape,
            capacities,
            latencies,
            sizes,
            starts,
            following,
        },
    )
}

fn raw_flow() -> impl Strategy<Value = RawFlow> {
    let shares = vec![0.003, 0.1, 0.25, 1.0 / 3.0, 0.5, 1.0, 2.0];
    let cap = prop_oneof![3 => Just(None), 1 => select(shares).prop_map(Some)];
    let ends = (0..1_000_usize, 0..1_000_usize);
    let after = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(0..1_000_usize, 1..4)];
    (ends, 0..16_u8, 1..9_usize, 0.0..1.0_f64, 0.0..1.0_f64, cap, after).prop_map(
        |(ends, kind, width, size, start, cap, after)| RawFlow { ends, kind, width, size, start, cap, after },
    )
}

/// A case of up to `links` links and `flows` flows.
pub(super) fn case(links: usize, flows: usize) -> impl Strategy<Value = PlainCase> {
    let links = prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 1..=links);
    let flows = prop::collection::vec(raw_flow(), 1..=flows);
    (style(), links, flows).prop_map(|(style, links, flows)| style.build(&links, &flows))
}

impl Style {
    fn build(&self, links: &[RawLink], flows: &[RawFlow]) -> PlainCase {
        let links: Vec<FlowLink> = links.iter().map(|link| self.link(link)).collect();
        let flow = |(index, raw): (usize, &RawFlow)| self.flow(&links, index, raw);
        PlainCase { flows: flows.iter().enumerate().map(flow).collect(), links: links.clone() }
    }

    fn link(&self, &(capacity, latency): &RawLink) -> FlowLink {
        let bytes_per_second = match self.capacities {
            Spread::Equal => 50e9,
            Spread::Few => [25e9, 50e9, 100e9, 400e9][pick(capacity, 4)],
            Spread::Any => (1e9 + 99e9 * capacity).round(),
            Spread::Wide => 1e6 * 1e6_f64.powf(capacity),
        };
        let picoseconds = match self.latencies {
            Spread::Equal => 0,
            Spread::Few => [0, 250_000, 500_000][pick(latency, 3)],
            Spread::Any | Spread::Wide => (1e6 * latency) as u64,
        };
        FlowLink {
            capacity: Bandwidth::from_bytes_per_second(bytes_per_second),
            latency: Time::from_picoseconds(picoseconds),
        }
    }

    fn flow(&self, links: &[FlowLink], index: usize, raw: &RawFlow) -> Flow {
        let hops = self.hops(links.len(), raw);
        let narrowest = hops.iter().map(|&(link, _)| links[link].capacity).fold(
            // What crosses no link is bound by its cap alone.
            Bandwidth::from_gigabytes_per_second(50.0),
            Bandwidth::min,
        );
        Flow {
            bytes: self.bytes(raw.size),
            start: self.start(raw.start),
            hops,
            rate_cap: raw.cap.map(|share| narrowest * share),
            after: self.following.after(index, raw),
        }
    }

    fn bytes(&self, size: f64) -> Bytes {
        Bytes::new(match self.sizes {
            Spread::Equal => 1_000_000,
            Spread::Few => [0, 4_096, 1_000_000, 1_000_000, 2_000_000][pick(size, 5)],
            // One in ten without a byte, the others from one byte to ten million.
            Spread::Any | Spread::Wide if size < 0.1 => 0,
            Spread::Any | Spread::Wide => 1e7_f64.powf((size - 0.1) / 0.9) as u64,
        })
    }

    fn start(&self, start: f64) -> Time {
        // A flow lasts some 100 us; where capacities are wide apart, up to seconds.
        Time::from_picoseconds(match (self.starts, self.capacities) {
            (Spread::Equal, _) => 0,
            (Spread::Few, _) => 20_000_000 * pick(start, 8) as u64,
            (_, Spread::Wide) => 1e12_f64.powf(start) as u64,
            _ => (2e8 * start) as u64,
        })
    }

    fn hops(&self, links: usize, raw: &RawFlow) -> Vec<(usize, f64)> {
        match self.shape {
            Shape::Loose => loose_hops(links, raw),
            Shape::Star => star_hops(links, raw.ends),
            Shape::Clos => clos_hops(links, raw),
        }
    }
}

impl Following {
    fn after(self, index: usize, raw: &RawFlow) -> Vec<usize> {
        match self {
            Self::Nobody => Vec::new(),
            Self::Chains(length) if index.is_multiple_of(length) => Vec::new(),
            Self::Chains(_) => vec![index - 1],
            Self::Fans(size) => match index % size {
                0 => Vec::new(),
                place if place + 1 == size => (index + 2 - size..index).collect(),
                place => vec![index - place],
            },
            Self::Any if index == 0 => Vec::new(),
            Self::Any => raw.after.iter().map(|&before| before % index).collect(),
        }
    }
}

/// One of `count`, by a number below one.
fn pick(number: f64, count: usize) -> usize {
    (number * count as f64) as usize
}

/// Paths of up to eight links, sprays behind one link, trees over up to all links, and nothing at all.
fn loose_hops(links: usize, raw: &RawFlow) -> Vec<(usize, f64)> {
    let (from, stride) = (raw.ends.0, 1 + raw.ends.1 % links);
    let walk = |length: usize| {
        let mut found: Vec<usize> = Vec::new();
        for step in 0..length {
            let link = (from + step * stride) % links;
            if !found.contains(&link) {
                found.push(link);
            }
        }
        found
    };
    match raw.kind {
        0 => Vec::new(),
        1..10 => walk(raw.width).into_iter().map(|link| (link, 1.0)).collect(),
        10..14 => {
            let planes = walk(raw.width);
            let share = 1.0 / planes.len() as f64;
            let mut hops: Vec<(usize, f64)> = planes.iter().map(|&plane| (plane, share)).collect();
            let port = (from + 1) % links;
            if !planes.contains(&port) {
                hops.push((port, 1.0));
            }
            hops
        }
        _ => walk(links.min(4 * raw.width)).into_iter().map(|link| (link, 1.0)).collect(),
    }
}

/// The first half of the links leads up, the second down.
fn star_hops(links: usize, (from, to): (usize, usize)) -> Vec<(usize, f64)> {
    let ports = links / 2;
    if ports == 0 {
        return vec![(0, 1.0)];
    }
    vec![(from % ports, 1.0), (ports + to % ports, 1.0)]
}

/// Two leaves, as many spines as there are links for, and the rest to hosts.
fn clos_hops(links: usize, raw: &RawFlow) -> Vec<(usize, f64)> {
    let spines = (links / 8).min(4);
    let ports = (links - 4 * spines) / 2;
    if spines == 0 || ports < 2 {
        return star_hops(links, raw.ends);
    }
    let (from, to) = (raw.ends.0 % ports, raw.ends.1 % ports);
    let mut hops = vec![(from, 1.0), (ports + to, 1.0)];
    let (from, to) = (from % 2, to % 2);
    if from != to {
        // To each spine two links lead up and two down, one for each leaf.
        let up = |spine: usize| 2 * ports + 4 * spine + from;
        let down = |spine: usize| 2 * ports + 4 * spine + 2 + to;
        let (used, share) = match raw.kind {
            0..8 => (raw.width % spines..raw.width % spines + 1, 1.0),
            _ => (0..spines, 1.0 / spines as f64),
        };
        hops.extend(used.flat_map(|spine| [(up(spine), share), (down(spine), share)]));
    }
    hops
}
