//! Which pipelines and batches a schedule takes.

use crate::training::plan::{PlanError, Schedule};

/// Holds a schedule against the pipeline and the micro-batches of a replica.
///
/// # Errors
/// [`PlanError`] naming the first rule that is broken.
pub(in crate::training) fn check(
    schedule: Schedule,
    pipeline: u64,
    virtual_stages: u64,
    micro_batches: u64,
) -> Result<(), PlanError> {
    if virtual_stages == 0 {
        return Err(PlanError::Zero { key: "parallelism.virtual_stages" });
    }
    if virtual_stages > 1 {
        return check_interleaved(schedule, pipeline, virtual_stages, micro_batches);
    }
    if schedule == Schedule::DualPipe {
        return check_dual_pipe(pipeline, micro_batches);
    }
    Ok(())
}

fn check_interleaved(
    schedule: Schedule,
    pipeline: u64,
    virtual_stages: u64,
    micro_batches: u64,
) -> Result<(), PlanError> {
    if schedule != Schedule::OneForwardOneBackward {
        return Err(PlanError::VirtualStagesOfSchedule { virtual_stages, schedule: name(schedule) });
    }
    if pipeline == 1 {
        return Err(PlanError::VirtualStagesOfOne { virtual_stages });
    }
    if !micro_batches.is_multiple_of(pipeline) {
        return Err(PlanError::InterleavedIndivisible { virtual_stages, pipeline, micro_batches });
    }
    Ok(())
}

/// The rules that the reference code asserts.
fn check_dual_pipe(pipeline: u64, micro_batches: u64) -> Result<(), PlanError> {
    if !pipeline.is_multiple_of(2) {
        return Err(PlanError::DualPipeOddPipeline { pipeline });
    }
    let least = pipeline.saturating_mul(2);
    if micro_batches < least || !micro_batches.is_multiple_of(2) {
        return Err(PlanError::DualPipeMicroBatches { micro_batches, pipeline, least });
    }
    Ok(())
}

/// The name of a schedule in scenario files.
const fn name(schedule: Schedule) -> &'static str {
    match schedule {
        Schedule::GPipe => "gpipe",
        Schedule::OneForwardOneBackward => "1f1b",
        Schedule::ZeroBubble => "zero-bubble",
        Schedule::DualPipe => "dualpipe",
    }
}
