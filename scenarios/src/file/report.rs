//! The table `[report]`: which figures are drawn.

use super::document::{Entry, Node, Value};
use super::error::ScenarioError;
use super::key::{Form, Key, KeyTable};
use super::scenario::ReportSpec;
use super::section::Section;
use super::suggestion;
use crate::report::CurveKind;

/// The keys of `[report]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[report]",
    &[
        Key::optional(
            "curves",
            Form::List(&Form::Name(curves)),
            "The figures that are drawn",
            "[\"mfu\", \"busbw\"]",
        )
        .or_else("`mfu`, `exposed_communication_share`, `link_utilization`, `busbw`; for collectives `busbw`, for traffic `link_utilization`"),
        Key::later("tokens", "leave it out"),
        Key::later("timeline", "leave it out"),
    ],
);

fn curves() -> Vec<&'static str> {
    CurveKind::ALL.map(CurveKind::name).to_vec()
}

/// Reads `[report]`; what it does not say is drawn as `defaults` have it.
pub(super) fn read(document: &Section<'_>, defaults: &[CurveKind]) -> ReportSpec {
    let Some(section) = document.section("report") else { return default_report(document, defaults) };
    let report = match section.entry("curves") {
        Some(entry) => ReportSpec { curves: read_curves(&section, entry) },
        None => default_report(document, defaults),
    };
    section.finish();
    report
}

fn default_report(document: &Section<'_>, curves: &[CurveKind]) -> ReportSpec {
    let names: Vec<toml::Value> = curves.iter().map(|curve| curve.name().into()).collect();
    document.findings().note_default("report.curves", names);
    ReportSpec { curves: curves.to_vec() }
}

fn read_curves(section: &Section<'_>, entry: &Entry) -> Vec<CurveKind> {
    let Some(elements) = entry.node.as_array() else {
        let expected = "an array of names, such as [\"mfu\", \"busbw\"]".to_owned();
        let error = ScenarioError::WrongType { key: "curves".to_owned(), expected, found: entry.node.kind() };
        section.error(Some(entry.node.place), error);
        return Vec::new();
    };
    let mut curves: Vec<CurveKind> = Vec::new();
    for curve in elements.iter().filter_map(|element| read_curve(section, element)) {
        if !curves.contains(&curve) {
            curves.push(curve);
        }
    }
    curves
}

fn read_curve(section: &Section<'_>, element: &Node) -> Option<CurveKind> {
    let Value::Text(name) = &element.value else {
        let expected = "names in quotes".to_owned();
        let error = ScenarioError::WrongType { key: "curves".to_owned(), expected, found: element.kind() };
        section.error(Some(element.place), error);
        return None;
    };
    let found = CurveKind::ALL.into_iter().find(|curve| curve.name() == name);
    if found.is_none() {
        let remedy = suggestion::remedy(name, &CurveKind::ALL.map(CurveKind::name));
        section.error(
            Some(element.place),
            ScenarioError::UnknownName { what: "curve", name: name.clone(), remedy },
        );
    }
    found
}
