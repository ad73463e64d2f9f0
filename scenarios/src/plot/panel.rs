//! A plotting area: a rectangle with two axes, their grid and their labels.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Place, Text};
use super::style::{GRID, INK, LABEL_SIZE, QUIET, TICK_SIZE};
use super::text::width;

/// A rectangle on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// Height of tick labels and axis title under the plotting area.
const BELOW: f64 = 92.0;
/// The part of that height that an axis without a title does not need.
pub(super) const X_TITLE_HEIGHT: f64 = 46.0;
/// Between tick labels and the axis they belong to.
const GAP: f64 = 14.0;
/// Between the ends of the axis and the first and the last data point.
const INSET: f64 = 36.0;

/// What the ends of the horizontal axis leave free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Nothing: a line over time begins at the axis.
    Flush,
    /// Room for half a marker and half a tick label.
    Inset,
}

/// A plotting area with its axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Panel {
    /// The area in which data is drawn.
    pub(super) area: Rect,
    x: Axis,
    y: Axis,
    ends: Ends,
}

impl Panel {
    /// Fits a plotting area with room for its labels into `outer`.
    pub(super) fn new(outer: Rect, x: Axis, y: Axis, ends: Ends) -> Self {
        let widest = y.ticks.iter().map(|tick| width(&tick.label, TICK_SIZE)).fold(0.0, f64::max);
        let title = if y.title.is_empty() { 0.0 } else { LABEL_SIZE + 12.0 };
        let below = if x.title.is_empty() { BELOW - X_TITLE_HEIGHT } else { BELOW };
        let area = Rect { left: outer.left + title + widest + GAP, bottom: outer.bottom - below, ..outer };
        Self { area, x, y, ends }
    }

    /// The place of a data point.
    pub(super) fn place(&self, x: f64, y: f64) -> Place {
        (self.x_place(x), self.y_place(y))
    }

    /// The height of the horizontal axis.
    pub(super) fn base(&self) -> f64 {
        self.area.bottom
    }

    fn x_place(&self, value: f64) -> f64 {
        let inset = if self.ends == Ends::Inset { INSET } else { 0.0 };
        self.area.left + inset + self.x.share(value) * (self.area.width() - 2.0 * inset)
    }

    fn y_place(&self, value: f64) -> f64 {
        self.area.bottom - self.y.share(value) * self.area.height()
    }

    /// Draws grid, axes and labels.
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        canvas.panels.push(self.area);
        self.draw_rows(canvas);
        self.draw_columns(canvas);
        let Rect { left, right, bottom, .. } = self.area;
        canvas.segment((left, bottom), (right, bottom), INK, 2.0);
        self.draw_titles(canvas);
    }

    /// Draws an upright line of the grid at each tick across.
    pub(super) fn draw_column_lines(&self, canvas: &mut Canvas) {
        for tick in &self.x.ticks {
            let x = self.x_place(tick.value);
            canvas.segment((x, self.area.top), (x, self.area.bottom), GRID, 2.0);
        }
    }

    /// Ticks from the bottom up, every second or third where their labels would touch.
    fn draw_rows(&self, canvas: &mut Canvas) {
        let places: Vec<f64> = self.y.ticks.iter().map(|tick| self.y_place(tick.value)).collect();
        let nearest = places.windows(2).map(|pair| (pair[0] - pair[1]).abs()).fold(f64::INFINITY, f64::min);
        let step = (TICK_SIZE * 1.1 / nearest.max(1.0)).ceil().max(1.0) as usize;
        for (tick, y) in self.y.ticks.iter().zip(places).step_by(step) {
            canvas.segment((self.area.left, y), (self.area.right, y), GRID, 2.0);
            let at = (self.area.left - GAP, y);
            canvas.text(Text::new(&tick.label, at, TICK_SIZE, QUIET).anchored(Anchor::End));
        }
    }

    /// Ticks from left to right; a label that would touch the one before it is left out.
    fn draw_columns(&self, canvas: &mut Canvas) {
        let mut free_from = f64::NEG_INFINITY;
        for tick in &self.x.ticks {
            let x = self.x_place(tick.value);
            let half = width(&tick.label, TICK_SIZE) / 2.0;
            canvas.segment((x, self.area.bottom), (x, self.area.bottom + 8.0), INK, 2.0);
            if x - half < free_from {
                continue;
            }
            free_from = x + half + GAP;
            let at = (x, self.area.bottom + GAP + TICK_SIZE * 0.6);
            canvas.text(Text::new(&tick.label, at, TICK_SIZE, QUIET).anchored(Anchor::Middle));
        }
    }

    fn draw_titles(&self, canvas: &mut Canvas) {
        let Rect { left, top, right, bottom } = self.area;
        let below = ((left + right) / 2.0, bottom + BELOW - LABEL_SIZE * 0.5);
        canvas.text(Text::new(&self.x.title, below, LABEL_SIZE, INK).anchored(Anchor::Middle));
        let widest = self.y.ticks.iter().map(|tick| width(&tick.label, TICK_SIZE)).fold(0.0, f64::max);
        let beside = (left - GAP - widest - 12.0 - LABEL_SIZE * 0.5, (top + bottom) / 2.0);
        canvas.text(Text::new(&self.y.title, beside, LABEL_SIZE, INK).anchored(Anchor::Middle).upward());
    }
}
