//! A fit: which slots and rows take part, from where it starts, and the errors that are left.

use super::least_squares::{Minimum, Residuals, Unknown, minimise};
use super::observations::{Batch, Observation, Observations};
use super::slots::Slots;
use copperlight_core::transport::Transport;
use rayon::prelude::*;
use std::sync::RwLock;

/// A slot takes part when varying it moves a row by more than this.
const FELT: f64 = 1e-4;

/// By how much a slot is varied to see whether it is felt.
const PROBE: f64 = 1.05;

/// How strongly a slot is drawn to its guess: a factor of e from it costs as much as an error of 5 % in one row, so
/// that what hardly any row tells stays near it.
const PULL: f64 = 0.05;

/// Which rows a fit sees.
pub(super) type Sees<'a> = dyn Fn(&Observation) -> bool + Sync + 'a;

/// What is fitted to what.
pub(super) struct Problem<'a> {
    pub(super) slots: &'a Slots,
    pub(super) observations: &'a Observations,
    /// Whether each slot may be fitted.
    pub(super) open: Vec<bool>,
    /// The value of each slot that is not fitted, and where the others start.
    pub(super) start: Vec<f64>,
}

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    /// A value for each slot.
    pub(super) values: Vec<f64>,
    /// Which slots were fitted: those that may be and that a row feels.
    pub(super) fitted: Vec<bool>,
    pub(super) loss: f64,
    pub(super) rounds: usize,
}

/// The rows of a fit as functions of the fitted slots.
struct Rows<'a, 'b> {
    problem: &'a Problem<'b>,
    sees: &'a Sees<'a>,
    /// The slots that are fitted.
    varied: Vec<usize>,
    /// The last point, batch by batch: what has the same costs has the same errors.
    settled: RwLock<Vec<(Transport, Vec<f64>)>>,
}

impl Problem<'_> {
    /// Fits the open slots to the rows that are seen: first to collectives, then the kernels of experts to theirs.
    pub(super) fn fit(&self, sees: &Sees<'_>) -> Fitted {
        let of_experts = |slot: usize| self.slots.all[slot].parameter.name.starts_with("experts.");
        let collectives = self.stage(&|slot| !of_experts(slot), &|row| !row.of_experts && sees(row));
        let rest = Problem { open: self.open.clone(), start: collectives.values, ..*self };
        let experts = rest.stage(&of_experts, &|row| row.of_experts && sees(row));
        let fitted = collectives.fitted.iter().zip(&experts.fitted).map(|(one, other)| one | other).collect();
        let (loss, rounds) = (collectives.loss + experts.loss, collectives.rounds + experts.rounds);
        Fitted { values: experts.values, fitted, loss, rounds }
    }

    /// Fits some of the open slots to some rows.
    fn stage(&self, varies: &dyn Fn(usize) -> bool, sees: &Sees<'_>) -> Fitted {
        let mut rows = Rows { problem: self, sees, varied: Vec::new(), settled: RwLock::default() };
        rows.varied = rows.felt(varies);
        let unknown = |&slot: &usize| Unknown {
            start: self.start[slot],
            bounds: self.slots.all[slot].parameter.bounds,
        };
        let unknowns: Vec<Unknown> = rows.varied.iter().map(unknown).collect();
        let Minimum { values, loss, rounds } = minimise(&unknowns, &rows);
        let mut fitted = vec![false; self.start.len()];
        rows.varied.iter().for_each(|&slot| fitted[slot] = true);
        Fitted { values: rows.all(&values), fitted, loss, rounds }
    }

    /// The error of every row, batch by batch, where slots have these values.
    pub(super) fn errors(&self, values: &[f64]) -> Vec<Vec<f64>> {
        let of_batch = |batch: &Batch| batch.errors(self.slots.costs(&batch.family, values), |_| true);
        self.observations.batches.par_iter().map(of_batch).collect()
    }
}

impl Rows<'_, '_> {
    /// A value for each slot.
    fn all(&self, varied: &[f64]) -> Vec<f64> {
        let mut values = self.problem.start.clone();
        self.varied.iter().zip(varied).for_each(|(&slot, &value)| values[slot] = value);
        values
    }

    /// The open slots that a row feels.
    fn felt(&self, varies: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let start = &self.problem.start;
        let here = self.residuals(start);
        let moves = |&slot: &usize| {
            let mut values = start.clone();
            let high = self.problem.slots.all[slot].parameter.bounds[1];
            values[slot] =
                if values[slot] * PROBE < high { values[slot] * PROBE } else { values[slot] / PROBE };
            let there = self.residuals(&values);
            here.iter().zip(there).any(|(here, there)| (here - there).abs() > FELT)
        };
        let open: Vec<usize> =
            (0..start.len()).filter(|&slot| self.problem.open[slot] && varies(slot)).collect();
        open.into_par_iter().filter(moves).collect()
    }

    fn residuals(&self, values: &[f64]) -> Vec<f64> {
        self.by_batch(values).into_iter().flat_map(|(_, errors)| errors).collect()
    }

    fn by_batch(&self, values: &[f64]) -> Vec<(Transport, Vec<f64>)> {
        let settled = self.settled.read().expect("no thread has panicked");
        let of_batch = |(index, batch): (usize, &Batch)| {
            let costs = self.problem.slots.costs(&batch.family, values);
            let errors = match settled.get(index) {
                Some((known, errors)) if *known == costs => errors.clone(),
                _ => batch.errors(costs, self.sees),
            };
            (costs, errors)
        };
        self.problem.observations.batches.par_iter().enumerate().map(of_batch).collect()
    }
}

impl Residuals for Rows<'_, '_> {
    fn at(&self, values: &[f64]) -> Vec<f64> {
        let all = self.all(values);
        let drawn = |&slot: &usize| PULL * (all[slot] / self.problem.start[slot]).ln();
        self.residuals(&all).into_iter().chain(self.varied.iter().map(drawn)).collect()
    }

    fn settle(&self, values: &[f64]) {
        let found = self.by_batch(&self.all(values));
        *self.settled.write().expect("no thread has panicked") = found;
    }
}
