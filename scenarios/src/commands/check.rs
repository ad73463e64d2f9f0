//! `copperlight check`: scenarios held against their expectations and a baseline.

use super::check_files::{self, BaselineArguments};
use super::engine_arguments::EngineArguments;
use super::failure::Failure;
use super::finished::check_finished;
use super::output::Output;
use super::progress::{Progress, Visibility};
use super::scenario_arguments::ScenarioArguments;
use crate::check::{Comparing, judge};
use crate::file::{Scenario, library_scenario};
use crate::report::{
    Against, CheckCase, CheckReport, CheckedScenario, Finding, ScenarioReport, check_github, check_table,
    json,
};
use crate::run::{RunError, run_scenario};
use clap::{Args, ValueEnum};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::path::{MAIN_SEPARATOR_STR, PathBuf};

/// Arguments of `copperlight check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    scenarios: ScenarioArguments,
    #[command(flatten)]
    baseline: BaselineArguments,
    /// Write what was held as JUnit XML, for GitLab and Jenkins
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write what failed as annotations of GitHub Actions
    #[arg(long)]
    github: bool,
    #[command(flatten)]
    engine: EngineArguments,
    /// How what was found is written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: CheckFormat,
    /// No notes and no progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// More notes on a scenario of which everything held are counted, not shown.
const MOST_NOTES: usize = 3;

/// How what was found is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// What failed, for people
    Table,
    /// One JSON document with every case
    Json,
    /// A table for the summary of a pipeline's run
    Markdown,
}

/// What running and judging every scenario has left.
struct Checked {
    scenarios: Vec<CheckedScenario>,
    /// The reports of those that ran.
    shown: Vec<(usize, ScenarioReport)>,
    /// How many points the baseline and the results share.
    common: usize,
    /// Why the first of those that did not run did not.
    stopped: Option<RunError>,
}

/// Runs every scenario and judges it; all that can be wrong with the input is found before the first one runs.
pub(super) fn run(arguments: &CheckArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let scenarios = arguments.scenarios.load()?;
    let unmatched: Vec<_> = scenarios.iter().filter_map(|one| one.check_expectations().err()).collect();
    if !unmatched.is_empty() {
        return Err(Failure::Scenario(unmatched));
    }
    check_names(&scenarios)?;
    let comparing = arguments.baseline.read(&scenarios)?;
    check_purpose(arguments, &scenarios, comparing.as_ref())?;
    arguments.junit.iter().try_for_each(|path| check_files::check_junit(path))?;
    let checked = check_all(arguments, (&scenarios, comparing.as_ref()), output);
    if let (Some(comparing), None, 0) = (&comparing, &checked.stopped, checked.common) {
        return Err(check_files::nothing_in_common(&arguments.baseline, comparing, &scenarios));
    }
    let report = CheckReport::of(checked.scenarios);
    write(arguments, &report, output)?;
    let shown: Vec<_> = checked.shown.iter().map(|(index, report)| (&scenarios[*index], report)).collect();
    if !arguments.quiet {
        write_notes(&report, &shown, output)?;
    }
    if let Some(path) = &arguments.junit {
        check_files::write_junit(path, &report)?;
    }
    if let Some(stopped) = checked.stopped {
        return Err(stopped.into());
    }
    let results = shown.iter().map(|(scenario, report)| (*scenario, &report.results));
    if let Some(path) = arguments.baseline.write(results, comparing.as_ref())?
        && !arguments.quiet
    {
        writeln!(output.notes, "wrote {}", path.display())?;
    }
    match report.failed {
        0 => shown.iter().try_for_each(|(_, report)| check_finished(report)),
        failed => Err(Failure::CheckFailed { failed, all: report.held + failed }),
    }
}

/// Baselines and suites know scenarios by name.
fn check_names(scenarios: &[Scenario]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    match scenarios.iter().find(|scenario| !seen.insert(&scenario.name)) {
        None => Ok(()),
        Some(again) => {
            let name = &again.name;
            let sentence =
                format!("two scenarios are named `{name}`, and results are told apart by it; rename one");
            Err(Failure::Usage(sentence))
        }
    }
}

/// Refuses a scenario of which nothing would be checked.
fn check_purpose(
    arguments: &CheckArguments,
    scenarios: &[Scenario],
    comparing: Option<&Comparing>,
) -> Result<(), Failure> {
    let pinned = |scenario: &Scenario| comparing.is_some_and(|one| one.baseline.has(&scenario.name));
    let idle = |scenario: &&Scenario| scenario.expectations.is_empty() && !pinned(scenario);
    match scenarios.iter().find(idle) {
        Some(idle) if !arguments.baseline.is_written() => {
            let (name, baseline) =
                (&idle.name, comparing.map_or("", |_| ", and the baseline does not name it"));
            let sentence = format!(
                "nothing would be checked of `{name}`: it has no [[expect]]{baseline}; add one, or pin its results with \
                 --write-baseline FILE and give --baseline FILE from then on"
            );
            Err(Failure::Usage(sentence))
        }
        _ => Ok(()),
    }
}

