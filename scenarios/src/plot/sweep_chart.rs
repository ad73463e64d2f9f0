//! A share against what the sweep varies: bars for one or two positions, lines for more.

use super::axis::{Axis, percent_label};
use super::bar_chart::{Bar, BarChart, Group};
use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::line_chart::{LineChart, Series};
use super::panel::Rect;
use super::style::{MOST_SERIES, series_color, series_marker};
use super::sweep::{Shown, Sweep, SweepSeries, sweep};
use crate::report::number::{joined, percent};
use crate::report::{PointResult, ScenarioReport};

/// What a chart of a share shows.
pub(super) struct ShareChart<'a> {
    pub(super) quantity: &'a str,
    pub(super) y_title: &'a str,
    pub(super) metric: &'a dyn Fn(&PointResult) -> Option<f64>,
}

/// Up to this many bars have room for their names.
const MOST_NAMED_BARS: usize = 5;
/// From this many positions on, the points are joined by lines.
const FEWEST_ON_A_LINE: usize = 3;

/// Draws the chart; `None` when no point has a value.
pub(super) fn draw_share_chart(report: &ScenarioReport, chart: &ShareChart<'_>) -> Option<Drawing> {
    let mut sweep = sweep(&report.results.results, chart.metric)?;
    let mut notes = Vec::new();
    if sweep.series.len() > MOST_SERIES {
        notes.push(format!("Shows the first {MOST_SERIES} of {} series.", sweep.series.len()));
        sweep.series.truncate(MOST_SERIES);
    }
    let footnotes: Vec<String> = notes.iter().cloned().chain(too_large(&sweep)).collect();
    let title = format!("{} against {}", chart.quantity, sweep.parameter());
    let mut canvas = Canvas::default();
    let room = draw_frame(&mut canvas, report, &title, &footnotes);
    let highest = sweep.series.iter().flat_map(values).fold(0.0, |high, (_, value)| value.max(high));
    let y = Axis::from_zero(chart.y_title, highest, percent_label);
    if sweep.positions.len() >= FEWEST_ON_A_LINE {
        draw_lines(&mut canvas, sweep, y, room);
    } else {
        draw_bars(&mut canvas, &sweep, y, room);
    }
    Some(Drawing { title, canvas, notes })
}

fn values(series: &SweepSeries) -> impl Iterator<Item = (f64, f64)> + '_ {
    series.points.iter().filter_map(|(at, shown)| match shown {
        Shown::Value(value) => Some((*at, *value)),
        Shown::DoesNotFit => None,
    })
}

/// One sentence for each series with points that do not fit.
fn too_large(sweep: &Sweep) -> Vec<String> {
    let place_of =
        |at: f64| sweep.positions.iter().find(|(known, _)| *known == at).map(|(_, label)| sweep.place(label));
    let sentence = |series: &SweepSeries| {
        let missing = series.points.iter().filter(|(_, shown)| *shown == Shown::DoesNotFit);
        let places: Vec<String> = missing.filter_map(|(at, _)| place_of(*at)).collect();
        let (system, places) = (&series.label, joined(&places));
        (!places.is_empty()).then(|| format!("{system} does not fit in memory at {places}."))
    };
    sweep.series.iter().filter_map(sentence).collect()
}

fn draw_lines(canvas: &mut Canvas, sweep: Sweep, y: Axis, room: Rect) {
    let series = sweep.series.iter().enumerate().map(|(index, series)| Series {
        label: series.label.clone(),
        color: series_color(index),
        marker: series_marker(index),
        points: values(series).collect(),
    });
    let series = series.filter(|series| !series.points.is_empty()).collect();
    LineChart { x: Axis::at_values(sweep.x_title, &sweep.positions), y, series }.draw(canvas, room);
}

fn draw_bars(canvas: &mut Canvas, sweep: &Sweep, y: Axis, room: Rect) {
    let alone = sweep.positions.len() == 1;
    let named = alone && sweep.series.len() <= MOST_NAMED_BARS;
    let groups = sweep.positions.iter().map(|(at, label)| {
        let bars = sweep.series.iter().enumerate().filter_map(|(index, series)| {
            let (_, shown) = series.points.iter().find(|(x, _)| x == at)?;
            let value = match shown {
                Shown::Value(value) => Ok(*value),
                Shown::DoesNotFit => Err("does not fit in memory".to_owned()),
            };
            let name = if named { series.label.clone() } else { String::new() };
            Some(Bar { name, color: series_color(index), value })
        });
        Group { label: sweep.place(label), bars: bars.collect() }
    });
    let entries = sweep.series.iter().enumerate().map(|(i, series)| (series.label.clone(), series_color(i)));
    let legend = if named { Vec::new() } else { entries.collect() };
    let groups = groups.collect();
    let value_label = &|value: f64| format!("{} %", percent(value));
    BarChart { y, groups, legend, value_label }.draw(canvas, room);
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    fn data_marks(report: &ScenarioReport) -> usize {
        let chart = ShareChart { quantity: "MFU", y_title: "MFU", metric: &|point| point.mfu };
        let drawing = draw_share_chart(report, &chart).expect("the example has values");
        drawing
            .canvas
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Bar { .. } | Mark::Point { .. }))
            .count()
    }

    #[test]
    fn every_value_has_one_mark() {
        for chip_counts in [1, 2, 3, 10] {
            let report = example::two_systems(chip_counts);
            assert_eq!(data_marks(&report), report.results.results.len(), "{chip_counts} chip counts");
        }
    }

    #[test]
    fn a_point_that_does_not_fit_has_words_and_no_mark() {
        for chip_counts in [1, 2, 3] {
            let mut report = example::two_systems(chip_counts);
            example::make_too_large(&mut report.results.results[1]);
            assert_eq!(data_marks(&report), report.results.results.len() - 1);
        }
    }
}
