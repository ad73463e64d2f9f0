//! Points of a sweep in closed form on one thread: made from the scenario, worked out, and written as JSON.
//!
//! The elements are points.

use copperlight::report::PointResult;
use copperlight_benches::points::POINTS;
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::Duration;

fn sweep(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sweep");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for case in POINTS {
        let scenario = case.load();
        let all = || {
            let mut written = Vec::new();
            let points = 0..scenario.point_count();
            let results: Vec<PointResult> =
                points.map(|index| case.run(&scenario, index, &mut written)).collect();
            (results, written)
        };
        case.assert_answers(&all().0);
        group.throughput(Throughput::Elements(scenario.point_count() as u64));
        group.bench_function(case.name, |bencher| bencher.iter(|| black_box(all())));
    }
    group.finish();
}

criterion_group!(benches, sweep);
criterion_main!(benches);
