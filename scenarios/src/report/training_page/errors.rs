//! Errors by class and by what rows have in common.

use super::super::sheet::{Column, Sheet};
use super::super::validation::{ValidationGroup, ValidationReport};
use super::super::validation_table::{training_cells, training_columns};

/// What rows can have in common, and how a heading says it.
pub(super) const BY: [(&str, &str); 5] = [
    ("family", "By source"),
    ("chip", "By chip"),
    ("model", "By model"),
    ("precision", "By precision"),
    ("generation", "By generation of software"),
];

/// The class of ranges, by the end of the name of its group.
pub(super) const RANGES: &str = ": ranges";

/// A line for each group of this sort that is wanted.
pub(super) fn sheet(report: &ValidationReport, by: &str, wanted: impl Fn(&ValidationGroup) -> bool) -> Sheet {
    let mut sheet = Sheet::new("", vec![Column::text("rows that are")]);
    sheet.columns.extend(training_columns("constant MFU: error"));
    for group in report.groups.iter().filter(|group| wanted(group)) {
        let Some(more) = group.training.as_ref().filter(|more| more.by == by) else { continue };
        let name = group.name.strip_prefix(&format!("{}: ", group.table)).unwrap_or(&group.name);
        let mut row = vec![name.to_owned()];
        row.extend(training_cells(&group.all, more));
        sheet.push(row);
    }
    sheet
}
