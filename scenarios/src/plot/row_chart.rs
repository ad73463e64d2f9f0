//! Values as bars that lie beside their names, each of one part or of several: the form for many points, and for what
//! adds up.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Mark, Text};
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect};
use super::style::{Color, FOOTER_SIZE, INK, QUIET, TICK_SIZE};
use super::text::{width, wrapped};

/// One row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Row {
    /// The name at the left.
    pub(super) name: String,
    /// What stands under the name, where there is room, else behind it.
    pub(super) detail: String,
    /// The parts from left to right.
    pub(super) parts: Vec<(f64, Color)>,
    /// A value that the row should not exceed.
    pub(super) limit: Option<f64>,
    /// The lowest and the highest that the sum can be, where inputs are uncertain.
    pub(super) ends: Option<[f64; 2]>,
    /// What stands behind the bar: the sum, or why there is none.
    pub(super) end: String,
    /// Whether rows of another kind begin here.
    pub(super) begins: bool,
}

/// A chart of rows.
pub(super) struct RowChart {
    pub(super) x: Axis,
    pub(super) rows: Vec<Row>,
    /// Names and colours of the parts.
    pub(super) legend: Vec<(String, Color)>,
}

/// The height that a row needs at least.
const LOWEST_ROW: f64 = 27.0;
/// The height from which on a detail stands under its name.
const TWO_LINES: f64 = 62.0;
const HIGHEST_BAR: f64 = 60.0;
const GAP: f64 = 14.0;
/// The largest share of the width that names take.
const WIDEST_NAME: f64 = 0.3;
/// What is above rows where others begin, in heights of a row.
const SPACE: f64 = 0.5;

/// As many of the items as rows have room for in a figure of this height, evenly chosen with the first and the last,
/// and a note where some are left out.
pub(super) fn chosen<T>(items: Vec<T>, figure_height: f64, what: &str) -> (Vec<T>, Option<String>) {
    let most = ((figure_height - 420.0) / (LOWEST_ROW * (1.0 + SPACE / 2.0))) as usize;
    let all = items.len();
    if all <= most {
        return (items, None);
    }
    let wanted: Vec<usize> = (0..most).map(|place| place * (all - 1) / (most - 1)).collect();
    let kept = items.into_iter().enumerate().filter(|(index, _)| wanted.contains(index));
    (kept.map(|(_, item)| item).collect(), Some(format!("Shows {most} of {all} {what}.")))
}

impl RowChart {
    /// Draws the chart into `outer`.
    pub(super) fn draw(self, canvas: &mut Canvas, outer: Rect) {
        let top = draw_legend(canvas, &self.legend, outer, TICK_SIZE) + TICK_SIZE * 0.5;
        let heights = |row: &Row| if row.begins { 1.0 + SPACE } else { 1.0 };
        let units: f64 = self.rows.iter().map(heights).sum();
        let height = (outer.bottom - top - BELOW) / units;
        let size = if height < TICK_SIZE * 1.15 { FOOTER_SIZE } else { TICK_SIZE };
        let names: Vec<[String; 2]> = self.rows.iter().map(|row| names(row, height, size, &outer)).collect();
        let widest = names.iter().flatten().map(|name| width(name, size)).fold(0.0, f64::max);
        let ends = self.rows.iter().map(|row| width(&row.end, size)).fold(0.0, f64::max);
        let room = Rect { left: outer.left + widest, top, right: outer.right - ends - GAP, ..outer };
        let rows = Axis { ticks: Vec::new(), ..Axis::span("", 1.0, |_| String::new()) };
        let panel = Panel::new(room, self.x, rows, Ends::Flush);
        panel.draw_column_lines(canvas);
        panel.draw(canvas);
        let mut middle = top - height * 0.5;
        for (row, name) in self.rows.iter().zip(&names) {
            middle += height * heights(row);
            draw_name(canvas, name, (panel.area.left - GAP, middle), size);
            draw_row(canvas, &panel, row, Slot { middle, bar: (height * 0.66).min(HIGHEST_BAR), size });
        }
    }
}

/// The room that the horizontal axis takes.
const BELOW: f64 = 92.0;

