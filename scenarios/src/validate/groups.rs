//! Rows in groups, and the errors of each: mean, bias and worst, over all sizes and over large ones.

use super::harness::Apart;
use super::row::Row;
use super::table::{Table, TableKind};
use super::training;
use crate::report::{ErrorSummary, GroupMean, MeanSummary, ValidationGroup, ValidationRow, WorstRow};
use std::collections::BTreeMap;

/// From this size on a message is large: 64 MiB, where bandwidth decides and latency does not.
const LARGE: u64 = 64 << 20;

/// How many of its worst rows a group names.
const NAMED_ROWS: usize = 3;

/// The group of a row: its table, but rows of experts by machine, and rows that are apart by themselves.
pub(super) fn name(table: &Table, row: &Row) -> String {
    let name = &table.name;
    if let Some(apart) = apart(table, row) {
        return name_apart(table, apart);
    }
    match (&row.operation, &row.preset) {
        (Some(operation), Some(preset)) if operation.starts_with("ep-") => format!("{name} ({preset})"),
        _ => name.clone(),
    }
}

fn name_apart(table: &Table, apart: &Apart) -> String {
    format!("{} ({} chips, {})", table.name, apart.chips, apart.algorithm)
}

/// Why a row stands apart, if it does.
pub(super) fn apart<'a>(table: &'a Table, row: &Row) -> Option<&'a Apart> {
    let is_of = |apart: &&Apart| row.chips == Some(apart.chips) && row.algorithm == apart.algorithm;
    table.harness.apart.iter().find(is_of)
}

/// The groups in the order of tables and names, and the mean over those that count.
pub(super) fn of_rows(tables: &[Table], rows: &[ValidationRow]) -> (Vec<ValidationGroup>, GroupMean) {
    let mut groups = Vec::new();
    let mut rest = rows;
    for table in tables {
        let (own, others) = rest.split_at(table.rows.len());
        rest = others;
        let mut by_name: BTreeMap<&str, Vec<&ValidationRow>> = BTreeMap::new();
        for row in own {
            by_name.entry(&row.group).or_default().push(row);
        }
        if table.kind == TableKind::Training {
            groups.extend(training::groups(&table.name, &own.iter().collect::<Vec<_>>()));
            continue;
        }
        if own.is_empty() {
            by_name.insert(&table.name, Vec::new());
        }
        groups.extend(by_name.into_iter().map(|(name, rows)| group(table, name, &rows)));
    }
    let mean = GroupMean {
        all: mean_of(&groups, |group| &group.all),
        large: mean_of(&groups, |group| &group.large),
    };
    (groups, mean)
}

fn group(table: &Table, name: &str, rows: &[&ValidationRow]) -> ValidationGroup {
    let explanation = table.harness.apart.iter().find(|apart| name == name_apart(table, apart));
    let large: Vec<&ValidationRow> =
        rows.iter().copied().filter(|row| row.size_bytes.is_some_and(|size| size >= LARGE)).collect();
    ValidationGroup {
        name: name.to_owned(),
        table: table.name.clone(),
        rows: rows.len() as u64,
        in_mean: explanation.is_none(),
        explanation: explanation.map(|apart| apart.explanation.clone()),
        all: summary(rows),
        large: summary(&large),
        training: None,
    }
}

/// The errors of the rows that could be compared.
pub(super) fn summary(rows: &[&ValidationRow]) -> ErrorSummary {
    let mut errors: Vec<WorstRow> =
        rows.iter().filter_map(|row| Some(WorstRow { row: row.row, error: row.error? })).collect();
    let mean = |of: fn(f64) -> f64| {
        let sum: f64 = errors.iter().map(|row| of(row.error)).sum();
        (!errors.is_empty()).then(|| sum / errors.len() as f64)
    };
    let (mean_absolute_error, bias) = (mean(f64::abs), mean(|error| error));
    let compared = errors.len() as u64;
    // The sort is stable: of equal errors the first in the table is named.
    errors.sort_by(|a, b| b.error.abs().total_cmp(&a.error.abs()));
    errors.truncate(NAMED_ROWS);
    ErrorSummary { compared, mean_absolute_error, bias, worst: errors }
}

/// The mean over groups of their means, so that a long table counts as much as a short one.
fn mean_of(groups: &[ValidationGroup], part: impl Fn(&ValidationGroup) -> &ErrorSummary) -> MeanSummary {
    let counted = groups.iter().filter(|group| group.in_mean).map(part);
    let errors: Vec<(f64, f64)> =
        counted.filter_map(|summary| summary.mean_absolute_error.zip(summary.bias)).collect();
    let mean = |sum: f64| (!errors.is_empty()).then(|| sum / errors.len() as f64);
    MeanSummary {
        groups: errors.len() as u64,
        mean_absolute_error: mean(errors.iter().map(|(error, _)| error).sum()),
        bias: mean(errors.iter().map(|(_, bias)| bias).sum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::RowKind;

    fn row(number: u64, error: Option<f64>) -> ValidationRow {
        ValidationRow {
            kind: RowKind::Collective,
            table: "t.csv".to_owned(),
            row: number,
            id: None,
            preset: None,
            chips: None,
            op: None,
            size_bytes: None,
            measured: None,
            modelled: None,
            unit: None,
            error,
            algorithm: None,
            protocol: None,
            training: None,
            group: "t.csv".to_owned(),
            reason: None,
        }
    }

    #[test]
    fn a_summary_counts_only_what_was_compared() {
        let rows =
            [row(1, Some(0.1)), row(2, None), row(3, Some(-0.3)), row(4, Some(0.1)), row(5, Some(-0.1))];
        let summary = summary(&rows.iter().collect::<Vec<_>>());
        assert_eq!(summary.compared, 4);
        // (0.1 + 0.3 + 0.1 + 0.1) / 4 and (0.1 - 0.3 + 0.1 - 0.1) / 4.
        let near =
            |value: Option<f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 1e-12);
        assert!(near(summary.mean_absolute_error, 0.15), "{summary:?}");
        assert!(near(summary.bias, -0.05), "{summary:?}");
        let worst: Vec<u64> = summary.worst.iter().map(|row| row.row).collect();
        assert_eq!(worst, [3, 1, 4]);
    }

    #[test]
    fn nothing_compared_has_no_mean() {
        let summary = summary(&[&row(1, None)]);
        assert_eq!((summary.compared, summary.mean_absolute_error, summary.bias), (0, None, None));
    }
}
