//! Communication in all and what of it is exposed, against what the sweep varies.

use super::canvas::Drawing;
use super::sweep_chart::{ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

const MEANING: &str = "Total: communication over communication and compute, hidden or not. Exposed: over the time of the \
                       step.";

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_communication_share(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Communication",
        y_title: "share of time",
        shares: &[
            Shared { name: "total", metric: &|point| point.communication_share },
            Shared { name: "exposed", metric: &|point| point.exposed_communication_share },
        ],
        meaning: MEANING,
    };
    draw_share_chart(report, &chart)
}
