//! The results of `run` and `collective` as types: serialised, they are the JSON that both commands print.
//!
//! A quantity that is not modelled, or that a point which does not fit in memory cannot have, is `None` and
//! becomes `null`, never zero.

use super::comparison::Comparison;
use super::energy::{EnergyPerToken, RunTotals};
use super::explanation::Explanation;
use super::links::LinkReport;
use super::point_envelope::PointEnvelope;
use super::step_explanation::PointExplanation;
use super::traffic::TrafficRow;
use crate::file::{Fidelity, PointPlace};
use crate::search::Counts;
use copperlight_topologies::Interval;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// The version of the JSON layout.
pub const SCHEMA: u32 = 1;

/// The key of `memory_gb` that holds the sum of all terms.
pub const MEMORY_TOTAL: &str = "total";

/// The key of `memory_gb` that holds what one chip has.
pub const MEMORY_CAPACITY: &str = "capacity";

/// Counts of what was really simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Work {
    /// Events the engine handled.
    pub events: u64,
    /// Flows that went through the event engine.
    pub flows: u64,
    /// Times the rates of the draining flows were computed.
    pub rate_solves: u64,
    /// Ranks whose programs were stepped one by one.
    pub ranks_simulated: u64,
    /// Classes of ranks or operations that stood for all of their members.
    pub classes: u64,
    /// Collective instances taken from memory.
    pub replayed: u64,
    /// Flows stepped as lanes.
    pub lanes: u64,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.flows += other.flows;
        self.rate_solves += other.rate_solves;
        self.ranks_simulated += other.ranks_simulated;
        self.classes += other.classes;
        self.replayed += other.replayed;
        self.lanes += other.lanes;
    }
}

/// One collective of one size.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct CollectiveRow {
    /// The user's size by the buffer convention of nccl-tests, in bytes.
    pub size_bytes: u64,
    /// The time from the start to the last rank's end, in microseconds.
    pub time_us: f64,
    /// Size over time, in GB/s; `None` for what takes no time.
    pub algbw_gb_per_s: Option<f64>,
    /// Algorithm bandwidth times the operation's factor, in GB/s; `None` for one rank, which uses no link.
    pub busbw_gb_per_s: Option<f64>,
    /// Payload bytes sent by the busiest chip over all ports, padding included.
    pub wire_bytes_per_chip: u64,
    /// The algorithm that ran.
    pub algorithm: String,
    /// The protocol that ran.
    pub protocol: String,
    /// What the time is bound by.
    pub bound_by: String,
    /// The shortest time with ranged values of the catalog at their ends, in microseconds; only where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_us_low: Option<f64>,
    /// The longest such time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_us_high: Option<f64>,
    /// Why it ran so; only where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<Box<Explanation>>,
    /// Payload bytes by tier, summed over all links of it; absent in a result of `run`, which has them itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_bytes: Option<BTreeMap<String, u64>>,
}

/// All rows of one `collective` command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CollectiveReport {
    /// The version of this layout.
    pub schema: u32,
    /// The system's name.
    pub system: String,
    /// The number of ranks.
    pub chips: u64,
    /// The operation, as the command line names it.
    pub op: String,
    /// One row per size.
    pub rows: Vec<CollectiveRow>,
    /// What was simulated.
    pub work: Work,
    /// A hash of the outcome.
    pub digest: String,
    /// What `time_us_low` and `time_us_high` are; only where they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    /// What a reader should know, a sentence each; no part of the results.
    #[serde(skip)]
    pub notes: Vec<String>,
}

/// Where a step's time goes: mean over ranks, in seconds. The modelled terms sum to the step time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Breakdown {
    /// A compute kernel runs.
    pub compute: Option<f64>,
    /// Exposed tensor-parallel and sequence-parallel communication.
    pub tensor: Option<f64>,
    /// Exposed context-parallel communication.
    pub context: Option<f64>,
    /// Exposed pipeline sends and receives.
    pub pipeline: Option<f64>,
    /// Exposed data-parallel communication.
    pub data: Option<f64>,
    /// Exposed expert-parallel communication.
    pub expert: Option<f64>,
    /// Blocked on a pipeline receive whose send has not begun.
    pub bubble: Option<f64>,
    /// The optimizer runs.
    pub optimizer: Option<f64>,
    /// Blocked in an operation that some participant has not entered.
    pub wait: Option<f64>,
}

impl Breakdown {
    /// The terms with their names, in the order of the contract.
    pub fn terms(&self) -> [(&'static str, Option<f64>); 9] {
        [
            ("compute", self.compute),
            ("tensor", self.tensor),
            ("context", self.context),
            ("pipeline", self.pipeline),
            ("data", self.data),
            ("expert", self.expert),
            ("bubble", self.bubble),
            ("optimizer", self.optimizer),
            ("wait", self.wait),
        ]
    }
}

/// How busy the links of one tier are over a step, as shares of their capacity.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct TierUtilization {
    /// Mean over links and time.
    pub mean: f64,
    /// The highest mean over links of any time bin.
    pub peak: f64,
}

