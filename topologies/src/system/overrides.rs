//! Overrides: a value of a system, set in place by its dotted key.

use super::degraded::DEGRADE;
use super::rank_order::{RankOrder, RankOrderError};
use super::{bounds, medium, wiring};
use crate::catalog::{self, CatalogError, Entry, Section, Sourced, dimension_of};
use crate::chip::Chip;
use crate::degrade::DegradeError;
use crate::families::{
    NO_MEDIUM, Parameter, ParameterError, ParameterKind, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES, parameter,
};
use crate::quantity::Dimension;
use crate::suggestion::Suggestion;
use crate::system::System;
use crate::transport::NamedTransport;
use copperlight_core::units::UnitError;
use std::sync::LazyLock;
use thiserror::Error;

const LINK_LATENCY: &str = "scale_up.link_latency";
const UPLINK_LATENCY: &str = "scale_up.uplink_latency";
const BIDIRECTIONAL: &str = "_bidirectional";
const ADAPTER_RATE: &str = "scale_out.bandwidth_per_chip";
const OVERSUBSCRIPTION: &str = "scale_out.oversubscription";
const CHIPS_PER_DOMAIN: &str = "chips_per_domain";
const TRANSPORT: &str = "transport";
const RANK_ORDER: &str = "rank_order";

/// Keys that [`System::set`] takes: of the chip, of each family once, and of the system itself.
static KNOWN_KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut keys: Vec<String> = bounds::chip_keys().map(str::to_owned).collect();
    let families = SCALE_UP_FAMILIES.iter().chain(SCALE_OUT_FAMILIES);
    for parameter in families.flat_map(|family| family.parameters) {
        if matches!(parameter.kind, ParameterKind::File) || keys.iter().any(|key| key == parameter.key) {
            continue;
        }
        keys.push(parameter.key.to_owned());
        if parameter.dimension() == Some(Dimension::Bandwidth) {
            keys.push(format!("{}{BIDIRECTIONAL}", parameter.key));
        }
    }
    keys.extend([CHIPS_PER_DOMAIN, TRANSPORT, RANK_ORDER, DEGRADE].map(str::to_owned));
    keys
});

static KNOWN_KEY_TEXTS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| KNOWN_KEYS.iter().map(String::as_str).collect());

/// Keys that are settled and still to come.
const ANNOUNCED_KEYS: &[&str] = &["noise"];

/// Why a value of a system cannot be set.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum OverrideError {
    /// No system has this key.
    #[error("a system has no key `{key}`{suggestion}; known keys: {known}")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// A key near to it.
        suggestion: Suggestion,
        /// All keys.
        known: String,
    },
    /// The key is settled and still to come.
    #[error("`{key}` is not available yet; remove it")]
    NotAvailableYet {
        /// The key.
        key: String,
    },
    /// Other systems have this key.
    #[error("`{key}` does not apply to `{system}`; remove it")]
    NotOfThisSystem {
        /// The key.
        key: String,
        /// The system.
        system: String,
    },
    /// A value of another type.
    #[error("`{key}` must be {expected}, and this is {found}; write {key} = {example}")]
    WrongType {
        /// The key.
        key: String,
        /// What is accepted.
        expected: &'static str,
        /// The type that was given.
        found: &'static str,
        /// A value that would be accepted.
        example: String,
    },
    /// A text that is no quantity of the right kind, or an impossible one.
    #[error("`{key}`: {error}")]
    Unit {
        /// The key.
        key: String,
        /// What is wrong with the text.
        error: UnitError,
    },
    /// A text that is none of the names that the key takes.
    #[error("`{key}` is `{name}`{suggestion}; it must be one of {known}")]
    UnknownName {
        /// The key.
        key: String,
        /// The name as written.
        name: String,
        /// A name near to it.
        suggestion: Suggestion,
        /// All names.
        known: String,
    },
    /// A value that no machine has.
    #[error("`{key}` is {value}; it must be {bound}")]
    OutOfRange {
        /// The key.
        key: String,
        /// The value as written.
        value: String,
        /// The range, with units.
        bound: String,
    },
    /// The same bandwidth twice, per direction and as the sum of both.
    #[error("`{key}` and `{other}` say the same; keep one of them")]
    TwoBandwidths {
        /// The key that came second.
        key: String,
        /// The key that was there.
        other: String,
    },
    /// A value that the wiring cannot have.
    #[error("`{key}`: {error}")]
    Parameter {
        /// The key.
        key: String,
        /// What is wrong with the value.
        error: ParameterError,
    },
    /// There is no such medium.
    #[error("`{key}`: {error}")]
    Medium {
        /// The key.
        key: String,
        /// What is wrong with the name.
        error: CatalogError,
    },
    /// An entry of `degrade` that cannot be read.
    #[error("`{key}[{index}]`: {error}")]
    Degrade {
        /// The key.
        key: String,
        /// The number of the entry, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: DegradeError,
    },
    /// There is no such transport.
    #[error("`{key}`: {error}, ideal")]
    Transport {
        /// The key.
        key: String,
        /// What is wrong with the name.
        error: CatalogError,
    },
    /// A list that is no order of ranks.
    #[error("`{key}`: {error}")]
    RankOrder {
        /// The key.
        key: String,
        /// What is wrong with the list.
        error: RankOrderError,
    },
}