/// The name and the detail of a row; the detail is empty where it stands behind the name.
fn names(row: &Row, height: f64, size: f64, outer: &Rect) -> [String; 2] {
    let widest = outer.width() * WIDEST_NAME;
    let cut = |text: &str| wrapped(text, size, widest, 1).concat();
    if row.detail.is_empty() || height >= TWO_LINES {
        return [cut(&row.name), cut(&row.detail)];
    }
    // The detail tells rows apart, so the name is cut and the detail is not.
    let detail = wrapped(&format!(", {}", row.detail), size, widest * 0.6, 1).concat();
    let name = wrapped(&row.name, size, widest - width(&detail, size), 1).concat();
    [format!("{name}{detail}"), String::new()]
}

fn draw_name(canvas: &mut Canvas, [name, detail]: &[String; 2], (right, middle): (f64, f64), size: f64) {
    let mut line = |text: &str, y: f64, color: Color| {
        canvas.text(Text::new(text, (right, y), size, color).anchored(Anchor::End));
    };
    if detail.is_empty() {
        return line(name, middle, INK);
    }
    line(name, middle - size * 0.55, INK);
    line(detail, middle + size * 0.55, QUIET);
}

/// Where a row is drawn.
struct Slot {
    middle: f64,
    bar: f64,
    size: f64,
}

fn draw_row(canvas: &mut Canvas, panel: &Panel, row: &Row, slot: Slot) {
    let (upper, lower) = (slot.middle - slot.bar / 2.0, slot.middle + slot.bar / 2.0);
    let mut sum = 0.0;
    for (value, color) in row.parts.iter().filter(|(value, _)| *value > 0.0) {
        let (left, right) = (panel.place(sum, 0.0).0, panel.place(sum + value, 0.0).0);
        canvas.push(Mark::Bar { upper_left: (left, upper), lower_right: (right, lower), color: *color });
        sum += value;
    }
    if let Some(limit) = row.limit {
        let x = panel.place(limit, 0.0).0;
        canvas.segment((x, upper - slot.bar * 0.12), (x, lower + slot.bar * 0.12), INK, 4.0);
    }
    if let Some(ends) = row.ends {
        let [low, high] = ends.map(|end| panel.place(end, 0.0).0);
        draw_whisker(canvas, (low, high), (slot.middle, slot.bar * 0.25));
    }
    let end = [row.limit, row.ends.map(|[_, high]| high)].into_iter().flatten().fold(sum, f64::max);
    let end = panel.place(end, 0.0).0;
    canvas.text(Text::new(&row.end, (end + GAP, slot.middle), slot.size, INK));
}

/// A line from the lowest to the highest value, with its caps.
fn draw_whisker(canvas: &mut Canvas, (low, high): (f64, f64), (middle, cap): (f64, f64)) {
    canvas.segment((low, middle), (high, middle), INK, 2.0);
    for end in [low, high] {
        canvas.segment((end, middle - cap), (end, middle + cap), INK, 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_stay_where_some_are_left_out() {
        assert_eq!(chosen(vec![1, 2, 3], 1000.0, "points"), (vec![1, 2, 3], None));
        let (kept, note) = chosen((0..1000).collect(), 1000.0, "points");
        assert_eq!((kept[0], kept[kept.len() - 1]), (0, 999));
        assert_eq!(note, Some(format!("Shows {} of 1000 points.", kept.len())));
    }

    #[test]
    fn parts_lie_end_to_end_and_the_text_behind_them() {
        let row =
            Row { parts: vec![(2.0, INK), (0.0, QUIET), (3.0, QUIET)], end: "5 s".into(), ..Row::default() };
        let x = Axis::from_zero("time (s)", 5.0, |value| value.to_string());
        let mut canvas = Canvas::default();
        let outer = Rect { left: 0.0, top: 0.0, right: 1000.0, bottom: 500.0 };
        RowChart { x, rows: vec![row], legend: Vec::new() }.draw(&mut canvas, outer);
        let bars: Vec<(f64, f64)> = canvas
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Bar { upper_left, lower_right, .. } => Some((upper_left.0, lower_right.0)),
                _ => None,
            })
            .collect();
        let [(from, between), (same, to)] = bars[..] else { panic!("{bars:?}") };
        assert!(between == same && ((between - from) / (to - from) - 0.4).abs() < 1e-9, "{bars:?}");
        let end = canvas.marks.iter().find_map(|mark| match mark {
            Mark::Text(text) if text.text == "5 s" => Some(text.at.0),
            _ => None,
        });
        assert_eq!(end, Some(to + GAP));
    }
}
