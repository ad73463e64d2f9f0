//! Estimates held against the simulation.

use super::Estimator;
use crate::training::testing::{job_of, plan};
use crate::training::tests::choices::{legal_plan, rates};
use crate::training::tests::simulated::{ideal, run, star};
use crate::training::{ChipRates, Ledger, Recipe, TrainingJob, TrainingPlan};
use copperlight_core::simulation::{Options, Slowing, simulate};
use copperlight_core::transport::Transport;
use copperlight_topologies::System;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// An estimator for a job on a star of ideal links.
fn estimator(job: &TrainingJob) -> Estimator {
    let chips = job.chips() as usize;
    Estimator::of_fabric((star(chips), Transport::ideal()), chips)
}

/// The estimated time over the simulated one on a star, and the lower bound over it.
fn ratios(job: &TrainingJob, rates: &ChipRates) -> [f64; 2] {
    let (outcome, _) = run(&job.workload(rates), &ideal());
    let estimate = estimator(job).step(job, rates).expect("the job fits the star");
    assert!((estimate.terms.total() / estimate.time.seconds() - 1.0).abs() < 1e-9, "terms sum to the time");
    let simulated = outcome.end.seconds();
    [estimate.time.seconds() / simulated, estimate.lower_bound.seconds() / simulated]
}

/// The same on 16 chips of a system.
fn ratios_on(system: &str, job: &TrainingJob, rates: &ChipRates) -> [f64; 2] {
    let system = System::preset(system).expect("the system is in the catalog");
    let chips = job.chips() as usize;
    let fabric = system.build(chips).expect("the system has so many chips");
    let workload = job.workload(rates).with_rank_order(system.rank_order());
    let share = u16::try_from(job.recipe().interference.unwrap_or(0)).expect("a share is small");
    let slowing = Slowing::per_mille(share).expect("some speed is left");
    let options = Options::new(system.transport()).slowed(slowing);
    let outcome = simulate(&fabric, &workload, &options, &mut Ledger::new()).expect("the job fits");
    let estimator = Estimator::new(&system, chips).expect("the system has so many chips");
    let estimate = estimator.step(job, rates).expect("the job fits");
    let simulated = outcome.end.seconds();
    assert!(estimate.lower_bound <= outcome.end, "no step is faster than its lower bound");
    [estimate.time.seconds() / simulated, estimate.lower_bound.seconds() / simulated]
}

/// A chip so much faster than the slow one of tests.
fn faster(by: f64) -> ChipRates {
    let slow = rates();
    let [gemm, of_bf16] = [slow.gemm_efficiency, slow.gemm_efficiency_bf16].map(|share| share * by);
    ChipRates { gemm_efficiency: gemm, gemm_efficiency_bf16: of_bf16, ..slow }
}

/// The plan with replicas enough for 16 chips, and so many micro-batches a stage.
fn on_16(mut plan: TrainingPlan, rounds: u64) -> TrainingPlan {
    let cut = plan.parallelism;
    plan.parallelism.data = 16 / (cut.tensor * cut.context * cut.pipeline);
    plan.global_batch = cut.micro_batch * plan.parallelism.data * cut.pipeline * 2 * rounds;
    plan
}

#[test]
fn one_chip_computes_all_the_time() {
    let [time, bound] = ratios(&job_of(plan([1, 1, 1])), &rates());
    assert!((time - 1.0).abs() < 1e-9 && (bound - 1.0).abs() < 1e-9, "{time} {bound}");
}

#[test]
fn another_number_of_chips_is_refused() {
    let job = job_of(plan([2, 2, 1]));
    let estimator = Estimator::of_fabric((star(8), Transport::ideal()), 8);
    assert_eq!(
        estimator.step(&job, &rates()).expect_err("the job has 4 chips").to_string(),
        "the plan is for 4 chips, and the estimator was made for 8; make one for 4 chips"
    );
}

/// So many plans, always the same.
fn plans(count: usize) -> Vec<TrainingPlan> {
    let mut runner = TestRunner::deterministic();
    let mut next = || legal_plan().new_tree(&mut runner).expect("there are plans").current();
    (0..count).map(|_| next()).collect()
}

/// The largest and the mean error.
fn errors(ratios: &[f64]) -> [f64; 2] {
    let errors = || ratios.iter().map(|ratio| (ratio - 1.0).abs());
    [errors().fold(0.0, f64::max), errors().sum::<f64>() / ratios.len() as f64]
}

#[test]
fn estimates_of_plans_on_ideal_links_are_close() {
    let ratios: Vec<f64> = plans(48).into_iter().map(|plan| ratios(&job_of(plan), &rates())[0]).collect();
    let [largest, mean] = errors(&ratios);
    assert!(largest < 0.05 && mean < 0.005, "{largest} {mean} {ratios:?}");
}

#[test]
fn estimates_of_plans_on_systems_are_close() {
    let systems = ["hgx-h100", "cloudmatrix384", "gb200-nvl72"];
    let ratio = |(number, plan): (usize, TrainingPlan)| {
        let interference = if number % 3 == 0 { 150 } else { 0 };
        let mut plan = on_16(plan, if number % 4 == 0 { 12 } else { 2 });
        plan.recipe = Recipe { interference: Some(interference), ..plan.recipe };
        let job = TrainingJob::new(plan, 16).ok()?;
        // From kernels that hide everything to exchanges that hide most kernels.
        let by = [1.0, 10.0][number / 2 % 2];
        Some(ratios_on(systems[number % 3], &job, &faster(by))[0])
    };
    let ratios: Vec<f64> = plans(60).into_iter().enumerate().filter_map(ratio).collect();
    let [largest, mean] = errors(&ratios);
    assert!(ratios.len() > 40 && largest < 0.1 && mean < 0.01, "{largest} {mean} {ratios:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_step_is_faster_than_its_lower_bound(plan in legal_plan(), by in select(vec![1.0, 10.0, 1000.0])) {
        let [time, bound] = ratios(&job_of(plan), &faster(by));
        prop_assert!(bound <= 1.0 && bound <= time, "bound and estimate over simulated time: {} {}", bound, time);
    }

    #[test]
    fn faster_chips_are_never_slower(plan in legal_plan(), by in 1.0_f64..1000.0) {
        let job = job_of(plan);
        let estimator = estimator(&job);
        let time = |rates| estimator.step(&job, &rates).expect("the job fits the star").time.seconds();
        prop_assert!(time(faster(by)) <= time(rates()) * (1.0 + 1e-9));
    }
}
