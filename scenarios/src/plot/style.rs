//! Colours and sizes of every figure. Sizes are pixels of a 1600 x 1000 figure.

/// A colour by its red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

impl Color {
    /// A darker shade, readable as text on white.
    pub(super) fn darkened(self) -> Self {
        let shade = |part: u8| (u16::from(part) * 7 / 10) as u8;
        Self(shade(self.0), shade(self.1), shade(self.2))
    }

    /// A tint halfway to white.
    fn lightened(self) -> Self {
        let tint = |part: u8| ((u16::from(part) + 255) / 2) as u8;
        Self(tint(self.0), tint(self.1), tint(self.2))
    }
}

/// Width of a figure.
pub(super) const WIDTH: f64 = 1600.0;
/// Height of a figure.
pub(super) const HEIGHT: f64 = 1000.0;
/// The empty border.
pub(super) const MARGIN: f64 = 48.0;

/// Size of a figure's title.
pub(super) const TITLE_SIZE: f64 = 46.0;
/// Size of axis titles, direct labels and values.
pub(super) const LABEL_SIZE: f64 = 32.0;
/// Size of tick labels and legends.
pub(super) const TICK_SIZE: f64 = 28.0;
/// Size of the source line.
pub(super) const FOOTER_SIZE: f64 = 22.0;

/// The paper.
pub(super) const PAPER: Color = Color(255, 255, 255);
/// Text and axes.
pub(super) const INK: Color = Color(34, 37, 41);
/// Secondary text.
pub(super) const QUIET: Color = Color(95, 102, 112);
/// Grid lines.
pub(super) const GRID: Color = Color(224, 227, 231);

/// The colours of Okabe and Ito, "Color Universal Design" (2008), that hold on white, without yellow.
const PALETTE: [Color; 7] = [
    Color(213, 94, 0),
    Color(0, 114, 178),
    Color(0, 158, 115),
    Color(204, 121, 167),
    Color(230, 159, 0),
    Color(86, 180, 233),
    Color(0, 0, 0),
];

/// The most series that colours can tell apart.
pub(super) const MOST_SERIES: usize = 2 * PALETTE.len();

/// The colour of the series at `index`: the palette, then its tints.
pub(super) fn series_color(index: usize) -> Color {
    let color = PALETTE[index % PALETTE.len()];
    if index % MOST_SERIES < PALETTE.len() { color } else { color.lightened() }
}

/// The shape of a data point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// A disc.
    Disc,
    /// A square.
    Square,
    /// A diamond.
    Diamond,
    /// A triangle.
    Triangle,
}

/// The marker of the series at `index`.
pub(super) fn series_marker(index: usize) -> Marker {
    const MARKERS: [Marker; 4] = [Marker::Disc, Marker::Square, Marker::Diamond, Marker::Triangle];
    MARKERS[index % MARKERS.len()]
}
