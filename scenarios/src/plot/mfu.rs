//! Model FLOPs utilization against the number of chips.

use super::canvas::Drawing;
use super::sweep_chart::{ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_mfu(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Model FLOPs utilization",
        y_title: "MFU (% of dense peak)",
        shares: &[Shared { name: "", metric: &|point| point.mfu }],
        meaning: "",
    };
    draw_share_chart(report, &chart)
}
