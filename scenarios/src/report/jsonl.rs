//! Results as JSON Lines: one row of results in a line, in the declared order, for programs that read as they go.

use super::listing::Listing;
use serde::Serialize;
use std::io::{self, Write};

/// A row with the name of its scenario.
#[derive(Serialize)]
struct Named<'a, T> {
    scenario: &'a str,
    #[serde(flatten)]
    row: &'a T,
}

/// Writes one row per system and point.
///
/// # Errors
/// When `out` does not take the text, or a row cannot be read.
pub fn write_results(out: &mut dyn Write, listing: Listing<'_>) -> io::Result<()> {
    listing.points.visit(&mut |point| write_line(out, point))
}

/// Writes the rows of several scenarios, each with the key `scenario` before all others.
///
/// # Errors
/// As [`write_results`].
pub fn write_several(out: &mut dyn Write, listings: &[Listing<'_>]) -> io::Result<()> {
    listings.iter().try_for_each(|listing| {
        let scenario = &listing.results.scenario;
        listing.points.visit(&mut |row| write_line(out, &Named { scenario, row }))
    })
}

fn write_line(out: &mut dyn Write, row: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use serde_json::{Value, json};

    fn lines(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> Vec<Value> {
        let mut out = Vec::new();
        write(&mut out).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    #[test]
    fn every_row_is_a_line() {
        let results = example::two_systems(2).results;
        let rows = lines(|out| write_results(out, (&results).into()));
        assert_eq!(json!(rows), json!(results.results));
    }

    #[test]
    fn rows_of_several_scenarios_are_told_apart() {
        let (one, mut other) = (example::two_systems(1).results, example::two_systems(2).results);
        other.scenario = "other".to_owned();
        let rows = lines(|out| write_several(out, &[(&one).into(), (&other).into()]));
        let names: Vec<&str> = rows.iter().filter_map(|row| row["scenario"].as_str()).collect();
        assert_eq!(names, [vec!["nvl72-vs-cm384"; 2], vec!["other"; 4]].concat());
    }
}
