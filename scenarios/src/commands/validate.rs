//! `copperlight validate`: the model held against published measurements.

use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::threads::ThreadArguments;
use crate::report::{ValidationReport, json, validation_csv, validation_table};
use crate::validate::{Baseline, Table, TableKind, compare_with, measured_tables};
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `copperlight validate`.
#[derive(Debug, Args)]
pub(super) struct ValidateArguments {
    /// A folder with collectives/*.csv, training_truth.csv or both [default: the built-in tables]
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Fail with exit code 1 when the error of a group has grown since this file was written
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the errors of all groups down
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Write a Markdown page of all errors, and its figures into `figures` beside it
    #[arg(long, value_name = "FILE")]
    write_page: Option<PathBuf>,
    /// Only training runs whose id contains this text, and tables of collectives whose name does
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Which measurements
    #[arg(long, value_enum, default_value = "all")]
    kind: Kind,
    #[command(flatten)]
    threads: ThreadArguments,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Which measurements are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Collectives
    Collective,
    /// Training runs
    Training,
    /// Both
    All,
}

impl Kind {
    /// The one kind of table that is meant; `None` for both.
    const fn only(self) -> Option<TableKind> {
        match self {
            Self::Collective => Some(TableKind::Collectives),
            Self::Training => Some(TableKind::Training),
            Self::All => None,
        }
    }
}

/// Compares every row; everything that can be read is read before the first simulation.
pub(super) fn run(arguments: &ValidateArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut tables = measured_tables(arguments.against.as_deref())?;
    if let Some(kind) = arguments.kind.only() {
        tables.retain(|table| table.kind == kind);
    }
    if let Some(text) = &arguments.only {
        tables.iter_mut().for_each(|table| table.keep(text));
        tables.retain(|table| !table.rows.is_empty());
    }
    if tables.is_empty() {
        return Err(Failure::Usage(nothing_left(arguments)));
    }
    let before = match &arguments.baseline {
        Some(path) => Some((path.as_path(), baseline(path, arguments.kind)?)),
        None => None,
    };
    let report = simulate(arguments, &tables, output)?;
    write(arguments.format, &report, output.data)?;
    output.data.flush()?;
    if !arguments.quiet {
        report.notes.iter().try_for_each(|note| writeln!(output.notes, "note: {note}"))?;
    }
    let now = Baseline::of(&report);
    if let Some(path) = &arguments.write_baseline {
        now.write(path)?;
        if !arguments.quiet {
            writeln!(output.notes, "wrote {}", path.display())?;
        }
    }
    if let Some(path) = &arguments.write_page {
        write_page(path, &tables, &report, arguments)?;
        if !arguments.quiet {
            writeln!(output.notes, "wrote {}", path.display())?;
        }
    }
    before.map_or(Ok(()), |(path, before)| hold(arguments, (path, &before), &now, output))
}

/// What to say where no row is left to compare.
fn nothing_left(arguments: &ValidateArguments) -> String {
    match &arguments.only {
        Some(text) => format!(
            "--only {text}: no training run has it in its id, and no table of collectives in its name; write part of \
             one, such as DGXC-v25.04 or aiconfigurator"
        ),
        None => "--kind: there is no table of this kind; leave --kind out".to_owned(),
    }
}

/// The errors written down, of those measurements that are compared.
fn baseline(path: &Path, kind: Kind) -> Result<Baseline, Failure> {
    let mut baseline = Baseline::read(path)?;
    if let Some(kind) = kind.only() {
        baseline.keep(kind);
    }
    Ok(baseline)
}

#[cfg(feature = "plots")]
fn write_page(
    path: &Path,
    tables: &[Table],
    report: &ValidationReport,
    arguments: &ValidateArguments,
) -> Result<(), Failure> {
    super::validate_book::book(tables, report, arguments.threads.number())?.write(path)?;
    Ok(())
}

#[cfg(not(feature = "plots"))]
fn write_page(_: &Path, _: &[Table], _: &ValidationReport, _: &ValidateArguments) -> Result<(), Failure> {
    Err(Failure::Usage(
        "this program was built without the feature `plots`; leave out --write-page".to_owned(),
    ))
}

/// Holds errors against those written down.
fn hold(
    arguments: &ValidateArguments,
    (path, before): (&Path, &Baseline),
    now: &Baseline,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if !arguments.quiet {
        let unknown = before.unknown(now);
        unknown.iter().try_for_each(|name| writeln!(output.notes, "note: {name} is not in the baseline"))?;
    }
    let grown = before.grown(now);
    if grown.is_empty() {
        return Ok(());
    }
    Err(Failure::Worse { path: path.display().to_string(), grown })
}

fn simulate(
    arguments: &ValidateArguments,
    tables: &[Table],
    output: &Output<'_>,
) -> Result<ValidationReport, Failure> {
    let visibility =
        if output.on_terminal && !arguments.quiet { Visibility::Drawn } else { Visibility::Hidden };
    let threads = arguments.threads.number();
    Ok(Progress::during("validate", visibility, |tell| compare_with(tables, threads, tell))?)
}

fn write(format: Format, report: &ValidationReport, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => validation_table::write_table(out, report),
        Format::Markdown => validation_table::write_markdown(out, report),
        Format::Csv => validation_csv::write_csv(out, report),
        Format::Json => json::write_document(out, report),
    }
}
