//! Colours and sizes of every figure. Sizes are pixels of a figure across a slide; a figure in a column has fewer
//! pixels and the same letters.

/// A colour by its red, green and blue, as it is on white. `theme.rs` says what it becomes on a dark ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Color(pub(super) u8, pub(super) u8, pub(super) u8);

impl Color {
    /// A darker shade, readable as text on white.
    pub(super) fn darkened(self) -> Self {
        self.toward(Self(0, 0, 0), 0.3)
    }

    /// This share of the way to another colour.
    pub(super) fn toward(self, other: Self, share: f64) -> Self {
        let mixed = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share) as u8;
        Self(mixed(self.0, other.0), mixed(self.1, other.1), mixed(self.2, other.2))
    }
}

/// Width of a figure across a slide.
pub(super) const WIDTH: f64 = 1600.0;
/// Height of a figure across a slide.
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

/// Colours by hue: orange, blue, green, pink, brown, sky blue and grey.
///
/// They follow Okabe and Ito, "Color Universal Design" (2008), darker where theirs vanish on white: each has at least
/// three times the contrast to its paper, and two of them stay apart for the colour-blind.
pub(super) const PALETTE: [Color; 7] = [
    Color(208, 105, 15),
    Color(11, 74, 166),
    Color(43, 129, 89),
    Color(205, 112, 181),
    Color(105, 64, 0),
    Color(30, 148, 255),
    Color(110, 116, 128),
];

/// The most series that colours can tell apart.
pub(super) const MOST_SERIES: usize = 2 * PALETTE.len();

/// The colour of the series at `index`: the palette, then its shades.
pub(super) fn series_color(index: usize) -> Color {
    let color = PALETTE[index % PALETTE.len()];
    if index % MOST_SERIES < PALETTE.len() { color } else { shade(color) }
}

/// The second colour of the same hue.
pub(super) fn shade(color: Color) -> Color {
    color.toward(Color(0, 0, 0), 0.5)
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
