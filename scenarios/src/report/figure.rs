//! A drawn figure, whoever drew it: writers of pages and files need no plotting library.

use super::chart::Chart;

/// One figure in both of its formats.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// The stem of its files: `mfu` gives `mfu.svg` and `mfu.png`.
    pub name: String,
    /// What it shows, in words.
    pub title: String,
    /// The figure as an SVG document.
    pub svg: String,
    /// The figure as a PNG file.
    pub png: Vec<u8>,
    /// The same on a dark ground, where both are asked for: `mfu_dark.png`.
    pub dark_png: Option<Vec<u8>>,
}

/// A figure for a page that is read with a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorFigure {
    /// The stem of its file.
    pub name: String,
    /// What it shows, in words.
    pub title: String,
    /// The figure as an SVG document.
    pub svg: String,
}

/// What drawing a report gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// The figures.
    pub figures: Vec<Figure>,
    /// The numbers behind those of them that a page may draw by script.
    pub charts: Vec<Chart>,
    /// Why a requested figure was left out or shows less than all data, one sentence each.
    pub notes: Vec<String>,
}
