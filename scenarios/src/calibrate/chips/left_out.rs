//! What a fit without some rows says of them: by source, and by chip.
//!
//! Fits without rows are made by the slopes of the fit to all.

use super::field::Field;
use super::fit::{Fitted, Problem};
use super::rows::Observation;
use super::slots::{Owner, Slots};
use crate::report::{ChipErrors, LeftOut, LeftOutErrors};
use rayon::prelude::*;

/// Which chip is nearest to one of which no run was seen.
const NEAREST: [(&str, &str); 5] =
    [("a100", "h100"), ("h100", "a100"), ("gb200", "gb300"), ("gb300", "gb200"), ("b300", "gb300")];

/// Fits without each source, and without each chip.
pub(super) fn left_out(problem: &Problem<'_>, fitted: &Fitted) -> LeftOut {
    let by = |part: fn(&Observation) -> &str| -> Vec<LeftOutErrors> {
        let mut names: Vec<&str> = problem.rows.iter().map(part).collect();
        names.sort_unstable();
        names.dedup();
        let without = |name: &&str| without(problem, fitted, name, &|row| part(row) == *name);
        names.par_iter().map(without).collect()
    };
    LeftOut { by_source: by(|row| &row.family), by_chip: by(|row| &row.chip) }
}

fn without(
    problem: &Problem<'_>,
    fitted: &Fitted,
    name: &str,
    is_left_out: &(dyn Fn(&Observation) -> bool + Sync),
) -> LeftOutErrors {
    let seen: Vec<bool> = problem.rows.iter().map(|row| !is_left_out(row)).collect();
    let start = start(problem, fitted, &seen);
    let values = problem.refit(fitted, &start, &seen);
    let values = relatives(problem, values, &seen);
    let errors = |values: &[f64]| -> ChipErrors {
        let errors = problem.errors(fitted, values);
        let own = errors.iter().zip(problem.rows).filter(|(_, row)| is_left_out(row));
        ChipErrors::of(&own.map(|(error, _)| error.exp() - 1.0).collect::<Vec<f64>>())
    };
    let predicted = errors(&values);
    LeftOutErrors {
        name: name.to_owned(),
        rows: seen.iter().filter(|seen| !**seen).count() as u64,
        in_sample: errors(&fitted.values).error,
        left_out: predicted.error,
        bias: predicted.bias,
    }
}

/// The slots that no seen row tells, and that were fitted.
fn unseen<'a>(problem: &'a Problem<'_>, seen: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    let rows = move || problem.rows.iter().zip(seen).filter(|(_, seen)| **seen);
    let is_told = move |slot: usize| rows().any(|(row, _)| problem.steps.all[row.step].slots.contains(&slot));
    (0..problem.open.len()).filter(move |slot| problem.open[*slot] && !is_told(*slot))
}

/// Where a fit starts that does not see some rows: of what no other row tells, at its guess.
fn start(problem: &Problem<'_>, fitted: &Fitted, seen: &[bool]) -> Vec<f64> {
    let mut start = fitted.values.clone();
    unseen(problem, seen).for_each(|slot| start[slot] = problem.slots.all[slot].guess);
    start
}

/// Gives a chip of which no row was seen what its nearest relative sustains.
fn relatives(problem: &Problem<'_>, mut values: Vec<f64>, seen: &[bool]) -> Vec<f64> {
    let unseen: Vec<usize> = unseen(problem, seen).collect();
    for slot in unseen.iter().copied() {
        let near = relative(problem.slots, slot).filter(|near| !unseen.contains(near));
        if let Some(near) = near {
            values[slot] = values[near];
        }
    }
    values
}

/// The same parameter of the nearest chip that has it.
fn relative(slots: &Slots, slot: usize) -> Option<usize> {
    let Owner::Chip(chip) = slots.all[slot].owner else { return None };
    let (_, near) = NEAREST.iter().find(|(own, _)| *own == chip)?;
    let field: Field = slots.all[slot].field;
    slots.all.iter().position(|other| other.owner == Owner::Chip(near) && other.field == field)
}
