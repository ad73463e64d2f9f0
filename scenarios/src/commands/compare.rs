//! `copperlight compare`: two scenarios, systems or files of results beside each other.

use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::{Progress, Visibility};
use super::scenario_arguments::load_one;
use crate::file::{Scenario, Workload};
use crate::report::compare::{
    CompareError, CompareReport, Compared, ComparedSource, compare_sides, csv, markdown, read_results, table,
};
use crate::report::{Per, json};
use crate::run::{MOST_HELD, run_scenario};
use clap::{Args, ValueEnum};
use copperlight_topologies::catalog;
use std::collections::BTreeSet;
use std::path::Path;

/// Arguments of `copperlight compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// A scenario, results.json, or a folder that holds one; SOURCE#SYSTEM is one system of it. With --scenario: a
    /// system of that, or a preset
    #[arg(value_name = "A")]
    a: String,
    /// What A is held against
    #[arg(value_name = "B")]
    b: String,
    /// The scenario, or its results, of which A and B are systems; of two presets, the scenario whose workload they run
    #[arg(long, value_name = "SOURCE")]
    scenario: Option<String>,
    /// At an equal number of what tokens per second are compared
    #[arg(long, value_enum, default_value = "chips")]
    equal: Equal,
    /// Set a value in every scenario that is run: `workload.micro_batch=2`, `sweep=[]`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    #[command(flatten)]
    engine: EngineArguments,
    /// How the comparison is written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// What two systems have equally much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Equal {
    /// Chips
    Chips,
    /// FLOP/s of the dense peak
    Flops,
    /// Published power of domains
    Power,
    /// Published price of domains
    Price,
}

impl Equal {
    const fn per(self) -> Per {
        match self {
            Self::Chips => Per::Chip,
            Self::Flops => Per::PeakFlop,
            Self::Power => Per::Watt,
            Self::Price => Per::Usd,
        }
    }
}

/// A source with what was said while it was made, and the system of each side.
struct Loaded {
    sources: Vec<ComparedSource>,
    systems: [Option<String>; 2],
    notes: Vec<String>,
}

/// Reads or runs both sides, and holds them beside each other.
pub(super) fn run(arguments: &CompareArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let loaded = load(arguments, output)?;
    let side = |index: usize| Compared {
        source: &loaded.sources[index.min(loaded.sources.len() - 1)],
        system: loaded.systems[index].as_deref(),
    };
    let report = compare_sides(&side(0), &side(1), arguments.equal.per())?;
    write(arguments.format, &report, output)?;
    output.data.flush()?;
    if !arguments.quiet {
        let mut seen = BTreeSet::new();
        for note in loaded.notes.iter().chain(&report.notes).filter(|note| seen.insert(note.as_str())) {
            writeln!(output.notes, "note: {note}")?;
        }
    }
    Ok(())
}

fn write(format: Format, report: &CompareReport, output: &mut Output<'_>) -> Result<(), Failure> {
    match format {
        Format::Table => table::write_table(output.data, report, output.page)?,
        Format::Markdown => markdown::write_markdown(output.data, report)?,
        Format::Csv => csv::write_csv(output.data, report)?,
        Format::Json => json::write_document(output.data, report)?,
    }
    Ok(())
}

/// A source before anything runs.
enum Source {
    Read(Box<ComparedSource>),
    ToRun(Box<Scenario>),
}

/// Reads and checks every source, and runs those that are scenarios.
fn load(arguments: &CompareArguments, output: &Output<'_>) -> Result<Loaded, Failure> {
    let Asked { names, systems, settings } = asked(arguments)?;
    let found: Vec<(String, Source)> =
        names.into_iter().map(|name| find(name, &settings)).collect::<Result<_, Failure>>()?;
    let mut loaded = Loaded { sources: Vec::new(), systems, notes: Vec::new() };
    for (name, source) in found {
        let source = match source {
            Source::Read(source) => *source,
            Source::ToRun(scenario) => simulate(arguments, (name, &scenario), (&mut loaded.notes, output))?,
        };
        loaded.sources.push(source);
    }
    Ok(loaded)
}

