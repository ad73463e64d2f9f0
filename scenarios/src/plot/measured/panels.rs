//! Small panels in a grid, each with measured points and modelled lines.

use super::super::axis::Axis;
use super::super::canvas::{Canvas, Drawing, Mark, Place, Text};
use super::super::frame::{Words, draw_frame_with};
use super::super::legend::draw_legend;
use super::super::panel::{Ends, Panel, Rect};
use super::super::style::{Color, INK, MOST_SERIES, TICK_SIZE, series_color, series_marker};

/// What was measured of one thing, and what the model says of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared {
    pub(super) label: String,
    pub(super) measured: Vec<(f64, f64)>,
    /// From left to right; where several stand above each other they are bars of their own and no line.
    pub(super) modelled: Vec<(f64, f64)>,
    /// From here on the model extrapolates.
    pub(super) measured_to: f64,
}

/// One panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Small {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Compared>,
}

const PANEL_GAP: f64 = 36.0;
const LEGEND_SIZE: f64 = 22.0;
const LINE_WIDTH: f64 = 3.0;
/// Half the width of a bar that stands for one modelled value.
const BAR: f64 = 16.0;

/// A figure of panels, so many beside each other; `None` without panels.
pub(super) fn figure(words: &Words<'_>, columns: usize, panels: Vec<Small>) -> Option<Drawing> {
    if panels.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    let room = draw_frame_with(&mut canvas, words, &[]);
    let columns = columns.min(panels.len());
    let rows = panels.len().div_ceil(columns);
    let width = (room.width() + PANEL_GAP) / columns as f64;
    let height = (room.height() + PANEL_GAP) / rows as f64;
    for (index, panel) in panels.into_iter().enumerate() {
        let left = room.left + width * (index % columns) as f64;
        let top = room.top + height * (index / columns) as f64;
        let outer = Rect { left, top, right: left + width - PANEL_GAP, bottom: top + height - PANEL_GAP };
        draw_small(&mut canvas, outer, panel);
    }
    Some(Drawing { title: words.title.to_owned(), canvas, notes: Vec::new() })
}

fn draw_small(canvas: &mut Canvas, outer: Rect, small: Small) {
    let Small { title, x, y, mut series } = small;
    series.truncate(MOST_SERIES);
    canvas.text(Text::new(title, (outer.left, outer.top + TICK_SIZE * 0.5), TICK_SIZE, INK));
    let names = series.iter().enumerate().map(|(index, series)| (series.label.clone(), series_color(index)));
    let names: Vec<(String, Color)> = names.filter(|(label, _)| !label.is_empty()).collect();
    let under_title = Rect { top: outer.top + TICK_SIZE * 1.2, ..outer };
    let top = draw_legend(canvas, &names, under_title, LEGEND_SIZE);
    let panel = Panel::new(Rect { top: top + LEGEND_SIZE * 0.8, ..outer }, x, y, Ends::Inset);
    panel.draw(canvas);
    for (index, series) in series.iter().enumerate() {
        draw_model(canvas, &panel, series, series_color(index));
    }
    for (index, series) in series.iter().enumerate() {
        let (marker, color) = (series_marker(index), series_color(index));
        let places = series.measured.iter().map(|(x, y)| panel.place(*x, *y));
        places.for_each(|at| canvas.push(Mark::Point { at, marker, color }));
    }
}

/// The modelled line, in dashes where it extrapolates.
fn draw_model(canvas: &mut Canvas, panel: &Panel, series: &Compared, color: Color) {
    let place = |(x, y): &(f64, f64)| panel.place(*x, *y);
    if series.modelled.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        for (x, y) in series.modelled.iter().map(place) {
            canvas.segment((x - BAR, y), (x + BAR, y), color, LINE_WIDTH);
        }
        return;
    }
    let known = series.modelled.partition_point(|(x, _)| *x <= series.measured_to);
    let through: Vec<Place> = series.modelled[..known].iter().map(place).collect();
    if through.len() > 1 {
        canvas.push(Mark::Line { through, color, width: LINE_WIDTH });
    }
    let beyond: Vec<Place> = series.modelled[known.saturating_sub(1)..].iter().map(place).collect();
    canvas.dashes(&beyond, color, LINE_WIDTH);
}

#[cfg(test)]
mod tests {
    use super::super::super::axis::number_label;
    use super::*;

    #[test]
    fn what_is_extrapolated_is_dashed() {
        let series = Compared {
            label: String::new(),
            measured: vec![(1.0, 1.0)],
            modelled: vec![(1.0, 1.0), (2.0, 2.0), (4.0, 4.0)],
            measured_to: 2.0,
        };
        let axis = || Axis::from_zero("", 4.0, number_label);
        let small = Small { title: String::new(), x: axis(), y: axis(), series: vec![series] };
        let words = Words { title: "t", subtitle: "", source: "" };
        let drawing = figure(&words, 1, vec![small]).expect("there is a panel");
        let lines = |width: f64| {
            let is_line = |mark: &&Mark| matches!(mark, Mark::Line { width: own, .. } if *own == width);
            drawing.canvas.marks.iter().filter(is_line).count()
        };
        // One line for what was measured, and many dashes.
        assert!(lines(LINE_WIDTH) > 5, "{}", lines(LINE_WIDTH));
        let points = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Point { .. })).count();
        assert_eq!(points, 1);
    }
}
