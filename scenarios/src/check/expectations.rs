//! `[[expect]]` against results: a case for each expectation and each point that it selects.

use crate::file::{Claim, Expectation, Order, Scenario, Tolerance};
use crate::report::{
    Against, CheckCase, CheckedPoint, Finding, Metrics, PointResult, plain_percent, unit_of, with_unit,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Holds every expectation of a scenario against its results.
pub fn judge(scenario: &Scenario, results: &[PointResult]) -> Vec<CheckCase> {
    let points: Vec<Judged<'_>> = results.iter().map(|result| Judged { result }).collect();
    let of_one = |expectation: &Expectation| {
        let line = scenario.line_of(expectation);
        let cases = judge_one(expectation, &points);
        cases.into_iter().map(move |case| CheckCase { line, ..case }).collect::<Vec<_>>()
    };
    scenario.expectations.iter().flat_map(of_one).collect()
}

/// A result while it is judged.
struct Judged<'a> {
    result: &'a PointResult,
}

impl Judged<'_> {
    fn point(&self) -> CheckedPoint {
        CheckedPoint {
            system: self.result.system.clone(),
            chips: self.result.chips,
            point: self.result.point.clone(),
        }
    }

    /// The values of every key that is swept for all systems: points of several systems that share them are the same.
    fn shared(&self) -> Vec<(&str, String)> {
        let shared = self.result.point.iter().filter(|(key, _)| !key.starts_with("systems["));
        shared.map(|(key, value)| (key.as_str(), value.to_string())).collect()
    }

    /// Why there are no numbers, if so.
    fn obstacle(&self, metrics: &Metrics) -> Option<String> {
        let words = || self.point().words();
        match &metrics.error {
            Some(error) => Some(format!("{} failed: {error}", words())),
            None if !self.result.fits => Some(format!("{} does not fit in memory", words())),
            None => None,
        }
    }

    /// A metric, or why it cannot be had.
    fn number(&self, metric: &str) -> Result<f64, String> {
        let metrics = Metrics::of(self.result);
        if let Some(obstacle) = self.obstacle(&metrics) {
            return Err(obstacle);
        }
        metrics.number(metric).ok_or_else(|| {
            let words = self.point().words();
            match metrics.siblings(metric)[..] {
                [] => format!("{metric} is not known of {words}: it is null in the results"),
                ref there => format!("{metric} is not known of {words}; there are {}", there.join(", ")),
            }
        })
    }
}

fn judge_one(expectation: &Expectation, points: &[Judged<'_>]) -> Vec<CheckCase> {
    let claim = words(&expectation.claim);
    let case = |point, (held, findings)| CheckCase {
        against: Against::Expectation,
        line: None,
        claim: claim.clone(),
        message: expectation.message.clone(),
        point,
        held,
        findings,
    };
    let selected = points.iter().filter(|point| {
        expectation.selector.selects(&point.result.system, point.result.chips, &point.result.point)
    });
    let compared: Vec<&Judged<'_>> = selected.filter(|point| !is_other(&expectation.claim, point)).collect();
    if compared.is_empty() {
        // Each selected value exists, and yet no point has all of them.
        let problem = "no point has all that system, chips and point select".to_owned();
        return vec![case(None, (false, vec![missing("point", claim.clone(), problem)]))];
    }
    let others = others_of(&expectation.claim, points);
    let judged =
        |point: &&Judged<'_>| case(Some(point.point()), judge_at(&expectation.claim, point, &others));
    compared.iter().map(judged).collect()
}

/// Whether a point is of the system that others are compared with.
fn is_other(claim: &Claim, point: &Judged<'_>) -> bool {
    matches!(claim, Claim::Ordered { other, .. } if *other == point.result.system)
}

/// The points of a system that others are compared with, by what they share with them.
type Others<'a> = BTreeMap<Vec<(&'a str, String)>, Vec<&'a Judged<'a>>>;

