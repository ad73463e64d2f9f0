//! A validation report for people: a line for each group, the worst rows, and what could not be compared.

use super::markdown;
use super::number::{percent, rounded, size};
use super::sheet::{Column, Sheet};
use super::table;
use super::training_page::{count_sheet, effect_sheet};
use super::validation::{ErrorSummary, TrainingErrors, ValidationGroup, ValidationReport, ValidationRow};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What stands where there is nothing.
const NONE: &str = "-";

/// Which groups of training runs stand in the table; JSON and the page have more.
const SHOWN: [&str; 4] = ["table", "class", "family", "chip"];

/// What the numbers are.
pub(super) const FOOTER: &str = "Error: the mean over rows of |modelled time / measured time - 1|; bias: the same with its sign, \
                      above zero where the model is slower. Large: from 64 MiB on.";

/// Writes the report as text.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    for sheet in sheets(report) {
        table::write_sheet(out, &sheet)?;
        writeln!(out)?;
    }
    lines(report).iter().try_for_each(|line| table::write_paragraph(out, "- ", line))?;
    table::write_paragraph(out, "", FOOTER)
}

/// Writes the report as Markdown.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    sheets(report).iter().try_for_each(|sheet| markdown::write_sheet(out, sheet))?;
    lines(report).iter().try_for_each(|line| writeln!(out, "- {}", markdown::escaped(line)))?;
    writeln!(out, "\n{}", markdown::escaped(FOOTER))
}

/// The groups, and the worst rows where any could be compared.
fn sheets(report: &ValidationReport) -> Vec<Sheet> {
    let pairs = report.pairs.iter().flat_map(|pairs| [count_sheet(pairs), effect_sheet(pairs)]);
    [groups(report), training(report), worst(report)]
        .into_iter()
        .chain(pairs)
        .filter(|sheet| !sheet.rows.is_empty())
        .collect()
}

/// A line for each group, and the mean over those that count.
pub(super) fn groups(report: &ValidationReport) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        vec![
            Column::text("group"),
            Column::number("rows", ""),
            Column::number("compared", ""),
            Column::number("error", "%"),
            Column::number("bias", "%"),
            Column::number("large", "rows"),
            Column::number("error", "%"),
            Column::number("bias", "%"),
        ],
    );
    for group in report.groups.iter().filter(|group| group.training.is_none()) {
        let mark = if group.in_mean { "" } else { " *" };
        let (all, large) = (&group.all, &group.large);
        sheet.push(vec![
            format!("{}{mark}", group.name),
            group.rows.to_string(),
            all.compared.to_string(),
            share(all.mean_absolute_error),
            share(all.bias),
            large.compared.to_string(),
            share(large.mean_absolute_error),
            share(large.bias),
        ]);
    }
    let (all, large) = (&report.mean.all, &report.mean.large);
    let of_tables = || report.groups.iter().filter(|group| group.training.is_none());
    let total = |count: fn(&ValidationGroup) -> u64| of_tables().map(count).sum::<u64>().to_string();
    sheet.push(vec![
        format!("mean over {} {}", all.groups, if all.groups == 1 { "group" } else { "groups" }),
        total(|group| group.rows),
        total(|group| group.all.compared),
        share(all.mean_absolute_error),
        share(all.bias),
        total(|group| group.large.compared),
        share(large.mean_absolute_error),
        share(large.bias),
    ]);
    sheet
}

/// A line for each group of training runs.
pub(super) fn training(report: &ValidationReport) -> Sheet {
    let mut sheet = Sheet::new("Training runs", vec![Column::text("group"), Column::text("by")]);
    sheet.columns.extend(training_columns("constant MFU"));
    for group in &report.groups {
        let Some(more) = group.training.as_ref().filter(|more| SHOWN.contains(&more.by)) else { continue };
        let mut row = vec![group.name.clone(), more.by.to_owned()];
        row.extend(training_cells(&group.all, more));
        sheet.push(row);
    }
    sheet
}

/// What is told of every group of training runs; `constant` heads the error of a constant MFU.
pub(super) fn training_columns(constant: &str) -> [Column; 6] {
    [
        Column::number("compared", ""),
        Column::number("error", "%"),
        Column::number("bias", "%"),
        Column::number("median", "%"),
        Column::number("within 10 %", "%"),
        Column::number(constant, "%"),
    ]
}

