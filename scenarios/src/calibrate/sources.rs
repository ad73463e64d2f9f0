//! Where measurements come from: built-in tables, tables of our columns, or what nccl-tests wrote.

use super::nccl_tests::{self, NcclTestsError, TimedSize};
use crate::file::{ScenarioError, operation_named};
use crate::validate::{
    Harness, Measured, MeasuredOperation, MeasuredRun, Row, Setup, Table, TableKind, ValidateError,
    built_in_tables, measured_tables, read_table, text_of,
};
use copperlight_core::workload::CollectiveKind;
use copperlight_topologies::System;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What the output of nccl-tests does not say about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The system of the catalog.
    pub system: Option<String>,
    /// How many chips took part, or those of the system by default.
    pub chips: Option<usize>,
    /// Which collective was timed.
    pub operation: Option<String>,
}

/// Why measurements cannot be had.
#[derive(Debug, Error)]
pub enum SourceError {
    /// A table that cannot be read.
    #[error(transparent)]
    Table(#[from] ValidateError),
    /// A file that is neither.
    #[error("{path}: {error}; a table of columns names them in its first line, preset among them")]
    NcclTests {
        /// The file.
        path: String,
        /// What is wrong.
        error: NcclTestsError,
    },
    /// Output of nccl-tests about which something is not said.
    #[error("{path}: this is output of nccl-tests; say with {flag} {what}")]
    NotDescribed {
        /// The file.
        path: String,
        /// The flag.
        flag: &'static str,
        /// What it tells.
        what: &'static str,
    },
    /// A flag is wrong.
    #[error("{flag}: {reason}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// Why.
        reason: String,
    },
}

/// The tables of these files and folders, or without any those that are built in.
///
/// # Errors
/// [`SourceError`] when a file cannot be read, or is output of nccl-tests that is not described.
pub fn measurements(paths: &[PathBuf], described: &Described) -> Result<Vec<Table>, SourceError> {
    if paths.is_empty() {
        return Ok(built_in_tables(TableKind::Collectives));
    }
    let mut tables = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => tables.extend(measured_tables(Some(path))?),
            false => tables.push(of_file(path, described)?),
        }
    }
    Ok(tables)
}

fn of_file(path: &Path, described: &Described) -> Result<Table, SourceError> {
    let shown = path.display().to_string();
    let text = text_of(path).map_err(|reason| ValidateError::File { path: shown.clone(), reason })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    let has = |column: &str| first.split(',').any(|own| own.trim() == column);
    if has("preset") {
        let kind = if has("n_chips") { TableKind::Training } else { TableKind::Collectives };
        return Ok(read_table(&shown, &name, kind, &text)?);
    }
    let sizes =
        nccl_tests::read(&text).map_err(|error| SourceError::NcclTests { path: shown.clone(), error })?;
    let (setup, kind) = machine(&shown, described)?;
    let rows = sizes.iter().zip(1..).map(|(row, number)| timed(row, number, &setup, kind)).collect();
    Ok(Table { name, kind: TableKind::Collectives, rows, harness: Harness::default() })
}

/// The operations that nccl-tests times by size, and that parameters are fitted to.
const SIZED: [CollectiveKind; 6] = [
    CollectiveKind::AllReduce,
    CollectiveKind::ReduceScatter,
    CollectiveKind::AllGather,
    CollectiveKind::AllToAll,
    CollectiveKind::Broadcast,
    CollectiveKind::Reduce,
];

/// The machine and the collective that flags tell.
fn machine(path: &str, described: &Described) -> Result<(Setup, CollectiveKind), SourceError> {
    let needed = |value: &Option<String>, flag, what| {
        let missing = || SourceError::NotDescribed { path: path.to_owned(), flag, what };
        value.clone().ok_or_else(missing)
    };
    let preset = needed(&described.system, "--system", "on which system of `copperlight list` it was taken")?;
    let operation = needed(&described.operation, "--operation", "which collective it timed")?;
    let system = System::preset(&preset)
        .map_err(|error| SourceError::Flag { flag: "--system", reason: error.to_string() })?;
    let in_words = |error: ScenarioError| {
        let remedy = error.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default();
        SourceError::Flag { flag: "--operation", reason: format!("{error}{remedy}") }
    };
    let kind = operation_named(&operation).map_err(in_words)?;
    if !SIZED.contains(&kind) {
        let names = SIZED.map(CollectiveKind::name).join(", ");
        let reason = format!("sizes of nccl-tests say nothing of {operation}; use one of: {names}");
        return Err(SourceError::Flag { flag: "--operation", reason });
    }
    let chips = described.chips.unwrap_or_else(|| system.default_chips().unwrap_or(1));
    Ok((Setup { preset, chips, chips_per_domain: None, scale_out: None, network: None }, kind))
}

fn timed(row: &TimedSize, number: u64, setup: &Setup, kind: CollectiveKind) -> Row {
    let measured = Measured::TimeUs(row.time_us);
    let operation = MeasuredOperation::Collective { kind, algorithm: None, size: row.size };
    Row {
        number,
        id: None,
        preset: Some(setup.preset.clone()),
        chips: Some(setup.chips as u64),
        operation: Some(kind.name().to_owned()),
        algorithm: "auto".to_owned(),
        size: Some(row.size),
        measured: Some(measured.value()),
        unit: Some(measured.unit()),
        run: Ok(MeasuredRun { measured, setup: setup.clone(), operation }),
        training: None,
    }
}
