//! The whole step of one stage as a program: passes by schedule, and the end of the step.

use super::pass_writer::{Exchange, PassWriter};
use super::passes::{Chip, PassKind, Passes};
use super::replicas::{gathers, gathers_first, overlaps_gradients, reduces_last, reductions};
use super::side_by_side::side_by_side;
use super::stage_parameters::{chunk_parameters, embedding_shard, owned_parameters, stage_parameters};
use super::streams::{DATA, EXPERT_DATA, PARAMETERS, Route, Track};
use crate::training::LedgerEntry;
use crate::training::compute::{Kernels, edge_compute};
use crate::training::plan::{Chunk, Communicator, Stage, TrainingJob, ZeroStage};
use crate::training::schedule::{Pass, PassOf, Step, steps};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    BlockHandle, CollectiveCall, CollectiveKind, Operation, Program, ProgramBuilder, StreamSet,
};
use std::collections::BTreeMap;

/// A step of a schedule, as far as its operations depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum StepKind {
    One(PassKind),
    Paired { forward: PassKind, backward: PassKind },
}

/// The program of a chip of `stage`.
///
/// Each distinct step is one block, however many micro-batches there are.
pub(super) fn stage_program(job: &TrainingJob, stage: &Stage, kernels: &Kernels, chip: Chip) -> Program {
    let chip = Chip { slowdown: chip.slowdown * kernels.jitter(job.chips()), ..chip };
    let passes = Passes::new(job, stage, kernels, chip);
    let mut program = ProgramBuilder::new();
    let mut blocks: BTreeMap<StepKind, BlockHandle> = BTreeMap::new();
    for kind in step_kinds(job, stage) {
        let block = *blocks.entry(kind).or_insert_with(|| program.block(operations(&passes, kind)));
        program.run(block);
    }
    program.once(end_of_step(job, stage, kernels, chip));
    program.build()
}

/// The steps of a stage, each told whether it is the first or the last that matters to its replicas.
fn step_kinds(job: &TrainingJob, stage: &Stage) -> Vec<StepKind> {
    let plan = job.parallelism();
    let steps = steps(plan.schedule, stage, job.micro_batches(), plan.overlap.experts);
    let mut first: BTreeMap<usize, PassOf> = BTreeMap::new();
    let mut last: BTreeMap<usize, PassOf> = BTreeMap::new();
    for pass in steps.iter().flat_map(|step| step.passes()) {
        first.entry(pass.chunk).or_insert(pass);
        if matches!(pass.pass, Pass::Backward | Pass::BackwardWeight) {
            last.insert(pass.chunk, pass);
        }
    }
    let (gathers, reduces) = (gathers_first(job), reduces_last(job));
    let kind = |of: PassOf, paired| PassKind {
        is_first: gathers && first.get(&of.chunk) == Some(&of),
        is_last: reduces && last.get(&of.chunk) == Some(&of),
        ..PassKind::of(of, paired)
    };
    let kind = |step: &Step| match *step {
        Step::One(pass) => StepKind::One(kind(pass, false)),
        Step::Paired { forward, backward } => {
            StepKind::Paired { forward: kind(forward, true), backward: kind(backward, true) }
        }
    };
    steps.iter().map(kind).collect()
}

fn operations(passes: &Passes<'_>, kind: StepKind) -> Vec<Operation> {
    match kind {
        StepKind::One(pass) => passes.operations(pass),
        StepKind::Paired { forward, backward } => {
            side_by_side(passes.operations(forward), passes.operations(backward))
        }
    }
}

/// Gradients that no pass has reduced are, each chip updates the parameters that it owns, and the new ones are gathered
/// unless the next step's passes do so.
///
/// The gradient of a tied embedding is summed over first and last stage, as Megatron does. Left out, as
/// small beside these: the all-reduce of the gradient's norm, and of norm weights under sequence parallelism.
fn end_of_step(job: &TrainingJob, stage: &Stage, kernels: &Kernels, chip: Chip) -> Vec<Operation> {
    let mut end = PassWriter::new(waits_of_end(), chip.slowdown);
    if !overlaps_gradients(job) {
        reduce_at_end(job, stage, &mut end);
    }
    if job.shares_embedding() && (stage.is_first() || stage.is_last()) {
        let bytes = Bytes::new(job.recipe().gradients.bytes() * embedding_shard(job));
        let call = CollectiveCall::auto(CollectiveKind::AllReduce, bytes);
        let communicator = Communicator::Embedding;
        end.begin(Exchange { stream: DATA, entry: LedgerEntry::Data, communicator, call });
    }
    end.wait_for(DATA);
    end.wait_for(EXPERT_DATA);
    end.compute(edge_compute::step_overhead(job, kernels));
    end.end_kernel(LedgerEntry::Compute);
    end.compute(edge_compute::optimizer(owned_parameters(job, stage), kernels));
    end.end_kernel(LedgerEntry::Optimizer);
    let divides = matches!(job.parallelism().zero, ZeroStage::Optimizer | ZeroStage::Gradients);
    if divides && !job.parallelism().overlap.parameters {
        gathers(job, stage_parameters(job, stage), PARAMETERS)
            .into_iter()
            .for_each(|exchange| end.begin(exchange));
    }
    end.finish()
}

/// Of all chunks at once; of stages that hold copies of one another's chunks, chunk by chunk along the model, so that
/// both come to them in one order.
fn reduce_at_end(job: &TrainingJob, stage: &Stage, end: &mut PassWriter) {
    let held = if job.parallelism().mirrors_stages() {
        let mut chunks: Vec<&Chunk> = stage.chunks.iter().collect();
        chunks.sort_by_key(|chunk| chunk.index);
        chunks.into_iter().map(|chunk| chunk_parameters(job, chunk)).collect()
    } else {
        vec![stage_parameters(job, stage)]
    };
    for exchange in held.into_iter().flat_map(|held| reductions(job, held)) {
        end.begin(exchange);
    }
}

/// Everything that passes have begun.
fn waits_of_end() -> StreamSet {
    let sends = |route: Route| route.sends().iter().collect::<Vec<_>>();
    let tracks =
        [Track::MAIN, Track::BESIDE].into_iter().flat_map(|track| track.streams().iter().collect::<Vec<_>>());
    let streams: Vec<_> = tracks.chain(sends(Route::DOWN)).chain(sends(Route::UP)).collect();
    StreamSet::of(&streams)
}
