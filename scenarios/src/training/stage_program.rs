//! The whole step of one stage as a program: passes by schedule, exchanges, and the end of the step.

use super::edge_compute;
use super::job::TrainingJob;
use super::kernels::Kernels;
use super::layout::Stage;
use super::ledger::LedgerEntry;
use super::pass_writer::PassWriter;
use super::passes::Passes;
use super::schedule::{Exchange, Step, one_forward_one_backward};
use super::stage_parameters::{embedding_shard, held_parameters, owned_parameters};
use super::streams::{
    BACKWARD_CHANNEL, COMPUTE, Communicator, DATA, FORWARD_CHANNEL, Neighbour, RECEIVE_BACKWARD,
    RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD, between_passes,
};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    BlockHandle, CollectiveCall, CollectiveKind, Operation, OperationKind, Program, ProgramBuilder, StreamId,
    StreamSet,
};
use std::collections::BTreeMap;

/// Bytes of one gradient: Megatron accumulates and reduces them in FP32.
pub(super) const GRADIENT_BYTES: u64 = 4;
/// Bytes of one parameter as kernels read it.
pub(super) const PARAMETER_BYTES: u64 = 2;

/// The program of `stage`, every kernel `slowdown` times as long as the chip's rates say.
///
/// Each distinct pass and exchange is one block, however many micro-batches there are.
pub(super) fn stage_program(job: &TrainingJob, stage: &Stage, kernels: &Kernels, slowdown: f64) -> Program {
    let passes = Passes::new(job, stage, kernels, slowdown);
    let transfer = stage_transfer(job);
    let mut program = ProgramBuilder::new();
    let mut blocks: BTreeMap<Step, BlockHandle> = BTreeMap::new();
    for step in one_forward_one_backward(stage, job.micro_batches()) {
        let block = *blocks.entry(step).or_insert_with(|| {
            program.block(match step {
                Step::Forward => passes.forward(),
                Step::Backward => passes.backward(),
                Step::Exchange(exchange) => exchange_operations(exchange, transfer),
            })
        });
        program.run(block);
    }
    program.once(end_of_step(job, stage, kernels, slowdown));
    program.build()
}

/// Bytes that one rank sends to the next stage: its part of the sequence under sequence parallelism, else all of it.
fn stage_transfer(job: &TrainingJob) -> Bytes {
    let elements = job.micro_batch_tokens() * job.model().shape().hidden / job.sequence_shards();
    Bytes::new(2 * elements)
}

/// Transfers issued together: none waits for another of them, all wait for whatever came before.
fn exchange_operations(exchange: Exchange, bytes: Bytes) -> Vec<Operation> {
    let (previous, next) = (Neighbour::Previous.slot(), Neighbour::Next.slot());
    let activations = FORWARD_CHANNEL;
    let gradients = BACKWARD_CHANNEL;
    let transfers = [
        (
            exchange.send_forward,
            SEND_FORWARD,
            OperationKind::Send { peer: next, bytes, channel: activations },
        ),
        (
            exchange.receive_forward,
            RECEIVE_FORWARD,
            OperationKind::Receive { peer: previous, channel: activations },
        ),
        (
            exchange.send_backward,
            SEND_BACKWARD,
            OperationKind::Send { peer: previous, bytes, channel: gradients },
        ),
        (
            exchange.receive_backward,
            RECEIVE_BACKWARD,
            OperationKind::Receive { peer: next, channel: gradients },
        ),
    ];
    let issued: Vec<(StreamId, OperationKind)> = transfers
        .into_iter()
        .filter(|(is_issued, ..)| *is_issued)
        .map(|(_, stream, kind)| (stream, kind))
        .collect();
    let waits = issued.iter().fold(between_passes(), |waits, (stream, _)| waits.without(*stream));
    let tag = LedgerEntry::Pipeline.tag();
    issued.into_iter().map(|(stream, kind)| Operation { stream, waits, tag, kind }).collect()
}

/// Gradients are reduce-scattered over the replicas after the last backward pass, each chip updates the parameters
/// that it owns, and the new ones are gathered. Nothing of it overlaps with passes.
///
/// The gradient of a tied embedding is then summed over first and last stage, as Megatron does. Left out, as
/// small beside these: the all-reduce of the gradient's norm, and of norm weights under sequence parallelism.
fn end_of_step(job: &TrainingJob, stage: &Stage, kernels: &Kernels, slowdown: f64) -> Vec<Operation> {
    let held = held_parameters(job, stage);
    let replicated = job.parallelism().data > 1;
    let mut end = PassWriter::new(waits_of_end(), slowdown);
    let exchange = |end: &mut PassWriter, communicator, kind, bytes| {
        let call = CollectiveCall::auto(kind, Bytes::new(bytes));
        end.blocking(DATA, LedgerEntry::Data, (communicator, call));
    };
    if replicated {
        exchange(&mut end, Communicator::Data, CollectiveKind::ReduceScatter, GRADIENT_BYTES * held);
    }
    if job.shares_embedding() && (stage.is_first() || stage.is_last()) {
        let bytes = GRADIENT_BYTES * embedding_shard(job);
        exchange(&mut end, Communicator::Embedding, CollectiveKind::AllReduce, bytes);
    }
    end.compute(edge_compute::optimizer(owned_parameters(job, stage), kernels));
    end.end_kernel(LedgerEntry::Optimizer);
    if replicated {
        exchange(&mut end, Communicator::Data, CollectiveKind::AllGather, PARAMETER_BYTES * held);
    }
    end.finish()
}

fn waits_of_end() -> StreamSet {
    between_passes().without(COMPUTE)
}
