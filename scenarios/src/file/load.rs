//! From text to a checked scenario.

use super::document::{Node, Table, Value};
use super::error::{LocatedError, ScenarioError, ScenarioErrors, shown};
use super::expectation::Expectations;
use super::expectation_selector::Selectable;
use super::findings::{Findings, IdleKey};
use super::limits::MOST_POINTS;
use super::points::{Declared, Points};
use super::scenario::{Fidelity, Scenario, Sweep};
use super::section::Section;
use super::seeds::{Seeds, scenario_hash};
use super::source::SourceText;
use super::survey::Survey;
use super::sweep::SweepPlan;
use super::{
    claim, document, expectation, header, invisible, report, resolved, root, settings, survey, sweep, systems,
};
use crate::report::{CurveKind, ResultKind};
use std::sync::Arc;
use toml::de::DeTable;

/// Finds and checks a scenario as a command line names it: a library name or a path.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn load(argument: &str, settings: &[String]) -> Result<Scenario, ScenarioErrors> {
    match SourceText::find(argument) {
        Ok(source) => check(source, settings),
        Err(error) => Err(ScenarioErrors::whole(argument, error)),
    }
}

/// Checks a scenario after putting `settings`, each `PATH=VALUE`, into it.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn check(source: SourceText, settings: &[String]) -> Result<Scenario, ScenarioErrors> {
    let (sources, document) = read_document(source, settings)?;
    let findings = Findings::of(&sources[0].name);
    let scenario = check_document(&document, &sources, &findings);
    match scenario {
        Some(scenario) if !findings.any() => Ok(Scenario { notes: notes(&sources, &findings), ..scenario }),
        _ => Err(ScenarioErrors { sources, errors: findings.into_errors() }),
    }
}

/// Parses the text and puts the settings in.
fn read_document(
    source: SourceText,
    settings: &[String],
) -> Result<(Vec<SourceText>, Table), ScenarioErrors> {
    let mut document = parse(&source)?;
    let sources = settings::apply_all(&mut document, source, settings)?;
    Ok((sources, document))
}

/// Parses the first text of a scenario.
pub(super) fn parse(source: &SourceText) -> Result<Table, ScenarioErrors> {
    match DeTable::parse(&source.text) {
        Ok(parsed) => Ok(Table::from_parsed(parsed.get_ref(), 0, 0)),
        Err(error) => Err(syntax_error(source.clone(), &error)),
    }
}

fn syntax_error(source: SourceText, error: &toml::de::Error) -> ScenarioErrors {
    let length = source.text.len();
    let span = error.span().unwrap_or(0..length.min(1));
    let place = document::Place { source: 0, start: span.start.min(length), end: span.end.min(length) };
    let message = error.message().replace('\n', "; ");
    let error = ScenarioError::Syntax { message };
    ScenarioErrors { sources: vec![source], errors: vec![LocatedError { place: Some(place), error }] }
}

