//! Damped least squares within bounds (Levenberg and Marquardt), with a loss that outliers do not rule.
//!
//! Unknowns are varied on a scale on which their bounds are infinitely far away. A residual `r` costs
//! `2 (sqrt(1 + (r/s)^2) - 1)`, the soft form of its size: like a square below `s`, like a line above.
//! Few unknowns and a loss of this form are all that is needed, so this is written out rather than taken from a crate.

use rayon::prelude::*;

/// Where the loss turns from a square into a line: an error of a tenth.
const SOFT: f64 = 0.1;

/// Difference at which derivatives are taken, on the scale on which unknowns are varied.
const NUDGE: f64 = 1e-4;

/// A fit ends when a round lowers the loss by less than this share of it, twice in a row.
const ENOUGH: f64 = 1e-6;

/// The most rounds.
const MOST_ROUNDS: usize = 80;

/// What is minimised: weighted residuals for values of the unknowns.
pub(super) trait Residuals: Sync {
    /// The residuals at these values, always as many.
    fn at(&self, values: &[f64]) -> Vec<f64>;

    /// How much each residual counts, or `None` where all count alike.
    fn weights(&self) -> Option<Vec<f64>> {
        None
    }

    /// Told where the next derivatives are taken.
    fn settle(&self, _values: &[f64]) {}
}

/// An unknown within its bounds, both open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unknown {
    pub(super) start: f64,
    pub(super) bounds: [f64; 2],
}

/// A minimum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Minimum {
    pub(super) values: Vec<f64>,
    pub(super) loss: f64,
    pub(super) rounds: usize,
}

impl Unknown {
    /// From the real line into the bounds, evenly in the logarithm.
    fn value(&self, at: f64) -> f64 {
        let [low, high] = self.bounds.map(f64::ln);
        (low + (high - low) / (1.0 + (-at).exp())).exp()
    }

    fn position(&self) -> f64 {
        let [low, high] = self.bounds.map(f64::ln);
        let share = ((self.start.ln() - low) / (high - low)).clamp(1e-3, 1.0 - 1e-3);
        (share / (1.0 - share)).ln()
    }
}

/// The soft loss of residuals that count so much each.
pub(super) fn loss(residuals: &[f64], weights: &[f64]) -> f64 {
    let of = |residual: &f64| 2.0 * SOFT * SOFT * ((1.0 + (residual / SOFT).powi(2)).sqrt() - 1.0);
    residuals.iter().zip(weights).map(|(residual, weight)| weight * of(residual)).sum()
}

/// A minimum near the start.
pub(super) fn minimise(unknowns: &[Unknown], residuals: &impl Residuals) -> Minimum {
    let values = |at: &[f64]| -> Vec<f64> {
        unknowns.iter().zip(at).map(|(unknown, at)| unknown.value(*at)).collect()
    };
    let mut at: Vec<f64> = unknowns.iter().map(Unknown::position).collect();
    let mut found = residuals.at(&values(&at));
    let weights = residuals.weights().unwrap_or_else(|| vec![1.0; found.len()]);
    let mut best = loss(&found, &weights);
    let (mut damping, mut idle, mut rounds) = (1e-2, 0, 0);
    while rounds < MOST_ROUNDS && idle < 2 && !at.is_empty() {
        rounds += 1;
        residuals.settle(&values(&at));
        let columns = derivatives(&at, &found, |at| residuals.at(&values(at)));
        let (normal, gradient) = normal_equations(&columns, &found, &weights);
        let mut lowered = false;
        for _ in 0..8 {
            let step = solve(&damped(&normal, damping), &gradient);
            let next: Vec<f64> = at.iter().zip(&step).map(|(at, step)| at - step.clamp(-1.0, 1.0)).collect();
            let there = residuals.at(&values(&next));
            let now = loss(&there, &weights);
            if now < best {
                idle = if best - now < ENOUGH * best { idle + 1 } else { 0 };
                (at, found, best, lowered) = (next, there, now, true);
                damping = (damping * 0.3).max(1e-9);
                break;
            }
            damping = (damping * 4.0).min(1e9);
        }
        idle = if lowered { idle } else { 2 };
    }
    Minimum { values: values(&at), loss: best, rounds }
}

