//! Places of several panels of equal size.

use super::panel::Rect;

/// Rooms for `count` panels in so many columns, row by row, with these gaps across and down.
pub(super) fn cells(count: usize, columns: usize, room: Rect, (across, down): (f64, f64)) -> Vec<Rect> {
    let rows = count.div_ceil(columns);
    let width = (room.width() - across * (columns as f64 - 1.0)) / columns as f64;
    let height = (room.height() - down * (rows as f64 - 1.0)) / rows as f64;
    let cell = |index: usize| {
        let left = room.left + (index % columns) as f64 * (width + across);
        let top = room.top + (index / columns) as f64 * (height + down);
        Rect { left, top, right: left + width, bottom: top + height }
    };
    (0..count).map(cell).collect()
}
