//! A fit: rounds of slopes and of the values that suit them best.

use super::linear::Linear;
use super::pairs::Pair;
use super::rows::Observation;
use super::slots::Slots;
use super::steps::{Slope, Steps};
use crate::calibrate::least_squares::{Residuals, loss};

/// The most rounds.
const MOST_ROUNDS: usize = 12;

/// A fit ends when a round moves no slot by more than this share.
const STILL: f64 = 1e-3;

/// Slopes are taken again where a slot has moved by more than this share.
const FAR: f64 = 0.1;

/// What is fitted to what.
pub(super) struct Problem<'a> {
    pub(super) slots: &'a Slots,
    pub(super) rows: &'a [Observation],
    pub(super) pairs: &'a [Pair],
    pub(super) steps: &'a Steps,
    /// By step: simulated over estimated, as a logarithm.
    pub(super) ratios: &'a [f64],
    /// Whether each slot may be fitted.
    pub(super) open: &'a [bool],
    pub(super) seen: &'a [bool],
}

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    pub(super) values: Vec<f64>,
    /// The slopes of the last round, and where they were taken.
    pub(super) slopes: Vec<Slope>,
    pub(super) around: Vec<f64>,
    pub(super) loss: f64,
    pub(super) rounds: usize,
}

impl Problem<'_> {
    /// Fits the open slots to the rows that are seen.
    pub(super) fn fit(&self, start: &[f64]) -> Fitted {
        let mut values = start.to_vec();
        let mut slopes = self.steps.slopes(self.slots, &values, self.open);
        let mut taken = values.clone();
        for rounds in 1.. {
            let found = self.linear(&slopes, &values, self.seen).best();
            if most_moved(&found, &values) < STILL || rounds == MOST_ROUNDS {
                let loss = self.loss(&self.linear(&slopes, &values, self.seen), &found);
                return Fitted { values: found, slopes, around: values, loss, rounds };
            }
            values = found;
            if most_moved(&values, &taken) > FAR {
                slopes = self.steps.slopes(self.slots, &values, self.open);
                taken.clone_from(&values);
            } else {
                let log_times = self.steps.log_times(self.slots, &values);
                slopes.iter_mut().zip(log_times).for_each(|(slope, log_time)| slope.log_time = log_time);
            }
        }
        unreachable!("the last round returns")
    }

    /// What a fit to other rows gives by the slopes of this one.
    pub(super) fn refit(&self, fitted: &Fitted, start: &[f64], seen: &[bool]) -> Vec<f64> {
        let mut linear = self.linear(&fitted.slopes, &fitted.around, seen);
        linear.start = start;
        linear.best()
    }

    /// The logarithms of modelled over measured time by the slopes of a fit.
    pub(super) fn errors(&self, fitted: &Fitted, values: &[f64]) -> Vec<f64> {
        self.linear(&fitted.slopes, &fitted.around, self.seen).errors(values)
    }

    fn loss(&self, linear: &Linear<'_>, values: &[f64]) -> f64 {
        let residuals = linear.residuals(&linear.errors(values), values);
        loss(&residuals, &linear.weights().unwrap_or_default())
    }

    fn linear<'a>(&'a self, slopes: &'a [Slope], around: &'a [f64], seen: &'a [bool]) -> Linear<'a> {
        Linear {
            slots: self.slots,
            rows: self.rows,
            pairs: self.pairs,
            slopes,
            ratios: self.ratios,
            around,
            start: around,
            varied: self.varied(seen),
            seen,
        }
    }

    /// The open slots that a seen row depends on.
    fn varied(&self, seen: &[bool]) -> Vec<usize> {
        let rows = || self.rows.iter().zip(seen).filter(|(_, seen)| **seen);
        let is_felt = |slot: &usize| rows().any(|(row, _)| self.steps.all[row.step].slots.contains(slot));
        (0..self.open.len()).filter(|slot| self.open[*slot]).filter(is_felt).collect()
    }
}

/// The largest change of a slot, as a logarithm.
fn most_moved(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one / other).ln().abs()).fold(0.0, f64::max)
}
