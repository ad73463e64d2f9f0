//! Traffic: the figures of a point, and the table that shows them.

use super::headline::{key_cells, keyed_sheet};
use super::number::{duration, grouped, percent, rounded, size};
use super::results::ScenarioResults;
use super::sheet::{Column, Sheet};
use copperlight_core::units::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What traffic of one pattern has shown.
///
/// All flows are posted at the start, so that the time of a flow is also when it ends.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct TrafficRow {
    /// The pattern.
    pub pattern: String,
    /// The bytes of a flow, as the scenario gives them.
    pub size_bytes: u64,
    /// The number of flows.
    pub flows: u64,
    /// The bytes of all flows.
    pub total_bytes: u64,
    /// When the last flow ends, in microseconds.
    pub time_us: f64,
    /// The mean time of a flow.
    pub flow_time_mean_us: f64,
    /// The time within which half of the flows end.
    pub flow_time_median_us: f64,
    /// The time within which 99 of 100 flows end.
    pub flow_time_p99_us: f64,
    /// Bytes of all flows over the time, in GB/s.
    pub throughput_gb_per_s: f64,
    /// The same over the number of chips.
    pub throughput_gb_per_s_per_chip: f64,
    /// The time if nothing but the chips' own links held flows up: the longest that any of them needs for what its
    /// chip sends or receives, at its payload bandwidth.
    pub ideal_time_us: f64,
    /// The ideal time over the time.
    pub ideal_share: f64,
    /// What holds the last flow up: injection or ejection of a tier, links of a tier, or latency.
    pub bound_by: String,
}

impl TrafficRow {
    /// The same traffic when its last flow ends then, on so many chips.
    pub(crate) fn set_time(&mut self, time: Time, chips: usize) {
        self.ideal_share *= self.time_us / time.microseconds();
        self.time_us = time.microseconds();
        self.throughput_gb_per_s = self.total_bytes as f64 / time.seconds() / 1e9;
        self.throughput_gb_per_s_per_chip = self.throughput_gb_per_s / chips as f64;
    }
}

/// The table of a scenario whose points are traffic. What holds a point up stands in its sentence of the answer.
pub(super) fn traffic_points(results: &ScenarioResults) -> Sheet {
    let columns = vec![
        Column::number("flows", ""),
        Column::number("time", ""),
        Column::number("mean flow", ""),
        Column::number("p99 flow", ""),
        Column::number("GB/s", "per chip"),
        Column::number("of ideal", "%"),
    ];
    let mut sheet = keyed_sheet(&title(results), results, columns);
    for point in &results.results {
        let Some(row) = &point.traffic else {
            let failed = ["failed", "-", "-", "-", "-", "-"].map(str::to_owned);
            sheet.push(key_cells(point, results).into_iter().chain(failed).collect());
            continue;
        };
        let times = [row.time_us, row.flow_time_mean_us, row.flow_time_p99_us].map(|us| duration(us / 1e6));
        let mut cells = key_cells(point, results);
        cells.push(grouped(row.flows));
        cells.extend(times);
        cells.push(rounded(row.throughput_gb_per_s_per_chip));
        cells.push(percent(row.ideal_share));
        sheet.push(cells);
    }
    sheet
}

/// What all points share of pattern and size; what a sweep varies has a column.
fn title(results: &ScenarioResults) -> String {
    let rows = || results.results.iter().filter_map(|point| point.traffic.as_ref());
    let shared = |value: fn(&TrafficRow) -> String| {
        let first = rows().next().map(value)?;
        rows().all(|row| value(row) == first).then_some(first)
    };
    let pattern = shared(|row| row.pattern.clone()).map_or_else(String::new, |pattern| format!("{pattern} "));
    match shared(|row| size(row.size_bytes)) {
        Some(size) => format!("{pattern}traffic of {size} a flow"),
        None => format!("{pattern}traffic"),
    }
}
