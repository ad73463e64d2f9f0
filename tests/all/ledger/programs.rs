//! Random programs of one rank, and when each operation is entered, begins and ends.

use copperlight::training::{Ledger, LedgerEntry};
use copperlight_core::ids::{PeerSlot, RankId};
use copperlight_core::simulation::{Notice, Observer, Representative};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Operation, OperationKind, StreamId, StreamSet};
use proptest::prelude::*;

/// The streams; the first two are of kernels.
pub(super) const STREAMS: u8 = 7;
const KERNELS: u8 = 2;

/// The entries that operations with others may have.
const WITH_OTHERS: [LedgerEntry; 5] = [
    LedgerEntry::Tensor,
    LedgerEntry::Context,
    LedgerEntry::Pipeline,
    LedgerEntry::Data,
    LedgerEntry::Expert,
];

/// An operation with its times in picoseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed {
    pub(super) operation: Operation,
    pub(super) entered: u64,
    pub(super) begun: u64,
    pub(super) ended: u64,
}

impl Timed {
    pub(super) fn entry(&self) -> LedgerEntry {
        LedgerEntry::of(self.operation.tag)
    }

    pub(super) fn is_kernel(&self) -> bool {
        self.operation.kind.is_compute() && self.ended > self.begun
    }

    pub(super) fn starves(&self) -> bool {
        let is_receive = matches!(self.operation.kind, OperationKind::Receive { .. });
        is_receive && self.entry() == LedgerEntry::Pipeline
    }
}

/// An operation as it is drawn: it waits for others for so long, and lasts so long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drawn {
    operation: Operation,
    blocked: u64,
    lasts: u64,
}

/// Mostly operations that wait for few others, some of which take no time.
pub(super) fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let waits = prop::collection::vec(0..STREAMS, 0..3);
    let kind = (0..WITH_OTHERS.len(), 0..3_u8);
    let one = (0..STREAMS, waits, kind, 0..7_u64, 0..7_u64);
    let one = one.prop_map(|(stream, waits, (entry, direction), blocked, lasts)| {
        let waits: Vec<StreamId> = waits.into_iter().map(StreamId::new).collect();
        let waits = StreamSet::of(&waits).without(StreamId::new(stream));
        let (peer, channel) = (PeerSlot::new(0), 0);
        let lasts = lasts.saturating_sub(1);
        let (entry, kind, blocked) = match (stream < KERNELS, direction) {
            (true, 0) => (LedgerEntry::Optimizer, compute(lasts), 0),
            (true, _) => (LedgerEntry::Compute, compute(lasts), 0),
            (false, 0) => {
                let bytes = Bytes::new(1);
                (WITH_OTHERS[entry], OperationKind::Send { peer, bytes, channel }, blocked)
            }
            (false, _) => (WITH_OTHERS[entry], OperationKind::Receive { peer, channel }, blocked),
        };
        let operation = Operation { stream: StreamId::new(stream), waits, tag: entry.tag(), kind };
        Drawn { operation, blocked, lasts }
    });
    prop::collection::vec(one, 0..40)
}

fn compute(lasts: u64) -> OperationKind {
    OperationKind::Compute { duration: Time::from_picoseconds(lasts) }
}

/// The times of all operations: each is entered when those before it on its streams have ended.
pub(super) fn timed(program: &[Drawn]) -> Vec<Timed> {
    let mut ends = [0; STREAMS as usize];
    let timed = |&Drawn { operation, blocked, lasts }: &Drawn| {
        let waits = operation.waits.with(operation.stream);
        let entered = waits.iter().map(|stream| ends[stream.index()]).max().unwrap_or(0);
        let (begun, ended) = (entered + blocked, entered + blocked + lasts);
        ends[operation.stream.index()] = ended;
        Timed { operation, entered, begun, ended }
    };
    program.iter().map(timed).collect()
}

/// In which order things are told that happen in one picosecond; every order tells causes before effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// In program order.
    Forwards,
    /// What was entered before in the opposite order, then what is entered now.
    Backwards,
}

/// What a ledger says that was told of all this.
pub(super) fn told(program: &[Timed], (telling, end): (Telling, u64)) -> Ledger {
    let mut all: Vec<(u64, (bool, i64), usize, usize)> = Vec::new();
    for (index, timed) in program.iter().enumerate() {
        for (what, time) in [timed.entered, timed.begun, timed.ended].into_iter().enumerate() {
            let is_new = time == timed.entered;
            let place = match telling {
                Telling::Forwards => (false, index as i64),
                Telling::Backwards if is_new => (true, index as i64),
                Telling::Backwards => (false, -(index as i64)),
            };
            all.push((time, place, what, index));
        }
    }
    all.sort_unstable();
    let mut ledger = Ledger::with_tracks();
    ledger.start(&[Representative { rank: RankId::new(0), multiplicity: 1 }]);
    for (time, _, what, index) in all {
        let at = Time::from_picoseconds(time);
        let notice =
            Notice { at, representative: 0, index: index as u32, operation: &program[index].operation };
        match what {
            0 => ledger.entered(&notice),
            1 => ledger.begun(&notice),
            _ => ledger.ended(&notice),
        }
    }
    ledger.finish(Time::from_picoseconds(end));
    ledger
}