fn others_of<'a>(claim: &Claim, points: &'a [Judged<'a>]) -> Others<'a> {
    let mut others = Others::new();
    for point in points.iter().filter(|point| is_other(claim, point)) {
        others.entry(point.shared()).or_default().push(point);
    }
    others
}

/// Whether the claim holds at a point, and what was compared.
fn judge_at(claim: &Claim, point: &Judged<'_>, others: &Others<'_>) -> (bool, Vec<Finding>) {
    match claim {
        Claim::Fits(expected) => judge_fit(*expected, point),
        Claim::Within { metric, min, max } => {
            let broken = |seen: f64| match (min, max) {
                (Some(min), _) if seen < *min => Some(*min),
                (_, Some(max)) if seen > *max => Some(*max),
                _ => None,
            };
            one(judge_number((metric, point), bounds(*min, *max, metric), broken))
        }
        Claim::Equal { metric, value, tolerance } => {
            let broken = |seen: f64| ((seen - value).abs() > tolerance.distance(*value)).then_some(*value);
            one(judge_number((metric, point), equal(*value, *tolerance, metric), broken))
        }
        Claim::Ordered { metric, order, other, by } => {
            let others = others.get(&point.shared()).into_iter().flatten();
            let findings: Vec<(bool, Finding)> =
                others.map(|other| judge_order((metric, point), (*order, *by), other)).collect();
            if findings.is_empty() {
                let problem = format!("{other} has no point with the same swept values");
                return one((false, missing(metric, words(claim), problem)));
            }
            (
                findings.iter().all(|(held, _)| *held),
                findings.into_iter().map(|(_, finding)| finding).collect(),
            )
        }
    }
}

fn one((held, finding): (bool, Finding)) -> (bool, Vec<Finding>) {
    (held, vec![finding])
}

fn missing(metric: &str, expected: String, problem: String) -> Finding {
    let (metric, problem) = (metric.to_owned(), Some(problem));
    Finding { metric, unit: None, expected, seen: Value::Null, off_by: None, problem }
}

fn judge_fit(expected: bool, point: &Judged<'_>) -> (bool, Vec<Finding>) {
    let metrics = Metrics::of(point.result);
    let failed = metrics.error.is_some();
    let fits = point.result.fits && !failed;
    let held = fits == expected;
    let problem = if held { None } else { point.obstacle(&metrics) };
    let finding = Finding {
        metric: "fits".to_owned(),
        unit: None,
        expected: expected.to_string(),
        seen: Value::Bool(fits),
        off_by: None,
        problem,
    };
    one((held, finding))
}

/// A number against a bound; `broken` says which bound a number breaks.
fn judge_number(
    (metric, point): (&str, &Judged<'_>),
    expected: String,
    broken: impl Fn(f64) -> Option<f64>,
) -> (bool, Finding) {
    match point.number(metric) {
        Err(problem) => (false, missing(metric, expected, problem)),
        Ok(seen) => {
            let bound = broken(seen);
            let off_by = bound.and_then(|bound| off(seen, bound));
            (bound.is_none(), found(metric, expected, (seen, off_by)))
        }
    }
}

fn judge_order(
    (metric, point): (&str, &Judged<'_>),
    (order, by): (Order, Option<f64>),
    other: &Judged<'_>,
) -> (bool, Finding) {
    let at = other.point().words();
    let expected = format!("{} that of {at}{}", order.word(), by_factor(by));
    let (seen, against) = match (point.number(metric), other.number(metric)) {
        (Err(problem), _) | (_, Err(problem)) => return (false, missing(metric, expected, problem)),
        (Ok(seen), Ok(against)) => (seen, against),
    };
    let (held, bound) = match (order, by) {
        (Order::Above, None) => (seen > against, against),
        (Order::Below, None) => (seen < against, against),
        (Order::Above, Some(by)) => (seen >= against * by, against * by),
        (Order::Below, Some(by)) => (seen <= against / by, against / by),
    };
    let against = with_unit(&against.to_string(), Some(unit_of(metric)));
    let expected = format!("{} {against} of {at}{}", order.word(), by_factor(by));
    let off_by = if held { None } else { off(seen, bound) };
    (held, found(metric, expected, (seen, off_by)))
}

fn found(metric: &str, expected: String, (seen, off_by): (f64, Option<f64>)) -> Finding {
    let (metric, unit) = (metric.to_owned(), Some(unit_of(metric)));
    Finding { metric, unit, expected, seen: seen.into(), off_by, problem: None }
}

/// The share by which a number is off a bound.
fn off(seen: f64, bound: f64) -> Option<f64> {
    (bound != 0.0).then(|| (seen - bound) / bound.abs())
}

/// The claim in words.
fn words(claim: &Claim) -> String {
    match claim {
        Claim::Fits(true) => "fits in memory".to_owned(),
        Claim::Fits(false) => "does not fit in memory".to_owned(),
        Claim::Within { metric, min, max } => format!("{metric} {}", bounds(*min, *max, metric)),
        Claim::Equal { metric, value, tolerance } => {
            format!("{metric} {}", equal(*value, *tolerance, metric))
        }
        Claim::Ordered { metric, order, other, by } => {
            format!("{metric} {} that of {other}{}", order.word(), by_factor(*by))
        }
    }
}

fn by_factor(by: Option<f64>) -> String {
    by.map_or(String::new(), |by| format!(" by a factor of {by}"))
}

fn bounds(min: Option<f64>, max: Option<f64>, metric: &str) -> String {
    let number = |value: f64| with_unit(&value.to_string(), Some(unit_of(metric)));
    match (min, max) {
        (Some(min), Some(max)) => format!("from {min} to {}", number(max)),
        (Some(min), None) => format!("at least {}", number(min)),
        (None, Some(max)) => format!("at most {}", number(max)),
        (None, None) => "any".to_owned(),
    }
}

fn equal(value: f64, tolerance: Tolerance, metric: &str) -> String {
    let number = |value: f64| with_unit(&value.to_string(), Some(unit_of(metric)));
    match tolerance {
        exact if exact == Tolerance::DEFAULT => format!("equal to {}", number(value)),
        Tolerance::Relative(share) => format!("equal to {} within {}", number(value), plain_percent(share)),
        Tolerance::Absolute(distance) => format!("equal to {} within {}", number(value), number(distance)),
    }
}
