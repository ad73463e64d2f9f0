//! One entry of any part of the catalog, as rows of text and as a JSON document.

use copperlight_topologies::System;
use copperlight_topologies::catalog::{Derived, Entry, Gap, Sourced, derived};
use serde_json::{Map, Value, json};

/// What marks a figure that was computed and not looked up.
pub(super) const DERIVED: &str = "derived";

/// One value of an entry, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The dotted key.
    pub(super) key: String,
    /// Number and unit, or a text.
    pub(super) value: String,
    /// The lowest and the highest figure found.
    pub(super) range: String,
    /// How far it can be trusted; `derived` where it was computed.
    pub(super) confidence: String,
    /// Who says so, or the formula.
    pub(super) source: String,
    /// What disagrees.
    pub(super) note: String,
}

/// An entry of the catalog, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    /// The name to ask for.
    pub(super) name: String,
    /// One line on what it is.
    pub(super) title: String,
    /// Everything that is known.
    pub(super) rows: Vec<Row>,
    /// The same as JSON.
    pub(super) document: Value,
}

impl Listed {
    /// An entry with sourced values.
    pub(super) fn entry(entry: &Entry) -> Self {
        let texts = entry.texts().filter(|(key, _)| *key != "title").map(|(key, text)| text_row(key, text));
        let rows = texts.chain(entry.values().map(|(key, value)| value_row(key, value))).collect();
        Self {
            name: entry.name().to_owned(),
            title: entry.title().to_owned(),
            rows,
            document: document(entry),
        }
    }

    /// A system: an entry with the figures of its domain.
    pub(super) fn system(entry: &Entry) -> Self {
        let mut listed = Self::entry(entry);
        let system = System::preset(entry.name()).expect("every system of the catalog is a preset");
        let figures = derived(&system);
        listed.rows.extend(figures.iter().map(derived_row));
        let derived = |figure: &Derived| {
            (
                figure.key.to_owned(),
                json!({ "value": figure.value, "unit": figure.unit, "formula": figure.formula }),
            )
        };
        listed.document[DERIVED] = figures.iter().map(derived).collect::<Map<_, _>>().into();
        listed
    }

    /// Something without a public figure.
    pub(super) fn gap(gap: &Gap) -> Self {
        let texts = [("part", &gap.part), ("missing", &gap.missing), ("looked", &gap.looked)];
        let rows = texts.map(|(key, text)| text_row(key, text)).to_vec();
        let document =
            json!({ "name": gap.name, "part": gap.part, "missing": gap.missing, "looked": gap.looked });
        Self { name: gap.name.clone(), title: gap.missing.clone(), rows, document }
    }

    /// The text under a key; empty when there is none.
    pub(super) fn cell(&self, key: &str) -> String {
        if key == "title" {
            return self.title.clone();
        }
        self.rows.iter().find(|row| row.key == key).map(|row| row.value.clone()).unwrap_or_default()
    }
}

pub(super) fn text_row(key: &str, text: &str) -> Row {
    Row { key: key.to_owned(), value: text.to_owned(), ..Row::default() }
}

fn value_row(key: &str, value: &Sourced) -> Row {
    let ends = |[low, high]: [f64; 2]| {
        let high = Sourced { value: high, ..value.clone() };
        format!("{low} to {high}")
    };
    Row {
        key: key.to_owned(),
        value: value.to_string(),
        range: value.range.map(ends).unwrap_or_default(),
        confidence: value.confidence.to_string(),
        source: value.source.clone(),
        note: value.note.clone().unwrap_or_default(),
    }
}

fn derived_row(figure: &Derived) -> Row {
    let value = match figure.unit {
        "count" => figure.value.to_string(),
        unit => format!("{} {unit}", figure.value),
    };
    Row {
        key: format!("{DERIVED}.{}", figure.key),
        value,
        confidence: DERIVED.to_owned(),
        source: figure.formula.clone(),
        ..Row::default()
    }
}

fn document(entry: &Entry) -> Value {
    let texts: Map<String, Value> = entry.texts().map(|(key, text)| (key.to_owned(), text.into())).collect();
    let values: Map<String, Value> =
        entry.values().map(|(key, value)| (key.to_owned(), json!(value))).collect();
    json!({ "name": entry.name(), "title": entry.title(), "texts": texts, "values": values })
}
