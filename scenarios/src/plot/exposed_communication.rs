//! The share of a step that is spent in exposed communication, against what the sweep varies.

use super::canvas::Drawing;
use super::communication_share::EXPOSED;
use super::sweep_chart::{Against, ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_exposed_communication(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Exposed communication",
        y_title: "exposed (% of step time)",
        shares: &[Shared { name: "", metric: EXPOSED }],
        meaning: "",
        against: Against::Messages,
    };
    draw_share_chart(report, &chart)
}
