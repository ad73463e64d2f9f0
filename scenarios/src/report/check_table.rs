//! What `check` has found, for people: what failed, where, and by how much; and a summary in one line.

use super::check_report::{CheckCase, CheckReport, CheckedScenario, signed_percent};
use super::fitted_markdown::Fitted;
use super::markdown::escaped;
use super::sheet::{Column, Sheet};
use std::io::{self, Write};

/// Most findings of one case that are shown.
const MOST_SHOWN: usize = 20;

/// Writes what failed, and the summary.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    for scenario in &report.scenarios {
        scenario.failed().try_for_each(|case| write_case(out, scenario, case))?;
    }
    writeln!(out, "{}", report.summary())
}

fn write_case(out: &mut dyn Write, scenario: &CheckedScenario, case: &CheckCase) -> io::Result<()> {
    writeln!(out, "FAILED {}: {}", scenario.scenario, case.title())?;
    writeln!(out, "    at        {}", scenario.place(case))?;
    for finding in case.findings.iter().take(MOST_SHOWN) {
        if case.findings.len() > 1 {
            writeln!(out, "    {}", finding.metric)?;
        }
        if let Some(problem) = &finding.problem {
            writeln!(out, "    because   {problem}")?;
            continue;
        }
        writeln!(out, "    expected  {}", finding.expected)?;
        writeln!(out, "    seen      {}", finding.seen_text())?;
        if let Some(off) = finding.off_by {
            writeln!(out, "    off by    {}", signed_percent(off))?;
        }
    }
    let more = case.findings.len().saturating_sub(MOST_SHOWN);
    if more > 0 {
        writeln!(out, "    and {more} more; --format json has all")?;
    }
    if let Some(message) = &case.message {
        writeln!(out, "    note      {message}")?;
    }
    writeln!(out)
}

/// Writes the summary and a table of what failed, as much as a comment takes.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let mut text = Fitted::new();
    text.push(&format!("{}\n", escaped(&report.summary())));
    let columns =
        ["scenario", "where", "point", "what", "expected", "seen", "off by"].map(Column::text).to_vec();
    let mut sheet = Sheet::new("", columns);
    for scenario in &report.scenarios {
        for case in scenario.failed() {
            let point = case.point.as_ref().map_or_else(String::new, super::CheckedPoint::words);
            for finding in &case.findings {
                let off = finding.off_by.map_or_else(String::new, signed_percent);
                let seen = finding.problem.clone().unwrap_or_else(|| finding.seen_text());
                let (place, what) = (scenario.place(case), finding.metric.clone());
                sheet.push(vec![
                    scenario.scenario.clone(),
                    place,
                    point.clone(),
                    what,
                    finding.expected.clone(),
                    seen,
                    off,
                ]);
            }
        }
    }
    if !sheet.rows.is_empty() {
        text.push_sheet(&sheet);
    }
    text.write(out)
}
