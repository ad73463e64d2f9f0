//! Series as lines with markers, each named at its right end; named above the chart where that has no room.

use super::axis::Axis;
use super::canvas::{Canvas, Mark, Place, Text};
use super::legend::{Sample, draw_samples};
use super::line_labels::{Label, fitting, middles};
use super::panel::{Ends, Panel, Rect};
use super::style::{Color, FOOTER_SIZE, GRID, Marker, TICK_SIZE};
use super::text::wrapped;

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Without gaps.
    Whole,
    /// In dashes.
    Dashed,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) marker: Marker,
    pub(super) stroke: Stroke,
    /// From left to right.
    pub(super) points: Vec<(f64, f64)>,
    /// The lowest and the highest value at places from left to right; empty where nothing is uncertain.
    pub(super) band: Vec<(f64, [f64; 2])>,
    /// What was measured.
    pub(super) measured: Vec<(f64, f64)>,
}

/// A chart of lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineChart {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

const LABEL_GAP: f64 = 22.0;
const LINE_WIDTH: f64 = 4.0;
const BAND_OPACITY: f64 = 0.25;
/// Up to this many names above a chart are large.
const MOST_LARGE_NAMES: usize = 6;
/// The largest share of the height that names above a chart take.
const HIGHEST_LEGEND: f64 = 0.35;

impl LineChart {
    /// Draws the chart into `outer`.
    pub(super) fn draw(self, canvas: &mut Canvas, outer: Rect) {
        let names: Vec<&str> = self.series.iter().map(|series| series.label.as_str()).collect();
        let labels = fitting(&names, &outer);
        let widest = labels.iter().flatten().map(Label::width).fold(0.0, f64::max);
        let inner = match &labels {
            Some(_) => Rect { right: outer.right - widest - LABEL_GAP, ..outer },
            None => Rect { top: self.draw_legend(canvas, outer) + TICK_SIZE * 0.6, ..outer },
        };
        let panel = Panel::new(inner, self.x, self.y, Ends::Inset);
        panel.draw(canvas);
        self.series.iter().for_each(|series| draw_band(canvas, &panel, series));
        self.series.iter().for_each(|series| draw_series(canvas, &panel, series));
        for (series, (x, y)) in
            self.series.iter().flat_map(|series| series.measured.iter().map(move |p| (series, p)))
        {
            canvas.push(Mark::Ring { at: panel.place(*x, *y), color: series.color.darkened() });
        }
        if let Some(labels) = labels {
            draw_labels(canvas, &panel, &self.series, &labels);
        }
    }

    /// Names the lines above the chart, cut where they would take more than their share of its height.
    fn draw_legend(&self, canvas: &mut Canvas, outer: Rect) -> f64 {
        let size = if self.series.len() > MOST_LARGE_NAMES { FOOTER_SIZE } else { TICK_SIZE };
        let rows = (outer.height() * HIGHEST_LEGEND / (size * 1.35)).max(1.0) as usize;
        let columns = self.series.len().div_ceil(rows) as f64;
        let widest = outer.width() / columns - size * 3.5;
        let sample = |series: &Series| Sample {
            name: wrapped(&series.label, size, widest, 1).concat(),
            color: series.color,
            line: Some((series.marker, series.stroke)),
        };
        draw_samples(canvas, &self.series.iter().map(sample).collect::<Vec<_>>(), outer, size)
    }
}

fn draw_band(canvas: &mut Canvas, panel: &Panel, series: &Series) {
    if series.band.len() < 2 {
        return;
    }
    let lower = series.band.iter().map(|(x, [low, _])| panel.place(*x, *low));
    let upper = series.band.iter().rev().map(|(x, [_, high])| panel.place(*x, *high));
    let corners = lower.chain(upper).collect();
    canvas.push(Mark::Area { corners, color: series.color, opacity: BAND_OPACITY });
}

fn draw_series(canvas: &mut Canvas, panel: &Panel, series: &Series) {
    let through: Vec<Place> = series.points.iter().map(|(x, y)| panel.place(*x, *y)).collect();
    match series.stroke {
        Stroke::Dashed => canvas.dashes(&through, series.color, LINE_WIDTH),
        Stroke::Whole if through.len() > 1 => {
            canvas.push(Mark::Line { through: through.clone(), color: series.color, width: LINE_WIDTH });
        }
        Stroke::Whole => {}
    }
    for at in through {
        canvas.push(Mark::Point { at, marker: series.marker, color: series.color });
    }
}

/// Names each line at its last point; names that would overlap are moved apart and tied to their line.
fn draw_labels(canvas: &mut Canvas, panel: &Panel, series: &[Series], labels: &[Label]) {
    let end = |series: &Series| {
        series.points.last().map_or((panel.area.right, panel.base()), |(x, y)| panel.place(*x, *y))
    };
    let ends: Vec<Place> = series.iter().map(end).collect();
    let middles = middles(&ends, labels, &panel.area);
    for (index, label) in labels.iter().enumerate() {
        let (end, middle) = (ends[index], middles[index]);
        let left = panel.area.right + LABEL_GAP;
        if (middle - end.1).abs() > label.size * 0.5 || panel.area.right - end.0 > 60.0 {
            canvas.push(Mark::Line {
                through: vec![(end.0 + 14.0, end.1), (panel.area.right, middle), (left - 6.0, middle)],
                color: GRID,
                width: 2.0,
            });
        }
        let first = middle - (label.lines.len() as f64 - 1.0) * label.line_height() * 0.5;
        for (row, line) in label.lines.iter().enumerate() {
            let at = (left, first + row as f64 * label.line_height());
            canvas.text(Text::new(line, at, label.size, series[index].color.darkened()));
        }
    }
}
