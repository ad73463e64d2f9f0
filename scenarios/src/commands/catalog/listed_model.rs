//! A model of the library as an entry of the catalog: what is published, and what follows from it.

use super::listed::{DERIVED, Listed, Row, text_row};
use crate::training::{FlopConvention, LibraryModel, Model, ModelFact};
use serde_json::{Map, Value, json};

/// The sequence length at which FLOPs of a token are shown.
const LENGTH: u64 = 4096;

/// A figure that follows from a model's shape.
struct Figure {
    key: &'static str,
    value: Value,
    text: String,
    unit: &'static str,
    formula: String,
}

/// A model of the library.
pub(super) fn listed(name: &str, entry: &LibraryModel) -> Listed {
    let figures = figures(&entry.model);
    let values: Map<String, Value> =
        entry.facts.iter().map(|fact| (fact.field.to_owned(), document(fact))).collect();
    let derived: Map<String, Value> = figures
        .iter()
        .map(|figure| {
            let value = json!({ "value": figure.value, "unit": figure.unit, "formula": figure.formula });
            (figure.key.to_owned(), value)
        })
        .collect();
    let mut rows: Vec<Row> = entry.facts.iter().map(fact_row).collect();
    rows.extend(figures.iter().map(figure_row));
    if let Some(first) = entry.facts.first() {
        rows.push(text_row("source", &first.source));
    }
    let mut document = json!({ "name": name, "title": entry.title, "values": values });
    document[DERIVED] = derived.into();
    Listed { name: name.to_owned(), title: entry.title.clone(), rows, document }
}

fn figures(model: &Model) -> Vec<Figure> {
    let count = |key, value: u64, formula: &str| Figure {
        key,
        value: value.into(),
        text: value.to_string(),
        unit: "count",
        formula: formula.to_owned(),
    };
    let flops = |key, convention: FlopConvention| {
        let flops = model.flops_per_sequence_by(convention, LENGTH).count() / LENGTH as f64;
        let formula = format!("training on {LENGTH} tokens, per token; {}", convention.text());
        Figure { key, value: flops.into(), text: format!("{flops:.4e}"), unit: "FLOP", formula }
    };
    let mut figures = vec![
        count("parameters", model.parameters(), "all parameters of the shape above"),
        count("active_parameters", model.active_parameters(), "all but experts that a token does not go to"),
    ];
    if model.shape().mtp_layers > 0 {
        let of_layers = "layers for further tokens, with their projections; counted apart";
        figures.push(count("further_token_parameters", model.further_token_parameters(), of_layers));
    }
    figures.push(flops("flops_per_token", FlopConvention::Causal));
    figures.push(flops("flops_per_token_full", FlopConvention::Full));
    figures
}

fn fact_row(fact: &ModelFact) -> Row {
    Row {
        key: fact.field.to_owned(),
        value: fact.value.clone(),
        confidence: fact.confidence.clone(),
        source: fact.source.clone(),
        note: fact.note.clone(),
        ..Row::default()
    }
}

fn figure_row(figure: &Figure) -> Row {
    Row {
        key: format!("{DERIVED}.{}", figure.key),
        value: figure.text.clone(),
        confidence: DERIVED.to_owned(),
        source: figure.formula.clone(),
        ..Row::default()
    }
}

fn document(fact: &ModelFact) -> Value {
    let mut value =
        json!({ "value": plain(&fact.value), "source": fact.source, "confidence": fact.confidence });
    if !fact.note.is_empty() {
        value["note"] = fact.note.as_str().into();
    }
    value
}

/// A number or a truth value where the text is one.
fn plain(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
