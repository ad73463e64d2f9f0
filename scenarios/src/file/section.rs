//! Typed access to a table whose keys are described.
//!
//! **Invariant:** a reader asks for described keys only, each in its described form, range and default; a debug build
//! panics where it does not. A key that is not described is unknown.

use super::document::{Entry, Node, Place, Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key::{Fallback, Form, Key, KeyTable, TableOf};
use super::suggestion;
use copperlight_core::units::Bytes;
use copperlight_topologies::quantity::Dimension;
use std::cell::{Cell, RefCell};
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
    described: Cell<Option<&'static KeyTable>>,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Section<'a> {
    /// Reads `table`, which lies at `path` (empty for the whole document); its reader describes it.
    pub(super) fn new(table: &'a Table, path: &str, place: Option<Place>, findings: &'a Findings) -> Self {
        let title = if path.is_empty() { "the scenario".to_owned() } else { format!("[{path}]") };
        Self {
            table,
            path: path.to_owned(),
            title,
            place,
            findings,
            described: Cell::new(None),
            asked: RefCell::default(),
        }
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

    /// Says which keys the table has.
    pub(super) fn describe(&self, keys: &'static KeyTable) {
        self.described.set(Some(keys));
    }

    fn with_keys(self, keys: &'static KeyTable) -> Self {
        self.describe(keys);
        self
    }

    /// The description of a key.
    fn key(&self, key: &str) -> Option<&'static Key> {
        self.described.get().and_then(|described| described.key(key))
    }

    /// Whether the key is described in a form that fits; readers that ask for anything else are wrong.
    pub(super) fn is_described(&self, key: &str, fits: &dyn Fn(&Form) -> bool) -> bool {
        self.key(key).is_some_and(|key| key.form.any(fits))
    }

    /// Holds a reader against the description.
    fn hold(&self, key: &str, fits: &dyn Fn(&Form) -> bool) {
        debug_assert!(
            self.is_described(key, fits),
            "the reader of `{key}` in {} asks for another form than its description has",
            self.title
        );
    }

    /// The bounds of a whole number, as described.
    pub(super) fn described_bounds(&self, key: &str) -> RangeInclusive<i64> {
        match self.key(key).map(|key| key.form) {
            Some(Form::Whole(least, most) | Form::WholeUpTo(least, most, _)) => least..=most,
            _ => panic!("`{key}` in {} is described as a whole number", self.title),
        }
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

    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&'a Entry> {
        debug_assert!(self.key(key).is_some(), "`{key}` in {} is asked for and not described", self.title);
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    /// The entries that nothing has asked for, which count as asked for from now on.
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
        let value = value.into();
        debug_assert!(
            self.key(key).is_some_and(|key| match key.fallback {
                Fallback::Value(text) => text == value.to_string(),
                Fallback::Words(_) => true,
                Fallback::Required | Fallback::Nothing => false,
            }),
            "the default of `{key}` in {} is {value}, and its description says otherwise",
            self.title
        );
        self.findings.note_default(&format!("{}.{key}", self.path), value);
    }

    /// Notes that the value of a key that was left out is found later, and is not its default.
    pub(super) fn leave_open(&self, key: &str) {
        self.findings.leave_open(&format!("{}.{key}", self.path));
    }

    /// Reports every key that is not described, those that are planned, and those that belong to another table.
    pub(super) fn finish(&self) {
        let described = self.described.get().expect("a table is described before it is read");
        let known: Vec<&str> = described.available().map(|key| key.name).collect();
        for entry in &self.table.entries {
            let error = match described.key(&entry.key).map(|key| key.form) {
                None => {
                    let remedy = suggestion::remedy(&entry.key, &known);
                    ScenarioError::UnknownKey { key: entry.key.clone(), table: self.title(), remedy }
                }
                Some(Form::Elsewhere(instead)) => {
                    let (key, context) = (entry.key.clone(), self.title());
                    ScenarioError::Inapplicable { key, context, remedy: instead.to_owned() }
                }
                Some(Form::Later(instead)) => {
                    let what = format!("the key `{}` in {}", entry.key, self.title());
                    ScenarioError::NotAvailableYet { what, instead: instead.to_owned() }
                }
                Some(_) => continue,
            };
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
        self.hold(key, &Form::is_text);
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
        self.hold(key, &|form| matches!(form, Form::Boolean));
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

    /// A whole number within its described bounds.
    pub(super) fn described_whole(&self, key: &str) -> Option<Placed<usize>> {
        self.whole(key, self.described_bounds(key))
    }

    /// A whole number within bounds.
    pub(super) fn whole(&self, key: &str, bounds: RangeInclusive<i64>) -> Option<Placed<usize>> {
        self.hold(key, &|form| match form {
            Form::Whole(least, most) => bounds == (*least..=*most),
            Form::WholeUpTo(least, most, _) => bounds.start() == least && bounds.end() <= most,
            _ => false,
        });
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
        self.hold(key, &|form| matches!(form, Form::List(element) if element.any(&Form::is_text)));
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
        let is_whole = |form: &Form| matches!(form, Form::Whole(least, most) if bounds == (*least..=*most));
        self.hold(key, &|form| matches!(form, Form::List(element) if element.any(&is_whole)));
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

    /// A finite number in its described range.
    pub(super) fn number(&self, key: &str) -> Option<Placed<f64>> {
        self.hold(key, &|form| matches!(form, Form::Number(..)));
        let entry = self.entry(key)?;
        let place = Some(entry.node.place);
        let number = match entry.node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            _ => {
                let is_alone = self.is_described(key, &|form| matches!(form, Form::OneOf(["auto"])));
                let expected = if is_alone { "a number or \"auto\"" } else { "a number" };
                self.wrong_type(key, expected, &entry.node);
                return None;
            }
        };
        let range = self.number_range(key);
        let in_range =
            number.is_finite() && range.is_none_or(|(least, most, _)| (least..=most).contains(&number));
        if in_range {
            return Some(Placed { value: number, place });
        }
        let words = range.filter(|_| number.is_finite()).map_or("a finite number", |(.., words)| words);
        let (key, value, bound) = (key.to_owned(), number.to_string(), words.to_owned());
        self.findings.error(place, ScenarioError::OutOfRange { key, value, bound });
        None
    }

    /// The described range of a number, with its words.
    pub(super) fn number_range(&self, key: &str) -> Option<(f64, f64, &'static str)> {
        let of = |form: &Form| match form {
            Form::Number(least, most, words) => Some((*least, *most, *words)),
            _ => None,
        };
        match self.key(key)?.form {
            Form::Either(forms) => forms.iter().find_map(of),
            form => of(&form),
        }
    }

    /// An amount of data with its unit.
    pub(super) fn size(&self, key: &str) -> Option<Placed<Bytes>> {
        self.hold(key, &|form| matches!(form, Form::Quantity(Dimension::Data, _)));
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

    /// The keys of a table below this one; none where they depend on its kind.
    fn table_of(
        &self,
        key: &str,
        of: &dyn Fn(&Form) -> Option<Option<TableOf>>,
    ) -> Option<&'static KeyTable> {
        let found = match self.key(key)?.form {
            Form::Either(forms) => forms.iter().find_map(of),
            form => of(&form),
        };
        debug_assert!(found.is_some(), "`{key}` in {} is asked for as a table", self.title);
        found.flatten().map(|keys| keys())
    }

    /// A table below this one.
    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        let keys = self.table_of(key, &|form| match form {
            Form::Table(keys) => Some(Some(*keys)),
            Form::Kinds(_) => Some(None),
            _ => None,
        });
        let entry = self.entry(key)?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        match &entry.node.value {
            Value::Table(table) => {
                let section = Section::new(table, &path, Some(entry.node.place), self.findings);
                Some(match keys {
                    Some(keys) => section.with_keys(keys),
                    None => section,
                })
            }
            _ => {
                self.wrong_type(key, "a table", &entry.node);
                None
            }
        }
    }

    /// A table below this one where one is written.
    pub(super) fn section_if_there(&self, key: &str) -> Option<Section<'a>> {
        self.entry(key).filter(|entry| entry.node.as_table().is_some())?;
        self.section(key)
    }

    /// The tables of an array of tables, such as `[[systems]]`; none when the key is absent.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let keys = self.table_of(key, &|form| match form {
            Form::Tables(keys) => Some(Some(*keys)),
            _ => None,
        });
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let Value::Array(elements) = &entry.node.value else {
            self.wrong_type(key, &format!("an array of tables, each headed [[{key}]]"), &entry.node);
            return Vec::new();
        };
        let read = |(index, element): (usize, &'a Node)| match element.as_table() {
            Some(table) => {
                let section = Section::element(table, key, index, (Some(element.place), self.findings));
                Some(section.with_keys(keys.expect("arrays of tables are all of one kind")))
            }
            None => {
                self.wrong_type(key, &format!("tables, each headed [[{key}]]"), element);
                None
            }
        };
        elements.iter().enumerate().filter_map(read).collect()
    }
}