fn find(name: String, settings: &[String]) -> Result<(String, Source), Failure> {
    if is_results(&name) {
        let source = read_results(&name)?;
        return Ok((name, Source::Read(Box::new(source))));
    }
    let scenario = load_one(&name, settings)?;
    check_size(&name, &scenario)?;
    Ok((name, Source::ToRun(Box::new(scenario))))
}

/// What the words of a command line ask for.
struct Asked {
    /// The sources, each once.
    names: Vec<String>,
    /// The systems of both sides.
    systems: [Option<String>; 2],
    /// What is set in scenarios.
    settings: Vec<String>,
}

fn asked(arguments: &CompareArguments) -> Result<Asked, Failure> {
    let settings = arguments.settings.clone();
    let (a, b) = (&arguments.a, &arguments.b);
    if let Some(scenario) = &arguments.scenario {
        let systems = [Some(a.clone()), Some(b.clone())];
        let settings =
            if is_results(scenario) { settings } else { with_presets(scenario, [a, b], settings)? };
        return Ok(Asked { names: vec![scenario.clone()], systems, settings });
    }
    let ((a, of_a), (b, of_b)) = (split(a), split(b));
    let names = if a == b { vec![a] } else { vec![a, b] };
    Ok(Asked { names, systems: [of_a, of_b], settings })
}

/// `SOURCE#SYSTEM` in its parts; a file whose name has the sign stays whole.
fn split(argument: &str) -> (String, Option<String>) {
    match argument.rsplit_once('#') {
        Some((source, system)) if !Path::new(argument).exists() => {
            (source.to_owned(), Some(system.to_owned()))
        }
        _ => (argument.to_owned(), None),
    }
}

/// Whether a name is that of a file or a folder of results rather than of a scenario.
fn is_results(name: &str) -> bool {
    let path = Path::new(name);
    path.is_dir() || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"))
}

/// Puts two presets in place of the systems of a scenario that has neither.
fn with_presets(
    scenario: &str,
    names: [&String; 2],
    mut settings: Vec<String>,
) -> Result<Vec<String>, Failure> {
    let read = load_one(scenario, &settings)?;
    let known = |name: &String| read.systems.iter().any(|system| system.name == *name);
    let is_preset = |name: &String| catalog::systems().iter().any(|entry| entry.name() == name);
    if names.into_iter().any(known) || !names.into_iter().all(is_preset) {
        return Ok(settings);
    }
    let chips = read.systems.iter().find_map(|system| system.chips);
    let chips = chips.map_or_else(String::new, |chips| format!(", chips = {chips}"));
    let system = |name: &String| format!("{{ name = \"{name}\", preset = \"{name}\"{chips} }}");
    settings.push(format!("systems=[{}, {}]", system(names[0]), system(names[1])));
    Ok(settings)
}

fn check_size(name: &str, scenario: &Scenario) -> Result<(), CompareError> {
    let points = scenario.point_count();
    if points <= MOST_HELD {
        return Ok(());
    }
    Err(CompareError::TooManyPoints { source_name: name.to_owned(), points, most: MOST_HELD })
}

fn simulate(
    arguments: &CompareArguments,
    (name, scenario): (String, &Scenario),
    (notes, output): (&mut Vec<String>, &Output<'_>),
) -> Result<ComparedSource, Failure> {
    let drawn = output.on_terminal && !arguments.quiet;
    let visibility = if drawn { Visibility::Drawn } else { Visibility::Hidden };
    let options = arguments.engine.options();
    let report = Progress::during(&scenario.name, visibility, |tell| run_scenario(scenario, &options, tell))?;
    notes.extend(scenario.notes.iter().chain(&report.warnings).chain(&report.notes).cloned());
    Ok(ComparedSource { name, results: report.results, operation: operation(scenario) })
}

/// The one operation that all points of a scenario run.
fn operation(scenario: &Scenario) -> Option<String> {
    let operations: Option<BTreeSet<&'static str>> = scenario
        .points()
        .map(|point| match point.workload {
            Workload::Collective(spec) => Some(spec.operation.name()),
            Workload::Training(_) | Workload::Traffic(_) => None,
        })
        .collect();
    let operations = operations?;
    let only = operations.iter().next().filter(|_| operations.len() == 1)?;
    Some((*only).to_owned())
}
