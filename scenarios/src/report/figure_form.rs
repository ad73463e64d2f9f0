//! How figures are drawn, as a scenario asks for it under `[report]`, and what measurements they show.

use super::scenario_report::BusbwCurve;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// How the figures of a report are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureForm {
    /// Whether the scenario names its figures, so that one without data is missed.
    pub named: bool,
    /// The background of bitmaps.
    pub theme: FigureTheme,
    /// Whether every point is also run with ranged values at their ends.
    pub bands: bool,
    /// The shape, and with it the size of letters beside that of the figure.
    pub size: FigureSize,
}

/// The background of bitmaps. SVG files carry both and follow their reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureTheme {
    /// Dark ink on white.
    #[default]
    Light,
    /// Light ink on a dark ground.
    Dark,
    /// A file of each.
    Both,
}

/// Where figures are to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureSize {
    /// Across a page or a slide.
    #[default]
    Slide,
    /// In a column of text, with larger letters.
    Column,
}

impl FigureSize {
    /// Width and height in pixels.
    pub const fn pixels(self) -> [u32; 2] {
        match self {
            Self::Slide => [1600, 1000],
            Self::Column => [1000, 960],
        }
    }
}

/// What was measured of a collective that a figure of bus bandwidth shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredRates {
    /// The system's name.
    pub system: String,
    /// The number of ranks.
    pub chips: u64,
    /// The swept values of the points that it is about, sizes left out.
    #[serde(default)]
    pub point: BTreeMap<String, Value>,
    /// Where the measurements were published.
    pub source: String,
    /// Sizes in bytes with their bus bandwidths in GB/s, ascending.
    pub points: Vec<(u64, f64)>,
}

impl MeasuredRates {
    /// Whether it was measured of what a curve shows.
    pub fn is_of(&self, curve: &BusbwCurve) -> bool {
        let agrees = |(name, value): (&String, &Value)| self.point.get(name).is_none_or(|own| own == value);
        (&self.system, self.chips) == (&curve.system, curve.chips) && curve.setting.iter().all(agrees)
    }
}
