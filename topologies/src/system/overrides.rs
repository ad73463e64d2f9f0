//! Overrides: a value of a system, set in place by its dotted key.

use super::degraded::DEGRADE;
use super::rank_order::{RankOrder, RankOrderError};
use super::{bounds, medium};
use crate::catalog::{CatalogError, Section, Sourced, dimension_of};
use crate::chip::Chip;
use crate::degrade::DegradeError;
use crate::families::ParameterError;
use crate::quantity::Dimension;
use crate::suggestion::Suggestion;
use crate::system::System;
use crate::transport::NamedTransport;
use copperlight_core::units::UnitError;
use thiserror::Error;

const LINK_LATENCY: &str = "scale_up.link_latency";
const UPLINK_LATENCY: &str = "scale_up.uplink_latency";
const BIDIRECTIONAL: &str = "_bidirectional";
const ADAPTER_RATE: &str = "scale_out.bandwidth_per_chip";
const OVERSUBSCRIPTION: &str = "scale_out.oversubscription";
const CHIPS_PER_DOMAIN: &str = "chips_per_domain";
const TRANSPORT: &str = "transport";
const RANK_ORDER: &str = "rank_order";

/// Keys that [`System::set`] takes.
const KNOWN_KEYS: &[&str] = &[
    "chip.peak_bf16",
    "chip.peak_fp8",
    "chip.hbm_capacity",
    "chip.hbm_bandwidth",
    "chip.power",
    "chip.gemm_efficiency_bf16",
    "chip.gemm_efficiency_fp8",
    "chip.attention_efficiency",
    "chip.attention_backward_relative",
    "chip.hbm_efficiency",
    "chip.gemm_traffic",
    "scale_up.chips",
    "scale_up.chips_per_node",
    "scale_up.planes",
    "scale_up.links_per_plane",
    "scale_up.uplinks",
    "scale_up.link_bandwidth",
    "scale_up.link_bandwidth_bidirectional",
    LINK_LATENCY,
    UPLINK_LATENCY,
    "scale_up.medium",
    "scale_up.uplink_medium",
    ADAPTER_RATE,
    "scale_out.bandwidth_per_chip_bidirectional",
    "scale_out.latency",
    OVERSUBSCRIPTION,
    "scale_out.rails",
    "scale_out.medium",
    CHIPS_PER_DOMAIN,
    TRANSPORT,
    RANK_ORDER,
    DEGRADE,
];

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
    pub const fn known_keys() -> &'static [&'static str] {
        KNOWN_KEYS
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
        let (key, sourced) = read_value(path, value)?;
        self.check_written_once(path, &key)?;
        let optional = key.starts_with("chip.") && self.chip.is_some();
        if !optional && self.entry.value(&key).is_none() {
            return Err(OverrideError::NotOfThisSystem {
                key: path.to_owned(),
                system: self.name().to_owned(),
            });
        }
        if key == LINK_LATENCY
            && self.entry.value(UPLINK_LATENCY).is_some()
            && !self.overridden.contains(UPLINK_LATENCY)
        {
            self.entry.replace(UPLINK_LATENCY, sourced.clone());
        }
        self.entry.replace(&key, sourced);
        self.overridden.insert(path.to_owned());
        self.chip = Chip::of_system(&self.entry);
        self.check(path)
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
        let (key, system) = (CHIPS_PER_DOMAIN.to_owned(), self.name().to_owned());
        if self.entry.value("scale_up.chips").is_none() {
            return Err(OverrideError::NotOfThisSystem { key, system });
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
        let checked = self.machine(1).check();
        checked.map_err(|error| OverrideError::Parameter { key: key.to_owned(), error })
    }
}

/// Reads the value of a key that is a quantity; gives the key that it is stored under.
pub(super) fn read_value(path: &str, value: &toml::Value) -> Result<(String, Sourced), OverrideError> {
    if ANNOUNCED_KEYS.iter().any(|key| path == *key || path.starts_with(&format!("{key}."))) {
        return Err(OverrideError::NotAvailableYet { key: path.to_owned() });
    }
    let key = path.strip_suffix(BIDIRECTIONAL).unwrap_or(path);
    let known = KNOWN_KEYS.contains(&path);
    let Some(dimension) = dimension_of(Section::Systems, key).filter(|_| known) else {
        let suggestion = Suggestion::nearest(path, KNOWN_KEYS.iter().copied());
        let known = KNOWN_KEYS.join(", ");
        return Err(OverrideError::UnknownKey { key: path.to_owned(), suggestion, known });
    };
    let read = match dimension {
        Dimension::Count => read_count(path, value),
        Dimension::Share | Dimension::Ratio => read_number(path, dimension, value),
        _ => read_text(path, dimension, value),
    };
    let mut sourced = read.map_err(|error| bounds::in_words(error, key))?;
    let written = sourced.to_string();
    if key != path {
        sourced.value /= 2.0;
    }
    bounds::check((path, key), &sourced, written)?;
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
