//! What limits a step: shares that sum to it, the same folded or not, and that say what a faster resource would gain.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::PointResult;
use copperlight::run::{EngineOptions, RunOptions, run_scenario};
use std::collections::BTreeMap;

/// A small transformer on 16 H100s in two nodes, with every rate that is raised written out.
const DENSE: &str = "scenario.name = 'dense'\n\
     [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 16\n\
     [workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 16\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 4\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 8192\n\
     gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     [workload.parallelism]\ntensor = 2\npipeline = 2\ndata = 'auto'\n";

/// What is raised by one per cent: the resource, the key, its value and unit.
const RATES: [(&str, &str, f64, &str); 4] = [
    ("compute", "systems.chip.peak_bf16", 989.5, "TFLOP/s"),
    ("memory_bandwidth", "systems.chip.hbm_bandwidth", 3.35, "TB/s"),
    ("link:scale-up", "systems.scale_up.link_bandwidth", 25.0, "GB/s"),
    ("link:scale-out", "systems.scale_out.bandwidth_per_chip", 50.0, "GB/s"),
];

/// Plans on which different resources matter.
const PLANS: [&[&str]; 4] = [
    &[],
    &["tensor=8", "pipeline=1", "sequence_parallel=true"],
    &["tensor=1", "pipeline=1"],
    &["tensor=1", "pipeline=4"],
];

fn scenario(plan: &[&str], raised: Option<&str>) -> Scenario {
    let plan = plan.iter().map(|setting| format!("workload.parallelism.{setting}"));
    let rate = |(resource, key, value, unit): &(&str, &str, f64, &str)| {
        let factor = if raised == Some(resource) { 1.01 } else { 1.0 };
        format!("{key}={} {unit}", value * factor)
    };
    let settings: Vec<String> = plan.chain(RATES.iter().map(rate)).collect();
    check(SourceText::new("test", DENSE), &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn point(scenario: &Scenario, fold: bool) -> PointResult {
    let engine = EngineOptions { fold, ..EngineOptions::default() };
    let options = RunOptions { engine, ..RunOptions::default() };
    let report = run_scenario(scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    report.results.results.into_iter().next().expect("the scenario has a point")
}

fn limits(point: &PointResult) -> &BTreeMap<String, f64> {
    point.limited_by.as_ref().expect("a simulated step says what limits it")
}

fn step(point: &PointResult) -> f64 {
    point.step_time_s.expect("the point fits")
}

#[test]
fn shares_sum_to_the_step_and_are_the_same_unfolded() {
    for plan in PLANS {
        let scenario = scenario(plan, None);
        let [folded, unfolded] = [true, false].map(|fold| point(&scenario, fold));
        let sum: f64 = limits(&folded).values().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{plan:?}: {sum}");
        assert_eq!(limits(&folded), limits(&unfolded), "{plan:?}");
    }
}

/// A resource that is one per cent faster shortens the step by its share of one per cent, to a fifth of that; half a
/// hundredth of the raise is left to what moves from one resource to another.
#[test]
fn a_faster_resource_gains_its_share() {
    for plan in PLANS {
        let before = point(&scenario(plan, None), true);
        for (resource, ..) in RATES {
            let after = point(&scenario(plan, Some(resource)), true);
            let share = limits(&before).get(resource).copied().unwrap_or(0.0);
            let gain = (step(&before) / step(&after) - 1.0) / 0.01;
            let allowed = 0.2 * share + 0.005;
            assert!(
                (gain - share).abs() < allowed,
                "{plan:?}, {resource}: a share of {share}, a gain of {gain}"
            );
        }
    }
}

#[test]
fn a_collective_is_limited_by_what_its_closed_form_says() {
    let text = "scenario.name = 'one'\n\
         [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 16\n\
         [workload]\nkind = 'collective'\noperation = 'all-reduce'\nsize = '1 GiB'\nalgorithm = 'ring'\n";
    let limits_at = |size: &str| {
        let settings = [format!("workload.size={size}")];
        let scenario =
            check(SourceText::new("test", text), &settings).unwrap_or_else(|errors| panic!("{errors}"));
        limits(&point(&scenario, true)).clone()
    };
    let (large, small) = (limits_at("1 GiB"), limits_at("8 B"));
    let wires = |limits: &BTreeMap<String, f64>| -> f64 {
        limits.iter().filter(|(key, _)| key.starts_with("link:")).map(|(_, share)| share).sum()
    };
    assert!(wires(&large) > 0.8, "{large:?}");
    assert!(wires(&small) < 0.01, "{small:?}");
    assert!((small.values().sum::<f64>() - 1.0).abs() < 1e-12, "{small:?}");
}
