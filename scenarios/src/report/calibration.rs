//! What `calibrate` says: parameters as shipped and as fitted again, and the errors of groups of rows.
//!
//! Serialised, these are the JSON of the command. What no row tells is `null`, never zero.

use serde::Serialize;

/// A fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationReport {
    /// The version of this layout.
    pub schema: u32,
    /// The transport family, or `all`.
    pub family: String,
    /// The loss that is left.
    pub loss: f64,
    /// How many rounds the fit took.
    pub rounds: u64,
    /// Every parameter that may be fitted.
    pub parameters: Vec<CalibratedParameter>,
    /// The errors of each group of rows.
    pub groups: Vec<CalibrationGroup>,
    /// Rows that were predicted only, where any were asked for.
    pub held_out: Option<HeldOut>,
}

/// A parameter, shipped and fitted again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibratedParameter {
    /// Its name.
    pub name: String,
    /// Which families share it: the links or the network in their names; `null` for all GPU families.
    pub owner: Option<String>,
    /// The unit of both values.
    pub unit: String,
    /// The value in the catalog.
    pub shipped: f64,
    /// The value of the fit; `null` where no row tells it.
    pub refitted: Option<f64>,
}

/// The errors of the rows of a table, or of a part of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationGroup {
    /// The table, and which part of it.
    pub name: String,
    /// How many rows were compared.
    pub rows: u64,
    /// With the shipped values.
    pub shipped: CalibrationErrors,
    /// With the fitted values.
    pub refitted: CalibrationErrors,
    /// With values that were fitted without these rows, where that was asked for.
    pub left_out: Option<CalibrationErrors>,
}

/// Rows that the fit has not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeldOut {
    /// By the number of their chips.
    pub chips: Vec<usize>,
    /// How many there are.
    pub rows: u64,
    /// Their errors.
    pub errors: CalibrationErrors,
}

/// Errors of the closed form as shares of the measured time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationErrors {
    /// The mean without signs, over all sizes.
    pub all: Option<f64>,
    /// The mean with signs: above zero where the model is slower.
    pub bias: Option<f64>,
    /// The mean without signs, from 64 MiB on.
    pub large: Option<f64>,
}
