//! Names of points in figures that show each of them, and which of too many are shown.

use crate::report::number::chips;
use crate::report::{PointResult, distinct_systems, label_setting, varying_parameters};

/// A point in words: its system, its chips, and what else tells it from others.
pub(super) fn point_label(point: &PointResult, varying: &[String]) -> String {
    let setting = label_setting(point, varying);
    let comma = if setting.is_empty() { "" } else { ", " };
    format!("{}, {}{comma}{setting}", point.system, chips(point.chips).replace(' ', "\u{a0}"))
}

/// The points with their names: all, or of each system the first ones, with a note that says so.
pub(super) fn first_points(
    points: &[PointResult],
    most: usize,
) -> (Vec<(String, &PointResult)>, Vec<String>) {
    let varying = varying_parameters(points);
    let systems = distinct_systems(points);
    let named = |point| (point_label(point, &varying), point);
    if points.len() <= most {
        return (points.iter().map(named).collect(), Vec::new());
    }
    let of_each = (most / systems.len().max(1)).max(1);
    let mut shown = Vec::new();
    for system in systems.into_iter().take(most) {
        shown.extend(points.iter().filter(|point| point.system == system).take(of_each).map(named));
    }
    let note =
        format!("Shows {} of {} points: the first {of_each} of each system.", shown.len(), points.len());
    (shown, vec![note])
}
