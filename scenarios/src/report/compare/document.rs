//! What `compare` says as types: serialised, they are the JSON that it prints.

use super::super::comparison::{Per, Side};
use copperlight_topologies::Interval;
use schemars::JsonSchema;
use serde::Serialize;

/// Two sides beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CompareReport {
    /// The version of this layout.
    pub schema: u32,
    /// What rates are counted per.
    pub equal: Per,
    /// The first side.
    pub a: ComparedSide,
    /// The second side.
    pub b: ComparedSide,
    /// What the comparison says, in a sentence or two.
    pub answer: String,
    /// Training steps of points that meet, in the order of the first side.
    pub steps: Vec<ComparedStep>,
    /// Collectives and traffic of points that meet, by size.
    pub sizes: Vec<ComparedSize>,
    /// Between which sizes the faster side changes.
    pub crossovers: Vec<Crossover>,
    /// Points of the first side that meet none of the second.
    pub only_a: Vec<Side>,
    /// Points of the second side that meet none of the first.
    pub only_b: Vec<Side>,
    /// What a reader should know before trusting the comparison, a sentence each.
    pub notes: Vec<String>,
}

/// One of the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedSide {
    /// How tables and sentences name it.
    pub name: String,
    /// What was asked for: a scenario, a file of results, or a system of one.
    pub source: String,
    /// The scenario's name.
    pub scenario: String,
    /// The version of the program that made the results.
    pub version: String,
    /// A hash of the outcomes.
    pub digest: String,
    /// Its systems.
    pub systems: Vec<String>,
}

/// The points of both sides that meet.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Place {
    /// The point of the first side.
    pub a: Side,
    /// The point of the second side.
    pub b: Side,
    /// The system of both, where several of the same names meet.
    #[serde(skip)]
    pub(super) system: Option<String>,
}

/// Two training steps beside each other.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparedStep {
    /// Where they meet.
    #[serde(flatten)]
    pub place: Place,
    /// Tokens per second, counted per what was asked for.
    pub rate: ComparedRate,
    /// Figures beside each other.
    pub metrics: Vec<ComparedMetric>,
    /// What the difference of the steps is made of; `None` where one of them did not run.
    pub ledger: Option<LedgerDifference>,
    /// What each step waits for along its critical path; `None` where neither is known.
    pub limited_by: Option<ComparedLimits>,
    /// Why a side has no step.
    pub problems: Vec<String>,
}

/// A rate of both sides, with what published ranges of power and price make of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct ComparedRate {
    /// Of the first side; `None` where something is not known.
    pub a: Option<Interval>,
    /// Of the second side.
    pub b: Option<Interval>,
    /// The second over the first: above 1, the second is ahead.
    pub b_over_a: Option<Interval>,
}

/// A figure of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparedMetric {
    /// Its path in results, such as `memory_gb.total`.
    pub metric: String,
    /// Its unit; 1 for shares and counts.
    pub unit: String,
    /// Of the first side.
    pub a: Option<f64>,
    /// Of the second side.
    pub b: Option<f64>,
    /// The second over the first.
    pub b_over_a: Option<f64>,
}

/// The difference of two steps by the terms of the ledger, which sum to it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LedgerDifference {
    /// What is counted, such as `s per step`.
    pub unit: String,
    /// Of the first side.
    pub a: f64,
    /// Of the second side.
    pub b: f64,
    /// The second less the first: the sum of those of all terms.
    pub difference: f64,
    /// The terms, the largest difference first.
    pub terms: Vec<LedgerTerm>,
    /// The difference in words.
    pub sentence: String,
}

/// One term of the ledger on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LedgerTerm {
    /// The term, as in `breakdown_s` of results.
    pub term: String,
    /// Of the first side.
    pub a: f64,
    /// Of the second side.
    pub b: f64,
    /// The second less the first.
    pub difference: f64,
    /// The difference as a share of all of the first side.
    pub share: f64,
}

/// What the steps of both sides wait for along their critical paths.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparedLimits {
    /// The resources, that with the largest share of either side first.
    pub resources: Vec<ComparedLimit>,
    /// The largest of each side in words.
    pub sentence: String,
}

/// A resource that bounds a part of the critical path.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparedLimit {
    /// The resource, as in `limited_by` of results.
    pub resource: String,
    /// Its share of the step of the first side; `None` where that is not known.
    pub a: Option<f64>,
    /// Its share of the step of the second side.
    pub b: Option<f64>,
}

/// A collective, or traffic, of one size on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ComparedSize {
    /// Where they meet.
    #[serde(flatten)]
    pub place: Place,
    /// The size, in bytes: the user's of a collective, that of one flow of traffic.
    pub size_bytes: u64,
    /// The time of the first side, in microseconds.
    pub a_time_us: f64,
    /// The time of the second side.
    pub b_time_us: f64,
    /// The time of the second over that of the first: below 1, the second is faster.
    pub time_b_over_a: Option<f64>,
    /// Bus bandwidth of a collective, or throughput per chip of traffic, of the first side, in GB/s.
    pub a_gb_per_s: Option<f64>,
    /// The same of the second side.
    pub b_gb_per_s: Option<f64>,
    /// Bandwidth of the second over the first.
    pub bandwidth_b_over_a: Option<f64>,
    /// What ran on the first side: algorithm and protocol; `None` of traffic.
    pub a_algorithm: Option<String>,
    /// The same on the second side.
    pub b_algorithm: Option<String>,
}

/// Two neighbouring sizes between which the faster side changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Crossover {
    /// The last size at which `before` is faster.
    pub after_bytes: u64,
    /// The first size at which the other one is.
    pub until_bytes: u64,
    /// The name of the side that is faster before.
    pub before: String,
    /// The setting and numbers of chips, where there are several.
    pub setting: String,
}
