//! One training step, from the text of its scenario to its results, on one thread.
//!
//! The elements are chips. `gpt-1t-92160` comes first, so that the peak memory of the process is its own.

use copperlight_benches::memory::peak_resident;
use copperlight_benches::steps::STEPS;
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

/// What a step may take, in bytes.
const MOST_MEMORY: u64 = 1_000_000_000;

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("step");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for case in STEPS {
        let asserted = Cell::new(false);
        group.throughput(Throughput::Elements(case.chips()));
        group.bench_function(case.name, |bencher| {
            bencher.iter(|| {
                let report = black_box(case.run(&case.load()));
                if !asserted.replace(true) {
                    case.assert_answer(&report);
                    let peak = peak_resident().unwrap_or_default();
                    assert!(peak <= MOST_MEMORY, "{peak} bytes were in use");
                }
                report
            });
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
