//! A comparison for a terminal.

use super::super::page::Page;
use super::super::table::{write_paragraph_on, write_sheet_on};
use super::answer::sentences;
use super::document::CompareReport;
use super::sheets::{details, overview};
use std::io::{self, Write};

/// The most pairs of points with tables of their own.
const MOST_DETAILED: usize = 4;

/// Writes the answer, what meets, and of the first steps what their difference is made of.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &CompareReport, page: Page) -> io::Result<()> {
    write_paragraph_on(out, ("", &report.answer), page)?;
    for sheet in overview(report) {
        writeln!(out)?;
        write_sheet_on(out, &sheet, page)?;
    }
    for step in report.steps.iter().take(MOST_DETAILED) {
        for sheet in details(report, step) {
            writeln!(out)?;
            write_sheet_on(out, &sheet, page)?;
        }
        sentences(step).try_for_each(|text| write_paragraph_on(out, ("- ", text), page))?;
    }
    let left = report.steps.len().saturating_sub(MOST_DETAILED);
    if left > 0 {
        let points = if left == 1 { "point" } else { "points" };
        writeln!(out)?;
        let text = format!("{left} more {points} in detail: --format json, csv or markdown.");
        write_paragraph_on(out, ("", &text), page)?;
    }
    Ok(())
}
