//! Every number of a result by its stable path, such as `breakdown_s.tensor`: what `check` bounds and pins.
//!
//! Paths are those of the JSON of `run`, joined by dots. [`Metrics`] reads them off a result; [`ResultKind`] knows
//! which of them a kind of workload has, before anything runs.

use super::results::PointResult;
use crate::file::suggestion;
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands in a path for the name of a tier, which only a wired fabric knows.
const TIER: &str = "<tier>";

/// Tiers that presets have, for names near to a wrong one.
const USUAL_TIERS: [&str; 3] = ["scale-up", "scale-out", "scale-out-core"];

/// The ends of a figure with an envelope; the figure itself stands under its plain path too.
const ENDS: [&str; 3] = ["value", "low", "high"];

/// The keys of a result that say which point it is, or that it has none of the others.
const NOT_MEASURED: [&str; 5] = ["system", "chips", "point", "fits", "error"];

const TRAINING: &[&str] = &[
    "step_time_s",
    "mfu",
    "mfu_bf16",
    "hfu",
    "peak_tflops_per_chip",
    "model_tflops_per_chip",
    "tokens_per_second_per_chip",
    "communication_share",
    "exposed_communication_share",
    "breakdown_s.compute",
    "breakdown_s.tensor",
    "breakdown_s.context",
    "breakdown_s.pipeline",
    "breakdown_s.data",
    "breakdown_s.expert",
    "breakdown_s.bubble",
    "breakdown_s.optimizer",
    "breakdown_s.wait",
    "memory_gb.parameters",
    "memory_gb.gradients",
    "memory_gb.optimizer",
    "memory_gb.activations",
    "memory_gb.logits",
    "memory_gb.buffers",
    "memory_gb.runtime",
    "memory_gb.fragmentation",
    "memory_gb.total",
    "memory_gb.capacity",
    "energy_j_per_token",
    "energy_breakdown_j_per_token.chips",
    "energy_breakdown_j_per_token.hosts",
    "energy_breakdown_j_per_token.tiers.<tier>",
    "energy_breakdown_j_per_token.facility",
    "energy_breakdown_j_per_token.total",
    "domain_power_w",
    "domain_price_usd",
    "run_total.tokens",
    "run_total.days",
    "run_total.energy_mwh",
    "run_total.electricity_usd",
    "run_total.hardware_usd",
    "run_total.price_usd",
    "link_utilization.<tier>.mean",
    "link_utilization.<tier>.peak",
    "tier_bytes.<tier>",
    "links.tiers.<tier>.links",
    "links.tiers.<tier>.idle",
    "limited_by.compute",
    "limited_by.memory_bandwidth",
    "limited_by.host",
    "limited_by.interference",
    "limited_by.link:scale-up",
    "limited_by.link:scale-out",
    "limited_by.latency:scale-up",
    "limited_by.latency:scale-out",
    "limited_by.software",
    "limited_by.copy",
    "placement.tensor.inside_node",
    "placement.tensor.inside_domain",
    "placement.tensor.across_domains",
    "placement.context.inside_node",
    "placement.context.inside_domain",
    "placement.context.across_domains",
    "placement.expert.inside_node",
    "placement.expert.inside_domain",
    "placement.expert.across_domains",
    "placement.data.inside_node",
    "placement.data.inside_domain",
    "placement.data.across_domains",
    "placement.pipeline.inside_node",
    "placement.pipeline.inside_domain",
    "placement.pipeline.across_domains",
];

const COLLECTIVE: [&str; 14] = [
    "time_us",
    "algbw_gb_per_s",
    "busbw_gb_per_s",
    "wire_bytes_per_chip",
    "size_bytes",
    "tier_bytes.<tier>",
    "links.tiers.<tier>.links",
    "links.tiers.<tier>.idle",
    "limited_by.link:scale-up",
    "limited_by.link:scale-out",
    "limited_by.latency:scale-up",
    "limited_by.latency:scale-out",
    "limited_by.software",
    "limited_by.copy",
];

const TRAFFIC: [&str; 16] = [
    "time_us",
    "flow_time_mean_us",
    "flow_time_median_us",
    "flow_time_p99_us",
    "throughput_gb_per_s",
    "throughput_gb_per_s_per_chip",
    "ideal_time_us",
    "ideal_share",
    "size_bytes",
    "flows",
    "total_bytes",
    "link_utilization.<tier>.mean",
    "link_utilization.<tier>.peak",
    "tier_bytes.<tier>",
    "links.tiers.<tier>.links",
    "links.tiers.<tier>.idle",
];

/// Metrics that have ends, of training only.
const WITH_ENDS: [&str; 11] = [
    "energy_breakdown_j_per_token.chips",
    "energy_breakdown_j_per_token.hosts",
    "energy_breakdown_j_per_token.tiers.<tier>",
    "energy_breakdown_j_per_token.facility",
    "energy_breakdown_j_per_token.total",
    "domain_power_w",
    "domain_price_usd",
    "run_total.energy_mwh",
    "run_total.electricity_usd",
    "run_total.hardware_usd",
    "run_total.price_usd",
];

