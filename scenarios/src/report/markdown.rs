//! Results as Markdown that GitHub renders: the answer first, tables, the rest folded away; as much as a comment takes.

use super::answer::answer;
use super::comparison::comparisons;
use super::fitted_markdown::Fitted;
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
    let mut text = Fitted::new();
    let answer = answer(report);
    text.push(&format!("## {}\n\n", escaped(&report.results.scenario)));
    text.push(&format!("**{}**\n", escaped(&answer.summary)));
    if !report.question.is_empty() {
        text.push(&format!("\n{}\n", escaped(&report.question)));
    }
    text.push_sheet(&headline(&report.results));
    let seen: String = answer.details.iter().map(|detail| format!("- {}\n", escaped(detail))).collect();
    if !seen.is_empty() {
        text.push_details("What was found at each point", &seen);
    }
    let compared = comparisons(&report.results);
    compared.iter().for_each(|sheet| text.push_sheet(sheet));
    for sheet in details(&report.results).into_iter().filter(|sheet| compared.as_ref() != Some(sheet)) {
        let title = if sheet.title.is_empty() { "Details" } else { &sheet.title };
        text.push_folded(title, &sheet);
    }
    let mut explained = Vec::new();
    step_explanation_text::write_markdown(&mut explained, &report.results)?;
    let explained = String::from_utf8_lossy(&explained);
    if !explained.is_empty() {
        text.push_details("Why it came out so", &explained);
    }
    let warnings: String =
        report.warnings.iter().chain(&report.notes).map(|note| format!("- {}\n", escaped(note))).collect();
    if !warnings.is_empty() {
        text.push_details("Notes", &warnings);
    }
    text.push(&format!("\nSeed {}, digest `{}`.\n", report.results.seed, report.results.digest));
    text.write(out)
}

/// Writes the rows of a collective, as many as a comment takes.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport) -> io::Result<()> {
    let mut text = Fitted::new();
    text.push_sheet(&collective_rows(report));
    if let Some(envelope) = &report.envelope {
        let envelope = escaped(envelope);
        text.push(&format!("Low and high: the time with ranged values at their ends; {envelope}.\n\n"));
    }
    for row in &report.rows {
        let Some(explanation) = &row.explain else { continue };
        let sentences = explanation.sentences(row);
        let said: String = sentences.iter().map(|one| format!("  - {}\n", escaped(one))).collect();
        text.push(&format!("- {}\n{said}", size(row.size_bytes)));
    }
    text.write(out)
}

/// Writes one table under its title.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_sheet(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    out.write_all(sheet_text(sheet).as_bytes())
}

/// A table under its title.
pub(super) fn sheet_text(sheet: &Sheet) -> String {
    let title =
        if sheet.title.is_empty() { String::new() } else { format!("### {}\n\n", escaped(&sheet.title)) };
    title + &table_text(sheet)
}

/// A table without its title.
pub(super) fn table_text(sheet: &Sheet) -> String {
    let headings: Vec<String> = sheet.columns.iter().map(super::sheet::Column::heading).collect();
    let rules = sheet.columns.iter().map(|column| match column.align {
        Align::Left => "---",
        Align::Right => "---:",
    });
    let rules = format!("| {} |\n", rules.collect::<Vec<_>>().join(" | "));
    let rows: String = sheet.rows.iter().map(|row| row_text(row)).collect();
    format!("{}{rules}{rows}\n", row_text(&headings))
}

fn row_text(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} |\n", cells.join(" | "))
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
