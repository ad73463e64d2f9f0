//! Every rule of a plan, broken once.

use crate::training::testing::plan;
use crate::training::{Parallelism, PlanError, TrainingJob, TrainingPlan};

fn refusal(change: impl FnOnce(&mut TrainingPlan)) -> PlanError {
    let mut plan = plan([2, 2, 1]);
    change(&mut plan);
    let chips = plan.parallelism.chips();
    TrainingJob::new(plan, chips).expect_err("the plan breaks a rule")
}

#[test]
fn chips_are_the_product_of_the_degrees() {
    let error = TrainingJob::new(plan([2, 2, 1]), 8).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tensor x pipeline x data = 2 x 2 x 1 = 4, and the system has `chips` = 8; \
         set `data` to \"auto\", or `chips` to 4"
    );
    let cut = Parallelism { tensor: 8, pipeline: 16, ..Parallelism::default() };
    assert_eq!(cut.replicas(1152), Ok(9));
    assert_eq!(
        cut.replicas(1200).unwrap_err().to_string(),
        "`chips` = 1200 is no multiple of tensor x pipeline = 8 x 16 = 128; use 1152 or 1280 chips, or other degrees"
    );
    assert_eq!(
        cut.replicas(72).unwrap_err().to_string(),
        "`chips` = 72 is no multiple of tensor x pipeline = 8 x 16 = 128; use 128 chips, or other degrees"
    );
    let cut = Parallelism { context: 2, ..cut };
    assert_eq!(
        cut.replicas(1000).unwrap_err().to_string(),
        "`chips` = 1000 is no multiple of tensor x context x pipeline = 8 x 2 x 16 = 256; use 768 or 1024 chips, or \
         other degrees"
    );
}

#[test]
fn degrees_and_sizes_are_positive_and_bounded() {
    assert_eq!(
        refusal(|plan| plan.parallelism.tensor = 0).to_string(),
        "`parallelism.tensor` is 0; it must be at least 1"
    );
    assert_eq!(
        refusal(|plan| plan.parallelism.micro_batch = 0).to_string(),
        "`micro_batch` is 0; it must be at least 1"
    );
    assert_eq!(
        refusal(|plan| plan.sequence_length = 1 << 30).to_string(),
        "`sequence_length` is 1073741824; it must be at most 16777216"
    );
    assert_eq!(
        refusal(|plan| plan.parallelism.data = u64::MAX).to_string(),
        "`parallelism.data` is 18446744073709551615; it must be at most 16777216"
    );
}

#[test]
fn widths_are_divisible_by_tensor() {
    let error = refusal(|plan| plan.parallelism.tensor = 3);
    assert_eq!(error.to_string(), "`tensor` = 3 does not divide the model's `heads` = 4; use 2 or 4");
    assert_eq!(error.key(), "parallelism.tensor");
}

#[test]
fn stages_hold_at_least_a_layer() {
    assert_eq!(
        refusal(|plan| plan.parallelism.pipeline = 5).to_string(),
        "`pipeline` = 5 exceeds the model's 4 layers; use at most 4 stages"
    );
}

#[test]
fn the_batch_divides_evenly() {
    assert_eq!(
        refusal(|plan| plan.global_batch = 7).to_string(),
        "`global_batch` = 7 is no multiple of micro_batch x data = 2 x 1 = 2; use 8, the nearest multiple"
    );
}

#[test]
fn tokens_divide_evenly_under_sequence_parallelism() {
    assert_eq!(
        refusal(|plan| {
            plan.sequence_length = 31;
            plan.parallelism.micro_batch = 1;
        })
        .to_string(),
        "`sequence_parallel` deals 31 tokens (micro_batch x sequence_length / context) to `tensor` = 2 chips, which \
         leaves a remainder; use a `sequence_length` that is a multiple of tensor x context, or `sequence_parallel = false`"
    );
}

#[test]
fn endless_steps_are_refused() {
    let error = refusal(|plan| plan.global_batch = 1 << 24);
    assert_eq!(
        error.to_string(),
        "a step of 8388608 micro-batches has 1711276032 operations on each chip, more than 268435456; \
         lower `global_batch`, or raise `data` or `micro_batch`"
    );
}
