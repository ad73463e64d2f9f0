//! Results against a baseline: a case for each point, with every metric that is off.

use super::baseline::{PinnedPoint, PinnedScenario, ResultBaseline, input_hash};
use super::tolerances::Tolerances;
use crate::file::Scenario;
use crate::report::{
    Against, CheckCase, CheckedPoint, Finding, Metrics, PointResult, ScenarioResults, plain_percent, unit_of,
    with_unit,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// A baseline and how strictly results are held against it.
#[derive(Debug, Clone)]
pub struct Comparing {
    /// The baseline.
    pub baseline: ResultBaseline,
    /// How far metrics may be off.
    pub tolerances: Tolerances,
    /// Whether digests must be equal too.
    pub digest: bool,
}

/// A tolerance below this is about the last digits, and says nothing to a reader.
const WORTH_SAYING: f64 = 1e-6;

/// What comparing one scenario has found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// One for each point, and one for the digest where it is compared.
    pub cases: Vec<CheckCase>,
    /// How many points are in both.
    pub common: usize,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

impl Comparing {
    /// Holds the results of a scenario against the baseline.
    pub fn compare(&self, scenario: &Scenario, results: &ScenarioResults) -> Compared {
        let Some(pinned) = self.baseline.scenarios.get(&results.scenario) else {
            let cases = results.results.iter().map(new_point).collect();
            return Compared { cases, ..Compared::default() };
        };
        let (mut cases, mut common, mut unpinned) = (Vec::new(), 0, Vec::new());
        let mut gone: BTreeMap<Place, &PinnedPoint> =
            pinned.points.iter().map(|point| (pinned_place(point), point)).collect();
        for result in &results.results {
            let place = place_of(&result.system, result.chips, &result.point);
            let Some(before) = gone.remove(&place) else {
                cases.push(new_point(result));
                continue;
            };
            common += 1;
            let metrics = Metrics::of(result);
            cases.push(case(point_of(result), self.differences(before, (result, &metrics))));
            let new = metrics.values().keys().filter(|metric| !before.metrics.contains_key(*metric));
            unpinned.extend(new.filter(|_| before.fits == result.fits).cloned());
        }
        cases.extend(
            pinned.points.iter().filter(|point| gone.contains_key(&pinned_place(point))).map(missing_point),
        );
        if self.digest {
            cases.push(digest(pinned, results));
        }
        let notes = self.notes(scenario, pinned, (unpinned, cases.iter().any(|case| !case.held)));
        Compared { cases, common, notes }
    }

    /// Every way in which a point is another than it was.
    fn differences(&self, before: &PinnedPoint, (result, metrics): (&PointResult, &Metrics)) -> Vec<Finding> {
        let failed = metrics.error.is_some();
        if failed != before.failed {
            let problem = match &metrics.error {
                Some(error) => format!("the point failed: {error}"),
                None => "the point failed in the baseline and does no more".to_owned(),
            };
            return vec![word("error", before.failed.to_string(), (failed.into(), Some(problem)))];
        }
        if result.fits != before.fits {
            let problem = match result.fits {
                true => "the point did not fit in memory in the baseline, and does now",
                false => "the point does not fit in memory, and did in the baseline",
            };
            let found = (result.fits.into(), Some(problem.to_owned()));
            return vec![word("fits", before.fits.to_string(), found)];
        }
        let of_one = |(metric, was): (&String, &Value)| self.difference((metric, was), metrics);
        before.metrics.iter().filter_map(of_one).collect()
    }

    /// How a metric differs from what it was, if it does.
    fn difference(&self, (metric, was): (&String, &Value), metrics: &Metrics) -> Option<Finding> {
        let (unit, unit_then) = (unit_of(metric), self.baseline.units.get(metric));
        let now = metrics.values().get(metric);
        let (Some(was), true) = (was.as_f64(), was.is_number()) else {
            let seen = now.cloned().unwrap_or(Value::Null);
            let expected = was.as_str().map_or_else(|| was.to_string(), str::to_owned);
            return (now != Some(was)).then(|| word(metric, expected, (seen, None)));
        };
        if let Some(then) = unit_then.filter(|then| *then != unit) {
            let problem = format!("{metric} was in `{then}` in the baseline, and is in `{unit}` now");
            return Some(word(metric, with_unit(&was.to_string(), Some(then)), (Value::Null, Some(problem))));
        }
        let share = self.tolerances.of(metric);
        let within =
            if share >= WORTH_SAYING { format!(" within {}", plain_percent(share)) } else { String::new() };
        let expected = format!("{}{within}", with_unit(&was.to_string(), Some(unit)));
        let Some(seen) = now.and_then(Value::as_f64) else {
            let problem = format!(
                "{metric} was {} in the baseline, and is not known now",
                with_unit(&was.to_string(), Some(unit))
            );
            return Some(word(metric, expected, (Value::Null, Some(problem))));
        };
        let off_by = (was != 0.0).then(|| (seen - was) / was.abs());
        let held = (seen - was).abs() <= share * was.abs();
        let (metric, seen) = (metric.clone(), now.cloned().unwrap_or(Value::Null));
        (!held).then_some(Finding { metric, unit: Some(unit), expected, seen, off_by, problem: None })
    }

    /// What a reader should know about a comparison.
    fn notes(
        &self,
        scenario: &Scenario,
        pinned: &PinnedScenario,
        (mut unpinned, failed): (Vec<String>, bool),
    ) -> Vec<String> {
        let mut notes = Vec::new();
        unpinned.sort_unstable();
        unpinned.dedup();
        if !unpinned.is_empty() {
            let names = unpinned.join(", ");
            notes.push(format!("{names}: not in the baseline and not compared; write it again to pin them"));
        }
        if failed && pinned.input != input_hash(scenario) {
            notes.push(
                "the scenario is not the one that the baseline was written for: its input hash differs"
                    .to_owned(),
            );
        }
        let version = env!("CARGO_PKG_VERSION");
        if failed && self.baseline.version != version {
            let then = &self.baseline.version;
            notes.push(format!("the baseline was written by version {then}, and this is {version}"));
        }
        notes
    }
}

/// What tells a point from all others.
type Place = (String, u64, String);

fn place_of(system: &str, chips: u64, point: &BTreeMap<String, Value>) -> Place {
    let values = serde_json::to_string(point).expect("swept values are JSON");
    (system.to_owned(), chips, values)
}

fn pinned_place(point: &PinnedPoint) -> Place {
    place_of(&point.system, point.chips, &point.point)
}

fn point_of(result: &PointResult) -> CheckedPoint {
    CheckedPoint { system: result.system.clone(), chips: result.chips, point: result.point.clone() }
}

fn case(point: CheckedPoint, findings: Vec<Finding>) -> CheckCase {
    CheckCase {
        against: Against::Baseline,
        line: None,
        claim: "as in the baseline".to_owned(),
        message: None,
        point: Some(point),
        held: findings.is_empty(),
        findings,
    }
}

fn word(metric: &str, expected: String, (seen, problem): (Value, Option<String>)) -> Finding {
    Finding { metric: metric.to_owned(), unit: None, expected, seen, off_by: None, problem }
}

fn new_point(result: &PointResult) -> CheckCase {
    let problem = "the point is not in the baseline; write it again to pin it".to_owned();
    case(point_of(result), vec![word("point", "absent".to_owned(), ("present".into(), Some(problem)))])
}

fn missing_point(point: &PinnedPoint) -> CheckCase {
    let problem = "the point is in the baseline, and the scenario has it no more".to_owned();
    let at = CheckedPoint { system: point.system.clone(), chips: point.chips, point: point.point.clone() };
    case(at, vec![word("point", "present".to_owned(), ("absent".into(), Some(problem)))])
}

/// Whether the results are the same to the bit.
fn digest(pinned: &PinnedScenario, results: &ScenarioResults) -> CheckCase {
    let held = pinned.digest == results.digest;
    let finding = word("digest", pinned.digest.clone(), (results.digest.as_str().into(), None));
    CheckCase {
        against: Against::Baseline,
        line: None,
        claim: "the digest is that of the baseline".to_owned(),
        message: None,
        point: None,
        held,
        findings: if held { Vec::new() } else { vec![finding] },
    }
}
