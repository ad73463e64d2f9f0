//! The engine's finishes equal those of the plain twin.

use super::drawing::case;
use super::{differs, outcome};
use copperlight_core::simulation::{Flow, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_tests::cases;
use copperlight_tests::plain_flows::PlainCase;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// The share of flows that finish at the very picosecond of the twin, where links are not wider apart than [`WIDE`].
const PRECISELY: f64 = 0.98;

/// Rates are counted in units of the fastest link: those of one so many times slower are coarse.
const WIDE: f64 = 1e3;

/// What random cases have shown.
#[derive(Debug, Default)]
struct Tally {
    cases: AtomicU32,
    contended: AtomicU32,
    flows: AtomicU32,
    precise: AtomicU32,
}

static TALLY: Tally = Tally {
    cases: AtomicU32::new(0),
    contended: AtomicU32::new(0),
    flows: AtomicU32::new(0),
    precise: AtomicU32::new(0),
};

fn is_wide(plain: &PlainCase) -> bool {
    let capacities = plain.links.iter().map(|link| link.capacity.bytes_per_second());
    let widest = capacities.clone().fold(0.0, f64::max);
    capacities.fold(f64::INFINITY, f64::min) * WIDE < widest
}

fn equals_its_twin(plain: &PlainCase) -> Result<(), TestCaseError> {
    let outcome = outcome(plain);
    let expected = plain.solve();
    prop_assert_eq!(differs(plain, &outcome.finished, &expected), None);
    TALLY.cases.fetch_add(1, Ordering::Relaxed);
    TALLY.contended.fetch_add(u32::from(outcome.effort.solves > 0), Ordering::Relaxed);
    if !is_wide(plain) {
        let precise = outcome.finished.iter().zip(&expected).filter(|(found, expected)| found == expected);
        TALLY.flows.fetch_add(expected.len() as u32, Ordering::Relaxed);
        TALLY.precise.fetch_add(precise.count() as u32, Ordering::Relaxed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400)))]

    fn crowded_cases_equal_their_twin(plain in case(8, 30)) {
        equals_its_twin(&plain)?;
    }

    fn roomy_cases_equal_their_twin(plain in case(60, 60)) {
        equals_its_twin(&plain)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(100)))]

    fn large_cases_equal_their_twin(plain in case(100, 200)) {
        equals_its_twin(&plain)?;
    }
}

#[test]
fn the_engine_equals_its_plain_twin() {
    crowded_cases_equal_their_twin();
    roomy_cases_equal_their_twin();
    large_cases_equal_their_twin();
    let [cases, contended, flows, precise] = [&TALLY.cases, &TALLY.contended, &TALLY.flows, &TALLY.precise]
        .map(|count| count.load(Ordering::Relaxed));
    assert!(3 * contended >= cases, "flows had to share in only {contended} of {cases} cases");
    assert!(
        f64::from(precise) >= PRECISELY * f64::from(flows),
        "only {precise} of {flows} flows finish at the picosecond of the twin"
    );
}

fn flow(bytes: u64, start: u64, hops: &[usize]) -> Flow {
    Flow {
        bytes: Bytes::new(bytes),
        start: Time::from_picoseconds(start),
        hops: hops.iter().map(|&link| (link, 1.0)).collect(),
        rate_cap: None,
        after: Vec::new(),
    }
}

fn links(count: usize) -> Vec<FlowLink> {
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    vec![FlowLink { capacity, latency: Time::from_picoseconds(250_000) }; count]
}

#[test]
fn a_link_shared_by_thousands_equals_the_twin() {
    // Every flow has a port of its own and the last link in common; 40 sizes and 80 starts make batches and ties.
    let flows = (0..2_000_u64).map(|index| {
        let bytes = 10_000 + 997 * (index * 7_919 % 40);
        let mut flow = flow(bytes, 1_250_001 * (index * 104_729 % 80), &[index as usize, 2_000]);
        flow.rate_cap = (index % 5 == 0).then(|| Bandwidth::from_gigabytes_per_second(0.01));
        flow
    });
    let plain = PlainCase { links: links(2_001), flows: flows.collect() };
    let outcome = outcome(&plain);
    assert!(outcome.effort.solves > 0);
    assert_eq!(differs(&plain, &outcome.finished, &plain.solve()), None);
}

#[test]
fn equal_flows_into_one_port_finish_together() {
    // 5,000 x 1 MB at 50 GB/s: 100 ms, after two links of 250 ns.
    let flows = (0..5_000).map(|index| flow(1_000_000, 0, &[index, 5_000])).collect();
    let finished = outcome(&PlainCase { links: links(5_001), flows }).finished;
    assert_eq!(finished, vec![Time::from_picoseconds(500_000 + 100_000_000_000); 5_000]);
}

#[test]
fn a_flow_alone_on_its_links_needs_no_solver() {
    // Two rows of flows that follow one another over the same two links, and meet nobody.
    let mut flows: Vec<Flow> = (0..200).map(|index| flow(1_000, 0, &[index % 2, 2 + index % 2])).collect();
    for (index, flow) in flows.iter_mut().enumerate().skip(2) {
        flow.after = vec![index - 2];
    }
    let outcome = outcome(&PlainCase { links: links(4), flows });
    // Each takes two latencies and 20 ns.
    let expected = (0..200_u64).map(|index| Time::from_picoseconds((index / 2 + 1) * 520_000));
    assert_eq!(outcome.finished, expected.collect::<Vec<_>>());
    assert_eq!(outcome.effort.solves, 0);
}

/// An uneven all-to-all on a star: every rate depends on every other, and no two flows end together.
fn all_to_all() -> impl Strategy<Value = PlainCase> {
    (10..18_usize).prop_flat_map(|ranks| {
        let sizes = prop::collection::vec(1_000_000..30_000_000_u64, ranks * (ranks - 1));
        let capacities = prop::collection::vec(prop::sample::select(vec![900.0, 900.0, 450.0]), 2 * ranks);
        let starts = prop::collection::vec(0..20_000_000_u64, ranks);
        (Just(ranks), sizes, capacities, starts).prop_map(|(ranks, sizes, capacities, starts)| {
            let link = |gigabytes| FlowLink {
                capacity: Bandwidth::from_gigabytes_per_second(gigabytes),
                latency: Time::from_picoseconds(250_000),
            };
            let pairs =
                (0..ranks).flat_map(|from| (1..ranks).map(move |shift| (from, (from + shift) % ranks)));
            let flow = |((from, to), bytes): ((usize, usize), u64)| Flow {
                bytes: Bytes::new(bytes),
                start: Time::from_picoseconds(starts[from]),
                hops: vec![(from, 1.0), (ranks + to, 1.0)],
                rate_cap: None,
                after: Vec::new(),
            };
            PlainCase {
                links: capacities.into_iter().map(link).collect(),
                flows: pairs.zip(sizes).map(flow).collect(),
            }
        })
    })
}

static SWEEPS: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(40)))]

    fn coupled_cases_equal_their_twin(plain in all_to_all()) {
        let outcome = outcome(&plain);
        prop_assert_eq!(differs(&plain, &outcome.finished, &plain.solve()), None);
        SWEEPS.fetch_add(u32::from(outcome.effort.sweeps > 0), Ordering::Relaxed);
    }
}

#[test]
fn links_that_are_coupled_are_solved_as_one_and_right() {
    coupled_cases_equal_their_twin();
    assert!(2 * SWEEPS.load(Ordering::Relaxed) >= cases(40), "half of the cases and more are coupled");
}
