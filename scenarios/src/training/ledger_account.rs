//! The ledger of one rank: in which state it is, since when, and what each state has added up to.

use super::ledger_entry::LedgerEntry;
use copperlight_core::units::Time;
use copperlight_core::workload::{MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet};

/// Time of one rank by entry, in picoseconds, kept up to date from one notice to the next.
///
/// The state between two notices is the first that applies: the optimizer runs; a kernel runs; an operation with
/// others has begun (exposed communication); a receive from another stage waits for its send (bubble); else wait.
/// Exposed time stays pending until the next kernel begins and names the stream that it waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    since: Time,
    totals: [u64; LedgerEntry::COUNT],
    optimizers: u32,
    kernels: u32,
    communicating: StreamSet,
    starved: StreamSet,
    streams: [Stream; MAX_STREAMS],
    pending: Vec<(StreamSet, u64)>,
    communication: u64,
    computation: u64,
}

/// The latest communication on a stream; a stream carries operations of one entry.
#[derive(Debug, Clone, Copy, Default)]
struct Stream {
    entry: Option<LedgerEntry>,
    began: Time,
    ended: Option<Time>,
}

impl Account {
    /// The rank came to an operation.
    pub(super) fn entered(&mut self, at: Time, operation: &Operation) {
        let is_starved = matches!(operation.kind, OperationKind::Receive { .. })
            && LedgerEntry::of(operation.tag) == LedgerEntry::Pipeline;
        if is_starved {
            self.settle(at);
            self.starved = self.starved.with(operation.stream);
        }
    }

    /// All who take part in an operation have come to it.
    pub(super) fn begun(&mut self, at: Time, operation: &Operation) {
        self.settle(at);
        let stream = operation.stream;
        self.starved = self.starved.without(stream);
        self.streams[stream.index()].began = at;
        match operation.kind {
            OperationKind::Compute { .. } => {
                self.attribute(operation.waits.with(stream));
                *self.running(operation) += 1;
            }
            _ => {
                self.communicating = self.communicating.with(stream);
                let began = Stream { entry: Some(LedgerEntry::of(operation.tag)), began: at, ended: None };
                self.streams[stream.index()] = began;
            }
        }
    }

    /// An operation is done.
    pub(super) fn ended(&mut self, at: Time, operation: &Operation) {
        self.settle(at);
        let stream = operation.stream;
        let duration = (at - self.streams[stream.index()].began).picoseconds();
        match operation.kind {
            OperationKind::Compute { .. } => {
                *self.running(operation) -= 1;
                self.computation += duration;
            }
            _ => {
                self.communicating = self.communicating.without(stream);
                self.streams[stream.index()].ended = Some(at);
                self.communication += duration;
            }
        }
    }

    /// The step is over: what the rank did not use of it was wait.
    pub(super) fn finish(&mut self, end: Time) {
        self.settle(end);
        self.attribute(StreamSet::EMPTY);
    }

    /// Picoseconds by entry.
    pub(super) const fn totals(&self) -> &[u64; LedgerEntry::COUNT] {
        &self.totals
    }

    /// Summed durations of operations with others, each from when all took part.
    pub(super) const fn communication(&self) -> u64 {
        self.communication
    }

    /// Summed durations of kernels, the optimizer's among them.
    pub(super) const fn computation(&self) -> u64 {
        self.computation
    }

    fn running(&mut self, operation: &Operation) -> &mut u32 {
        match LedgerEntry::of(operation.tag) {
            LedgerEntry::Optimizer => &mut self.optimizers,
            _ => &mut self.kernels,
        }
    }

    /// Books the time since the last notice on the state that held.
    fn settle(&mut self, at: Time) {
        let duration = (at - self.since).picoseconds();
        self.since = at;
        if duration == 0 {
            return;
        }
        let entry = if self.optimizers > 0 {
            LedgerEntry::Optimizer
        } else if self.kernels > 0 {
            LedgerEntry::Compute
        } else if !self.communicating.is_empty() {
            self.pending.push((self.communicating, duration));
            return;
        } else if !self.starved.is_empty() {
            LedgerEntry::Bubble
        } else {
            LedgerEntry::Wait
        };
        self.totals[entry as usize] += duration;
    }

    /// Books exposed time on what the kernel that begins now has waited for.
    fn attribute(&mut self, waited_for: StreamSet) {
        let mut pending = std::mem::take(&mut self.pending);
        for (active, duration) in pending.drain(..) {
            let direct = active.intersection(waited_for);
            // A kernel may wait through another collective, and after the last kernel nothing waits.
            let candidates = if direct.is_empty() { active } else { direct };
            let entry = self.last_to_end(candidates);
            self.totals[entry as usize] += duration;
        }
        self.pending = pending;
    }

