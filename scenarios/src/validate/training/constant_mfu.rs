//! What a constant MFU for each chip and precision would have said: the least that a model must be better than.

use crate::report::{TrainingFigures, ValidationRow};
use std::collections::BTreeMap;

/// Chip, precision, and whether there are experts: what has one MFU.
type Kind<'a> = (&'a str, &'static str, bool);

/// The errors of a constant MFU, for each row that was compared; `None` for others.
///
/// Each constant is the median of the rows that it is for: these errors are those of a fit, and flatter it.
pub(super) fn errors(rows: &[&ValidationRow]) -> Vec<Option<f64>> {
    let mut measured: BTreeMap<Kind<'_>, Vec<f64>> = BTreeMap::new();
    for figures in rows.iter().filter_map(|row| row.training.as_ref()) {
        measured.entry(kind(figures)).or_default().push(figures.measured_mfu);
    }
    let constants: BTreeMap<Kind<'_>, f64> =
        measured.into_iter().map(|(kind, values)| (kind, median(values))).collect();
    let error = |row: &&ValidationRow| {
        let figures = row.training.as_ref()?;
        Some(figures.measured_mfu / constants[&kind(figures)] - 1.0)
    };
    rows.iter().map(error).collect()
}

fn kind(figures: &TrainingFigures) -> Kind<'_> {
    (&figures.chip, figures.precision, figures.class == "moe")
}

/// The middle value, or the mean of the two in the middle; of at least one value.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        f64::midpoint(values[middle - 1], values[middle])
    } else {
        values[middle]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
