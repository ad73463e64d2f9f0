//! Writes the operations of one pass: kernels merged between collectives, collectives between kernels.

use super::ledger::LedgerEntry;
use super::seconds::Seconds;
use super::streams::{COMPUTE, Communicator, TENSOR, TENSOR_INPUT};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    CollectiveCall, CollectiveKind, Operation, OperationKind, StreamId, StreamSet,
};

/// A pass in the making.
///
/// Kernels follow one another on one stream without a gap, so all between two collectives are one operation
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

    /// A tensor collective after all kernels so far; what is written next does not wait for it.
    pub(super) fn begin_tensor(&mut self, stream: StreamId, kind: CollectiveKind, bytes: Bytes) {
        let call = CollectiveCall::auto(kind, bytes);
        self.collective(stream, LedgerEntry::Tensor, (Communicator::Tensor, call));
    }

    /// A tensor collective that everything after it waits for.
    pub(super) fn tensor(&mut self, kind: CollectiveKind, bytes: Bytes) {
        self.begin_tensor(TENSOR, kind, bytes);
        self.wait_for(TENSOR);
    }

    /// A collective after all kernels so far, that everything after it waits for.
    pub(super) fn blocking(
        &mut self,
        stream: StreamId,
        entry: LedgerEntry,
        call: (Communicator, CollectiveCall),
    ) {
        self.collective(stream, entry, call);
        self.wait_for(stream);
    }

    fn collective(
        &mut self,
        stream: StreamId,
        entry: LedgerEntry,
        (communicator, call): (Communicator, CollectiveCall),
    ) {
        self.end_kernel(LedgerEntry::Compute);
        let waits = std::mem::take(&mut self.waits).with(COMPUTE).without(stream);
        let kind = OperationKind::Collective { communicator: communicator.id(), call };
        self.operations.push(Operation { stream, waits, tag: entry.tag(), kind });
    }

    /// The kernels so far are an operation of `entry`; later ones begin another.
    pub(super) fn end_kernel(&mut self, entry: LedgerEntry) {
        if let Some((waits, duration)) = self.kernel.take() {
            let kind = OperationKind::Compute { duration: self.slowed(duration) };
            self.operations.push(Operation { stream: COMPUTE, waits, tag: entry.tag(), kind });
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

/// What a column-divided matmul does backward: its two gradients and the collectives beside them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnBackward {
    /// The input's gradient, which other chips of the group complete.
    pub(super) input_gradient: Seconds,
    /// The weights' gradient, which hides the exchange of the input's.
    pub(super) weight_gradient: Seconds,
    /// The matmul's input, over the whole group.
    pub(super) bytes: Bytes,
}

impl PassWriter {
    /// Backward of a matmul whose columns the tensor group divides, as Megatron overlaps it.
    ///
    /// Under sequence parallelism the input is gathered again beside the input-gradient matmul, and the gradient
    /// reduce-scattered beside the weight-gradient matmul; else the gradient is all-reduced beside the latter.
    pub(super) fn column_backward(&mut self, matmul: ColumnBackward, mode: TensorMode) {
        match mode {
            TensorMode::Alone => self.compute(matmul.input_gradient + matmul.weight_gradient),
            TensorMode::AllReduce => {
                self.compute(matmul.input_gradient);
                self.begin_tensor(TENSOR, CollectiveKind::AllReduce, matmul.bytes);
                self.compute(matmul.weight_gradient);
                self.wait_for(TENSOR);
            }
            TensorMode::SequenceParallel => {
                self.begin_tensor(TENSOR_INPUT, CollectiveKind::AllGather, matmul.bytes);
                self.compute(matmul.input_gradient);
                self.wait_for(TENSOR_INPUT);
                self.begin_tensor(TENSOR, CollectiveKind::ReduceScatter, matmul.bytes);
                self.waits = self.waits.with(TENSOR_INPUT);
                self.compute(matmul.weight_gradient);
                self.wait_for(TENSOR);
            }
        }
    }
}

/// How the chips of a tensor group exchange activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TensorMode {
    /// There is one chip.
    Alone,
    /// Whole activations are summed.
    AllReduce,
    /// Activations are divided by sequence between the halves of layers.
    SequenceParallel,
}
