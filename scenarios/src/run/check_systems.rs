//! What is wrong with a system at every one of its points is wrong with the scenario, and found before anything runs.

use super::{MOST_HELD, RunError, point};
use crate::file::Scenario;

/// Checks that every system can be built at some of its points.
///
/// # Errors
/// What is wrong with the first point of a system of which no point can be built.
pub fn check_systems(scenario: &Scenario) -> Result<(), RunError> {
    (0..scenario.systems.len()).try_for_each(|system| check_system(scenario, system))
}

fn check_system(scenario: &Scenario, system: usize) -> Result<(), RunError> {
    let Some(first) = scenario.survey().first_point(system) else { return Ok(()) };
    let mut wrong = None;
    for index in first..scenario.point_count() {
        // Of many points that cannot be built each is a row of its own.
        if index - first >= MOST_HELD {
            return Ok(());
        }
        if scenario.place_of(index).system_index != system {
            break;
        }
        let Ok(made) = scenario.point(index) else { continue };
        match point::check(&made) {
            Ok(()) => return Ok(()),
            Err(error) => wrong = wrong.or(Some(error)),
        }
    }
    wrong.map_or(Ok(()), Err)
}
