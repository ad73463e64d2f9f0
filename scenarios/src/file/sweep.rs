//! The tables `[[sweep]]`: one key, and the values that it takes.

use super::document::{Node, Place};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key_path::KeyPath;
use super::limits::MOST_SWEEP_VALUES;
use super::section::Section;
use super::sweep_range;
use std::collections::BTreeSet;

/// A checked sweep.
pub(super) struct SweepPlan {
    pub(super) parameter: String,
    pub(super) path: KeyPath,
    pub(super) place: Place,
    pub(super) values: Vec<Node>,
}

impl SweepPlan {
    /// Whether the sweep changes anything for the n-th system.
    pub(super) fn concerns(&self, system: usize) -> bool {
        !self.of_systems() || self.path.root_index().is_none_or(|index| index == system)
    }

    /// Whether a key of systems is swept, and not one of the workload.
    pub(super) fn of_systems(&self) -> bool {
        self.path.root() == "systems"
    }
}

/// Refuses sweeps of a system that is not there.
pub(super) fn check_systems(sweeps: &[SweepPlan], systems: usize, findings: &Findings) {
    for sweep in sweeps.iter().filter(|sweep| sweep.of_systems()) {
        if let Err(error) = sweep.path.check_root_index(systems) {
            findings.error(Some(sweep.place), error.into());
        }
    }
}

/// Reads every `[[sweep]]`.
pub(super) fn read(document: &Section<'_>) -> Vec<SweepPlan> {
    let mut sweeps: Vec<SweepPlan> = Vec::new();
    for section in document.sections("sweep") {
        let Some(sweep) = read_one(&section) else { continue };
        if sweeps.iter().any(|other| other.path.overlaps(&sweep.path)) {
            let problem = format!("`{}` is swept twice", sweep.parameter);
            let remedy = "keep one of the two sweeps".to_owned();
            section.error(Some(sweep.place), ScenarioError::BadSweep { problem, remedy });
        }
        sweeps.push(sweep);
    }
    sweeps
}

fn read_one(section: &Section<'_>) -> Option<SweepPlan> {
    section.refuse_later(&["zip"], "leave it out: every combination of the sweeps is run");
    if section.entry("parameter").is_none() {
        section.missing("parameter", "parameter = \"systems.chips\"");
    }
    let parameter = section.text("parameter");
    let values = read_values(section);
    section.finish();
    let parameter = parameter?;
    let place = parameter.place?;
    let path = match KeyPath::parse(parameter.value) {
        Ok(path) => path,
        Err(error) => {
            section.error(Some(place), error.into());
            return None;
        }
    };
    let sweepable = match path.root() {
        "systems" => path.len() > 1 + usize::from(path.root_index().is_some()),
        "workload" => path.len() > 1 && path.root_index().is_none(),
        _ => false,
    };
    if !sweepable {
        let problem =
            format!("`{}` cannot be swept; sweep a key of `systems` or of `workload`", parameter.value);
        section.error(Some(place), ScenarioError::BadPath { problem });
        return None;
    }
    Some(SweepPlan { parameter: parameter.value.to_owned(), path, place, values: values? })
}

fn read_values(section: &Section<'_>) -> Option<Vec<Node>> {
    let Some(entry) = section.entry("values") else {
        return sweep_range::read(section);
    };
    for key in ["from", "to", "factor", "step"] {
        if let Some(other) = section.entry(key) {
            let (first, second, found) = ("values", "from", "both are here");
            let error = ScenarioError::EitherOr { table: section.title(), first, second, found };
            section.error(Some(other.place), error);
            return None;
        }
    }
    let place = Some(entry.node.place);
    let Some(values) = entry.node.as_array() else {
        let expected = "an array, such as [1, 2, 4]".to_owned();
        let found = entry.node.kind();
        section.error(place, ScenarioError::WrongType { key: "values".to_owned(), expected, found });
        return None;
    };
    let (problem, remedy) = match values.len() {
        0 => ("there are no values".to_owned(), "list at least one value, or remove the sweep"),
        n if n > MOST_SWEEP_VALUES => (format!("there are {n} values"), "list at most 10000 values"),
        _ => return distinct(section, values),
    };
    section.error(place, ScenarioError::BadSweep { problem, remedy: remedy.to_owned() });
    None
}

/// The values, each of which is listed once.
fn distinct(section: &Section<'_>, values: &[Node]) -> Option<Vec<Node>> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let again = values.iter().find(|value| !seen.insert(value.to_toml().to_string()));
    let Some(again) = again else { return Some(values.to_vec()) };
    let problem = format!("{} is listed twice", again.to_toml());
    let remedy = "list each value once".to_owned();
    section.error(Some(again.place), ScenarioError::BadSweep { problem, remedy });
    None
}
