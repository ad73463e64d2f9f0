//! What limits a step: shares that sum to it, the same folded or not, and that say what a faster resource would gain.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::PointResult;
use copperlight::run::{EngineOptions, RunOptions, run_scenario};
use std::collections::BTreeMap;

/// A small transformer; what it runs on is put before it.
const DENSE: &str = "[workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 16\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 4\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 8192\n\
     gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     [workload.parallelism]\ntensor = 2\npipeline = 2\ndata = 'auto'\n";

/// A small mixture of experts.
const EXPERTS: &str = "[workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 32\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 4\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 4096\n\
     gated = true\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     experts = 64\ntop_k = 4\nexpert_ffn = 1024\nshared_experts = 0\ndense_layers = 0\n\
     [workload.parallelism]\nexpert = 16\ndata = 'auto'\n";

/// Two nodes of eight, joined by their usual fabric.
const NODES: &str = "[[systems]]\nname = 'nodes'\npreset = 'hgx-h100'\nchips = 16\n";

/// One domain of copper.
const COPPER: &str = "[[systems]]\nname = 'copper'\npreset = 'gb200-nvl72'\nchips = 16\n";

/// Two domains of light, half filled.
const LIGHT: &str =
    "[[systems]]\nname = 'light'\npreset = 'cloudmatrix384'\nchips = 16\nchips_per_domain = 8\n";

/// What is raised by one per cent: the resource, the key, its value and unit.
type Rate = (&'static str, &'static str, f64, &'static str);

const COMPUTE: (&str, &str) = ("compute", "systems.chip.peak_bf16");
const MEMORY: (&str, &str) = ("memory_bandwidth", "systems.chip.hbm_bandwidth");
const INSIDE: (&str, &str) = ("link:scale-up", "systems.scale_up.link_bandwidth");
const OUTSIDE: (&str, &str) = ("link:scale-out", "systems.scale_out.bandwidth_per_chip");

const fn rate((resource, key): (&'static str, &'static str), value: f64, unit: &'static str) -> Rate {
    (resource, key, value, unit)
}

const OF_NODES: &[Rate] = &[
    rate(COMPUTE, 989.5, "TFLOP/s"),
    rate(MEMORY, 3.35, "TB/s"),
    rate(INSIDE, 25.0, "GB/s"),
    rate(OUTSIDE, 50.0, "GB/s"),
];
const OF_COPPER: &[Rate] =
    &[rate(COMPUTE, 2500.0, "TFLOP/s"), rate(MEMORY, 8.0, "TB/s"), rate(INSIDE, 50.0, "GB/s")];
const OF_LIGHT: &[Rate] = &[
    rate(COMPUTE, 752.0, "TFLOP/s"),
    rate(MEMORY, 3.2, "TB/s"),
    rate(INSIDE, 28.0, "GB/s"),
    rate(OUTSIDE, 25.0, "GB/s"),
];

/// A job on a machine with a plan.
#[derive(Debug, Clone, Copy)]
struct Job {
    machine: &'static str,
    rates: &'static [Rate],
    model: &'static str,
    plan: &'static [&'static str],
}

/// Jobs that wait for different resources.
const JOBS: [Job; 8] = [
    Job { machine: NODES, rates: OF_NODES, model: DENSE, plan: &[] },
    Job {
        machine: NODES,
        rates: OF_NODES,
        model: DENSE,
        plan: &["tensor=8", "pipeline=1", "sequence_parallel=true"],
    },
    Job { machine: NODES, rates: OF_NODES, model: DENSE, plan: &["tensor=1", "pipeline=1"] },
    Job { machine: NODES, rates: OF_NODES, model: DENSE, plan: &["tensor=1", "pipeline=4"] },
    Job {
        machine: COPPER,
        rates: OF_COPPER,
        model: DENSE,
        plan: &["tensor=8", "pipeline=2", "sequence_parallel=true"],
    },
    Job { machine: LIGHT, rates: OF_LIGHT, model: DENSE, plan: &["tensor=8", "pipeline=1"] },
    Job { machine: NODES, rates: OF_NODES, model: EXPERTS, plan: &[] },
    Job { machine: COPPER, rates: OF_COPPER, model: EXPERTS, plan: &[] },
];

impl Job {
    fn scenario(&self, raised: Option<&str>) -> Scenario {
        let plan = self.plan.iter().map(|setting| format!("workload.parallelism.{setting}"));
        let rate = |(resource, key, value, unit): &Rate| {
            let factor = if raised == Some(resource) { 1.01 } else { 1.0 };
            format!("{key}={} {unit}", value * factor)
        };
        let settings: Vec<String> = plan.chain(self.rates.iter().map(rate)).collect();
        let text = format!("scenario.name = 'small'\n{}{}", self.machine, self.model);
        check(SourceText::new("test", text), &settings).unwrap_or_else(|errors| panic!("{errors}"))
    }
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
    for job in JOBS {
        let scenario = job.scenario(None);
        let [folded, unfolded] = [true, false].map(|fold| point(&scenario, fold));
        let sum: f64 = limits(&folded).values().sum();
        assert!((sum - 1.0).abs() < 1e-12, "{job:?}: {sum}");
        assert_eq!(limits(&folded), limits(&unfolded), "{job:?}");
    }
}

/// A resource that is one per cent faster shortens the step by its share of one per cent, to a fifth of that; half a
/// hundredth of the raise is left to what moves from one resource to another.
#[test]
fn a_faster_resource_gains_its_share() {
    for job in JOBS {
        let before = point(&job.scenario(None), true);
        for &(resource, ..) in job.rates {
            let after = point(&job.scenario(Some(resource)), true);
            let share = limits(&before).get(resource).copied().unwrap_or(0.0);
            let gain = (step(&before) / step(&after) - 1.0) / 0.01;
            let allowed = 0.2 * share + 0.005;
            assert!(
                (gain - share).abs() < allowed,
                "{job:?}, {resource}: a share of {share}, a gain of {gain}"
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
