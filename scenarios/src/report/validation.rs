//! What `validate` says: every row with its error or a reason, and the errors of groups of rows.
//!
//! Serialised, these are the JSON of the command. What was not measured or not modelled is `null`, never zero.

use super::pairs::PairReport;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Paired effects of training runs, where the tables have pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<PairReport>,
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
    /// What more is said of training runs.
    #[serde(flatten)]
    pub training: Option<TrainingErrors>,
}

/// What more is said of a group of training runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingErrors {
    /// What the rows of the group have in common: `table`, `class`, `family`, `chip`, `model`, `precision` or
    /// `generation`.
    pub by: &'static str,
    /// The median of the errors without their signs.
    pub median_absolute_error: Option<f64>,
    /// The share of rows that are at most a tenth off.
    pub within_10_percent: Option<f64>,
    /// The mean absolute error of one MFU for each chip and precision, fitted to these rows.
    pub constant_mfu_error: Option<f64>,
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
    /// What more is said of a training run that was simulated.
    #[serde(flatten)]
    pub training: Option<TrainingFigures>,
}

/// What more is said of a training run that was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingFigures {
    /// `dense-A`, `dense-B` or `moe`.
    pub class: &'static str,
    /// The source of the row.
    pub family: String,
    /// The generation of software that it ran, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<&'static str>,
    /// The model.
    pub model: String,
    /// The chip.
    pub chip: String,
    /// The precision of the layers' matmuls.
    pub precision: &'static str,
    /// Where something that matters was not published: the least and the most that the row can mean, in its unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelled_range: Option<[f64; 2]>,
    /// The plans of a range, each with its time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<PlanTime>,
    /// The modelled step time in seconds; of a range the geometric mean of its ends.
    pub step_time_s: f64,
    /// The measured step time in seconds.
    pub measured_step_time_s: f64,
    /// The measured MFU by the causal half of attention and the peak of the precision.
    pub measured_mfu: f64,
    /// What the modelled time goes into, as shares of it.
    pub breakdown: BTreeMap<&'static str, f64>,
    /// What had to be assumed, in sentences.
    pub assumed: Vec<String>,
}

/// One of the plans that a row can mean, and what the model says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanTime {
    /// Sequences of a micro-batch.
    pub micro_batch: u64,
    /// Stages of a rank.
    pub virtual_stages: u64,
    /// What is computed again: `none`, `selective` and so on.
    pub recompute: String,
    /// The modelled step time in seconds.
    pub step_time_s: f64,
}

impl ValidationReport {
    /// The part of the report that is about rows of this kind.
    pub fn of_kind(&self, kind: RowKind) -> Self {
        let is_training = kind == RowKind::Training;
        let groups = self.groups.iter().filter(|group| group.training.is_some() == is_training);
        Self {
            schema: self.schema,
            groups: groups.cloned().collect(),
            mean: self.mean.clone(),
            rows: self.rows.iter().filter(|row| row.kind == kind).cloned().collect(),
            pairs: self.pairs.clone().filter(|_| is_training),
            notes: if is_training { Vec::new() } else { self.notes.clone() },
        }
    }
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
