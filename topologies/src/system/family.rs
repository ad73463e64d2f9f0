//! Systems without a catalog entry: a family by name with its parameters.

use super::overrides::{OverrideError, read_value};
use crate::catalog::{Entry, Section};
use crate::suggestion::Suggestion;
use crate::system::System;
use crate::transport::NamedTransport;
use thiserror::Error;

/// Families whose names are settled and that cannot be described in a file yet.
const ANNOUNCED_FAMILIES: &[&str] = &[
    "fat-tree",
    "torus",
    "mesh",
    "full-mesh",
    "dragonfly",
    "graph",
    "rail-optimised",
    "scale-up-planes",
    "two-tier-planes",
];

const FAMILIES: &[&str] = &["star"];
const STAR_KEYS: &[&str] = &["family", "link_bandwidth", "link_bandwidth_bidirectional", "link_latency"];

/// Why a table describes no family.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FamilyError {
    /// The table names no family, or not as a text.
    #[error("`family` is missing or no text; write family = \"star\"")]
    NoFamily,
    /// The family is settled and still to come.
    #[error("family `{family}` is not available yet; available: star")]
    NotAvailableYet {
        /// The family asked for.
        family: String,
    },
    /// There is no such family.
    #[error("there is no family `{family}`{suggestion}; available: star")]
    UnknownFamily {
        /// The family asked for.
        family: String,
        /// A family near to it.
        suggestion: Suggestion,
    },
    /// A parameter that the family does not have.
    #[error("family `{family}` has no `{key}`{suggestion}; it has {known}")]
    UnknownKey {
        /// The family.
        family: String,
        /// The parameter as written.
        key: String,
        /// A parameter near to it.
        suggestion: Suggestion,
        /// All parameters.
        known: String,
    },
    /// A parameter that the family needs.
    #[error("family `{family}` needs `{key}`; write {key} = \"{example}\"")]
    Missing {
        /// The family.
        family: String,
        /// The parameter.
        key: &'static str,
        /// A text that would be accepted.
        example: &'static str,
    },
    /// The same parameter twice, in two ways.
    #[error("`link_bandwidth` and `link_bandwidth_bidirectional` say the same; keep one of them")]
    TwoBandwidths,
    /// A parameter with a value that cannot be.
    #[error(transparent)]
    Value(#[from] OverrideError),
}

impl FamilyError {
    /// The key of the table that is at fault, if it stands there.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::UnknownKey { key, .. } => Some(key),
            Self::NotAvailableYet { .. } | Self::UnknownFamily { .. } => Some("family"),
            Self::TwoBandwidths => Some("link_bandwidth_bidirectional"),
            Self::Value(error) => Some(error.key().trim_start_matches("scale_up.")),
            Self::NoFamily | Self::Missing { .. } => None,
        }
    }
}

impl System {
    /// A system of one family and its parameters, as under `[systems.fabric]`. It has no chip and no software
    /// cost.
    ///
    /// # Errors
    /// [`FamilyError`] names the parameter that is wrong or missing.
    pub fn from_family(table: &toml::Table) -> Result<Self, FamilyError> {
        let family = table.get("family").and_then(toml::Value::as_str).ok_or(FamilyError::NoFamily)?;
        if ANNOUNCED_FAMILIES.contains(&family) {
            return Err(FamilyError::NotAvailableYet { family: family.to_owned() });
        }
        if !FAMILIES.contains(&family) {
            let known = FAMILIES.iter().chain(ANNOUNCED_FAMILIES).copied();
            let suggestion = Suggestion::nearest(family, known);
            return Err(FamilyError::UnknownFamily { family: family.to_owned(), suggestion });
        }
        star(table)
    }
}

fn star(table: &toml::Table) -> Result<System, FamilyError> {
    if let Some(key) = table.keys().find(|key| !STAR_KEYS.contains(&key.as_str())) {
        let suggestion = Suggestion::nearest(key, STAR_KEYS.iter().copied());
        let (family, key, known) = ("star".to_owned(), key.clone(), STAR_KEYS.join(", "));
        return Err(FamilyError::UnknownKey { family, key, suggestion, known });
    }
    if table.contains_key("link_bandwidth") && table.contains_key("link_bandwidth_bidirectional") {
        return Err(FamilyError::TwoBandwidths);
    }
    let mut entry = Entry::empty(Section::Systems, "star");
    entry.set_text("title", "chips around one switch");
    entry.set_text("scale_up.family", "star");
    for (key, value) in table.iter().filter(|(key, _)| *key != "family") {
        let (key, value) = read_value(&format!("scale_up.{key}"), value)?;
        entry.replace(&key, value);
    }
    for (key, example) in [("link_bandwidth", "50 GB/s"), ("link_latency", "500 ns")] {
        if entry.value(&format!("scale_up.{key}")).is_none() {
            return Err(FamilyError::Missing { family: "star".to_owned(), key, example });
        }
    }
    Ok(System::new(entry, NamedTransport::ideal()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_core::transport::Transport;
    use copperlight_core::units::Bandwidth;

    fn family(text: &str) -> Result<System, FamilyError> {
        System::from_family(&text.parse().expect("the test writes TOML"))
    }

    #[test]
    fn a_star_is_described_by_one_link() {
        let system = family("family = 'star'\nlink_bandwidth = '400 Gb/s'\nlink_latency = '500 ns'");
        let system = system.expect("the star is sound");
        assert_eq!(system.scale_up_bandwidth_per_chip(), Bandwidth::from_gigabytes_per_second(50.0));
        assert_eq!((system.chip(), system.transport()), (None, Transport::ideal()));
        assert_eq!(system.build(8).expect("a star of any size").links().len(), 16);
        let both =
            family("family = 'star'\nlink_bandwidth_bidirectional = '100 GB/s'\nlink_latency = '1 us'");
        let rate = both.expect("the star is sound").scale_up_bandwidth_per_chip();
        assert_eq!(rate, Bandwidth::from_gigabytes_per_second(50.0));
    }

    #[test]
    fn every_fault_has_its_error() {
        let fault = |text: &str| family(text).expect_err("the description is faulty");
        assert_eq!(fault("link_latency = '1 us'"), FamilyError::NoFamily);
        assert!(matches!(fault("family = 'torus'"), FamilyError::NotAvailableYet { .. }));
        let near = fault("family = 'sta'");
        assert_eq!(near.to_string(), "there is no family `sta` (did you mean `star`?); available: star");
        let unknown = fault("family = 'star'\nlink_bandwith = '1 GB/s'");
        assert!(matches!(&unknown, FamilyError::UnknownKey { suggestion, .. }
            if suggestion.name() == Some("link_bandwidth")));
        let missing = fault("family = 'star'\nlink_latency = '1 us'");
        assert!(matches!(missing, FamilyError::Missing { key: "link_bandwidth", .. }));
        let twice =
            fault("family = 'star'\nlink_bandwidth = '1 GB/s'\nlink_bandwidth_bidirectional = '2 GB/s'");
        assert_eq!(twice, FamilyError::TwoBandwidths);
        let value = fault("family = 'star'\nlink_bandwidth = '1 GB'\nlink_latency = '1 us'");
        assert_eq!(value.key(), Some("link_bandwidth"));
    }
}
