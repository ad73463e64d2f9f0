//! The share of a step that is spent in exposed communication, against the number of chips.

use super::canvas::Drawing;
use super::sweep_chart::{ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_exposed_communication(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Exposed communication",
        y_title: "exposed (% of step time)",
        shares: &[Shared { name: "", metric: &|point| point.exposed_communication_share }],
        meaning: "",
    };
    draw_share_chart(report, &chart)
}
