//! The founding scenario from its text to its results: both machines, every point, and the bandwidth curves.

use copperlight::file::load;
use copperlight::report::ScenarioReport;
use copperlight::run::{RunOptions, run_scenario};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const SCENARIO: &str = "nvl72-vs-cm384";

/// Two systems at two numbers of chips.
const RESULTS: usize = 4;

const THREADS: usize = 2;

fn run() -> ScenarioReport {
    let scenario = load(SCENARIO, &[]).expect("the library scenario is sound");
    let options = RunOptions { threads: Some(THREADS), ..RunOptions::default() };
    run_scenario(&scenario, &options, &|_| {}).expect("the library scenario runs")
}

/// Holds a report against what it must show; gives its digest.
fn assert_answer(report: &ScenarioReport) -> String {
    assert_eq!(report.results.results.len(), RESULTS);
    for point in &report.results.results {
        let mfu = point.mfu.expect("every point of the scenario fits in memory");
        assert!(mfu > 0.0 && mfu < 1.0, "{} on {} chips: mfu is {mfu}", point.system, point.chips);
    }
    report.results.digest.clone()
}

fn main_job(criterion: &mut Criterion) {
    let digest = assert_answer(&run());
    let mut group = criterion.benchmark_group("main_job");
    group.sample_size(10);
    group.throughput(Throughput::Elements(RESULTS as u64));
    group.bench_function(SCENARIO, |bencher| {
        bencher.iter(|| {
            let report = black_box(run());
            assert_eq!(report.results.digest, digest, "one scenario has one digest");
        });
    });
    group.finish();
}

criterion_group!(benches, main_job);
criterion_main!(benches);
