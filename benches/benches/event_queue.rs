//! The event queue in steady state: take the earliest of `n` pending events, put one back a random time later.
//!
//! This is the hold model (Jones, "An empirical comparison of priority-queue and event-set implementations",
//! *Communications of the ACM* 29, 1986). Entries have 24 bytes: in the queue a time and an event of 16; in the
//! standard library's binary heap, the yardstick beside it, a time, a sequence number and an event of 8.

use copperlight_core::engine::EventQueue;
use copperlight_core::rng;
use copperlight_core::units::Time;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::Rng;
use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

const PENDING: [usize; 3] = [1_000, 100_000, 1_000_000];

/// Holds per measurement.
const HOLDS: usize = 1_000;

/// Delays of up to a millisecond in picoseconds: events of one picosecond are rare, and there are some.
const DELAYS: u64 = 1 << 30;

/// An event of the queue.
type Event = [u64; 2];

/// A set of pending events that can hold: `(time, event)` taken, `(time, event)` put back.
trait Pending {
    fn put(&mut self, time: u64, event: u64);

    /// Takes all events of the earliest picosecond and gives them to `taken`; returns that time.
    fn take(&mut self, taken: &mut Vec<Event>) -> u64;
}

impl Pending for EventQueue<Event> {
    fn put(&mut self, time: u64, event: u64) {
        self.push(Time::from_picoseconds(time), [event, time]);
    }

    fn take(&mut self, taken: &mut Vec<Event>) -> u64 {
        self.pop_batch(taken).expect("as many events are put back as are taken").picoseconds()
    }
}

/// The standard library's heap with the same order.
#[derive(Default)]
struct StandardHeap {
    entries: BinaryHeap<Reverse<(u64, u64, u64)>>,
    pushed: u64,
}

impl Pending for StandardHeap {
    fn put(&mut self, time: u64, event: u64) {
        self.entries.push(Reverse((time, self.pushed, event)));
        self.pushed += 1;
    }

    fn take(&mut self, taken: &mut Vec<Event>) -> u64 {
        let earliest = self.entries.peek().expect("as many events are put back as are taken").0.0;
        while let Some(Reverse((time, _, event))) = self.entries.peek() {
            if *time != earliest {
                break;
            }
            taken.push([*event, earliest]);
            self.entries.pop();
        }
        earliest
    }
}

/// Pending events, and where the next delays come from.
struct Holding<P> {
    pending: P,
    delays: Vec<u64>,
    next: usize,
    taken: Vec<Event>,
}

impl<P: Pending + Default> Holding<P> {
    fn new(count: usize) -> Self {
        let mut stream = rng::stream(1, "hold");
        let delays: Vec<u64> = (0..1 << 16).map(|_| 1 + stream.next_u64() % DELAYS).collect();
        let mut holding = Self { pending: P::default(), delays, next: 0, taken: Vec::new() };
        for event in 0..count as u64 {
            let time = holding.delay();
            holding.pending.put(time, event);
        }
        holding
    }

    fn delay(&mut self) -> u64 {
        self.next = (self.next + 1) % self.delays.len();
        self.delays[self.next]
    }

    /// Holds at least `holds` times; returns the last time and a sum over the order of the events taken.
    fn hold(&mut self, holds: usize) -> (u64, u64) {
        let (mut done, mut time, mut order) = (0, 0, 0_u64);
        while done < holds {
            time = self.pending.take(&mut self.taken);
            done += self.taken.len();
            for index in 0..self.taken.len() {
                let [event, _] = self.taken[index];
                order = order.wrapping_mul(31).wrapping_add(event);
                let later = time + self.delay();
                self.pending.put(later, event);
            }
            self.taken.clear();
        }
        (time, order)
    }
}

/// Both structures hand over the same events at the same times, and time does not go back.
fn assert_same_order(count: usize) {
    let mut queue = Holding::<EventQueue<Event>>::new(count);
    let mut heap = Holding::<StandardHeap>::new(count);
    let mut before = 0;
    for _ in 0..20 {
        let (time, order) = queue.hold(HOLDS);
        assert_eq!((time, order), heap.hold(HOLDS), "the queue and the heap differ at {time} ps");
        assert!(time >= before, "time went back from {before} to {time} ps");
        before = time;
    }
    assert_eq!(queue.pending.len(), count);
}

/// Measures holds after each event was taken once, so that no trace of the start is left.
fn measure<P: Pending + Default>(group: &mut BenchmarkGroup<'_, WallTime>, function: &str, count: usize) {
    let mut holding = LazyCell::new(|| {
        let mut holding = Holding::<P>::new(count);
        holding.hold(2 * count);
        holding
    });
    group.bench_function(BenchmarkId::new(function, count), |bencher| {
        let holding: &mut Holding<P> = &mut holding;
        bencher.iter(|| black_box(holding.hold(HOLDS)));
    });
}

fn event_queue_hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("event_queue_hold");
    group.throughput(Throughput::Elements(HOLDS as u64));
    for count in PENDING {
        assert_same_order(count);
        measure::<EventQueue<Event>>(&mut group, "queue", count);
        measure::<StandardHeap>(&mut group, "binary_heap", count);
    }
    group.finish();
}

criterion_group!(benches, event_queue_hold);
criterion_main!(benches);
