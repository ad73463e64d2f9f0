//! What `calibrate` says of chips: parameters as shipped and as fitted again, and the errors of runs.
//!
//! Serialised, these are the JSON of the command.

use super::training_page::LeftOut;
use serde::Serialize;

/// A fit of chips and software.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChipCalibrationReport {
    /// The version of this layout.
    pub schema: u32,
    /// An architecture, or `chips` for all.
    pub family: String,
    /// The loss that is left.
    pub loss: f64,
    /// How many rounds the fit took.
    pub rounds: u64,
    /// How many runs were fitted to, and how many pairs of them.
    pub rows: u64,
    /// Pairs of runs that differ in their number of chips.
    pub pairs: u64,
    /// Every parameter that was fitted.
    pub parameters: Vec<ChipParameter>,
    /// The errors of each class of runs.
    pub classes: Vec<ChipClass>,
    /// Fits without each source and each chip, where that was asked for.
    pub left_out: Option<LeftOut>,
}

/// A parameter, shipped and fitted again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChipParameter {
    /// A chip, a software generation, or `all`.
    pub owner: String,
    /// The key in the catalog.
    pub name: String,
    /// The unit of both values.
    pub unit: &'static str,
    /// The value in the catalog.
    pub shipped: f64,
    /// The value of the fit.
    pub refitted: f64,
    /// How many runs depend on it.
    pub rows: u64,
    /// Of how many models these are.
    pub models: u64,
}

/// The errors of a class of runs, as simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChipClass {
    /// The class.
    pub name: String,
    /// How many runs it has.
    pub rows: u64,
    /// With the shipped values.
    pub shipped: ChipErrors,
    /// With the fitted values.
    pub refitted: ChipErrors,
}

/// Errors as shares of the measured time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ChipErrors {
    /// The mean without signs.
    pub error: f64,
    /// The mean with signs: above zero where the model is slower.
    pub bias: f64,
}

impl ChipErrors {
    /// The means of errors; zero where there is none.
    pub fn of(errors: &[f64]) -> Self {
        let mean = |sum: f64| sum / errors.len().max(1) as f64;
        Self { error: mean(errors.iter().map(|error| error.abs()).sum()), bias: mean(errors.iter().sum()) }
    }
}
