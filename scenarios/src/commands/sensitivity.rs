//! `copperlight sensitivity`: what the ranges of the catalog mean for the points of a scenario.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::scenario_arguments::load_one;
use crate::file::Scenario;
use crate::report::{Drawn, Per, SensitivityReport, json, sensitivity_csv, sensitivity_table, write_whole};
use crate::run::{RunError, SensitivityOptions, sensitivity};
use clap::{Args, ValueEnum};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `copperlight sensitivity`.
#[derive(Debug, Args)]
pub(super) struct SensitivityArguments {
    /// A scenario file, the name of a built-in scenario, or `-` for standard input
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Set a value, which then has no range: `systems.scale_up.link_bandwidth="25 GB/s"`, `sweep=[]`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// By what tokens/s of systems that train are compared
    #[arg(long, value_enum, default_value = "system")]
    per: PerArgument,
    /// Find the value at which the winner changes, such as `systems[1].chip.gemm_efficiency_bf16` [default: of the
    /// parameter that decides each comparison]
    #[arg(long, value_name = "PARAMETER")]
    break_even: Vec<String>,
    /// Draw what moves the time of each point into DIR, as tornado.svg and tornado.png, numbered where there are several
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// What tokens/s are counted per.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PerArgument {
    /// The whole system
    System,
    /// One chip
    Chip,
    /// One FLOP/s of the dense peak
    PeakFlop,
    /// One watt of the published power of domains
    Watt,
    /// One US dollar of the published price of domains
    Usd,
}

impl PerArgument {
    const fn per(self) -> Per {
        match self {
            Self::System => Per::System,
            Self::Chip => Per::Chip,
            Self::PeakFlop => Per::PeakFlop,
            Self::Watt => Per::Watt,
            Self::Usd => Per::Usd,
        }
    }
}

/// Runs every point of the scenario with its values at the ends of their ranges.
pub(super) fn run(arguments: &SensitivityArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let scenario = load_one(&arguments.scenario, &arguments.settings)?;
    arguments.out.as_deref().map(make_folder).transpose()?;
    let report = simulate(arguments, &scenario, output)?;
    write(arguments.format, &report, output.data)?;
    output.data.flush()?;
    if report.is_empty() {
        return Err(RunError::NothingFits { notes: reasons(&report) }.into());
    }
    let drawn = arguments.out.as_deref().map(|folder| write_figures(&report, folder)).transpose()?;
    if !arguments.quiet {
        write_notes(&report, output.notes)?;
        drawn.iter().flatten().try_for_each(|note| writeln!(output.notes, "{note}"))?;
    }
    Ok(())
}

/// Makes the folder of figures, before anything runs.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| not_written(folder, error.to_string()))
}

fn not_written(path: &Path, reason: String) -> Failure {
    Failure::NotWritten { path: path.display().to_string(), reason }
}

/// Draws and writes the figures; says which files there are, and what is not shown.
fn write_figures(report: &SensitivityReport, folder: &Path) -> Result<Vec<String>, Failure> {
    let drawn = draw(report)?;
    let mut told: Vec<String> = drawn.notes.iter().map(|note| format!("note: {note}")).collect();
    for figure in &drawn.figures {
        for (end, content) in [("svg", figure.svg.as_bytes()), ("png", figure.png.as_slice())] {
            let path = folder.join(format!("{}.{end}", figure.name));
            write_whole(&path, content).map_err(|reason| not_written(&path, reason))?;
            told.push(format!("wrote {}", path.display()));
        }
    }
    Ok(told)
}

#[cfg(feature = "plots")]
fn draw(report: &SensitivityReport) -> Result<Drawn, Failure> {
    crate::plot::tornado_figures(report).map_err(|error| Failure::Figures(error.to_string()))
}

#[cfg(not(feature = "plots"))]
fn draw(_: &SensitivityReport) -> Result<Drawn, Failure> {
    let note = "this program was built without the feature `plots`: there are no figures".to_owned();
    Ok(Drawn { figures: Vec::new(), notes: vec![note] })
}

fn simulate(
    arguments: &SensitivityArguments,
    scenario: &Scenario,
    output: &Output<'_>,
) -> Result<SensitivityReport, Failure> {
    let visibility =
        if output.on_terminal && !arguments.quiet { Visibility::Drawn } else { Visibility::Hidden };
    let options = SensitivityOptions {
        run: arguments.engine.options(),
        per: arguments.per.per(),
        break_even: arguments.break_even.clone(),
    };
    Ok(Progress::during(&scenario.name, visibility, |tell| sensitivity(scenario, &options, tell))?)
}

fn write(format: Format, report: &SensitivityReport, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => sensitivity_table::write_table(out, report),
        Format::Markdown => sensitivity_table::write_markdown(out, report),
        Format::Csv => sensitivity_csv::write_csv(out, report),
        Format::Json => json::write_document(out, report),
    }
}

/// Why the point of each block has no result with every value as it is.
fn reasons(report: &SensitivityReport) -> Vec<String> {
    let first = report.points.iter().filter_map(|point| point.failures.first());
    first.map(|failed| failed.reason.clone()).collect()
}

fn write_notes(report: &SensitivityReport, notes: &mut dyn Write) -> io::Result<()> {
    report.warnings.iter().chain(&report.notes).try_for_each(|note| writeln!(notes, "note: {note}"))
}