impl OverrideError {
    /// The dotted key that is at fault.
    pub fn key(&self) -> &str {
        match self {
            Self::UnknownKey { key, .. }
            | Self::NotAvailableYet { key }
            | Self::NotOfThisSystem { key, .. }
            | Self::WrongType { key, .. }
            | Self::Unit { key, .. }
            | Self::UnknownName { key, .. }
            | Self::OutOfRange { key, .. }
            | Self::TwoBandwidths { key, .. }
            | Self::Parameter { key, .. }
            | Self::Degrade { key, .. }
            | Self::Medium { key, .. }
            | Self::Transport { key, .. }
            | Self::RankOrder { key, .. } => key,
        }
    }
}

impl System {
    /// The keys that [`System::set`] takes.
    pub fn known_keys() -> &'static [&'static str] {
        &KNOWN_KEY_TEXTS
    }

    /// Overrides a value by its dotted key, such as `scale_up.link_bandwidth` with `"45 GB/s"`.
    ///
    /// A table sets every key in it. Bandwidth is per direction; keys that end in `_bidirectional` take the sum
    /// of both. `scale_up.link_latency` sets every scale-up link, except where `scale_up.uplink_latency` was set;
    /// `scale_up.medium` likewise.
    ///
    /// # Errors
    /// [`OverrideError`] names the key; the system is then unchanged.
    pub fn set(&mut self, path: &str, value: &toml::Value) -> Result<(), OverrideError> {
        let mut changed = self.clone();
        changed.set_any(path, value)?;
        *self = changed;
        Ok(())
    }

    fn set_any(&mut self, path: &str, value: &toml::Value) -> Result<(), OverrideError> {
        match (path, value) {
            (CHIPS_PER_DOMAIN, _) => self.set_chips_per_domain(value),
            (TRANSPORT, _) => self.set_transport(value),
            (RANK_ORDER, _) => self.set_rank_order(value),
            _ if medium::is_key(path) => self.set_medium(path, value),
            (DEGRADE, _) => self.set_degrade(value),
            ("chip" | "scale_up" | "scale_out", toml::Value::Table(table)) => {
                table.iter().try_for_each(|(key, value)| self.set_any(&format!("{path}.{key}"), value))
            }
            _ => self.set_value(path, value),
        }
    }

    fn set_value(&mut self, path: &str, value: &toml::Value) -> Result<(), OverrideError> {
        if parameter(path).is_some_and(|found| matches!(found.kind, ParameterKind::Choice(_))) {
            return self.set_name(path, value);
        }
        if System::known_keys().contains(&path) {
            self.check_applies(path, path.strip_suffix(BIDIRECTIONAL).unwrap_or(path))?;
        }
        let (key, sourced) = read_value(path, value)?;
        self.check_written_once(path, &key)?;
        if key == LINK_LATENCY
            && self.entry.value(UPLINK_LATENCY).is_some()
            && !self.overridden.contains(UPLINK_LATENCY)
        {
            self.entry.replace(UPLINK_LATENCY, sourced.clone());
        }
        self.entry.replace(&key, sourced);
        self.overridden.insert(path.to_owned());
        if path.starts_with("chip.") {
            self.chip = Chip::of_system(&self.entry);
        }
        self.check(path)
    }

    /// Sets a parameter that is one of several names.
    fn set_name(&mut self, key: &str, value: &toml::Value) -> Result<(), OverrideError> {
        let parameter = wiring::parameter(&self.entry, key).ok_or_else(|| self.not_of_this(key))?;
        self.entry.set_text(key, &read_name(key, parameter, value)?);
        self.overridden.insert(key.to_owned());
        self.check(key)
    }

    /// Refuses a key of other chips or families.
    fn check_applies(&self, path: &str, key: &str) -> Result<(), OverrideError> {
        let of_chip = key.starts_with("chip.") && self.chip.is_some();
        let applies = of_chip || wiring::parameter(&self.entry, key).is_some();
        if applies { Ok(()) } else { Err(self.not_of_this(path)) }
    }

    fn not_of_this(&self, key: &str) -> OverrideError {
        OverrideError::NotOfThisSystem { key: key.to_owned(), system: self.name().to_owned() }
    }

    /// Refuses a bandwidth that was set in its other form.
    fn check_written_once(&self, path: &str, key: &str) -> Result<(), OverrideError> {
        let both = format!("{key}{BIDIRECTIONAL}");
        let other = if path == key { both.as_str() } else { key };
        if !self.overridden.contains(other) {
            return Ok(());
        }
        Err(OverrideError::TwoBandwidths { key: path.to_owned(), other: other.to_owned() })
    }

    fn set_chips_per_domain(&mut self, value: &toml::Value) -> Result<(), OverrideError> {
        let key = CHIPS_PER_DOMAIN.to_owned();
        if self.graph.is_some() || wiring::chips_of_domain(&self.entry).is_none() {
            return Err(self.not_of_this(&key));
        }
        let asked = value.as_integer().ok_or_else(|| wrong_type(&key, value, WHOLE, "64"))?;
        // Anything below one is refused by the check, as zero is.
        self.chips_per_domain = Some(usize::try_from(asked).unwrap_or(0));
        self.overridden.insert(key);
        self.check(CHIPS_PER_DOMAIN)
    }

    fn set_transport(&mut self, value: &toml::Value) -> Result<(), OverrideError> {
        let key = TRANSPORT.to_owned();
        let name = value.as_str().ok_or_else(|| wrong_type(&key, value, "a text", "\"ideal\""))?;
        self.transport = NamedTransport::find(name)
            .map_err(|error| OverrideError::Transport { key: key.clone(), error })?;
        self.overridden.insert(key);
        Ok(())
    }

    /// Takes a list of directions, or a text of them with hyphens.
    fn set_rank_order(&mut self, value: &toml::Value) -> Result<(), OverrideError> {
        let key = RANK_ORDER.to_owned();
        let wrong =
            |value| wrong_type(&key, value, "a list of directions", "[\"tensor\", \"data\", \"pipeline\"]");
        let read = match value {
            toml::Value::String(text) => RankOrder::parse(text),
            toml::Value::Array(elements) => {
                let names: Result<Vec<&str>, OverrideError> =
                    elements.iter().map(|element| element.as_str().ok_or_else(|| wrong(element))).collect();
                RankOrder::of_names(names?)
            }
            _ => return Err(wrong(value)),
        };
        self.rank_order = read.map_err(|error| OverrideError::RankOrder { key: key.clone(), error })?;
        self.overridden.insert(key);
        Ok(())
    }

    fn check(&self, key: &str) -> Result<(), OverrideError> {
        if self.graph.is_some() {
            return Ok(());
        }
        let checked = self.machine(1).check();
        checked.map_err(|error| OverrideError::Parameter { key: key.to_owned(), error })
    }
}

