//! Results as Markdown that GitHub renders: headings, the answer, tables.

use super::answer::answer;
use super::headline::{collective_rows, details, headline};
use super::number::size;
use super::results::CollectiveReport;
use super::scenario_report::ScenarioReport;
use super::sheet::{Align, Sheet};
use super::step_explanation_text;
use std::io::{self, Write};

/// Writes the results of a scenario.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_report(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    writeln!(out, "## {}\n", escaped(&report.results.scenario))?;
    if !report.question.is_empty() {
        writeln!(out, "{}\n", escaped(&report.question))?;
    }
    let answer = answer(report);
    writeln!(out, "**{}**\n", escaped(&answer.summary))?;
    answer.details.iter().try_for_each(|detail| writeln!(out, "- {}", escaped(detail)))?;
    writeln!(out)?;
    write_sheet(out, &headline(&report.results))?;
    details(&report.results).iter().try_for_each(|sheet| write_sheet(out, sheet))?;
    step_explanation_text::write_markdown(out, &report.results)?;
    let mut warnings = report.warnings.iter().chain(&report.notes);
    warnings.try_for_each(|warning| writeln!(out, "> {}", escaped(warning)))?;
    writeln!(out, "Seed {}, digest `{}`.", report.results.seed, report.results.digest)
}

/// Writes the rows of a collective.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport) -> io::Result<()> {
    write_sheet(out, &collective_rows(report))?;
    if let Some(envelope) = &report.envelope {
        writeln!(out, "Low and high: the time with ranged values at their ends; {}.\n", escaped(envelope))?;
    }
    for row in &report.rows {
        let Some(explanation) = &row.explain else { continue };
        writeln!(out, "- {}", size(row.size_bytes))?;
        let mut sentences = explanation.sentences(row).into_iter();
        sentences.try_for_each(|sentence| writeln!(out, "  - {}", escaped(&sentence)))?;
    }
    Ok(())
}

/// Writes one table under its title.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_sheet(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    if !sheet.title.is_empty() {
        writeln!(out, "### {}\n", escaped(&sheet.title))?;
    }
    let headings: Vec<String> = sheet.columns.iter().map(super::sheet::Column::heading).collect();
    write_row(out, &headings)?;
    let rules = sheet.columns.iter().map(|column| match column.align {
        Align::Left => "---",
        Align::Right => "---:",
    });
    writeln!(out, "| {} |", rules.collect::<Vec<_>>().join(" | "))?;
    sheet.rows.iter().try_for_each(|row| write_row(out, row))?;
    writeln!(out)
}

fn write_row(out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// The text with everything that Markdown or HTML would act on made plain, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' => plain.extend(['\\', character]),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '\n' | '\r' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn every_row_has_as_many_cells_as_the_head() {
        let mut report = example::two_systems(1);
        report.results.results[0].system = "a|b <script>".into();
        let mut out = Vec::new();
        write_report(&mut out, &report).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("Markdown is UTF-8");
        assert!(!text.contains("<script"), "{text}");
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        let tables: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(bars(tables[0]), bars(tables[1]));
        assert_eq!(bars(tables[0]), bars(tables[2]), "{text}");
    }
}
