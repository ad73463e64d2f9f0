//! What stands on accuracy: every published training run held against its simulation, and plans searched.
//!
//! Both use all threads. The search is never to end with a plan that is slower than the scenario's own.

use copperlight::file::load;
use copperlight::report::ValidationReport;
use copperlight::run::EngineOptions;
use copperlight::search::{PlanRequest, PointChoice, find_plans};
use copperlight::validate::{TableKind, built_in_tables, compare};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

/// The mean absolute errors, as shares of the measured time, that no class of runs may exceed, and of their bias.
const BARS: [(&str, f64); 3] =
    [("dense, tier A", 0.05), ("dense, tier B", 0.09), ("mixture of experts", 0.13)];
const MOST_BIAS: f64 = 0.03;

fn training(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("accuracy");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let tables = built_in_tables(TableKind::Training);
    let asserted = Cell::new(false);
    group.bench_function("training-runs", |bencher| {
        bencher.iter(|| {
            let report = compare(&tables, None).expect("there are threads");
            if !asserted.replace(true) {
                assert_errors(&report);
            }
            black_box(report)
        });
    });
    let scenario = load("nvl72-vs-cm384", &["sweep=[]".to_owned()]).expect("the scenario is in the library");
    let request = PlanRequest {
        fixed: BTreeSet::new(),
        free_overlap: false,
        points: PointChoice::First,
        finalists: 8,
        engine: EngineOptions::default(),
        threads: None,
    };
    group.bench_function("plan-gpt-1t-1152", |bencher| {
        bencher.iter(|| {
            let found = find_plans(&scenario, &request, &|_| ()).expect("plans fit");
            for system in &found.report.systems {
                let time = |plan: &Option<copperlight::report::PlanRow>| {
                    plan.as_ref().and_then(|plan| plan.step_time_s).unwrap_or(f64::INFINITY)
                };
                assert!(time(&system.best) <= time(&system.example), "{}", system.system);
            }
            black_box(found)
        });
    });
    group.finish();
}

/// Classes of runs are within their bars.
fn assert_errors(report: &ValidationReport) {
    for (class, bar) in BARS {
        let group = report.groups.iter().find(|group| group.name.ends_with(class));
        let errors = &group.unwrap_or_else(|| panic!("there are runs of {class}")).all;
        let error = errors.mean_absolute_error.expect("runs are compared");
        let bias = errors.bias.expect("runs are compared");
        assert!(error <= bar && bias.abs() <= MOST_BIAS, "{class}: error {error}, bias {bias}");
    }
}

criterion_group!(benches, training);
criterion_main!(benches);
