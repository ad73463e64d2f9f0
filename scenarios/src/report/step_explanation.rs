//! What the headlines of a point are made of, what they rest on, and what was assumed: `run --explain` as types.

use super::explanation::{Explanation, Terms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a point came out as it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PointExplanation {
    /// A training step.
    Step(Box<StepExplanation>),
    /// A collective.
    Collective(Box<Explanation>),
    /// Traffic.
    Traffic(TrafficExplanation),
}

/// Why a training step has the headlines that it has.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct StepExplanation {
    /// Each headline with what it is made of.
    pub headlines: Vec<Headline>,
    /// What the chips exchange in a step, by entry of the ledger, the longest first.
    pub exchanges: Vec<ExplainedExchange>,
    /// The matmuls of the layers and of the head, with what holds each.
    pub matmuls: Vec<ExplainedMatmul>,
    /// The catalog values that the step time rests on, those that matter most first.
    pub rests_on: Vec<RestsOn>,
    /// The step time by the closed form from which `rests_on` comes, in seconds; `None` where there is none.
    pub estimated_step_time_s: Option<f64>,
    /// What a reader should know: a sentence each.
    pub assumptions: Vec<String>,
    /// Keys that the scenario does not state, with the values that were used.
    pub defaults: Vec<UsedDefault>,
}

/// A number of the results, and the parts that sum to it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// The key in the results.
    pub metric: String,
    /// Its value.
    pub value: f64,
    /// The unit of the value and of its parts; none for a plain share.
    pub unit: String,
    /// How it comes about, where that is no sum.
    pub because: Option<String>,
    /// What it is made of, the largest first; they sum to the value.
    pub parts: Vec<ExplainedPart>,
}

/// A part of a number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedPart {
    /// What it is.
    pub name: String,
    /// How much, in the unit of the headline.
    pub value: f64,
    /// The same over the whole headline.
    pub share: f64,
    /// What decides it, where one thing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_by: Option<String>,
    /// What it is made of in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ExplainedPart>,
}

/// A collective or a transfer that chips repeat in a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedExchange {
    /// The entry of the ledger that its exposed time belongs to.
    pub entry: String,
    /// What it is: `all-gather`, `send`.
    pub operation: String,
    /// How many chips take part.
    pub group: u64,
    /// Its buffer in bytes, by the conventions of nccl-tests.
    pub bytes: u64,
    /// How often a chip does it in a step: the mean over chips.
    pub times: f64,
    /// The algorithm; `None` for a transfer.
    pub algorithm: Option<String>,
    /// The protocol; `None` for a transfer.
    pub protocol: Option<String>,
    /// What one takes where nothing else is on its links, in microseconds.
    pub each_us: f64,
    /// All of them, exposed or not, in seconds: the mean over chips.
    pub total_s: f64,
    /// The largest term of its closed form.
    pub bound_by: String,
    /// The tiers of links that it crosses.
    pub tiers: Vec<String>,
    /// The closed form.
    pub terms_us: Terms,
}

/// A matmul of the forward pass on one chip, for one micro-batch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExplainedMatmul {
    /// Which one.
    pub name: String,
    /// Rows, columns and inner size.
    pub shape: [u64; 3],
    /// Its time in microseconds.
    pub time_us: f64,
    /// Operations over time and dense peak.
    pub share_of_peak: f64,
    /// Share of its time in arithmetic, padding of tiles included.
    pub arithmetic: f64,
    /// Share of its time that a partly filled last wave of tiles costs.
    pub waves: f64,
    /// Share of its time in which operands and results pass the memory.
    pub memory: f64,
}

/// A catalog value, and how much the step time depends on it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RestsOn {
    /// The key, as `systems` takes it where it can be set.
    pub key: String,
    /// The value in effect.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Who says so.
    pub source: String,
    /// How far it can be trusted.
    pub confidence: String,
    /// The relative change of the step time over that of the value: `d ln(step) / d ln(value)`.
    pub elasticity: f64,
}

/// A key that the scenario leaves out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct UsedDefault {
    /// The key.
    pub key: String,
    /// The value that was used, as TOML.
    pub value: String,
}

/// What holds traffic up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct TrafficExplanation {
    /// What the last flow is bound by.
    pub bound_by: String,
    /// How long the busiest link out of a chip needs for what its chip sends, in microseconds.
    pub injection_us: f64,
    /// The same of links into chips.
    pub ejection_us: f64,
    /// How long the busiest link needs for all that crosses it.
    pub links_us: f64,
    /// That link.
    pub busiest_link: String,
    /// Its tier.
    pub busiest_tier: String,
    /// The bytes that cross it.
    pub busiest_bytes: f64,
    /// How many links have as much to carry for their bandwidth.
    pub as_busy: u64,
    /// The longest latency of a route.
    pub latency_us: f64,
    /// The simulated time beyond the longest of these: what the transport adds and does not reach, and flows that wait for
    /// others.
    pub beyond_us: f64,
    /// The simulated time.
    pub time_us: f64,
}

impl Headline {
    /// A headline of these parts, the largest first.
    pub fn of_parts(metric: &str, (value, unit): (f64, &str), mut parts: Vec<ExplainedPart>) -> Self {
        parts.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
        let share = |part: ExplainedPart| part.over(value);
        let parts = parts.into_iter().map(share).collect();
        Self { metric: metric.to_owned(), value, unit: unit.to_owned(), because: None, parts }
    }

    /// The same with how it comes about.
    #[must_use]
    pub fn because(self, because: String) -> Self {
        Self { because: Some(because), ..self }
    }
}

impl ExplainedPart {
    /// A part of this name.
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value, ..Self::default() }
    }

    /// The same with what decides it.
    #[must_use]
    pub fn bound_by(self, bound: impl Into<String>) -> Self {
        Self { bound_by: Some(bound.into()), ..self }
    }

    /// The same with its own parts, the largest first.
    #[must_use]
    pub fn made_of(self, mut parts: Vec<Self>) -> Self {
        parts.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
        Self { parts, ..self }
    }

    /// The same with shares of a whole.
    fn over(self, whole: f64) -> Self {
        let parts = self.parts.into_iter().map(|part| part.over(whole)).collect();
        let share = if whole == 0.0 { 0.0 } else { self.value / whole };
        Self { share, parts, ..self }
    }
}
