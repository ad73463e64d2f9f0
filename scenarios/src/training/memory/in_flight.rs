//! How many micro-batches of each chunk a stage has gone forward with and not backward, at most.

use crate::training::plan::{Schedule, Stage, TrainingJob};
use crate::training::schedule::{held_at_peak, steps};

/// Rounds of a pipeline after which a schedule holds no more than before.
const ROUNDS: u64 = 4;

/// Micro-batches whose activations a chip of `stage` holds at the peak, for each of its chunks.
///
/// Read off the schedule itself, of which a few rounds are enough but for `GPipe`, which holds all.
pub(super) fn in_flight(job: &TrainingJob, stage: &Stage) -> Vec<u64> {
    let plan = job.parallelism();
    let micro_batches = job.micro_batches();
    if plan.schedule == Schedule::GPipe {
        return vec![micro_batches; stage.chunks.len()];
    }
    let enough = micro_batches.min(ROUNDS * plan.pipeline);
    held_at_peak(&steps(plan.schedule, stage, enough, plan.overlap.experts), &stage.chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::model::{Model, ModelShape};
    use crate::training::testing::{job_of, plan};

    fn held(schedule: Schedule, [micro_batches, stages, chunks]: [u64; 3]) -> Vec<Vec<u64>> {
        let mut plan = plan([1, stages, 1]);
        let shape = ModelShape { layers: stages * chunks, ..*plan.model.shape() };
        plan.model = Model::new("long", shape).expect("the shape is legal");
        plan.global_batch = 2 * micro_batches;
        plan.parallelism.schedule = schedule;
        plan.parallelism.virtual_stages = chunks;
        let job = job_of(plan);
        let whole = |stage| held_at_peak(&steps(schedule, stage, micro_batches, false), &stage.chunks);
        let found: Vec<Vec<u64>> = job.stages().iter().map(|stage| in_flight(&job, stage)).collect();
        assert_eq!(found, job.stages().iter().map(whole).collect::<Vec<_>>(), "{schedule:?}");
        found
    }

    #[test]
    fn schedules_hold_what_their_papers_say() {
        let plain = Schedule::OneForwardOneBackward;
        assert_eq!(held(plain, [3, 4, 1]).concat(), [3, 3, 2, 1]);
        assert_eq!(held(plain, [64, 4, 1]).concat(), [4, 3, 2, 1]);
        assert_eq!(held(Schedule::GPipe, [64, 4, 1]).concat(), [64, 64, 64, 64]);
        assert_eq!(held(Schedule::ZeroBubble, [64, 4, 1]).concat(), [4, 4, 4, 4]);
        // DeepSeek-AI 2024 (arXiv:2412.19437), table 2: a micro-batch more than there are stages.
        let both_ways = held(Schedule::DualPipe, [64, 4, 1]);
        assert_eq!(both_ways, [[4, 1], [3, 2], [2, 3], [1, 4]]);
    }

    #[test]
    fn interleaved_stages_hold_more_of_their_earlier_chunks() {
        // Korthikanti et al. 2022: L (1 + (p - 1)/(p v)) layers, of which a chunk has L/(p v), are p v + p - 1 chunks.
        let held = held(Schedule::OneForwardOneBackward, [64, 8, 3]);
        assert_eq!(held[0], [15, 8, 8]);
        assert_eq!(held[7], [8, 8, 1]);
    }
}
