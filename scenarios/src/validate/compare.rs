//! Every row of every table: what was measured, what the model says, and how far apart they are.

use super::batches::{Batch, Place, batches};
use super::error::relative_error;
use super::groups;
use super::modelled::{self, Answer, Modelled};
use super::row::{Measured, Row};
use super::table::{Table, TableKind};
use super::training::{self, Answered, Published};
use crate::report::{RowKind, SCHEMA, ValidationReport, ValidationRow};
use crate::run::{ProgressEvent, RunError, in_pool};
use copperlight_core::units::Bytes;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Holds the model against every row, on so many threads or on all cores; results do not depend on them.
///
/// # Errors
/// [`RunError`] when there are no threads. A row that cannot run has a reason instead.
pub fn compare(tables: &[Table], threads: Option<usize>) -> Result<ValidationReport, RunError> {
    compare_with(tables, threads, &|_| ())
}

/// As [`compare`], and tells how far it is.
///
/// # Errors
/// As [`compare`].
pub fn compare_with(
    tables: &[Table],
    threads: Option<usize>,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<ValidationReport, RunError> {
    let (batches, places) = batches(tables);
    progress(ProgressEvent::Started { parts: batches.len() });
    let ask = |batch: &Batch<'_>| {
        let answer = modelled::answer(batch);
        let (class, setup) = (batch.class.name(), batch.setup);
        progress(ProgressEvent::Finished { what: format!("{class} on {} x {}", setup.chips, setup.preset) });
        answer
    };
    let answers: Vec<Answer> = in_pool(threads, || batches.par_iter().map(ask).collect())?;
    let mut trained = training_answers(tables, threads, progress)?.into_iter();
    let mut rows = Vec::new();
    for (table, places) in tables.iter().zip(&places) {
        if table.kind == TableKind::Training {
            let answered = table.rows.iter().zip(&mut trained);
            rows.extend(answered.map(|(row, answer)| report_training(table, row, answer)));
            continue;
        }
        let answered = table.rows.iter().zip(places);
        rows.extend(answered.map(|(row, place)| report(table, row, answer_at(&answers, *place))));
    }
    let (groups, mean) = groups::of_rows(tables, &rows);
    let pairs = training::compare_pairs(tables, &rows);
    let notes: BTreeSet<&String> = answers.iter().filter_map(|answer| answer.note.as_ref()).collect();
    let notes = notes.into_iter().cloned().collect();
    Ok(ValidationReport { schema: SCHEMA, groups, mean, rows, pairs, notes })
}

/// The answers to the training runs of all tables, in the order of rows.
fn training_answers(
    tables: &[Table],
    threads: Option<usize>,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<Vec<Result<Answered, String>>, RunError> {
    let rows = || tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.training.as_ref());
    let readable: Vec<&Published> = rows().filter_map(|row| row.as_deref().ok()).collect();
    if readable.is_empty() {
        return Ok(rows().map(|row| Err(row.as_ref().err().cloned().unwrap_or_default())).collect());
    }
    let mut answers = training::answer(&readable, &readable, threads, progress)?.into_iter();
    let mut next = || answers.next().expect("there is an answer to every row that can be read");
    Ok(rows().map(|row| row.as_ref().map_err(String::clone).and_then(|_| next())).collect())
}

/// A training run with the model's answer to it, or with the reason why there is none.
fn report_training(table: &Table, row: &Row, answer: Result<Answered, String>) -> ValidationRow {
    let blank = report(table, row, Some(&Err(String::new())));
    match answer {
        Err(reason) => ValidationRow { reason: Some(reason), ..blank },
        Ok(Answered { value, error, figures }) => ValidationRow {
            modelled: Some(value),
            error: Some(error),
            reason: None,
            group: format!("{}: {}", table.name, figures.class),
            training: Some(figures),
            ..blank
        },
    }
}

fn answer_at(answers: &[Answer], place: Option<Place>) -> Option<&Result<Modelled, String>> {
    place.map(|place| &answers[place.batch].modelled[place.operation])
}

/// What the model says of a row, in the unit of what was measured.
struct Compared {
    value: f64,
    error: f64,
    ran: Modelled,
}

/// A row with the model's answer to it, or with the reason why there is none.
fn report(table: &Table, row: &Row, answer: Option<&Result<Modelled, String>>) -> ValidationRow {
    let (compared, reason) = match compared(table, row, answer) {
        Ok(compared) => (Some(compared), None),
        Err(reason) => (None, Some(reason)),
    };
    let ran = compared.as_ref().map(|compared| &compared.ran);
    ValidationRow {
        kind: match table.kind {
            TableKind::Collectives => RowKind::Collective,
            TableKind::Training => RowKind::Training,
        },
        table: table.name.clone(),
        row: row.number,
        id: row.id.clone(),
        preset: row.preset.clone(),
        chips: row.chips,
        op: row.operation.clone(),
        size_bytes: row.size.map(Bytes::count),
        measured: row.measured,
        modelled: compared.as_ref().map(|compared| compared.value),
        unit: row.unit,
        error: compared.as_ref().map(|compared| compared.error),
        reason,
        group: groups::name(table, row),
        algorithm: ran.map(|ran| ran.algorithm.clone()),
        protocol: ran.map(|ran| ran.protocol.clone()),
        training: None,
    }
}

fn compared(table: &Table, row: &Row, answer: Option<&Result<Modelled, String>>) -> Result<Compared, String> {
    let run = row.run.as_ref().map_err(String::clone)?;
    let answer = answer.expect("a row that can run is in a batch");
    let ran = answer.clone()?.with_floor(table.harness.floor);
    let value = in_unit_of(run.measured, &ran)?;
    Ok(Compared { value, error: relative_error(run.measured, value), ran })
}

/// The model's answer in the unit of what was measured.
fn in_unit_of(measured: Measured, modelled: &Modelled) -> Result<f64, String> {
    match measured {
        Measured::TimeUs(_) => Ok(modelled.time_us),
        Measured::BusbwGbPerS(_) => {
            let none =
                || "the model has no bus bandwidth here: nothing is sent, or it takes no time".to_owned();
            modelled.busbw_gb_per_s.filter(|rate| *rate > 0.0).ok_or_else(none)
        }
    }
}