/// How residuals change with each unknown.
fn derivatives(at: &[f64], found: &[f64], residuals: impl Fn(&[f64]) -> Vec<f64> + Sync) -> Vec<Vec<f64>> {
    let column = |unknown: usize| {
        let mut nudged = at.to_vec();
        nudged[unknown] += NUDGE;
        let there = residuals(&nudged);
        there.iter().zip(found).map(|(there, here)| (there - here) / NUDGE).collect()
    };
    (0..at.len()).into_par_iter().map(column).collect()
}

/// The normal equations of the residuals, each weighted by the slope of its loss.
fn normal_equations(columns: &[Vec<f64>], found: &[f64], weights: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let slope = |(residual, weight): (&f64, &f64)| weight / (1.0 + (residual / SOFT).powi(2)).sqrt();
    let weights: Vec<f64> = found.iter().zip(weights).map(slope).collect();
    let product = |one: &[f64], other: &[f64]| -> f64 {
        one.iter().zip(other).zip(&weights).map(|((one, other), weight)| one * other * weight).sum()
    };
    let normal = columns.iter().map(|row| columns.iter().map(|column| product(row, column)).collect());
    let gradient = columns.iter().map(|column| product(column, found));
    (normal.collect(), gradient.collect())
}

fn damped(normal: &[Vec<f64>], damping: f64) -> Vec<Vec<f64>> {
    let mut matrix = normal.to_vec();
    for (index, row) in matrix.iter_mut().enumerate() {
        row[index] += damping * row[index].max(1e-9);
    }
    matrix
}

/// Solves a symmetric system with a positive diagonal by elimination, the largest pivot first.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let size = right.len();
    let mut rows: Vec<Vec<f64>> =
        matrix.iter().zip(right).map(|(row, right)| row.iter().copied().chain([*right]).collect()).collect();
    for pivot in 0..size {
        let largest = (pivot..size)
            .max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))
            .expect("a pivot is left");
        rows.swap(pivot, largest);
        let upper = rows[pivot].clone();
        if upper[pivot] == 0.0 {
            continue;
        }
        for row in &mut rows[pivot + 1..] {
            let factor = row[pivot] / upper[pivot];
            row.iter_mut().zip(&upper).for_each(|(value, above)| *value -= factor * above);
        }
    }
    let mut solution = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| rows[row][column] * solution[column]).sum();
        let pivot = rows[row][row];
        solution[row] = if pivot == 0.0 { 0.0 } else { (rows[row][size] - known) / pivot };
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Residuals of `a + b x` against data of which one point is far off.
    struct Line;

    impl Residuals for Line {
        fn at(&self, values: &[f64]) -> Vec<f64> {
            let measured = |x: f64| if x == 3.0 { 9.0 } else { 2.0 + 0.5 * x };
            (0..20).map(|x| values[0] + values[1] * f64::from(x) - measured(f64::from(x))).collect()
        }
    }

    #[test]
    fn an_outlier_does_not_rule() {
        let unknown = |start| Unknown { start, bounds: [0.01, 100.0] };
        let minimum = minimise(&[unknown(10.0), unknown(10.0)], &Line);
        let [a, b] = minimum.values[..] else { panic!("two unknowns have two values") };
        // A plain square would be pulled to 2.9 + 0.45 x.
        assert!((a - 2.0).abs() < 0.02 && (b - 0.5).abs() < 0.002, "{minimum:?}");
    }

    #[test]
    fn bounds_are_kept() {
        let minimum = minimise(
            &[Unknown { start: 1.0, bounds: [0.1, 1.5] }, Unknown { start: 1.0, bounds: [0.1, 5.0] }],
            &Line,
        );
        assert!(minimum.values[0] < 1.5 && minimum.values[0] > 1.4, "{minimum:?}");
    }

    #[test]
    fn a_soft_loss_is_a_square_near_zero() {
        assert!((loss(&[0.001], &[1.0]) - 1e-6).abs() < 1e-9);
        assert!(loss(&[10.0], &[1.0]) < 2.0 * SOFT * 10.0);
    }
}
