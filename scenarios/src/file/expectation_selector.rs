//! Which points an expectation is about: `system`, `chips` and `point`, held against what the scenario declares.
//!
//! Points are not listed for this: a selector is held against the systems and the values of the sweeps, so that it
//! costs the same for any number of points.

use super::document::{Entry, Node, Table, Value};
use super::error::{LocatedError, ScenarioError};
use super::expected::PointSelector;
use super::limits::MOST_CHIPS;
use super::section::Section;
use super::suggestion;
use super::sweep::{SweepPlan, Target};
use crate::report::ResultKind;
use copperlight_core::units::Bytes;
use std::collections::BTreeMap;

/// How many values a message lists.
const MOST_LISTED: usize = 12;

/// How far, relatively, a value of a range may be from what a person writes for it.
const SAME: f64 = 1e-12;

/// What a scenario declares, as far as expectations need it.
pub(super) struct Selectable<'a> {
    /// The names of the systems.
    pub(super) names: &'a [String],
    /// Their tables.
    pub(super) systems: &'a [&'a Node],
    /// The sweeps.
    pub(super) sweeps: &'a [SweepPlan],
    /// What runs, where it is known.
    pub(super) kind: Option<ResultKind>,
}

/// A swept key as an expectation states it.
struct Stated<'a> {
    key: String,
    entry: &'a Entry,
}

/// Reads which points are meant; values become those of the sweeps.
pub(super) fn read(section: &Section<'_>, scenario: &Selectable<'_>) -> Option<PointSelector> {
    let named = section.entry("system").is_some();
    let system = system(section, "system", scenario.names);
    let chips = section.whole("chips", 1..=MOST_CHIPS);
    let stated = stated(section);
    let values = stated.iter().flatten().filter_map(|stated| {
        let value = swept_value(scenario, stated)?.to_toml();
        Some((stated.key.clone(), serde_json::to_value(value).expect("a TOML value is a JSON value")))
    });
    let values: BTreeMap<_, _> = values.collect();
    let complete = system.is_some() == named
        && chips.is_some() == section.entry("chips").is_some()
        && stated.is_some() == section.entry("point").is_some();
    complete.then(|| PointSelector { system, chips: chips.map(|chips| chips.value), values })
}

/// The name of a system of this scenario.
pub(super) fn system(section: &Section<'_>, key: &str, systems: &[String]) -> Option<String> {
    let written = section.text(key)?;
    if systems.iter().any(|name| name == written.value) {
        return Some(written.value.to_owned());
    }
    let known: Vec<&str> = systems.iter().map(String::as_str).collect();
    let remedy = suggestion::remedy(written.value, &known);
    let (what, name) = ("system of this scenario", written.value.to_owned());
    section.error(written.place, ScenarioError::UnknownName { what, name, remedy });
    None
}

/// The keys of `point`, dotted or nested.
fn stated<'a>(section: &Section<'a>) -> Option<Vec<Stated<'a>>> {
    let entry = section.entry("point")?;
    let Value::Table(table) = &entry.node.value else {
        let (key, found) = ("point".to_owned(), entry.node.kind());
        let expected = "a table, such as { \"workload.micro_batch\" = 2 }".to_owned();
        section.error(Some(entry.node.place), ScenarioError::WrongType { key, expected, found });
        return None;
    };
    let mut all = Vec::new();
    flatten(table, "", &mut all);
    Some(all)
}

fn flatten<'a>(table: &'a Table, prefix: &str, all: &mut Vec<Stated<'a>>) {
    for entry in &table.entries {
        let key = format!("{prefix}{}", entry.key);
        match &entry.node.value {
            Value::Table(below) => flatten(below, &format!("{key}."), all),
            _ => all.push(Stated { key, entry }),
        }
    }
}

