//! The search from the top: screen the space, choose finalists, simulate them and the plan of the scenario.

use super::key::PlanKey;
use super::neighbours::{self, Neighbour};
use super::screen::{Counts, Estimate, Looked, Screen, Screened};
use super::space::{OverlapRule, Space};
use super::{finalists, nothing_fits, quick};
use crate::estimate::{EstimateError, Estimator};
use crate::file::{Point, Workload};
use crate::report::{PointResult, Work};
use crate::run::{EngineOptions, RunError, chip_rates, run_point};
use crate::training::{Parallelism, TrainingJob};
use rayon::prelude::*;
use std::collections::BTreeSet;
use thiserror::Error;

/// How to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOptions {
    /// Keys that keep the value of the scenario.
    pub fixed: BTreeSet<PlanKey>,
    /// How overlap is chosen.
    pub overlap: OverlapRule,
    /// How many plans are simulated, beside that of the scenario.
    pub finalists: usize,
    /// How the engine runs each of them.
    pub engine: EngineOptions,
}

/// Why no plan can be searched.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SearchError {
    /// Only training steps have plans.
    #[error(
        "`plan` searches how a training step is divided, and this scenario has `kind = \"{kind}\"`; use `copperlight run`"
    )]
    NotTraining {
        /// The kind of the workload.
        kind: &'static str,
    },
    /// A simulation cannot run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Nothing can be estimated on the system.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
}

/// A plan that was simulated.
#[derive(Debug, Clone)]
pub struct Finalist {
    /// The job of the plan.
    pub job: TrainingJob,
    /// The estimate of its step in seconds.
    pub estimated_s: Option<f64>,
    /// What the simulation has shown, or why it has shown nothing.
    pub shown: Result<PointResult, String>,
}

impl Finalist {
    /// The simulated step time in seconds.
    pub fn seconds(&self) -> Option<f64> {
        self.shown.as_ref().ok()?.step_time_s
    }
}

/// What a search has found for one point.
#[derive(Debug, Clone)]
pub struct Searched {
    /// The simulated plans, the fastest first, then those that could not be simulated.
    pub finalists: Vec<Finalist>,
    /// Which of them is the plan of the scenario; `None` where it does not fit.
    pub example: Option<usize>,
    /// What other degrees would do.
    pub neighbours: Vec<Neighbour>,
    /// How many plans met which end.
    pub counts: Counts,
    /// Why there is no plan, where there is none.
    pub nothing: Option<String>,
    /// What was simulated.
    pub work: Work,
}

impl Searched {
    /// The best plan.
    pub fn best(&self) -> Option<&Finalist> {
        self.finalists.first().filter(|finalist| finalist.seconds().is_some())
    }

    /// The fastest simulated plan that shares the model in another way, by its place among the finalists.
    pub fn runner_up(&self) -> Option<usize> {
        let of = |finalist: &Finalist| finalists::degrees(finalist.job.parallelism());
        let best = of(self.best()?);
        self.finalists.iter().position(|finalist| finalist.seconds().is_some() && of(finalist) != best)
    }
}

/// Searches the plans of one point.
///
/// # Errors
/// [`SearchError`] when the point is no training step, or its system cannot run one.
pub fn search_point(point: &Point, options: &SearchOptions) -> Result<Searched, SearchError> {
    let example = match &point.workload {
        Workload::Training(job) => job.as_ref(),
        Workload::Collective(_) => return Err(SearchError::NotTraining { kind: "collective" }),
        Workload::Traffic(_) => return Err(SearchError::NotTraining { kind: "traffic" }),
    };
    let rates = chip_rates(point, example)?;
    let estimator = Estimator::new(&point.system, point.chips)?;
    let space = Space {
        example,
        domain: point.system.domain_size() as u64,
        scale_up: point.system.scale_up_bandwidth_per_chip(),
        fixed: &options.fixed,
        overlap: options.overlap,
    };
    let screen = Screen { space: &space, rates: &rates, estimator: &estimator };
    let screened = screen.run();
    let ranked = screened.ranked();
    let chosen = finalists::choose(&ranked, options.finalists);
    let simulated = simulate(point, &with_example(&screen, &chosen), options.engine);
    Ok(assemble(&screen, &screened, simulated))
}