/// What a workload's results are about, and with it which metrics they can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// A training step.
    Training,
    /// One collective.
    Collective,
    /// Messages without programs.
    Traffic,
}

impl ResultKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Training, Self::Collective, Self::Traffic];

    /// The kind as `workload.kind` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Collective => "collective",
            Self::Traffic => "traffic",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether results of this kind can have a metric.
    pub fn has(self, metric: &str) -> bool {
        self.patterns().iter().any(|pattern| fits(metric, pattern))
            || ENDS.iter().any(|end| {
                let whole = metric.strip_suffix(end).and_then(|rest| rest.strip_suffix('.'));
                whole.is_some_and(|whole| {
                    self == Self::Training && WITH_ENDS.iter().any(|pattern| fits(whole, pattern))
                })
            })
    }

    /// What to write instead of a metric that results of this kind never have.
    pub fn remedy(self, written: &str) -> String {
        let below = format!("{written}.");
        let members: Vec<&str> =
            self.patterns().iter().copied().filter(|name| name.starts_with(&below)).collect();
        if !members.is_empty() {
            return format!("it is a table; write one of its numbers: {}", members.join(", "));
        }
        let concrete = self.patterns().iter().flat_map(|pattern| match pattern.contains(TIER) {
            true => USUAL_TIERS.iter().map(|tier| pattern.replace(TIER, tier)).collect(),
            false => vec![(*pattern).to_owned()],
        });
        let concrete: Vec<String> = concrete.collect();
        match suggestion::nearest(written, concrete.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known here: {}", self.groups().join(", ")),
        }
    }

    const fn patterns(self) -> &'static [&'static str] {
        match self {
            Self::Training => TRAINING,
            Self::Collective => &COLLECTIVE,
            Self::Traffic => &TRAFFIC,
        }
    }

    /// The metrics, of tables only the name with what stands below it.
    fn groups(self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for pattern in self.patterns() {
            let group =
                pattern.split_once('.').map_or((*pattern).to_owned(), |(table, _)| format!("{table}.*"));
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

/// Whether a metric is of a pattern, in which [`TIER`] stands for any name.
fn fits(metric: &str, pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once(TIER) else { return metric == pattern };
    let middle = metric.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    middle.is_some_and(|tier| !tier.is_empty())
}

/// The unit that a metric's name states; `1` for shares and counts.
pub fn unit_of(metric: &str) -> &'static str {
    const UNITS: [(&str, &str); 14] = [
        ("_per_second_per_chip", "1/s"),
        ("j_per_token", "J"),
        ("tflops_per_chip", "TFLOPS"),
        ("gb_per_s_per_chip", "GB/s"),
        ("gb_per_s", "GB/s"),
        ("wire_bytes_per_chip", "B"),
        ("_bytes", "B"),
        ("_usd", "USD"),
        ("_mwh", "MWh"),
        ("_gb", "GB"),
        ("_us", "us"),
        ("_w", "W"),
        ("_s", "s"),
        ("days", "days"),
    ];
    let of_part = |part: &str| UNITS.iter().find(|(end, _)| part.ends_with(end)).map(|(_, unit)| *unit);
    metric.split('.').rev().find_map(of_part).unwrap_or("1")
}

/// The numbers and words of one result by path; what is not modelled is absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metrics {
    values: BTreeMap<String, Value>,
    /// Why the point has none, where it failed.
    pub error: Option<String>,
}

impl Metrics {
    /// Those of a result.
    pub fn of(point: &PointResult) -> Self {
        let document = serde_json::to_value(point).expect("a result is JSON");
        let mut values = BTreeMap::new();
        let error = document.get("error").and_then(Value::as_str).map(str::to_owned);
        if let Value::Object(keys) = document {
            let measured = keys.into_iter().filter(|(key, _)| !NOT_MEASURED.contains(&key.as_str()));
            measured.for_each(|(key, value)| collect(&key, value, &mut values));
        }
        Self { values, error }
    }

    /// Every value by path, in the order of paths.
    pub fn values(&self) -> &BTreeMap<String, Value> {
        &self.values
    }

    /// A number; that of a figure with an envelope is the figure itself.
    pub fn number(&self, metric: &str) -> Option<f64> {
        let plain = self.values.get(metric);
        plain.or_else(|| self.values.get(&format!("{metric}.value"))).and_then(Value::as_f64)
    }

    /// The paths that are there and look most like one that is not.
    pub fn siblings(&self, metric: &str) -> Vec<&str> {
        let table = metric.split('.').next().unwrap_or(metric);
        let below = format!("{table}.");
        self.values.keys().map(String::as_str).filter(|path| path.starts_with(&below)).collect()
    }
}

