//! A ring all-reduce of 1 GB on a star without software costs: every flow simulated, and folded.

use copperlight_benches::fabrics::star;
use copperlight_core::fabric::Fabric;
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const SIZE: Bytes = Bytes::new(1_000_000_000);

/// Ranks, and when the last byte has drained: 2 (n - 1) steps of two links and a padded chunk.
///
/// 72: 142 x (500,000 + round(13,888,889 / 0.9)) ps. 384: 766 x (500,000 + round(2,604,167 / 0.9)) ps.
const ANSWERS: [(usize, Time); 2] =
    [(72, Time::from_picoseconds(2_262_358_058)), (384, Time::from_picoseconds(2_599_435_554))];

/// The digest of the ring of 384: that of debug builds, in which a test expects it as well.
const DIGEST_OF_384: &str = "e845d11f872488da029bf4f7446c329b";

fn all_reduce(fabric: &Fabric, options: &Options) -> Outcome {
    let call = CollectiveCall {
        algorithm: Some(Algorithm::Ring),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, SIZE)
    };
    let workload = SingleCollective::new(fabric.endpoints(), call);
    simulate(fabric, &workload, options, &mut Unobserved).expect("the ring fits the star")
}

/// The flows of the algorithm, simulated or not: each of n ranks sends 2 (n - 1) times.
const fn flows(ranks: usize) -> u64 {
    (2 * (ranks - 1) * ranks) as u64
}

fn assert_answer(fabric: &Fabric, end: Time) {
    let options = Options::new(Transport::ideal());
    let (folded, full) = (all_reduce(fabric, &options), all_reduce(fabric, &options.unfolded()));
    assert_eq!(full.end, end, "the ring of {} ends elsewhere than its closed form", fabric.endpoints());
    assert_eq!(full.work.flows, flows(fabric.endpoints()));
    assert_eq!((folded.end, folded.digest), (full.end, full.digest), "folding is exact");
    if fabric.endpoints() == 384 {
        assert_eq!(full.digest.to_string(), DIGEST_OF_384, "debug and release builds agree");
    }
    assert!(folded.work.flows < full.work.flows, "folding leaves flows out");
}

fn ring_all_reduce(criterion: &mut Criterion) {
    let folded = Options::new(Transport::ideal());
    for (name, options) in [("ring_unfolded", folded.unfolded()), ("ring_folded", folded)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for (ranks, end) in ANSWERS {
            let fabric = star(ranks);
            assert_answer(&fabric, end);
            group.throughput(Throughput::Elements(flows(ranks)));
            group.bench_with_input(BenchmarkId::from_parameter(ranks), &fabric, |bencher, fabric| {
                bencher.iter(|| black_box(all_reduce(fabric, &options)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, ring_all_reduce);
criterion_main!(benches);
