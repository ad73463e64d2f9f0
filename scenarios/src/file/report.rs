//! The table `[report]`: which figures are drawn, and how.

use super::choice::Choice;
use super::document::{Entry, Node, Value};
use super::error::ScenarioError;
use super::key::{Form, Key, KeyTable};
use super::scenario::ReportSpec;
use super::section::Section;
use super::suggestion;
use crate::report::{CurveKind, FigureForm, FigureSize, FigureTheme};

/// The word for every figure that has data.
const ALL: &str = "all";

const THEME: Choice<'static, FigureTheme> = Choice { what: "theme", available: &THEMES, later: &[] };

const THEMES: [(&str, FigureTheme); 3] =
    [("light", FigureTheme::Light), ("dark", FigureTheme::Dark), ("both", FigureTheme::Both)];

const SIZE: Choice<'static, FigureSize> = Choice { what: "size", available: &SIZES, later: &[] };

const SIZES: [(&str, FigureSize); 2] = [("slide", FigureSize::Slide), ("column", FigureSize::Column)];

/// The keys of `[report]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[report]",
    &[
        Key::optional(
            "curves",
            Form::Either(&[Form::OneOf(&[ALL]), Form::List(&Form::Name(curves))]),
            "The figures that are drawn; one that is named and has no data is noted",
            "[\"mfu\", \"busbw\"]",
        )
        .or(r#""all""#),
        Key::optional(
            "theme",
            Form::Name(|| THEME.names()),
            "The ground of PNG files, `both` for a file of each; SVG files follow their reader",
            "\"dark\"",
        )
        .or(r#""light""#),
        Key::optional(
            "size",
            Form::Name(|| SIZE.names()),
            "The shape of figures: 1,600 x 1,000 pixels for a slide, 1,000 x 960 with as large letters for a column",
            "\"column\"",
        )
        .or(r#""slide""#),
        Key::optional(
            "bands",
            Form::Boolean,
            "Whether each point is also run with ranged values of the catalog at their ends, as `copperlight sensitivity` \
             does, so that curves have bands: an envelope, not confidence; it takes as many times as long",
            "true",
        )
        .or("false"),
        Key::later("tokens", "leave it out"),
        Key::elsewhere("timeline", "name the figure \"pipeline_timeline\" in `curves`"),
    ],
);

fn curves() -> Vec<&'static str> {
    CurveKind::ALL.map(CurveKind::name).to_vec()
}

/// Reads `[report]`; `all` are the figures that such a scenario can have.
pub(super) fn read(document: &Section<'_>, all: &[CurveKind]) -> ReportSpec {
    let Some(section) = document.section("report") else { return default_report(document, all) };
    let named = section.entry("curves").filter(|entry| !is_all(entry));
    if section.entry("curves").is_none() {
        section.default("curves", ALL);
    }
    let curves = named.map_or_else(|| all.to_vec(), |entry| read_curves(&section, entry));
    let (theme, size) = (THEME.read_or(&section, "theme", "light"), SIZE.read_or(&section, "size", "slide"));
    let bands = section.boolean_or("bands", false);
    section.finish();
    ReportSpec { curves, figures: FigureForm { named: named.is_some(), theme, bands, size } }
}

fn default_report(document: &Section<'_>, all: &[CurveKind]) -> ReportSpec {
    for (key, value) in [("curves", ALL), ("theme", "light"), ("size", "slide")] {
        document.findings().note_default(&format!("report.{key}"), value);
    }
    document.findings().note_default("report.bands", false);
    ReportSpec { curves: all.to_vec(), figures: FigureForm::default() }
}

fn is_all(entry: &Entry) -> bool {
    matches!(&entry.node.value, Value::Text(text) if text == ALL)
}

fn read_curves(section: &Section<'_>, entry: &Entry) -> Vec<CurveKind> {
    let Some(elements) = entry.node.as_array() else {
        let expected = "an array of names, such as [\"mfu\", \"busbw\"], or \"all\"".to_owned();
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
