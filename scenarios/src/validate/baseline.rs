//! Errors of groups written down, and what has grown since.

use super::table::TableKind;
use crate::report::{ErrorSummary, ValidationReport};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use thiserror::Error;

/// The version of the layout of a baseline.
const SCHEMA: u32 = 1;

/// How much an error may grow: 0.05 percentage points.
const TOLERANCE: f64 = 0.000_5;

/// What `--write-baseline` is good for, at the end of messages.
const REMEDY: &str = "write one with --write-baseline";

/// The errors of groups at some time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    schema: u32,
    groups: BTreeMap<String, RecordedGroup>,
}

/// The errors of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedGroup {
    all: Recorded,
    large: Recorded,
    /// Whether it is one of training runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    training: bool,
}

/// How many rows were compared, and their mean absolute error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    compared: u64,
    mean_absolute_error: Option<f64>,
}

/// Why there is no baseline to hold results against, or none could be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("{path}: the baseline cannot be read: {reason}; {REMEDY}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is no baseline.
    #[error("{path}: this is no baseline: {problem}; {REMEDY}")]
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
        found: u32,
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

impl Baseline {
    /// The errors of these results.
    pub fn of(report: &ValidationReport) -> Self {
        let recorded = |summary: &ErrorSummary| Recorded {
            compared: summary.compared,
            mean_absolute_error: summary.mean_absolute_error,
        };
        let groups = report.groups.iter().map(|group| {
            let (all, large) = (recorded(&group.all), recorded(&group.large));
            (group.name.clone(), RecordedGroup { all, large, training: group.training.is_some() })
        });
        Self { schema: SCHEMA, groups: groups.collect() }
    }

    /// Leaves only groups of tables of one kind.
    pub fn keep(&mut self, kind: TableKind) {
        self.groups.retain(|_, group| group.training == (kind == TableKind::Training));
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// [`BaselineError`] when there is none, or it is something else.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let shown = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            };
            BaselineError::Read { path: shown(), reason }
        })?;
        Self::parse(&text, &shown())
    }

    fn parse(text: &str, path: &str) -> Result<Self, BaselineError> {
        let read: Self = serde_json::from_str(text).map_err(|error| {
            let (path, problem) = (path.to_owned(), error.to_string());
            BaselineError::Malformed { path, problem }
        })?;
        if read.schema != SCHEMA {
            return Err(BaselineError::Schema { path: path.to_owned(), found: read.schema });
        }
        Ok(read)
    }

    /// Writes the baseline.
    ///
    /// # Errors
    /// [`BaselineError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let mut text = serde_json::to_string_pretty(self).expect("names and numbers are JSON");
        text.push('\n');
        fs::write(path, text).map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::NotFound => "there is no such folder".to_owned(),
                _ => error.to_string(),
            };
            BaselineError::Write { path: path.display().to_string(), reason }
        })
    }

    /// What is worse in `now`, one sentence each: an error that has grown, rows that are compared no more, a group
    /// that is gone. Groups that are new are no worse.
    pub fn grown(&self, now: &Self) -> Vec<String> {
        let mut grown = Vec::new();
        for (name, before) in &self.groups {
            let Some(after) = now.groups.get(name) else {
                grown.push(format!("{name}: the group is gone"));
                continue;
            };
            let rows = if before.training { "all rows" } else { "all sizes" };
            let parts = [(rows, &before.all, &after.all), ("64 MiB and above", &before.large, &after.large)];
            let worse = |(sizes, before, after): (&str, &Recorded, &Recorded)| {
                after.worse_than(before).map(|sentence| format!("{name}, {sizes}: {sentence}"))
            };
            grown.extend(parts.into_iter().filter_map(worse));
        }
        grown
    }

    /// The groups of `now` of which nothing was written down.
    pub fn unknown<'a>(&self, now: &'a Self) -> Vec<&'a str> {
        let names = now.groups.keys().map(String::as_str);
        names.filter(|name| !self.groups.contains_key(*name)).collect()
    }
}

impl Recorded {
    /// In which way this is worse than before, if it is.
    fn worse_than(&self, before: &Self) -> Option<String> {
        if self.compared < before.compared {
            return Some(format!("{} rows were compared, now {}", before.compared, self.compared));
        }
        let (old, new) = before.mean_absolute_error.zip(self.mean_absolute_error)?;
        let percent = |error: f64| format!("{:.2} %", error * 100.0);
        (new - old > TOLERANCE).then(|| format!("{} is now {}", percent(old), percent(new)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(groups: &[(&str, u64, f64)]) -> Baseline {
        let group = |&(name, compared, error): &(&str, u64, f64)| {
            let none = Recorded { compared: 0, mean_absolute_error: None };
            (
                name.to_owned(),
                RecordedGroup {
                    all: Recorded { compared, mean_absolute_error: Some(error) },
                    large: none,
                    training: false,
                },
            )
        };
        Baseline { schema: SCHEMA, groups: groups.iter().map(group).collect() }
    }

    #[test]
    fn a_twentieth_of_a_point_is_no_growth() {
        let before = baseline(&[("a.csv", 10, 0.05)]);
        assert_eq!(before.grown(&baseline(&[("a.csv", 10, 0.050_49)])), Vec::<String>::new());
        assert_eq!(before.grown(&baseline(&[("a.csv", 10, 0.04)])), Vec::<String>::new());
        assert_eq!(
            before.grown(&baseline(&[("a.csv", 10, 0.060)])),
            ["a.csv, all sizes: 5.00 % is now 6.00 %"]
        );
    }

    #[test]
    fn what_is_gone_or_compared_no_more_is_worse_and_what_is_new_is_not() {
        let before = baseline(&[("a.csv", 10, 0.05), ("b.csv", 3, 0.01)]);
        let after = baseline(&[("a.csv", 9, 0.01), ("c.csv", 3, 0.9)]);
        let expected = ["a.csv, all sizes: 10 rows were compared, now 9", "b.csv: the group is gone"];
        assert_eq!(before.grown(&after), expected);
        assert_eq!(before.unknown(&after), ["c.csv"]);
    }

    #[test]
    fn what_was_written_is_read_back() {
        let before = baseline(&[("a.csv", 10, 0.1 + 0.2)]);
        let text = serde_json::to_string(&before).expect("it is JSON");
        assert_eq!(Baseline::parse(&text, "b.json"), Ok(before));
        let other = Baseline::parse(r#"{"schema": 7, "groups": {}}"#, "b.json");
        assert_eq!(other, Err(BaselineError::Schema { path: "b.json".to_owned(), found: 7 }));
    }
}
