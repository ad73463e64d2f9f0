//! A checker of the part of JSON Schema that this project's schemas use; any other keyword is a panic.

use regex::Regex;
use serde_json::Value;

/// Why `value` is not what `schema` describes, each with the path to it; empty when it is.
pub(super) fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { root: schema }.check(schema, value, "", &mut found);
    found
}

/// Keywords that say nothing about values.
const NOTES: [&str; 8] =
    ["$schema", "$defs", "title", "description", "default", "examples", "format", "required"];

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let mut found = Vec::new();
        self.check(schema, value, "", &mut found);
        found.is_empty()
    }

    fn check(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return found.push(format!("{path}: nothing may stand here")),
            schema => schema.as_object().expect("a schema is an object"),
        };
        for (keyword, rule) in keywords {
            match keyword.as_str() {
                "properties" | "items" | "additionalProperties" => {
                    self.check_parts(schema, keyword, value, (path, found));
                }
                "allOf" => {
                    for schema in list(rule) {
                        self.check(schema, value, path, found);
                    }
                }
                "$ref" => {
                    let pointer = rule.as_str().and_then(|text| text.strip_prefix('#'));
                    let target = pointer.and_then(|pointer| self.root.pointer(pointer));
                    self.check(target.expect("references lead into the schema"), value, path, found);
                }
                _ if self.keeps((keyword, rule), value) => {}
                _ => found.push(format!("{path}: {keyword} {rule} is broken by {value}")),
            }
        }
        for name in keywords.get("required").map(list).unwrap_or_default() {
            let name = name.as_str().expect("names are texts");
            if value.as_object().is_some_and(|table| !table.contains_key(name)) {
                found.push(format!("{path}: `{name}` is missing"));
            }
        }
    }

    /// Rules about a value as a whole.
    fn keeps(&self, (keyword, rule): (&str, &Value), value: &Value) -> bool {
        let several = || list(rule).iter().filter(|schema| self.holds(schema, value)).count();
        match keyword {
            "type" if rule.is_array() => list(rule).iter().any(|kind| is_a(kind, value)),
            "type" => is_a(rule, value),
            "enum" => list(rule).contains(value),
            "const" => rule == value,
            "anyOf" => several() > 0,
            "oneOf" => several() == 1,
            "not" => !self.holds(rule, value),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().expect("a bound")),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().expect("a bound")),
            "minItems" => {
                value.as_array().is_none_or(|all| all.len() as u64 >= rule.as_u64().expect("a bound"))
            }
            "maxItems" => {
                value.as_array().is_none_or(|all| all.len() as u64 <= rule.as_u64().expect("a bound"))
            }
            "pattern" => {
                let pattern = Regex::new(rule.as_str().expect("a pattern")).expect("the pattern is one");
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            other => NOTES.contains(&other) || panic!("the keyword `{other}` is not checked"),
        }
    }

    /// Rules about the parts of a value.
    fn check_parts(
        &self,
        schema: &Value,
        keyword: &str,
        value: &Value,
        (path, found): (&str, &mut Vec<String>),
    ) {
        if let ("items", Some(elements)) = (keyword, value.as_array()) {
            for (index, element) in elements.iter().enumerate() {
                self.check(&schema["items"], element, &format!("{path}[{index}]"), found);
            }
        }
        let (Some(table), false) = (value.as_object(), keyword == "items") else { return };
        for (key, value) in table {
            let path = format!("{path}.{key}");
            match (keyword, schema["properties"].get(key)) {
                ("properties", Some(property)) => self.check(property, value, &path, found),
                ("additionalProperties", None) => self.check(&schema[keyword], value, &path, found),
                _ => {}
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("the keyword takes a list")
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type is a text") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type `{other}`"),
    }
}
