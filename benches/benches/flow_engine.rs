//! The flow-level engine: rings as programs of ranks, and flows by themselves, on one thread.
//!
//! `ring_unfolded` and `ring_jitter` send every flow through the event engine, without folding, replay or lanes;
//! `ring_lanes` says in its name what it uses; what is folded is measured in `folding`. `scaling` shows over the number of ranks how the
//! time grows: compare the throughput of its rows.

use copperlight_benches::cases::{Case, flows};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use std::cell::{Cell, LazyCell};
use std::hint::black_box;
use std::time::Duration;

const GROUPS: [(&str, &[usize]); 8] = [
    ("ring_unfolded", &[384, 1_024, 4_096]),
    ("ring_jitter", &[1_024]),
    ("ring_lanes", &[384, 4_096]),
    ("all_to_all_at_once", &[384, 1_024]),
    ("all_to_all_uneven", &[192]),
    ("staggered_clos", &[384]),
    ("staggered_dense", &[384]),
    ("incast_staggered", &[1_024]),
];

const SCALING: [(&str, &[usize]); 3] = [
    ("ring_unfolded", &[64, 128, 256, 512]),
    ("all_to_all_at_once", &[48, 96, 192, 384]),
    ("incast_staggered", &[256, 512, 1_024, 2_048]),
];

/// Measures one case, whose answer is asserted in its first run, which warms up.
fn measure(group: &mut BenchmarkGroup<'_, WallTime>, id: BenchmarkId, (name, parameter): (&str, usize)) {
    // Prepared only when the case is not filtered out.
    let case = LazyCell::new(|| Case::prepare(name, parameter).expect("the case has this name"));
    let asserted = Cell::new(false);
    group.throughput(Throughput::Elements(flows(name, parameter)));
    group.bench_function(id, |bencher| {
        let case: &Case = &case;
        bencher.iter(|| {
            let answer = black_box(case.run());
            if !asserted.replace(true) {
                assert_eq!(case.flows(), flows(name, parameter));
                case.assert_answer(&answer);
            }
            answer
        });
    });
}

/// The fewest samples, each as short as the case allows: the long cases take seconds.
fn keep_short(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
}

fn flow_engine(criterion: &mut Criterion) {
    for (name, parameters) in GROUPS {
        let mut group = criterion.benchmark_group(name);
        keep_short(&mut group);
        for &parameter in parameters {
            measure(&mut group, BenchmarkId::from_parameter(parameter), (name, parameter));
        }
        group.finish();
    }
}

fn scaling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scaling");
    keep_short(&mut group);
    for (name, parameters) in SCALING {
        for &parameter in parameters {
            measure(&mut group, BenchmarkId::new(name, parameter), (name, parameter));
        }
    }
    group.finish();
}

criterion_group!(benches, flow_engine, scaling);
criterion_main!(benches);
