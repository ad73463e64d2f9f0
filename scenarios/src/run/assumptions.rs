//! What the results rest on: catalog values with their sources, and what a reader should be wary of.

use super::energy;
use crate::file::{Scenario, SystemEntry};
use crate::report::Assumption;
use copperlight_topologies::Software;
use copperlight_topologies::catalog::{self, Entry, Sourced};

/// The published figures of a system that energy and price rest on.
const OF_ENERGY: [&str; 2] = ["facts.power", "facts.price"];

/// Every catalog value that the systems of a scenario rest on.
pub(super) fn of(scenario: &Scenario) -> Vec<Assumption> {
    let mut assumptions = Vec::new();
    for entry in &scenario.systems {
        for (key, value) in entry.system.simulated_facts() {
            assumptions.push(assumption(format!("{}: {key}", entry.name), value));
        }
        let transport = entry.system.transport_name();
        for (key, value) in entry.system.transport_values() {
            assumptions.push(assumption(format!("{}: transport {transport}: {key}", entry.name), value));
        }
        for (software, key, value) in scenario.software_values(entry) {
            assumptions.push(assumption(format!("{}: software {software}: {key}", entry.name), value));
        }
    }
    if scenario.trains() {
        assumptions.extend(of_energy(scenario));
        assumptions.push(Assumption {
            what: "Model FLOPs".to_owned(),
            value: scenario.survey().convention().text().to_owned(),
            source: "the convention of this report".to_owned(),
        });
    }
    assumptions
}

/// What energy and price rest on besides.
fn of_energy(scenario: &Scenario) -> Vec<Assumption> {
    let published = scenario.systems.iter().flat_map(|entry| {
        let facts = entry.system.facts().filter(|(key, _)| OF_ENERGY.contains(key));
        facts.map(|(key, value)| assumption(format!("{}: {key}", entry.name), value))
    });
    let facility = catalog::facilities().iter().flat_map(Entry::values);
    published.chain(facility.map(|(key, value)| assumption(format!("facility: {key}"), value))).collect()
}

fn assumption(what: String, value: &Sourced) -> Assumption {
    let range = value.range.map(|[low, high]| format!(" (sources: {low} to {high})"));
    Assumption {
        what,
        value: format!("{value}{}", range.unwrap_or_default()),
        source: format!("{} ({})", value.source, value.confidence),
    }
}

/// What a reader should know before trusting the numbers.
pub(super) fn warnings(scenario: &Scenario) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    let training = scenario.trains();
    let idle_compute = |entry: &SystemEntry| {
        let of_traffic = |_| {
            let name = entry.system.name();
            format!("{name}: `compute` of degrade changes nothing: traffic runs no kernels")
        };
        let note = entry.system.idle_compute_note();
        if scenario.survey().has_traffic() { note.map(of_traffic) } else { note }
    };
    let of_system = |entry: &SystemEntry| match training {
        true => [
            entry.system.warnings(),
            energy::warning(entry).into_iter().collect(),
            unfitted_software(scenario, entry),
        ]
        .concat(),
        false => [entry.system.communication_warnings(), idle_compute(entry).into_iter().collect()].concat(),
    };
    // What a sweep changes about the wiring is told of every point.
    let wiring = |key: &str| key.contains("degrade") || key.contains("medium");
    let swept = scenario.sweeps.iter().any(|sweep| wiring(&sweep.parameter));
    let swept = swept.then(|| scenario.sampled_points()).into_iter().flatten();
    let of_points = swept.flat_map(|point| point.system.wiring_warnings());
    for warning in scenario.systems.iter().flat_map(of_system).chain(of_points) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// Says so where a job names software of which no factor is known on its chip.
fn unfitted_software(scenario: &Scenario, entry: &SystemEntry) -> Vec<String> {
    let Some(chip) = entry.system.chip() else { return Vec::new() };
    let unfitted = |software: &Software| software.values(chip).next().is_none();
    let told = |software: Software| {
        let (name, chip, software) = (&entry.name, chip.name(), software.name());
        format!(
            "{name}: nothing is known of software {software} on {chip}; layers take as long as with the reference"
        )
    };
    scenario.software(entry).into_iter().filter(unfitted).map(told).collect()
}
