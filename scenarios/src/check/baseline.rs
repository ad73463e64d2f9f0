//! The file of a baseline: what every point of some scenarios has shown, and how far it may be off.
//!
//! People edit `tolerance` and `tolerances`, and review the rest in a diff: keys and points have a fixed order, every
//! number stands on a line of its own, and what is written again differs only where results do.

use super::tolerances::Tolerances;
use crate::file::{Scenario, suggestion};
use crate::report::{Metrics, PointResult, ScenarioResults, unit_of, write_whole};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use thiserror::Error;

/// The version of the layout.
const SCHEMA: u32 = 1;

/// What tells this file from others.
const KIND: &str = "copperlight check";

/// What `--write-baseline` is good for, at the end of messages.
const REMEDY: &str = "write one with `copperlight check SCENARIO --write-baseline FILE`";

/// What scenarios have shown at some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultBaseline {
    kind: String,
    schema: u32,
    /// The version of the program that has written it.
    pub(super) version: String,
    /// The relative tolerance of metrics that `tolerances` does not name.
    tolerance: f64,
    /// Those of metrics, and of tables of metrics such as `breakdown_s`.
    tolerances: BTreeMap<String, f64>,
    /// The unit of each metric.
    pub(super) units: BTreeMap<String, String>,
    /// By the scenario's name.
    pub(super) scenarios: BTreeMap<String, PinnedScenario>,
}

/// What one scenario has shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinnedScenario {
    /// A hash of what the scenario asks to be simulated.
    pub(super) input: String,
    /// The digest of its results.
    pub(super) digest: String,
    pub(super) points: Vec<PinnedPoint>,
}

/// What one point has shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PinnedPoint {
    pub(super) system: String,
    pub(super) chips: u64,
    pub(super) point: BTreeMap<String, Value>,
    pub(super) fits: bool,
    /// Whether it failed; why may be said otherwise by another version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) failed: bool,
    /// Numbers, and words such as the algorithm that ran.
    pub(super) metrics: BTreeMap<String, Value>,
}

