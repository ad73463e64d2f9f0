//! Bus bandwidth of an all-reduce against its size, inside one domain of each system.

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::line_chart::{LineChart, Series};
use super::style::{MOST_SERIES, series_color, series_marker};
use crate::report::number::chips;
use crate::report::{BusbwCurve, CollectiveRow, ScenarioReport};

const TITLE: &str = "Bus bandwidth against message size";
const TITLE_IN_DOMAIN: &str = "All-reduce inside one domain: bus bandwidth against message size";

/// Draws the figure; `None` when no curve has a row with a rate.
pub(super) fn draw_busbw(report: &ScenarioReport) -> Option<Drawing> {
    let mut curves: Vec<BusbwCurve> =
        report.busbw_curves().into_iter().filter(|curve| curve.rows.iter().any(has_rate)).collect();
    let mut notes = Vec::new();
    if curves.len() > MOST_SERIES {
        notes.push(format!("Shows the first {MOST_SERIES} of {} curves.", curves.len()));
        curves.truncate(MOST_SERIES);
    }
    let sizes = || curves.iter().flat_map(|curve| &curve.rows).map(|row| row.size_bytes);
    let (smallest, largest) = (sizes().min()?, sizes().max()?);
    let rows = curves.iter().flat_map(|curve| &curve.rows);
    let highest = rows.filter_map(|row| row.busbw_gb_per_s).fold(0.0, f64::max);
    let title = if report.busbw.is_empty() { TITLE } else { TITLE_IN_DOMAIN };
    let mut canvas = Canvas::default();
    let room = draw_frame(&mut canvas, report, title, &notes);
    let chart = LineChart {
        x: Axis::sizes("message size (logarithmic)", smallest, largest),
        y: Axis::from_zero("bus bandwidth (GB/s)", highest, number_label),
        series: curves.iter().enumerate().map(|(index, curve)| series(index, curve)).collect(),
    };
    chart.draw(&mut canvas, room);
    Some(Drawing { title: title.to_owned(), canvas, notes })
}

fn has_rate(row: &CollectiveRow) -> bool {
    row.busbw_gb_per_s.is_some()
}

fn point(row: &CollectiveRow) -> Option<(f64, f64)> {
    Some((row.size_bytes.max(1) as f64, row.busbw_gb_per_s?))
}

fn series(index: usize, curve: &BusbwCurve) -> Series {
    Series {
        label: format!("{} ({})", curve.system, chips(curve.chips).replace(' ', "\u{a0}")),
        color: series_color(index),
        marker: series_marker(index),
        points: curve.rows.iter().filter_map(point).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    #[test]
    fn every_row_has_a_marker() {
        let mut report = example::two_systems(1);
        let rows: usize = report.busbw.iter().map(|curve| curve.rows.len()).sum();
        let Drawing { canvas, notes, .. } = draw_busbw(&report).expect("the example has curves");
        let markers = canvas.marks.iter().filter(|mark| matches!(mark, Mark::Point { .. })).count();
        assert_eq!((markers, notes.len()), (rows, 0));
        report.busbw.clear();
        assert_eq!(draw_busbw(&report), None);
    }
}
