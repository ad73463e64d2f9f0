//! Figures of a report as SVG and PNG.
//!
//! | file | idea |
//! |---|---|
//! | `draw.rs` | which figures a report asks for, and which have data |
//! | `mfu.rs`, `exposed_communication.rs`, `communication_share.rs`, `link_utilization.rs`, `busbw.rs`, `ledger.rs`, `memory.rs` | one figure each |
//! | `sweep.rs`, `sweep_chart.rs` | shares against what is swept, as bars or as lines |
//! | `point_rows.rs` | points of a sweep as rows |
//! | `wiring.rs` | how a domain is wired |
//! | `measured/` | the model beside measurements |
//! | `line_chart.rs`, `bar_chart.rs`, `row_chart.rs` | three kinds of chart |
//! | `frame.rs`, `legend.rs`, `line_labels.rs` | title and source line, names of colours, names at the ends of lines |
//! | `axis.rs`, `panel.rs` | scales and ticks, a plotting area with its grid |
//! | `canvas.rs` | what is drawn: a list of lines, areas, bars, points and texts in pixels |
//! | `render.rs` | the list as SVG and PNG; the only file that knows plotters |
//! | `style.rs`, `theme.rs` | colours and sizes; the same colours on a dark ground |
//! | `text.rs` | the embedded font, its widths, line breaks |
//!
//! A figure never invents data: what does not fit in memory is said in words, and a figure without data is
//! left out with a note.

mod axis;
mod bar_chart;
mod busbw;
mod canvas;
mod communication_share;
mod draw;
mod exposed_communication;
mod frame;
mod ledger;
mod legend;
mod line_chart;
mod line_labels;
mod link_utilization;
mod measured;
mod memory;
mod mfu;
mod panel;
mod point_rows;
#[cfg(test)]
mod quality;
mod render;
mod row_chart;
mod style;
mod sweep;
mod sweep_chart;
mod text;
mod theme;
mod wiring;

pub use draw::{draw, validation_figures, wiring_figure};
pub use render::PlotError;
pub use wiring::WiringTitle;
