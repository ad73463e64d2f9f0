//! What the links of each tier carried, and how busy they were over a step.

use crate::report::{TierUtilization, UtilizationTimeline};
use crate::trace::Counter;
use copperlight_core::fabric::{Fabric, Tier};
use copperlight_core::ids::TierId;
use copperlight_core::network::Timeline;
use copperlight_core::outcome::Outcome;
use copperlight_core::units::{Bandwidth, Time};
use std::collections::BTreeMap;

/// Utilization of each tier: a mean and a peak for the table, a timeline for the figure.
///
/// The mean is bytes over capacity and step time, over all links of the tier; the peak is the same in the busiest
/// of up to 512 equal slices of the step.
pub(super) fn of_tiers(
    fabric: &Fabric,
    outcome: &Outcome,
    (system, chips): (&str, u64),
) -> (BTreeMap<String, TierUtilization>, Vec<UtilizationTimeline>) {
    let carried = carried(fabric, outcome);
    let mut table = BTreeMap::new();
    let mut timelines = Vec::new();
    for (index, (tier, timeline)) in fabric.tiers().iter().zip(&outcome.tiers).enumerate() {
        let capacity = fabric.tier_capacity(TierId::new(index)).bytes_per_second();
        if capacity == 0.0 {
            continue;
        }
        // A tier that falls silent early has slices as long as those of the others.
        let mut timeline = timeline.clone();
        timeline.add(outcome.end..outcome.end, 0.0);
        let (utilization, peak) = over_time(&timeline, capacity, outcome.end);
        let bytes = carried[index] as f64 / fabric.weight_denominator() as f64;
        let mean = bytes / (capacity * outcome.end.seconds());
        table.insert(tier.name.clone(), TierUtilization { mean, peak });
        timelines.push(UtilizationTimeline {
            system: system.to_owned(),
            chips,
            setting: String::new(),
            tier: tier.name.clone(),
            bin_seconds: timeline.slice_width().seconds(),
            utilization,
        });
    }
    (table, timelines)
}

/// The share of a capacity, in bytes per second, that is in use in each slice until the end, and the highest of them.
pub(super) fn over_time(carried: &Timeline, capacity: f64, end: Time) -> (Vec<f64>, f64) {
    let (width, end, slices) = (carried.slice_width().seconds(), end.seconds(), carried.slices(end));
    // The run may end inside the last slice.
    let length = |slice: usize| width.min(end - slice as f64 * width);
    let share = |(slice, &bytes): (usize, &f64)| bytes / (capacity * length(slice));
    let utilization: Vec<f64> = slices.iter().enumerate().map(share).collect();
    // Slices are sums of rounded parts: no more than all of a link can be in use.
    let peak = utilization.iter().copied().fold(0.0, f64::max).min(1.0);
    (utilization, peak)
}

/// What the links of each tier have carried over time, for viewers of timelines; a tier without links has no counter.
pub(super) fn counters(fabric: &Fabric, outcome: &Outcome) -> Vec<Counter> {
    let bytes = bytes_of_tiers(fabric, outcome);
    let counter = |(index, (tier, timeline)): (usize, (&Tier, &Timeline))| {
        Some(Counter {
            name: format!("all links of {}", tier.name),
            tier: tier.name.clone(),
            capacity: fabric.tier_capacity(TierId::new(index)),
            bytes: *bytes.get(&tier.name)?,
            slice: timeline.slice_width(),
            carried: timeline.slices(outcome.end).to_vec(),
        })
    };
    fabric.tiers().iter().zip(&outcome.tiers).enumerate().filter_map(counter).collect()
}

/// The payload bytes that all links of each tier carried, from exact sums; a tier without links has no entry.
///
/// A message counts on every link that it crosses.
pub(super) fn bytes_of_tiers(fabric: &Fabric, outcome: &Outcome) -> BTreeMap<String, u64> {
    let tiers = fabric.tiers().iter().zip(carried(fabric, outcome)).enumerate();
    let wired = tiers.filter(|(index, _)| fabric.tier_capacity(TierId::new(*index)) > Bandwidth::ZERO);
    wired.map(|(_, (tier, weighted))| (tier.name.clone(), whole_bytes(fabric, weighted))).collect()
}

/// Bytes that were counted by the fabric's weights. More than 2^64 - 1, 18 exabytes, count as so many.
pub(super) fn whole_bytes(fabric: &Fabric, weighted: u128) -> u64 {
    let denominator = u128::from(fabric.weight_denominator());
    u64::try_from((weighted + denominator / 2) / denominator).unwrap_or(u64::MAX)
}

/// The bytes that all links of each tier carried, times the fabric's weight denominator.
fn carried(fabric: &Fabric, outcome: &Outcome) -> Vec<u128> {
    let mut weighted = vec![0; fabric.tiers().len()];
    for link in &outcome.links {
        weighted[fabric.link(link.link).tier.index()] += link.weighted_bytes * u128::from(link.multiplicity);
    }
    weighted
}