/// Why there is no baseline to hold results against, or none could be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResultBaselineError {
    /// The file cannot be read.
    #[error("{path}: the baseline cannot be read: {reason}; {REMEDY}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is no baseline.
    #[error("{path}: this is no baseline of check: {problem}; {REMEDY}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file is of another version.
    #[error("{path}: the baseline has schema {found}, and this program reads {SCHEMA}; {REMEDY}")]
    Schema {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
    },
    /// A tolerance that would be of no effect.
    #[error("{path}: no metric is named `{metric}`; {remedy}")]
    UnknownMetric {
        /// The file, or the flag.
        path: String,
        /// The name.
        metric: String,
        /// What to do.
        remedy: String,
    },
    /// A tolerance that is no share.
    #[error("{path}: the tolerance of `{metric}` is {share}; write a number of at least 0, such as 0.02")]
    BadTolerance {
        /// The file.
        path: String,
        /// The metric.
        metric: String,
        /// The tolerance.
        share: String,
    },
    /// The baseline is about other scenarios.
    #[error("{path}: the baseline names no point of {here}, only of {there}; {REMEDY}")]
    NothingInCommon {
        /// The file.
        path: String,
        /// The scenarios of the command.
        here: String,
        /// The scenarios of the baseline.
        there: String,
    },
    /// The file cannot be written.
    #[error("{path}: the baseline cannot be written: {reason}; name a file in a folder that is there")]
    Write {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

impl ResultBaseline {
    /// What these scenarios have shown, to be held within `tolerances` from now on.
    pub fn of<'a>(
        shown: impl IntoIterator<Item = (&'a Scenario, &'a ScenarioResults)>,
        mut tolerances: Tolerances,
    ) -> Self {
        let (mut units, mut scenarios) = (BTreeMap::new(), BTreeMap::new());
        for (scenario, results) in shown {
            let points: Vec<PinnedPoint> = results.results.iter().map(PinnedPoint::of).collect();
            let metrics = points.iter().flat_map(|point| &point.metrics);
            let numbers = metrics.filter(|(_, value)| value.is_number());
            units.extend(numbers.map(|(metric, _)| (metric.clone(), unit_of(metric).to_owned())));
            let pinned =
                PinnedScenario { input: input_hash(scenario), digest: results.digest.clone(), points };
            scenarios.insert(results.scenario.clone(), pinned);
        }
        // What names a metric that is there no more has no effect.
        while let Some(gone) = tolerances.unknown(units.keys().map(String::as_str)).map(str::to_owned) {
            tolerances.named.remove(&gone);
        }
        Self {
            kind: KIND.to_owned(),
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tolerance: tolerances.default,
            tolerances: tolerances.named,
            units,
            scenarios,
        }
    }

    /// The tolerances that stand in it.
    pub fn tolerances(&self) -> Tolerances {
        Tolerances { default: self.tolerance, named: self.tolerances.clone() }
    }

    /// Whether it holds a scenario of this name.
    pub fn has(&self, scenario: &str) -> bool {
        self.scenarios.contains_key(scenario)
    }

    /// The names of its scenarios.
    pub fn scenarios(&self) -> impl Iterator<Item = &str> {
        self.scenarios.keys().map(String::as_str)
    }

    /// Checks that every named tolerance is that of some metric; `place` is the file or flag that names them.
    ///
    /// # Errors
    /// [`ResultBaselineError::UnknownMetric`].
    pub fn check_names(&self, tolerances: &Tolerances, place: &str) -> Result<(), ResultBaselineError> {
        let known = || self.units.keys().map(String::as_str);
        let Some(metric) = tolerances.unknown(known()) else { return Ok(()) };
        let remedy = match suggestion::nearest(metric, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name one of `units` in the baseline, or a table such as `breakdown_s`".to_owned(),
        };
        Err(ResultBaselineError::UnknownMetric { path: place.to_owned(), metric: metric.to_owned(), remedy })
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// [`ResultBaselineError`] when there is none, or it is something else.
    pub fn read(path: &Path) -> Result<Self, ResultBaselineError> {
        let shown = || path.display().to_string();
        let bytes = fs::read(path).map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::NotFound => "there is no such file".to_owned(),
                _ if path.is_dir() => "it is a folder".to_owned(),
                _ => error.to_string(),
            };
            ResultBaselineError::Read { path: shown(), reason }
        })?;
        Self::parse(&bytes, &shown())
    }

    /// Reads the text of a baseline; `path` is the name that messages give it.
    ///
    /// # Errors
    /// [`ResultBaselineError`] when it is something else.
    pub fn parse(bytes: &[u8], path: &str) -> Result<Self, ResultBaselineError> {
        let malformed = |problem: String| ResultBaselineError::Malformed { path: path.to_owned(), problem };
        let document: Value = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        // What another program or version has written is told by its head, whatever else it holds.
        if document.get("kind").and_then(Value::as_str) != Some(KIND) {
            return Err(malformed(format!("it lacks \"kind\": \"{KIND}\"")));
        }
        match document.get("schema").and_then(Value::as_u64) {
            Some(found) if found != u64::from(SCHEMA) => {
                return Err(ResultBaselineError::Schema { path: path.to_owned(), found });
            }
            _ => {}
        }
        let read: Self = serde_json::from_value(document).map_err(|error| malformed(error.to_string()))?;
        let named = read.tolerances.iter().map(|(metric, share)| (metric.as_str(), *share));
        for (metric, share) in [("tolerance", read.tolerance)].into_iter().chain(named) {
            if !(share.is_finite() && share >= 0.0) {
                let (path, metric, share) = (path.to_owned(), metric.to_owned(), share.to_string());
                return Err(ResultBaselineError::BadTolerance { path, metric, share });
            }
        }
        read.check_names(&read.tolerances(), path)?;
        Ok(read)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("names and numbers are JSON");
        text.push('\n');
        text
    }

    /// Writes the baseline, all of it or nothing.
    ///
    /// # Errors
    /// [`ResultBaselineError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), ResultBaselineError> {
        write_whole(path, self.text().as_bytes())
            .map_err(|reason| ResultBaselineError::Write { path: path.display().to_string(), reason })
    }
}

impl PinnedPoint {
    fn of(result: &PointResult) -> Self {
        let metrics = Metrics::of(result);
        Self {
            system: result.system.clone(),
            chips: result.chips,
            point: result.point.clone(),
            fits: result.fits,
            failed: metrics.error.is_some(),
            metrics: metrics.values().clone(),
        }
    }
}

/// What names the input of a scenario's results.
pub(super) fn input_hash(scenario: &Scenario) -> String {
    format!("{:032x}", scenario.hash())
}
