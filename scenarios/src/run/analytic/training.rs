//! One training step in closed form: what the estimator finds, with the ledger's entries as far as it has them.

use super::outcome;
use super::surroundings::{estimator_of, refused};
use crate::estimate::EstimateTerms;
use crate::file::Point;
use crate::report::{Breakdown, PointResult};
use crate::run::point::PointOutcome;
use crate::run::rates::rates;
use crate::run::{RunError, does_not_fit};
use crate::training::TrainingJob;

/// Works out the step of one point.
pub(super) fn run(point: &Point, job: &TrainingJob) -> Result<PointOutcome, RunError> {
    let rates = rates(&point.system, &point.system_name, job)?;
    let memory = job.memory(&rates);
    if !memory.fits() {
        let note = does_not_fit::in_short(point, &memory);
        return Ok(outcome(does_not_fit::unsimulated(point, &memory, &rates), vec![note]));
    }
    let estimator = estimator_of(point)?;
    let estimate = estimator.step(job, &rates).map_err(|error| refused(&point.system_name, error))?;
    let metrics = job.metrics(estimate.time, &rates);
    let result = PointResult {
        step_time_s: Some(estimate.time.seconds()),
        mfu: Some(metrics.mfu),
        mfu_bf16: Some(metrics.mfu_bf16),
        hfu: Some(metrics.hfu),
        model_tflops_per_chip: Some(metrics.model_rate_per_chip.flops_per_second() / 1e12),
        tokens_per_second_per_chip: Some(metrics.tokens_per_second_per_chip),
        exposed_communication_share: Some(exposed(&estimate.terms) / estimate.time.seconds()),
        breakdown_s: Some(breakdown(&estimate.terms)),
        ..does_not_fit::unsimulated(point, &memory, &rates)
    };
    Ok(outcome(result, Vec::new()))
}

/// Communication that nothing hides.
fn exposed(terms: &EstimateTerms) -> f64 {
    terms.tensor + terms.context + terms.pipeline + terms.data + terms.expert
}

/// The ledger counts as compute what a chip waits for its host, as kernels would be that took longer.
fn breakdown(terms: &EstimateTerms) -> Breakdown {
    Breakdown {
        compute: Some(terms.compute + terms.host),
        tensor: Some(terms.tensor),
        context: Some(terms.context),
        pipeline: Some(terms.pipeline),
        data: Some(terms.data),
        expert: Some(terms.expert),
        bubble: Some(terms.bubble),
        optimizer: Some(terms.optimizer),
        wait: Some(terms.wait),
    }
}
