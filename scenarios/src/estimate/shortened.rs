//! Steps of many micro-batches, by two steps of fewer: once a pipeline is full, each further micro-batch takes as long.

use super::lower_bound::StageKernels;
use super::moment::Moment;
use crate::training::{TrainingJob, TrainingPlan};

/// The kernels and the ends of all stages of a step.
pub(super) struct Run {
    pub(super) kernels: StageKernels,
    pub(super) ends: Vec<Moment>,
}

/// How many rounds of a pipeline fill it for certain, and how many more tell what a micro-batch takes.
const ROUNDS: [u64; 2] = [2, 3];

/// Two jobs of fewer micro-batches, and how many times their difference must be added to the longer one.
pub(super) struct Shortened {
    pub(super) jobs: [TrainingJob; 2],
    pub(super) times: f64,
}

impl Shortened {
    /// The shortened job, if it is long enough.
    pub(super) fn of(job: &TrainingJob) -> Option<Self> {
        let stages = job.parallelism().pipeline;
        // DualPipe takes micro-batches two by two, interleaved schedules as many as there are stages.
        let round = if stages.is_multiple_of(2) { stages } else { 2 * stages };
        let all = job.micro_batches();
        // What is left over goes into both.
        let [fewer, more] = ROUNDS.map(|rounds| rounds * round + all % round);
        if all <= more {
            return None;
        }
        let with = |micro_batches: u64| {
            let plan = job.plan().clone();
            let global_batch = plan.global_batch / all * micro_batches;
            TrainingJob::new(TrainingPlan { global_batch, ..plan }, job.chips()).ok()
        };
        Some(Self { jobs: [with(fewer)?, with(more)?], times: (all - more) as f64 / round as f64 })
    }

    /// What the whole job does, from what the two do.
    pub(super) fn extend(&self, fewer: &Run, more: Run) -> Run {
        let end = |(fewer, more): (&Moment, &Moment)| more.plus(&more.since(fewer).times(self.times));
        let ends = fewer.ends.iter().zip(&more.ends).map(end).collect();
        Run { kernels: more.kernels.extend(&fewer.kernels, self.times), ends }
    }
}
