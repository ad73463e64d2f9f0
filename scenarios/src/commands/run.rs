//! `copperlight run`: scenarios to results, figures and a report.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::finished::{Finished, Saying, check_finished};
use super::kept::{Ended, Keeping, Whole, run_kept};
use super::output::Output;
use super::run_format::{RunFormat, Several};
use super::scenario_arguments::ScenarioArguments;
use super::trace_arguments::{TraceArguments, Tracing};
use crate::file::Scenario;
use crate::report::{Listing, files};
use crate::run::{MOST_HELD, check_systems};
use crate::sweep::{Opening, Shard, check_journals};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};

/// Arguments of `copperlight run`.
#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    scenarios: ScenarioArguments,
    /// The output folder [default: copperlight-out/NAME]; with several scenarios DIR/NAME
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write no files
    #[arg(long, conflicts_with = "out")]
    no_files: bool,
    /// Run one of N shares of the points into points-I-of-N.jsonl, for `merge`
    #[arg(long, value_name = "I/N", conflicts_with_all = ["no_files", "trace"])]
    shard: Option<Shard>,
    /// Start over: leave aside what an interrupted run has done
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    engine: EngineArguments,
    #[command(flatten)]
    trace: TraceArguments,
    /// Say of every point what its numbers are made of, what they rest on and what was assumed
    #[arg(long)]
    explain: bool,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: RunFormat,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Runs every scenario; all are checked before the first one runs.
pub(super) fn run(arguments: &RunArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let scenarios = arguments.scenarios.load()?;
    check_explain(arguments, &scenarios)?;
    arguments.trace.check_links(&scenarios)?;
    if !arguments.quiet {
        let notes = scenarios.iter().flat_map(|scenario| &scenario.notes);
        notes.into_iter().try_for_each(|note| writeln!(output.notes, "note: {note}"))?;
    }
    let folders: Vec<Option<PathBuf>> =
        scenarios.iter().map(|scenario| folder(arguments, scenario)).collect();
    check_folders(&scenarios, &folders)?;
    scenarios.iter().try_for_each(check_systems)?;
    let mut tracing = arguments.trace.begin(&scenarios)?;
    let mut finished = Vec::new();
    let mut run = |(scenario, folder): (&Scenario, &Option<PathBuf>)| {
        let keeping = keeping(arguments, folder.as_deref(), tracing.as_ref());
        let Ended::Whole(whole) = run_kept(scenario, keeping, output)? else { return Ok(()) };
        let Whole { finished: mut one, trace, store } = *whole;
        if arguments.explain {
            one.explain(scenario, &arguments.engine.options())?;
        }
        tracing.iter_mut().zip(trace).for_each(|(tracing, trace)| tracing.traces.push(trace));
        let written = one.write(saying(arguments, folder.as_deref()), output);
        // What could not be written is not run again.
        let again = matches!(written, Err(Failure::Files(_) | Failure::Figures(_)));
        if again {
            store.leave();
        } else {
            store.remove();
        }
        finished.push(one);
        written
    };
    let done = scenarios.iter().zip(&folders).try_for_each(&mut run);
    // What was done before a failure is not lost.
    let written = write_together(arguments, &finished, output);
    let traced = write_trace(arguments, tracing, output);
    let ended = finished.iter().try_for_each(|one| check_finished(&one.report));
    done.and(written.map_err(Failure::from)).and(traced).and(ended)
}

fn keeping<'a>(
    arguments: &RunArguments,
    folder: Option<&'a Path>,
    tracing: Option<&'a Tracing>,
) -> Keeping<'a> {
    Keeping {
        options: arguments.trace.options(arguments.engine.options()),
        folder,
        opening: if arguments.fresh { Opening::Fresh } else { Opening::Resume },
        shard: arguments.shard,
        trace: tracing.map(|tracing| &tracing.request),
        quiet: arguments.quiet,
    }
}

fn saying<'a>(arguments: &RunArguments, folder: Option<&'a Path>) -> Saying<'a> {
    Saying { format: arguments.format, folder, quiet: arguments.quiet }
}

/// Refuses to explain where explanations have no place, or are too many.
fn check_explain(arguments: &RunArguments, scenarios: &[Scenario]) -> Result<(), Failure> {
    if !arguments.explain {
        return Ok(());
    }
    if arguments.format == RunFormat::Csv {
        let sentence = "--explain has no place in CSV; use --format table, json or markdown";
        return Err(Failure::Usage(sentence.to_owned()));
    }
    match scenarios.iter().find(|scenario| scenario.point_count() > MOST_HELD) {
        Some(scenario) => Err(Failure::Usage(format!(
            "--explain: `{}` has {} points, and at most {MOST_HELD} are explained; leave values of its sweeps out",
            scenario.name,
            scenario.point_count()
        ))),
        None => Ok(()),
    }
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

/// Writes the formats that are one document for all scenarios.
fn write_together(
    arguments: &RunArguments,
    finished: &[Finished],
    output: &mut Output<'_>,
) -> io::Result<()> {
    let several = if arguments.scenarios.scenarios.len() > 1 { Several::Yes } else { Several::No };
    let all: Vec<Listing<'_>> = finished.iter().map(Finished::listing).collect();
    arguments.format.write_together(several, &all, output)
}

/// Where the files of a scenario go; `None` for nowhere.
fn folder(arguments: &RunArguments, scenario: &Scenario) -> Option<PathBuf> {
    if arguments.no_files {
        return None;
    }
    Some(match &arguments.out {
        Some(folder) if arguments.scenarios.scenarios.len() == 1 => folder.clone(),
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
        check_journals(folder, &scenario.name)?;
        files::check_folder(folder, &scenario.name)?;
    }
    Ok(())
}
