//! What the results rest on: catalog values with their sources, and what a reader should be wary of.

use crate::file::{Scenario, Workload};
use crate::report::Assumption;
use crate::training::FLOP_CONVENTION;

/// The prefixes of the catalog keys that simulations read.
const READ: [&str; 3] = ["chip.", "scale_up.", "scale_out."];

/// Every catalog value that the systems of a scenario rest on.
pub(super) fn of(scenario: &Scenario) -> Vec<Assumption> {
    let mut assumptions = Vec::new();
    for entry in &scenario.systems {
        for (key, value) in entry.system.facts() {
            if READ.iter().any(|prefix| key.starts_with(prefix)) {
                let range = value.range.map(|[low, high]| format!(" (sources: {low} to {high})"));
                assumptions.push(Assumption {
                    what: format!("{}: {key}", entry.name),
                    value: format!("{value}{}", range.unwrap_or_default()),
                    source: format!("{} ({})", value.source, value.confidence),
                });
            }
        }
    }
    if is_training(scenario) {
        assumptions.push(Assumption {
            what: "Model FLOPs".to_owned(),
            value: FLOP_CONVENTION.to_owned(),
            source: "the convention of this report".to_owned(),
        });
    }
    assumptions
}

/// What a reader should know before trusting the numbers.
pub(super) fn warnings(scenario: &Scenario) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    for warning in scenario.systems.iter().flat_map(|entry| entry.system.warnings()) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

fn is_training(scenario: &Scenario) -> bool {
    scenario.points().iter().any(|point| matches!(point.workload, Workload::Training(_)))
}
