//! `resolved.toml`: the scenario with every default and override written out, and the values it rests on.

use super::document::{Node, Place, Table, Value};
use super::findings::Findings;
use super::key_path::KeyPath;
use super::scenario::Scenario;
use copperlight_topologies::System;
use copperlight_topologies::catalog::Sourced;

/// What stands in for a place: resolved values were written nowhere.
const NOWHERE: Place = Place { source: 0, start: 0, end: 0 };

/// The document, with the settings already in it, and the defaults that were used.
///
/// Reading the result gives the same scenario. Swept keys keep their sweep.
pub(super) fn write(document: &Table, findings: &Findings) -> toml::Table {
    let mut resolved = document.clone();
    for (path, value) in findings.defaults() {
        put(&mut resolved, &path, &value);
    }
    resolved.to_toml()
}

/// The text of `resolved.toml`: the resolved scenario, and the catalog's values in comments with their sources.
///
/// Values stay in the catalog, where their sources are, and are shown so that each can be traced and pinned.
pub(super) fn text(scenario: &Scenario) -> String {
    let mut text =
        toml::to_string(&scenario.resolved).expect("a table of plain values can be written as TOML");
    text.push_str("\n# Values of the catalog that the systems had, with their sources.\n");
    for entry in &scenario.systems {
        text.push_str(&format!("#\n# {} ({})\n", entry.name, entry.system.name()));
        let known = |key: &str| System::known_keys().contains(&key);
        for (key, value) in entry.system.facts().filter(|(key, _)| known(key)) {
            push_value(&mut text, key, value);
        }
        text.push_str(&format!("# transport = {}\n", entry.system.transport_name()));
        for (key, value) in entry.system.transport_values() {
            push_value(&mut text, &format!("transport.{key}"), value);
        }
        for (software, key, value) in scenario.software_values(entry) {
            push_value(&mut text, &format!("software.{software}.{key}"), value);
        }
    }
    text
}

/// Adds a comment of one line.
fn push_value(text: &mut String, key: &str, value: &Sourced) {
    let line = format!("# {key} = {value}: {}", value.source);
    text.push_str(&line.split_whitespace().collect::<Vec<_>>().join(" "));
    text.push('\n');
}

/// Puts a value in unless the path already holds one.
fn put(document: &mut Table, path: &str, value: &toml::Value) {
    let Ok(path) = KeyPath::parse(path) else { return };
    if !path.is_set(document) {
        // A path through a value that is no table cannot be set, and then the value itself says it all.
        path.set(document, NOWHERE, &from_toml(value)).unwrap_or_default();
    }
}

fn from_toml(value: &toml::Value) -> Node {
    let value = match value {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(number) => Value::Integer(*number),
        toml::Value::Float(number) => Value::Float(*number),
        toml::Value::Boolean(flag) => Value::Boolean(*flag),
        toml::Value::Datetime(date) => Value::Date(date.to_string()),
        toml::Value::Array(elements) => Value::Array(elements.iter().map(from_toml).collect()),
        toml::Value::Table(_) => Value::Table(Table::default()),
    };
    Node { place: NOWHERE, value }
}
