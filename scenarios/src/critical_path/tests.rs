//! Paths by hand: notices in, picoseconds by resource out.

use super::{CriticalPath, Resource};
use crate::training::{KernelShares, LedgerEntry};
use copperlight_core::fabric::Scope;
use copperlight_core::ids::{CommunicatorId, PeerSlot, RankId};
use copperlight_core::simulation::{Notice, Observer, Representative};
use copperlight_core::transport::{ScopeTimes, TransferParts};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    CollectiveCall, CollectiveKind, Operation, OperationKind, StreamId, StreamSet, Tag,
};

const COMPUTE: StreamId = StreamId::new(0);
const OTHERS: StreamId = StreamId::new(1);

fn time(picoseconds: u64) -> Time {
    Time::from_picoseconds(picoseconds)
}

/// A kernel of which so many ten-thousandths wait for memory and for the host, after what the other stream does.
fn kernel(duration: u64, [memory, host]: [u16; 2]) -> Operation {
    let tag = Tag(u32::from(memory) << 4 | u32::from(host) << 18);
    assert_eq!(KernelShares::of_tag(tag), KernelShares { memory, host });
    assert_eq!(LedgerEntry::of(tag), LedgerEntry::Compute);
    let kind = OperationKind::Compute { duration: time(duration) };
    Operation { stream: COMPUTE, waits: StreamSet::of(&[OTHERS]), tag, kind }
}

fn with_others(kind: OperationKind) -> Operation {
    Operation { stream: OTHERS, waits: StreamSet::of(&[COMPUTE]), tag: LedgerEntry::Pipeline.tag(), kind }
}

fn send() -> Operation {
    with_others(OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(40), channel: 0 })
}

fn receive() -> Operation {
    with_others(OperationKind::Receive { peer: PeerSlot::new(0), channel: 0 })
}

fn reduce() -> Operation {
    let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1));
    with_others(OperationKind::Collective { communicator: CommunicatorId::new(0), call })
}

#[derive(Clone, Copy)]
enum Told {
    Entered,
    Begun,
    Ended,
}
use Told::{Begun, Ended, Entered};

/// The path of what is told of ranks that each expect one thing of their operations with others.
fn path(parts: &TransferParts, told: &[(u64, usize, Told, Operation)], end: u64) -> CriticalPath {
    let mut path = CriticalPath::new();
    let ranks = told.iter().map(|one| one.1).max().map_or(0, |last| last + 1);
    let representatives: Vec<Representative> =
        (0..ranks).map(|rank| Representative { rank: RankId::new(rank), multiplicity: 1 }).collect();
    path.start(&representatives);
    for (_, rank, _, operation) in told {
        if let Some(counterpart) = operation.kind.counterpart()
            && !matches!(operation.kind, OperationKind::Receive { .. })
        {
            path.expects(*rank, &counterpart, parts);
        }
    }
    for (at, rank, what, operation) in told {
        let notice = Notice { at: time(*at), representative: *rank, index: 0, operation };
        match what {
            Entered => path.entered(&notice),
            Begun => path.begun(&notice),
            Ended => path.ended(&notice),
        }
    }
    path.finish(time(end));
    path
}

/// The resources that take any time, with their picoseconds.
fn taken(path: &CriticalPath) -> Vec<(&'static str, u64)> {
    let all = Resource::ALL.into_iter();
    let all = all.map(|resource| (resource.name(), path.account().time(resource).picoseconds()));
    all.filter(|(_, time)| *time > 0).collect()
}