/// Where the groups of one direction lie: how many are in each place, each counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct GroupSpread {
    /// Inside one tray or node; `None` where the fabric has no such level.
    pub inside_node: Option<u64>,
    /// Inside one domain, and not inside one node.
    pub inside_domain: u64,
    /// With members in several domains.
    pub across_domains: u64,
}

impl GroupSpread {
    /// The number of groups.
    pub fn groups(&self) -> u64 {
        self.inside_node.unwrap_or(0) + self.inside_domain + self.across_domains
    }
}

/// Where the groups of each direction lie. A direction of degree 1 has one group for every chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// Chips that share every layer.
    pub tensor: GroupSpread,
    /// Chips that share every sequence.
    pub context: GroupSpread,
    /// Chips that share the experts of a layer.
    pub expert: GroupSpread,
    /// Replicas of the same parameters, and all parts of a sequence: those who sum gradients.
    pub data: GroupSpread,
    /// All stages of one pipeline.
    pub pipeline: GroupSpread,
}

impl Placement {
    /// The directions with their names, in Megatron's order.
    pub fn directions(&self) -> [(&'static str, GroupSpread); 5] {
        [
            ("tensor", self.tensor),
            ("context", self.context),
            ("expert", self.expert),
            ("data", self.data),
            ("pipeline", self.pipeline),
        ]
    }
}

/// One system at one point of the sweep.
///
/// A training point fills the training keys and leaves `collective` and `traffic` empty; a collective point is made by
/// [`PointResult::of_collective`] and leaves the training keys `None`, as a point of traffic does but for what its links
/// carried.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PointResult {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The swept parameters and their values at this point.
    pub point: BTreeMap<String, serde_json::Value>,
    /// Whether the training state fits in the chips' memory.
    pub fits: bool,
    /// The time of one step, in seconds.
    pub step_time_s: Option<f64>,
    /// Model FLOPs over the time and the dense peak of the precision that the matmuls use.
    pub mfu: Option<f64>,
    /// Model FLOPs over the time and the BF16 peak.
    pub mfu_bf16: Option<f64>,
    /// As `mfu`, with recomputed FLOPs counted.
    pub hfu: Option<f64>,
    /// The dense peak of the precision in use, in TFLOPS.
    pub peak_tflops_per_chip: Option<f64>,
    /// Model FLOPs per second and chip, in TFLOPS.
    pub model_tflops_per_chip: Option<f64>,
    /// Tokens per second and chip.
    pub tokens_per_second_per_chip: Option<f64>,
    /// Mean over ranks of communication over communication plus compute, overlapped or not.
    pub communication_share: Option<f64>,
    /// Exposed communication over the step time.
    pub exposed_communication_share: Option<f64>,
    /// Where the step's time goes, in seconds.
    pub breakdown_s: Option<Breakdown>,
    /// Memory terms of the fullest chip in GB, with their `total` and the `capacity` of a chip.
    pub memory_gb: Option<BTreeMap<String, f64>>,
    /// Energy per trained token, in joules.
    pub energy_j_per_token: Option<f64>,
    /// The same by what draws it, with envelopes.
    pub energy_breakdown_j_per_token: Option<EnergyPerToken>,
    /// The published power of the domains of these chips, in watts.
    pub domain_power_w: Option<Interval>,
    /// The published price of the domains of these chips, in US dollars.
    pub domain_price_usd: Option<Interval>,
    /// What the whole run takes, where the scenario gives its tokens.
    pub run_total: Option<RunTotals>,
    /// How busy the links of each tier are.
    pub link_utilization: Option<BTreeMap<String, TierUtilization>>,
    /// Payload bytes that the links of each tier carried in all; a message counts on every link that it crosses.
    pub tier_bytes: Option<BTreeMap<String, u64>>,
    /// How busy single links were.
    #[serde(default)]
    pub links: Option<LinkReport>,
    /// Where the groups of each direction lie.
    pub placement: Option<Placement>,
    /// Shares of the step, or of a collective, by the resource that its critical path waits for, those that take no time
    /// left out: `compute`, `memory_bandwidth`, `host`, `interference`, `link:scale-up`, `link:scale-out`,
    /// `latency:scale-up`, `latency:scale-out`, `software` and `copy`. They sum to 1. Null in closed form and for traffic.
    pub limited_by: Option<BTreeMap<String, f64>>,
    /// Why there is nothing else here: the values of the point do not go together, or its simulation could not finish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The plan that ran: the keys of `[workload.parallelism]`, none left out.
    #[serde(default)]
    pub plan: Option<BTreeMap<String, serde_json::Value>>,
    /// How many plans a search looked at; only where the scenario leaves the plan open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_search: Option<Counts>,
    /// Why it came out so; only where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<Box<PointExplanation>>,
    /// How far it goes with ranged values of the catalog at their ends; only where asked for, and where it trains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<PointEnvelope>,
    /// The row of a collective point.
    #[serde(flatten, deserialize_with = "complete_row")]
    pub collective: Option<CollectiveRow>,
    /// The figures of a point of traffic.
    #[serde(flatten, deserialize_with = "complete_row")]
    pub traffic: Option<TrafficRow>,
}

