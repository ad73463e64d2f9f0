//! Communication in all and what of it is exposed, against what the sweep varies.

use super::canvas::Drawing;
use super::sweep::Metric;
use super::sweep_chart::{Against, ShareChart, Shared, draw_share_chart};
use crate::report::ScenarioReport;

const MEANING: &str = "Total: communication over communication and compute, hidden or not. Exposed: over the time of the \
                       step.";

pub(super) const TOTAL: Metric<'static> =
    Metric { value: &|point| point.communication_share, band: &|envelope| envelope.communication_share };
pub(super) const EXPOSED: Metric<'static> = Metric {
    value: &|point| point.exposed_communication_share,
    band: &|envelope| envelope.exposed_communication_share,
};

/// Draws the figure; `None` when no point has a value.
pub(super) fn draw_communication_share(report: &ScenarioReport) -> Option<Drawing> {
    let chart = ShareChart {
        quantity: "Communication",
        y_title: "share of time",
        shares: &[Shared { name: "total", metric: TOTAL }, Shared { name: "exposed", metric: EXPOSED }],
        meaning: MEANING,
        against: Against::Messages,
    };
    draw_share_chart(report, &chart)
}
