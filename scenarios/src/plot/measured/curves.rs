//! Rows of measurements as series: what is drawn against what.

use super::super::axis::{Axis, number_label};
use super::panels::{Compared, Small};
use crate::report::{ValidationRow, number};
use copperlight_core::workload::CollectiveKind;
use std::collections::BTreeMap;

/// The quantity along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Bus bandwidth in GB/s.
    BusBandwidth,
    /// Time in microseconds.
    Time,
    /// The size in bytes.
    Size,
    /// The number of chips.
    Chips,
}

/// A panel that is to be filled with rows.
pub(super) struct Wanted<'a> {
    pub(super) title: &'a str,
    pub(super) x: Quantity,
    pub(super) y: Quantity,
    /// Which rows, and the series that each is in, in the order of the first part.
    pub(super) series: &'a dyn Fn(&ValidationRow) -> Option<(u64, String)>,
}

impl Quantity {
    /// The measured and the modelled value of a row; the same for what is set.
    fn of(self, row: &ValidationRow) -> Option<(f64, f64)> {
        let (measured, modelled) = (row.measured?, row.modelled?);
        let both = |value: u64| (value as f64, value as f64);
        match (self, row.unit?) {
            (Self::Size, _) => row.size_bytes.map(both),
            (Self::Chips, _) => row.chips.map(both),
            (Self::Time, "us") | (Self::BusBandwidth, "GB/s") => Some((measured, modelled)),
            (Self::BusBandwidth, "us") => {
                // Bytes a microsecond are millionths of GB/s times a thousand.
                let bytes = row.size_bytes? as f64 * bus_factor(row)? * 1e-3;
                Some((bytes / measured, bytes / modelled))
            }
            _ => None,
        }
    }

    fn axis(self, values: &[f64]) -> Axis {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        match self {
            Self::BusBandwidth => Axis::from_zero("", high, number_label),
            Self::Time => Axis::decades("", (low / 1.15, high * 1.15), number_label),
            Self::Size => Axis::sizes("", low as u64, high as u64),
            Self::Chips => {
                let mut counts: Vec<f64> = values.to_vec();
                counts.sort_by(f64::total_cmp);
                counts.dedup();
                let labelled: Vec<(f64, String)> =
                    counts.into_iter().map(|count| (count, number::grouped(count as u64))).collect();
                Axis::at_values("", &labelled)
            }
        }
    }
}

fn bus_factor(row: &ValidationRow) -> Option<f64> {
    let kind = CollectiveKind::ALL.into_iter().find(|kind| Some(kind.name()) == row.op.as_deref())?;
    Some(kind.bus_factor(usize::try_from(row.chips?).ok()?))
}

/// The panel of all rows that it wants; `None` without any.
pub(super) fn panel(rows: &[ValidationRow], wanted: &Wanted<'_>) -> Option<Small> {
    let mut series: BTreeMap<(u64, String), Compared> = BTreeMap::new();
    for row in rows {
        let Some(key) = (wanted.series)(row) else { continue };
        let (Some(x), Some((measured, modelled))) = (wanted.x.of(row), wanted.y.of(row)) else { continue };
        let label = key.1.clone();
        let empty =
            Compared { label, measured: Vec::new(), modelled: Vec::new(), measured_to: f64::INFINITY };
        let of_key = series.entry(key).or_insert(empty);
        of_key.measured.push((x.0, measured));
        of_key.modelled.push((x.0, modelled));
    }
    let mut series: Vec<Compared> = series.into_values().collect();
    for compared in &mut series {
        compared.modelled.sort_by(|one, other| one.0.total_cmp(&other.0));
        compared.modelled.dedup();
    }
    let all = series.iter().flat_map(|series| series.measured.iter().chain(&series.modelled));
    let (xs, ys): (Vec<f64>, Vec<f64>) = all.copied().unzip();
    if xs.is_empty() {
        return None;
    }
    let (x, y) = (wanted.x.axis(&xs), wanted.y.axis(&ys));
    Some(Small { title: wanted.title.to_owned(), x, y, series })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn times_become_rates_and_rows_without_a_model_are_not_drawn() {
        let report = example::validation();
        let wanted = Wanted {
            title: "t",
            x: Quantity::Size,
            y: Quantity::BusBandwidth,
            series: &|row| Some((row.chips?, String::new())),
        };
        let small = panel(&report.rows, &wanted).expect("a row was compared");
        // 1024 B x 7/4 in 10 us measured, 12 us modelled.
        let (measured, modelled) = (small.series[0].measured[0].1, small.series[0].modelled[0].1);
        assert!((measured - 0.1792).abs() < 1e-12 && (modelled - 0.1792 * 10.0 / 12.0).abs() < 1e-12);
        let drawn: usize = small.series.iter().map(|series| series.measured.len()).sum();
        assert!(drawn < report.rows.len());
        let none = Wanted { series: &|_| None, ..wanted };
        assert_eq!(panel(&report.rows, &none), None);
    }
}
