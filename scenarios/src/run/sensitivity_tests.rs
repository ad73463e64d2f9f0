//! Ranges of the catalog, simulated.

use super::{EngineOptions, RunError, RunOptions, SensitivityOptions, run_scenario, sensitivity};
use crate::file::{Scenario, SourceText, check};
use crate::report::{SensitivityPoint, SensitivityReport, SensitivityValue};
use copperlight_core::engine::Limits;
use copperlight_core::units::Time;

const COLLECTIVE: &str = "scenario.name = 'ranges'\n\
     workload = { kind = 'collective', operation = 'all-reduce', size = '64 MB', algorithm = 'ring' }\n\
     [[systems]]\nname = 'light'\npreset = 'cloudmatrix384'\nchips = 16\n";

const STAR: &str = "scenario.name = 'star'\n\
     workload = { kind = 'collective', operation = 'all-gather', size = '1 MB' }\n\
     [[systems]]\nchips = 4\n\
     fabric = { family = 'star', link_bandwidth = '1 GB/s', link_latency = '1 us' }\n";

const TRAINING: &str = "scenario.name = 'step'\n\
     [[systems]]\nname = 'light'\npreset = 'cloudmatrix384'\nchips = 4\n\
     [workload]\nkind = 'training'\nsequence_length = 512\nglobal_batch = 4\nmicro_batch = 1\n\
     precision = 'bf16'\n\
     [workload.model]\nlayers = 2\nhidden = 1024\nheads = 16\nkv_heads = 16\nhead_dim = 64\nffn = 4096\n\
     gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     [workload.parallelism]\ntensor = 2\npipeline = 1\ndata = 'auto'\n";

fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let checked = check(SourceText::new("test", text.to_owned()), &settings);
    checked.unwrap_or_else(|errors| panic!("{errors}"))
}

fn with_options(scenario: &Scenario, options: RunOptions) -> Result<SensitivityReport, RunError> {
    sensitivity(scenario, &SensitivityOptions { run: options, ..SensitivityOptions::default() }, &|_| ())
}

fn report(text: &str, settings: &[&str]) -> SensitivityReport {
    let report = with_options(&scenario(text, settings), RunOptions::default());
    report.unwrap_or_else(|error| panic!("{error}"))
}

fn value<'a>(point: &'a SensitivityPoint, key: &str) -> &'a SensitivityValue {
    let found = point.values.iter().find(|value| value.key == key);
    found.unwrap_or_else(|| panic!("{key} has a range"))
}

fn holds(point: &SensitivityPoint) -> bool {
    let (Some(low), Some(high)) = (point.time.low, point.time.high) else { return false };
    let ends = point.values.iter().flat_map(|value| [value.low.metric, value.high.metric]);
    let summary = [point.time.base, point.time.all_low, point.time.all_high];
    ends.chain(summary).all(|time| time.is_some_and(|time| low <= time && time <= high))
}

#[test]
fn less_bandwidth_takes_longer_and_the_envelope_holds_every_run() {
    let report = report(COLLECTIVE, &[]);
    let point = &report.points[0];
    let bandwidth = value(point, "scale_up.link_bandwidth");
    assert_eq!((bandwidth.low.value, bandwidth.value, bandwidth.high.value), (25.0, 28.0, 28.0));
    assert_eq!(bandwidth.high.metric, point.time.base, "28 GB/s is the value in effect");
    assert!(bandwidth.low.metric > bandwidth.high.metric, "{bandwidth:?}");
    assert!(bandwidth.low.rate < bandwidth.high.rate, "{bandwidth:?}");
    let efficiency = value(point, "transport.scale_up.efficiency");
    assert!(efficiency.high.metric < point.time.base, "{efficiency:?}");
    assert!(holds(point), "{point:?}");
    assert_eq!(report.label, "envelope, not confidence");
}

#[test]
fn the_base_is_what_run_gives_and_an_end_what_setting_it_gives() {
    let run = |settings: &[&str]| {
        let report = run_scenario(&scenario(COLLECTIVE, settings), &RunOptions::default(), &|_| ());
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        report.results.results[0].collective.as_ref().map(|row| row.time_us)
    };
    let report = report(COLLECTIVE, &[]);
    let point = &report.points[0];
    assert_eq!(point.time.base, run(&[]));
    let slow = run(&["systems.scale_up.link_bandwidth='25 GB/s'"]);
    assert_eq!(value(point, "scale_up.link_bandwidth").low.metric, slow);
}