fn check_all(
    arguments: &CheckArguments,
    (scenarios, comparing): (&[Scenario], Option<&Comparing>),
    output: &Output<'_>,
) -> Checked {
    let visibility =
        if output.on_terminal && !arguments.quiet { Visibility::Drawn } else { Visibility::Hidden };
    let options = arguments.engine.options();
    let mut checked = Checked { scenarios: Vec::new(), shown: Vec::new(), common: 0, stopped: None };
    for (index, (scenario, argument)) in scenarios.iter().zip(&arguments.scenarios.scenarios).enumerate() {
        let file = file_of(argument);
        match Progress::during(&scenario.name, visibility, |tell| run_scenario(scenario, &options, tell)) {
            Ok(report) => {
                let (held, common) = hold((scenario, file), &report, comparing);
                checked.scenarios.push(held);
                checked.common += common;
                checked.shown.push((index, report));
            }
            Err(error) => {
                checked.scenarios.push(not_run((scenario, file), &error));
                checked.stopped.get_or_insert(error);
            }
        }
    }
    checked
}

/// Everything that one scenario is held against, and how many points of it a baseline has.
fn hold(
    (scenario, file): (&Scenario, Option<String>),
    report: &ScenarioReport,
    comparing: Option<&Comparing>,
) -> (CheckedScenario, usize) {
    let mut cases = judge(scenario, &report.results.results);
    let compared =
        comparing.map(|comparing| comparing.compare(scenario, &report.results)).unwrap_or_default();
    cases.extend(compared.cases);
    let digest = Some(report.results.digest.clone());
    let scenario = scenario.name.clone();
    (CheckedScenario { scenario, file, digest, cases, notes: compared.notes }, compared.common)
}

/// A scenario of which nothing is known.
fn not_run((scenario, file): (&Scenario, Option<String>), error: &RunError) -> CheckedScenario {
    let finding = Finding {
        metric: "run".to_owned(),
        unit: None,
        expected: "results".to_owned(),
        seen: Value::Null,
        off_by: None,
        problem: Some(error.to_string()),
    };
    let case = CheckCase {
        against: Against::Run,
        line: None,
        claim: "the scenario runs".to_owned(),
        message: None,
        point: None,
        held: false,
        findings: vec![finding],
    };
    CheckedScenario { scenario: scenario.name.clone(), file, cases: vec![case], ..CheckedScenario::default() }
}

/// The file of a scenario, with the separators that services of pipelines know.
fn file_of(argument: &str) -> Option<String> {
    let is_file = argument != "-" && library_scenario(argument).is_none();
    is_file.then(|| argument.replace(MAIN_SEPARATOR_STR, "/"))
}

/// Writes what was found. Annotations stand below the table, and on the other stream beside JSON and Markdown,
/// which go to a file of their own.
fn write(arguments: &CheckArguments, report: &CheckReport, output: &mut Output<'_>) -> io::Result<()> {
    match arguments.format {
        CheckFormat::Table => check_table::write_table(output.data, report)?,
        CheckFormat::Markdown => check_table::write_markdown(output.data, report)?,
        CheckFormat::Json => json::write_document(output.data, report)?,
    }
    if arguments.github {
        let is_table = arguments.format == CheckFormat::Table;
        let out: &mut dyn io::Write = if is_table { output.data } else { output.notes };
        check_github::write_annotations(out, report)?;
    }
    output.data.flush()
}

fn write_notes(
    report: &CheckReport,
    shown: &[(&Scenario, &ScenarioReport)],
    output: &mut Output<'_>,
) -> io::Result<()> {
    for (scenario, ran) in shown {
        let failed = report.scenarios.iter().find(|one| one.scenario == scenario.name);
        if failed.is_some_and(|one| one.failed().next().is_none()) && ran.notes.len() > MOST_NOTES {
            let (name, count) = (&scenario.name, ran.notes.len());
            writeln!(
                output.notes,
                "note: {name}: {count} notes on single points; `copperlight run` shows them"
            )?;
            continue;
        }
        for note in &ran.notes {
            writeln!(output.notes, "note: {}: {note}", scenario.name)?;
        }
    }
    for scenario in &report.scenarios {
        for note in &scenario.notes {
            writeln!(output.notes, "note: {}: {note}", scenario.scenario)?;
        }
    }
    Ok(())
}
