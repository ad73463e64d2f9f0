//! Laws over random faults: folding stays exact, nothing crosses a failed link, more capacity is never slower.

use super::system;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, SimulationError, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};
use copperlight_tests::cases;
use copperlight_tests::transports::costly;
use copperlight_tests::workloads::{Step, Uniform};
use copperlight_topologies::System;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A small machine and what is wrong with it.
#[derive(Debug, Clone)]
struct Machine {
    preset: &'static str,
    keys: Vec<(&'static str, String)>,
    faults: Vec<(String, f64)>,
}

impl Machine {
    /// With the faults at other capacities.
    fn system(&self, capacity: impl Fn(f64) -> f64) -> System {
        let entry =
            |(target, share): &(String, f64)| format!("{{ {target}, capacity = {} }}", capacity(*share));
        let faults: Vec<String> = self.faults.iter().map(entry).collect();
        let faults = format!("[{}]", faults.join(", "));
        let mut keys: Vec<(&str, &str)> =
            self.keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
        keys.push(("degrade", &faults));
        system(self.preset, &keys)
    }
}

fn machine() -> impl Strategy<Value = Machine> {
    let preset =
        prop::sample::select(vec!["gb200-nvl72", "cloudmatrix384", "star", "torus", "full-mesh", "fat-tree"]);
    let shape = (preset, 1..4usize, 1..4usize, 1..5usize, 1..4usize);
    let share = prop_oneof![Just(0.0), Just(0.5), 0.05..1.0f64];
    let fault = (0..6u8, 0..64usize, share).prop_map(|(kind, number, share)| {
        let target = match kind {
            0 => format!("target = 'plane:{}'", number % 2),
            1 => format!("target = 'switches', count = 1, seed = {number}"),
            2 => format!("target = 'chip:{}'", number % 3),
            _ => format!("target = 'links', count = {}, seed = {number}", 1 + number % 3),
        };
        // A chip that is removed leaves its place to the next: here it only loses bandwidth.
        (target, if kind == 2 { share.max(0.1) } else { share })
    });
    (shape, prop::collection::vec(fault, 1..4)).prop_map(
        |((preset, nodes, per_node, planes, uplinks), faults)| {
            let mut keys = Vec::new();
            if ["gb200-nvl72", "cloudmatrix384"].contains(&preset) {
                let chips = (nodes * per_node).max(3).next_multiple_of(per_node);
                keys.push(("scale_up.chips", chips.to_string()));
                keys.push(("scale_up.chips_per_node", per_node.to_string()));
                keys.push(("scale_up.planes", (planes + 1).to_string()));
            }
            if preset == "cloudmatrix384" {
                keys.push(("scale_up.uplinks", uplinks.to_string()));
            }
            Machine { preset, keys, faults }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let algorithm = prop::sample::select(vec![Algorithm::Ring, Algorithm::Direct, Algorithm::Hierarchical]);
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let call = (kind, 0..200_000u64, algorithm).prop_map(|(kind, bytes, algorithm)| CollectiveCall {
        algorithm: Some(algorithm),
        ..CollectiveCall::auto(kind, Bytes::new(bytes))
    });
    prop_oneof![
        (0..5_000u64).prop_map(Step::Compute),
        (0..2usize, call.clone()).prop_map(|(communicator, call)| Step::Collective(communicator, call)),
        (0..2usize, call).prop_map(|(communicator, call)| Step::Background(communicator, call)),
        (0..100_000u64).prop_map(Step::Shift),
    ]
}

fn uniform() -> impl Strategy<Value = Uniform> {
    (1..5usize, 1..5usize, prop::collection::vec(step(), 1..4), 1..3usize)
        .prop_map(|(block, blocks, steps, repeat)| (block.max(2), blocks, steps, repeat))
        .prop_map(|(block, blocks, steps, repeat)| Uniform {
            ranks: block * blocks.max(2),
            block,
            slow: Vec::new(),
            steps,
            repeat,
        })
}

fn run(fabric: &Fabric, uniform: &Uniform, fold: bool) -> Option<Outcome> {
    let transport = if uniform.repeat == 1 { Transport::ideal() } else { costly() };
    let folded = Options::new(transport);
    let options = if fold { folded } else { folded.unfolded() };
    match simulate(fabric, &uniform.workload(), &options, &mut Unobserved) {
        Ok(outcome) => Some(outcome),
        Err(SimulationError::Routing(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

fn assert_nothing_on_failed_links(fabric: &Fabric, outcome: &Outcome) {
    for carried in &outcome.links {
        assert!(
            !fabric.has_failed(carried.link) || carried.weighted_bytes == 0,
            "a failed link carried bytes"
        );
    }
}

/// What a pair gets when it is alone, in bytes per second; `None` when nothing joins it.
fn rate(fabric: &Fabric, from: usize, to: usize) -> Option<f64> {
    let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).ok()?;
    let rate = |(link, weight): (usize, u64)| {
        fabric.links()[link].capacity.bytes_per_second() * fabric.weight_denominator() as f64 / weight as f64
    };
    let links = route.hops().iter().flat_map(|hop| hop.range().map(|link| (link, hop.weight)));
    links.map(rate).reduce(f64::min)
}

static RUN: AtomicU32 = AtomicU32::new(0);
static FOLDED: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(250)))]

    fn folding_is_exact_on_degraded_fabrics(machine in machine(), uniform in uniform()) {
        let Ok(fabric) = machine.system(|share| share).build(uniform.ranks) else { return Ok(()) };
        let Some(full) = run(&fabric, &uniform, false) else { return Ok(()) };
        let folded = run(&fabric, &uniform, true).expect("what runs in full runs folded");
        prop_assert_eq!(folded.end, full.end);
        prop_assert_eq!(folded.digest, full.digest);
        assert_nothing_on_failed_links(&fabric, &full);
        assert_nothing_on_failed_links(&fabric, &folded);
        RUN.fetch_add(1, Ordering::Relaxed);
        FOLDED.fetch_add(u32::from(folded.work.classes < full.work.classes), Ordering::Relaxed);
    }

    #[test]
    fn every_route_carries_a_unit_of_flow_over_healthy_links(machine in machine()) {
        let Ok(fabric) = machine.system(|share| share).build(7) else { return Ok(()) };
        let denominator = fabric.weight_denominator() as f64;
        for (from, to) in (0..7).flat_map(|from| (0..7).map(move |to| (from, to))).filter(|(a, b)| a != b) {
            let Ok(route) = fabric.route(EndpointId::new(from), EndpointId::new(to)) else { continue };
            let mut balance = vec![0_i128; fabric.endpoints() + fabric.switches()];
            for hop in route.hops() {
                for link in &fabric.links()[hop.range()] {
                    prop_assert!(link.capacity.bytes_per_second() > 0.0, "a route avoids failed links");
                    balance[link.from.index()] -= i128::from(hop.weight);
                    balance[link.to.index()] += i128::from(hop.weight);
                }
            }
            let (sent, received) = (-balance[from], balance[to]);
            prop_assert_eq!(sent, received);
            prop_assert!((sent as f64 / denominator - 1.0).abs() < 1e-9, "{} of {}", sent, denominator);
            balance[from] = 0;
            balance[to] = 0;
            prop_assert!(balance.iter().all(|&rest| rest == 0), "switches keep nothing");
            prop_assert!(route.latency() > Time::ZERO);
        }
    }

    #[test]
    fn more_capacity_is_never_slower_for_a_pair(machine in machine(), more in 1.0..3.0f64) {
        let worse = machine.system(|share| share).build(6);
        let better = machine.system(|share| (share * more).min(1.0)).build(6);
        let (Ok(worse), Ok(better)) = (worse, better) else { return Ok(()) };
        for (from, to) in (0..6).flat_map(|from| (0..6).map(move |to| (from, to))).filter(|(a, b)| a != b) {
            let Some(slow) = rate(&worse, from, to) else { continue };
            let fast = rate(&better, from, to).expect("what was joined stays joined");
            prop_assert!(fast >= slow * (1.0 - 1e-9), "{} -> {}: {} before, {} now", from, to, slow, fast);
        }
    }
}

#[test]
fn folding_on_degraded_fabrics_is_exact_and_happens() {
    folding_is_exact_on_degraded_fabrics();
    let (run, folded) = (RUN.load(Ordering::Relaxed), FOLDED.load(Ordering::Relaxed));
    assert!(run > 50 && folded * 5 > run, "{folded} of {run} cases folded");
}
