//! Typed access to a table that remembers what was asked for, so that what was not is an unknown key.

use super::document::{Entry, Node, Place, Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::suggestion;
use copperlight_core::units::Bytes;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// A checked value and where it was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Option<Place>,
}

/// A table of the document while it is read.
pub(super) struct Section<'a> {
    table: &'a Table,
    path: String,
    title: String,
    place: Option<Place>,
    findings: &'a Findings,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Section<'a> {
    /// Reads `table`, which lies at `path` (empty for the whole document).
    pub(super) fn new(table: &'a Table, path: &str, place: Option<Place>, findings: &'a Findings) -> Self {
        let title = if path.is_empty() { "the scenario".to_owned() } else { format!("[{path}]") };
        Self { table, path: path.to_owned(), title, place, findings, asked: RefCell::default() }
    }

    /// Reads element `index` of the array of tables `key`.
    pub(super) fn element(
        table: &'a Table,
        key: &str,
        index: usize,
        context: (Option<Place>, &'a Findings),
    ) -> Self {
        let section = Self::new(table, &format!("{key}[{index}]"), context.0, context.1);
        Self { title: format!("[[{key}]]"), ..section }
    }

    /// Where the table begins.
    pub(super) fn place(&self) -> Option<Place> {
        self.place
    }

    /// Everything found so far.
    pub(super) fn findings(&self) -> &'a Findings {
        self.findings
    }

    /// The table in the words of messages: `[workload]`, or `the scenario` for the whole document.
    pub(super) fn title(&self) -> String {
        self.title.clone()
    }

    /// The entry of a key, which counts as known from now on.
    pub(super) fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    /// The entries that nothing has asked for, which count as known from now on.
    pub(super) fn remaining(&self) -> Vec<&'a Entry> {
        let known = self.asked.borrow().clone();
        let left: Vec<&Entry> =
            self.table.entries.iter().filter(|entry| !known.contains(&entry.key)).collect();
        self.asked.borrow_mut().extend(left.iter().map(|entry| entry.key.clone()));
        left
    }

    /// Notes that a key is missing; `example` is a line that would supply it.
    pub(super) fn missing(&self, key: &str, example: &str) {
        let error = ScenarioError::MissingKey {
            key: key.to_owned(),
            table: self.title(),
            example: example.to_owned(),
        };
        self.findings.error(self.place, error);
    }

    /// Notes an error at a place.
    pub(super) fn error(&self, place: Option<Place>, error: ScenarioError) {
        self.findings.error(place, error);
    }

    /// Notes that a default was used for a key that was left out.
    pub(super) fn default(&self, key: &str, value: impl Into<toml::Value>) {
        self.findings.note_default(&format!("{}.{key}", self.path), value);
    }

    /// Refuses keys of features that are not built.
    pub(super) fn refuse_later(&self, keys: &[&str], instead: &str) {
        for key in keys {
            if let Some(entry) = self.entry(key) {
                let what = format!("the key `{key}` in {}", self.title());
                let error = ScenarioError::NotAvailableYet { what, instead: instead.to_owned() };
                self.findings.error(Some(entry.place), error);
            }
        }
    }

    /// Reports every key that nothing asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow().clone();
        let known: Vec<&str> = asked.iter().map(String::as_str).collect();
        for entry in self.table.entries.iter().filter(|entry| !asked.contains(&entry.key)) {
            let remedy = suggestion::remedy(&entry.key, &known);
            let error = ScenarioError::UnknownKey { key: entry.key.clone(), table: self.title(), remedy };
            self.findings.error(Some(entry.place), error);
        }
    }

    fn wrong_type(&self, key: &str, expected: &str, node: &Node) {
        let error = ScenarioError::WrongType {
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: node.kind(),
        };
        self.findings.error(Some(node.place), error);
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<Placed<&'a str>> {
        let entry = self.entry(key)?;
        match &entry.node.value {
            Value::Text(text) => Some(Placed { value: text, place: Some(entry.node.place) }),
            _ => {
                self.wrong_type(key, "a text in quotes", &entry.node);
                None
            }
        }
    }

    /// A truth value.
    pub(super) fn boolean(&self, key: &str) -> Option<Placed<bool>> {
        let entry = self.entry(key)?;
        match entry.node.value {
            Value::Boolean(flag) => Some(Placed { value: flag, place: Some(entry.node.place) }),
            _ => {
                self.wrong_type(key, "true or false", &entry.node);
                None
            }
        }
    }

    /// A truth value, or the default.
    pub(super) fn boolean_or(&self, key: &str, default: bool) -> bool {
        if self.entry(key).is_none() {
            self.default(key, default);
        }
        self.boolean(key).map_or(default, |flag| flag.value)
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, key: &str, bounds: RangeInclusive<i64>) -> Option<Placed<usize>> {
        let entry = self.entry(key)?;
        let place = Some(entry.node.place);
        let beyond = |value: String| {
            let bound = format!("a whole number from {} to {}", bounds.start(), bounds.end());
            self.findings.error(place, ScenarioError::OutOfRange { key: key.to_owned(), value, bound });
        };
        match entry.node.value {
            Value::Integer(number) if bounds.contains(&number) => {
                let value = usize::try_from(number).expect("bounds of whole numbers are not negative");
                Some(Placed { value, place })
            }
            Value::Integer(number) => {
                beyond(number.to_string());
                None
            }
            // An integer too long for 64 bits was read as a float.
            Value::Float(number) if number.abs() >= 9.2e18 => {
                beyond(number.to_string());
                None
            }
            _ => {
                self.wrong_type(key, "a whole number", &entry.node);
                None
            }
        }
    }

    /// A whole number within bounds, or the default.
    pub(super) fn whole_or(&self, key: &str, bounds: RangeInclusive<i64>, default: usize) -> Placed<usize> {
        let fallback = Placed { value: default, place: self.place };
        if self.entry(key).is_none() {
            self.default(key, i64::try_from(default).expect("defaults are small"));
            return fallback;
        }
        self.whole(key, bounds).unwrap_or(fallback)
    }

    /// The elements of an array.
    fn elements(&self, key: &str, expected: &str) -> Option<&'a [Node]> {
        let entry = self.entry(key)?;
        let elements = entry.node.as_array();
        if elements.is_none() {
            self.wrong_type(key, expected, &entry.node);
        }
        elements
    }

    /// A list of texts; those that are none are left out of what is returned.
    pub(super) fn text_list(&self, key: &str) -> Option<Vec<Placed<&'a str>>> {
        let elements = self.elements(key, "a list of texts in quotes")?;
        let text = |element: &'a Node| match &element.value {
            Value::Text(text) => Some(Placed { value: text.as_str(), place: Some(element.place) }),
            _ => {
                self.wrong_type(key, "a list of texts in quotes", element);
                None
            }
        };
        Some(elements.iter().filter_map(text).collect())
    }

    /// A list of whole numbers within bounds; `None` when one of them is not.
    pub(super) fn whole_list(&self, key: &str, bounds: RangeInclusive<i64>) -> Option<Vec<usize>> {
        let elements = self.elements(key, "a list of whole numbers")?;
        let whole = |(index, element): (usize, &Node)| match element.value {
            Value::Integer(number) if bounds.contains(&number) => usize::try_from(number).ok(),
            Value::Integer(number) => {
                let bound = format!("a whole number from {} to {}", bounds.start(), bounds.end());
                let (key, value) = (format!("{key}[{index}]"), number.to_string());
                self.findings.error(Some(element.place), ScenarioError::OutOfRange { key, value, bound });
                None
            }
            _ => {
                self.wrong_type(key, "a list of whole numbers", element);
                None
            }
        };
        let numbers: Vec<Option<usize>> = elements.iter().enumerate().map(whole).collect();
        numbers.into_iter().collect()
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str) -> Option<Placed<f64>> {
        let entry = self.entry(key)?;
        let place = Some(entry.node.place);
        match entry.node.value {
            Value::Integer(number) => Some(Placed { value: number as f64, place }),
            Value::Float(number) if number.is_finite() => Some(Placed { value: number, place }),
            Value::Float(number) => {
                let bound = "a finite number".to_owned();
                let error =
                    ScenarioError::OutOfRange { key: key.to_owned(), value: number.to_string(), bound };
                self.findings.error(place, error);
                None
            }
            _ => {
                self.wrong_type(key, "a number", &entry.node);
                None
            }
        }
    }

    /// An amount of data with its unit.
    pub(super) fn size(&self, key: &str) -> Option<Placed<Bytes>> {
        let entry = self.entry(key)?;
        let Value::Text(text) = &entry.node.value else {
            self.wrong_type(key, "a size in quotes with its unit, such as \"16 MiB\"", &entry.node);
            return None;
        };
        match text.parse() {
            Ok(value) => Some(Placed { value, place: Some(entry.node.place) }),
            Err(error) => {
                self.findings.error(Some(entry.node.place), ScenarioError::quantity(key, &error));
                None
            }
        }
    }

    /// A table below this one.
    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        let entry = self.entry(key)?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        match &entry.node.value {
            Value::Table(table) => Some(Section::new(table, &path, Some(entry.node.place), self.findings)),
            _ => {
                self.wrong_type(key, "a table", &entry.node);
                None
            }
        }
    }

    /// The tables of an array of tables, such as `[[systems]]`; none when the key is absent.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let Value::Array(elements) = &entry.node.value else {
            self.wrong_type(key, &format!("an array of tables, each headed [[{key}]]"), &entry.node);
            return Vec::new();
        };
        let read = |(index, element): (usize, &'a Node)| match element.as_table() {
            Some(table) => Some(Section::element(table, key, index, (Some(element.place), self.findings))),
            None => {
                self.wrong_type(key, &format!("tables, each headed [[{key}]]"), element);
                None
            }
        };
        elements.iter().enumerate().filter_map(read).collect()
    }
}
