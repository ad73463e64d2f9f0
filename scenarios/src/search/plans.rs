//! The plans of every system of a scenario, as a report.

use super::searched::{SearchError, SearchOptions, Searched, search_point};
use super::simulated::Finalist;
use super::space::OverlapRule;
use super::words::words;
use crate::file::{Point, Scenario, Workload, parallelism_table};
use crate::report::{EstimatorError, PlanReport, PlanRow, SCHEMA, SystemPlan, Work, number, plan_reasons};
use crate::run::{EngineOptions, ProgressEvent, assumptions_of, in_pool};
use crate::training::{PlanKey, PlanSearch, TrainingJob};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// What is asked of a search over a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRequest {
    /// Keys that keep the value of the scenario.
    pub fixed: BTreeSet<PlanKey>,
    /// Whether overlap is searched too.
    pub free_overlap: bool,
    /// Which points are searched.
    pub points: PointChoice,
    /// How many plans are simulated for each, beside that of the scenario.
    pub finalists: usize,
    /// How the engine runs each of them.
    pub engine: EngineOptions,
    /// The number of threads, or all cores.
    pub threads: Option<usize>,
}

/// Which points of a scenario are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointChoice {
    /// The first point of each system.
    First,
    /// Every point.
    All,
}

/// Found plans: the report, and for each searched point the job of its best plan.
#[derive(Debug, Clone)]
pub struct FoundPlans {
    /// What is told.
    pub report: PlanReport,
    /// The best job of each searched point, where there is one, with the index of the point.
    pub best: Vec<(usize, TrainingJob)>,
}

/// Searches the plans of the points of a scenario, side by side.
///
/// # Errors
/// [`SearchError`] when the scenario does not train, or a system cannot run, or a key is fixed that is nowhere written.
pub fn find_plans(
    scenario: &Scenario,
    request: &PlanRequest,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<FoundPlans, SearchError> {
    let points = chosen(scenario, request.points);
    check_fixed(&points, &request.fixed)?;
    progress(ProgressEvent::Started { parts: points.len() });
    let search = |point: &Point| {
        let searched = search_point(point, &options(scenario, point, request));
        let what = format!("{} on {}", point.system_name, number::chips(point.chips as u64));
        progress(ProgressEvent::Finished { what });
        searched
    };
    let searched = in_pool(request.threads, || points.par_iter().map(search).collect::<Vec<_>>())?;
    let (mut systems, mut best, mut work) = (Vec::new(), Vec::new(), Work::default());
    for (point, searched) in points.iter().zip(searched) {
        let searched = searched?;
        work += searched.work;
        best.extend(searched.best().map(|found| (point.index, found.job.clone())));
        systems.push(told(point, &searched));
    }
    let (schema, scenario_name) = (SCHEMA, scenario.name.clone());
    let warnings = assumptions_of(scenario);
    Ok(FoundPlans { report: PlanReport { schema, scenario: scenario_name, systems, work, warnings }, best })
}

fn chosen(scenario: &Scenario, choice: PointChoice) -> Vec<Point> {
    let first = |system| scenario.point(scenario.survey().first_point(system)?).ok();
    match choice {
        PointChoice::First => (0..scenario.systems.len()).filter_map(first).collect(),
        PointChoice::All => scenario.points().collect(),
    }
}

/// The keys that `--fix` keeps must be in the scenario.
fn check_fixed(points: &[Point], fixed: &BTreeSet<PlanKey>) -> Result<(), SearchError> {
    let open = points.iter().filter_map(|point| open_plan(point));
    let missing = open.flat_map(|search| fixed.difference(&search.kept)).next();
    missing.map_or(Ok(()), |key| Err(SearchError::NothingToFix { key: key.name() }))
}

/// What is kept of the plan of a point whose scenario leaves it open.
fn open_plan(point: &Point) -> Option<&PlanSearch> {
    match &point.workload {
        Workload::Training(job) => job.search(),
        Workload::Collective(_) | Workload::Traffic(_) => None,
    }
}

fn options(scenario: &Scenario, point: &Point, request: &PlanRequest) -> SearchOptions {
    // What a plan that is left open keeps is kept here too.
    let kept = open_plan(point).map(|search| search.kept.clone()).unwrap_or_default();
    let overlap = match (request.free_overlap, writes_overlap(scenario, point)) {
        (true, _) => OverlapRule::Free,
        (false, true) => OverlapRule::Written,
        (false, false) => OverlapRule::Automatic,
    };
    SearchOptions {
        fixed: request.fixed.union(&kept).copied().collect(),
        overlap,
        finalists: request.finalists,
        engine: request.engine,
    }
}

/// Whether the scenario says what runs beside compute on this system, other than "auto".
fn writes_overlap(scenario: &Scenario, point: &Point) -> bool {
    let own = scenario.resolved.get("systems").and_then(|systems| systems.get(point.system_index));
    let overlap = |table: Option<&toml::Value>| table?.get("parallelism")?.get("overlap").cloned();
    let written = overlap(own).or_else(|| overlap(scenario.resolved.get("workload")));
    written.is_some_and(|written| written.as_str() != Some("auto"))
}

/// What was found for one point.
fn told(point: &Point, searched: &Searched) -> SystemPlan {
    let mut rows: Vec<PlanRow> = searched.finalists.iter().map(row).collect();
    if let Some(best) = rows.first().cloned() {
        rows = rows.into_iter().map(|row| row.against(&best)).collect();
    }
    let row_of = |index: Option<usize>| index.and_then(|index| rows.get(index)).cloned();
    let swept = |(path, value): (&String, &toml::Value)| {
        (path.clone(), serde_json::to_value(value).expect("a TOML value is a JSON value"))
    };
    let mut plan = SystemPlan {
        system: point.system_name.clone(),
        chips: point.chips as u64,
        point: point.values.iter().map(swept).collect(),
        best: row_of(searched.best().map(|_| 0)),
        runner_up: row_of(searched.runner_up()),
        example: row_of(searched.example),
        is_open: open_plan(point).is_some(),
        finalists: rows.clone(),
        neighbours: searched.neighbours.clone(),
        why: Vec::new(),
        counts: searched.counts,
        estimator_error: estimator_error(&searched.finalists),
        reason: searched.nothing.clone(),
    };
    plan.why = plan_reasons::reasons(&plan);
    plan
}

fn row(finalist: &Finalist) -> PlanRow {
    let (shown, problem) = match &finalist.shown {
        Ok(result) => (PlanRow::of(result), None),
        Err(problem) => (PlanRow::of(&Default::default()), Some(problem.clone())),
    };
    PlanRow {
        words: words(finalist.job.parallelism()),
        parallelism: parallelism_table(&finalist.job),
        micro_batches: finalist.job.micro_batches(),
        estimated_s: finalist.estimated_s,
        problem,
        ..shown
    }
}

fn estimator_error(finalists: &[Finalist]) -> Option<EstimatorError> {
    let error = |finalist: &Finalist| Some(finalist.estimated_s? / finalist.seconds()? - 1.0);
    let errors: Vec<f64> = finalists.iter().filter_map(error).collect();
    let worst = errors.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    let mean = errors.iter().map(|error| error.abs()).sum::<f64>() / errors.len() as f64;
    Some(EstimatorError { mean, worst })
}
