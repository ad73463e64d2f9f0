//! Searches of small spaces, held against the simulation of every plan in them.

use super::bound::Bounds;
use super::space::Space;
use super::{Finalist, OverlapRule, SearchOptions, search_point};
use crate::estimate::Estimator;
use crate::file::{Point, SourceText, Workload, check};
use crate::run::{EngineOptions, chip_rates, run_point};
use crate::training::{Parallelism, PlanKey, TrainingJob};
use std::collections::BTreeSet;

const DENSE: &str = "scenario.name = 'small'\n\
     [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 16\n\
     [workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 32\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 8\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 8192\n\
     gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     [workload.parallelism]\ntensor = 2\npipeline = 2\ndata = 'auto'\n";

const EXPERTS: &str = "scenario.name = 'small'\n\
     [[systems]]\nname = 'light'\npreset = 'cloudmatrix384'\nchips = 16\n\
     [workload]\nkind = 'training'\nsequence_length = 1024\nglobal_batch = 32\nmicro_batch = 1\nprecision = 'bf16'\n\
     [workload.model]\nlayers = 4\nhidden = 1024\nheads = 8\nkv_heads = 8\nhead_dim = 128\nffn = 4096\n\
     gated = true\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
     experts = 8\ntop_k = 2\nexpert_ffn = 1024\n\
     [workload.parallelism]\ntensor = 1\npipeline = 2\nexpert = 4\ndata = 'auto'\n";

fn point(text: &str) -> Point {
    let scenario = check(SourceText::new("test", text.to_owned()), &[]);
    scenario.unwrap_or_else(|errors| panic!("{errors}")).point(0).expect("the point is legal")
}

fn example(point: &Point) -> &TrainingJob {
    match &point.workload {
        Workload::Training(job) => job,
        _ => panic!("the scenario trains"),
    }
}

fn seconds(point: &Point, job: &TrainingJob) -> f64 {
    let workload = Workload::Training(Box::new(job.clone()));
    let (result, _) =
        run_point(&Point { workload, ..point.clone() }, EngineOptions::default()).expect("it runs");
    result.step_time_s.expect("the plan fits")
}

/// Every legal plan of a space that fits, with its bound, its estimate and its simulated time.
fn all(point: &Point, fixed: &BTreeSet<PlanKey>) -> Vec<(Parallelism, [f64; 3])> {
    let example = example(point);
    let domain = point.system.domain_size() as u64;
    let (chips, overlap) = (example.chips(), OverlapRule::Written);
    let space = Space { example: example.plan(), chips, domain, fixed, overlap };
    let rates = chip_rates(point, example).expect("the chips have rates");
    let estimator = Estimator::new(&point.system, point.chips).expect("the system is built");
    let bounds = Bounds::new(&estimator, &rates);
    let levels = space.recomputes();
    let with = |plan: Parallelism| levels.iter().map(move |&recompute| Parallelism { recompute, ..plan });
    let plans = space.plans();
    let jobs = plans.iter().flat_map(|plan| with(*plan));
    let jobs = jobs.filter_map(|plan| space.job(plan));
    let times = |job: TrainingJob| {
        let bound = bounds.seconds(&job).expect("there is a bound");
        let estimate = estimator.step(&job, &rates).expect("there is an estimate").time.seconds();
        (*job.parallelism(), [bound, estimate, seconds(point, &job)])
    };
    jobs.filter(|job| job.memory(&rates).fits()).map(times).collect()
}

fn holds_against_all(text: &str, fixed: &[PlanKey]) {
    let (point, fixed) = (point(text), fixed.iter().copied().collect());
    let all = all(&point, &fixed);
    assert!(all.len() > 20, "{} plans", all.len());
    for (plan, [bound, estimate, time]) in &all {
        assert!(bound <= estimate, "bound {bound}, estimate {estimate}: {plan:?}");
        assert!(*bound <= time * 1.001, "bound {bound}, time {time}: {plan:?}");
    }
    let best = all.iter().map(|(_, times)| times[2]).fold(f64::INFINITY, f64::min);
    let engine = EngineOptions::default();
    let options = SearchOptions { fixed, overlap: OverlapRule::Written, finalists: 8, engine };
    let searched = search_point(&point, &options).expect("plans are searched");
    let found = searched.best().and_then(Finalist::seconds).expect("a plan fits");
    assert!(found <= best * 1.01, "{found} was found, and {best} is the best");
    assert!(found >= best, "{found} is faster than all, {best}");
    assert!(found <= seconds(&point, example(&point)), "the plan of the scenario is never faster");
}

#[test]
fn the_answer_is_the_best_of_all_dense_plans() {
    holds_against_all(DENSE, &[PlanKey::Zero, PlanKey::Recompute]);
}

#[test]
fn the_answer_is_the_best_of_all_plans_with_experts() {
    holds_against_all(EXPERTS, &[PlanKey::Zero, PlanKey::Recompute, PlanKey::MicroBatch]);
}
