//! A training step whose plan the scenario leaves open: the best one is searched, and runs.

use super::point::{self, PointOutcome, place};
use super::rates::rates;
use super::watch::Watch;
use super::{EngineOptions, RunError, does_not_fit};
use crate::file::{Point, Workload};
use crate::report::Work;
use crate::search::{FINALISTS, OverlapRule, SearchError, SearchOptions, search_point, words};
use crate::training::TrainingJob;

/// Searches the plans of a point as `copperlight plan` does, and runs the best.
///
/// Where none fits, the one that needs the least memory is a point that does not fit.
pub(super) fn run(
    point: &Point,
    job: &TrainingJob,
    (engine, watch): (EngineOptions, Watch<'_>),
) -> Result<PointOutcome, RunError> {
    let fixed = job.search().map(|search| search.kept.clone()).unwrap_or_default();
    let options = SearchOptions { fixed, overlap: OverlapRule::Automatic, finalists: FINALISTS, engine };
    let searched = search_point(point, &options).map_err(|error| refused(point, error))?;
    let with =
        |job: &TrainingJob| Point { workload: Workload::Training(Box::new(job.clone())), ..point.clone() };
    let mut outcome = match (searched.best(), searched.finalists.first()) {
        (Some(best), _) => point::run(&with(&best.job), engine, watch)?,
        // Every finalist was given up: what the first one meets when it runs is the reason.
        (None, Some(first)) => point::run(&with(&first.job), engine, watch)?,
        (None, None) => {
            nothing(point, job, (searched.smallest.as_ref(), searched.nothing.as_deref()), &with)?
        }
    };
    outcome.result.plan_search = Some(searched.counts);
    outcome.work += searched.work;
    if let Some(best) = searched.best() {
        let plan = words(best.job.parallelism());
        outcome
            .notes
            .insert(0, format!("{}: of {} plans the best is {plan}", place(point), searched.counts.possible));
    }
    Ok(outcome)
}

/// A point on which no plan fits, and what the search says of it.
fn nothing(
    point: &Point,
    job: &TrainingJob,
    (smallest, why): (Option<&TrainingJob>, Option<&str>),
    with: &dyn Fn(&TrainingJob) -> Point,
) -> Result<PointOutcome, RunError> {
    let job = smallest.unwrap_or(job);
    let rates = rates(&point.system, &point.system_name, job)?;
    let result = does_not_fit::unsimulated(&with(job), &job.memory(&rates), &rates);
    Ok(PointOutcome {
        result: crate::report::PointResult { fits: false, ..result },
        work: Work::default(),
        digest: "does not fit".to_owned(),
        timelines: Vec::new(),
        trace: None,
        stages: None,
        roofline: None,
        notes: vec![format!("{}: {}", place(point), why.unwrap_or("no plan fits"))],
    })
}

fn refused(point: &Point, error: SearchError) -> RunError {
    let system = point.system_name.clone();
    match error {
        SearchError::Run(error) => error,
        SearchError::Estimate(source) => RunError::Estimate { system, source: Box::new(source) },
        SearchError::NotTraining { .. } | SearchError::NothingToFix { .. } => {
            unreachable!("a training step is searched, and what it keeps is written")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::file::{Scenario, SourceText, check};
    use crate::report::ScenarioReport;
    use crate::run::{EngineOptions, RunOptions, run_scenario};
    use crate::search::{PlanRequest, PointChoice, find_plans};
    use serde_json::json;

    const OPEN: &str = "scenario.name = 'open'\n\
         [[systems]]\nname = 'copper'\npreset = 'hgx-h100'\nchips = 16\n\
         [workload]\nkind = 'training'\nsequence_length = 2048\nglobal_batch = 32\nprecision = 'bf16'\n\
         [workload.model]\nlayers = 8\nhidden = 2048\nheads = 16\nkv_heads = 16\nhead_dim = 128\nffn = 8192\n\
         gated = false\nvocab = 32000\ntied_embeddings = false\nattention = 'mha'\n\
         [workload.parallelism]\nplan = 'auto'\nzero = 1\nrecompute = 'none'\n";

    fn scenario(settings: &[&str]) -> Scenario {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        check(SourceText::new("test", OPEN), &settings).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn run(scenario: &Scenario, threads: usize) -> ScenarioReport {
        let options = RunOptions { threads: Some(threads), ..RunOptions::default() };
        run_scenario(scenario, &options, &|_| {}).expect("it runs")
    }

    #[test]
    fn an_open_plan_runs_as_the_best_that_plan_finds() {
        let scenario = scenario(&[]);
        let report = run(&scenario, 2);
        let point = &report.results.results[0];
        let request = PlanRequest {
            fixed: Default::default(),
            free_overlap: false,
            points: PointChoice::First,
            finalists: 8,
            engine: EngineOptions::default(),
            threads: Some(2),
        };
        let found = find_plans(&scenario, &request, &|_| {}).expect("plans are found").report;
        let plan = &found.systems[0];
        let best = plan.best.as_ref().expect("a plan fits");
        assert_eq!(point.step_time_s, best.step_time_s);
        let table = point.plan.as_ref().expect("a step says what plan it had");
        for (key, value) in &best.parallelism {
            assert_eq!(table[key], serde_json::to_value(value).expect("a value of TOML is one of JSON"));
        }
        assert!(
            plan.finalists
                .iter()
                .all(|other| other.step_time_s.is_none_or(|time| point.step_time_s <= Some(time)))
        );
        assert!(plan.example.is_none(), "the scenario has no plan of its own");
        assert!(!plan.why.iter().any(|why| why.contains("plan of the scenario")), "{:?}", plan.why);
        let fixed = PlanRequest { fixed: [crate::training::PlanKey::Tensor].into(), ..request };
        let refused = find_plans(&scenario, &fixed, &|_| {}).expect_err("no `tensor` is written").to_string();
        assert_eq!(
            refused,
            "`--fix tensor` keeps a key of the scenario's plan, which has `plan = \"auto\"` without it; write `tensor` into \
             [workload.parallelism]"
        );
        let counts = point.plan_search.expect("a search counts");
        assert!(counts.possible > 100 && counts.simulated > 1, "{counts:?}");
        assert!(report.notes[0].starts_with("copper on 16 chips: of "), "{:?}", report.notes);
    }

    #[test]
    fn the_answer_is_the_same_for_any_number_of_threads_and_when_it_is_run_again() {
        let first = scenario(&[]);
        let again = check(SourceText::new("resolved", first.resolved_text()), &[]);
        let again = again.unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(again.resolved, first.resolved);
        assert!(!first.resolved_text().contains("tensor ="), "{}", first.resolved_text());
        let reports = [run(&first, 1), run(&first, 2), run(&again, 2)];
        let said =
            reports.map(|report| (report.results.digest.clone(), report.results.results[0].plan.clone()));
        assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
    }

    #[test]
    fn what_is_written_beside_an_open_plan_is_kept() {
        let kept =
            ["workload.parallelism.tensor=4", "workload.parallelism.pipeline=2", "workload.micro_batch=2"];
        let report = run(&scenario(&kept), 2);
        let plan = report.results.results[0].plan.clone().expect("a step says what plan it had");
        let shown =
            ["tensor", "pipeline", "data", "micro_batch", "zero", "recompute"].map(|key| plan[key].clone());
        assert_eq!(shown, [json!(4), json!(2), json!(2), json!(2), json!(1), json!("none")]);
        let written = "systems.parallelism={ plan = 'written', tensor = 2, pipeline = 1 }";
        let report = run(&scenario(&[written]), 2);
        let point = &report.results.results[0];
        let plan = point.plan.as_ref().expect("a step says what plan it had");
        assert_eq!((&plan["tensor"], &plan["data"], point.plan_search), (&json!(2), &json!(8), None));
    }

    #[test]
    fn a_system_can_have_an_open_plan_of_its_own() {
        let settings = [
            "workload.parallelism={ tensor = 2, pipeline = 1, sequence_parallel = true }",
            "systems.parallelism={ plan = 'auto', tensor = 4, zero = 1, recompute = 'none' }",
        ];
        let report = run(&scenario(&settings), 2);
        let point = &report.results.results[0];
        let plan = point.plan.as_ref().expect("a step says what plan it had");
        assert_eq!((&plan["tensor"], point.plan_search.is_some()), (&json!(4), true));
        let options = RunOptions::default();
        let mut results = report.results.clone();
        crate::run::explain(&scenario(&settings), &mut results, &options)
            .expect("what runs can be explained");
        let Some(crate::report::PointExplanation::Step(step)) = results.results[0].explain.as_deref() else {
            panic!("a step is explained")
        };
        assert!(step.exchanges.iter().any(|exchange| exchange.entry == "tensor" && exchange.group == 4));
    }

    #[test]
    fn a_model_that_no_plan_fits_is_a_result_with_what_would_help() {
        let report = run(&scenario(&["workload.model=gpt-1t", "workload.parallelism={ plan = 'auto' }"]), 2);
        let point = &report.results.results[0];
        assert!(!point.fits && point.step_time_s.is_none() && point.memory_gb.is_some());
        assert!(point.plan.is_some() && point.plan_search.is_some());
        let note = &report.notes[0];
        let start = "copper on 16 chips: no plan fits in memory: the smallest (";
        assert!(note.starts_with(start) && note.contains("chips it fits with"), "{note}");
    }
}
