//! A TOML document in which every key and value knows where it was written.
//!
//! Values of `--set` and of sweeps are put into the same tree, so that whatever is wrong with them is shown
//! where they were written and not where they were put.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeInteger, DeString, DeTable, DeValue};

/// A stretch of bytes in one of the texts that a scenario was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The index of the text.
    pub source: usize,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Place {
    /// The bytes as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    /// Integers beyond 64 bits are kept as the nearest float, which every bound refuses.
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date(String),
    Array(Vec<Node>),
    Table(Table),
}

/// A table in the order in which its keys were written.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Table {
    /// The entry with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The entry with this key, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Puts an entry in, replacing one of the same key.
    pub(super) fn insert(&mut self, entry: Entry) {
        match self.get_mut(&entry.key) {
            Some(present) => *present = entry,
            None => self.entries.push(entry),
        }
    }

    /// This table with the entries of `upper` laid over it.
    pub(super) fn overlaid_by(&self, upper: &Self) -> Self {
        let mut merged = self.clone();
        upper.entries.iter().cloned().for_each(|entry| merged.insert(entry));
        merged
    }

    /// This table without its places.
    pub(super) fn to_toml(&self) -> toml::Table {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.node.to_toml())).collect()
    }
}

impl Node {
    /// What kind of value this is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(number) if number.is_nan() => "not a number",
            Value::Float(number) if number.is_infinite() => "infinite",
            Value::Float(_) => "a number with a fraction",
            Value::Boolean(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }

    /// The table, when it is one.
    pub(super) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The elements, when it is an array.
    pub(super) fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// This value without its places.
    pub(super) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::Text(text) | Value::Date(text) => toml::Value::String(text.clone()),
            Value::Integer(number) => toml::Value::Integer(*number),
            Value::Float(number) => toml::Value::Float(*number),
            Value::Boolean(flag) => toml::Value::Boolean(*flag),
            Value::Array(elements) => toml::Value::Array(elements.iter().map(Self::to_toml).collect()),
            Value::Table(table) => toml::Value::Table(table.to_toml()),
        }
    }

    /// Reads a parsed value of text `source`, whose spans begin `offset` bytes into that text.
    pub(super) fn from_parsed(parsed: &Spanned<DeValue<'_>>, source: usize, offset: usize) -> Self {
        let value = match parsed.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(digits) => read_integer(digits),
            DeValue::Float(digits) => Value::Float(digits.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Boolean(*flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(elements) => Value::Array(
                elements.iter().map(|element| Self::from_parsed(element, source, offset)).collect(),
            ),
            DeValue::Table(table) => Value::Table(Table::from_parsed(table, source, offset)),
        };
        Self { place: shifted(parsed.span(), source, offset), value }
    }
}

impl Table {
    /// Reads a parsed table of text `source`, whose spans begin `offset` bytes into that text.
    pub(super) fn from_parsed(parsed: &DeTable<'_>, source: usize, offset: usize) -> Self {
        let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| Entry {
            key: key.get_ref().to_string(),
            place: shifted(key.span(), source, offset),
            node: Node::from_parsed(value, source, offset),
        };
        let mut entries: Vec<Entry> = parsed.iter().map(entry).collect();
        entries.sort_by_key(|entry| entry.place);
        Self { entries }
    }
}

fn read_integer(digits: &DeInteger<'_>) -> Value {
    let plain = digits.as_str().replace('_', "");
    match i64::from_str_radix(&plain, digits.radix()) {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::Float(plain.parse().unwrap_or(f64::INFINITY)),
    }
}

fn shifted(span: Range<usize>, source: usize, offset: usize) -> Place {
    Place { source, start: span.start + offset, end: span.end + offset }
}