#[test]
fn the_worked_example() {
    // Rank 0 computes for 100 ps, a quarter of it memory, and sends: 5 ps of software and 10 ps of latency, then 40 ps on
    // the wire. Rank 1 has computed for 60 ps and waits; its next kernel takes 90 ps in place of 80.
    let (first, short, last) = (kernel(100, [2_500, 0]), kernel(60, [0, 0]), kernel(80, [0, 0]));
    let message = TransferParts::of_message(Scope::ScaleOut, time(5), time(10));
    let told = [
        (0, 0, Entered, first),
        (0, 0, Begun, first),
        (0, 1, Entered, short),
        (0, 1, Begun, short),
        (60, 1, Ended, short),
        (60, 1, Entered, receive()),
        (100, 0, Ended, first),
        (100, 0, Entered, send()),
        (100, 0, Begun, send()),
        (100, 1, Begun, receive()),
        (155, 0, Ended, send()),
        (155, 1, Ended, receive()),
        (155, 1, Entered, last),
        (155, 1, Begun, last),
        (245, 1, Ended, last),
    ];
    let path = path(&message, &told, 245);
    assert_eq!(path.account().total(), time(245));
    let expected = [
        ("compute", 75 + 80),
        ("memory_bandwidth", 25),
        ("interference", 10),
        ("link:scale-out", 40),
        ("latency:scale-out", 10),
        ("software", 5),
    ];
    assert_eq!(taken(&path), expected);
}

/// What a collective of these parts is expected to take.
fn collective(software: u64, latency: u64, wire: u64) -> TransferParts {
    TransferParts {
        software: time(software),
        latency: ScopeTimes::of(Scope::ScaleUp, time(latency)),
        wire: ScopeTimes::of(Scope::ScaleUp, time(wire)),
        copy: Time::ZERO,
        slowest: Scope::ScaleUp,
    }
}

/// Two ranks compute for `ends` and reduce together until `end`; whether the second is told of first.
fn reduced(kernels: [Operation; 2], ends: [u64; 2], (end, swapped): (u64, bool)) -> CriticalPath {
    let mut told = Vec::new();
    let order = if swapped { [1, 0] } else { [0, 1] };
    for rank in order {
        told.extend([(0, rank, Entered, kernels[rank]), (0, rank, Begun, kernels[rank])]);
    }
    let mut by_end = order;
    by_end.sort_by_key(|&rank| ends[rank]);
    for rank in by_end {
        told.extend([(ends[rank], rank, Ended, kernels[rank]), (ends[rank], rank, Entered, reduce())]);
    }
    let last = ends.into_iter().max().unwrap_or_default();
    told.extend(order.map(|rank| (last, rank, Begun, reduce())));
    told.extend(order.map(|rank| (end, rank, Ended, reduce())));
    path(&collective(10, 20, 70), &told, end)
}

#[test]
fn the_path_leads_through_the_last_who_came() {
    let kernels = [kernel(50, [10_000, 0]), kernel(90, [0, 10_000])];
    let path = reduced(kernels, [50, 90], (190, false));
    let expected = [("host", 90), ("link:scale-up", 70), ("latency:scale-up", 20), ("software", 10)];
    assert_eq!(taken(&path), expected);
}

#[test]
fn what_takes_longer_than_alone_waits_for_wires() {
    let kernels = [kernel(50, [0, 0]); 2];
    let path = reduced(kernels, [50, 50], (200, false));
    let expected = [("compute", 50), ("link:scale-up", 120), ("latency:scale-up", 20), ("software", 10)];
    assert_eq!(taken(&path), expected);
}

#[test]
fn what_takes_less_is_less_in_every_part() {
    // 47 of 100: 4.7, 9.4 and 32.9, of which the first two are rounded down.
    let kernels = [kernel(50, [0, 0]); 2];
    let path = reduced(kernels, [50, 50], (97, false));
    let expected = [("compute", 50), ("link:scale-up", 34), ("latency:scale-up", 9), ("software", 4)];
    assert_eq!(taken(&path), expected);
}

#[test]
fn of_paths_that_come_together_the_order_of_telling_chooses_none() {
    let kernels = [kernel(50, [10_000, 0]), kernel(50, [0, 10_000])];
    let [one, other] = [false, true].map(|swapped| reduced(kernels, [50, 50], (150, swapped)));
    assert_eq!(one.account(), other.account());
    assert_eq!(one.account().time(Resource::MemoryBandwidth), time(50));
}

#[test]
fn a_run_that_starts_again_forgets() {
    let kernels = [kernel(50, [0, 0]); 2];
    let mut path = reduced(kernels, [50, 50], (150, false));
    path.start(&[]);
    path.finish(Time::ZERO);
    assert_eq!(path.account().shares(), None);
}
