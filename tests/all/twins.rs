//! The closed forms are the twins of the simulation: alone on its links, a collective takes what is predicted.

use copperlight_core::ids::EndpointId;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Planner;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use copperlight_topologies::System;

/// The simulated time over the predicted one.
fn ratio(preset: &str, chips: usize, call: CollectiveCall) -> (Algorithm, f64) {
    let system = System::preset(preset).expect("the preset is in the catalog");
    let fabric = system.build(chips).expect("the system can be built");
    let transport = system.transport();
    let members: Vec<EndpointId> = (0..chips).map(EndpointId::new).collect();
    let plan = Planner::new(&fabric, &transport).plan(&members, &call).expect("all chips are joined");
    let chosen =
        CollectiveCall { algorithm: Some(plan.schedule.algorithm), protocol: Some(plan.protocol), ..call };
    let workload = SingleCollective::new(chips, chosen);
    let outcome = simulate(&fabric, &workload, &Options::new(transport), &mut Unobserved);
    let end = outcome.expect("a collective of all chips is sound").end;
    (plan.schedule.algorithm, end.seconds() / plan.prediction.total().seconds())
}

fn machines() -> Vec<(&'static str, usize)> {
    vec![
        ("hgx-h100", 8),
        ("hgx-h100", 64),
        ("gb200-nvl72", 72),
        ("gb200-nvl72", 144),
        ("cloudmatrix384", 384),
        ("mi300x", 8),
        ("ascend-910b", 16),
    ]
}

/// How far the simulated time may be from the closed form.
///
/// Steps that all ranks do alike: rounding. Pipelines: while they fill and empty, not all transfers of a step are there
/// (shorter), and transfers of unequal size do not share links as evenly as their sum (longer). Rings over unequal hops
/// and halving over unequal distances: the closed form takes every step at its worst.
fn allowed((preset, chips): (&str, usize), algorithm: Algorithm) -> (f64, f64) {
    let uneven = preset == "cloudmatrix384" || chips > 72 || (preset, chips) == ("ascend-910b", 16);
    match algorithm {
        Algorithm::Tree => (0.65, 1.06),
        Algorithm::NvlsTree => (0.9, 1.03),
        Algorithm::HalvingDoubling if chips > 8 && preset != "cloudmatrix384" => (0.99, 1.13),
        _ if uneven => (0.92, 1.0 + 1e-6),
        _ => (1.0 - 1e-6, 1.0 + 1e-6),
    }
}

#[test]
fn a_collective_alone_on_its_links_takes_what_is_predicted() {
    for (preset, chips) in machines() {
        for algorithm in Algorithm::ALL {
            for power in [10, 20, 30] {
                let call = CollectiveCall {
                    algorithm: Some(algorithm),
                    ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1 << power))
                };
                let (ran, ratio) = ratio(preset, chips, call);
                let (least, most) = allowed((preset, chips), ran);
                let name = ran.name();
                assert!(
                    (least..=most).contains(&ratio),
                    "{name} of 2^{power} B on {chips} {preset}: {ratio}"
                );
            }
        }
    }
}

#[test]
fn domains_of_unequal_size_are_bound_by_what_joins_them() {
    for (preset, chips) in [("gb200-nvl72", 145), ("hgx-h100", 9), ("mi300x", 63)] {
        for kind in [CollectiveKind::AllReduce, CollectiveKind::Broadcast] {
            // Of smaller ones the closed form takes each step of a chain between domains, where few are.
            for power in [25, 32] {
                let (ran, ratio) = ratio(preset, chips, CollectiveCall::auto(kind, Bytes::new(1 << power)));
                let name = ran.name();
                assert!((0.6..1.1).contains(&ratio), "{name} of 2^{power} B on {chips} {preset}: {ratio}");
            }
        }
    }
}
