//! The table `[report]`: which figures are drawn.

use super::document::{Node, Value};
use super::error::ScenarioError;
use super::scenario::ReportSpec;
use super::section::Section;
use super::suggestion;
use crate::report::CurveKind;

/// Reads `[report]`; without it every figure is drawn.
pub(super) fn read(document: &Section<'_>) -> ReportSpec {
    let Some(section) = document.section("report") else {
        return ReportSpec { curves: CurveKind::ALL.to_vec() };
    };
    section.refuse_later(&["tokens", "timeline"], "leave it out");
    let curves = read_curves(&section);
    section.finish();
    ReportSpec { curves }
}

fn read_curves(section: &Section<'_>) -> Vec<CurveKind> {
    let Some(entry) = section.entry("curves") else {
        let names: Vec<toml::Value> = CurveKind::ALL.iter().map(|curve| curve.name().into()).collect();
        section.default("curves", names);
        return CurveKind::ALL.to_vec();
    };
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
