//! The busiest links of a run, and what they carried over time.
//!
//! What every link carried in all is known from any run. What one carried over time takes a second run that watches a
//! few: those that the first has found to be the busiest. Both runs do the same at the same times.

use super::{RunError, utilization};
use crate::report::{BusyLink, LinkReport, LinkTimeline, TierLinks};
use crate::trace::Counter;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{LinkId, TierId};
use copperlight_core::outcome::Outcome;
use std::collections::BTreeMap;

/// So many links are named.
const MOST_NAMED: usize = 10;

/// How busy links were, and what tiers and the busiest links carried over time; in a second run where the results
/// or a trace ask for it.
pub(super) fn watched(
    (fabric, outcome): (&Fabric, &Outcome),
    (in_results, in_trace): (bool, bool),
    rerun: impl FnOnce(&[LinkId]) -> Result<Outcome, RunError>,
) -> Result<(LinkReport, Vec<Counter>), RunError> {
    let mut busiest = Busiest::of(fabric, outcome);
    let mut counters = Vec::new();
    if in_results || in_trace {
        let watched = rerun(&busiest.links)?;
        if in_results {
            busiest.add_timelines(fabric, &watched);
        }
        if in_trace {
            counters = utilization::counters(fabric, outcome);
            counters.extend(busiest.counters(fabric, &watched));
        }
    }
    Ok((busiest.report, counters))
}

/// How busy links were, with the busiest of them.
struct Busiest {
    report: LinkReport,
    /// The links that are named, in the order of the report.
    links: Vec<LinkId>,
}

/// Links that have as much capacity and carried as much, by tier.
type Alike = BTreeMap<(TierId, u64, u128), (LinkId, u64)>;

impl Busiest {
    /// Counts the links of a run and finds the busiest. Complexity: O(links of the fabric).
    fn of(fabric: &Fabric, outcome: &Outcome) -> Self {
        let mut tiers: Vec<TierLinks> = vec![TierLinks::default(); fabric.tiers().len()];
        fabric.working_links().for_each(|link| tiers[link.tier.index()].links += 1);
        for tier in &mut tiers {
            tier.idle = tier.links;
        }
        let mut busy: Vec<(LinkId, BusyLink)> = Vec::new();
        for ((tier, capacity, weighted), (link, alike)) in alike(fabric, outcome) {
            let bytes = weighted as f64 / fabric.weight_denominator() as f64;
            let capacity = f64::from_bits(capacity);
            let mean = bytes / (capacity * outcome.end.seconds());
            let counted = &mut tiers[tier.index()];
            counted.idle = counted.idle.saturating_sub(alike);
            counted.count(mean, alike);
            let (bytes, tier) =
                (utilization::whole_bytes(fabric, weighted), fabric.tiers()[tier.index()].name.clone());
            busy.push((
                link,
                BusyLink {
                    tier,
                    mean,
                    bytes,
                    alike,
                    capacity_gb_per_s: capacity / 1e9,
                    ..BusyLink::default()
                },
            ));
        }
        for tier in &mut tiers {
            tier.count(0.0, tier.idle);
        }
        busy.sort_by(|one, other| other.1.mean.total_cmp(&one.1.mean).then(one.0.cmp(&other.0)));
        busy.truncate(MOST_NAMED);
        for (link, busy) in &mut busy {
            busy.link = fabric.link_name(*link);
        }
        let (links, busiest) = busy.into_iter().unzip();
        let named = fabric.tiers().iter().zip(tiers).filter(|(_, counted)| counted.links > 0);
        let tiers = named.map(|(tier, counted)| (tier.name.clone(), counted)).collect();
        Self { report: LinkReport { tiers, busiest }, links }
    }

    /// What the busiest links have carried over time, for viewers of timelines.
    fn counters(&self, fabric: &Fabric, watched: &Outcome) -> Vec<Counter> {
        let counter = |(link, busy): (&LinkId, &BusyLink)| {
            let found = watched.watched.iter().find(|of| of.link == *link)?;
            let alike = if busy.alike > 1 { format!(", one of {} alike", busy.alike) } else { String::new() };
            Some(Counter {
                name: format!("{}{alike}", busy.link),
                tier: busy.tier.clone(),
                capacity: fabric.link(*link).capacity,
                bytes: busy.bytes,
                slice: found.carried.slice_width(),
                carried: found.carried.slices(watched.end).to_vec(),
            })
        };
        self.links.iter().zip(&self.report.busiest).filter_map(counter).collect()
    }

    /// Adds to the report what the busiest links have carried over time.
    fn add_timelines(&mut self, fabric: &Fabric, watched: &Outcome) {
        for (link, busy) in self.links.iter().zip(&mut self.report.busiest) {
            let Some(found) = watched.watched.iter().find(|of| of.link == *link) else { continue };
            let capacity = fabric.link(*link).capacity.bytes_per_second();
            let (utilization, peak) = utilization::over_time(&found.carried, capacity, watched.end);
            busy.peak = Some(peak);
            let bin_seconds = found.carried.slice_width().seconds();
            busy.over_time = Some(LinkTimeline { bin_seconds, utilization });
        }
    }
}

/// The links that carried anything, those taken together that results cannot tell apart: whether ranks are folded or
/// not, the first link of them is the same.
fn alike(fabric: &Fabric, outcome: &Outcome) -> Alike {
    let mut alike = Alike::new();
    for of in &outcome.links {
        let link = fabric.link(of.link);
        let key = (link.tier, link.capacity.bytes_per_second().to_bits(), of.weighted_bytes);
        let (first, links) = alike.entry(key).or_insert((of.link, 0));
        *first = of.link.min(*first);
        *links += of.multiplicity;
    }
    alike
}
