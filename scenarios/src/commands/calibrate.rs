//! `copperlight calibrate`: the parameters of transport families, or of chips and software, fitted again to measurements.

use super::failure::Failure;
use super::output::Output;
use super::threads::ThreadArguments;
use crate::calibrate::{
    CalibrateChipsRequest, CalibrateRequest, Described, calibrate, calibrate_chips, is_of_chips, measurements,
};
use crate::report::{
    CalibrationReport, ChipCalibrationReport, calibration_table, chip_calibration_table, json,
};
use crate::validate::{TableKind, built_in_tables};
use clap::{Args, ValueEnum};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `copperlight calibrate`.
#[derive(Debug, Args)]
pub(super) struct CalibrateArguments {
    /// Tables of measurements, folders of them, or what nccl-tests wrote [default: the built-in tables]
    #[arg(value_name = "TABLE")]
    tables: Vec<PathBuf>,
    /// The transport family; `all` fits those of GPUs together, with what they share; `chips` fits chips and software,
    /// and `ampere`, `hopper` or `blackwell` those of one architecture
    #[arg(long, value_name = "NAME", default_value = "all")]
    family: String,
    /// Fit once more without each group of rows, and predict it
    #[arg(long)]
    leave_one_out: bool,
    /// Write what --leave-one-out says of chips to a file, as the page about measurements reads it
    #[arg(long, value_name = "FILE", requires = "leave_one_out")]
    write_left_out: Option<PathBuf>,
    /// Do not fit rows of so many chips, but predict them
    #[arg(long, value_name = "CHIPS", value_delimiter = ',')]
    hold_out: Vec<usize>,
    /// The system on which nccl-tests ran
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// The number of chips on which nccl-tests ran [default: all of the system]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    chips: Option<u32>,
    /// The collective that nccl-tests timed
    #[arg(long, value_name = "OP")]
    operation: Option<String>,
    #[command(flatten)]
    threads: ThreadArguments,
    /// How results are written
    #[arg(long, value_enum, default_value = "table")]
    format: CalibrationFormat,
    /// Write results to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How a calibration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CalibrationFormat {
    /// Aligned columns for people.
    Table,
    /// One JSON document.
    Json,
    /// The fitted values, laid out like the catalog.
    Toml,
}

/// Reads everything, fits, and writes.
pub(super) fn run(arguments: &CalibrateArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let described = Described {
        system: arguments.system.clone(),
        chips: arguments.chips.map(|chips| chips as usize),
        operation: arguments.operation.clone(),
    };
    let is_of_chips = is_of_chips(&arguments.family);
    let tables = match (is_of_chips, arguments.tables.is_empty()) {
        (true, true) => built_in_tables(TableKind::Training),
        _ => measurements(&arguments.tables, &described)?,
    };
    if is_of_chips {
        let report = calibrate_chips(&CalibrateChipsRequest {
            tables,
            family: arguments.family.clone(),
            leave_one_out: arguments.leave_one_out,
            threads: arguments.threads.number(),
        })?;
        if let (Some(path), Some(left_out)) = (&arguments.write_left_out, &report.left_out) {
            let mut text = Vec::new();
            json::write_document(&mut text, left_out)?;
            put_file(("--write-left-out", path), &text, output)?;
        }
        return put(arguments, output, &|out| write_chips(arguments.format, &report, out));
    }
    let report = calibrate(&CalibrateRequest {
        tables,
        family: arguments.family.clone(),
        leave_one_out: arguments.leave_one_out,
        hold_out: arguments.hold_out.clone(),
        threads: arguments.threads.number(),
    })?;
    put(arguments, output, &|out| write(arguments.format, &report, out))
}

/// Writes results to where they go.
fn put(
    arguments: &CalibrateArguments,
    output: &mut Output<'_>,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = &arguments.out else { return Ok(write(output.data)?) };
    let mut text = Vec::new();
    write(&mut text)?;
    put_file(("--out", path), &text, output)
}

/// Writes a file that a flag names.
fn put_file((flag, path): (&str, &Path), text: &[u8], output: &mut Output<'_>) -> Result<(), Failure> {
    let unwritable = |error: io::Error| {
        Failure::Usage(format!("{flag} {}: {error}; name a file that can be written", path.display()))
    };
    fs::write(path, text).map_err(unwritable)?;
    Ok(writeln!(output.notes, "wrote {}", path.display())?)
}

fn write_chips(
    format: CalibrationFormat,
    report: &ChipCalibrationReport,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        CalibrationFormat::Table => chip_calibration_table::write_table(out, report),
        CalibrationFormat::Json => json::write_document(out, report),
        CalibrationFormat::Toml => chip_calibration_table::write_toml(out, report),
    }
}

fn write(format: CalibrationFormat, report: &CalibrationReport, out: &mut dyn Write) -> io::Result<()> {
    match format {
        CalibrationFormat::Table => calibration_table::write_table(out, report),
        CalibrationFormat::Json => json::write_document(out, report),
        CalibrationFormat::Toml => calibration_table::write_toml(out, report),
    }
}
