//! Model FLOPs utilization against the number of chips.

use super::canvas::Drawing;
use super::sweep::Metric;
use super::sweep_chart::{Against, ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

pub(super) const MFU: Metric<'static> = Metric { value: &|point| point.mfu, band: &|envelope| envelope.mfu };

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_mfu(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Model FLOPs utilization",
        y_title: "MFU (% of dense peak)",
        shares: &[Shared { name: "", metric: MFU }],
        meaning: "",
        against: Against::Parameter,
    };
    draw_share_chart(report, &chart)
}
