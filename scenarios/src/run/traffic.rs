//! One point of traffic: messages moved, and what that says about flows, chips and links.

use super::fabric::{build, completed, work};
use super::point::PointOutcome;
use super::{EngineOptions, RunError, links, utilization};
use crate::file::Point;
use crate::report::{PointResult, TrafficExplanation, TrafficRow};
use crate::traffic::TrafficSpec;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{LinkId, NodeId};
use copperlight_core::outcome;
use copperlight_core::traffic::{Traffic, simulate_traffic, simulate_traffic_watching};
use copperlight_core::units::{Bytes, Time};

/// Runs the traffic of one point.
pub(super) fn run(
    point: &Point,
    spec: &TrafficSpec,
    engine: EngineOptions,
) -> Result<PointOutcome, RunError> {
    let name = &point.system_name;
    let fabric = build(&point.system, name, point.chips)?;
    let traffic = spec.traffic(point.chips);
    let options = engine.with(point.system.transport());
    let ran = simulate_traffic(&fabric, &traffic, &options)
        .map_err(|source| RunError::Routing { system: name.clone(), source })?;
    let outcome = completed((&fabric, name), ran.outcome, &options)?;
    let loads =
        Loads::of(&fabric, &traffic).map_err(|source| RunError::Routing { system: name.clone(), source })?;
    let row = row(spec, &traffic, &ran.finished, &loads);
    let place = (name.as_str(), point.chips as u64);
    let (link_utilization, timelines) = utilization::of_tiers(&fabric, &outcome, place);
    let rerun = |links: &[LinkId]| {
        let ran = simulate_traffic_watching(&fabric, &traffic, (&options, links))
            .map_err(|source| RunError::Routing { system: name.clone(), source })?;
        completed((&fabric, name), ran.outcome, &options)
    };
    let (links, _) = links::watched((&fabric, &outcome), (engine.watch_links, false), rerun)?;
    Ok(PointOutcome {
        result: PointResult {
            system: name.clone(),
            chips: point.chips as u64,
            fits: true,
            link_utilization: Some(link_utilization),
            tier_bytes: Some(utilization::bytes_of_tiers(&fabric, &outcome)),
            links: Some(links),
            traffic: Some(row),
            ..PointResult::default()
        },
        notes: fold_note(point, (engine.fold, ran.finished.len()), &outcome.work).into_iter().collect(),
        work: work(&outcome.work),
        digest: outcome.digest.to_string(),
        timelines,
        trace: None,
        stages: None,
        roofline: None,
    })
}

/// What holds the traffic of a point up.
pub(super) fn explain(
    point: &Point,
    spec: &TrafficSpec,
    row: &TrafficRow,
) -> Result<TrafficExplanation, RunError> {
    let fabric = build(&point.system, &point.system_name, point.chips)?;
    let traffic = spec.traffic(point.chips);
    let loads = Loads::of(&fabric, &traffic);
    let loads = loads.map_err(|source| RunError::Routing { system: point.system_name.clone(), source })?;
    let Busiest { seconds, tier, link, bytes, as_busy } = loads.links;
    Ok(TrafficExplanation {
        bound_by: row.bound_by.clone(),
        injection_us: loads.injection.seconds * 1e6,
        ejection_us: loads.ejection.seconds * 1e6,
        links_us: seconds * 1e6,
        busiest_link: link.map(|link| fabric.link_name(link)).unwrap_or_default(),
        busiest_tier: tier,
        busiest_bytes: bytes,
        as_busy,
        latency_us: loads.latency * 1e6,
        beyond_us: row.time_us - 1e6 * seconds.max(loads.latency),
        time_us: row.time_us,
    })
}

/// Says so when folding was asked for and no two flows were alike.
fn fold_note(point: &Point, (fold, flows): (bool, usize), work: &outcome::Work) -> Option<String> {
    let all = fold && flows > 1 && work.classes == flows as u64;
    let (system, chips) = (&point.system_name, point.chips);
    all.then(|| format!("{system} on {chips} chips: no two flows are alike, so every one was simulated"))
}

