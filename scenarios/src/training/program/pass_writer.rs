//! Writes the operations of one pass: kernels merged between exchanges, exchanges between kernels.

use super::streams::{COMPUTE, LAUNCH};
use crate::training::LedgerEntry;
use crate::training::compute::{KernelShares, Seconds};
use crate::training::plan::Communicator;
use copperlight_core::units::Time;
use copperlight_core::workload::{CollectiveCall, Operation, OperationKind, StreamId, StreamSet};

/// A collective: on which stream, to which entry of the ledger its time belongs, of which group, and what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange {
    pub(super) stream: StreamId,
    pub(super) entry: LedgerEntry,
    pub(super) communicator: Communicator,
    pub(super) call: CollectiveCall,
}

/// A pass in the making.
///
/// Kernels follow one another on one stream without a gap, so all between two exchanges are one operation
/// whose duration is rounded once. A `slowdown` multiplies every kernel.
#[derive(Debug)]
pub(super) struct PassWriter {
    operations: Vec<Operation>,
    kernel: Option<(StreamSet, Seconds)>,
    waits: StreamSet,
    slowdown: f64,
}

impl PassWriter {
    /// A pass whose first operation waits for `waits`.
    pub(super) fn new(waits: StreamSet, slowdown: f64) -> Self {
        Self { operations: Vec::new(), kernel: None, waits, slowdown }
    }

    /// A kernel after those before it, and after the streams waited for since.
    pub(super) fn compute(&mut self, duration: Seconds) {
        if duration == Seconds::ZERO {
            return;
        }
        match &mut self.kernel {
            Some((_, merged)) => *merged += duration,
            None => self.kernel = Some((std::mem::take(&mut self.waits), duration)),
        }
    }

    /// What is written next waits for the last operation so far of `stream`.
    pub(super) fn wait_for(&mut self, stream: StreamId) {
        self.end_kernel(LedgerEntry::Compute);
        self.waits = self.waits.with(stream);
    }

    /// A collective after all kernels so far, and after what was waited for; what is written next does not wait for it.
    ///
    /// Whatever it waits for, kernels after it wait for as well.
    pub(super) fn begin(&mut self, exchange: Exchange) {
        self.end_kernel(LedgerEntry::Compute);
        let waits = self.waits.with(COMPUTE).without(exchange.stream);
        self.collective(exchange, waits);
    }

    /// A collective that waits only for those before it on its stream.
    pub(super) fn begin_freely(&mut self, exchange: Exchange) {
        self.end_kernel(LedgerEntry::Compute);
        self.collective(exchange, StreamSet::EMPTY);
    }

    /// A collective that waits only for the kernels so far.
    pub(super) fn begin_behind(&mut self, exchange: Exchange) {
        self.end_kernel(LedgerEntry::Compute);
        self.collective(exchange, StreamSet::of(&[COMPUTE]));
    }

    /// A collective that everything after it waits for.
    pub(super) fn blocking(&mut self, exchange: Exchange) {
        self.begin(exchange);
        self.waits = StreamSet::of(&[exchange.stream]);
    }

    fn collective(&mut self, Exchange { stream, entry, communicator, call }: Exchange, waits: StreamSet) {
        let kind = OperationKind::Collective { communicator: communicator.id(), call };
        self.operations.push(Operation { stream, waits, tag: entry.tag(), kind });
    }

    /// What is written next waits until the host has launched it, which takes so long after what it launched before.
    pub(super) fn launch(&mut self, host: Seconds) {
        self.end_kernel(LedgerEntry::Compute);
        let kind = OperationKind::Compute { duration: host.rounded() };
        let (stream, waits) = (LAUNCH, StreamSet::EMPTY);
        let tag = KernelShares::of(host).tag(LedgerEntry::Compute);
        self.operations.push(Operation { stream, waits, tag, kind });
        self.waits = self.waits.with(LAUNCH);
    }

    /// A transfer between stages, as it is.
    pub(super) fn transfer(&mut self, operation: Operation) {
        self.end_kernel(LedgerEntry::Compute);
        self.operations.push(operation);
    }

    /// The kernels so far are an operation of `entry`; later ones begin another.
    pub(super) fn end_kernel(&mut self, entry: LedgerEntry) {
        if let Some((waits, duration)) = self.kernel.take() {
            let kind = OperationKind::Compute { duration: self.slowed(duration) };
            let tag = KernelShares::of(duration).tag(entry);
            self.operations.push(Operation { stream: COMPUTE, waits, tag, kind });
        }
    }

    /// The operations.
    pub(super) fn finish(mut self) -> Vec<Operation> {
        self.end_kernel(LedgerEntry::Compute);
        self.operations
    }

    fn slowed(&self, duration: Seconds) -> Time {
        (duration * self.slowdown).rounded()
    }
}