/// Reads the value of a key that is a name.
pub(super) fn read_name(
    path: &str,
    parameter: &Parameter,
    value: &toml::Value,
) -> Result<String, OverrideError> {
    let name = value.as_str().ok_or_else(|| wrong_type(path, value, "a text", &parameter.example()))?;
    let media = || catalog::media().iter().map(Entry::name).chain([NO_MEDIUM]);
    let known: Vec<&str> = match parameter.kind {
        ParameterKind::Choice(names) => names.to_vec(),
        ParameterKind::Medium => media().collect(),
        ParameterKind::File | ParameterKind::Quantity(..) => vec![name],
    };
    if known.contains(&name) {
        return Ok(name.to_owned());
    }
    let suggestion = Suggestion::nearest(name, known.iter().copied());
    let (key, name, known) = (path.to_owned(), name.to_owned(), known.join(", "));
    Err(OverrideError::UnknownName { key, name, suggestion, known })
}

/// Reads the value of a key that is a quantity; gives the key that it is stored under.
pub(super) fn read_value(path: &str, value: &toml::Value) -> Result<(String, Sourced), OverrideError> {
    if ANNOUNCED_KEYS.iter().any(|key| path == *key || path.starts_with(&format!("{key}."))) {
        return Err(OverrideError::NotAvailableYet { key: path.to_owned() });
    }
    let key = path.strip_suffix(BIDIRECTIONAL).unwrap_or(path);
    let known = System::known_keys().contains(&path);
    let Some(dimension) = dimension_of(Section::Systems, key).filter(|_| known) else {
        let suggestion = Suggestion::nearest(path, System::known_keys().iter().copied());
        let known = System::known_keys().join(", ");
        return Err(OverrideError::UnknownKey { key: path.to_owned(), suggestion, known });
    };
    let read = match dimension {
        Dimension::Count => read_count(path, value),
        Dimension::Share | Dimension::Ratio => read_number(path, dimension, value),
        _ => read_text(path, dimension, value),
    };
    let mut sourced = read.map_err(|error| bounds::in_words(error, key))?;
    let written = sourced.value;
    if key != path {
        sourced.value /= 2.0;
    }
    bounds::check((path, key), &sourced, || Sourced { value: written, ..sourced.clone() }.to_string())?;
    Ok((key.to_owned(), sourced))
}