    /// The entry of the stream whose communication ended last; the lowest stream of several.
    fn last_to_end(&self, streams: StreamSet) -> LedgerEntry {
        let mut last: Option<Stream> = None;
        for stream in streams.iter().map(|stream: StreamId| self.streams[stream.index()]) {
            if last.is_none_or(|last| stream.ended > last.ended) {
                last = Some(stream);
            }
        }
        last.and_then(|stream| stream.entry).expect("exposed time has a stream on which something moved")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::program::{COMPUTE, DATA, RECEIVE_FORWARD, SEND_FORWARD, TENSOR};
    use copperlight_core::ids::PeerSlot;

    fn operation(stream: StreamId, entry: LedgerEntry, waits: &[StreamId]) -> Operation {
        let kind = match entry {
            LedgerEntry::Compute | LedgerEntry::Optimizer => OperationKind::Compute { duration: Time::ZERO },
            _ => OperationKind::Receive { peer: PeerSlot::new(0), channel: 0 },
        };
        Operation { stream, waits: StreamSet::of(waits), tag: entry.tag(), kind }
    }

    fn kernel(waits: &[StreamId]) -> Operation {
        operation(COMPUTE, LedgerEntry::Compute, waits)
    }

    fn at(picoseconds: u64) -> Time {
        Time::from_picoseconds(picoseconds)
    }

    fn run(account: &mut Account, operation: &Operation, times: [u64; 3]) {
        account.entered(at(times[0]), operation);
        account.begun(at(times[1]), operation);
        account.ended(at(times[2]), operation);
    }

    fn booked(account: &Account) -> Vec<(&'static str, u64)> {
        let entries = LedgerEntry::ALL.into_iter().zip(account.totals());
        entries.filter(|(_, total)| **total > 0).map(|(entry, total)| (entry.name(), *total)).collect()
    }

    #[test]
    fn a_starved_receive_is_a_bubble_and_then_exposed() {
        let mut account = Account::default();
        run(&mut account, &operation(RECEIVE_FORWARD, LedgerEntry::Pipeline, &[]), [0, 10, 13]);
        run(&mut account, &kernel(&[RECEIVE_FORWARD]), [13, 13, 20]);
        account.finish(at(25));
        assert_eq!(booked(&account), [("compute", 7), ("pipeline", 3), ("bubble", 10), ("wait", 5)]);
        assert_eq!((account.communication(), account.computation()), (3, 7));
    }

    #[test]
    fn a_late_participant_is_waited_for() {
        let mut account = Account::default();
        run(&mut account, &operation(TENSOR, LedgerEntry::Tensor, &[]), [0, 4, 6]);
        account.finish(at(6));
        assert_eq!(booked(&account), [("tensor", 2), ("wait", 4)]);
    }

    #[test]
    fn communication_under_a_kernel_is_compute() {
        let mut account = Account::default();
        let (kernel, collective) = (kernel(&[]), operation(TENSOR, LedgerEntry::Tensor, &[]));
        account.begun(at(0), &kernel);
        account.begun(at(2), &collective);
        account.ended(at(5), &kernel);
        account.ended(at(9), &collective);
        account.finish(at(9));
        assert_eq!(booked(&account), [("compute", 5), ("tensor", 4)]);
        assert_eq!((account.communication(), account.computation()), (7, 5));
    }

    #[test]
    fn exposed_time_belongs_to_what_the_next_kernel_waits_for() {
        // Tensor moves from 0 to 6 and data from 0 to 4; the kernel at 6 waits for data only, directly.
        let mut account = Account::default();
        let (tensor, data) =
            (operation(TENSOR, LedgerEntry::Tensor, &[]), operation(DATA, LedgerEntry::Data, &[]));
        account.begun(at(0), &tensor);
        account.begun(at(0), &data);
        account.ended(at(4), &data);
        account.ended(at(6), &tensor);
        account.begun(at(6), &kernel(&[DATA]));
        account.finish(at(6));
        assert_eq!(booked(&account), [("tensor", 2), ("data", 4)]);
    }

    #[test]
    fn of_several_waited_for_the_last_to_end_counts() {
        let mut account = Account::default();
        let (tensor, data) =
            (operation(TENSOR, LedgerEntry::Tensor, &[]), operation(DATA, LedgerEntry::Data, &[]));
        account.begun(at(0), &tensor);
        account.begun(at(0), &data);
        account.ended(at(4), &tensor);
        account.ended(at(6), &data);
        account.begun(at(6), &kernel(&[DATA, TENSOR]));
        account.finish(at(6));
        assert_eq!(booked(&account), [("data", 6)]);
    }

    #[test]
    fn the_optimizer_comes_before_all_else_and_sends_wait_without_a_bubble() {
        let mut account = Account::default();
        let optimizer = operation(COMPUTE, LedgerEntry::Optimizer, &[]);
        let mut send = operation(SEND_FORWARD, LedgerEntry::Pipeline, &[]);
        send.kind = OperationKind::Send { peer: PeerSlot::new(0), bytes: Default::default(), channel: 0 };
        account.entered(at(0), &send);
        run(&mut account, &optimizer, [1, 1, 3]);
        account.begun(at(4), &send);
        account.ended(at(5), &send);
        account.finish(at(5));
        assert_eq!(booked(&account), [("pipeline", 1), ("optimizer", 2), ("wait", 2)]);
    }
}
