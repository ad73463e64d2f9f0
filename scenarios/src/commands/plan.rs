//! `copperlight plan`: the best parallelism plan of every system of a scenario, and why.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::scenario_arguments::load_one;
use crate::file::{Scenario, with_plans};
use crate::report::{PlanReport, json, plan_csv, plan_table};
use crate::run::RunError;
use crate::search::{FoundPlans, PlanRequest, PointChoice, find_plans};
use crate::training::PlanKey;
use clap::{Args, ValueEnum};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of `copperlight plan`.
#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// A scenario file, the name of a built-in scenario, or `-` for standard input
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Set a value: `systems.chips=2304`, `workload.global_batch=4096`, `sweep=[]`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// Keep these keys of the scenario's plan: `tensor,schedule`
    #[arg(long = "fix", value_name = "KEY", value_delimiter = ',')]
    fixed: Vec<String>,
    /// Search this as well, which otherwise stays as the scenario has it
    #[arg(long, value_enum, value_name = "WHAT")]
    free: Vec<Free>,
    /// How many plans are simulated for each system, beside that of the scenario
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=1000))]
    finalists: u16,
    /// Search every point of a sweep, not the first of each system only
    #[arg(long)]
    all_points: bool,
    /// Write the scenario with the best plan of each system to this file
    #[arg(long, value_name = "FILE", conflicts_with = "all_points")]
    write: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
    /// How plans are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// What stays as it is unless it is freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Free {
    /// What runs beside compute
    Overlap,
}

/// Searches the plans of every system.
pub(super) fn run(arguments: &PlanArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let request = request(arguments)?;
    let scenario = load_one(&arguments.scenario, &arguments.settings)?;
    let visibility =
        if output.on_terminal && !arguments.quiet { Visibility::Drawn } else { Visibility::Hidden };
    let found = Progress::during(&scenario.name, visibility, |tell| find_plans(&scenario, &request, tell))?;
    let report = &found.report;
    if report.systems.iter().all(|plan| plan.best.is_none()) {
        return Err(RunError::NothingFits { notes: reasons(report) }.into());
    }
    write(arguments.format, report, output.data)?;
    output.data.flush()?;
    if !arguments.quiet {
        report.warnings.iter().try_for_each(|note| writeln!(output.notes, "note: {note}"))?;
    }
    match &arguments.write {
        Some(file) => write_scenario(&scenario, &found, file, output),
        None => Ok(()),
    }
}

fn request(arguments: &PlanArguments) -> Result<PlanRequest, Failure> {
    let parsed = arguments.fixed.iter().map(|name| PlanKey::parse(name.trim()));
    let fixed =
        parsed.collect::<Result<_, _>>().map_err(|error| Failure::Usage(format!("--fix: {error}")))?;
    let options = arguments.engine.options();
    Ok(PlanRequest {
        fixed,
        free_overlap: arguments.free.contains(&Free::Overlap),
        points: if arguments.all_points { PointChoice::All } else { PointChoice::First },
        finalists: usize::from(arguments.finalists),
        engine: options.engine,
        threads: options.threads,
    })
}

fn write(format: Format, report: &PlanReport, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => plan_table::write_table(out, report),
        Format::Markdown => plan_table::write_markdown(out, report),
        Format::Csv => plan_csv::write_csv(out, report),
        Format::Json => json::write_document(out, report),
    }
}

/// Why each system has no plan.
fn reasons(report: &PlanReport) -> Vec<String> {
    let reason =
        |plan: &crate::report::SystemPlan| Some(format!("{}: {}", plan.system, plan.reason.as_ref()?));
    report.systems.iter().filter_map(reason).collect()
}

/// Writes the scenario with the plans that were found.
fn write_scenario(
    scenario: &Scenario,
    found: &FoundPlans,
    file: &Path,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let plans: Vec<_> = found.best.iter().map(|(index, job)| (scenario.place_of(*index), job)).collect();
    let planned = with_plans(scenario, &plans)?;
    let text = planned.resolved_text();
    fs::write(file, text)
        .map_err(|error| Failure::Usage(format!("--write: {} cannot be written: {error}", file.display())))?;
    Ok(writeln!(output.notes, "wrote {}", file.display())?)
}
