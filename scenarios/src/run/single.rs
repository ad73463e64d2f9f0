//! Single points and what is known of a scenario, for who searches among many.

use super::watch::Watch;
use super::{EngineOptions, RunError, assumptions, point, rates};
use crate::file::{Point, Scenario};
use crate::report::{PointResult, Work};
use crate::training::{ChipRates, TrainingJob};

/// Runs one point by itself, at the level of detail that it states.
///
/// # Errors
/// [`RunError`] says why the point cannot run.
pub fn run_alone(point: &Point) -> Result<PointResult, RunError> {
    run_point(point, EngineOptions::default()).map(|(result, _)| result)
}

/// Runs one point as a whole scenario does.
pub(crate) fn run_point(point: &Point, engine: EngineOptions) -> Result<(PointResult, Work), RunError> {
    point::check(point)?;
    point::run(point, engine, Watch::default()).map(|outcome| (outcome.result, outcome.work))
}

/// What a reader should know about the systems of a scenario.
pub(crate) fn assumptions_of(scenario: &Scenario) -> Vec<String> {
    assumptions::warnings(scenario)
}

/// The rates of the chips that a job of this point runs on.
pub(crate) fn chip_rates(point: &Point, job: &TrainingJob) -> Result<ChipRates, RunError> {
    point::check(point)?;
    rates::rates(&point.system, &point.system_name, job)
}