/// The cells of [`training_columns`].
pub(super) fn training_cells(all: &ErrorSummary, more: &TrainingErrors) -> [String; 6] {
    [
        all.compared.to_string(),
        share(all.mean_absolute_error),
        share(all.bias),
        share(more.median_absolute_error),
        share(more.within_10_percent),
        share(more.constant_mfu_error),
    ]
}

pub(super) fn share(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), percent)
}

/// The worst rows of each group.
pub(super) fn worst(report: &ValidationReport) -> Sheet {
    let mut sheet = Sheet::new(
        "Worst rows",
        vec![
            Column::text("group"),
            Column::number("row", ""),
            Column::text("operation"),
            Column::number("chips", ""),
            Column::number("size", ""),
            Column::number("measured", ""),
            Column::number("modelled", ""),
            Column::number("error", "%"),
        ],
    );
    let rows: BTreeMap<(&str, u64), &ValidationRow> =
        report.rows.iter().map(|row| ((row.table.as_str(), row.row), row)).collect();
    // A training run is named once, under its class.
    let named = |group: &&ValidationGroup| group.training.as_ref().is_none_or(|more| more.by == "class");
    for group in report.groups.iter().filter(named) {
        let ErrorSummary { worst, .. } = &group.all;
        let found = worst.iter().filter_map(|worst| rows.get(&(group.table.as_str(), worst.row)));
        found.for_each(|row| sheet.push(worst_row(&group.name, row)));
    }
    sheet
}

fn worst_row(group: &str, row: &ValidationRow) -> Vec<String> {
    let text = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    vec![
        group.to_owned(),
        row.row.to_string(),
        text(row.op.clone().or_else(|| row.id.clone())),
        text(row.chips.map(|chips| chips.to_string())),
        text(row.size_bytes.map(size)),
        text(row.measured.map(|measured| format!("{} {}", rounded(measured), row.unit.unwrap_or_default()))),
        text(row.modelled.map(rounded)),
        share(row.error),
    ]
}

/// Why groups are apart, and why rows were not compared.
fn lines(report: &ValidationReport) -> Vec<String> {
    let apart = report.groups.iter().filter_map(|group| {
        let explanation = group.explanation.as_ref()?;
        Some(format!("* {} is not in the mean: {explanation}", group.name))
    });
    apart.chain(not_compared(report)).collect()
}

/// The rows that were not compared: how many of which table, by reason.
pub(super) fn not_compared(report: &ValidationReport) -> Vec<String> {
    let mut reasons: Vec<(&str, &str)> = Vec::new();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for row in &report.rows {
        let Some(reason) = &row.reason else { continue };
        let key = (row.table.as_str(), without_line(reason));
        let count = counts.entry(key).or_insert(0);
        if *count == 0 {
            reasons.push(key);
        }
        *count += 1;
    }
    let line = |key: &(&str, &str)| {
        let (table, reason) = key;
        let rows = match counts[key] {
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        format!("{table}: {rows} not compared: {reason}")
    };
    reasons.iter().map(line).collect()
}

/// A reason without the line of its row, so that like reasons are told once.
fn without_line(reason: &str) -> &str {
    let rest = reason.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    match rest {
        Some((line, rest)) if line.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn text(write: impl Fn(&mut dyn Write, &ValidationReport) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out, &example::validation()).expect("a vector takes every byte");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn groups_worst_rows_and_reasons_are_told() {
        let text = text(|out, report| write_table(out, report));
        let line = |start: &str| text.lines().find(|line| line.trim_start().starts_with(start));
        let words =
            |start: &str| line(start).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(words("a.csv ").as_deref(), Some("a.csv 2 1 20.0 20.0 0 - -"), "{text}");
        assert_eq!(words("mean over").as_deref(), Some("mean over 1 group 3 2 20.0 20.0 1 - -"), "{text}");
        assert!(text.contains("- a.csv: 1 row not compared: chips is blank"), "{text}");
        assert!(
            text.contains("- * b.csv (16 chips, auto) is not in the mean: a report of trouble"),
            "{text}"
        );
        assert!(text.contains("1 KiB"), "{text}");
    }

    #[test]
    fn markdown_has_the_same_rows() {
        let text = text(|out, report| write_markdown(out, report));
        // A head and a rule each, three groups with the mean, two worst rows.
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 4 + 3 + 2, "{text}");
    }

    #[test]
    fn lines_are_taken_off_reasons() {
        assert_eq!(without_line("line 12: chips is blank"), "chips is blank");
        assert_eq!(without_line("the catalog has no `x`"), "the catalog has no `x`");
        assert_eq!(without_line("line by line: no"), "line by line: no");
    }
}
