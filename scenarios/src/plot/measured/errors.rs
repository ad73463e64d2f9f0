//! Every error against its size or its chips, and how often each occurs.

use super::super::axis::{Axis, Scale, Tick};
use super::super::canvas::{Canvas, Drawing, Mark};
use super::super::frame::{Words, draw_frame_with};
use super::super::legend::draw_legend;
use super::super::panel::{Ends, Panel, Rect};
use super::super::style::{Color, MOST_SERIES, QUIET, TICK_SIZE, series_color, series_marker};
use super::step_times::{CLASSES, class_of};
use crate::report::number::grouped;
use crate::report::{ValidationReport, ValidationRow};

const TITLE: &str = "Error of every row, by size";
const SUBTITLE: &str = "Modelled time over measured time, less one (logarithmic): above zero the model is slower. \
                        At the right, how many rows have such an error.";
const TRAINING_SUBTITLE: &str = "Modelled time over measured time, less one (logarithmic): above zero the model is slower. At the right: how many.";
const TRAINING_TITLE: &str = "Error of every training run, by the number of chips";

/// Marks on the axis of errors; the axis reaches as far as the data does.
const TICKS: [f64; 11] = [-0.9, -0.75, -0.5, -0.3, -0.1, 0.1, 0.3, 1.0, 3.0, 9.0, 19.0];

/// The height of a bar of the histogram: a factor of 1.05.
const BIN: f64 = 1.05;

/// The part of the figure that the histogram takes.
const HISTOGRAM: f64 = 0.2;

/// The error of a row: its place across, modelled over measured time, and the series that it is in.
struct Point {
    across: f64,
    ratio: f64,
    series: usize,
}

/// Draws errors of collectives; `None` without a compared row that has a size.
pub(super) fn draw_errors(report: &ValidationReport) -> Option<Drawing> {
    let drawn: Vec<&ValidationRow> = report.rows.iter().filter(|row| is_drawn(row)).collect();
    let sizes = || drawn.iter().filter_map(|row| row.size_bytes);
    let axis = Axis::sizes("size (logarithmic)", sizes().min()?, sizes().max()?);
    let operations = operations(&drawn);
    let place = |row: &ValidationRow| operations.iter().position(|name| row.op.as_deref() == Some(*name));
    let point = |row: &&ValidationRow| Point {
        across: row.size_bytes.unwrap_or(1) as f64,
        ratio: ratio(row),
        series: place(row).unwrap_or(0),
    };
    let points: Vec<Point> = drawn.iter().map(point).collect();
    Some(draw((TITLE, SUBTITLE), axis, &operations, &points))
}

/// Draws errors of training runs, ranges by their middle; `None` without a compared run.
pub(super) fn draw_training_errors(report: &ValidationReport) -> Option<Drawing> {
    let point = |row: &ValidationRow| {
        let (series, _) = class_of(row.training.as_ref()?)?;
        row.error.filter(|error| *error > -1.0)?;
        Some(Point { across: row.chips? as f64, ratio: ratio(row), series })
    };
    let points: Vec<Point> = report.rows.iter().filter_map(point).collect();
    let mut counts: Vec<u64> = points.iter().map(|point| point.across as u64).collect();
    counts.sort_unstable();
    let (least, most) = (*counts.first()?, *counts.last()?);
    let powers = (0..64).map(|power| 1_u64 << power).filter(|count| (least..=most).contains(count));
    let ticks = powers.map(|count| Tick { value: count as f64, label: grouped(count) });
    let axis = Axis {
        title: "chips (logarithmic)".to_owned(),
        scale: Scale::Logarithmic,
        low: least as f64,
        high: most as f64,
        ticks: ticks.collect(),
    };
    Some(draw((TRAINING_TITLE, TRAINING_SUBTITLE), axis, &CLASSES.map(|(_, words)| words), &points))
}

