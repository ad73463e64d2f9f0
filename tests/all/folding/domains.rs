//! Uniform programs on domains wired by hand, and what a simulator remembers of other runs.

use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Simulator, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective, Workload};
use copperlight_tests::cases;
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;
use copperlight_tests::workloads::{Step, Uniform};
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

fn run(domains: &Domains, uniform: &Uniform, transport: Transport, fold: bool, replay: bool) -> Outcome {
    let options = Options { fold, replay, ..Options::new(transport) };
    let workload = uniform.workload();
    let outcome = simulate(&domains.build(), &workload, &options, &mut Unobserved);
    let outcome = outcome.expect("the workload fits the fabric");
    assert_eq!(outcome.stop, StopReason::Completed);
    let simulated: u32 = outcome.ranks.iter().map(|rank| rank.multiplicity).sum();
    assert_eq!(simulated as usize, workload.ranks(), "representatives stand for all ranks");
    outcome
}

fn call() -> impl Strategy<Value = CollectiveCall> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let algorithm = prop::option::of(prop::sample::select(vec![
        Algorithm::Ring,
        Algorithm::Direct,
        Algorithm::Hierarchical,
    ]));
    (kind, 0..200_000u64, algorithm).prop_map(|(kind, bytes, algorithm)| CollectiveCall {
        algorithm,
        ..CollectiveCall::auto(kind, Bytes::new(bytes))
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5_000u64).prop_map(Step::Compute),
        (0..2usize, call()).prop_map(|(communicator, call)| Step::Collective(communicator, call)),
        (0..2usize, call()).prop_map(|(communicator, call)| Step::Background(communicator, call)),
        (0..100_000u64).prop_map(Step::Shift),
    ]
}

/// Fabrics and workloads; half of them have a slow rank, a derated chip or a partial last domain.
fn case() -> impl Strategy<Value = (Domains, Uniform)> {
    let sizes = (1..5usize, 1..5usize, 1..6usize, prop::sample::select(vec![1usize, 2, 3, 7]));
    let traffic = (prop::collection::vec(step(), 1..5), 1..4usize);
    let defect = (prop::bool::ANY, 0..4u8, 0..100usize);
    (sizes, traffic, defect, 10.0..80.0f64).prop_map(|(sizes, (steps, repeat), defect, uplink)| {
        let (block, blocks, per_domain, planes) = sizes;
        let ranks = block * blocks;
        let (broken, which, place) = defect;
        let per_domain = if broken { per_domain } else { block };
        let derated = (broken && which == 0).then_some(place % ranks);
        let slow = match which {
            1 if broken => vec![place % ranks],
            2 if broken => vec![place % ranks, (3 * place + 1) % ranks, (place + 2) % ranks],
            _ => Vec::new(),
        };
        let domains = Domains { chips: ranks, per_domain, planes, link: 50.0, uplink, derated };
        (domains, Uniform { ranks, block, slow, steps, repeat })
    })
}

