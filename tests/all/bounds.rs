//! What no simulation may beat: no collective ends before `shortest_time`, and no link carries more than its capacity
//! allows until the end. Random small systems of every family, healthy and degraded, under every transport.

use crate::machines::{JOINING, Machine, family, fault};
use copperlight_core::fabric::Fabric;
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, SimulationError, Unobserved, simulate};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, Protocol, SingleCollective,
};
use copperlight_tests::cases;
use copperlight_topologies::System;
use copperlight_topologies::analysis::{
    Analysis, bisection_by_maximum_flow, shortest_time, shortest_time_across_halves,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// The transports of the presets.
const TRANSPORTS: [&str; 7] = [
    "hccs-roce",
    "ici-dcn",
    "nvlink3-infiniband",
    "nvlink4-infiniband",
    "nvlink5-infiniband",
    "ub-roce",
    "xgmi-roce",
];

/// A machine and what it runs.
#[derive(Debug, Clone)]
struct Case {
    machine: Machine,
    transport: &'static str,
    /// Ranks that are left out at the end.
    idle: usize,
    call: CollectiveCall,
    fold: bool,
}

impl Case {
    /// `None` where the wiring to be read as a graph cannot be built.
    fn system(&self) -> Option<System> {
        let mut system = self.machine.system()?;
        system.set("transport", &self.transport.into()).expect("the transport is in the catalog");
        Some(system)
    }

    fn ranks(&self) -> usize {
        self.machine.chips.saturating_sub(self.idle).max(1)
    }

    /// `None` where the machine cannot be built or faults leave two chips without a route.
    fn run(&self) -> Option<(Fabric, Outcome)> {
        let system = self.system()?;
        let fabric = system.build(self.machine.chips).ok()?;
        let options = Options::new(system.transport());
        let options = if self.fold { options } else { options.unfolded() };
        let workload = SingleCollective::new(self.ranks(), self.call);
        match simulate(&fabric, &workload, &options, &mut Unobserved) {
            Ok(outcome) => Some((fabric, outcome)),
            Err(SimulationError::Routing(_)) => None,
            Err(error) => panic!("{error} in {self:?}"),
        }
    }
}

fn call() -> impl Strategy<Value = CollectiveCall> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let bytes = prop_oneof![0..5_000_u64, 0..50_000_000_u64];
    let algorithm = prop::option::of(prop::sample::select(Algorithm::ALL.to_vec()));
    let protocol = prop::option::of(prop::sample::select(Protocol::ALL.to_vec()));
    let experts = (1..9_u32, 1.0..3.0_f64);
    (kind, bytes, algorithm, protocol, experts).prop_map(|(kind, bytes, algorithm, protocol, experts)| {
        let experts = ExpertRouting::new(experts.0, experts.1);
        CollectiveCall { kind, bytes: Bytes::new(bytes), algorithm, protocol, experts }
    })
}

fn case() -> impl Strategy<Value = Case> {
    // Without software little hides a bound that is too high.
    let transport = prop_oneof![Just("ideal"), prop::sample::select(TRANSPORTS.to_vec())];
    let machine = (family(1..7), prop::sample::select(JOINING.to_vec()), 2..17_usize);
    let faults = prop_oneof![Just(Vec::new()), prop::collection::vec(fault(), 1..3)];
    let graph =
        prop_oneof![3 => Just(None), 1 => prop::sample::select(vec![Some("shortest"), Some("spray")])];
    (machine, faults, graph, (transport, 0..3_usize), call(), prop::bool::ANY).prop_map(
        |((family, joining, chips), faults, graph, (transport, idle), call, fold)| {
            let machine = Machine { family, joining: joining.to_owned(), faults, graph, chips };
            Case { machine, transport, idle, call, fold }
        },
    )
}

/// Whether a time reaches a bound, but for the rounding of each transfer to picoseconds and of shares to weights.
fn reaches(end: Time, bound_seconds: f64) -> bool {
    end.seconds() + 1e-9 >= bound_seconds * (1.0 - 1e-8)
}

