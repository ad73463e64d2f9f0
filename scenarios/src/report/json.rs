//! Results as JSON: one document, indented, with a final line break.

use super::results::{CollectiveReport, ScenarioResults};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the results of one scenario.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_results(out: &mut dyn Write, results: &ScenarioResults) -> io::Result<()> {
    write_document(out, results)
}

/// Writes the results of several scenarios, of which some may have failed: always an array.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_several(out: &mut dyn Write, results: &[&ScenarioResults]) -> io::Result<()> {
    write_document(out, results)
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
        assert!(read(&|out| write_results(out, &results)).is_object());
        assert!(read(&|out| write_several(out, &[&results])).is_array());
    }

    #[test]
    fn numbers_are_written_to_the_last_bit() {
        let results = example::two_systems(2).results;
        let mut out = Vec::new();
        write_results(&mut out, &results).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        for point in &results.results {
            let seconds = point.step_time_s.expect("every example point fits");
            assert!(text.contains(&format!("\"step_time_s\": {seconds},")), "{seconds} in\n{text}");
        }
    }
}
