//! Results from files: what `run` and `collective` write as JSON, or a folder with such a file.

use super::super::results::{CollectiveReport, PointResult, SCHEMA, ScenarioResults};
use super::error::CompareError;
use super::side::ComparedSource;
use crate::file::Fidelity;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The file of results in an output folder.
const FILE: &str = "results.json";

/// Reads `results.json`, or the folder that holds one; `name` is what messages call it.
///
/// # Errors
/// [`CompareError`] where there is no such file, or it holds something else.
pub fn read_results(name: &str) -> Result<ComparedSource, CompareError> {
    let given = Path::new(name);
    let path = if given.is_dir() { given.join(FILE) } else { given.to_owned() };
    let shown = path.display().to_string();
    let bytes = fs::read(&path).map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::NotFound if given.is_dir() => format!("the folder holds no {FILE}"),
            ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        CompareError::Read { path: shown.clone(), reason }
    })?;
    parse(&bytes, name, &shown)
}

/// Reads the text of a file at `path` that was asked for as `name`.
pub(super) fn parse(bytes: &[u8], name: &str, path: &str) -> Result<ComparedSource, CompareError> {
    let mut document: Value = typed(bytes, path)?;
    if let Value::Array(several) = &mut document {
        let names: Vec<String> = several.iter().map(|one| named(one, "scenario")).collect();
        match several.len() {
            1 => document = several.remove(0),
            _ => {
                let scenarios = if names.is_empty() { "no scenario".to_owned() } else { names.join(", ") };
                return Err(CompareError::Several { path: path.to_owned(), scenarios });
            }
        }
        check_schema(&document, path)?;
        let results = serde_json::from_value(document).map_err(|error| malformed(path, error.to_string()))?;
        return Ok(ComparedSource { name: name.to_owned(), results, operation: None });
    }
    check_schema(&document, path)?;
    if document.get("rows").is_some() {
        return Ok(of_collective(typed(bytes, path)?, name));
    }
    let results = typed(bytes, path)?;
    Ok(ComparedSource { name: name.to_owned(), results, operation: None })
}

/// A file that says of itself that it is of another version, or that is no results at all.
fn check_schema(document: &Value, path: &str) -> Result<(), CompareError> {
    let is_results = ["results", "rows"].iter().any(|key| document.get(key).is_some_and(Value::is_array));
    match document.get("schema").and_then(Value::as_u64) {
        Some(found) if found != u64::from(SCHEMA) => {
            Err(CompareError::Schema { path: path.to_owned(), found, read: SCHEMA })
        }
        Some(_) if is_results => Ok(()),
        Some(_) => Err(malformed(path, "it has neither `results` nor `rows`".to_owned())),
        None => Err(malformed(path, "it has no `schema`".to_owned())),
    }
}

fn typed<T: DeserializeOwned>(bytes: &[u8], path: &str) -> Result<T, CompareError> {
    serde_json::from_slice(bytes).map_err(|error| malformed(path, error.to_string()))
}

fn malformed(path: &str, problem: String) -> CompareError {
    CompareError::Malformed { path: path.to_owned(), problem }
}

fn named(document: &Value, key: &str) -> String {
    format!("`{}`", document.get(key).and_then(Value::as_str).unwrap_or("?"))
}

/// The rows of `collective` as points of a scenario.
fn of_collective(report: CollectiveReport, name: &str) -> ComparedSource {
    let point = |row| PointResult::of_collective(report.system.clone(), report.chips, row);
    let results = ScenarioResults {
        schema: report.schema,
        scenario: format!("{} on {}", report.op, report.system),
        version: String::new(),
        input_hash: String::new(),
        seed: 1,
        fidelity: Fidelity::Flow.name().to_owned(),
        digest: report.digest.clone(),
        work: report.work,
        results: report.rows.iter().cloned().map(point).collect(),
        comparisons: Vec::new(),
    };
    ComparedSource { name: name.to_owned(), results, operation: Some(report.op) }
}
