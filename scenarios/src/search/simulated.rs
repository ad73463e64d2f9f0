//! Finalists and the plan of the scenario, simulated.
//!
//! The plan of the scenario runs to its end, whatever it takes. Finalists are given up after so many events, for some
//! plans take a hundred times those of others.

use crate::file::{Point, Workload};
use crate::report::{PointResult, Work};
use crate::run::{EngineOptions, run_point};
use crate::training::TrainingJob;
use copperlight_core::engine::Limits;
use rayon::prelude::*;

/// Events after which the simulation of a finalist is given up, unless a limit was asked for.
const MOST_EVENTS: u64 = 200_000;

/// A job with the estimate of its step in seconds.
pub(super) type Estimated = (TrainingJob, Option<f64>);

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

/// The simulated plans of one point, the fastest first and the earlier of equals before the later, then those that were
/// given up; and what was simulated.
pub(super) fn simulate(
    point: &Point,
    (example, mut finalists): (Option<Estimated>, Vec<Estimated>),
    engine: EngineOptions,
) -> (Vec<Finalist>, Work) {
    finalists.retain(|(job, _)| example.as_ref().is_none_or(|(example, _)| example != job));
    let of_example = || example.as_ref().map(|example| one(point, example, engine));
    let (of_example, mut all) = rayon::join(of_example, || all_short(point, &finalists, engine));
    all.extend(of_example);
    if all.iter().all(|(finalist, _)| finalist.shown.is_err())
        && let Some(first) = finalists.first()
    {
        all.retain(|(finalist, _)| finalist.job != first.0);
        all.push(one(point, first, engine));
    }
    let (mut shown, works): (Vec<Finalist>, Vec<Work>) = all.into_iter().unzip();
    let mut work = Work::default();
    works.into_iter().for_each(|of_one| work += of_one);
    shown.sort_by(|a, b| time(a).total_cmp(&time(b)));
    (shown, work)
}

/// The finalists, given up where they take too long.
fn all_short(point: &Point, jobs: &[Estimated], engine: EngineOptions) -> Vec<(Finalist, Work)> {
    let mut short = engine;
    if short.limits.events == Limits::default().events {
        short.limits.events = MOST_EVENTS;
    }
    jobs.par_iter().map(|job| one(point, job, short)).collect()
}

fn one(point: &Point, (job, estimated_s): &Estimated, engine: EngineOptions) -> (Finalist, Work) {
    let workload = Workload::Training(Box::new(job.clone()));
    let (shown, work) = match run_point(&Point { workload, ..point.clone() }, engine) {
        Ok((result, work)) => (Ok(result), work),
        Err(error) => (Err(error.to_string()), Work::default()),
    };
    (Finalist { job: job.clone(), estimated_s: *estimated_s, shown }, work)
}

/// Seconds of a simulated step; those that were not simulated come last.
fn time(finalist: &Finalist) -> f64 {
    finalist.seconds().unwrap_or(f64::INFINITY)
}
