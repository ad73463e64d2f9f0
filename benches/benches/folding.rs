//! Exact folding: from one ring to the founding scenario at a hundred thousand chips.
//!
//! A measurement holds everything from a fabric and a workload to the outcome, folding included; `refine` holds the
//! division into classes and its exact check, and where its names end in `-listed` and `-late` the listing of what is
//! divided as well. The elements are ranks. `founding_curve` comes first, so that the peak memory of the process is its own.

use copperlight_benches::founding::{Curve, RESULTS, SCENARIO};
use copperlight_benches::hierarchical::{CHIPS, Hierarchical};
use copperlight_benches::memory::peak_resident;
use copperlight_benches::misaligned::{CLASSES, Misaligned};
use copperlight_benches::one_late::DefectiveRing;
use copperlight_benches::rings::{Method, Ring};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use std::cell::{Cell, LazyCell};
use std::hint::black_box;
use std::time::Duration;

/// What the founding scenario may take, in bytes.
const MOST_MEMORY: u64 = 1_000_000_000;

/// The fewest samples, each as short as the case allows: the long cases take seconds.
fn keep_short(group: &mut BenchmarkGroup<'_, WallTime>) {
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
}

/// Measures a case that is prepared when it is not filtered out, and whose answer is asserted in its first run.
fn measure<T, A>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    id: BenchmarkId,
    (prepare, run): (impl Fn() -> T, impl Fn(&T) -> A),
    assert_answer: impl Fn(&T, &A),
) {
    let case = LazyCell::new(prepare);
    let asserted = Cell::new(false);
    group.bench_function(id, |bencher| {
        let case: &T = &case;
        bencher.iter(|| {
            let answer = black_box(run(case));
            if !asserted.replace(true) {
                assert_answer(case, &answer);
            }
            answer
        });
    });
}

fn founding_curve(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("founding_curve");
    keep_short(&mut group);
    group.throughput(Throughput::Elements(RESULTS as u64));
    measure(&mut group, BenchmarkId::from_parameter(SCENARIO), (Curve::load, Curve::run), |curve, report| {
        curve.assert_answer(report);
        let peak = peak_resident().unwrap_or_default();
        assert!(peak <= MOST_MEMORY, "{peak} bytes were in use");
    });
    group.finish();
}

fn ring_folded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring_folded");
    keep_short(&mut group);
    for ranks in [72, 384, 1_024, 8_192, 131_072] {
        group.throughput(Throughput::Elements(ranks as u64));
        let prepare = || Ring::on_equal_links(ranks, Method::Folded);
        measure(&mut group, BenchmarkId::from_parameter(ranks), (prepare, Ring::run), Ring::assert_answer);
    }
    group.finish();
}

fn hierarchical_folded(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hierarchical_folded");
    keep_short(&mut group);
    group.throughput(Throughput::Elements(CHIPS as u64));
    for preset in ["gb200-nvl72", "cloudmatrix384"] {
        let prepare = || Hierarchical::new(preset, CHIPS);
        let id = BenchmarkId::from_parameter(preset);
        measure(&mut group, id, (prepare, Hierarchical::run), Hierarchical::assert_answer);
    }
    group.finish();
}

fn refine(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("refine");
    keep_short(&mut group);
    let job = LazyCell::new(Misaligned::on_domains_of_72);
    group.throughput(Throughput::Elements(98_304));
    group.bench_function("98304-misaligned", |bencher| {
        let structure = job.structure(&mut job.planner());
        bencher.iter(|| assert_eq!(black_box(structure.classes_of_ranks()), Some(CLASSES)));
    });
    group.bench_function("98304-misaligned-listed", |bencher| {
        let mut planner = job.planner();
        bencher.iter(|| assert_eq!(black_box(job.fold(&mut planner)), CLASSES));
    });
    let ring = LazyCell::new(|| DefectiveRing::new(131_072));
    group.throughput(Throughput::Elements(131_072));
    group.bench_function("131072-one-late", |bencher| {
        let mut planner = ring.planner();
        bencher.iter(|| assert_eq!(black_box(ring.fold(&mut planner)), 131_072));
    });
    group.finish();
}

fn straggler(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("straggler");
    keep_short(&mut group);
    group.throughput(Throughput::Elements(CHIPS as u64));
    let prepare = || Hierarchical::new("gb200-nvl72", CHIPS);
    let id = BenchmarkId::from_parameter(CHIPS);
    measure(&mut group, id, (prepare, Hierarchical::run_with_straggler), |case, outcome| {
        case.assert_straggler(outcome, &case.run());
    });
    group.finish();
}

criterion_group!(benches, founding_curve, ring_folded, hierarchical_folded, refine, straggler);
criterion_main!(benches);
