//! Shares against what the sweep varies: bars or rows for one or two positions, lines for more.

use super::axis::{Axis, percent_label};
use super::bar_chart::{Bar, BarChart, Group};
use super::canvas::{Canvas, Drawing};
use super::frame::{BANDS, WHISKERS, draw_frame};
use super::line_chart::{LineChart, Series, Stroke};
use super::panel::Rect;
use super::row_chart::{Row, RowChart, chosen};
use super::style::{Color, MOST_SERIES, series_color, series_marker};
use super::sweep::{Metric, Shown, Sweep, SweepSeries, communication_sweep, sweep};
use crate::report::ScenarioReport;
use crate::report::number::{joined, percent};

/// What a chart of shares shows.
pub(super) struct ShareChart<'a> {
    pub(super) quantity: &'a str,
    pub(super) y_title: &'a str,
    /// One share, or several that are told apart by their names.
    pub(super) shares: &'a [Shared<'a>],
    /// What the shares are shares of, where the axis does not say it.
    pub(super) meaning: &'a str,
    /// What points stand against.
    pub(super) against: Against,
}

/// What points of a sweep stand against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    /// The parameter that varies.
    Parameter,
    /// The same, and the size of messages where that is all that it changes.
    Messages,
}

impl Against {
    /// The points of a report.
    pub(super) fn sweep(self, report: &ScenarioReport, metric: &Metric<'_>) -> Option<Sweep> {
        match self {
            Self::Parameter => sweep(&report.results.results, metric),
            Self::Messages => communication_sweep(report, metric),
        }
    }
}

/// A share of each point.
pub(super) struct Shared<'a> {
    pub(super) name: &'a str,
    pub(super) metric: Metric<'a>,
}

/// Up to this many bars have room for their names.
const MOST_NAMED_BARS: usize = 5;
/// From this many positions on, the points are joined by lines.
const FEWEST_ON_A_LINE: usize = 3;
const NOT_FITTING: &str = "does not fit in memory";

/// Draws the chart; `None` when no point has a value.
pub(super) fn draw_share_chart(report: &ScenarioReport, chart: &ShareChart<'_>) -> Option<Drawing> {
    let of_share = |shared: &Shared<'_>| chart.against.sweep(report, &shared.metric);
    let mut sweeps: Vec<Sweep> = chart.shares.iter().map(of_share).collect::<Option<_>>()?;
    let mut notes = Vec::new();
    let (all, most) = (sweeps[0].series.len(), MOST_SERIES / sweeps.len());
    let on_lines = sweeps[0].positions.len() >= FEWEST_ON_A_LINE;
    if on_lines && all > most {
        notes.push(format!("Shows the first {most} of {all} series."));
        sweeps.iter_mut().for_each(|sweep| sweep.series.truncate(most));
    }
    let mut canvas = Canvas::default();
    canvas.resize(report.figures.size);
    let (bars, shares) = (all * sweeps[0].positions.len(), chart.shares.len());
    let named = shares == 1 && bars <= MOST_NAMED_BARS;
    let rows = (!on_lines && !named).then(|| chosen(rows(&sweeps), canvas.height, "bars"));
    notes.extend(rows.iter().filter_map(|(_, note)| note.clone()));
    let meaning = Some(chart.meaning.to_owned()).filter(|meaning| !meaning.is_empty());
    let too_large = if rows.is_some() { Vec::new() } else { too_large(&sweeps[0]) };
    let bands = sweeps.iter().flat_map(|sweep| &sweep.series).any(|series| !series.band.is_empty());
    let bands = bands.then(|| if on_lines { BANDS } else { WHISKERS }.to_owned());
    let footnotes: Vec<String> =
        meaning.into_iter().chain(bands).chain(notes.clone()).chain(too_large).collect();
    let title = format!("{} against {}", chart.quantity, sweeps[0].parameter());
    let room = draw_frame(&mut canvas, report, &title, &footnotes);
    let series = || sweeps.iter().flat_map(|sweep| &sweep.series);
    let ends = series().flat_map(|series| &series.band).map(|(_, [_, high])| *high);
    let highest = series().flat_map(values).map(|(_, value)| value).chain(ends).fold(0.0, f64::max);
    let axis = Axis::from_zero(chart.y_title, highest, percent_label);
    match rows {
        Some((rows, _)) => {
            let names = chart.shares.iter().map(|shared| shared.name);
            let legend = names.enumerate().map(|(index, name)| (name.to_owned(), share_color(index)));
            let legend = if shares > 1 { legend.collect() } else { Vec::new() };
            RowChart { x: axis, rows, legend }.draw(&mut canvas, room);
        }
        None if on_lines => draw_lines(&mut canvas, (sweeps, chart), axis, room),
        None => draw_bars(&mut canvas, &sweeps[0], axis, room),
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
        (!places.is_empty()).then(|| format!("{system} {NOT_FITTING} at {places}."))
    };
    sweep.series.iter().filter_map(sentence).collect()
}

