//! The JSON Schema of a comparison.

use super::super::json_schema::definitions;
use super::document::CompareReport;
use serde_json::{Value, json};

/// The schema (draft 2020-12) of what `compare --format json` prints.
pub fn schema() -> Value {
    let (report, definitions) = definitions::<CompareReport>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Copperlight comparison",
        "description": "Two sides beside each other. What is not known of a side is null.",
        "allOf": [report],
        "$defs": definitions,
    })
}
