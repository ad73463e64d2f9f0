//! Errors of training rows by class, by source and by chip, beside those of a constant MFU.

use super::constant_mfu::{self, median};
use crate::report::{ErrorSummary, TrainingErrors, ValidationGroup, ValidationRow};
use crate::validate::groups::summary;
use std::collections::BTreeMap;

/// How far off a row may be to count as near.
const NEAR: f64 = 0.1;

/// The classes in their order, by the name in rows and in words.
const CLASSES: [(&str, &str); 4] = [
    ("dense-A", "dense, tier A"),
    ("dense-B", "dense, tier B"),
    ("moe", "mixture of experts"),
    ("range", "ranges"),
];

/// One way to put rows together: its name, and the part that a row is in.
type By = (&'static str, fn(&ValidationRow) -> Option<String>);

/// Ways to put rows together beside classes.
const BY: [By; 5] = [
    ("family", |row| Some(row.training.as_ref()?.family.clone())),
    ("chip", chip),
    ("model", |row| Some(row.training.as_ref()?.model.clone())),
    ("precision", |row| Some(row.training.as_ref()?.precision.to_owned())),
    ("generation", |row| Some(row.training.as_ref()?.generation?.to_owned())),
];

/// The groups of the rows of one table.
pub(in crate::validate) fn groups(table: &str, rows: &[&ValidationRow]) -> Vec<ValidationGroup> {
    let constant = constant_mfu::errors(rows);
    let beside: Vec<(&ValidationRow, Option<f64>)> = rows.iter().copied().zip(constant).collect();
    let of = |by, name: String, is_in: &dyn Fn(&ValidationRow) -> bool| {
        let own: Vec<(&ValidationRow, Option<f64>)> =
            beside.iter().copied().filter(|(row, _)| is_in(row)).collect();
        group(table, by, name, &own)
    };
    let mut groups: Vec<ValidationGroup> = Vec::new();
    let whole = of("table", String::new(), &|_| true);
    for (class, words) in CLASSES {
        groups.push(of("class", words.to_owned(), &|row| class_of(row) == Some(class)));
    }
    for (by, part) in BY {
        let names: BTreeMap<String, ()> = rows.iter().filter_map(|row| Some((part(row)?, ()))).collect();
        for name in names.into_keys() {
            let wanted = name.clone();
            groups.push(of(by, name, &move |row| part(row).as_ref() == Some(&wanted)));
        }
    }
    groups.retain(|group| group.rows > 0);
    groups.insert(0, whole);
    groups
}

/// The class of a row; what has a range is apart.
fn class_of(row: &ValidationRow) -> Option<&'static str> {
    let figures = row.training.as_ref()?;
    Some(if figures.modelled_range.is_some() { "range" } else { figures.class })
}

fn chip(row: &ValidationRow) -> Option<String> {
    let figures = row.training.as_ref()?;
    let kind = if figures.class == "moe" { "experts" } else { "dense" };
    Some(format!("{}, {kind}", figures.chip))
}

fn group(
    table: &str,
    by: &'static str,
    name: String,
    rows: &[(&ValidationRow, Option<f64>)],
) -> ValidationGroup {
    let own: Vec<&ValidationRow> = rows.iter().map(|(row, _)| *row).collect();
    let off: Vec<f64> = own.iter().filter_map(|row| Some(row.error?.abs())).collect();
    let near = off.iter().filter(|error| **error <= NEAR).count() as f64 / off.len().max(1) as f64;
    let constant: Vec<f64> = rows.iter().filter_map(|(_, error)| Some(error.as_ref()?.abs())).collect();
    let mean =
        |values: &[f64]| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let training = TrainingErrors {
        by,
        within_10_percent: (!off.is_empty()).then_some(near),
        constant_mfu_error: mean(&constant),
        median_absolute_error: (!off.is_empty()).then(|| median(off)),
    };
    ValidationGroup {
        name: if name.is_empty() { table.to_owned() } else { format!("{table}: {name}") },
        table: table.to_owned(),
        rows: rows.len() as u64,
        in_mean: false,
        explanation: None,
        all: summary(&own),
        large: ErrorSummary { compared: 0, mean_absolute_error: None, bias: None, worst: Vec::new() },
        training: Some(training),
    }
}
