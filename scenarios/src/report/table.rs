//! Tables for a terminal, at most about 100 columns wide, with the unit in every header.
//!
//! With the feature `cli` they are laid out by comfy-table; without it by the few lines below.

use super::answer::answer;
use super::energy::{energy, run_totals};
use super::headline::{breakdown, headline, links, placement};
use super::links::busiest;
use super::results::ScenarioResults;
use super::scenario_report::ScenarioReport;
use super::sheet::Sheet;
use super::step_explanation_text;
use std::io::{self, Write};

/// Writes the results of a scenario: the headline table, where the time goes, where groups lie, what it takes in energy, and the answer.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_report(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    write_sheet(out, &headline(&report.results))?;
    let sheets = [breakdown, links_of_traffic, busiest, placement, energy, run_totals];
    for sheet in sheets.into_iter().filter_map(|sheet| sheet(&report.results)) {
        writeln!(out)?;
        write_sheet(out, &sheet)?;
    }
    let answer = answer(report);
    writeln!(out)?;
    write_paragraph(out, "", &answer.summary)?;
    answer.details.iter().try_for_each(|detail| write_paragraph(out, "- ", detail))?;
    step_explanation_text::write_text(out, &report.results)
}

/// What links carried is the point of traffic, and a detail of a training step.
fn links_of_traffic(results: &ScenarioResults) -> Option<Sheet> {
    results.results.iter().any(|point| point.traffic.is_some()).then(|| links(results)).flatten()
}

/// Writes a paragraph in lines of at most [`LINE_WIDTH`] characters; all but the first are indented like it.
pub(super) fn write_paragraph(out: &mut dyn Write, start: &str, text: &str) -> io::Result<()> {
    let mut line = start.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > LINE_WIDTH {
            writeln!(out, "{line}")?;
            line = " ".repeat(start.len());
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    writeln!(out, "{line}")
}

const LINE_WIDTH: usize = 96;

/// Writes one table under its title.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_sheet(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    if !sheet.title.is_empty() {
        writeln!(out, "{}", sheet.title)?;
    }
    writeln!(out, "{}", layout::rendered(sheet))
}

/// The two lines of a column's head.
fn head(column: &super::sheet::Column) -> [String; 2] {
    let unit = if column.unit.is_empty() { String::new() } else { format!("({})", column.unit) };
    [column.name.clone(), unit]
}

#[cfg(feature = "cli")]
mod layout {
    use super::super::sheet::{Align, Sheet};
    use comfy_table::{Cell, CellAlignment, Table, TableComponent, presets};

    pub(super) fn rendered(sheet: &Sheet) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_style(TableComponent::HeaderLines, '─');
        table.set_style(TableComponent::MiddleHeaderIntersections, '─');
        let has_units = sheet.columns.iter().any(|column| !column.unit.is_empty());
        table.set_header(sheet.columns.iter().map(|column| {
            let lines = super::head(column);
            Cell::new(if has_units { lines.join("\n") } else { lines[0].clone() })
        }));
        table.add_rows(&sheet.rows);
        for (column, head) in table.column_iter_mut().zip(&sheet.columns) {
            column.set_cell_alignment(match head.align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
        trimmed(&table.to_string())
    }

    fn trimmed(text: &str) -> String {
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(not(feature = "cli"))]
mod layout {
    use super::super::sheet::{Align, Sheet};

    pub(super) fn rendered(sheet: &Sheet) -> String {
        let heads: Vec<[String; 2]> = sheet.columns.iter().map(super::head).collect();
        let head_lines = (0..2).map(|line| heads.iter().map(|head| head[line].clone()).collect());
        let mut lines: Vec<Vec<String>> = head_lines.collect();
        lines.extend(sheet.rows.iter().cloned());
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..sheet.columns.len()).map(width).collect();
        let rule = "─".repeat(widths.iter().map(|width| width + 2).sum());
        let mut rendered: Vec<String> = lines.iter().map(|line| aligned(line, sheet, &widths)).collect();
        rendered.insert(2, rule);
        rendered.join("\n")
    }

    fn aligned(cells: &[String], sheet: &Sheet, widths: &[usize]) -> String {
        let padded =
            cells.iter().zip(&sheet.columns).zip(widths).map(|((cell, column), &width)| match column.align {
                Align::Left => format!(" {cell:<width$} "),
                Align::Right => format!(" {cell:>width$} "),
            });
        padded.collect::<String>().trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn rendered(report: &ScenarioReport) -> String {
        let mut out = Vec::new();
        write_report(&mut out, report).expect("a vector takes every byte");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn a_report_fits_in_100_columns_and_names_its_units() {
        let text = rendered(&example::two_systems(2));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{text}");
        for unit in ["(s)", "(%)", "(per chip)", "(GB)", "(% of step)"] {
            assert!(text.contains(unit), "{unit} is missing in\n{text}");
        }
    }

    #[test]
    fn numbers_are_flush_right() {
        let mut sheet = Sheet::new(
            "",
            vec![
                super::super::sheet::Column::text("name"),
                super::super::sheet::Column::number("value", "GB"),
            ],
        );
        sheet.push(vec!["a".into(), "1".into()]);
        sheet.push(vec!["b".into(), "1,000".into()]);
        let mut out = Vec::new();
        write_sheet(&mut out, &sheet).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("tables are UTF-8");
        let ends: Vec<usize> = text.lines().skip(3).map(|line| line.chars().count()).collect();
        assert_eq!(ends[0], ends[1], "{text}");
    }
}
