//! The JSON Schema of scenario files, made of the descriptions of their keys.
//!
//! Editors complete and check scenario files by it. What depends on several keys at once, such as whether a plan is
//! legal, no schema can say; what it refuses, the program refuses as well.

use super::key::{Fallback, Form, Key, KeyTable};
use super::root;
use serde_json::{Map, Value, json};

/// The first line of a file that stands beside its schema.
pub const SCHEMA_LINE: &str = "#:schema ./scenario.schema.json";

/// The schema of scenario files (JSON Schema, draft 2020-12).
pub fn schema() -> Value {
    let mut schema = table(&root::KEYS);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("Copperlight scenario"));
    schema.insert("description".to_owned(), json!("Machines, what runs on them, and what is drawn"));
    Value::Object(schema)
}

fn table(described: &KeyTable) -> Map<String, Value> {
    let properties: Map<String, Value> =
        described.available().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("additionalProperties".to_owned(), json!(false));
    let required: Vec<&str> =
        described.available().filter(|key| is_required(described, key)).map(|key| key.name).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let both: Vec<Value> =
        described.either.iter().map(|pair| json!({ "not": { "required": pair } })).collect();
    if !both.is_empty() {
        schema.insert("allOf".to_owned(), json!(both));
    }
    schema
}

/// Keys of machines and of what runs on them may be left to a sweep; `kind` decides which keys there are.
fn is_required(described: &KeyTable, key: &Key) -> bool {
    let swept = described.header.starts_with("[workload") || described.header.contains("[systems");
    key.fallback == Fallback::Required && (!swept || key.name == "kind")
}

fn property(key: &Key) -> Value {
    let mut schema = form(&key.form);
    let described = json!(description(key));
    schema.insert("description".to_owned(), described);
    if let Fallback::Value(text) = key.fallback {
        schema.insert("default".to_owned(), value(text));
    }
    if !key.example.is_empty() {
        schema.insert("examples".to_owned(), json!([value(key.example)]));
    }
    Value::Object(schema)
}

fn description(key: &Key) -> String {
    match key.fallback {
        Fallback::Words(words) => format!("{}. Default: {words}.", key.meaning),
        _ => format!("{}.", key.meaning),
    }
}

/// A TOML value as JSON.
fn value(text: &str) -> Value {
    let document: toml::Table =
        format!("value = {text}").parse().expect("examples and defaults are TOML, by test");
    serde_json::to_value(&document["value"]).expect("a plain value is JSON as well")
}

fn form(form: &Form) -> Map<String, Value> {
    let schema = match form {
        Form::Text => json!({ "type": "string" }),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::WholeUpTo(least, most, _) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Number(least, most, _) if *most == f64::MAX && *least == f64::MIN => {
            json!({ "type": "number" })
        }
        Form::Number(least, most, _) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Form::Quantity(dimension, _) => json!({ "type": "string", "pattern": dimension.pattern() }),
        Form::Pattern(pattern, _) => json!({ "type": "string", "pattern": pattern }),
        Form::OneOf(_) | Form::Name(_) => json!({ "type": "string", "enum": form.names() }),
        Form::List(element) => json!({ "type": "array", "items": self::form(element) }),
        Form::Table(keys) => Value::Object(table(keys())),
        Form::Tables(keys) => json!({ "type": "array", "items": table(keys()) }),
        Form::Kinds(kinds) => {
            json!({ "type": "object", "oneOf": kinds.iter().map(|keys| kind(keys())).collect::<Vec<_>>() })
        }
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(self::form).collect::<Vec<_>>() }),
        Form::FreeTable => json!({ "type": "object" }),
        Form::Any | Form::Later(_) | Form::Elsewhere(_) => json!({}),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => unreachable!("every form is an object"),
    }
}

/// A table whose key `kind` is fixed.
fn kind(described: &KeyTable) -> Map<String, Value> {
    let mut schema = table(described);
    let key = described.key("kind").expect("tables of one kind have the key `kind`");
    schema["properties"]["kind"] = json!({ "const": value(key.example), "description": description(key) });
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept_file;

    #[test]
    fn the_schema_beside_the_library_is_current() {
        let text = serde_json::to_string_pretty(&schema()).expect("a value is JSON") + "\n";
        kept_file::hold("library/scenarios/scenario.schema.json", text.as_bytes());
    }
}