/// Lines of the first share are whole, those of the second in dashes.
fn draw_lines(canvas: &mut Canvas, (sweeps, chart): (Vec<Sweep>, &ShareChart<'_>), y: Axis, room: Rect) {
    let of_share = |(share, sweep): (usize, &Sweep)| {
        let line = |(index, series): (usize, &SweepSeries)| Series {
            label: [&series.label, chart.shares[share].name].join(" ").trim_end().to_owned(),
            color: series_color(index),
            marker: series_marker(index),
            stroke: if share == 0 { Stroke::Whole } else { Stroke::Dashed },
            points: values(series).collect(),
            band: series.band.clone(),
            measured: Vec::new(),
        };
        sweep.series.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    let series = sweeps.iter().enumerate().flat_map(of_share);
    let series = series.filter(|series| !series.points.is_empty()).collect();
    let x = Axis::at_values(&sweeps[0].x_title, &sweeps[0].positions);
    LineChart { x, y, series }.draw(canvas, room);
}

/// A row for each share of each series at each position; a point has its name once.
fn rows(sweeps: &[Sweep]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let several = sweeps.len() > 1;
    for (place, (at, label)) in sweeps[0].positions.iter().enumerate() {
        let mut begins = place > 0;
        for (index, series) in sweeps[0].series.iter().enumerate() {
            for (share, sweep) in sweeps.iter().enumerate() {
                let of_series = sweep.series.get(index);
                let shown = of_series.and_then(|series| series.points.iter().find(|(x, _)| x == at));
                let Some((_, shown)) = shown else { continue };
                let color = if several { share_color(share) } else { series_color(index) };
                let mut row = row(*shown, color);
                row.ends = of_series.and_then(|series| ends_at(series, *at));
                if share == 0 {
                    (row.name, row.detail) = (series.label.clone(), sweeps[0].place(label));
                    row.begins = std::mem::take(&mut begins) || (several && !rows.is_empty());
                }
                rows.push(row);
            }
        }
    }
    rows
}

/// The lowest and the highest value at a place, where inputs are uncertain.
fn ends_at(series: &SweepSeries, at: f64) -> Option<[f64; 2]> {
    series.band.iter().find(|(x, _)| *x == at).map(|(_, ends)| *ends)
}

fn row(shown: Shown, color: Color) -> Row {
    match shown {
        Shown::Value(share) => {
            Row { parts: vec![(share, color)], end: format!("{} %", percent(share)), ..Row::default() }
        }
        Shown::DoesNotFit => Row { end: NOT_FITTING.to_owned(), ..Row::default() },
    }
}

/// The colours of several shares begin after those of the first two systems, so that no share looks like a system.
fn share_color(index: usize) -> Color {
    series_color(index + 2)
}

fn draw_bars(canvas: &mut Canvas, sweep: &Sweep, y: Axis, room: Rect) {
    let groups = sweep.positions.iter().map(|(at, label)| {
        let bars = sweep.series.iter().enumerate().filter_map(|(index, series)| {
            let (_, shown) = series.points.iter().find(|(x, _)| x == at)?;
            let value = match shown {
                Shown::Value(value) => Ok(*value),
                Shown::DoesNotFit => Err(NOT_FITTING.to_owned()),
            };
            let ends = ends_at(series, *at);
            Some(Bar { name: series.label.clone(), color: series_color(index), value, ends })
        });
        Group { label: sweep.place(label), bars: bars.collect() }
    });
    let groups = groups.collect();
    let value_label = &|value: f64| format!("{} %", percent(value));
    BarChart { y, groups, legend: Vec::new(), value_label }.draw(canvas, room);
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::{PointEnvelope, example};

    fn data_marks(report: &ScenarioReport, shares: &[Shared<'_>]) -> usize {
        let against = Against::Parameter;
        let chart = ShareChart { quantity: "MFU", y_title: "MFU", shares, meaning: "", against };
        let drawing = draw_share_chart(report, &chart).expect("the example has values");
        let is_data = |mark: &&Mark| matches!(mark, Mark::Bar { .. } | Mark::Point { .. });
        drawing.canvas.marks.iter().filter(is_data).count()
    }

    const MFU: Shared<'static> =
        Shared { name: "mfu", metric: Metric { value: &|point| point.mfu, band: &|envelope| envelope.mfu } };
    const HFU: Shared<'static> =
        Shared { name: "hfu", metric: Metric { value: &|point| point.hfu, band: &|envelope| envelope.mfu } };

    #[test]
    fn every_value_has_one_mark() {
        for chip_counts in [1, 2, 3, 10] {
            let report = example::two_systems(chip_counts);
            let points = report.results.results.len();
            assert_eq!(data_marks(&report, &[MFU]), points, "{chip_counts} chip counts");
            assert_eq!(data_marks(&report, &[MFU, HFU]), 2 * points, "{chip_counts} chip counts");
        }
    }

    #[test]
    fn a_point_that_does_not_fit_has_words_and_no_mark() {
        for chip_counts in [1, 2, 3] {
            let mut report = example::two_systems(chip_counts);
            example::make_too_large(&mut report.results.results[1]);
            let points = report.results.results.len() - 1;
            assert_eq!(data_marks(&report, &[MFU]), points);
            assert_eq!(data_marks(&report, &[MFU, HFU]), 2 * points);
        }
    }

    #[test]
    fn envelopes_are_bands_of_lines_and_whiskers_of_bars() {
        for chip_counts in [1, 2, 3] {
            let mut report = example::two_systems(chip_counts);
            for point in &mut report.results.results {
                point.envelope = Some(PointEnvelope { mfu: Some([0.2, 0.5]), ..PointEnvelope::default() });
            }
            let (shares, against) = (&[MFU], Against::Parameter);
            let chart = ShareChart { quantity: "MFU", y_title: "MFU", shares, meaning: "", against };
            let drawing = draw_share_chart(&report, &chart).expect("the example has values");
            let text = |wanted: &str| {
                let is = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text.starts_with(wanted));
                drawing.canvas.marks.iter().any(is)
            };
            let is_band = |mark: &&Mark| matches!(mark, Mark::Area { opacity, .. } if *opacity < 1.0);
            let bands = drawing.canvas.marks.iter().filter(is_band).count();
            let expected = if chip_counts < 3 { (0, false, true) } else { (2, true, false) };
            assert_eq!((bands, text("Bands"), text("Whiskers")), expected, "{chip_counts} chip counts");
        }
    }
}
