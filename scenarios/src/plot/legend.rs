//! Names beside swatches of their colours, or samples of their lines.

use super::canvas::{Canvas, Mark, Text};
use super::line_chart::Stroke;
use super::panel::Rect;
use super::style::{Color, INK, Marker};
use super::text::{width, wrapped};

/// One entry.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) color: Color,
    /// How the line is drawn; `None` is an area.
    pub(super) line: Option<(Marker, Stroke)>,
}

/// Draws the names at this size along the top of `room`, in as many rows as they need, and returns the height
/// at which they end.
pub(super) fn draw_legend(canvas: &mut Canvas, entries: &[(String, Color)], room: Rect, size: f64) -> f64 {
    let sample = |(name, color): &(String, Color)| Sample { name: name.clone(), color: *color, line: None };
    draw_samples(canvas, &entries.iter().map(sample).collect::<Vec<_>>(), room, size)
}

/// As [`draw_legend`], for lines too.
pub(super) fn draw_samples(canvas: &mut Canvas, entries: &[Sample], room: Rect, size: f64) -> f64 {
    let (gap, row_height) = (size * 0.4, size * 1.35);
    let (mut x, mut y) = (room.left, room.top + size * 0.75);
    for entry in entries {
        let swatch = size * if entry.line.is_some() { 2.0 } else { 0.85 };
        let name = wrapped(&entry.name, size, room.width() - swatch - gap, 1).concat();
        let needed = swatch + gap + width(&name, size);
        if x > room.left && x + needed > room.right {
            (x, y) = (room.left, y + row_height);
        }
        draw_sample(canvas, entry, (x, y), swatch);
        canvas.text(Text::new(name, (x + swatch + gap, y), size, INK));
        x += needed + size;
    }
    if entries.is_empty() { room.top } else { y + size * 0.75 }
}

fn draw_sample(canvas: &mut Canvas, entry: &Sample, (x, y): (f64, f64), swatch: f64) {
    let color = entry.color;
    let Some((marker, stroke)) = entry.line else {
        let half = swatch / 2.0;
        let corners = vec![(x, y - half), (x + swatch, y - half), (x + swatch, y + half), (x, y + half)];
        return canvas.push(Mark::Area { corners, color, opacity: 1.0 });
    };
    match stroke {
        Stroke::Whole => canvas.segment((x, y), (x + swatch, y), color, 4.0),
        Stroke::Dashed => canvas.dashes(&[(x, y), (x + swatch, y)], color, 4.0),
    }
    canvas.push(Mark::Point { at: (x + swatch / 2.0, y), marker, color });
}
