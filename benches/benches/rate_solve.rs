//! Max-min fair rates from scratch: one level of equal rates, and many levels of different ones.

use copperlight_benches::allocations::{Allocation, CAPACITY, clos_random_2000, star_ring_384};
use copperlight_core::network::max_min_rates;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn assert_answers(star: &Allocation, clos: &Allocation) {
    let rates = max_min_rates(&star.capacities, &star.contenders());
    assert!(rates.iter().all(|&rate| rate == CAPACITY), "each flow of the ring has links of its own");
    assert_eq!(rates.iter().sum::<f64>(), 384.0 * CAPACITY);

    let rates = max_min_rates(&clos.capacities, &clos.contenders());
    assert!(clos.is_max_min_fair(&rates), "a flow could be faster, or a link is above its capacity");
    let mut levels = rates;
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    assert!(levels.len() > 10, "random flows have many rates, not {}", levels.len());
}

fn rate_solve(criterion: &mut Criterion) {
    let (star, clos) = (star_ring_384(), clos_random_2000());
    assert_answers(&star, &clos);
    let mut group = criterion.benchmark_group("rate_solve");
    for (name, allocation) in [("star_ring", &star), ("clos_random", &clos)] {
        let flows = allocation.contenders();
        group.throughput(Throughput::Elements(flows.len() as u64));
        let id = BenchmarkId::new(name, flows.len());
        group.bench_with_input(id, &flows, |bencher, flows| {
            bencher.iter(|| max_min_rates(black_box(&allocation.capacities), black_box(flows)));
        });
    }
    group.finish();
}

criterion_group!(benches, rate_solve);
criterion_main!(benches);