/// The jobs that are simulated, with their estimates; the plan of the scenario is the last unless it was found.
fn with_example(screen: &Screen<'_>, chosen: &[(&Looked, Estimate)]) -> Vec<(TrainingJob, Option<f64>)> {
    let example = screen.space.example;
    let job = |(looked, estimate): &(&Looked, Estimate)| {
        let job = TrainingJob::new(screen.space.plan(looked.plan), example.chips());
        (job.expect("what was looked at is legal"), Some(estimate.seconds))
    };
    let mut jobs: Vec<(TrainingJob, Option<f64>)> = chosen.iter().map(job).collect();
    if !jobs.iter().any(|(job, _)| job == example) && example.memory(screen.rates).fits() {
        let estimate = quick::estimate(screen.estimator, example, screen.rates);
        jobs.push((example.clone(), estimate.map(|estimate| estimate.seconds)));
    }
    jobs
}

/// Events after which the simulation of one plan among many is given up, unless a limit was asked for.
const MOST_EVENTS: u64 = 1_000_000;

/// Simulates these jobs side by side; sorts them by their times, the earlier of equals first.
///
/// Some plans take a hundred times the events of others. They are given up, but for the one that is fastest by its
/// estimate where that is faster than all that were simulated.
fn simulate(
    point: &Point,
    jobs: &[(TrainingJob, Option<f64>)],
    engine: EngineOptions,
) -> (Vec<Finalist>, Work) {
    let mut short = engine;
    short.limits.events = engine.limits.events.min(MOST_EVENTS);
    let shown: Vec<(Finalist, Work)> = jobs.par_iter().map(|job| simulate_one(point, job, short)).collect();
    let (mut finalists, works): (Vec<Finalist>, Vec<Work>) = shown.into_iter().unzip();
    let mut work = Work::default();
    works.into_iter().for_each(|of_one| work += of_one);
    if let Some(index) = worth_the_time(&finalists) {
        let (finalist, of_one) = simulate_one(point, &jobs[index], engine);
        finalists[index] = finalist;
        work += of_one;
    }
    finalists.sort_by(|a, b| time(a).total_cmp(&time(b)));
    (finalists, work)
}

fn simulate_one(
    point: &Point,
    (job, estimated_s): &(TrainingJob, Option<f64>),
    engine: EngineOptions,
) -> (Finalist, Work) {
    let workload = Workload::Training(Box::new(job.clone()));
    let (shown, work) = match run_point(&Point { workload, ..point.clone() }, engine) {
        Ok((result, work)) => (Ok(result), work),
        Err(error) => (Err(error.to_string()), Work::default()),
    };
    (Finalist { job: job.clone(), estimated_s: *estimated_s, shown }, work)
}

/// The plan that was given up and is faster by its estimate than all that were simulated.
fn worth_the_time(finalists: &[Finalist]) -> Option<usize> {
    let best = finalists.iter().map(time).fold(f64::INFINITY, f64::min);
    let given_up = finalists.iter().enumerate().filter(|(_, finalist)| finalist.shown.is_err());
    let estimated = given_up.filter_map(|(index, finalist)| Some((index, finalist.estimated_s?)));
    let fastest = estimated.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (fastest.1 < best).then_some(fastest.0)
}

/// Seconds of a simulated step; those that were not simulated come last.
fn time(finalist: &Finalist) -> f64 {
    finalist.seconds().unwrap_or(f64::INFINITY)
}

fn assemble(screen: &Screen<'_>, screened: &Screened, simulated: (Vec<Finalist>, Work)) -> Searched {
    let (finalists, work) = simulated;
    let example = screen.space.example;
    let best: Option<&Parallelism> = finalists.first().map(|finalist| finalist.job.parallelism());
    let looked = best.and_then(|best| screened.looked.iter().find(|looked| looked.plan == *best));
    let neighbours = looked.map_or_else(Vec::new, |looked| neighbours::of(looked, screened));
    let nothing = finalists.is_empty().then(|| nothing_fits::sentence(example, screened, screen.rates));
    let simulated = finalists.iter().filter(|finalist| finalist.shown.is_ok()).count() as u64;
    Searched {
        example: finalists.iter().position(|finalist| finalist.job == *example),
        finalists,
        neighbours,
        counts: Counts { simulated, ..screened.counts },
        nothing,
        work,
    }
}
