//! Figures of a report as SVG and PNG.
//!
//! | file | idea |
//! |---|---|
//! | `draw.rs` | which figures a report asks for, and which have data |
//! | `mfu.rs`, `exposed_communication.rs`, `link_utilization.rs`, `busbw.rs` | one figure each |
//! | `sweep.rs`, `sweep_chart.rs` | a metric against the number of chips, as bars or as lines |
//! | `interactive/` | the numbers behind figures, for pages that draw by script |
//! | `wiring.rs` | how a domain is wired |
//! | `measured/` | the model beside measurements |
//! | `line_chart.rs`, `bar_chart.rs` | two kinds of chart |
//! | `frame.rs`, `legend.rs` | title and source line, names of colours |
//! | `axis.rs`, `panel.rs` | scales and ticks, a plotting area with its grid |
//! | `canvas.rs` | what is drawn: a list of lines, areas, bars, points and texts in pixels |
//! | `render.rs` | the list as SVG and PNG; the only file that knows plotters |
//! | `style.rs`, `text.rs` | colours and sizes; the embedded font, its widths, line breaks |
//!
//! A figure never invents data: what does not fit in memory is said in words, and a figure without data is
//! left out with a note.

mod axis;
mod bar_chart;
mod busbw;
mod canvas;
mod draw;
mod exposed_communication;
mod frame;
mod interactive;
mod legend;
mod line_chart;
mod link_utilization;
mod measured;
mod mfu;
mod panel;
mod render;
mod style;
mod sweep;
mod sweep_chart;
mod text;
mod wiring;

pub use draw::{draw, validation_figures, wiring_figure};
pub use render::PlotError;
pub use wiring::WiringTitle;
