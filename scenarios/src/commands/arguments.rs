//! What users may type, and the way from there to a command.

use super::calibrate::{self, CalibrateArguments};
use super::catalog::{self, CatalogArguments};
use super::check::{self, CheckArguments};
use super::claims::{self, ClaimsArguments};
use super::collective::{self, CollectiveArguments};
use super::compare::{self, CompareArguments};
use super::completions::{self, CompletionsArguments};
use super::export::{self, ExportArguments};
use super::failure::{ExitStatus, Failure};
use super::flows::{self, FlowsArguments};
use super::man::{self, ManArguments};
use super::merge::{self, MergeArguments};
use super::new::{self, NewArguments};
use super::output::Output;
use super::plan::{self, PlanArguments};
use super::run::{self, RunArguments};
use super::schema::{self, SchemaArguments};
use super::sensitivity::{self, SensitivityArguments};
use super::validate::{self, ValidateArguments};
use super::{diagnostics::Colour, list};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;

/// Simulates GPU-cluster interconnects: what wins for trillion-parameter training, 72 chips on copper or 384 on light?
#[derive(Debug, Parser)]
#[command(name = "copperlight", bin_name = "copperlight", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios: every point, tables, figures, a report
    Run(RunArguments),
    /// Put the shards of a scenario together: what the undivided run writes
    Merge(MergeArguments),
    /// Hold scenarios against their expectations and a baseline, as a gate in a pipeline
    Check(CheckArguments),
    /// Hold two scenarios, systems or files of results beside each other, and say what the difference is made of
    Compare(CompareArguments),
    /// Time one collective over a range of sizes, as nccl-tests does
    Collective(CollectiveArguments),
    /// Search parallelism plans: the best for every system, why, and what others lose
    Plan(PlanArguments),
    /// Vary what sources disagree on: every point at the ends of each range of the catalog
    Sensitivity(SensitivityArguments),
    /// Judge claims about machines, each by what its scenario shows
    Claims(ClaimsArguments),
    /// Hold the model against published measurements, row by row
    Validate(ValidateArguments),
    /// Fit the parameters of transport families again, to the shipped measurements or to yours
    Calibrate(CalibrateArguments),
    /// Solve any flows on any links
    Flows(FlowsArguments),
    /// Write the wiring of a system as DOT or JSON
    Export(ExportArguments),
    /// Write a commented scenario to start from
    New(NewArguments),
    /// List the built-in scenarios, models and systems
    List,
    /// Show the catalog: every value with unit, source and confidence
    Catalog(CatalogArguments),
    /// Print the JSON Schema of scenario files, or of results
    Schema(SchemaArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Print the man page
    Man(ManArguments),
}

/// Runs a command line, the first word being the program's name, and says how it went.
pub fn run_command_line(words: impl IntoIterator<Item = OsString>, output: &mut Output<'_>) -> ExitStatus {
    let done = parse(words, output).and_then(|command| match command {
        Some(command) => dispatch(command, output),
        None => Ok(()),
    });
    let flushed = |output: &mut Output<'_>| output.data.flush().map_err(Failure::from);
    match done.and_then(|()| flushed(output)) {
        Ok(()) => ExitStatus::SUCCESS,
        Err(failure) => {
            // When standard error is gone too, the exit code still tells.
            let _ = output.notes.write_all(failure.message(output.colour).as_bytes());
            failure.status()
        }
    }
}

fn dispatch(command: Command, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments, output),
        Command::Merge(arguments) => merge::run(&arguments, output),
        Command::Check(arguments) => check::run(&arguments, output),
        Command::Compare(arguments) => compare::run(&arguments, output),
        Command::Collective(arguments) => collective::run(&arguments, output),
        Command::Plan(arguments) => plan::run(&arguments, output),
        Command::Sensitivity(arguments) => sensitivity::run(&arguments, output),
        Command::Claims(arguments) => claims::run(&arguments, output),
        Command::Validate(arguments) => validate::run(&arguments, output),
        Command::Calibrate(arguments) => calibrate::run(&arguments, output),
        Command::Flows(arguments) => flows::run(&arguments, output),
        Command::Export(arguments) => export::run(&arguments, output),
        Command::New(arguments) => new::run(&arguments, output),
        Command::List => list::run(output),
        Command::Catalog(arguments) => catalog::run(&arguments, output),
        Command::Schema(arguments) => schema::run(&arguments, output),
        Command::Completions(arguments) => completions::run(&arguments, output),
        Command::Man(arguments) => man::run(&arguments, output),
    }
}

/// The command, or `None` when help or version was asked for and has been written.
fn parse(
    words: impl IntoIterator<Item = OsString>,
    output: &mut Output<'_>,
) -> Result<Option<Command>, Failure> {
    match Arguments::try_parse_from(words) {
        Ok(arguments) => Ok(Some(arguments.command)),
        Err(error) => refuse(&error, output).map(|()| None),
    }
}

/// The commands that exist.
pub(super) fn commands() -> clap::Command {
    Arguments::command()
}

/// Writes what the parser has to say: help and version are data, everything else is an error.
fn refuse(error: &clap::Error, output: &mut Output<'_>) -> Result<(), Failure> {
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Ok(write!(output.data, "{text}")?),
        _ if output.colour == Colour::On => Err(Failure::Parser(text.ansi().to_string())),
        _ => Err(Failure::Parser(text.to_string())),
    }
}
