//! Figures of a report as SVG and PNG.
//!
//! | file | idea |
//! |---|---|
//! | `draw.rs` | which figures a report asks for, and which have data |
//! | `mfu.rs`, `exposed_communication.rs`, `link_utilization.rs`, `busbw.rs` | one figure each |
//! | `sweep.rs`, `sweep_chart.rs` | a metric against the number of chips, as bars or as lines |
//! | `pipeline_timeline.rs`, `roofline.rs` | stages over time, and kernels below their roofs, of one point of each system |
//! | `sweep_grid.rs`, `heat_map.rs`, `ramp.rs` | a sweep over two parameters, as colours |
//! | `energy.rs`, `cost.rs`, `stacked_rows.rs`, `point_label.rs` | joules and dollars a token, made of parts |
//! | `tornado.rs` | what values with a range do to the time of a point |
//! | `grid.rs` | places of several panels |
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
mod cost;
mod draw;
mod energy;
mod exposed_communication;
mod frame;
mod grid;
mod heat_map;
mod legend;
mod line_chart;
mod link_utilization;
mod measured;
mod mfu;
mod panel;
mod pipeline_timeline;
mod point_label;
mod ramp;
mod render;
mod roofline;
mod stacked_rows;
mod style;
mod sweep;
mod sweep_chart;
mod sweep_grid;
mod text;
mod tornado;
mod wiring;

pub use draw::{draw, tornado_figures, validation_figures, wiring_figure};
pub use render::PlotError;
pub use wiring::WiringTitle;
