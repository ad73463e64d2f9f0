//! Scenarios of the library and a training step, folded and with `--no-fold`: equal results, different work.

use super::library_sizes::SMALLER;
use crate::library::fits_pages;
use copperlight::file::{Scenario, SourceText, check, library_scenario_names, load};
use copperlight::report::{PointResult, ScenarioReport};
use copperlight::run::{EngineOptions, RunOptions, run_scenario};

fn run(scenario: &Scenario, fold: bool) -> ScenarioReport {
    let engine = EngineOptions { fold, ..EngineOptions::default() };
    let options = RunOptions { engine, ..RunOptions::default() };
    run_scenario(scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// Results are equal but for two: a mean over ranks is summed over classes or over ranks, and where a collective is
/// replayed its bytes are spread evenly over its duration, which moves peaks.
fn assert_same_point(folded: &PointResult, full: &PointResult) {
    let name = format!("{} on {} chips", full.system, full.chips);
    let close = |found: f64, expected: f64, tolerance: f64| (found - expected).abs() <= tolerance * expected;
    match (folded.communication_share, full.communication_share) {
        (Some(found), Some(expected)) => {
            assert!(close(found, expected, 1e-12), "{name}: {found}, not {expected}");
        }
        (found, expected) => assert_eq!(found, expected, "{name}"),
    }
    let tiers = folded.link_utilization.iter().flatten().zip(full.link_utilization.iter().flatten());
    for ((tier, found), (_, expected)) in tiers {
        assert!(close(found.mean, expected.mean, 1e-9), "{name}, {tier}: {found:?}, not {expected:?}");
        assert!(close(found.peak, expected.peak, 0.05), "{name}, {tier}: {found:?}, not {expected:?}");
    }
    let with_those_of_full = PointResult {
        communication_share: full.communication_share,
        link_utilization: full.link_utilization.clone(),
        ..folded.clone()
    };
    assert_eq!(&with_those_of_full, full);
}

#[test]
fn every_scenario_of_the_library_is_the_same_folded_and_in_full() {
    for name in library_scenario_names() {
        let known = SMALLER.iter().find(|smaller| smaller.0 == name);
        let (_, settings) =
            known.unwrap_or_else(|| panic!("say how `{name}` becomes small enough to run in full"));
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let scenario = load(name, &settings).unwrap_or_else(|errors| panic!("{errors}"));
        let [folded, full] = [true, false].map(|fold| run(&scenario, fold));
        fits_pages(name, &folded);
        let [of_folded, of_full] = [&folded, &full].map(|report| &report.results);
        assert_eq!(of_folded.results.len(), of_full.results.len(), "{name}");
        for (point, in_full) in of_folded.results.iter().zip(&of_full.results) {
            assert_same_point(point, in_full);
        }
        assert_eq!(of_folded.digest, of_full.digest, "{name}");
        assert_eq!(folded.busbw, full.busbw, "{name}");
        let [work, work_in_full] = [of_folded.work, of_full.work];
        assert!(work.classes < work_in_full.classes, "{name}: {work:?}, in full {work_in_full:?}");
        assert!(work.events < work_in_full.events, "{name}: {work:?}, in full {work_in_full:?}");
        assert_eq!((work_in_full.replayed, work_in_full.lanes), (0, 0), "{name}: every flow is an event");
    }
}

/// 18 replicas of a job of 4 x 5 chips: tensor-parallel groups in a domain of 72, pipelines and replicas across.
const SMALL_TRAINING: &str = r#"
[scenario]
name = "small"

[[systems]]
name = "NVL72"
preset = "gb200-nvl72"
chips = 360

[workload]
kind = "training"
sequence_length = 2048
global_batch = 180

[workload.model]
layers = 5
hidden = 4096
heads = 32
kv_heads = 8
ffn = 14336
vocab = 128256

[workload.parallelism]
tensor = 4
pipeline = 5
sequence_parallel = true
"#;

#[test]
fn a_training_step_is_the_same_folded_and_in_full() {
    let scenario = check(SourceText::new("small.toml", SMALL_TRAINING), &[]);
    let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
    let work = [true, false].map(|fold| {
        let results = run(&scenario, fold).results;
        assert_eq!(results.digest, "f7e7658533ace655897cba2ae0714ecb", "fold {fold}");
        assert_eq!(results.results[0].step_time_s, Some(0.058734304868), "fold {fold}");
        results.work
    });
    assert!(work[0].flows < work[1].flows, "folding leaves flows out");
}
