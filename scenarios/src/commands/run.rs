//! `copperlight run`: scenarios to results, figures and a report.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::trace_arguments::{TraceArguments, Tracing};
use crate::file::{Scenario, ScenarioErrors, SourceText, check, load};
use crate::report::{Drawn, ScenarioReport, ScenarioResults, csv, files, json, markdown, table};
use crate::run::{RunError, run_scenario, run_scenario_traced};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};

/// Arguments of `copperlight run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Scenario files, names of built-in scenarios, or `-` for standard input
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<String>,
    /// Set a value: `workload.micro_batch=2`, `systems.chips=2304`, `systems[0].chips=1152`, `sweep=[]`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// The output folder [default: copperlight-out/NAME]; with several scenarios DIR/NAME
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
    /// The level of detail: flow
    #[arg(long, value_name = "FIDELITY")]
    fidelity: Option<String>,
    /// The seed of every random stream
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    engine: EngineArguments,
    #[command(flatten)]
    trace: TraceArguments,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Runs every scenario; all are checked before the first one runs.
pub(super) fn run(arguments: &RunArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let scenarios = load_all(arguments)?;
    let folders: Vec<Option<PathBuf>> =
        scenarios.iter().map(|scenario| folder(arguments, scenario)).collect();
    check_folders(&scenarios, &folders)?;
    let mut tracing = arguments.trace.begin(&scenarios)?;
    let mut results = Vec::new();
    let mut run = |(scenario, folder): (&Scenario, &Option<PathBuf>)| {
        let report = simulate(arguments, (scenario, tracing.as_mut()), output)?;
        results.push(report.results.clone());
        report_one(arguments, &report, folder.as_deref(), output)
    };
    let done = scenarios.iter().zip(&folders).try_for_each(&mut run);
    // What was done before a failure is not lost.
    let written = write_together(arguments, &results, output);
    let traced = write_trace(arguments, tracing, output);
    done.and(written.map_err(Failure::from)).and(traced)
}

/// Writes the timelines of all scenarios, where they were asked for.
fn write_trace(
    arguments: &RunArguments,
    tracing: Option<Tracing>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let notes = tracing.map_or(Ok(Vec::new()), Tracing::finish)?;
    let shown = if arguments.quiet { &[][..] } else { &notes };
    Ok(shown.iter().try_for_each(|note| writeln!(output.notes, "{note}"))?)
}

/// Writes what one scenario has shown; neither a closed pipe nor a full disk costs the other its results.
fn report_one(
    arguments: &RunArguments,
    report: &ScenarioReport,
    folder: Option<&Path>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let shown = write_data(arguments, report, output);
    if report.nothing_fits() {
        return Err(RunError::NothingFits { notes: report.notes.clone() }.into());
    }
    let written = match folder {
        Some(folder) => Some(write_files(report, folder)?),
        None => None,
    };
    shown?;
    if !arguments.quiet {
        let drawn = written.as_ref().map(|drawn| drawn.notes.as_slice()).unwrap_or_default();
        write_notes(report, drawn, folder, output)?;
    }
    Ok(())
}

/// Writes the formats that are one document for all scenarios.
fn write_together(
    arguments: &RunArguments,
    results: &[ScenarioResults],
    output: &mut Output<'_>,
) -> io::Result<()> {
    let several = arguments.scenarios.len() > 1;
    let all: Vec<&ScenarioResults> = results.iter().collect();
    match (arguments.format, &all[..]) {
        (_, []) | (Format::Table | Format::Markdown, _) => Ok(()),
        (Format::Json, [one]) if !several => json::write_results(output.data, one),
        (Format::Json, all) => json::write_several(output.data, all),
        (Format::Csv, [one]) if !several => csv::write_results(output.data, one),
        (Format::Csv, all) => csv::write_several(output.data, all),
    }
}

fn load_all(arguments: &RunArguments) -> Result<Vec<Scenario>, Failure> {
    let mut settings = arguments.settings.clone();
    settings.extend(arguments.fidelity.iter().map(|fidelity| format!("scenario.fidelity={fidelity}")));
    settings.extend(arguments.seed.iter().map(|seed| format!("scenario.seed={seed}")));
    if arguments.scenarios.iter().filter(|name| *name == "-").count() > 1 {
        return Err(Failure::Usage("`-` is given twice; standard input can be read once".to_owned()));
    }
    let (mut scenarios, mut broken) = (Vec::new(), Vec::new());
    for argument in &arguments.scenarios {
        match load_one(argument, &settings) {
            Ok(scenario) => scenarios.push(scenario),
            Err(errors) => broken.push(errors),
        }
    }
    if broken.is_empty() { Ok(scenarios) } else { Err(Failure::Scenario(broken)) }
}

