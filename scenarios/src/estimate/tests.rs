//! Estimates held against the simulation.

use super::Estimator;
use crate::training::TrainingJob;
use crate::training::testing::{job_of, plan};
use crate::training::tests::choices::{legal_plan, rates};
use crate::training::tests::simulated::{ideal, run, star};
use copperlight_core::transport::Transport;
use proptest::prelude::*;

/// An estimator for a job on a star of ideal links.
fn estimator(job: &TrainingJob) -> Estimator {
    let chips = job.chips() as usize;
    Estimator::of_fabric((star(chips), Transport::ideal()), chips)
}

/// The estimated time over the simulated one, and the lower bound over it.
fn ratios(job: &TrainingJob) -> [f64; 2] {
    let (outcome, _) = run(&job.workload(&rates()), &ideal());
    let estimate = estimator(job).step(job, &rates()).expect("the job fits the star");
    let simulated = outcome.end.seconds();
    [estimate.time.seconds() / simulated, estimate.lower_bound.seconds() / simulated]
}

#[test]
fn one_chip_computes_all_the_time() {
    let [time, bound] = ratios(&job_of(plan([1, 1, 1])));
    assert!((time - 1.0).abs() < 1e-9 && (bound - 1.0).abs() < 1e-9, "{time} {bound}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn estimates_are_close_and_bounds_hold(plan in legal_plan()) {
        let [time, bound] = ratios(&job_of(plan));
        prop_assert!((time - 1.0).abs() < 0.02, "estimated over simulated time: {}", time);
        prop_assert!(bound <= 1.0 + 1e-9, "lower bound over simulated time: {}", bound);
    }
}
