//! Folding is exact for every pattern on fabrics with and without defects, and the outcome is that of the plain twin.

use copperlight::traffic::{HotSpot, Incast, Pattern, Permutation, TrafficSpec, Uniform};
use copperlight_core::outcome::StopReason;
use copperlight_core::simulation::{Flow, FlowLink, Options};
use copperlight_core::traffic::{TrafficOutcome, simulate_traffic};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_tests::cases;
use copperlight_tests::fabrics::Domains;
use copperlight_tests::plain_flows::PlainCase;
use copperlight_tests::transports::costly;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every kind of pattern among so many chips, at least 3.
fn pattern(chips: usize) -> impl Strategy<Value = Pattern> {
    let permutation = prop::option::of(1..chips).prop_map(|shift| Permutation { shift });
    let incast = (0..chips, prop::option::of(1..chips));
    let uniform = prop::option::of(1..chips).prop_map(|flows_per_chip| Uniform { flows_per_chip });
    let hot_spot = (0..=10_u32, 1..chips - 1, prop::bool::ANY);
    prop_oneof![
        permutation.prop_map(Pattern::Permutation),
        incast.prop_map(|(target, senders)| Pattern::Incast(Incast { target, senders })),
        uniform.prop_map(Pattern::Uniform),
        hot_spot.prop_map(move |(tenths, hot_chips, all)| {
            let flows_per_chip = (!all).then_some((chips - 1 - hot_chips).min(2));
            Pattern::HotSpot(HotSpot { hot_share: f64::from(tenths) / 10.0, hot_chips, flows_per_chip })
        }),
    ]
}

/// Fabrics, half of them with a partial domain or a derated chip, and traffic over all of their chips.
fn case() -> impl Strategy<Value = (Domains, TrafficSpec)> {
    let sizes = (2..6_usize, 1..5_usize, prop::sample::select(vec![1_usize, 2, 3, 7]));
    let defect = (prop::bool::ANY, prop::bool::ANY, 0..100_usize);
    let domains =
        (sizes, defect, 10.0..80.0_f64).prop_map(|((per_domain, domains, planes), defect, uplink)| {
            let (broken, derates, place) = defect;
            let chips = (per_domain * domains).max(3) + usize::from(broken && !derates);
            let derated = (broken && derates).then_some(place % chips);
            Domains { chips, per_domain, planes, link: 50.0, uplink, derated }
        });
    domains.prop_flat_map(|domains| {
        let spec = (pattern(domains.chips), 1..200_000_u64, 0..4_u64);
        let spec = spec.prop_map(|(pattern, bytes, seed)| TrafficSpec {
            pattern,
            size: Bytes::new(bytes),
            seed: Some(seed),
        });
        (Just(domains), spec)
    })
}

fn run(domains: &Domains, spec: &TrafficSpec, options: &Options) -> TrafficOutcome {
    let ran = simulate_traffic(&domains.build(), &spec.traffic(domains.chips), options);
    let ran = ran.expect("chips reach one another");
    assert_eq!(ran.outcome.stop, StopReason::Completed);
    ran
}

static CASES: AtomicU32 = AtomicU32::new(0);
static FOLDED: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    fn folded_equals_unfolded((domains, spec) in case()) {
        for transport in [Transport::ideal(), costly()] {
            let folded = run(&domains, &spec, &Options::new(transport));
            let full = run(&domains, &spec, &Options::new(transport).unfolded());
            prop_assert_eq!(&folded.finished, &full.finished);
            prop_assert_eq!(folded.outcome.digest, full.outcome.digest);
            prop_assert_eq!(&folded.outcome.ranks, &full.outcome.ranks);
            CASES.fetch_add(1, Ordering::Relaxed);
            let is_folded = folded.outcome.work.classes < full.outcome.work.classes;
            FOLDED.fetch_add(u32::from(is_folded), Ordering::Relaxed);
        }
    }

    #[test]
    fn every_flow_ends_when_the_plain_twin_says((domains, spec) in case()) {
        let fabric = domains.build();
        let traffic = spec.traffic(domains.chips);
        let links = fabric.links().iter().map(|link| FlowLink { capacity: link.capacity, latency: link.latency });
        let flows = traffic.messages.iter().map(|message| {
            let [from, to] = message.endpoints();
            let route = fabric.route(from, to).expect("chips reach one another");
            let weight = |weight: u64| weight as f64 / fabric.weight_denominator() as f64;
            let hops = route.hops().iter().flat_map(|hop| hop.range().map(move |link| (link, weight(hop.weight))));
            // The latency of a spray is that of one way, so it is waited for before the start.
            Flow { bytes: message.bytes, start: route.latency(), hops: hops.collect(), rate_cap: None, after: Vec::new() }
        });
        let links = links.map(|link| FlowLink { latency: Default::default(), ..link }).collect();
        let expected = PlainCase { links, flows: flows.collect() }.solve();
        let finished = run(&domains, &spec, &Options::new(Transport::ideal())).finished;
        for (time, expected) in finished.iter().zip(&expected) {
            let off = time.picoseconds().abs_diff(expected.picoseconds());
            prop_assert!(off <= 2.max(expected.picoseconds() / 1_000_000_000), "{} for {}", time, expected);
        }
    }
}

#[test]
fn folding_is_exact_and_happens() {
    folded_equals_unfolded();
    let (cases, folded) = (CASES.load(Ordering::Relaxed), FOLDED.load(Ordering::Relaxed));
    assert!(3 * folded >= cases, "{folded} of {cases} cases had fewer classes than flows");
}

#[test]
fn flows_of_several_domains_fold_by_what_they_cross() {
    // 4 domains of 3 chips: 12 x 2 flows stay inside, 12 x 9 leave. Every chip has the same of both.
    let domains = Domains { chips: 12, per_domain: 3, planes: 3, link: 50.0, uplink: 60.0, derated: None };
    let pattern = Pattern::Uniform(Uniform { flows_per_chip: None });
    let spec = TrafficSpec { pattern, size: Bytes::new(1_000), seed: None };
    let ran = run(&domains, &spec, &Options::new(Transport::ideal()));
    assert_eq!((ran.finished.len(), ran.outcome.work.classes), (12 * 11, 2));
}
