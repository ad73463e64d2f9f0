//! Results as text: tables with the unit in every head, and paragraphs, as wide as a terminal or 80 columns.

use super::answer::answer;
use super::energy::{energy, run_totals};
use super::headline::{breakdown, headline, links, placement};
use super::layout::{rendered, wrapped};
use super::links::busiest;
use super::page::Page;
use super::results::ScenarioResults;
use super::scenario_report::ScenarioReport;
use super::sheet::Sheet;
use super::step_explanation_text;
use super::terminal_chart;
use std::io::{self, Write};

/// Writes the results of a scenario: the headline table, where the time goes, where groups lie, what it takes in energy, and the answer.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_report(out: &mut dyn Write, report: &ScenarioReport, page: Page) -> io::Result<()> {
    write_sheet_on(out, &headline(&report.results), page)?;
    if let Some(chart) = terminal_chart::of_results(&report.results, page) {
        writeln!(out, "\n{chart}")?;
    }
    let sheets = [breakdown, links_of_traffic, busiest, placement, energy, run_totals];
    for sheet in sheets.into_iter().filter_map(|sheet| sheet(&report.results)) {
        writeln!(out)?;
        write_sheet_on(out, &sheet, page)?;
    }
    let answer = answer(report);
    writeln!(out)?;
    write_paragraph_on(out, ("", &answer.summary), page)?;
    answer.details.iter().try_for_each(|detail| write_paragraph_on(out, ("- ", detail), page))?;
    step_explanation_text::write_text(out, &report.results)
}

/// What links carried is the point of traffic, and a detail of a training step.
fn links_of_traffic(results: &ScenarioResults) -> Option<Sheet> {
    results.results.iter().any(|point| point.traffic.is_some()).then(|| links(results)).flatten()
}

/// Writes a paragraph in lines that fit every page; all but the first are indented as deep as its start.
pub(super) fn write_paragraph(out: &mut dyn Write, start: &str, text: &str) -> io::Result<()> {
    write_paragraph_on(out, (start, text), Page::PLAIN)
}

/// Writes a paragraph, after its start, in lines that fit a page.
pub(super) fn write_paragraph_on(
    out: &mut dyn Write,
    (start, text): (&str, &str),
    page: Page,
) -> io::Result<()> {
    let text = page.spelled(text);
    let width = page.width.min(LINE_WIDTH).saturating_sub(start.chars().count());
    for (index, line) in
        wrapped(&text.split_whitespace().collect::<Vec<_>>().join(" "), width).iter().enumerate()
    {
        let start = if index == 0 { start.to_owned() } else { " ".repeat(start.chars().count()) };
        writeln!(out, "{start}{line}")?;
    }
    Ok(())
}

/// Longer lines are hard to read.
const LINE_WIDTH: usize = 96;

/// Writes one table under its title, on any page.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_sheet(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    write_sheet_on(out, sheet, Page::PLAIN)
}

/// Writes one table under its title, as wide as a page.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_sheet_on(out: &mut dyn Write, sheet: &Sheet, page: Page) -> io::Result<()> {
    if !sheet.title.is_empty() {
        write_paragraph_on(out, ("", &sheet.title), page)?;
    }
    writeln!(out, "{}", rendered(sheet, page))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::super::page::TextStyle;
    use super::*;

    fn written(report: &ScenarioReport, page: Page) -> String {
        let mut out = Vec::new();
        write_report(&mut out, report, page).expect("a vector takes every byte");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn a_report_fits_in_80_columns_and_names_its_units() {
        let text = written(&example::two_systems(2), Page::PLAIN);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{text}");
        for unit in ["(s)", "(%)", "chip)", "(GB)", "step)"] {
            assert!(text.contains(unit), "{unit} is missing in\n{text}");
        }
    }

    #[test]
    fn a_wide_terminal_is_used() {
        let report = example::two_systems(2);
        let text = written(&report, Page::of_terminal(120, TextStyle::Plain));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest > Some(80) && widest <= Some(120), "{text}");
    }
}
