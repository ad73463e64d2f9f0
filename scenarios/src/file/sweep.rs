//! The tables `[[sweep]]`: one key, and the values that it takes.

use super::document::{Node, Place};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key::{Form, Key, KeyTable};
use super::key_path::KeyPath;
use super::limits::MOST_SWEEP_VALUES;
use super::section::Section;
use super::sweep_range;
use std::collections::BTreeSet;

/// The keys of `[[sweep]]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[[sweep]]",
    &[
        Key::required(
            "parameter",
            Form::Text,
            "The path of the key that takes several values: of `systems`, of `workload`, `scenario.seed` or `scenario.fidelity`",
            "\"systems.chips\"",
        ),
        Key::optional("values", Form::List(&Form::Any), "The values, each listed once", "[1152, 2304]"),
        Key::optional("from", BOUND, "The first value of a range", "\"1 MiB\""),
        Key::optional("to", BOUND, "The end of a range, included when it is hit", "\"1 GiB\""),
        Key::optional("factor", FACTOR, "Each value is the one before times this", "2"),
        Key::optional("step", BOUND, "Each value is the one before plus this, instead of `factor`", "64"),
        Key::optional(
            "zip",
            Form::Text,
            "A name: sweeps of one name advance together, and all others are combined",
            "\"sizes\"",
        ),
    ],
)
.with_either(&[["values", "from"]]);

const BOUND: Form = Form::Either(&[Form::Number(f64::MIN, f64::MAX, "a finite number"), Form::Text]);
const FACTOR: Form = Form::Number(f64::MIN, f64::MAX, "above 1");

/// A checked sweep.
#[derive(Debug, Clone)]
pub(super) struct SweepPlan {
    pub(super) parameter: String,
    pub(super) path: KeyPath,
    pub(super) place: Place,
    pub(super) values: Vec<Node>,
    /// The name that sweeps have in common which advance together, and where it was written.
    pub(super) zip: Option<(String, Place)>,
}

/// The table that a sweep changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// `[scenario]`.
    Scenario,
    /// One of `[[systems]]`, or each of them.
    Systems,
    /// `[workload]`.
    Workload,
}

impl SweepPlan {
    /// Whether the sweep changes anything for the n-th system.
    pub(super) fn concerns(&self, system: usize) -> bool {
        self.target() != Target::Systems || self.path.root_index().is_none_or(|index| index == system)
    }

    /// The table that the swept key is in.
    pub(super) fn target(&self) -> Target {
        match self.path.root() {
            "systems" => Target::Systems,
            "scenario" => Target::Scenario,
            _ => Target::Workload,
        }
    }

    /// Whether the swept key is of the plan that a system has of its own.
    pub(super) fn is_of_plan(&self) -> bool {
        self.target() == Target::Systems && self.path.below_root().key(0) == Some("parallelism")
    }

    /// The name of the zip that the sweep is in.
    pub(super) fn zip_name(&self) -> Option<&str> {
        self.zip.as_ref().map(|(name, _)| name.as_str())
    }
}

/// Refuses sweeps of a system that is not there.
pub(super) fn check_systems(sweeps: &[SweepPlan], systems: usize, findings: &Findings) {
    for sweep in sweeps.iter().filter(|sweep| sweep.target() == Target::Systems) {
        if let Err(error) = sweep.path.check_root_index(systems) {
            findings.error(Some(sweep.place), error.into());
        }
    }
}

/// Refuses sweeps of the workload's plan that a system's own plan hides.
pub(super) fn check_plans(sweeps: &[SweepPlan], systems: &[&Node], names: &[String], findings: &Findings) {
    for sweep in sweeps.iter().filter(|sweep| sweep.path.key(0) == Some("workload")) {
        let (Some("parallelism"), Some(key)) = (sweep.path.key(1), sweep.path.key(2)) else { continue };
        let states = |node: &Node| {
            let own = node.as_table().and_then(|table| table.get("parallelism"))?.node.as_table()?;
            own.get(key).map(|entry| entry.place)
        };
        let Some(system) = systems.iter().position(|node| states(node).is_some()) else { continue };
        let name = names.get(system).map_or("a system", String::as_str);
        let parameter = &sweep.parameter;
        let problem =
            format!("`{parameter}` changes nothing for `{name}`, whose own [systems.parallelism] states it");
        let remedy = format!("sweep `systems.parallelism.{key}`, or remove the key there");
        findings.error(Some(sweep.place), ScenarioError::BadSweep { problem, remedy });
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
    check_zips(document, &sweeps);
    sweeps
}

/// Refuses sweeps of one zip that have different numbers of values, and zips of one sweep.
fn check_zips(document: &Section<'_>, sweeps: &[SweepPlan]) {
    for (index, sweep) in sweeps.iter().enumerate() {
        let Some((name, place)) = &sweep.zip else { continue };
        let in_zip = |other: &&SweepPlan| other.zip_name() == Some(name);
        if sweeps.iter().filter(in_zip).count() == 1 {
            let problem = format!("`{}` is the only sweep with zip = \"{name}\"", sweep.parameter);
            let remedy =
                "write the same name into the sweep that advances with it, or leave `zip` out".to_owned();
            document.error(Some(*place), ScenarioError::BadSweep { problem, remedy });
        }
        let first = sweeps[..index].iter().find(in_zip);
        if let Some(first) = first.filter(|first| first.values.len() != sweep.values.len()) {
            let (one, other) = (&first.parameter, &sweep.parameter);
            let (of_one, of_other) = (first.values.len(), sweep.values.len());
            let problem =
                format!("zip = \"{name}\" pairs `{one}` with {of_one} values and `{other}` with {of_other}");
            let remedy = "give both sweeps equally many values".to_owned();
            document.error(Some(*place), ScenarioError::BadSweep { problem, remedy });
        }
    }
}

fn read_one(section: &Section<'_>) -> Option<SweepPlan> {
    if section.entry("parameter").is_none() {
        section.missing("parameter", "parameter = \"systems.chips\"");
    }
    let parameter = section.text("parameter");
    let zip = section.text("zip").map(|zip| (zip.value.to_owned(), zip.place));
    let values = read_values(section, zip.is_some());
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
        "scenario" => path.len() == 2 && matches!(path.key(1), Some("seed" | "fidelity")),
        _ => false,
    };
    if !sweepable {
        let problem = format!(
            "`{}` cannot be swept; sweep a key of `systems` or of `workload`, `scenario.seed` or `scenario.fidelity`",
            parameter.value
        );
        section.error(Some(place), ScenarioError::BadPath { problem });
        return None;
    }
    let zip = zip.and_then(|(name, place)| Some((name, place?)));
    Some(SweepPlan { parameter: parameter.value.to_owned(), path, place, values: values?, zip })
}

/// The values; those of a zipped sweep may be listed more than once.
fn read_values(section: &Section<'_>, zipped: bool) -> Option<Vec<Node>> {
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
        _ if zipped => return Some(values.to_vec()),
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
