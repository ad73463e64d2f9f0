//! Colours and markers of the figures, as a page writes them.

use super::super::style::{Color, Marker, series_color, series_marker};
use super::super::theme::Ground;
use crate::report::{ChartColor, ChartMarker};

/// The colour of the series at `index`.
pub(super) fn color_of_series(index: usize) -> ChartColor {
    on_pages(series_color(index))
}

/// A colour of the figures on each sort of page.
pub(super) fn on_pages(color: Color) -> ChartColor {
    let written = |Color(red, green, blue): Color| format!("#{red:02x}{green:02x}{blue:02x}");
    ChartColor { light: written(color), dark: written(Ground::Dark.color(color)) }
}

/// The marker of the series at `index`.
pub(super) fn marker_of_series(index: usize) -> ChartMarker {
    match series_marker(index) {
        Marker::Disc => ChartMarker::Disc,
        Marker::Square => ChartMarker::Square,
        Marker::Diamond => ChartMarker::Diamond,
        Marker::Triangle => ChartMarker::Triangle,
    }
}