fn draw((title, subtitle): (&str, &str), x: Axis, series: &[&str], points: &[Point]) -> Drawing {
    let source = format!("Copperlight · copperlight validate · {} rows", grouped(points.len() as u64));
    let mut canvas = Canvas::default();
    let room = draw_frame_with(&mut canvas, &Words { title, subtitle, source: &source }, &[]);
    let names = series.iter().enumerate().map(|(index, name)| ((*name).to_owned(), series_color(index)));
    let names: Vec<(String, Color)> = names.collect();
    let top = draw_legend(&mut canvas, &names, room, TICK_SIZE) + TICK_SIZE * 0.6;
    let split = room.right - room.width() * HISTOGRAM;
    let panel = Panel::new(Rect { top, right: split, ..room }, x, ratio_axis(points), Ends::Inset);
    panel.draw(&mut canvas);
    for Point { across, ratio, series } in points {
        let at = panel.place(*across, *ratio);
        canvas.push(Mark::Point { at, marker: series_marker(*series), color: series_color(*series) });
    }
    draw_histogram(&mut canvas, &panel, points, (split, room.right));
    Drawing { title: title.to_owned(), canvas, notes: Vec::new() }
}

fn is_drawn(row: &ValidationRow) -> bool {
    row.size_bytes.is_some() && row.error.is_some_and(|error| error > -1.0)
}

/// Modelled over measured time.
fn ratio(row: &ValidationRow) -> f64 {
    1.0 + row.error.unwrap_or(0.0)
}

fn operations<'a>(rows: &[&'a ValidationRow]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for operation in rows.iter().filter_map(|row| row.op.as_deref()) {
        if !found.contains(&operation) && found.len() < MOST_SERIES {
            found.push(operation);
        }
    }
    found
}

fn ratio_axis(points: &[Point]) -> Axis {
    let low = points.iter().map(|point| point.ratio).fold(0.85, f64::min) / 1.05;
    let high = points.iter().map(|point| point.ratio).fold(1.15, f64::max) * 1.05;
    let label = |error: f64| format!("{}{:.0} %", if error > 0.0 { "+" } else { "" }, error * 100.0);
    let marks = TICKS.into_iter().map(|error| Tick { value: 1.0 + error, label: label(error) });
    let ticks = marks.filter(|tick| (low..=high).contains(&tick.value)).collect();
    Axis { title: "error in time".to_owned(), scale: Scale::Logarithmic, low, high, ticks }
}

/// Bars to the right of the panel, as long as there are rows with such an error.
fn draw_histogram(canvas: &mut Canvas, panel: &Panel, points: &[Point], (left, right): (f64, f64)) {
    let bin = |point: &Point| (point.ratio.ln() / BIN.ln()).round() as i64;
    let mut counts = std::collections::BTreeMap::new();
    points.iter().for_each(|point| *counts.entry(bin(point)).or_insert(0_u32) += 1);
    let most = counts.values().copied().max().unwrap_or(1);
    let start = left + 16.0;
    for (bin, count) in counts {
        let edge = |offset: f64| panel.place(1.0, BIN.powf(bin as f64 + offset)).1;
        let long = (right - start) * f64::from(count) / f64::from(most);
        let (upper_left, lower_right) = ((start, edge(0.4)), (start + long.max(1.0), edge(-0.4)));
        canvas.push(Mark::Bar { upper_left, lower_right, color: QUIET });
    }
    canvas.segment((panel.area.left, panel.place(1.0, 1.0).1), (right, panel.place(1.0, 1.0).1), QUIET, 2.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn every_compared_row_has_a_point_however_far_off_it_is() {
        let mut report = example::validation();
        report.rows[0].error = Some(30.0);
        let sized = report.rows.iter().filter(|row| is_drawn(row)).count();
        let drawing = draw_errors(&report).expect("a row was compared");
        let points = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Point { .. })).count();
        assert_eq!(points, sized);
    }
}
