//! An estimate of a long step from two shorter ones.
//!
//! Once a pipeline is full, each further round of as many micro-batches as there are stages takes as long as the one
//! before, so that all terms of a step grow in proportion to its micro-batches. Steps of many are therefore estimated
//! with a few rounds, twice, and drawn on.

use super::screen::Estimate;
use crate::estimate::{EstimateTerms, Estimator};
use crate::training::{ChipRates, TrainingJob, TrainingPlan};

/// Rounds of the two shorter steps.
const ROUNDS: [u64; 2] = [2, 3];

/// The estimate of a step; `None` where there is none.
pub(super) fn estimate(estimator: &Estimator, job: &TrainingJob, rates: &ChipRates) -> Option<Estimate> {
    let [short, long] = ROUNDS.map(|rounds| rounds * job.parallelism().pipeline.max(2));
    if job.micro_batches() <= long {
        return of(estimator, job, rates);
    }
    let shorter = |micro_batches| of(estimator, &with_micro_batches(job, micro_batches)?, rates);
    let (first, second) = (shorter(short)?, shorter(long)?);
    let further = (job.micro_batches() - long) as f64 / (long - short) as f64;
    let drawn_on = |first: f64, second: f64| second + further * (second - first);
    Some(Estimate {
        seconds: drawn_on(first.seconds, second.seconds),
        terms: combine(&first.terms, &second.terms, drawn_on),
    })
}

fn of(estimator: &Estimator, job: &TrainingJob, rates: &ChipRates) -> Option<Estimate> {
    let step = estimator.step(job, rates).ok()?;
    Some(Estimate { seconds: step.time.seconds(), terms: step.terms })
}

fn with_micro_batches(job: &TrainingJob, micro_batches: u64) -> Option<TrainingJob> {
    let plan = job.parallelism();
    let global_batch = micro_batches * plan.micro_batch * plan.data;
    TrainingJob::new(TrainingPlan { global_batch, ..job.plan().clone() }, job.chips()).ok()
}

fn combine(first: &EstimateTerms, second: &EstimateTerms, of: impl Fn(f64, f64) -> f64) -> EstimateTerms {
    EstimateTerms {
        compute: of(first.compute, second.compute),
        host: of(first.host, second.host),
        tensor: of(first.tensor, second.tensor),
        context: of(first.context, second.context),
        pipeline: of(first.pipeline, second.pipeline),
        data: of(first.data, second.data),
        expert: of(first.expert, second.expert),
        bubble: of(first.bubble, second.bubble),
        optimizer: of(first.optimizer, second.optimizer),
        wait: of(first.wait, second.wait),
    }
}