fn check_document(document: &Table, sources: &[SourceText], findings: &Findings) -> Option<Scenario> {
    invisible::refuse(document, findings);
    let root = Section::new(document, "", None, findings);
    root.describe(&root::KEYS);
    let header = header::read(&root);
    let sweeps = sweep::read(&root);
    let declared = systems::declared(&root);
    let names = systems::names(&declared, findings);
    sweep::check_systems(&sweeps, declared.len(), findings);
    sweep::check_plans(&sweeps, &declared, &names, findings);
    let workload = find_workload(&root);
    let selectable =
        Selectable { names: &names, systems: &declared, sweeps: &sweeps, kind: kind_of(workload) };
    let Expectations { list: expectations, unmatched } = expectation::read(&root, &selectable);
    // A setting may take the points of an expectation away, which then only a check misses.
    if sources.len() == 1 {
        unmatched.iter().for_each(|(_, LocatedError { place, error })| findings.error(*place, error.clone()));
    }
    let claim = claim::read(&root, &selectable, sources.len() > 1);
    let header_node = root.entry("scenario").map(|entry| &entry.node);
    let stated = header.as_ref().map(|header| (header.fidelity, header.seed));
    let points = workload.zip(header_node).map(|(workload, header)| {
        let stated = stated.unwrap_or((Fidelity::Flow, 1));
        Points::new(&Declared { systems: declared, workload, header, stated, sweeps: &sweeps }, findings)
    });
    let points = points.filter(|points| few_enough(points, findings));
    let survey = points.as_ref().map(|points| survey::survey(points, findings)).unwrap_or_default();
    let report = report::read(&root, &all_curves(&survey));
    root.finish();
    let (header, points) = (header?, points?);
    if findings.any() {
        return None;
    }
    let resolved = resolved::write(&without_judgement(document, &unmatched), findings);
    let hash = scenario_hash(&resolved, &findings.files());
    let points = points.seeded(Seeds::of(&sweeps, hash));
    Some(Scenario {
        name: header.name,
        question: header.question,
        fidelity: header.fidelity,
        seed: header.seed,
        systems: survey.entries(&points),
        resolved,
        sweeps: sweeps.iter().map(declared_sweep).collect(),
        defaults: findings.defaults(),
        expectations,
        claim,
        unmatched_expectations: unmatched.into_iter().map(|(_, error)| error).collect(),
        sources: sources.to_vec(),
        report,
        notes: Vec::new(),
        hash,
        survey,
        points: Arc::new(points),
    })
}

/// What the workload says that it is.
fn kind_of(workload: Option<&Node>) -> Option<ResultKind> {
    match &workload?.as_table()?.get("kind")?.node.value {
        Value::Text(kind) => ResultKind::named(kind),
        _ => None,
    }
}

/// The document without the expectations of these indices, so that what is resolved can be read again, and without its
/// claim, which is about the scenario as it was written.
fn without_judgement(document: &Table, left_out: &[(usize, LocatedError)]) -> Table {
    let mut document = document.clone();
    document.entries.retain(|entry| entry.key != "claim");
    if let Some(Value::Array(all)) = document.get_mut("expect").map(|entry| &mut entry.node.value) {
        let mut index = 0..;
        all.retain(|_| index.next().is_some_and(|index| left_out.iter().all(|(other, _)| *other != index)));
    }
    document
}

/// The keys that change nothing, with file and line.
fn notes(sources: &[SourceText], findings: &Findings) -> Vec<String> {
    let note = |idle: IdleKey| {
        let place = idle.place.map_or(String::new(), |place| {
            let source = &sources[place.source];
            format!("{}:{}: ", source.name, source.line_of(place.start))
        });
        shown(&format!("{place}`{}` has no effect, because {}", idle.written, idle.reason))
    };
    findings.idle().into_iter().map(note).collect()
}

/// Whether so many points can be run.
fn few_enough(points: &Points, findings: &Findings) -> bool {
    let count = points.combinations().count();
    if count > MOST_POINTS {
        let place = points.sweeps().first().map(|sweep| sweep.place);
        findings.error(place, ScenarioError::TooManyPoints { points: count, limit: MOST_POINTS });
    }
    count <= MOST_POINTS
}

/// The figures that points can have data for. What links carry during a collective is no step of training.
fn all_curves(survey: &Survey) -> Vec<CurveKind> {
    let is_drawn = |curve: &CurveKind| *curve != CurveKind::LinkUtilization || !survey.only_collectives();
    CurveKind::ALL.into_iter().filter(is_drawn).collect()
}

fn find_workload<'a>(root: &Section<'a>) -> Option<&'a Node> {
    let Some(entry) = root.entry("workload") else {
        root.missing("workload", "[workload] with kind = \"training\"");
        return None;
    };
    root.section("workload")?;
    Some(&entry.node)
}

fn declared_sweep(sweep: &SweepPlan) -> Sweep {
    Sweep { parameter: sweep.parameter.clone(), values: sweep.values.iter().map(Node::to_toml).collect() }
}