/// The row whose keys are all there. Rows share keys, so none may take them from another.
fn complete_row<'de, D: Deserializer<'de>, T: DeserializeOwned>(fields: D) -> Result<Option<T>, D::Error> {
    let fields = serde_json::Map::deserialize(fields)?;
    Ok(serde_json::from_value(fields.into()).ok())
}

impl PointResult {
    /// The result of a point of `kind = "collective"`: its training keys are null.
    pub fn of_collective(system: impl Into<String>, chips: u64, mut row: CollectiveRow) -> Self {
        let tier_bytes = row.tier_bytes.take();
        let (system, collective) = (system.into(), Some(row));
        Self { system, chips, fits: true, tier_bytes, collective, ..Self::default() }
    }

    /// The row of a point that has shown nothing, and why.
    pub fn failed(place: &PointPlace, message: impl Into<String>) -> Self {
        let swept = |(path, value): (&String, &toml::Value)| {
            (path.clone(), serde_json::to_value(value).expect("a TOML value is a JSON value"))
        };
        Self {
            system: place.system_name.clone(),
            chips: place.chips.unwrap_or_default() as u64,
            point: place.values.iter().map(swept).collect(),
            error: Some(message.into()),
            ..Self::default()
        }
    }

    /// What the fullest chip needs, in GB.
    pub fn memory_needed_gb(&self) -> Option<f64> {
        let terms = self.memory_gb.as_ref()?;
        let sum = || terms.iter().filter(|(name, _)| *name != MEMORY_CAPACITY).map(|(_, gb)| gb).sum();
        Some(terms.get(MEMORY_TOTAL).copied().unwrap_or_else(sum))
    }
}

/// Every point of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioResults {
    /// The version of this layout.
    pub schema: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The version of the program that wrote this.
    #[serde(default)]
    pub version: String,
    /// A hash of the scenario with every default and override in it.
    #[serde(default)]
    pub input_hash: String,
    /// The seed of its random streams.
    pub seed: u64,
    /// The level of detail, where it is not `flow`.
    #[serde(default = "flow", skip_serializing_if = "is_flow")]
    pub fidelity: String,
    /// A hash of the outcomes.
    pub digest: String,
    /// What was simulated.
    pub work: Work,
    /// One result per system and point, in the order of the scenario.
    pub results: Vec<PointResult>,
    /// Tokens per second of the first system over those of each other one, where several train.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
}

/// The level of detail of results that name none.
fn flow() -> String {
    Fidelity::Flow.name().to_owned()
}