/// One scenario as a command line names it: a library name, a path, or `-` for standard input.
pub(super) fn load_one(argument: &str, settings: &[String]) -> Result<Scenario, ScenarioErrors> {
    if argument != "-" {
        return load(argument, settings);
    }
    let name = "standard input";
    let source = SourceText::read(name, io::stdin().lock());
    check(source.map_err(|error| ScenarioErrors::whole(name, error))?, settings)
}

/// Where the files of a scenario go; `None` for nowhere.
fn folder(arguments: &RunArguments, scenario: &Scenario) -> Option<PathBuf> {
    if arguments.no_files {
        return None;
    }
    Some(match &arguments.out {
        Some(folder) if arguments.scenarios.len() == 1 => folder.clone(),
        Some(folder) => folder.join(&scenario.name),
        None => Path::new("copperlight-out").join(&scenario.name),
    })
}

fn check_folders(scenarios: &[Scenario], folders: &[Option<PathBuf>]) -> Result<(), Failure> {
    for (index, (scenario, folder)) in scenarios.iter().zip(folders).enumerate() {
        let Some(folder) = folder else { continue };
        if folders[..index].contains(&Some(folder.clone())) {
            let name = &scenario.name;
            let sentence =
                format!("two scenarios are named `{name}` and would share a folder; rename one of them");
            return Err(Failure::Usage(sentence));
        }
        files::check_folder(folder, &scenario.name)?;
    }
    Ok(())
}

fn simulate(
    arguments: &RunArguments,
    (scenario, tracing): (&Scenario, Option<&mut Tracing>),
    output: &Output<'_>,
) -> Result<ScenarioReport, Failure> {
    let visibility =
        if output.on_terminal && !arguments.quiet { Visibility::Drawn } else { Visibility::Hidden };
    let options = arguments.engine.options();
    let during = &scenario.name;
    let Some(tracing) = tracing else {
        return Ok(Progress::during(during, visibility, |tell| run_scenario(scenario, &options, tell))?);
    };
    let request = &tracing.request;
    let (report, trace) =
        Progress::during(during, visibility, |tell| run_scenario_traced(scenario, &options, request, tell))?;
    tracing.traces.push(trace);
    Ok(report)
}

fn write_files(report: &ScenarioReport, folder: &Path) -> Result<Drawn, Failure> {
    let drawn = draw(report)?;
    files::write_files(report, &drawn, folder)?;
    Ok(drawn)
}

#[cfg(feature = "plots")]
fn draw(report: &ScenarioReport) -> Result<Drawn, Failure> {
    crate::plot::draw(report).map_err(|error| Failure::Figures(error.to_string()))
}

#[cfg(not(feature = "plots"))]
fn draw(_: &ScenarioReport) -> Result<Drawn, Failure> {
    let note = "this program was built without the feature `plots`: there are no figures".to_owned();
    Ok(Drawn { figures: Vec::new(), notes: vec![note] })
}

/// Writes the results of one scenario; JSON and CSV wait until all are there, because they are one document.
fn write_data(arguments: &RunArguments, report: &ScenarioReport, output: &mut Output<'_>) -> io::Result<()> {
    match arguments.format {
        Format::Table => table::write_report(output.data, report),
        Format::Markdown => markdown::write_report(output.data, report),
        Format::Csv | Format::Json => Ok(()),
    }?;
    output.data.flush()
}

fn write_notes(
    report: &ScenarioReport,
    drawn: &[String],
    folder: Option<&Path>,
    output: &mut Output<'_>,
) -> io::Result<()> {
    for note in report.warnings.iter().chain(&report.notes).chain(drawn) {
        writeln!(output.notes, "note: {note}")?;
    }
    match folder {
        Some(folder) => writeln!(output.notes, "wrote {}", folder.join("report.html").display()),
        None => Ok(()),
    }
}
