//! One entry of the catalog: texts and sourced values by dotted key, checked when read.

use super::fields::{Section, dimension_of};
use super::layers::Layers;
use super::sourced::Sourced;
use crate::quantity::Dimension;
use copperlight_core::units::UnitError;
use std::sync::Arc;
use thiserror::Error;

/// What is wrong with an entry of the catalog.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EntryError {
    /// A key holds neither a text, nor a sourced value, nor a table of these.
    #[error("`{key}` must be a text or {{ value, unit, source, confidence }}: {reason}")]
    NoSourcedValue {
        /// The dotted key.
        key: String,
        /// What the reader found.
        reason: String,
    },
    /// A value with an empty source.
    #[error("`{key}` has an empty source; say where the value comes from")]
    NoSource {
        /// The dotted key.
        key: String,
    },
    /// A field that no entry of this section has.
    #[error("`{key}` is no field of this section")]
    UnknownField {
        /// The dotted key.
        key: String,
    },
    /// A unit of another kind, or an impossible value.
    #[error("`{key}`: {error}")]
    Unit {
        /// The dotted key.
        key: String,
        /// What is wrong.
        error: UnitError,
    },
    /// A range that does not hold its value.
    #[error("`{key}` is {value}, outside of its own range {low} to {high}")]
    OutsideOfRange {
        /// The dotted key.
        key: String,
        /// The value.
        value: f64,
        /// The low end.
        low: f64,
        /// The high end.
        high: f64,
    },
}

/// A named entry: texts such as `title` and `scale_up.family`, and values such as `scale_up.link_bandwidth`.
///
/// Copies share what none of them has replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    section: Section,
    name: Arc<str>,
    texts: Layers<String>,
    values: Layers<Sourced>,
}

impl Entry {
    /// Reads and checks an entry.
    ///
    /// # Errors
    /// [`EntryError`] names the key that is wrong.
    pub fn read(section: Section, name: &str, table: &toml::Table) -> Result<Self, EntryError> {
        let mut entry = Self::empty(section, name);
        entry.read_table("", table)?;
        Ok(entry)
    }

    /// An entry without texts and values.
    pub(crate) fn empty(section: Section, name: &str) -> Self {
        Self { section, name: name.into(), texts: Layers::default(), values: Layers::default() }
    }

    fn read_table(&mut self, prefix: &str, table: &toml::Table) -> Result<(), EntryError> {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            match value {
                toml::Value::String(text) => {
                    self.texts.insert(key, text.clone());
                }
                toml::Value::Table(inner) if !inner.contains_key("value") && prefix.is_empty() => {
                    self.read_table(&format!("{key}."), inner)?;
                }
                other => self.read_value(key, other)?,
            }
        }
        Ok(())
    }

    fn read_value(&mut self, key: String, value: &toml::Value) -> Result<(), EntryError> {
        let sourced: Result<Sourced, _> = value.clone().try_into();
        let sourced = sourced.map_err(|error| EntryError::NoSourcedValue {
            key: key.clone(),
            reason: error.message().trim().to_owned(),
        })?;
        check(self.section, &key, &sourced)?;
        self.values.insert(key, sourced);
        Ok(())
    }

    /// The name, such as `gb200-nvl72`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line on what it is.
    pub fn title(&self) -> &str {
        self.text("title").unwrap_or(&self.name)
    }

    /// A text by dotted key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// A value by dotted key.
    pub fn value(&self, key: &str) -> Option<&Sourced> {
        self.values.get(key)
    }

    /// A value by dotted key in its base unit (FLOP/s, bytes, bytes per second, watts, seconds, USD).
    pub fn base_value(&self, key: &str) -> Option<f64> {
        let dimension = dimension_of(self.section, key)?;
        self.values.get(key).map(|sourced| checked_base_value(dimension, sourced))
    }

    /// All texts by dotted key, sorted.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(key, text)| (key, text.as_str()))
    }

    /// All values by dotted key, sorted.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Sourced)> {
        self.values.iter()
    }

    /// Puts the texts and values of another entry under `prefix`, such as those of a chip into its system.
    pub(crate) fn embed(&mut self, prefix: &str, other: &Self) {
        for (key, text) in other.texts.iter() {
            self.texts.insert(format!("{prefix}.{key}"), text.clone());
        }
        for (key, value) in other.values.iter() {
            self.values.insert(format!("{prefix}.{key}"), value.clone());
        }
    }

    /// Whether another entry has the same texts and values, those under `prefix` aside.
    pub(crate) fn is_alike_but_for(&self, prefix: &str, other: &Self) -> bool {
        let counts = |key: &str| !key.starts_with(prefix);
        self.name == other.name
            && self.texts.is_alike(&other.texts, counts)
            && self.values.is_alike(&other.values, counts)
    }

    /// The same entry, of which copies are cheap from now on.
    pub(crate) fn settled(self) -> Self {
        Self { texts: self.texts.settled(), values: self.values.settled(), ..self }
    }

    /// Sets a text.
    pub(crate) fn set_text(&mut self, key: &str, text: &str) {
        self.texts.insert(key.to_owned(), text.to_owned());
    }

    /// Replaces or adds a value that was checked by [`Dimension::read`] for this key.
    pub(crate) fn replace(&mut self, key: &str, value: Sourced) {
        self.values.insert(key.to_owned(), value);
    }
}

