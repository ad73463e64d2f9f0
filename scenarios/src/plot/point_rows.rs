//! Points as rows of a chart: those at one place of the sweep stand together, system by system.

use super::row_chart::Row;
use super::sweep::{horizontal, position};
use crate::report::number::chips;
use crate::report::{PointResult, ScenarioReport, label_setting, varying_parameters};

/// One point with what a chart shows of it.
pub(super) struct PointRow<T> {
    name: String,
    detail: String,
    begins: bool,
    /// What is shown.
    pub(super) value: T,
}

impl<T> PointRow<T> {
    /// The row without its parts.
    pub(super) fn row(&self) -> Row {
        Row { name: self.name.clone(), detail: self.detail.clone(), begins: self.begins, ..Row::default() }
    }
}

/// The points that have a value, by their place in the sweep, in the order of systems.
pub(super) fn point_rows<T>(
    report: &ScenarioReport,
    value: &dyn Fn(&PointResult) -> Option<T>,
) -> Vec<PointRow<T>> {
    let points = &report.results.results;
    let varying = varying_parameters(points);
    let horizontal = horizontal(points, &varying);
    let place = |point: &PointResult| position(point, horizontal.as_deref()).0;
    let mut shown: Vec<(f64, &PointResult, T)> =
        points.iter().filter_map(|point| Some((place(point), point, value(point)?))).collect();
    shown.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut before = shown.first().map(|(place, ..)| *place);
    let mut row = |(place, point, value): (f64, &PointResult, T)| {
        let begins = before.replace(place) != Some(place);
        let setting = label_setting(point, &varying);
        let detail = match setting.is_empty() {
            true => chips(point.chips),
            false => format!("{}, {setting}", chips(point.chips)),
        };
        PointRow { name: point.system.clone(), detail, begins, value }
    };
    shown.into_iter().map(&mut row).collect()
}
