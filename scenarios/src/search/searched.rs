//! The search from the top: screen the space, choose finalists, simulate them and the plan of the scenario.

use super::bound::Bounds;
use super::neighbours::{self, Neighbour};
use super::screen::{Counts, Estimate, Looked, Screen, Screened};
use super::simulated::{Estimated, Finalist, simulate};
use super::space::{OverlapRule, Space};
use super::{finalists, nothing_fits};
use crate::estimate::{EstimateError, Estimator};
use crate::file::{Point, Workload};
use crate::report::Work;
use crate::run::{EngineOptions, RunError, chip_rates};
use crate::training::{Parallelism, PlanKey, TrainingJob};
use std::collections::BTreeSet;
use thiserror::Error;

/// How many plans are simulated unless it is said otherwise.
pub const FINALISTS: usize = 8;

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
    /// A key is to be kept that the scenario leaves open.
    #[error(
        "`--fix {key}` keeps a key of the scenario's plan, which has `plan = \"auto\"` without it; write `{key}` into \
         [workload.parallelism]"
    )]
    NothingToFix {
        /// The key.
        key: &'static str,
    },
    /// A simulation cannot run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Nothing can be estimated on the system.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
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
    /// The plan that needs the least memory, where none fits.
    pub smallest: Option<TrainingJob>,
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
        example: example.plan(),
        chips: example.chips(),
        domain: point.system.domain_size() as u64,
        fixed: &options.fixed,
        overlap: options.overlap,
    };
    let bounds = Bounds::new(&estimator, &rates);
    let screen = Screen { space: &space, example, rates: &rates, estimator: &estimator, bounds };
    let screened = screen.run();
    let ranked = screened.ranked();
    let chosen = finalists::choose(&ranked, options.finalists);
    let simulated = simulate(point, (own_plan(&screen), jobs(&screen, &chosen)), options.engine);
    Ok(assemble(&screen, &screened, simulated))
}

/// The jobs of the finalists.
fn jobs(screen: &Screen<'_>, chosen: &[(&Looked, Estimate)]) -> Vec<Estimated> {
    let job = |(looked, estimate): &(&Looked, Estimate)| {
        (screen.space.job(looked.plan).expect("what was looked at is legal"), Some(estimate.seconds))
    };
    chosen.iter().map(job).collect()
}

/// The plan of the scenario, where it has one and that fits.
fn own_plan(screen: &Screen<'_>) -> Option<Estimated> {
    let example = screen.example;
    if example.search().is_some() {
        return None;
    }
    let estimate = || screen.estimate(example).map(|estimate| estimate.seconds);
    example.memory(screen.rates).fits().then(|| (example.clone(), estimate()))
}

fn assemble(screen: &Screen<'_>, screened: &Screened, simulated: (Vec<Finalist>, Work)) -> Searched {
    let (finalists, work) = simulated;
    let example = screen.example;
    let best: Option<&Parallelism> = finalists.first().map(|finalist| finalist.job.parallelism());
    let looked = best.and_then(|best| screened.looked.iter().find(|looked| looked.plan == *best));
    let neighbours = looked.map_or_else(Vec::new, |looked| neighbours::of(looked, screened));
    let nothing = finalists.is_empty().then(|| nothing_fits::sentence(example, screened, screen.rates));
    let smallest = screened.smallest().filter(|_| finalists.is_empty());
    let simulated = finalists.iter().filter(|finalist| finalist.shown.is_ok()).count() as u64;
    Searched {
        example: finalists.iter().position(|finalist| finalist.job == *example),
        finalists,
        neighbours,
        counts: Counts { simulated, ..screened.counts },
        nothing,
        smallest: smallest.and_then(|looked| screen.space.job(looked.plan)),
        work,
    }
}
