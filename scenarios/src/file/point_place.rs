//! Where a point stands in its scenario, which is known even where the point cannot be made.

use std::collections::BTreeMap;
use thiserror::Error;

/// A point by its place: what a row needs to name it.
#[derive(Debug, Clone, PartialEq)]
pub struct PointPlace {
    /// The index of the point in the scenario.
    pub index: usize,
    /// The index of the system in the scenario.
    pub system_index: usize,
    /// The name of the system.
    pub system_name: String,
    /// The number of chips, where the scenario or its sweeps state one.
    pub chips: Option<usize>,
    /// The swept values of this point by their key path.
    pub values: BTreeMap<String, toml::Value>,
}

/// Why a point of a scenario cannot be, where others can.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{message}")]
pub struct PointFailure {
    /// Which point.
    pub place: PointPlace,
    /// What is wrong, with the remedy.
    pub message: String,
}
