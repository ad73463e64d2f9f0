//! Laws of the flow engine, most of them to the picosecond.

use super::drawing::case;
use super::symmetric::symmetric;
use super::{differs, finishes, outcome};
use copperlight_core::rng::stream;
use copperlight_core::simulation::{Flow, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_tests::cases;
use copperlight_tests::plain_flows::PlainCase;
use proptest::prelude::*;
use rand::Rng;
use std::sync::atomic::{AtomicU32, Ordering};

/// The numbers up to `count` in an order that `seed` decides.
fn shuffled(count: usize, seed: u64, what: &str) -> Vec<usize> {
    let mut generator = stream(seed, what);
    let mut order: Vec<(u64, usize)> = (0..count).map(|index| (generator.next_u64(), index)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, index)| index).collect()
}

/// Where each number stands in an order.
fn places(order: &[usize]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, &index)| places[index] = place);
    places
}

/// The same case with its flows, its links and the hops of each route in other orders; and the order of the flows.
fn reordered(plain: &PlainCase, seed: u64) -> (PlainCase, Vec<usize>) {
    let links = shuffled(plain.links.len(), seed, "links");
    let flows = shuffled(plain.flows.len(), seed, "flows");
    let (link_places, flow_places) = (places(&links), places(&flows));
    let flow = |&index: &usize| {
        let flow = &plain.flows[index];
        let hops = shuffled(flow.hops.len(), seed, "hops").into_iter().map(|hop| flow.hops[hop]);
        Flow {
            hops: hops.map(|(link, weight)| (link_places[link], weight)).collect(),
            after: flow.after.iter().map(|&before| flow_places[before]).collect(),
            ..flow.clone()
        }
    };
    let links = links.iter().map(|&link| plain.links[link]).collect();
    (PlainCase { links, flows: flows.iter().map(flow).collect() }, flows)
}

/// Two cases side by side, the flows of the first at the front.
///
/// The engine counts rates in units of the fastest link, and weights in units that are finer as soon as one of them
/// is a fraction. The last flow carries nothing and pins the latter.
fn in_one_network(first: &PlainCase, second: &PlainCase) -> PlainCase {
    let (links, flows) = (first.links.len(), first.flows.len());
    let moved = second.flows.iter().map(|flow| Flow {
        hops: flow.hops.iter().map(|&(link, weight)| (links + link, weight)).collect(),
        after: flow.after.iter().map(|&before| flows + before).collect(),
        ..flow.clone()
    });
    let (bytes, start) = (Bytes::ZERO, Time::ZERO);
    let pin = Flow { bytes, start, hops: vec![(0, 0.5)], rate_cap: None, after: Vec::new() };
    PlainCase {
        links: first.links.iter().chain(&second.links).copied().collect(),
        flows: first.flows.iter().cloned().chain(moved).chain([pin]).collect(),
    }
}

/// All capacities, caps and sizes twice as large.
fn doubled(plain: &PlainCase) -> PlainCase {
    let link = |link: &FlowLink| FlowLink { capacity: link.capacity * 2.0, ..*link };
    let flow = |flow: &Flow| Flow {
        bytes: Bytes::new(flow.bytes.count() * 2),
        rate_cap: flow.rate_cap.map(|cap| cap * 2.0),
        ..flow.clone()
    };
    PlainCase { links: plain.links.iter().map(link).collect(), flows: plain.flows.iter().map(flow).collect() }
}

