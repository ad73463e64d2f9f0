//! One value of the catalog, with where it comes from.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How far a value can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The vendor's own figure.
    VendorSpec,
    /// Somebody measured it.
    Measured,
    /// An analyst's figure.
    AnalystEstimate,
    /// Derived, fitted or assumed by this project.
    Inferred,
    /// Set by the user; never found in the catalog.
    #[serde(skip_deserializing)]
    SetByUser,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VendorSpec => "vendor_spec",
            Self::Measured => "measured",
            Self::AnalystEstimate => "analyst_estimate",
            Self::Inferred => "inferred",
            Self::SetByUser => "set_by_user",
        })
    }
}

/// A number with its unit, source, confidence and, where sources disagree, the range between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced {
    /// The number, in `unit`.
    pub value: f64,
    /// The unit, such as `GB/s`; `count`, `share` and `ratio` mark plain numbers.
    pub unit: String,
    /// Who says so.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// The lowest and the highest figure found, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// What disagrees, and why this value was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Sourced {
    /// A value that the user set.
    pub(crate) fn set_by_user(value: f64, unit: impl Into<String>) -> Self {
        Self {
            value,
            unit: unit.into(),
            source: "set by the user".to_owned(),
            confidence: Confidence::SetByUser,
            range: None,
            note: None,
        }
    }
}

impl fmt::Display for Sourced {
    /// Number and unit; plain numbers without a unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit.as_str() {
            "count" | "share" | "ratio" => write!(f, "{}", self.value),
            unit => write!(f, "{} {unit}", self.value),
        }
    }
}
