//! Figures of a report as SVG and PNG.
//!
//! | file | idea |
//! |---|---|
//! | `draw.rs` | which figures a report asks for, and which have data |
//! | `mfu.rs`, `exposed_communication.rs`, `communication_share.rs`, `link_utilization.rs`, `busbw.rs`, `ledger.rs`, `memory.rs` | one figure each |
//! | `sweep.rs`, `sweep_chart.rs` | shares against what is swept, as bars or as lines |
//! | `busiest_links.rs`, `link_histogram.rs`, `link_points.rs` | how busy single links were, of one point of each system |
//! | `point_rows.rs` | points of a sweep as rows |
//! | `pipeline_timeline.rs`, `roofline.rs` | stages over time, and kernels below their roofs, of one point of each system |
//! | `sweep_grid.rs`, `heat_map.rs`, `ramp.rs` | a sweep over two parameters, as colours |
//! | `energy.rs`, `cost.rs`, `stacked_rows.rs`, `point_label.rs` | joules and dollars a token, made of parts |
//! | `tornado.rs` | what values with a range do to the time of a point |
//! | `grid.rs` | places of several panels |
//! | `interactive/` | the numbers behind figures, for pages that draw by script |
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
mod busiest_links;
mod canvas;
mod communication_share;
mod cost;
mod draw;
mod energy;
mod exposed_communication;
mod frame;
mod grid;
mod heat_map;
mod interactive;
mod ledger;
mod legend;
mod line_chart;
mod line_labels;
mod link_histogram;
mod link_points;
mod link_utilization;
mod measured;
mod memory;
mod mfu;
mod panel;
mod pipeline_timeline;
mod point_label;
mod point_rows;
#[cfg(test)]
mod quality;
mod ramp;
mod render;
mod roofline;
mod row_chart;
mod stacked_rows;
mod style;
mod sweep;
mod sweep_chart;
mod sweep_grid;
mod text;
mod theme;
mod tornado;
mod wiring;

pub use draw::{draw, tornado_figures, validation_figures, wiring_figure};
pub use render::PlotError;
pub use wiring::WiringTitle;
