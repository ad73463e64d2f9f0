//! `copperlight sensitivity`: what the ranges of the catalog mean for the points of a scenario.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::scenario_arguments::load_one;
use crate::file::Scenario;
use crate::report::{Per, SensitivityReport, json, sensitivity_csv, sensitivity_table};
use crate::run::{RunError, SensitivityOptions, sensitivity};
use clap::{Args, ValueEnum};
use std::io::{self, Write};

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
    let report = simulate(arguments, &scenario, output)?;
    write(arguments.format, &report, output.data)?;
    output.data.flush()?;
    if report.is_empty() {
        return Err(RunError::NothingFits { notes: reasons(&report) }.into());
    }
    if !arguments.quiet {
        write_notes(&report, output.notes)?;
    }
    Ok(())
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
