//! The interactive twin of a figure: the numbers that it shows, for pages that draw them by script.

use serde::Serialize;

/// A figure as numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// The name of the figure in whose place it stands.
    pub name: String,
    /// What it shows, in words.
    pub title: String,
    /// Where it stands.
    pub place: ChartPlace,
    /// How values are joined.
    pub shape: ChartShape,
    /// The horizontal axis.
    pub x: ChartAxis,
    /// The vertical axis, which begins at zero.
    pub y: ChartAxis,
    /// What can be looked at, one after the other; at least one.
    pub views: Vec<ChartView>,
    /// What is left out, one sentence each.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Where a chart stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartPlace {
    /// In the place of its figure, which shows the same.
    Instead,
    /// Below its figure, which shows more of something else.
    Below,
}

/// How the values of a series are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartShape {
    /// Markers, joined by straight lines.
    Lines,
    /// Each value holds from its position to the next.
    Steps,
}

/// One axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartAxis {
    /// What it measures, without the unit.
    pub title: String,
    /// What its values are.
    pub quantity: ChartQuantity,
    /// The unit that follows a value; empty for those that bring their own, and for counts.
    pub unit: String,
    /// Whether equal factors are equally far apart.
    pub logarithmic: bool,
}

/// How the values of an axis become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartQuantity {
    /// A number, followed by the unit of its axis.
    Number,
    /// A share of one, shown in percent.
    Share,
    /// Bytes, shown in binary units.
    Size,
}

/// One of the things that a chart can show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartView {
    /// What tells it from the others; empty where it is the only one.
    pub label: String,
    /// The positions, ascending.
    pub x: Vec<f64>,
    /// The positions as text; empty where their axis says how they become text.
    pub labels: Vec<String>,
    /// The series, each with a value for each position.
    pub series: Vec<ChartSeries>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartSeries {
    /// Its name.
    pub label: String,
    /// Its colours, the same as in the figure.
    pub color: ChartColor,
    /// The shape of its markers.
    pub marker: ChartMarker,
    /// Whether its line is broken.
    pub dashed: bool,
    /// Its values; `None` where it has none.
    pub values: Vec<Option<f64>>,
    /// Between which ends each value may lie, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<ChartBand>,
}

/// The ends of uncertain values, one for each value; `None` where there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartBand {
    /// The low ends.
    pub low: Vec<Option<f64>>,
    /// The high ends.
    pub high: Vec<Option<f64>>,
}

/// A colour on each sort of page, as CSS writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartColor {
    /// On white.
    pub light: String,
    /// On black.
    pub dark: String,
}

/// The shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartMarker {
    /// A disc.
    Disc,
    /// A square.
    Square,
    /// A diamond.
    Diamond,
    /// A triangle.
    Triangle,
}
