//! One piece of evidence, looked up in results, systems and the catalog.

use super::facts::{self, Fact};
use super::figures;
use super::report::ClaimEvidence;
use super::verdict::Standing;
use crate::file::{Divisor, Evidence, Figure, PointSelector, Scenario};
use crate::report::{PointResult, ScenarioResults};

/// A scenario and what its points have shown.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) results: &'a ScenarioResults,
}

/// Looks a piece up; a figure that cannot be had comes with the reason.
pub(super) fn look_up(evidence: &Evidence, seen: Seen<'_>) -> (ClaimEvidence, Option<String>) {
    let found = find(evidence, seen);
    let problem = found.as_ref().err().map(|reason| format!("{}: {reason}", evidence.name));
    let found = found.ok();
    let figure = found.as_ref().map(|found| found.figure * evidence.times);
    let simulated = matches!(evidence.figure, Figure::Metric { .. });
    let unit = evidence.unit.clone().or_else(|| found.as_ref().map(|found| found.unit.clone()));
    let piece = ClaimEvidence {
        metric: path_of(&evidence.figure),
        value: figure.map(|figure| figure.value),
        unit: unit.unwrap_or_else(|| "1".to_owned()),
        digest: simulated.then(|| seen.results.digest.clone()),
        name: evidence.name.clone(),
        scenario: seen.scenario.name.clone(),
        standing: Standing::of(evidence, figure),
        min: evidence.min,
        max: evidence.max,
        low: figure.map(|figure| figure.low),
        high: figure.map(|figure| figure.high),
        source: found.map(|found| found.source).filter(|_| !simulated),
    };
    (piece, problem)
}

/// Where the figure stands, as a path.
fn path_of(figure: &Figure) -> String {
    match figure {
        Figure::Metric { metric, .. } => metric.clone(),
        Figure::Fact { key, .. } => key.clone(),
        Figure::Catalog(path) => path.path(),
    }
}

fn find(evidence: &Evidence, seen: Seen<'_>) -> Result<Fact, String> {
    let first = figure(&evidence.figure, seen)?;
    let Some(over) = &evidence.over else { return Ok(first) };
    let second = figure(&divisor(&evidence.figure, over), seen)?;
    first.over(&second, evidence.paired).ok_or_else(|| "the two figures have no ratio".to_owned())
}

/// The figure that another one is divided by.
fn divisor(figure: &Figure, over: &Divisor) -> Figure {
    match (figure, over) {
        (Figure::Metric { metric, .. }, Divisor::Point(point)) => {
            Figure::Metric { metric: metric.clone(), point: point.clone() }
        }
        (Figure::Fact { key, .. }, Divisor::System(system)) => {
            Figure::Fact { key: key.clone(), system: system.clone() }
        }
        (_, Divisor::Catalog(path)) => Figure::Catalog(path.clone()),
        (other, _) => unreachable!("a divisor is read for its figure, and this one is none of {other:?}"),
    }
}

fn figure(figure: &Figure, seen: Seen<'_>) -> Result<Fact, String> {
    match figure {
        Figure::Metric { metric, point } => {
            let result = selected(point, seen)?;
            let figure = figures::metric(result, metric).ok_or_else(|| reason(result, metric))?;
            Ok(Fact { figure, unit: figures::unit(metric).to_owned(), source: String::new() })
        }
        Figure::Fact { key, system } => {
            let entry = seen.scenario.systems.iter().find(|entry| entry.name == *system);
            let found = entry.and_then(|entry| facts::of_system(&entry.system, key));
            found.ok_or_else(|| format!("{key} is not known of {system}"))
        }
        Figure::Catalog(path) => {
            facts::of_catalog(path).ok_or_else(|| format!("the catalog has no {}", path.path()))
        }
    }
}

/// The one point that a selector means.
fn selected<'a>(point: &PointSelector, seen: Seen<'a>) -> Result<&'a PointResult, String> {
    let mut meant = seen
        .results
        .results
        .iter()
        .filter(|result| point.selects(&result.system, result.chips, &result.point));
    match (meant.next(), meant.count()) {
        (Some(result), 0) => Ok(result),
        (None, _) => Err("the scenario has no such point".to_owned()),
        (Some(_), more) => Err(format!("{} points are meant; name system, chips and point", more + 1)),
    }
}

/// Why a point has no such metric.
fn reason(result: &PointResult, metric: &str) -> String {
    let of = format!("{} on {} chips", result.system, result.chips);
    match &result.error {
        Some(error) => format!("{of} failed: {error}"),
        None if !result.fits => format!("{of} does not fit in memory"),
        None => format!("{metric} is not known of {of}"),
    }
}
