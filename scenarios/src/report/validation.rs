//! What `validate` says: every row with its error or a reason, and the errors of groups of rows.
//!
//! Serialised, these are the JSON of the command. What was not measured or not modelled is `null`, never zero.

use serde::Serialize;

/// The model held against tables of measurements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationReport {
    /// The version of this layout.
    pub schema: u32,
    /// The errors of each group, in the order of tables.
    pub groups: Vec<ValidationGroup>,
    /// The mean over those groups that count.
    pub mean: GroupMean,
    /// Every row of every table.
    pub rows: Vec<ValidationRow>,
    /// What had to be assumed, in sentences.
    pub notes: Vec<String>,
}

/// Rows that belong together: a table or a part of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationGroup {
    /// The table, and which part of it.
    pub name: String,
    /// The file of the table.
    pub table: String,
    /// How many rows there are, compared or not.
    pub rows: u64,
    /// Whether the group counts in the mean over groups.
    pub in_mean: bool,
    /// Why the group is apart.
    pub explanation: Option<String>,
    /// The errors over all sizes.
    #[serde(flatten)]
    pub all: ErrorSummary,
    /// The errors from 64 MiB on.
    pub large: ErrorSummary,
}

/// The errors of some rows, as shares: 0.1 where the modelled time is a tenth above the measured one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorSummary {
    /// How many rows could be compared.
    pub compared: u64,
    /// The mean of the errors without their signs.
    pub mean_absolute_error: Option<f64>,
    /// The mean of the errors with their signs.
    pub bias: Option<f64>,
    /// The rows that are farthest off, the worst first.
    pub worst: Vec<WorstRow>,
}

/// A row that is far off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorstRow {
    /// Its number in the table.
    pub row: u64,
    /// Its error.
    pub error: f64,
}

/// The mean over groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupMean {
    /// Over all sizes.
    pub all: MeanSummary,
    /// From 64 MiB on.
    pub large: MeanSummary,
}

/// The mean over groups of their errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeanSummary {
    /// How many groups it is over.
    pub groups: u64,
    /// The mean of their mean absolute errors.
    pub mean_absolute_error: Option<f64>,
    /// The mean of their biases.
    pub bias: Option<f64>,
}

/// What a row measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A collective.
    Collective,
    /// A training run.
    Training,
}

/// One measurement beside what the model says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValidationRow {
    /// What it measures.
    pub kind: RowKind,
    /// The file of the table.
    pub table: String,
    /// The number of the row, counted from 1 without the header.
    pub row: u64,
    /// The name of a training run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The system.
    pub preset: Option<String>,
    /// How many chips took part.
    pub chips: Option<u64>,
    /// The operation.
    pub op: Option<String>,
    /// The size of the message in bytes.
    pub size_bytes: Option<u64>,
    /// What was measured, in `unit`.
    pub measured: Option<f64>,
    /// What the model says, in `unit`.
    pub modelled: Option<f64>,
    /// The unit of both.
    pub unit: Option<&'static str>,
    /// Modelled time over measured time, less one.
    pub error: Option<f64>,
    /// Why nothing was modelled.
    pub reason: Option<String>,
    /// The group that the row is in.
    pub group: String,
    /// The algorithm that was simulated.
    pub algorithm: Option<String>,
    /// The protocol that was simulated.
    pub protocol: Option<String>,
}

impl RowKind {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Collective => "collective",
            Self::Training => "training",
        }
    }
}
