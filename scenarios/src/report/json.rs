//! Results as JSON: one document, indented, with a final line break.

use super::comparison::Comparison;
use super::listing::{Listing, Points};
use super::results::{CollectiveReport, ScenarioResults, Work, is_flow};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// [`ScenarioResults`] with its rows read one after the other; keys and their order are the same.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    scenario: &'a str,
    version: &'a str,
    input_hash: &'a str,
    seed: u64,
    #[serde(skip_serializing_if = "is_flow")]
    fidelity: &'a str,
    digest: &'a str,
    work: Work,
    results: Rows<'a>,
    #[serde(skip_serializing_if = "<[Comparison]>::is_empty")]
    comparisons: &'a [Comparison],
}

impl<'a> From<Listing<'a>> for Document<'a> {
    fn from(Listing { results, points }: Listing<'a>) -> Self {
        let ScenarioResults {
            schema,
            scenario,
            version,
            input_hash,
            seed,
            fidelity,
            digest,
            work,
            comparisons,
            ..
        } = results;
        let (schema, seed, work) = (*schema, *seed, *work);
        let results = Rows(points);
        Self { schema, scenario, version, input_hash, seed, fidelity, digest, work, results, comparisons }
    }
}

/// Rows as an array.
struct Rows<'a>(&'a dyn Points);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        let mut failed = None;
        let visited = self.0.visit(&mut |point| {
            rows.serialize_element(point).map_err(|error| {
                failed = Some(error);
                io::Error::other("the writer takes no more")
            })
        });
        // What the writer said keeps its kind: a closed pipe is no failure.
        match (failed, visited) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(S::Error::custom(error)),
            (None, Ok(())) => rows.end(),
        }
    }
}

/// Writes the results of one scenario.
///
/// # Errors
/// When `out` does not take the text, or a row cannot be read.
pub fn write_results(out: &mut dyn Write, listing: Listing<'_>) -> io::Result<()> {
    write_document(out, &Document::from(listing))
}

/// Writes the results of several scenarios, of which some may have failed: always an array.
///
/// # Errors
/// As [`write_results`].
pub fn write_several(out: &mut dyn Write, listings: &[Listing<'_>]) -> io::Result<()> {
    let documents: Vec<Document<'_>> = listings.iter().copied().map(Document::from).collect();
    write_document(out, &documents)
}

/// Writes the rows of a collective.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport) -> io::Result<()> {
    write_document(out, report)
}

/// Writes anything that serialises in the same style.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_document<T: Serialize + ?Sized>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn one_scenario_is_an_object_and_several_are_an_array() {
        let results = example::two_systems(1).results;
        let read = |write: &dyn Fn(&mut dyn Write) -> io::Result<()>| -> serde_json::Value {
            let mut out = Vec::new();
            write(&mut out).expect("a vector takes every byte");
            serde_json::from_slice(&out).expect("what was written is JSON")
        };
        assert!(read(&|out| write_results(out, (&results).into())).is_object());
        assert!(read(&|out| write_several(out, &[(&results).into()])).is_array());
    }

    #[test]
    fn rows_that_are_read_one_by_one_are_written_as_those_that_are_held() {
        let mut results = example::two_systems(2).results;
        for _ in 0..2 {
            let mut out = Vec::new();
            write_results(&mut out, (&results).into()).expect("a vector takes every byte");
            let held = serde_json::to_string_pretty(&results).expect("results serialise");
            assert_eq!(String::from_utf8(out).expect("JSON is UTF-8"), held + "\n");
            (results.results, results.comparisons) = Default::default();
        }
    }

    #[test]
    fn numbers_are_written_to_the_last_bit() {
        let results = example::two_systems(2).results;
        let mut out = Vec::new();
        write_results(&mut out, (&results).into()).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        for point in &results.results {
            let seconds = point.step_time_s.expect("every example point fits");
            assert!(text.contains(&format!("\"step_time_s\": {seconds},")), "{seconds} in\n{text}");
        }
    }
}