#[test]
fn values_are_sorted_by_swing_and_then_by_key() {
    let report = report(COLLECTIVE, &[]);
    let point = &report.points[0];
    let swings: Vec<f64> =
        point.values.iter().map(|value| value.swing(point.time.base).expect("every run is done")).collect();
    assert!(swings.is_sorted_by(|a, b| a >= b), "{swings:?}");
    let idle = point.values.iter().filter(|value| !value.has_effect(point.time.base, point.rate.base));
    let idle: Vec<&str> = idle.map(|value| value.key.as_str()).collect();
    assert!(idle.contains(&"chip.peak_bf16") && idle.contains(&"scale_out.latency"), "{idle:?}");
    assert!(idle.is_sorted(), "{idle:?}");
}

#[test]
fn a_star_has_its_base_and_nothing_to_vary() {
    let report = report(STAR, &[]);
    let point = &report.points[0];
    assert_eq!(point.values, []);
    assert!(point.time.base.is_some());
    let time = &point.time;
    assert_eq!([time.low, time.high, time.all_low, time.all_high], [time.base; 4]);
}

#[test]
fn what_is_set_has_no_range_any_more() {
    let report = report(COLLECTIVE, &["systems.scale_up.link_bandwidth='26 GB/s'"]);
    assert!(!report.points[0].values.iter().any(|value| value.key == "scale_up.link_bandwidth"));
    assert!(report.points[0].values.iter().any(|value| value.key == "scale_up.link_latency"));
}

#[test]
fn a_training_step_depends_on_its_chip() {
    let report = report(TRAINING, &[]);
    let point = &report.points[0];
    let peak = value(point, "chip.peak_bf16");
    assert!(peak.low.metric > point.time.base && point.time.base > peak.high.metric, "{peak:?}");
    // A part of the step is no matrix multiplication: it takes no less time, so utilization falls.
    assert!(peak.high.rate < peak.low.rate, "{peak:?}");
    assert!(holds(point), "{point:?}");
}

#[test]
fn every_point_of_a_sweep_has_a_block() {
    let sweep = format!("{COLLECTIVE}[[sweep]]\nparameter = 'workload.size'\nvalues = ['1 MB', '2 MB']\n");
    let report = report(&sweep, &[]);
    let sizes: Vec<_> = report.points.iter().map(|point| point.point["workload.size"].clone()).collect();
    assert_eq!(sizes, ["1 MB", "2 MB"]);
    assert!(report.points[0].time.base < report.points[1].time.base);
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    for text in [COLLECTIVE, TRAINING] {
        let with =
            |threads| with_options(&scenario(text, &[]), RunOptions { threads, ..RunOptions::default() });
        assert_eq!(with(Some(1)), with(Some(7)));
    }
}

/// Options that stop every simulation that takes longer.
fn at_most(microseconds: f64) -> RunOptions {
    let limits = Limits { time: Time::from_seconds(microseconds * 1e-6), ..Limits::default() };
    RunOptions { engine: EngineOptions { limits, ..EngineOptions::default() }, ..RunOptions::default() }
}

#[test]
fn a_variant_that_fails_is_told_and_ends_nothing() {
    let known = report(COLLECTIVE, &[]);
    let base = known.points[0].time.base.expect("the base is done");
    let limited = with_options(&scenario(COLLECTIVE, &[]), at_most(base * 1.001));
    let limited = limited.unwrap_or_else(|error| panic!("{error}"));
    let point = &limited.points[0];
    let bandwidth = value(point, "scale_up.link_bandwidth");
    assert_eq!((bandwidth.low.metric, bandwidth.high.metric), (None, Some(base)));
    assert_eq!(point.values[0].swing(point.time.base), None, "what makes a run fail comes first");
    let failed = point.failures.iter().find(|failed| failed.key == "scale_up.link_bandwidth");
    let failed = failed.expect("the slow run is told");
    assert_eq!(failed.what(), "scale_up.link_bandwidth at its low end");
    assert!(failed.reason.starts_with("the simulation could not finish: it goes on past"), "{failed:?}");
    assert_eq!(point.time.high.map(|high| high <= base * 1.001), Some(true));
}

#[test]
fn a_base_that_fails_ends_the_run() {
    let refused = with_options(&scenario(COLLECTIVE, &[]), at_most(1.0));
    assert!(matches!(refused, Err(RunError::Unfinished { .. })), "{refused:?}");
}

#[test]
fn a_point_that_does_not_fit_has_a_reason() {
    let settings =
        ["systems.chip.hbm_capacity='1 GB'", "workload.model.layers=32", "workload.model.hidden=4096"];
    let settings = [&settings[..], &["workload.model.head_dim=256"]].concat();
    let report = report(TRAINING, &settings);
    assert!(report.is_empty());
    let failed = &report.points[0].failures[0];
    assert_eq!(failed.key, "base");
    assert!(failed.reason.contains("does not fit in memory"), "{failed:?}");
}
