//! What is drawn: a list of marks in pixels, from the bottom up. Charts fill it; `render` turns it into files.

use super::panel::Rect;
use super::style::{Color, HEIGHT, Marker, WIDTH};
use crate::report::FigureSize;

/// A place on the canvas in pixels from the upper left corner.
pub(super) type Place = (f64, f64);

/// Which part of a text stands at its place; in height it is always the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// The direction in which a text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From left to right.
    Rightward,
    /// From bottom to top.
    Upward,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) at: Place,
    pub(super) size: f64,
    pub(super) color: Color,
    pub(super) anchor: Anchor,
    pub(super) direction: Direction,
}

impl Text {
    /// A line of text that runs rightward from `at`.
    pub(super) fn new(text: impl Into<String>, at: Place, size: f64, color: Color) -> Self {
        Self { text: text.into(), at, size, color, anchor: Anchor::Start, direction: Direction::Rightward }
    }

    /// The same text anchored elsewhere.
    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text running upward.
    pub(super) fn upward(self) -> Self {
        Self { direction: Direction::Upward, ..self }
    }
}

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line through places.
    Line { through: Vec<Place>, color: Color, width: f64 },
    /// A filled polygon with this opacity.
    Area { corners: Vec<Place>, color: Color, opacity: f64 },
    /// The bar of one data point.
    Bar { upper_left: Place, lower_right: Place, color: Color },
    /// The marker of one data point.
    Point { at: Place, marker: Marker, color: Color },
    /// What was measured: an empty ring, on paper.
    Ring { at: Place, color: Color },
    /// A line of text.
    Text(Text),
}

/// The length of a dash, and of the gap after it.
const DASH: f64 = 11.0;

/// The marks of one figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
    /// The areas in which data is drawn.
    pub(super) panels: Vec<Rect>,
}

impl Default for Canvas {
    /// An empty figure across a slide.
    fn default() -> Self {
        Self { width: WIDTH, height: HEIGHT, marks: Vec::new(), panels: Vec::new() }
    }
}

impl Canvas {
    /// Takes this size, before anything is drawn.
    pub(super) fn resize(&mut self, size: FigureSize) {
        let [width, height] = size.pixels();
        (self.width, self.height) = (f64::from(width), f64::from(height));
    }

    /// The extent in whole pixels.
    pub(super) const fn size(&self) -> (u32, u32) {
        (self.width as u32, self.height as u32)
    }

    /// Draws on top of what is there.
    pub(super) fn push(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Draws a line of text.
    pub(super) fn text(&mut self, text: Text) {
        self.marks.push(Mark::Text(text));
    }

    /// Draws a line in dashes.
    pub(super) fn dashes(&mut self, through: &[Place], color: Color, width: f64) {
        let mut drawn = 0.0;
        for ends in through.windows(2) {
            let [from, to] = [ends[0], ends[1]];
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let at = |along: f64| {
                let share = (along / length).min(1.0);
                (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
            };
            // Dashes go on around corners: `drawn` is how much of a dash and its gap is behind the corner.
            let mut along = -drawn;
            while along < length {
                if along + DASH > 0.0 {
                    self.segment(at(along.max(0.0)), at(along + DASH), color, width);
                }
                along += 2.0 * DASH;
            }
            drawn = (length + drawn) % (2.0 * DASH);
        }
    }

    /// Draws a straight line.
    pub(super) fn segment(&mut self, from: Place, to: Place, color: Color, width: f64) {
        self.marks.push(Mark::Line { through: vec![from, to], color, width });
    }
}

/// A figure that is drawn and not yet rendered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    pub(super) title: String,
    pub(super) canvas: Canvas,
    /// What the figure leaves out, one sentence each.
    pub(super) notes: Vec<String>,
}
