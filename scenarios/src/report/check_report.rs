//! What `check` has found: a case for each expectation and point, and for each point of a baseline.

use super::number::chips;
use super::points::value_text;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Everything that one `check` has held and found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// The version of this layout.
    pub schema: u32,
    /// How many cases held.
    pub held: usize,
    /// How many failed.
    pub failed: usize,
    /// One for each scenario, in the order of the command.
    pub scenarios: Vec<CheckedScenario>,
}

/// What was held against one scenario.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CheckedScenario {
    /// The scenario's name.
    pub scenario: String,
    /// The file it was read from; `None` for standard input and the library.
    pub file: Option<String>,
    /// The digest of its results.
    pub digest: Option<String>,
    /// One for each expectation and point, then for each point of the baseline.
    pub cases: Vec<CheckCase>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// One thing that had to hold at one point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckCase {
    /// What it was held against.
    pub against: Against,
    /// The line of the expectation in the file.
    pub line: Option<usize>,
    /// What had to hold, in words.
    pub claim: String,
    /// Why, in the words of the scenario's author.
    pub message: Option<String>,
    /// The point; `None` for what concerns the whole scenario.
    pub point: Option<CheckedPoint>,
    /// Whether it held.
    pub held: bool,
    /// What was compared; of a baseline that held, nothing is listed.
    pub findings: Vec<Finding>,
}

/// What a case is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Against {
    /// An `[[expect]]` of the scenario.
    Expectation,
    /// What was written down earlier.
    Baseline,
    /// That the scenario can be run at all.
    Run,
}

impl Against {
    /// The word of messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expectation => "expectation",
            Self::Baseline => "baseline",
            Self::Run => "run",
        }
    }
}

/// A system of a size with its swept values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedPoint {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The swept keys and their values.
    pub point: BTreeMap<String, Value>,
}

impl CheckedPoint {
    /// The point in words: `NVL72 copper on 1,152 chips with workload.micro_batch = 2`.
    pub fn words(&self) -> String {
        let size =
            |key: &str| key == "systems.chips" || (key.starts_with("systems[") && key.ends_with("].chips"));
        let settings = self.point.iter().filter(|(key, _)| !size(key));
        let settings: Vec<String> =
            settings.map(|(key, value)| format!("{key} = {}", value_text(value))).collect();
        let with = if settings.is_empty() { String::new() } else { format!(" with {}", settings.join(", ")) };
        format!("{} on {}{with}", self.system, chips(self.chips))
    }
}

/// A number, or what else was looked at, beside what it had to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What was looked at: a metric, `fits`, `digest` or `point`.
    pub metric: String,
    /// Its unit, where it is a number.
    pub unit: Option<&'static str>,
    /// What it had to be, in words.
    pub expected: String,
    /// What it is; `null` where there is nothing.
    pub seen: Value,
    /// By which share of the bound it fails, with its sign; `None` where there is no number to divide by.
    pub off_by: Option<f64>,
    /// What is wrong, in a sentence, where the numbers do not say it.
    pub problem: Option<String>,
}

impl CheckReport {
    /// The version of the JSON layout.
    pub const SCHEMA: u32 = 1;

    /// Counts what held and what failed.
    pub fn of(scenarios: Vec<CheckedScenario>) -> Self {
        let cases = || scenarios.iter().flat_map(|scenario| &scenario.cases);
        let held = cases().filter(|case| case.held).count();
        Self { schema: Self::SCHEMA, held, failed: cases().count() - held, scenarios }
    }

    /// The summary in one line: `check: 23 held, 2 failed in 3 scenarios`.
    pub fn summary(&self) -> String {
        let scenarios = self.scenarios.len();
        let word = if scenarios == 1 { "scenario" } else { "scenarios" };
        format!("check: {} held, {} failed in {scenarios} {word}", self.held, self.failed)
    }
}

impl CheckedScenario {
    /// The cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &CheckCase> {
        self.cases.iter().filter(|case| !case.held)
    }

    /// Where a case stands: `a.toml:12`, or what it is held against.
    pub fn place(&self, case: &CheckCase) -> String {
        match (&self.file, case.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (None, Some(line)) => format!("{}, line {line}", self.scenario),
            (_, None) => case.against.word().to_owned(),
        }
    }
}

impl CheckCase {
    /// The claim with its point: what tells cases of a scenario apart.
    pub fn title(&self) -> String {
        match &self.point {
            Some(point) => format!("{}: {}", point.words(), self.claim),
            None => self.claim.clone(),
        }
    }
}

impl Finding {
    /// What was found, in a sentence: `mfu is 0.28, expected at least 0.3 (-6.67 %)`.
    pub fn sentence(&self) -> String {
        if let Some(problem) = &self.problem {
            return problem.clone();
        }
        let off = self.off_by.map_or(String::new(), |off| format!(" ({})", signed_percent(off)));
        format!("{} is {}, expected {}{off}", self.metric, self.seen_text(), self.expected)
    }

    /// What it is, with its unit.
    pub fn seen_text(&self) -> String {
        match &self.seen {
            Value::Null => "nothing".to_owned(),
            Value::Number(number) => with_unit(&number.to_string(), self.unit),
            other => value_text(other),
        }
    }
}

/// A number as text with a unit that is none of a share or a count.
pub(crate) fn with_unit(number: &str, unit: Option<&str>) -> String {
    match unit {
        None | Some("1") => number.to_owned(),
        Some(unit) => format!("{number} {unit}"),
    }
}

/// A share that somebody wrote as a percentage, without what binary fractions add to it: `7 %` for 0.07.
pub(crate) fn plain_percent(share: f64) -> String {
    format!("{} %", (share * 1e14).round() / 1e12)
}

/// A share as a percentage with its sign and about three digits: `-6.67 %`, `+1.2e-7 %`.
pub(crate) fn signed_percent(share: f64) -> String {
    let percent = share * 100.0;
    let size = percent.abs();
    match size {
        _ if size == 0.0 => "0 %".to_owned(),
        _ if size < 0.01 => format!("{percent:+.1e} %"),
        _ if size < 10.0 => format!("{percent:+.2} %"),
        _ => format!("{percent:+.0} %"),
    }
}