/// Why no point of the scenario is selected, if so.
pub(super) fn unmatched(section: &Section<'_>, scenario: &Selectable<'_>) -> Option<LocatedError> {
    let stated = stated(section).unwrap_or_default();
    let wrong = |place, selector, remedy| {
        Some(LocatedError { place: Some(place), error: ScenarioError::NoSuchPoint { selector, remedy } })
    };
    for one in &stated {
        if let Some((selector, remedy)) = unswept(scenario, one) {
            return wrong(one.entry.place, selector, remedy);
        }
    }
    let name = section.entry("system").and_then(|entry| text_of(&entry.node));
    if scenario.names.len() != scenario.systems.len() {
        return None;
    }
    let meant =
        (0..scenario.names.len()).filter(|&index| name.is_none_or(|name| scenario.names[index] == name));
    let meant: Vec<usize> = meant.collect();
    // A name that no system has is an error of its own.
    let first = *meant.first()?;
    if let Some(one) = stated.iter().find(|one| !meant.iter().any(|&system| concerns(scenario, one, system)))
    {
        let selector = format!("`{}` of {}", one.key, scenario.names[first]);
        return wrong(
            one.entry.place,
            selector,
            "remove it, or name the system that it belongs to".to_owned(),
        );
    }
    let entry = section.entry("chips")?;
    let Value::Integer(chips) = entry.node.value else { return None };
    let sizes: Vec<i64> = meant.iter().flat_map(|&system| sizes(scenario, system, &stated)).collect();
    if sizes.is_empty() || sizes.contains(&chips) {
        return None;
    }
    let of = name.map_or(String::new(), |name| format!(" of {name}"));
    let there = listed(sizes.iter().map(ToString::to_string));
    wrong(entry.node.place, format!("`chips = {chips}`{of}"), format!("there are points with {there} chips"))
}

/// Why a stated key or its value is none that is swept, if so.
fn unswept(scenario: &Selectable<'_>, stated: &Stated<'_>) -> Option<(String, String)> {
    let Some(sweep) = sweep_of(scenario, &stated.key) else {
        let known: Vec<&str> = scenario.sweeps.iter().map(|sweep| sweep.parameter.as_str()).collect();
        let remedy = match known.is_empty() {
            true => "remove it: this scenario has no [[sweep]]".to_owned(),
            false => suggestion::remedy(&stated.key, &known),
        };
        return Some((format!("the swept key `{}`", stated.key), remedy));
    };
    if swept_value(scenario, stated).is_some() {
        return None;
    }
    let there = listed(sweep.values.iter().map(|value| value.to_toml().to_string()));
    let selector = format!("`{} = {}`", stated.key, stated.entry.node.to_toml());
    Some((selector, format!("it is swept over {there}")))
}

fn sweep_of<'a>(scenario: &Selectable<'a>, key: &str) -> Option<&'a SweepPlan> {
    scenario.sweeps.iter().find(|sweep| sweep.parameter == key)
}

/// The value of the sweep that a stated value means.
fn swept_value<'a>(scenario: &Selectable<'a>, stated: &Stated<'_>) -> Option<&'a Node> {
    sweep_of(scenario, &stated.key)?.values.iter().find(|value| same(value, &stated.entry.node))
}

/// Whether two values mean the same: `1` and `1.0`, `"1 MiB"` and `"1024 KiB"`, a third step of 0.1 and 0.3.
fn same(one: &Node, other: &Node) -> bool {
    let number = |node: &Node| match node.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    };
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return (one - other).abs() <= SAME * one.abs();
    }
    let size = |node| text_of(node).and_then(|text| text.parse::<Bytes>().ok());
    if let (Some(one), Some(other)) = (size(one), size(other)) {
        return one == other;
    }
    one.to_toml() == other.to_toml()
}

fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn concerns(scenario: &Selectable<'_>, stated: &Stated<'_>, system: usize) -> bool {
    sweep_of(scenario, &stated.key).is_none_or(|sweep| sweep.concerns(system))
}

/// The numbers of chips that the stated points of a system have; none where only the system itself knows.
fn sizes(scenario: &Selectable<'_>, system: usize, stated: &[Stated<'_>]) -> Vec<i64> {
    let is_size = |sweep: &&SweepPlan| {
        sweep.target() == Target::Systems
            && sweep.concerns(system)
            && sweep.path.below_root().key(0) == Some("chips")
    };
    let whole = |node: &Node| match node.value {
        Value::Integer(number) => Some(number),
        _ => None,
    };
    match scenario.sweeps.iter().find(is_size) {
        Some(sweep) => match stated.iter().find(|one| one.key == sweep.parameter) {
            Some(one) => whole(&one.entry.node).into_iter().collect(),
            None => sweep.values.iter().filter_map(whole).collect(),
        },
        None => {
            let table = scenario.systems.get(system).and_then(|node| node.as_table());
            table
                .and_then(|table| table.get("chips"))
                .and_then(|entry| whole(&entry.node))
                .into_iter()
                .collect()
        }
    }
}

/// Distinct items, at most [`MOST_LISTED`] of them.
fn listed(items: impl Iterator<Item = String>) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    let more = distinct.len().saturating_sub(MOST_LISTED);
    distinct.truncate(MOST_LISTED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", distinct.join(", "))
}
