//! Explanations hold against the numbers that they explain.

use crate::file::{Scenario, SourceText, check};
use crate::report::{
    ExplainedPart, PointExplanation, PointResult, ScenarioResults, StepExplanation, step_explanation_text,
};
use crate::run::{EngineOptions, RunOptions, explain, run_point, run_scenario};
use std::path::Path;
use std::{env, fs};

const FOUNDING: &str = include_str!("../../../../library/scenarios/nvl72-vs-cm384.toml");

const SMALL: &str = "scenario.name = 'small'\n\
     [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 16\n\
     [workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 32\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 8\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 8192\n\
     gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     [workload.parallelism]\ntensor = 2\npipeline = 2\ndata = 'auto'\n";

const COLLECTIVE: &str = "scenario.name = 'small'\n\
     [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 8\n\
     [workload]\nkind = 'collective'\noperation = 'all-reduce'\nsize = '64 MiB'\n";

const INCAST: &str = "scenario.name = 'small'\n\
     [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 8\n\
     [workload]\nkind = 'traffic'\npattern = 'incast'\nsize = '64 MiB'\n";

fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    check(SourceText::new("test", text), &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn explained(scenario: &Scenario) -> ScenarioResults {
    let options = RunOptions::default();
    let mut results = run_scenario(scenario, &options, &|_| {}).expect("the scenario runs").results;
    explain(scenario, &mut results, &options).expect("what runs can be explained");
    results
}

fn step(point: &PointResult) -> &StepExplanation {
    match point.explain.as_deref() {
        Some(PointExplanation::Step(step)) => step,
        other => panic!("a step is explained, not {other:?}"),
    }
}

/// Parts sum to what they are parts of, all the way down.
fn sums(name: &str, whole: f64, parts: &[ExplainedPart]) {
    if parts.is_empty() {
        return;
    }
    let sum: f64 = parts.iter().map(|part| part.value).sum();
    assert!((sum / whole - 1.0).abs() < 1e-6, "parts of {name} sum to {sum}, not {whole}: {parts:?}");
    parts.iter().for_each(|part| sums(&part.name, part.value, &part.parts));
}

#[test]
fn parts_sum_to_the_numbers_that_they_explain() {
    for settings in [
        &[][..],
        &["workload.parallelism.tensor=8", "workload.parallelism.sequence_parallel=true"],
        &["workload.recipe.attention=unfused", "workload.parallelism.recompute=full"],
        &["systems.preset=cloudmatrix384"],
    ] {
        let results = explained(&scenario(SMALL, settings));
        let point = &results.results[0];
        for headline in &step(point).headlines {
            sums(&headline.metric, headline.value, &headline.parts);
        }
        let value = |metric: &str| {
            step(point)
                .headlines
                .iter()
                .find(|headline| headline.metric == metric)
                .map(|headline| headline.value)
        };
        assert_eq!(value("step_time_s"), point.step_time_s);
        assert_eq!(value("mfu"), point.mfu);
        assert_eq!(value("energy_j_per_token"), point.energy_j_per_token);
        assert_eq!(value("memory_gb"), point.memory_needed_gb());
        assert!(step(point).headlines[0].parts[0].parts.iter().all(|part| part.value > 0.0), "{point:?}");
    }
}

/// Rates divide a step and times are parts of it: whatever makes all of them twice as fast halves the step.
fn sum_of_elasticities(step: &StepExplanation) -> f64 {
    let sign = |unit: &str| match unit {
        unit if unit.contains("/s") => -1.0,
        "s" | "ms" | "us" | "ns" | "ps" => 1.0,
        _ => 0.0,
    };
    step.rests_on.iter().map(|value| sign(&value.unit) * value.elasticity).sum()
}

#[test]
fn elasticities_of_rates_and_times_sum_to_one() {
    let alone = ["systems.chips=1", "workload.parallelism={}", "workload.global_batch=4"];
    for settings in [&alone[..], &[]] {
        let results = explained(&scenario(SMALL, settings));
        let sum = sum_of_elasticities(step(&results.results[0]));
        assert!((sum - 1.0).abs() < 0.01, "{settings:?}: {sum}");
    }
}

#[test]
fn a_value_moves_the_simulated_step_as_much_as_is_said() {
    let scenario = scenario(SMALL, &[]);
    let results = explained(&scenario);
    let (point, step) = (&scenario.point(0).expect("the point is legal"), step(&results.results[0]));
    for value in step.rests_on.iter().take(3) {
        let system =
            point.system.at_value(&value.key, value.value * 1.05).expect("a larger value is possible");
        let moved = crate::file::Point { system, ..point.clone() };
        let (moved, _) = run_point(&moved, EngineOptions::default()).expect("it runs");
        let seconds = [&moved, &results.results[0]].map(|result| result.step_time_s.expect("the plan fits"));
        let elasticity = (seconds[0] / seconds[1]).ln() / 1.05_f64.ln();
        assert!(
            (elasticity - value.elasticity).abs() < 0.1 * value.elasticity.abs(),
            "{elasticity}: {value:?}"
        );
    }
}

#[test]
fn exchanges_are_those_of_the_plan() {
    let results = explained(&scenario(SMALL, &[]));
    let exchanges = &step(&results.results[0]).exchanges;
    let of = |entry: &str| exchanges.iter().find(|exchange| exchange.entry == entry);
    // 2,048 tokens of 2,048 numbers of two bytes, summed over two chips; 4 replicas of 2 x 2 chips.
    let tensor = of("tensor").expect("two chips share every layer");
    assert_eq!((tensor.operation.as_str(), tensor.group, tensor.bytes), ("all-reduce", 2, 2 * 2048 * 2048));
    // 8 micro-batches through 4 layers of a stage, two sums forward and two backward in each; and one at the embedding of
    // the first stage forward, one at the head of the last backward.
    assert_eq!(tensor.times, 8.0 * (4.0 * 4.0 + 1.0));
    assert_eq!(of("pipeline").map(|send| send.operation.as_str()), Some("send"));
    assert_eq!(of("data").map(|exchange| exchange.group), Some(4));
    for exchange in exchanges {
        let terms: f64 = exchange.terms_us.named().iter().map(|(_, term)| term).sum();
        assert!((terms - exchange.each_us).abs() < 1e-6 * terms, "{exchange:?}");
    }
}

#[test]
fn memory_of_what_does_not_fit_is_explained() {
    let large = ["workload.model=gpt-1t", "workload.parallelism.zero=0"];
    let results = explained(&scenario(SMALL, &large));
    let point = &results.results[0];
    assert!(!point.fits && step(point).rests_on.is_empty());
    assert_eq!(step(point).headlines.len(), 1);
    assert!(
        step(point).headlines[0].because.as_deref().is_some_and(|why| why.contains("so it does not fit"))
    );
}

#[test]
fn collectives_and_traffic_are_explained_and_read_back() {
    for text in [COLLECTIVE, INCAST, SMALL] {
        let results = explained(&scenario(text, &[]));
        let json = serde_json::to_string(&results).expect("results are JSON");
        let read: ScenarioResults = serde_json::from_str(&json).expect("what was written reads back");
        assert!(read.results[0].explain.is_some(), "{json}");
        assert_eq!(read.results[0].explain, results.results[0].explain);
    }
}

/// Compares a text with a file beside this one; with `UPDATE_EXPECTED` set it is written instead.
fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/run/explain/tests/expected").join(name);
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, text).expect("the expected text can be written");
    }
    assert_eq!(text, fs::read_to_string(&path).expect("the expected text is there"));
}

/// The founding scenario with two replicas on either machine.
const FEW: [&str; 3] = ["sweep=[]", "systems.chips=256", "workload.global_batch=128"];

#[test]
fn the_founding_scenario_is_explained_in_80_columns() {
    for (name, text) in [("founding.txt", FOUNDING), ("collective.txt", COLLECTIVE), ("incast.txt", INCAST)] {
        let settings = if text == FOUNDING { &FEW[..] } else { &[] };
        let mut out = Vec::new();
        let results = explained(&scenario(text, settings));
        step_explanation_text::write_text(&mut out, &results).expect("a vector takes every byte");
        let said = String::from_utf8(out).expect("explanations are UTF-8");
        let widest = said.lines().map(|line| line.chars().count()).max();
        // A source without spaces may stand out.
        assert!(widest <= Some(100), "{said}");
        compare(name, &said);
    }
}

#[test]
fn markdown_has_a_list_for_each_point() {
    let mut out = Vec::new();
    let results = explained(&scenario(INCAST, &[]));
    step_explanation_text::write_markdown(&mut out, &results).expect("a vector takes every byte");
    compare("incast.md", &String::from_utf8(out).expect("explanations are UTF-8"));
}
