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

#[cfg(test)]
mod tests {
    use super::*;
    use Schedule::{DualPipe, GPipe, OneForwardOneBackward, ZeroBubble};

    fn refusal(schedule: Schedule, [pipeline, virtual_stages, micro_batches]: [u64; 3]) -> String {
        check(schedule, pipeline, virtual_stages, micro_batches).expect_err("a rule is broken").to_string()
    }

    #[test]
    fn legal_plans_pass() {
        for (schedule, [pipeline, virtual_stages, micro_batches]) in [
            (GPipe, [1, 1, 1]),
            (GPipe, [8, 1, 3]),
            (OneForwardOneBackward, [8, 1, 3]),
            (OneForwardOneBackward, [8, 4, 24]),
            (ZeroBubble, [1, 1, 1]),
            (ZeroBubble, [8, 1, 3]),
            (DualPipe, [8, 1, 16]),
            (DualPipe, [2, 1, 6]),
        ] {
            assert_eq!(check(schedule, pipeline, virtual_stages, micro_batches), Ok(()));
        }
    }

    #[test]
    fn virtual_stages_belong_to_1f1b_with_a_pipeline() {
        assert_eq!(
            refusal(OneForwardOneBackward, [4, 0, 8]),
            "`parallelism.virtual_stages` is 0; it must be at least 1"
        );
        for (schedule, name) in [(GPipe, "gpipe"), (ZeroBubble, "zero-bubble"), (DualPipe, "dualpipe")] {
            assert_eq!(
                refusal(schedule, [4, 2, 8]),
                format!(
                    "`virtual_stages` = 2 needs 1F1B, and `schedule` is \"{name}\"; \
                     use \"interleaved-1f1b\", or `virtual_stages = 1`"
                )
            );
        }
        assert_eq!(
            refusal(OneForwardOneBackward, [1, 2, 8]),
            "`virtual_stages` = 2 divides the stages of a pipeline, and `pipeline` is 1; \
             use `virtual_stages = 1`, or a `pipeline` of at least 2"
        );
    }

    #[test]
    fn interleaving_takes_whole_groups() {
        assert_eq!(
            refusal(OneForwardOneBackward, [4, 2, 6]),
            "`virtual_stages` = 2 takes micro-batches in groups of `pipeline` = 4, and each replica has 6; \
             use a number that is a multiple of 4 (`micro_batches`, or `global_batch` over micro_batch x data), or \
             `virtual_stages = 1`"
        );
    }

    #[test]
    fn dual_pipe_is_filled_from_both_ends() {
        assert_eq!(
            refusal(DualPipe, [3, 1, 8]),
            "`schedule` \"dualpipe\" needs an even `pipeline`, and it is 3; use 4 stages"
        );
        for micro_batches in [6, 9] {
            assert_eq!(
                refusal(DualPipe, [4, 1, micro_batches]),
                format!(
                    "`schedule` \"dualpipe\" needs an even number of micro-batches, at least 2 x pipeline = 2 x 4 = 8, \
                     and each replica has {micro_batches}; raise `global_batch` or `micro_batches`, or lower `data` or \
                     `micro_batch`"
                )
            );
        }
    }
}