fn collect(path: &str, value: Value, values: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(keys) => {
            keys.into_iter().for_each(|(key, value)| collect(&format!("{path}.{key}"), value, values));
        }
        Value::Number(_) | Value::String(_) => {
            values.insert(path.to_owned(), value);
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::super::results::{CollectiveRow, TierUtilization};
    use super::*;
    use crate::critical_path::Resource;
    use crate::report::{Breakdown, EnergyPerToken, LinkReport, Placement, RunTotals, TierLinks, TrafficRow};
    use copperlight_topologies::Interval;

    /// A training point with everything that one can have.
    fn full_point() -> PointResult {
        let part = Some(1.0);
        let figure = Interval::exact(2.0);
        let memory = crate::training::MemoryTerms::default().named().map(|(name, _)| (name.to_owned(), 1.0));
        let tiers = || [("scale-up".to_owned(), figure)].into();
        PointResult {
            breakdown_s: Some(Breakdown {
                compute: part,
                tensor: part,
                context: part,
                pipeline: part,
                data: part,
                expert: part,
                bubble: part,
                optimizer: part,
                wait: part,
            }),
            memory_gb: Some(memory.into_iter().collect()),
            energy_breakdown_j_per_token: Some(EnergyPerToken {
                hosts: Some(figure),
                tiers: tiers(),
                ..EnergyPerToken::default()
            }),
            domain_power_w: Some(figure),
            run_total: Some(RunTotals { energy_mwh: Some(figure), ..RunTotals::default() }),
            link_utilization: Some([("scale-out".to_owned(), TierUtilization::default())].into()),
            tier_bytes: Some([("a.b".to_owned(), 7)].into()),
            links: Some(LinkReport {
                tiers: [("scale-out".to_owned(), TierLinks::default())].into(),
                ..LinkReport::default()
            }),
            limited_by: Some(Resource::ALL.map(|resource| (resource.name().to_owned(), 0.1)).into()),
            placement: Some(Placement::default()),
            ..example::two_systems(1).results.results[0].clone()
        }
    }

    #[test]
    fn what_results_hold_is_what_their_kind_has() {
        let training = Metrics::of(&full_point());
        assert!(training.values().len() > 60, "{training:?}");
        let row = CollectiveRow {
            busbw_gb_per_s: Some(3.0),
            algbw_gb_per_s: Some(2.0),
            ..CollectiveRow::default()
        };
        let collective = Metrics::of(&PointResult::of_collective("star", 8, row));
        let traffic = PointResult { traffic: Some(TrafficRow::default()), ..PointResult::default() };
        let all = [
            (ResultKind::Training, training),
            (ResultKind::Collective, collective),
            (ResultKind::Traffic, Metrics::of(&traffic)),
        ];
        for (kind, metrics) in all {
            let numbers = metrics.values().iter().filter(|(_, value)| value.is_number());
            for (path, _) in numbers {
                assert!(kind.has(path), "{path} of {}", kind.name());
            }
        }
    }

    #[test]
    fn figures_with_an_envelope_are_found_by_their_plain_path() {
        let metrics = Metrics::of(&full_point());
        assert_eq!(metrics.number("domain_power_w"), Some(2.0));
        assert_eq!(metrics.number("domain_power_w.high"), Some(2.0));
        assert_eq!(metrics.number("tier_bytes.a.b"), Some(7.0));
        assert_eq!(metrics.number("run_total.price_usd"), None);
        assert_eq!(metrics.siblings("tier_bytes.c"), ["tier_bytes.a.b"]);
    }

    #[test]
    fn wrong_names_are_told_from_those_of_other_kinds() {
        assert!(!ResultKind::Collective.has("mfu") && ResultKind::Training.has("mfu"));
        assert!(!ResultKind::Training.has("mfu.low") && ResultKind::Training.has("domain_price_usd.low"));
        assert!(!ResultKind::Training.has("link_utilization..mean"));
        let remedy = |written| ResultKind::Training.remedy(written);
        assert_eq!(remedy("mfuu"), "did you mean `mfu`?");
        assert_eq!(
            remedy("link_utilisation.scale-up.mean"),
            "did you mean `link_utilization.scale-up.mean`?"
        );
        assert!(
            remedy("breakdown_s").starts_with("it is a table; write one of its numbers: breakdown_s.compute")
        );
        assert!(remedy("colour").starts_with("known here: step_time_s, mfu,"));
    }

    #[test]
    fn units_are_those_of_the_names() {
        let cases = [
            ("step_time_s", "s"),
            ("breakdown_s.tensor", "s"),
            ("memory_gb.total", "GB"),
            ("mfu", "1"),
            ("energy_breakdown_j_per_token.tiers.scale-up.low", "J"),
            ("busbw_gb_per_s", "GB/s"),
            ("tokens_per_second_per_chip", "1/s"),
            ("link_utilization.scale-up.mean", "1"),
            ("run_total.days", "days"),
            ("run_total.hardware_usd.low", "USD"),
            ("tier_bytes.scale-up", "B"),
            ("flow_time_p99_us", "us"),
            ("model_tflops_per_chip", "TFLOPS"),
        ];
        for (metric, unit) in cases {
            assert_eq!(unit_of(metric), unit, "{metric}");
        }
    }
}