/// A collective by any algorithm at several sizes, from none to many chunks.
fn sizes_of_a_call() -> impl Strategy<Value = Vec<CollectiveCall>> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let algorithm = prop::option::of(prop::sample::select(Algorithm::ALL.to_vec()));
    let sizes = prop::collection::vec(0..32u32, 2..6);
    (kind, algorithm, sizes).prop_map(|(kind, algorithm, sizes)| {
        let size = |exponent| CollectiveCall {
            algorithm,
            ..CollectiveCall::auto(kind, Bytes::new((1u64 << exponent) - 1))
        };
        sizes.into_iter().map(size).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200)))]

    /// What a simulator remembers of other sizes, or of other algorithms, changes nothing.
    #[test]
    fn memories_change_nothing(
        (domains, uniform) in case(),
        calls in sizes_of_a_call(),
        others in sizes_of_a_call(),
        switches in prop::bool::ANY,
    ) {
        let transport = if switches { costly().with_ideal_switches() } else { costly() };
        let (fabric, options) = (domains.build(), Options::new(transport));
        let mut simulator = Simulator::new(&fabric, &options);
        for &call in calls.iter().chain(&others) {
            let workload = SingleCollective::new(domains.chips, call);
            let prepared = simulator.prepare(workload).expect("the workload fits the fabric");
            let remembered = simulator.clone().run(&prepared, &mut Unobserved);
            let fresh = simulate(&fabric, &workload, &options, &mut Unobserved);
            prop_assert_eq!(&remembered, &fresh);
            let in_full = simulate(&fabric, &workload, &options.unfolded(), &mut Unobserved);
            let digest = |outcome: &Outcome| (outcome.end, outcome.digest);
            prop_assert_eq!(remembered.as_ref().map(digest), in_full.as_ref().map(digest));
        }
        let workload = uniform.workload();
        let fresh = simulate(&fabric, &workload, &options, &mut Unobserved);
        let prepared = simulator.prepare(workload).expect("the workload fits the fabric");
        prop_assert_eq!(simulator.run(&prepared, &mut Unobserved), fresh);
    }
}

static CASES: AtomicU32 = AtomicU32::new(0);
static FOLDED: AtomicU32 = AtomicU32::new(0);
static STEPPED_AS_LANES: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(400)))]

    fn every_way_of_running_gives_the_same_outcome((domains, uniform) in case()) {
        let transport = if uniform.repeat == 1 { Transport::ideal() } else { costly() };
        let full = run(&domains, &uniform, transport, false, false);
        for (fold, replay) in [(true, true), (true, false), (false, true)] {
            let other = run(&domains, &uniform, transport, fold, replay);
            prop_assert_eq!(other.end, full.end, "fold {}, replay {}", fold, replay);
            prop_assert_eq!(other.digest, full.digest, "fold {}, replay {}", fold, replay);
            if fold && replay && uniform.ranks > 1 {
                CASES.fetch_add(1, Ordering::Relaxed);
                FOLDED.fetch_add(u32::from(other.work.classes < full.work.classes), Ordering::Relaxed);
                STEPPED_AS_LANES.fetch_add(u32::from(other.work.lanes > 0), Ordering::Relaxed);
            }
        }
    }
}

#[test]
fn folding_is_exact_and_happens() {
    every_way_of_running_gives_the_same_outcome();
    let (cases, folded) = (CASES.load(Ordering::Relaxed), FOLDED.load(Ordering::Relaxed));
    assert!(3 * folded >= cases, "{folded} of {cases} cases had fewer classes than ranks");
    let lanes = STEPPED_AS_LANES.load(Ordering::Relaxed);
    assert!(10 * lanes >= cases, "{lanes} of {cases} cases had rings that were stepped as lanes");
}

#[test]
fn a_collective_alone_on_its_links_is_simulated_once() {
    // 3 groups of 4 repeat one collective 5 times: 15 instances, one simulated, 14 from memory. A ring all-reduce
    // takes 6 steps of 4 flows and is stepped as lanes; in an all-to-all each of 4 sends to the 3 others at once.
    for (kind, algorithm, flows, lanes) in [
        (CollectiveKind::AllReduce, Algorithm::Ring, 0, 6 * 4),
        (CollectiveKind::AllToAll, Algorithm::Direct, 3 * 4, 0),
    ] {
        let call =
            CollectiveCall { algorithm: Some(algorithm), ..CollectiveCall::auto(kind, Bytes::new(4_000)) };
        let uniform = Uniform {
            ranks: 12,
            block: 4,
            slow: Vec::new(),
            steps: vec![Step::Collective(0, call), Step::Compute(10)],
            repeat: 5,
        };
        let outcome = run(&Domains::star(12, 50.0), &uniform, Transport::ideal(), false, true);
        assert_eq!(outcome.work.replayed, 14, "{}", kind.name());
        assert_eq!((outcome.work.flows, outcome.work.lanes), (flows, lanes), "{}", kind.name());
    }
}