static SYMMETRIC: AtomicU32 = AtomicU32::new(0);
static CONTENDED: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    #[test]
    fn the_order_of_links_and_flows_means_nothing(plain in case(20, 40), seed in 0..u64::MAX) {
        let (other, order) = reordered(&plain, seed);
        let (found, expected) = (finishes(&other), finishes(&plain));
        let expected: Vec<Time> = order.iter().map(|&index| expected[index]).collect();
        prop_assert_eq!(found, expected);
    }

    fn copies_of_a_flow_finish_together(symmetric in symmetric()) {
        let plain = symmetric.build();
        let outcome = outcome(&plain);
        SYMMETRIC.fetch_add(1, Ordering::Relaxed);
        CONTENDED.fetch_add(u32::from(outcome.effort.solves > 0), Ordering::Relaxed);
        for (kind, copies) in outcome.finished.chunks(symmetric.copies).enumerate() {
            prop_assert!(copies.iter().all(|finish| *finish == copies[0]), "kind {}: {:?}", kind, copies);
        }
    }

    #[test]
    fn a_later_start_of_everything_is_a_later_finish(plain in case(20, 40), later in 1..1_u64 << 50) {
        let later = Time::from_picoseconds(later);
        let mut moved = plain.clone();
        moved.flows.iter_mut().for_each(|flow| flow.start += later);
        let expected: Vec<Time> = finishes(&plain).into_iter().map(|finish| finish + later).collect();
        prop_assert_eq!(finishes(&moved), expected);
    }

    #[test]
    fn strangers_change_nothing(first in case(12, 24), second in case(12, 24)) {
        let together = finishes(&in_one_network(&first, &second));
        let alone = |first: &PlainCase, second: &PlainCase| {
            let strangers = PlainCase { flows: Vec::new(), ..second.clone() };
            finishes(&in_one_network(first, &strangers))
        };
        let first_alone = alone(&first, &second);
        prop_assert_eq!(&together[..first.flows.len()], &first_alone[..first.flows.len()]);
        let swapped = finishes(&in_one_network(&second, &first));
        let second_alone = alone(&second, &first);
        prop_assert_eq!(&swapped[..second.flows.len()], &second_alone[..second.flows.len()]);
    }

    #[test]
    fn strange_links_change_next_to_nothing(first in case(12, 24), second in case(12, 24)) {
        let together = finishes(&in_one_network(&first, &second));
        prop_assert_eq!(differs(&first, &together, &finishes(&first)), None);
    }

    #[test]
    fn more_capacity_is_never_slower_for_a_flow_alone(plain in case(8, 1), wider in 0..8_usize, by in 1.0..10.0_f64) {
        let mut other = plain.clone();
        let wider = wider % plain.links.len();
        other.links[wider].capacity = other.links[wider].capacity * by;
        prop_assert!(finishes(&other) <= finishes(&plain));
    }

    #[test]
    fn twice_the_bytes_at_twice_the_rates_take_as_long(plain in case(20, 40)) {
        prop_assert_eq!(finishes(&doubled(&plain)), finishes(&plain));
    }
}

#[test]
fn a_symmetry_is_kept_to_the_picosecond() {
    copies_of_a_flow_finish_together();
    let (cases, contended) = (SYMMETRIC.load(Ordering::Relaxed), CONTENDED.load(Ordering::Relaxed));
    assert!(3 * contended >= cases, "flows had to share in only {contended} of {cases} cases");
}

#[test]
fn domains_that_change_places_keep_their_times() {
    // Two domains of 5 with one uplink each: within a domain ring traffic, between them each rank to its like.
    let link = |gigabytes: f64| FlowLink {
        capacity: Bandwidth::from_gigabytes_per_second(gigabytes),
        latency: Time::from_picoseconds(250_000),
    };
    // Links by domain: 5 up, 5 down, one out, one in.
    let mut links = vec![link(90.0); 24];
    for domain in [0, 12] {
        links[domain + 10] = link(70.0);
        links[domain + 11] = link(70.0);
    }
    let up = |domain: usize, rank: usize| (12 * domain + rank % 5, 1.0);
    let down = |domain: usize, rank: usize| (12 * domain + 5 + rank % 5, 1.0);
    let flow = |bytes: usize, hops: Vec<(usize, f64)>| Flow {
        bytes: Bytes::new(bytes as u64),
        start: Time::ZERO,
        hops,
        rate_cap: None,
        after: Vec::new(),
    };
    let mut flows = Vec::new();
    for rank in 0..5 {
        for domain in 0..2 {
            let other = 1 - domain;
            flows.push(flow(1_000_003 + 77 * rank, vec![up(domain, rank), down(domain, rank + 1)]));
            let (out, into) = ((12 * domain + 10, 1.0), (12 * other + 11, 1.0));
            flows.push(flow(300_007 * (rank + 1), vec![up(domain, rank), out, into, down(other, rank)]));
        }
    }
    let finished = finishes(&PlainCase { links, flows });
    for (index, pair) in finished.chunks(4).enumerate() {
        assert_eq!(pair[..2], pair[2..], "rank {index} of both domains");
    }
}
