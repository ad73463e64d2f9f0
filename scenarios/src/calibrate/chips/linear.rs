//! Rows as if logarithms of their times were linear in those of the slots.

use super::pairs::Pair;
use super::rows::Observation;
use super::slots::Slots;
use super::steps::Slope;
use crate::calibrate::least_squares::{Residuals, Unknown, minimise};
use std::collections::BTreeMap;

/// How much the ratio of a pair counts, over a row.
const OF_PAIRS: f64 = 3.0;

/// How much the mean error of a class of rows on an architecture counts, over each of them.
const OF_BIASES: f64 = 1.0;

/// The error of a row that is usual: an unknown that is off its guess by its spread costs as much.
const USUAL: f64 = 0.05;

/// How far a slot may go before slopes are taken again.
const FAR: f64 = 1.3;

/// The rows of a round.
pub(super) struct Linear<'a> {
    pub(super) slots: &'a Slots,
    pub(super) rows: &'a [Observation],
    pub(super) pairs: &'a [Pair],
    /// By step.
    pub(super) slopes: &'a [Slope],
    /// By step: simulated over estimated, as a logarithm.
    pub(super) ratios: &'a [f64],
    /// Where slopes were taken.
    pub(super) around: &'a [f64],
    /// Where all slots start, and what those have that are not fitted.
    pub(super) start: &'a [f64],
    /// The slots that are fitted.
    pub(super) varied: Vec<usize>,
    /// Whether each row is seen.
    pub(super) seen: &'a [bool],
}

impl Linear<'_> {
    /// Values for all slots that suit the seen rows best, no farther than slopes hold.
    pub(super) fn best(&self) -> Vec<f64> {
        let unknown = |&slot: &usize| {
            let [low, high] = self.slots.all[slot].bounds;
            let start = self.start[slot];
            Unknown { start, bounds: [low.max(start / FAR), high.min(start * FAR)] }
        };
        let unknowns: Vec<Unknown> = self.varied.iter().map(unknown).collect();
        self.all(&minimise(&unknowns, self).values)
    }

    fn all(&self, varied: &[f64]) -> Vec<f64> {
        let mut values = self.start.to_vec();
        self.varied.iter().zip(varied).for_each(|(&slot, &value)| values[slot] = value);
        values
    }

    /// The logarithms of modelled over measured time of every row, where slots have these values.
    pub(super) fn errors(&self, values: &[f64]) -> Vec<f64> {
        let moved: Vec<f64> =
            values.iter().zip(self.around).map(|(value, around)| (value / around).ln()).collect();
        let step = |(slope, ratio): (&Slope, &f64)| {
            slope.log_time
                + ratio
                + slope.by_slot.iter().map(|(slot, slope)| slope * moved[*slot]).sum::<f64>()
        };
        let steps: Vec<f64> = self.slopes.iter().zip(self.ratios).map(step).collect();
        self.rows.iter().map(|row| steps[row.step] - row.measured.ln()).collect()
    }

    /// Pairs of which both runs are seen.
    fn seen_pairs(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| pair.iter().all(|row| self.seen[*row]))
    }

    fn seen_rows(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|row| self.seen[*row])
    }

    /// The seen rows by class and architecture.
    fn kinds(&self) -> Vec<Vec<usize>> {
        let mut kinds: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for row in self.seen_rows() {
            let own = &self.rows[row];
            kinds.entry((own.class, &own.architecture)).or_default().push(row);
        }
        kinds.into_values().collect()
    }

    /// Residuals of errors at values of the slots: of rows, of pairs, of classes of rows, and how far slots are from their guesses.
    pub(super) fn residuals(&self, errors: &[f64], values: &[f64]) -> Vec<f64> {
        let rows = self.seen_rows().map(|row| errors[row]);
        let pairs = self.seen_pairs().map(|[fewer, more]| errors[*more] - errors[*fewer]);
        let drawn = |&slot: &usize| {
            let slot_of = &self.slots.all[slot];
            USUAL * (values[slot] / slot_of.guess).ln() / slot_of.spread
        };
        let biases = self
            .kinds()
            .into_iter()
            .map(|rows| rows.iter().map(|row| errors[*row].exp() - 1.0).sum::<f64>() / rows.len() as f64);
        rows.chain(pairs).chain(biases).chain(self.varied.iter().map(drawn)).collect()
    }
}

impl Residuals for Linear<'_> {
    fn at(&self, values: &[f64]) -> Vec<f64> {
        let all = self.all(values);
        self.residuals(&self.errors(&all), &all)
    }

    fn weights(&self) -> Option<Vec<f64>> {
        let rows = self.seen_rows().map(|row| self.rows[row].weight);
        let pairs = self.seen_pairs().map(|pair| OF_PAIRS * self.rows[pair[1]].weight);
        let biases = self.kinds().into_iter().map(|rows| OF_BIASES * rows.len() as f64);
        Some(rows.chain(pairs).chain(biases).chain(self.varied.iter().map(|_| 1.0)).collect())
    }
}
