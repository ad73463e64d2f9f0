//! Two sides to a document: points are matched, each pair is held beside each other, and what differs is said.

use super::super::comparison::Per;
use super::super::number::rounded;
use super::super::results::{PointResult, SCHEMA};
use super::document::{CompareReport, ComparedSide, Place};
use super::error::CompareError;
use super::matching::{Meetings, meetings};
use super::place::side;
use super::side::{Compared, Kind};
use super::{answer, ledger, step, timed};

/// Model FLOPs of a token that differ by more than this, relatively, are those of different models.
const SAME_MODEL: f64 = 1e-3;

/// Holds two sides beside each other, with rates counted per what is asked for.
///
/// # Errors
/// [`CompareError`] where a system is unknown, they run different kinds of workloads, or no points meet.
pub fn compare_sides(a: &Compared<'_>, b: &Compared<'_>, per: Per) -> Result<CompareReport, CompareError> {
    a.check_system()?;
    b.check_system()?;
    let kind = kind(a, b)?;
    let Meetings { pairs, only_a, only_b } = meetings(a, b, kind)?;
    let several = a.systems().len() > 1 || b.systems().len() > 1;
    let place = |(one, other): (&PointResult, &PointResult)| {
        Place::of(one, other, several.then(|| one.system.clone()))
    };
    let names = names(a, b);
    let shown = names.each_ref().map(String::as_str);
    let train = kind == Kind::Training;
    let step = |pair: &(_, _)| step::compared([pair.0, pair.1], place(*pair), per, shown);
    let timed = |pair: &(_, _)| timed::compared([pair.0, pair.1], place(*pair));
    let sizes = if train { Vec::new() } else { pairs.iter().filter_map(timed).collect() };
    let mut report = CompareReport {
        schema: SCHEMA,
        equal: per,
        a: described(a, &names[0]),
        b: described(b, &names[1]),
        answer: String::new(),
        steps: if train { pairs.iter().map(step).collect() } else { Vec::new() },
        crossovers: timed::crossovers(&sizes, shown),
        sizes,
        only_a: only_a.into_iter().map(side).collect(),
        only_b: only_b.into_iter().map(side).collect(),
        notes: notes(a, b, &pairs),
    };
    report.answer = answer::answer(&report);
    report.notes.extend(answer::unmatched(&report));
    Ok(report)
}

/// What both run.
fn kind(a: &Compared<'_>, b: &Compared<'_>) -> Result<Kind, CompareError> {
    let other = |a_runs: &str, b_runs: &str| CompareError::OtherKind {
        a: a.words(),
        a_runs: a_runs.to_owned(),
        b: b.words(),
        b_runs: b_runs.to_owned(),
    };
    let (ours, theirs) = (a.kind(), b.kind());
    if ours != theirs {
        return Err(other(ours.words(), theirs.words()));
    }
    match (&a.source.operation, &b.source.operation) {
        (Some(ours), Some(theirs)) if ours != theirs => Err(other(ours, theirs)),
        _ => Ok(ours),
    }
}

/// What tables and sentences call the sides: their systems where these differ, else their sources.
fn names(a: &Compared<'_>, b: &Compared<'_>) -> [String; 2] {
    let one_each = (a.systems(), b.systems());
    if let ([ours], [theirs]) = (one_each.0.as_slice(), one_each.1.as_slice())
        && ours != theirs
    {
        return [(*ours).to_owned(), (*theirs).to_owned()];
    }
    if a.source.name != b.source.name {
        return [a, b].map(|one| one.source.name.trim_end_matches("/results.json").to_owned());
    }
    ["A", "B"].map(str::to_owned)
}

fn described(of: &Compared<'_>, name: &str) -> ComparedSide {
    let results = &of.source.results;
    ComparedSide {
        name: name.to_owned(),
        source: of.words(),
        scenario: results.scenario.clone(),
        version: results.version.clone(),
        digest: results.digest.clone(),
        systems: of.systems().into_iter().map(str::to_owned).collect(),
    }
}

/// What makes a comparison less than it seems.
fn notes(a: &Compared<'_>, b: &Compared<'_>, pairs: &[(&PointResult, &PointResult)]) -> Vec<String> {
    let mut notes = Vec::new();
    let (ours, theirs) = (&a.source.results, &b.source.results);
    if ours.fidelity != theirs.fidelity {
        let (a, b) = (a.words(), b.words());
        notes.push(format!(
            "{a} is of fidelity {}, and {b} of {}: part of the difference is that of the models",
            ours.fidelity, theirs.fidelity
        ));
    }
    if !ours.version.is_empty() && !theirs.version.is_empty() && ours.version != theirs.version {
        notes.push(format!(
            "the results were made by versions {} and {}: part of the difference may be theirs",
            ours.version, theirs.version
        ));
    }
    let models = pairs.iter().find_map(|(a, b)| other_value([a, b], flops_of_token, SAME_MODEL));
    notes.extend(models.map(|[a, b]| {
        format!(
            "a token takes {a} model GFLOP on the first side and {b} on the second: models or lengths of sequences \
             differ, so that a token is not the same work"
        )
    }));
    let batches = pairs.iter().find_map(|(a, b)| other_value([a, b], ledger::tokens_of_step, 1e-9));
    notes.extend(batches.map(|[a, b]| {
        format!("a step has {a} tokens on the first side and {b} on the second: times are compared per token")
    }));
    notes
}

/// A figure of both points where they differ.
fn other_value(
    points: [&PointResult; 2],
    value: impl Fn(&PointResult) -> Option<f64>,
    same: f64,
) -> Option<[String; 2]> {
    let [a, b] = [value(points[0])?, value(points[1])?];
    ((a / b - 1.0).abs() > same).then(|| [rounded(a), rounded(b)])
}

/// Model GFLOP of a token.
fn flops_of_token(point: &PointResult) -> Option<f64> {
    Some(point.model_tflops_per_chip? * 1e3 / point.tokens_per_second_per_chip?)
}
