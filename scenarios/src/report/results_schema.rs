//! The JSON Schema of results, and the reference page about them, made of their types.

use super::json_schema::definitions;
use super::results::ScenarioResults;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The schema (draft 2020-12) of what `run --format json` prints: the results of one scenario, or a list of them.
pub fn schema() -> Value {
    let (one, definitions) = definitions::<ScenarioResults>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Copperlight results",
        "description": "The results of one scenario, or of several in a list. A quantity that is not modelled is null.",
        "anyOf": [one, { "type": "array", "items": one }],
        "$defs": definitions,
    })
}

const HEAD: &str = "# Results

<!-- Written from the types of the results; edit those and run the tests with COPPERLIGHT_UPDATE_DOCS=1. -->

`copperlight run --format json` prints one document, `results.json` in the output folder holds the same, and `copperlight
schema results` describes it as a JSON Schema. With several scenarios the document is a list of these. Keys keep their names and
their meaning; new ones may be added. Their last part is the unit: `_s` seconds, `_us` microseconds, `_gb` 10^9 bytes, `_w`
watts, `_j` joules, `_usd` US dollars, `_gb_per_s` 10^9 bytes a second; shares are from 0 to 1. A quantity that is not
modelled, or that a point cannot have, is `null`, never 0. A point of training has the keys of training, one of a collective
those of its row, one of traffic its figures.

| key | value | meaning |
|---|---|---|
";

/// The page `docs/src/reference/results.md`.
pub fn reference_page() -> String {
    let schema = schema();
    let mut page = HEAD.to_owned();
    let root = resolved(&schema, &schema["anyOf"][0]);
    Rows { schema: &schema, page: &mut page }.add(root, "", 0);
    page
}

/// Deeper than results are.
const DEEPEST: usize = 8;

struct Rows<'a> {
    schema: &'a Value,
    page: &'a mut String,
}

impl Rows<'_> {
    /// A row for every key of a table, and below it those of what it holds.
    fn add(&mut self, table: &Value, prefix: &str, depth: usize) {
        for part in parts(self.schema, table) {
            for (key, property) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let target = resolved(self.schema, property);
                let text = property.get("description").or(target.get("description"));
                let meaning = text.and_then(Value::as_str).unwrap_or_default().replace('|', "\\|");
                let path = format!("{prefix}{key}");
                writeln!(self.page, "| `{path}` | {} | {meaning} |", kind(self.schema, property))
                    .expect("a text takes every line");
                let below = inner(self.schema, target);
                if depth < DEEPEST
                    && let Some((suffix, below)) = below
                {
                    self.add(below, &format!("{path}{suffix}."), depth + 1);
                }
            }
        }
    }
}

/// The tables that make up one: itself, and those whose keys it takes over.
fn parts<'a>(schema: &'a Value, table: &'a Value) -> Vec<&'a Value> {
    let mut parts = vec![table];
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for one in table.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            parts.extend(self::parts(schema, resolved(schema, one)));
        }
    }
    parts
}

/// What a table, a list or a map holds, with what stands for the place in it.
fn inner<'a>(schema: &'a Value, target: &'a Value) -> Option<(&'static str, &'a Value)> {
    if target.get("properties").is_some() {
        return Some(("", target));
    }
    if let Some(items) = target.get("items") {
        return Some(("[]", resolved(schema, items))).filter(|(_, items)| items.get("properties").is_some());
    }
    let values = target.get("additionalProperties").map(|values| resolved(schema, values))?;
    values.get("properties").map(|_| (".NAME", values))
}

/// Follows references, and goes through what may also be null.
fn resolved<'a>(schema: &'a Value, value: &'a Value) -> &'a Value {
    if let Some(pointer) = value.get("$ref").and_then(Value::as_str) {
        return schema
            .pointer(pointer.trim_start_matches('#'))
            .map_or(value, |found| resolved(schema, found));
    }
    let is_null = |one: &&Value| one.get("type").is_some_and(|kind| kind == "null");
    match value.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one, other]) if is_null(&other) => resolved(schema, one),
        _ => value,
    }
}

/// The kind of value in words.
fn kind(schema: &Value, property: &Value) -> String {
    let target = resolved(schema, property);
    let may_be_null = property.get("anyOf").is_some();
    let or_null = if may_be_null { " or null" } else { "" };
    let word = |name: &str| match name {
        "array" => "list".to_owned(),
        "object" => "table".to_owned(),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        other => other.to_owned(),
    };
    let of_map = |map: &Map<String, Value>| match map.get("type") {
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or ")
        }
        Some(Value::String(name)) => word(name),
        _ => "any".to_owned(),
    };
    format!("{}{or_null}", target.as_object().map_or_else(|| "any".to_owned(), of_map))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept_file;

    #[test]
    fn the_page_in_the_book_is_what_the_program_writes() {
        let page = reference_page();
        kept_file::hold("../docs/src/reference/results.md", page.as_bytes());
        for row in page.lines().filter(|line| line.starts_with("| `")) {
            assert!(!row.ends_with("|  |"), "a key without a meaning: {row}");
        }
        assert!(page.contains("| `results[].step_time_s` | number or null | "), "{page}");
        assert!(page.contains("| `results[].busbw_gb_per_s` | number or null | "), "{page}");
    }
}
