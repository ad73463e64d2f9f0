//! The busiest links by name: their mean utilization over the whole time, and the peak where it was recorded.

use super::axis::{Axis, percent_label};
use super::canvas::{Canvas, Drawing, Mark, Text};
use super::frame::draw_frame;
use super::grid::cells;
use super::legend::draw_legend;
use super::link_points::{LinkPoint, color_of, link_points, tiers};
use super::panel::{Ends, Panel, Rect, X_TITLE_HEIGHT};
use super::stacked_rows::{blank, draw_label};
use super::style::{Color, FOOTER_SIZE, GRID, INK, LABEL_SIZE, TICK_SIZE};
use super::text::{width, wrapped};
use crate::report::number::{grouped, percent};
use crate::report::{BusyLink, ScenarioReport};

const TITLE: &str = "The busiest links";
const MEANING: &str = "Bytes over capacity times the whole time. Links of a tier with the same capacity that carried as much are \
                       one row, named after the first of them.";
const MEANING_OF_PEAKS: &str = "Upright lines: the busiest slice of time.";
const MOST_PANELS: usize = 3;
/// Rows that a figure has room for.
const MOST_ROWS: usize = 20;
const MOST_OF_A_POINT: usize = 10;
const SMALLEST_TEXT: f64 = 16.0;
/// The largest share of the width that names of links take.
const WIDEST_LABEL: f64 = 0.42;
const GAP: f64 = 14.0;
/// The least share that one decimal of a percentage can say.
const LEAST_SAID: f64 = 5e-4;

