//! How busy single links were: how utilization spreads over the links of each tier, and the busiest links.

use super::headline::{cell, key_cells, keyed_sheet};
use super::number::{grouped, percent, rounded};
use super::results::ScenarioResults;
use super::sheet::{Column, Sheet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How busy single links were over a step, a collective or traffic.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LinkReport {
    /// The links of each tier.
    pub tiers: BTreeMap<String, TierLinks>,
    /// The links with the highest mean utilization, at most ten, the busiest first.
    pub busiest: Vec<BusyLink>,
}

/// The links of one tier, those that failed left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct TierLinks {
    /// How many there are.
    pub links: u64,
    /// How many of them carried nothing.
    pub idle: u64,
    /// How many have a mean utilization from 0 to 0.1, from 0.1 to 0.2, and so on; the last holds 0.9 to 1.
    pub histogram: [u64; BINS],
}

/// So many ranges of utilization are counted, each as wide as the others.
pub const BINS: usize = 10;

/// A link, and how many others of its tier have the same capacity and carried as much.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct BusyLink {
    /// The link by its two ends.
    pub link: String,
    /// Its tier.
    pub tier: String,
    /// The payload bytes that it can carry, in GB/s.
    pub capacity_gb_per_s: f64,
    /// Bytes over capacity times time.
    pub mean: f64,
    /// The same in its busiest slice of up to 512; only where links were recorded over time.
    pub peak: Option<f64>,
    /// The payload bytes that it carried.
    pub bytes: u64,
    /// How many links are alike, this one included.
    pub alike: u64,
    /// Its utilization over time; only where links were recorded over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_time: Option<LinkTimeline>,
}

/// Utilization of a link in slices of equal width, the last of which may end early.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LinkTimeline {
    /// The width of a slice, in seconds.
    pub bin_seconds: f64,
    /// The share of its capacity that the link used in each slice.
    pub utilization: Vec<f64>,
}

impl TierLinks {
    /// Counts links of this mean utilization.
    pub fn count(&mut self, mean: f64, links: u64) {
        let bin = (mean * BINS as f64) as usize;
        self.histogram[bin.min(BINS - 1)] += links;
    }
}

/// The busiest links of each point, where links were recorded over time.
pub(super) fn busiest(results: &ScenarioResults) -> Option<Sheet> {
    let columns = vec![
        Column::text("link"),
        Column::text("tier"),
        Column::number("alike", ""),
        Column::number("capacity", "GB/s"),
        Column::number("carried", "GB"),
        Column::number("mean", "%"),
        Column::number("peak", "%"),
    ];
    let mut sheet = keyed_sheet("The busiest links", results, columns);
    for point in &results.results {
        let links = point.links.iter().flat_map(|links| &links.busiest);
        for busy in links.filter(|busy| busy.peak.is_some()) {
            let cells = [
                busy.link.clone(),
                busy.tier.clone(),
                grouped(busy.alike),
                rounded(busy.capacity_gb_per_s),
                rounded(busy.bytes as f64 / 1e9),
                percent(busy.mean),
                cell(busy.peak.map(percent)),
            ];
            sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
        }
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_link_is_in_the_last_bin() {
        let mut tier = TierLinks::default();
        [(0.0, 1), (0.099, 2), (0.1, 4), (0.95, 8), (1.0, 16)]
            .into_iter()
            .for_each(|(mean, links)| tier.count(mean, links));
        assert_eq!(tier.histogram, [3, 4, 0, 0, 0, 0, 0, 0, 0, 24]);
    }
}
