//! Names beside swatches of their colours.

use super::canvas::{Canvas, Mark, Text};
use super::panel::Rect;
use super::style::{Color, INK};
use super::text::{width, wrapped};

/// Draws the names at this size along the top of `room`, in as many rows as they need, and returns the height
/// at which they end.
pub(super) fn draw_legend(canvas: &mut Canvas, entries: &[(String, Color)], room: Rect, size: f64) -> f64 {
    let swatch = size * 0.85;
    let (gap, row_height) = (size * 0.4, size * 1.35);
    let (mut x, mut y) = (room.left, room.top + size * 0.75);
    for (name, color) in entries {
        let name = wrapped(name, size, room.width() - swatch - gap, 1).concat();
        let needed = swatch + gap + width(&name, size);
        if x > room.left && x + needed > room.right {
            (x, y) = (room.left, y + row_height);
        }
        let half = swatch / 2.0;
        let corners = vec![(x, y - half), (x + swatch, y - half), (x + swatch, y + half), (x, y + half)];
        canvas.push(Mark::Area { corners, color: *color, opacity: 1.0 });
        canvas.text(Text::new(name, (x + swatch + gap, y), size, INK));
        x += needed + size;
    }
    if entries.is_empty() { room.top } else { y + size * 0.75 }
}