pub(super) fn row(spec: &TrafficSpec, traffic: &Traffic, finished: &[Time], loads: &Loads) -> TrafficRow {
    let mut times = finished.to_vec();
    times.sort_unstable();
    let last = times.last().copied().unwrap_or_default();
    let sum: u128 = times.iter().map(|time| u128::from(time.picoseconds())).sum();
    let mean = sum as f64 / times.len() as f64 / 1e6;
    let bytes: u128 = traffic.messages.iter().map(|message| u128::from(message.bytes.count())).sum();
    let throughput = bytes as f64 / last.seconds() / 1e9;
    let ideal = loads.injection.seconds.max(loads.ejection.seconds);
    TrafficRow {
        pattern: spec.pattern.name().to_owned(),
        size_bytes: spec.size.count(),
        flows: times.len() as u64,
        total_bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        time_us: last.microseconds(),
        flow_time_mean_us: mean,
        flow_time_median_us: quantile(&times, 50).microseconds(),
        flow_time_p99_us: quantile(&times, 99).microseconds(),
        throughput_gb_per_s: throughput,
        throughput_gb_per_s_per_chip: throughput / traffic.ranks as f64,
        ideal_time_us: ideal * 1e6,
        ideal_share: ideal / last.seconds(),
        bound_by: loads.bound_by(),
    }
}

/// The time within which so many of 100 flows end: the nearest rank, which is a time that some flow took.
fn quantile(sorted: &[Time], percent: usize) -> Time {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// The link that needs longest for its bytes, and how long.
#[derive(Debug, Clone, Default)]
struct Busiest {
    seconds: f64,
    tier: String,
    /// The first of those that need as long.
    link: Option<LinkId>,
    bytes: f64,
    /// How many there are.
    as_busy: u64,
}

/// What the routes of all flows put on links, whatever the order in which they drain.
pub(super) struct Loads {
    /// Of links out of chips, counting what their own chips send.
    injection: Busiest,
    /// Of links into chips, counting what their own chips receive.
    ejection: Busiest,
    /// Of all links, counting everything.
    links: Busiest,
    /// The longest wait for a first byte on links without contention, in seconds.
    latency: f64,
}

/// Bounds closer than this, relatively, are one.
const SAME: f64 = 1e-9;

impl Loads {
    pub(super) fn of(
        fabric: &Fabric,
        traffic: &Traffic,
    ) -> Result<Self, copperlight_core::fabric::RoutingError> {
        let links = fabric.links().len();
        let (mut sent, mut received, mut all) =
            (vec![0_u128; links], vec![0_u128; links], vec![0_u128; links]);
        let mut latency = Time::ZERO;
        for message in &traffic.messages {
            let [from, to] = message.endpoints();
            let route = fabric.route(from, to)?;
            latency = latency.max(route.latency());
            for hop in route.hops() {
                let load = weighted(message.bytes, hop.weight);
                for link in hop.range() {
                    let ends = fabric.link(LinkId::new(link));
                    all[link] += load;
                    sent[link] += if ends.from == NodeId::from(from) { load } else { 0 };
                    received[link] += if ends.to == NodeId::from(to) { load } else { 0 };
                }
            }
        }
        let [injection, ejection, links] = [sent, received, all].map(|loads| busiest(fabric, &loads));
        Ok(Self { injection, ejection, links, latency: latency.seconds() })
    }

    fn bound_by(&self) -> String {
        let bound = self.links.seconds;
        if self.latency > bound {
            return "latency".to_owned();
        }
        let reaches = |busiest: &Busiest| busiest.seconds >= bound * (1.0 - SAME);
        match self {
            _ if reaches(&self.injection) => format!("{} injection", self.injection.tier),
            _ if reaches(&self.ejection) => format!("{} ejection", self.ejection.tier),
            _ => format!("{} links", self.links.tier),
        }
    }
}

fn weighted(bytes: Bytes, weight: u64) -> u128 {
    u128::from(bytes.count()) * u128::from(weight)
}

fn busiest(fabric: &Fabric, loads: &[u128]) -> Busiest {
    let denominator = fabric.weight_denominator() as f64;
    let mut busiest = Busiest::default();
    let loaded = fabric.links().iter().zip(loads).enumerate().filter(|(_, (_, load))| **load > 0);
    for (index, (link, &load)) in loaded {
        let bytes = load as f64 / denominator;
        let seconds = bytes / link.capacity.bytes_per_second();
        if seconds > busiest.seconds * (1.0 + SAME) {
            let tier = fabric.tiers()[link.tier.index()].name.clone();
            busiest = Busiest { seconds, tier, link: Some(LinkId::new(index)), bytes, as_busy: 1 };
        } else if seconds >= busiest.seconds * (1.0 - SAME) {
            busiest.as_busy += 1;
        }
    }
    busiest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_some_flow_took() {
        let times: Vec<Time> = (1..=10).map(Time::from_picoseconds).collect();
        let of = |percent| quantile(&times, percent).picoseconds();
        assert_eq!((of(50), of(99), of(100)), (5, 10, 10));
        assert_eq!(quantile(&times[..1], 50).picoseconds(), 1);
        assert_eq!(quantile(&[], 50), Time::ZERO);
    }
}