/// How many cases ran, by family.
static RUN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(500)))]

    fn no_simulation_beats_its_bounds(case in case()) {
        let Some((fabric, outcome)) = case.run() else { return Ok(()) };
        let shortest = shortest_time(&fabric, case.call.kind, case.call.bytes, case.ranks());
        prop_assert!(reaches(outcome.end, shortest.seconds()), "{} before {}", outcome.end, shortest);
        if fabric.endpoints() == case.ranks() {
            let (rate, call) = (bisection_by_maximum_flow(&fabric), &case.call);
            let shortest = shortest_time_across_halves(rate, call.kind, call.bytes, case.ranks());
            prop_assert!(reaches(outcome.end, shortest.seconds()), "{} before {}", outcome.end, shortest);
        }
        for link in &outcome.links {
            let carried = link.weighted_bytes as f64 / fabric.weight_denominator() as f64;
            let least = carried / fabric.link(link.link).capacity.bytes_per_second();
            let name = fabric.link_name(link.link);
            prop_assert!(reaches(outcome.end, least), "{} B over {} in {}", carried, name, outcome.end);
        }
        let mut run = RUN.lock().expect("no case panics while it counts");
        *run.entry(case.machine.name().to_owned()).or_default() += 1;
    }
}

#[test]
fn no_simulation_beats_its_bounds_on_any_family() {
    no_simulation_beats_its_bounds();
    let run = RUN.lock().expect("no case panicked");
    assert!(run.len() == 7 && run.values().all(|&cases| cases >= 10), "too few cases ran: {run:?}");
}

fn ideal(family: &str, chips: usize, kind: CollectiveKind, algorithm: Algorithm) -> (Fabric, Outcome) {
    let machine =
        Machine { family: family.to_owned(), joining: String::new(), faults: Vec::new(), graph: None, chips };
    let case = Case {
        machine,
        transport: "ideal",
        idle: 0,
        call: CollectiveCall { algorithm: Some(algorithm), ..CollectiveCall::auto(kind, BYTES) },
        fold: true,
    };
    case.run().expect("the family is sound")
}

/// Divided by 2 to 8 without a rest.
const BYTES: Bytes = Bytes::new(840_000_000);

/// The time beyond the bound, in picoseconds.
fn beyond((fabric, outcome): &(Fabric, Outcome), kind: CollectiveKind) -> i128 {
    let shortest = shortest_time(fabric, kind, BYTES, fabric.endpoints());
    i128::from(outcome.end.picoseconds()) - i128::from(shortest.picoseconds())
}

#[test]
fn a_ring_on_a_star_reaches_the_bound_but_for_its_latencies() {
    for chips in 2..=8 {
        let star = format!("family = 'star'\nchips = {chips}");
        for (kind, rounds) in [
            (CollectiveKind::AllReduce, 2),
            (CollectiveKind::AllGather, 1),
            (CollectiveKind::ReduceScatter, 1),
        ] {
            // Each of the steps goes up and down: 2 x 500 ns; each may round by half a picosecond.
            let steps = rounds * (chips as i128 - 1);
            let beyond = beyond(&ideal(&star, chips, kind, Algorithm::Ring), kind);
            assert!((beyond - steps * 1_000_000).abs() <= steps, "{} over {chips}: {beyond} ps", kind.name());
        }
        let kind = CollectiveKind::AllToAll;
        let beyond = beyond(&ideal(&star, chips, kind, Algorithm::Direct), kind);
        assert!((beyond - 1_000_000).abs() <= 1, "all at once, one latency: {beyond} ps");
    }
}

#[test]
fn a_direct_exchange_on_a_mesh_reaches_the_bound_but_for_its_latencies() {
    let exchanges = [
        (CollectiveKind::AllReduce, Algorithm::TwoShot, 2),
        (CollectiveKind::AllToAll, Algorithm::Direct, 1),
    ];
    for (kind, algorithm, steps) in exchanges {
        let run = ideal("family = 'full-mesh'\nchips = 7", 7, kind, algorithm);
        let beyond = beyond(&run, kind);
        assert!((beyond - steps * 500_000).abs() <= steps, "{}: {beyond} ps", kind.name());
    }
}

#[test]
fn ideal_bandwidth_of_a_star_is_that_of_its_links() {
    let table = "family = 'star'\nlink_bandwidth = '10 GB/s'\nlink_latency = '500 ns'"
        .parse()
        .expect("the test writes TOML");
    let star = System::from_family(&table).expect("the star is sound");
    let analysis = Analysis::new(&star, 12).expect("a star of any size can be built");
    for rate in [analysis.ideal_all_reduce, analysis.ideal_all_to_all] {
        let rate = rate.expect("12 chips have one").gigabytes_per_second();
        assert!((rate - 10.0).abs() < 1e-6, "{rate}");
    }
    assert_eq!(analysis.domain_bisection.map(Bandwidth::gigabytes_per_second), Some(60.0));
}
