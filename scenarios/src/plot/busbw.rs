//! Bus bandwidth of an all-reduce against its size, inside one domain of each system, with what was measured.

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Drawing};
use super::frame::{BANDS, draw_frame};
use super::line_chart::{LineChart, Series, Stroke};
use super::style::{MOST_SERIES, series_color, series_marker};
use crate::report::number::{chips, joined};
use crate::report::{BusbwCurve, CollectiveRow, MeasuredRates, ScenarioReport};

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
    let series: Vec<Series> =
        curves.iter().enumerate().map(|(index, curve)| series(index, curve, &report.measured)).collect();
    let (sizes, rates): (Vec<f64>, Vec<f64>) = series.iter().flat_map(all_points).unzip();
    let smallest = sizes.iter().copied().min_by(f64::total_cmp)?;
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let highest = rates.into_iter().fold(0.0, f64::max);
    let title = if report.busbw.is_empty() { TITLE } else { TITLE_IN_DOMAIN };
    let bands = series.iter().any(|series| !series.band.is_empty()).then(|| BANDS.to_owned());
    let footnotes: Vec<String> =
        notes.iter().cloned().chain(bands).chain(sources(&curves, &report.measured)).collect();
    let mut canvas = Canvas::default();
    let room = draw_frame(&mut canvas, report, title, &footnotes);
    let chart = LineChart {
        x: Axis::sizes("message size (logarithmic)", smallest as u64, largest as u64),
        y: Axis::from_zero("bus bandwidth (GB/s)", highest, number_label),
        series,
    };
    chart.draw(&mut canvas, room);
    Some(Drawing { title: title.to_owned(), canvas, notes })
}

fn has_rate(row: &CollectiveRow) -> bool {
    row.busbw_gb_per_s.is_some()
}

fn size(row: &CollectiveRow) -> f64 {
    row.size_bytes.max(1) as f64
}

/// Everything that a series draws.
fn all_points(series: &Series) -> impl Iterator<Item = (f64, f64)> + '_ {
    let ends = series.band.iter().map(|(size, [_, high])| (*size, *high));
    series.points.iter().chain(&series.measured).copied().chain(ends)
}

/// The rates of the shortest and the longest time, where they are known.
fn band(row: &CollectiveRow) -> Option<(f64, [f64; 2])> {
    let rate = row.busbw_gb_per_s?;
    let at = |time: f64| Some(rate * row.time_us / time).filter(|rate| rate.is_finite());
    Some((size(row), [at(row.time_us_high?)?, at(row.time_us_low?)?]))
}

fn series(index: usize, curve: &BusbwCurve, measured: &[MeasuredRates]) -> Series {
    let of_curve = measured.iter().filter(|rates| rates.is_of(curve)).flat_map(|rates| &rates.points);
    Series {
        label: format!("{} ({})", curve.name(), chips(curve.chips).replace(' ', "\u{a0}")),
        color: series_color(index),
        marker: series_marker(index),
        stroke: Stroke::Whole,
        points: curve.rows.iter().filter_map(|row| Some((size(row), row.busbw_gb_per_s?))).collect(),
        band: curve.rows.iter().filter_map(band).collect(),
        measured: of_curve.map(|(size, rate)| ((*size).max(1) as f64, *rate)).collect(),
    }
}

/// Where what is drawn was measured.
fn sources(curves: &[BusbwCurve], measured: &[MeasuredRates]) -> Option<String> {
    let drawn = measured.iter().filter(|rates| curves.iter().any(|curve| rates.is_of(curve)));
    let mut sources: Vec<String> = Vec::new();
    for source in drawn.map(|rates| rates.source.clone()) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    (!sources.is_empty()).then(|| format!("Rings: measured ({}).", joined(&sources)))
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    fn count(drawing: &Drawing, is_counted: impl Fn(&Mark) -> bool) -> usize {
        drawing.canvas.marks.iter().filter(|mark| is_counted(mark)).count()
    }

    #[test]
    fn every_row_has_a_marker_and_every_measurement_a_ring() {
        let mut report = example::two_systems(1);
        let rows: usize = report.busbw.iter().map(|curve| curve.rows.len()).sum();
        let drawing = draw_busbw(&report).expect("the example has curves");
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Point { .. })), rows);
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Ring { .. })), 3);
        let source = "Rings: measured (a page of results).";
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Text(text) if text.text == source)), 1);
        assert_eq!(drawing.notes.len(), 0);
        report.measured[0].chips = 71;
        let drawing = draw_busbw(&report).expect("the example has curves");
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Ring { .. })), 0);
        report.busbw.clear();
        assert_eq!(draw_busbw(&report), None);
    }

    #[test]
    fn an_envelope_is_a_band() {
        let mut report = example::two_systems(1);
        for row in &mut report.busbw[0].rows {
            (row.time_us_low, row.time_us_high) = (Some(row.time_us * 0.8), Some(row.time_us * 1.25));
        }
        let row = &report.busbw[0].rows[20];
        let rate = row.busbw_gb_per_s.expect("the row has a rate");
        let (_, [low, high]) = band(row).expect("the row has an envelope");
        assert!((low - rate * 0.8).abs() < 1e-9 && (high - rate * 1.25).abs() < 1e-9);
        let drawing = draw_busbw(&report).expect("the example has curves");
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Area { .. })), 1);
        assert_eq!(count(&drawing, |mark| matches!(mark, Mark::Text(text) if text.text.contains(BANDS))), 1);
    }
}
