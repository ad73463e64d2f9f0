//! Values made of parts as bars from left to right, one a row, each with its envelope and its sum beside it.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Mark, Text};
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect};
use super::style::{Color, GRID, INK, QUIET, TICK_SIZE};
use super::text::{width, wrapped};

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StackedRow {
    pub(super) label: String,
    /// The parts from left to right, or why there are none.
    pub(super) parts: Result<Stack, String>,
}

/// The bar of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stack {
    pub(super) parts: Vec<(f64, Color)>,
    /// The lowest and the highest that the sum can be.
    pub(super) ends: (f64, f64),
    /// The sum in words.
    pub(super) value: String,
}

/// A chart of rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StackedRows {
    /// The title of the axis.
    pub(super) title: String,
    pub(super) rows: Vec<StackedRow>,
    /// The names of the parts.
    pub(super) legend: Vec<(String, Color)>,
}

/// The most rows that stay readable.
pub(super) const MOST_ROWS: usize = 24;

const WIDEST_LABEL: f64 = 460.0;
const TALLEST_BAR: f64 = 64.0;
const SMALLEST_TEXT: f64 = 16.0;
const GAP: f64 = 14.0;

impl StackedRows {
    /// Draws the chart into `outer`.
    pub(super) fn draw(&self, canvas: &mut Canvas, outer: Rect) {
        let top = draw_legend(canvas, &self.legend, outer, TICK_SIZE) + GAP;
        let height = (outer.bottom - top) / self.rows.len().max(1) as f64;
        let size = (height * 0.4).clamp(SMALLEST_TEXT, TICK_SIZE);
        let label = |row: &StackedRow| width(&row.label, size).min(WIDEST_LABEL);
        let labels = self.rows.iter().map(label).fold(0.0, f64::max);
        let value = |row: &StackedRow| row.parts.as_ref().map_or(0.0, |stack| width(&stack.value, size));
        let values = self.rows.iter().map(value).fold(0.0, f64::max);
        let room = Rect { left: outer.left + labels + GAP, right: outer.right - values - GAP, top, ..outer };
        let panel = Panel::new(room, self.axis(), blank(), Ends::Flush);
        self.draw_grid(canvas, &panel);
        panel.draw(canvas);
        for (index, row) in self.rows.iter().enumerate() {
            let share = panel.area.height() / self.rows.len() as f64;
            let middle = panel.area.top + share * (index as f64 + 0.5);
            let lines = if share > size * 2.4 { 2 } else { 1 };
            draw_label(canvas, &row.label, (panel.area.left - GAP, middle), (size, labels + GAP, lines));
            draw_bar(canvas, &panel, &row.parts, (middle, share, size));
        }
    }

    fn axis(&self) -> Axis {
        let stacks = self.rows.iter().filter_map(|row| row.parts.as_ref().ok());
        let highest = |stack: &Stack| stack.parts.iter().map(|(part, _)| part).sum::<f64>().max(stack.ends.1);
        Axis::from_zero(&self.title, stacks.map(highest).fold(0.0, f64::max), super::axis::number_label)
    }

    fn draw_grid(&self, canvas: &mut Canvas, panel: &Panel) {
        for tick in &self.axis().ticks {
            let (x, _) = panel.place(tick.value, 0.0);
            canvas.segment((x, panel.area.top), (x, panel.area.bottom), GRID, 2.0);
        }
    }
}

/// An axis that shows nothing: rows have names of their own.
pub(super) fn blank() -> Axis {
    Axis { title: String::new(), scale: super::axis::Scale::Linear, low: 0.0, high: 1.0, ticks: Vec::new() }
}

/// A label in so many lines that ends at a place.
pub(super) fn draw_label(
    canvas: &mut Canvas,
    label: &str,
    (right, middle): (f64, f64),
    (size, widest, lines): (f64, f64, usize),
) {
    let lines = wrapped(label, size, widest, lines);
    let first = middle - (lines.len() as f64 - 1.0) * size * 0.55;
    for (row, line) in lines.into_iter().enumerate() {
        let at = (right, first + row as f64 * size * 1.1);
        canvas.text(Text::new(line, at, size, INK).anchored(Anchor::End));
    }
}

fn draw_bar(
    canvas: &mut Canvas,
    panel: &Panel,
    stack: &Result<Stack, String>,
    (middle, share, size): (f64, f64, f64),
) {
    let x = |value: f64| panel.place(value, 0.0).0;
    let half = (share * 0.36).min(TALLEST_BAR / 2.0);
    let stack = match stack {
        Ok(stack) => stack,
        Err(reason) => {
            canvas.text(Text::new(reason, (x(0.0) + GAP, middle), size, QUIET));
            return;
        }
    };
    let mut sum = 0.0;
    for (part, color) in &stack.parts {
        let (from, to) = (x(sum), x(sum + part));
        sum += part;
        if to - from >= 0.5 {
            let (upper_left, lower_right) = ((from, middle - half), (to, middle + half));
            canvas.push(Mark::Bar { upper_left, lower_right, color: *color });
        }
    }
    let (low, high) = (x(stack.ends.0), x(stack.ends.1));
    if high - low > 1.0 {
        let cap = half * 0.5;
        for (from, to) in [
            ((low, middle), (high, middle)),
            ((low, middle - cap), (low, middle + cap)),
            ((high, middle - cap), (high, middle + cap)),
        ] {
            canvas.segment(from, to, INK, 2.0);
        }
    }
    let at = (high.max(x(sum)) + GAP, middle);
    canvas.text(Text::new(&stack.value, at, size, INK));
}