fn read_count(key: &str, value: &toml::Value) -> Result<Sourced, OverrideError> {
    let count = value.as_integer().ok_or_else(|| wrong_type(key, value, WHOLE, "8"))?;
    checked(key, Dimension::Count, count as f64, "count")
}

/// Reads a plain number; oversubscription also as `"2:1"`.
fn read_number(key: &str, dimension: Dimension, value: &toml::Value) -> Result<Sourced, OverrideError> {
    let unit = if dimension == Dimension::Share { "share" } else { "ratio" };
    let number = match value {
        toml::Value::Integer(number) => Some(*number as f64),
        toml::Value::Float(number) => Some(*number),
        toml::Value::String(text) if key == OVERSUBSCRIPTION => {
            text.strip_suffix(":1").and_then(|number| number.trim().parse().ok())
        }
        _ => None,
    };
    let number = number.ok_or_else(|| wrong_type(key, value, "a number", "0.8"))?;
    checked(key, dimension, number, unit)
}

fn checked(key: &str, dimension: Dimension, value: f64, unit: &str) -> Result<Sourced, OverrideError> {
    match dimension.base_value(value, unit) {
        Ok(_) => Ok(Sourced::set_by_user(value, unit)),
        Err(error) => Err(OverrideError::Unit { key: key.to_owned(), error }),
    }
}

fn read_text(key: &str, dimension: Dimension, value: &toml::Value) -> Result<Sourced, OverrideError> {
    let example = || format!("\"{}\"", dimension.example());
    let text = value
        .as_str()
        .ok_or_else(|| wrong_type(key, value, "a text with a number and its unit", &example()))?;
    // Network adapters are named by their rate in Gb/s: 400G.
    let adapter = text.trim().strip_suffix('G').filter(|_| key.starts_with(ADAPTER_RATE));
    let spelled_out = adapter.map(|number| format!("{number} Gb/s"));
    let read = dimension.read(spelled_out.as_deref().unwrap_or(text));
    match read {
        Ok((value, unit)) => Ok(Sourced::set_by_user(value, unit)),
        Err(error) => Err(OverrideError::Unit { key: key.to_owned(), error }),
    }
}

const WHOLE: &str = "a whole number";

pub(super) fn wrong_type(
    key: &str,
    value: &toml::Value,
    expected: &'static str,
    example: &str,
) -> OverrideError {
    let found = match value {
        toml::Value::String(_) => "a text",
        toml::Value::Float(number) if number.is_nan() => "not a number",
        toml::Value::Float(number) if number.is_infinite() => "infinity",
        toml::Value::Float(_) if expected == WHOLE => "a number with a fraction",
        toml::Value::Integer(_) | toml::Value::Float(_) => "a bare number",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list",
        toml::Value::Table(_) => "a table",
    };
    OverrideError::WrongType { key: key.to_owned(), expected, found, example: example.to_owned() }
}

#[cfg(test)]
#[path = "overrides_tests.rs"]
mod tests;
