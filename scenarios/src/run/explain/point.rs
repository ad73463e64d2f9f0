//! Explanations of all points of a scenario, side by side.

use super::collective;
use super::exchanges::exchanges;
use super::headlines::{headlines, headlines_of_memory};
use super::kernels::{Roles, kernel_parts};
use super::matmuls::explained;
use super::rests_on::rests_on;
use crate::estimate::Estimator;
use crate::file::{Point, Scenario, SystemEntry, Workload, job_of_table};
use crate::report::{PointExplanation, PointResult, ScenarioResults, StepExplanation, UsedDefault};
use crate::run::rates::rates;
use crate::run::step::{self, Machine};
use crate::run::{RunError, RunOptions, energy, in_pool, traffic};
use crate::training::TrainingJob;
use rayon::prelude::*;

/// Explains every point that has a result.
///
/// What a step rests on takes an estimate of the step for every catalog value of its system, about a hundred in all.
///
/// # Errors
/// [`RunError`] names the point that cannot be explained: what runs can.
pub fn explain(
    scenario: &Scenario,
    results: &mut ScenarioResults,
    options: &RunOptions,
) -> Result<(), RunError> {
    in_pool(options.threads, || {
        results.results.par_iter_mut().enumerate().try_for_each(|(index, result)| {
            if let Ok(point) = scenario.point(index) {
                result.explain = explain_point((scenario, &point), result, options)?.map(Box::new);
            }
            Ok(())
        })
    })?
}

fn explain_point(
    (scenario, point): (&Scenario, &Point),
    result: &PointResult,
    options: &RunOptions,
) -> Result<Option<PointExplanation>, RunError> {
    Ok(match (&point.workload, &result.collective, &result.traffic) {
        (Workload::Training(job), ..) => {
            let ran = job_that_ran(job, result);
            let job = ran.as_ref().unwrap_or(job);
            let explained = explain_step((scenario, point), job, result)?;
            Some(PointExplanation::Step(Box::new(explained)))
        }
        (Workload::Collective(spec), Some(row), _) => {
            let explained = collective::explain(point, (spec, row), options.engine)?;
            Some(PointExplanation::Collective(Box::new(explained)))
        }
        (Workload::Traffic(spec), _, Some(row)) => {
            Some(PointExplanation::Traffic(traffic::explain(point, spec, row)?))
        }
        _ => None,
    })
}

/// The job with the plan that a search has found; `None` where nothing was searched.
fn job_that_ran(job: &TrainingJob, result: &PointResult) -> Option<TrainingJob> {
    job.search()?;
    let toml =
        |(key, value): (&String, &serde_json::Value)| Some((key.clone(), toml::Value::try_from(value).ok()?));
    let table: Option<toml::Table> = result.plan.as_ref()?.iter().map(toml).collect();
    job_of_table(job, &table?)
}

/// A step that was simulated; of one that does not fit, its memory.
fn explain_step(
    (scenario, point): (&Scenario, &Point),
    job: &TrainingJob,
    result: &PointResult,
) -> Result<StepExplanation, RunError> {
    let common = StepExplanation {
        assumptions: assumptions(point, job),
        defaults: defaults(scenario, point),
        ..StepExplanation::default()
    };
    let Some(step_time) = result.step_time_s else {
        return Ok(StepExplanation { headlines: headlines_of_memory(&point.system, result), ..common });
    };
    let rates = rates(&point.system, &point.system_name, job)?;
    let machine = Machine { system: &point.system, name: &point.system_name, chips: point.chips };
    let (fabric, workload) = step::prepare(machine, job, &rates)?;
    let routing = |source| RunError::Routing { system: point.system_name.clone(), source };
    let roles = Roles::of(&workload);
    let exchanges = exchanges((&fabric, &point.system.transport()), &workload, &roles).map_err(routing)?;
    let estimator = Estimator::new(&point.system, point.chips).ok();
    let estimate = estimator.as_ref().and_then(|estimator| estimator.step(job, &rates).ok());
    let simulated = result.breakdown_s.and_then(|terms| terms.compute).unwrap_or(0.0);
    let host = estimate.as_ref().map_or(0.0, |estimate| estimate.terms.host);
    let with = |rates: &_| step::workload(machine, job, rates);
    let kernels = kernel_parts((job, &rates), &roles, (simulated, host), &with)?;
    Ok(StepExplanation {
        headlines: headlines((&point.system, job, &rates), (result, step_time), kernels, &exchanges),
        matmuls: job.matmuls(&rates).iter().map(explained).collect(),
        rests_on: estimator.map_or_else(Vec::new, |estimator| rests_on(point, job, &estimator)),
        estimated_step_time_s: estimate.map(|estimate| estimate.time.seconds()),
        exchanges,
        ..common
    })
}

/// What a reader should know of the system and of the way that FLOPs are counted.
fn assumptions(point: &Point, job: &TrainingJob) -> Vec<String> {
    let mut assumptions = point.system.warnings();
    let (name, system) = (point.system_name.clone(), point.system.clone());
    assumptions.extend(energy::warning(&SystemEntry { name, system, chips: Some(point.chips) }));
    assumptions.push(format!("model FLOPs: {}", job.flop_convention().text()));
    assumptions
}

/// The keys of this point that the scenario does not state.
fn defaults(scenario: &Scenario, point: &Point) -> Vec<UsedDefault> {
    let of_system = format!("systems[{}].", point.system_index);
    let concerns = |key: &str| key.starts_with("workload.") || key.starts_with(&of_system);
    let used = scenario.defaults.iter().filter(|(key, _)| concerns(key));
    used.map(|(key, value)| UsedDefault { key: key.clone(), value: value.to_string() }).collect()
}
