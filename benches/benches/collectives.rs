//! Collectives: how fast schedules expand, and an all-reduce from 8 B to 16 GiB on both machines.
//!
//! The elements of `expansion` are transfers, those of `collective_sweep` sizes. The whole of `collective_sweep` is
//! meant to stay below 50 ms.

use copperlight_benches::expansions::{ALGORITHMS, Expansion, RANKS};
use copperlight_benches::sweeps::{SIZES, Sweep};
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

fn expansion(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expansion");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    for (algorithm, transfers) in ALGORITHMS {
        for (ranks, transfers) in RANKS.into_iter().zip(transfers) {
            let case = Expansion::new(algorithm, ranks);
            group.throughput(Throughput::Elements(transfers));
            group.bench_function(BenchmarkId::new(algorithm.name(), ranks), |bencher| {
                bencher.iter(|| assert_eq!(black_box(&case).run(), transfers, "{}", algorithm.name()));
            });
        }
    }
    group.finish();
}

fn collective_sweep(criterion: &mut Criterion) {
    let sweeps = Sweep::all();
    let mut group = criterion.benchmark_group("collective_sweep");
    group.sample_size(20);
    for sweep in &sweeps {
        group.throughput(Throughput::Elements(SIZES as u64));
        let asserted = Cell::new(false);
        group.bench_function(sweep.name(), |bencher| {
            bencher.iter(|| {
                let report = black_box(sweep.run());
                if !asserted.replace(true) {
                    sweep.assert_answer(&report);
                }
                report
            });
        });
    }
    group.throughput(Throughput::Elements((SIZES * sweeps.len()) as u64));
    group.bench_function("both", |bencher| {
        bencher.iter(|| sweeps.iter().map(Sweep::run).map(|report| report.rows.len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, expansion, collective_sweep);
criterion_main!(benches);
