//! From text to a checked scenario.

use super::document::{Node, Table, Value};
use super::error::{LocatedError, ScenarioError, ScenarioErrors};
use super::findings::Findings;
use super::points::Declared;
use super::scenario::{Point, Scenario, Sweep, SystemEntry, Workload};
use super::section::Section;
use super::source::SourceText;
use super::sweep::SweepPlan;
use super::{document, expectation, header, points, report, resolved, settings, sweep, systems};
use crate::report::CurveKind;
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
    let scenario = check_document(&document, &findings);
    match scenario {
        Some(scenario) if !findings.any() => Ok(scenario),
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

fn check_document(document: &Table, findings: &Findings) -> Option<Scenario> {
    let root = Section::new(document, "", None, findings);
    let header = header::read(&root);
    let sweeps = sweep::read(&root);
    let declared = systems::declared(&root);
    let names = systems::names(&declared, findings);
    sweep::check_systems(&sweeps, declared.len(), findings);
    let workload = find_workload(&root);
    let expectations = expectation::read(&root, &names);
    let declared = workload.map(|workload| Declared { systems: declared, workload, sweeps: &sweeps });
    let mut points = declared.as_ref().map_or_else(Vec::new, |declared| points::make(declared, findings));
    let report = report::read(&root, default_curves(&points));
    root.finish();
    let declared = declared?;
    let header = header?;
    if findings.any() {
        return None;
    }
    points.iter_mut().for_each(|point| set_draw_seed(point, header.seed));
    Some(Scenario {
        name: header.name,
        question: header.question,
        fidelity: header.fidelity,
        seed: header.seed,
        systems: entries(&declared, &points),
        resolved: resolved::write(document, findings),
        sweeps: sweeps.iter().map(declared_sweep).collect(),
        points,
        expectations,
        report,
    })
}

/// Draws of a point are those of the scenario's seed, unless it states one of its own.
fn set_draw_seed(point: &mut Point, seed: u64) {
    point.system.set_draw_seed(seed);
    if let Workload::Traffic(traffic) = &mut point.workload {
        traffic.seed.get_or_insert(seed);
    }
}

/// Every figure for training, the one of collectives for collectives, that of links for traffic.
fn default_curves(points: &[Point]) -> &'static [CurveKind] {
    let all = |is_one: fn(&Workload) -> bool| points.iter().all(|point| is_one(&point.workload));
    if all(|workload| matches!(workload, Workload::Collective(_))) {
        &[CurveKind::Busbw]
    } else if all(|workload| matches!(workload, Workload::Traffic(_))) {
        &[CurveKind::LinkUtilization]
    } else {
        &CurveKind::ALL
    }
}

fn find_workload<'a>(root: &Section<'a>) -> Option<&'a Node> {
    let Some(entry) = root.entry("workload") else {
        root.missing("workload", "[workload] with kind = \"training\"");
        return None;
    };
    root.section("workload")?;
    Some(&entry.node)
}

/// The systems as the first point of each has them, with the chips that the file states.
fn entries(declared: &Declared<'_>, points: &[Point]) -> Vec<SystemEntry> {
    let stated = |node: &Node| match node.as_table()?.get("chips")?.node.value {
        Value::Integer(chips) => usize::try_from(chips).ok(),
        _ => None,
    };
    let entry = |(index, node): (usize, &&Node)| {
        let point = points.iter().find(|point| point.system_index == index)?;
        Some(SystemEntry {
            name: point.system_name.clone(),
            system: point.system.clone(),
            chips: stated(node),
        })
    };
    declared.systems.iter().enumerate().filter_map(entry).collect()
}

fn declared_sweep(sweep: &SweepPlan) -> Sweep {
    Sweep { parameter: sweep.parameter.clone(), values: sweep.values.iter().map(Node::to_toml).collect() }
}
