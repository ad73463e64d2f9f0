//! A file of nodes and links as records of plain values, each with its place; TOML and JSON look alike from here on.

use super::read::{GraphError, GraphFault};
use crate::distinct_json;
use serde::de::IgnoredAny;
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphPlace {
    /// The file as a whole.
    Whole,
    /// A line, counted from 1.
    Line(usize),
    /// An element of `nodes` or `links`, counted from 0.
    Element(&'static str, usize),
}

impl fmt::Display for GraphPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Line(line) => write!(f, ", line {line}"),
            Self::Element(list, index) => write!(f, ", {list}[{index}]"),
        }
    }
}

/// A plain value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Flag(bool),
    /// Anything else, in words.
    Other(&'static str),
}

impl Scalar {
    /// What kind of value this is, in words.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Other(kind) => kind,
        }
    }
}

/// Named values with their place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) place: GraphPlace,
    pub(super) fields: Vec<(String, Scalar)>,
}

impl Record {
    /// The value under the first of these names that is there.
    pub(super) fn get(&self, names: &[&str]) -> Option<&Scalar> {
        let under = |name: &&str| self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        names.iter().find_map(under)
    }
}

/// A file, taken apart.
#[derive(Debug)]
pub(super) struct Document {
    /// What stands beside the lists.
    pub(super) top: Record,
    pub(super) nodes: Vec<Record>,
    pub(super) links: Vec<Record>,
}

/// Names of the list of links; NetworkX writes `edges` since version 3.4.
const LINKS: [&str; 2] = ["links", "edges"];

/// Takes a file apart: JSON where it begins like it, else TOML.
pub(super) fn read(file: &str, text: &str) -> Result<Document, GraphFault> {
    if text.trim_start().starts_with('{') {
        return read_json(file, text);
    }
    // No graph in TOML is a JSON value as well.
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return Err(fault(file, GraphPlace::Whole, GraphError::NoObject));
    }
    read_toml(file, text)
}

/// What stands beside the lists.
fn top_of(file: &str, mut fields: Vec<(String, Scalar)>) -> Result<Record, GraphFault> {
    let has = |name: &str| fields.iter().any(|(key, _)| key == name);
    if LINKS.into_iter().all(has) {
        let [first, second] = LINKS;
        return Err(fault(file, GraphPlace::Whole, GraphError::SaidTwice { first, second }));
    }
    fields.retain(|(name, _)| name != "nodes" && !LINKS.contains(&name.as_str()));
    Ok(Record { place: GraphPlace::Whole, fields })
}

fn fault(file: &str, place: GraphPlace, error: GraphError) -> GraphFault {
    GraphFault { file: file.to_owned(), place, error: Box::new(error) }
}

fn no_list(list: &str) -> GraphError {
    GraphError::NoList { list: list.to_owned() }
}

/// Where each line of a text begins.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(index, _)| index + 1).collect())
    }

    fn at(&self, byte: usize) -> GraphPlace {
        GraphPlace::Line(1 + self.0.partition_point(|&start| start <= byte))
    }
}

fn read_toml(file: &str, text: &str) -> Result<Document, GraphFault> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(GraphPlace::Whole, |span| lines.at(span.start));
        fault(file, place, GraphError::Syntax { message: error.message().replace('\n', "; ") })
    })?;
    let table = table.get_ref();
    let list = |names: &[&str]| -> Result<Vec<Record>, GraphFault> {
        let found = names.iter().find_map(|name| table.get(*name));
        let value = found.ok_or_else(|| fault(file, GraphPlace::Whole, no_list(names[0])))?;
        let place = lines.at(value.span().start);
        let elements = value.get_ref().as_array().ok_or_else(|| fault(file, place, no_list(names[0])))?;
        let record = |element: &Spanned<DeValue<'_>>| {
            let place = lines.at(element.span().start);
            match element.get_ref().as_table() {
                Some(table) => Ok(Record { place, fields: fields_of(table) }),
                None => Err(fault(file, place, no_list(names[0]))),
            }
        };
        elements.iter().map(record).collect()
    };
    let top = top_of(file, fields_of(table))?;
    Ok(Document { top, nodes: list(&["nodes"])?, links: list(&LINKS)? })
}

fn fields_of(table: &DeTable<'_>) -> Vec<(String, Scalar)> {
    let scalar = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Scalar::Text(text.to_string()),
        DeValue::Integer(digits) => number(digits.as_str()),
        DeValue::Float(digits) => number(digits.as_str()),
        DeValue::Boolean(flag) => Scalar::Flag(*flag),
        DeValue::Datetime(_) => Scalar::Other("a date"),
        DeValue::Array(_) => Scalar::Other("a list"),
        DeValue::Table(_) => Scalar::Other("a table"),
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), scalar(value.get_ref()))).collect()
}

fn number(digits: &str) -> Scalar {
    Scalar::Number(digits.replace('_', "").parse().unwrap_or(f64::NAN))
}

fn read_json(file: &str, text: &str) -> Result<Document, GraphFault> {
    let value = distinct_json::read(text).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line").map_or(message.as_str(), |(what, _)| what).to_owned();
        let what = if error.is_data() {
            GraphError::RepeatedKey { message }
        } else {
            GraphError::Syntax { message }
        };
        fault(file, GraphPlace::Line(error.line()), what)
    })?;
    let list = |names: &[&str], title: &'static str| -> Result<Vec<Record>, GraphFault> {
        let elements = names.iter().find_map(|name| value.get(name)?.as_array());
        let elements = elements.ok_or_else(|| fault(file, GraphPlace::Whole, no_list(title)))?;
        let record = |(index, element): (usize, &serde_json::Value)| {
            let place = GraphPlace::Element(title, index);
            match element.as_object() {
                Some(object) => Ok(Record { place, fields: json_fields(object) }),
                None => Err(fault(file, place, no_list(title))),
            }
        };
        elements.iter().enumerate().map(record).collect()
    };
    let top = top_of(file, value.as_object().map(json_fields).unwrap_or_default())?;
    Ok(Document { top, nodes: list(&["nodes"], "nodes")?, links: list(&LINKS, "links")? })
}

fn json_fields(object: &serde_json::Map<String, serde_json::Value>) -> Vec<(String, Scalar)> {
    let scalar = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Scalar::Text(text.clone()),
        serde_json::Value::Number(number) => Scalar::Number(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::Bool(flag) => Scalar::Flag(*flag),
        serde_json::Value::Null => Scalar::Other("null"),
        serde_json::Value::Array(_) => Scalar::Other("a list"),
        serde_json::Value::Object(_) => Scalar::Other("a table"),
    };
    object.iter().map(|(key, value)| (key.clone(), scalar(value))).collect()
}