/// The base value of what [`Entry`] holds: reading it has checked unit and bounds.
fn checked_base_value(dimension: Dimension, sourced: &Sourced) -> f64 {
    let base = dimension.base_value(sourced.value, &sourced.unit);
    base.expect("a value of an entry was checked when it was read")
}

fn check(section: Section, key: &str, sourced: &Sourced) -> Result<(), EntryError> {
    let key = key.to_owned();
    if sourced.source.trim().is_empty() {
        return Err(EntryError::NoSource { key });
    }
    let Some(dimension) = dimension_of(section, &key) else {
        return Err(EntryError::UnknownField { key });
    };
    if let Err(error) = dimension.base_value(sourced.value, &sourced.unit) {
        return Err(EntryError::Unit { key, error });
    }
    match sourced.range {
        Some([low, high]) if !(low <= sourced.value && sourced.value <= high) => {
            Err(EntryError::OutsideOfRange { key, value: sourced.value, low, high })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Entry, EntryError> {
        let table = text.parse().expect("the test writes TOML");
        Entry::read(Section::Chips, "test", &table)
    }

    #[test]
    fn an_entry_gives_values_in_base_units() {
        let entry = read(
            "title = 'x'\npower = { value = 0.4, unit = 'kW', source = 'a page', confidence = 'measured' }",
        );
        let entry = entry.expect("the entry is well-formed");
        assert_eq!(entry.base_value("power"), Some(400.0));
        assert_eq!(entry.title(), "x");
        assert_eq!(entry.base_value("hbm_capacity"), None);
    }

    #[test]
    fn every_fault_has_its_error() {
        let fault = |text: &str| read(text).expect_err("the entry is faulty");
        assert!(matches!(fault("power = 400"), EntryError::NoSourcedValue { .. }));
        let unsourced = "power = { value = 400, unit = 'W', confidence = 'measured' }";
        assert!(matches!(fault(unsourced), EntryError::NoSourcedValue { .. }));
        let unknown_confidence =
            "power = { value = 4, unit = 'W', source = 'x', confidence = 'set_by_user' }";
        assert!(matches!(fault(unknown_confidence), EntryError::NoSourcedValue { .. }));
        let empty = "power = { value = 400, unit = 'W', source = ' ', confidence = 'measured' }";
        assert!(matches!(fault(empty), EntryError::NoSource { .. }));
        let unknown = "colour = { value = 400, unit = 'W', source = 'x', confidence = 'measured' }";
        assert!(matches!(fault(unknown), EntryError::UnknownField { .. }));
        let unit = "power = { value = 400, unit = 'GB', source = 'x', confidence = 'measured' }";
        assert!(matches!(fault(unit), EntryError::Unit { .. }));
        let range =
            "power = { value = 400, unit = 'W', source = 'x', confidence = 'measured', range = [1, 2] }";
        assert!(matches!(fault(range), EntryError::OutsideOfRange { .. }));
    }
}