/// Whether results need not name their level of detail.
pub(super) fn is_flow(fidelity: &str) -> bool {
    fidelity == Fidelity::Flow.name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().expect("an object was serialised").keys().map(String::as_str).collect()
    }

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_unstable();
        names
    }

    const TRAINING_KEYS: [&str; 26] = [
        "system",
        "chips",
        "point",
        "fits",
        "step_time_s",
        "mfu",
        "mfu_bf16",
        "hfu",
        "peak_tflops_per_chip",
        "model_tflops_per_chip",
        "tokens_per_second_per_chip",
        "communication_share",
        "exposed_communication_share",
        "breakdown_s",
        "memory_gb",
        "energy_j_per_token",
        "energy_breakdown_j_per_token",
        "domain_power_w",
        "domain_price_usd",
        "run_total",
        "link_utilization",
        "tier_bytes",
        "links",
        "placement",
        "limited_by",
        "plan",
    ];

    const ROW_KEYS: [&str; 8] = [
        "size_bytes",
        "time_us",
        "algbw_gb_per_s",
        "busbw_gb_per_s",
        "wire_bytes_per_chip",
        "algorithm",
        "protocol",
        "bound_by",
    ];

    #[test]
    fn a_training_point_has_the_keys_of_the_contract() {
        let point = PointResult { breakdown_s: Some(Breakdown::default()), ..PointResult::default() };
        let value = json!(point);
        assert_eq!(sorted(keys(&value)), sorted(TRAINING_KEYS.to_vec()));
        let names: Vec<_> = point.breakdown_s.unwrap_or_default().terms().map(|(name, _)| name).to_vec();
        assert_eq!(sorted(keys(&value["breakdown_s"])), sorted(names));
        assert_eq!(value["energy_j_per_token"], Value::Null);
        assert_eq!((&value["tier_bytes"], &value["placement"]), (&Value::Null, &Value::Null));
        let placed = PointResult { placement: Some(Placement::default()), ..PointResult::default() };
        let spread = json!({ "inside_node": null, "inside_domain": 0, "across_domains": 0 });
        let placement = json!({ "tensor": spread, "context": spread, "expert": spread, "data": spread, "pipeline": spread });
        assert_eq!(json!(placed)["placement"], placement);
    }

    #[test]
    fn a_collective_point_adds_its_row_and_has_null_training_keys() {
        let carried = Some([("scale-up".to_owned(), 64)].into());
        let row = CollectiveRow { tier_bytes: carried.clone(), ..CollectiveRow::default() };
        let point = PointResult::of_collective("star", 8, row);
        assert_eq!(point.tier_bytes, carried);
        let value = json!(point);
        assert_eq!(value["tier_bytes"], json!({ "scale-up": 64 }));
        assert_eq!(sorted(keys(&value)), sorted([&TRAINING_KEYS[..], &ROW_KEYS[..]].concat()));
        assert_eq!(value["step_time_s"], Value::Null);
        let read: PointResult = serde_json::from_value(value).expect("what was written reads back");
        assert_eq!(read, point);
    }

    #[test]
    fn a_point_of_traffic_adds_its_figures_and_reads_back() {
        let traffic = Some(TrafficRow { pattern: "incast".into(), flows: 71, ..TrafficRow::default() });
        let point = PointResult { traffic, ..PointResult::default() };
        let value = json!(point);
        let own = [
            "pattern",
            "size_bytes",
            "flows",
            "total_bytes",
            "time_us",
            "flow_time_mean_us",
            "flow_time_median_us",
            "flow_time_p99_us",
            "throughput_gb_per_s",
            "throughput_gb_per_s_per_chip",
            "ideal_time_us",
            "ideal_share",
            "bound_by",
        ];
        assert_eq!(sorted(keys(&value)), sorted([&TRAINING_KEYS[..], &own].concat()));
        assert_eq!((&value["step_time_s"], &value["mfu"]), (&Value::Null, &Value::Null));
        let read: PointResult = serde_json::from_value(value).expect("what was written reads back");
        assert_eq!(read, point);
    }

    #[test]
    fn both_documents_have_the_keys_of_the_contract() {
        let results = ScenarioResults {
            schema: SCHEMA,
            scenario: "s".into(),
            version: "1.0.0".into(),
            input_hash: "h".into(),
            seed: 1,
            fidelity: flow(),
            digest: "d".into(),
            work: Work::default(),
            results: vec![PointResult::default()],
            comparisons: Vec::new(),
        };
        let expected =
            sorted(vec!["schema", "scenario", "version", "input_hash", "seed", "digest", "work", "results"]);
        assert_eq!(sorted(keys(&json!(results))), expected);
        let work = vec!["events", "flows", "rate_solves", "ranks_simulated", "classes", "replayed", "lanes"];
        assert_eq!(sorted(keys(&json!(results.work))), sorted(work));
        let collective = CollectiveReport {
            schema: SCHEMA,
            system: "s".into(),
            chips: 8,
            op: "all-reduce".into(),
            rows: vec![CollectiveRow { tier_bytes: Some(BTreeMap::new()), ..CollectiveRow::default() }],
            work: Work::default(),
            digest: "d".into(),
            envelope: None,
            notes: Vec::new(),
        };
        let expected = sorted(vec!["schema", "system", "chips", "op", "rows", "work", "digest"]);
        assert_eq!(sorted(keys(&json!(collective))), expected);
        let row_keys = [&ROW_KEYS[..], &["tier_bytes"]].concat();
        assert_eq!(sorted(keys(&json!(collective.rows[0]))), sorted(row_keys));
    }

    #[test]
    fn needed_memory_is_the_total_or_the_sum_of_terms() {
        let terms = |list: &[(&str, f64)]| PointResult {
            memory_gb: Some(list.iter().map(|(name, gb)| ((*name).to_owned(), *gb)).collect()),
            ..PointResult::default()
        };
        assert_eq!(terms(&[("weights", 1.0), ("total", 5.0)]).memory_needed_gb(), Some(5.0));
        let without_total = terms(&[("weights", 1.0), ("gradients", 2.0), ("capacity", 192.0)]);
        assert_eq!(without_total.memory_needed_gb(), Some(3.0));
    }
}