/// Draws the figure; `None` when no link is known to have carried anything.
pub(super) fn draw_busiest_links(report: &ScenarioReport) -> Option<Drawing> {
    let (points, note) = link_points(report, MOST_PANELS);
    if points.is_empty() {
        return None;
    }
    let most = (MOST_ROWS / points.len()).min(MOST_OF_A_POINT);
    let shown = || points.iter().flat_map(|point| point.links.busiest.iter().take(most));
    let highest = shown().map(|busy| busy.mean.max(busy.peak.unwrap_or(0.0))).fold(0.0, f64::max);
    let peaks = shown().any(|busy| busy.peak.is_some()).then(|| MEANING_OF_PEAKS.to_owned());
    let notes: Vec<String> = note.into_iter().collect();
    let footnotes: Vec<String> =
        std::iter::once(MEANING.to_owned()).chain(peaks).chain(notes.iter().cloned()).collect();
    let tiers = tiers(&points);
    let legend: Vec<(String, Color)> =
        tiers.iter().map(|(name, color)| ((*name).to_owned(), *color)).collect();
    let mut canvas = Canvas::default();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let top = draw_legend(&mut canvas, &legend, room, FOOTER_SIZE) + GAP;
    let above = Rect { top, bottom: room.bottom - X_TITLE_HEIGHT, ..room };
    let last = points.len() - 1;
    for (index, (point, room)) in points.iter().zip(cells(points.len(), 1, above, (0.0, GAP))).enumerate() {
        let (title, more) = if index == last { ("utilization", X_TITLE_HEIGHT) } else { ("", 0.0) };
        let axis = Axis::from_zero(title, highest, percent_label);
        let room = Rect { bottom: room.bottom + more, ..room };
        draw_point(&mut canvas, (point, most), (&tiers, axis), room);
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

fn draw_point(
    canvas: &mut Canvas,
    (point, most): (&LinkPoint<'_>, usize),
    (tiers, axis): (&[(&str, Color)], Axis),
    room: Rect,
) {
    for line in wrapped(&point.label, LABEL_SIZE, room.width(), 1) {
        canvas.text(Text::new(line, (room.left, room.top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let rows: Vec<&BusyLink> = point.links.busiest.iter().take(most).collect();
    let top = room.top + LABEL_SIZE * 1.3;
    let size = ((room.bottom - top) / rows.len() as f64 * 0.6).clamp(SMALLEST_TEXT, FOOTER_SIZE);
    let widest = room.width() * WIDEST_LABEL;
    let labels = rows.iter().map(|busy| width(&busy.link, size)).fold(0.0, f64::max).min(widest);
    let ends = rows.iter().map(|busy| width(&words(busy), size)).fold(0.0, f64::max) + GAP;
    let inner = Rect { left: room.left + labels + GAP, right: room.right - ends, top, ..room };
    let ticks = axis.ticks.clone();
    let panel = Panel::new(inner, axis, blank(), Ends::Flush);
    for tick in &ticks {
        let x = panel.place(tick.value, 0.0).0;
        canvas.segment((x, panel.area.top), (x, panel.area.bottom), GRID, 2.0);
    }
    panel.draw(canvas);
    let share = panel.area.height() / rows.len() as f64;
    for (index, busy) in rows.into_iter().enumerate() {
        let middle = panel.area.top + share * (index as f64 + 0.5);
        draw_label(canvas, &busy.link, (panel.area.left - GAP, middle), (size, labels, 1));
        draw_bar(canvas, &panel, (busy, color_of(&busy.tier, tiers)), (middle, share * 0.36));
        let end = panel.place(busy.mean.max(busy.peak.unwrap_or(0.0)), 0.0).0;
        canvas.text(Text::new(words(busy), (end + GAP, middle), size, INK));
    }
}

fn draw_bar(
    canvas: &mut Canvas,
    panel: &Panel,
    (busy, color): (&BusyLink, Color),
    (middle, half): (f64, f64),
) {
    let half = half.min(TICK_SIZE);
    let x = |share: f64| panel.place(share, 0.0).0;
    let (upper_left, lower_right) = ((x(0.0), middle - half), (x(busy.mean), middle + half));
    canvas.push(Mark::Bar { upper_left, lower_right, color });
    if let Some(peak) = busy.peak {
        canvas.segment((x(busy.mean), middle), (x(peak), middle), color, 2.0);
        canvas.segment((x(peak), middle - half), (x(peak), middle + half), color, 4.0);
    }
}

/// What stands behind the bar of a link.
fn words(busy: &BusyLink) -> String {
    let peak = busy.peak.map_or(String::new(), |peak| format!(", peak {} %", percent(peak)));
    let alike = if busy.alike > 1 { format!(", {} alike", grouped(busy.alike)) } else { String::new() };
    let mean = if busy.mean < LEAST_SAID { "below 0.1".to_owned() } else { percent(busy.mean) };
    format!("{mean} %{peak}{alike}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn every_link_has_a_bar_as_long_as_its_mean_is_high() {
        let mut report = example::two_systems(2);
        example::add_links(&mut report);
        let drawing = draw_busiest_links(&report).expect("the example has links");
        let bar = |mark: &Mark| match mark {
            Mark::Bar { upper_left, lower_right, .. } => Some(lower_right.0 - upper_left.0),
            _ => None,
        };
        let bars: Vec<f64> = drawing.canvas.marks.iter().filter_map(bar).collect();
        let links = report.results.results[2].links.clone().expect("the example has links").busiest;
        assert_eq!(bars.len(), 2 * links.len());
        assert!((bars[1] / bars[0] - links[1].mean / links[0].mean).abs() < 1e-9, "{bars:?}");
        let text = |wanted: &str| {
            drawing
                .canvas
                .marks
                .iter()
                .any(|mark| matches!(mark, Mark::Text(text) if text.text.contains(wanted)))
        };
        assert!(text("domain0/chip0 -> domain0/plane0") && text("40.0 %, 1,152 alike"));
        assert!(text("NVL72 copper, 2,304"));
        assert_eq!(drawing.notes, ["Shows 2 of 4 points: for each system the first with the most chips."]);
        report.results.results.iter_mut().for_each(|point| point.links = None);
        assert_eq!(draw_busiest_links(&report), None);
    }

    #[test]
    fn a_peak_is_drawn_where_it_was_recorded() {
        let mut report = example::two_systems(1);
        example::add_links(&mut report);
        for links in report.results.results.iter_mut().filter_map(|point| point.links.as_mut()) {
            links.busiest[0].peak = Some(0.9);
        }
        let drawing = draw_busiest_links(&report).expect("the example has links");
        let text =
            |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "40.0 %, peak 90.0 %, 1,152 alike");
        assert_eq!(drawing.canvas.marks.iter().filter(|mark| text(mark)).count(), 2);
    }
}
