//! What a search of plans has found, as types: serialised, the JSON of `plan`.

use super::results::{Breakdown, PointResult, Work};
use crate::search::{Counts, Neighbour};
use serde::Serialize;
use std::collections::BTreeMap;

/// The best plan of every system of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanReport {
    /// The version of this layout: [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// The scenario's name.
    pub scenario: String,
    /// One per system and point that was searched, in the order of the scenario.
    pub systems: Vec<SystemPlan>,
    /// What was simulated.
    pub work: Work,
    /// What a reader should know about the systems.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// What was found for one system.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemPlan {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The swept parameters and their values at this point.
    pub point: BTreeMap<String, serde_json::Value>,
    /// The fastest plan; `None` where nothing fits.
    pub best: Option<PlanRow>,
    /// The fastest simulated plan whose degrees are others.
    pub runner_up: Option<PlanRow>,
    /// The plan of the scenario; `None` where it does not fit, or where the scenario leaves it open.
    pub example: Option<PlanRow>,
    /// Whether the scenario leaves its plan open.
    #[serde(skip)]
    pub is_open: bool,
    /// Every simulated plan, the fastest first.
    pub finalists: Vec<PlanRow>,
    /// What the next smaller and the next larger value of each degree would do.
    pub neighbours: Vec<Neighbour>,
    /// The reasons in sentences.
    pub why: Vec<String>,
    /// How many plans met which end.
    pub counts: Counts,
    /// How far the estimates of the simulated plans are from what was simulated.
    pub estimator_error: Option<EstimatorError>,
    /// Why there is no plan, where there is none.
    pub reason: Option<String>,
}

/// One plan and its step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanRow {
    /// The plan in words.
    pub words: String,
    /// Its keys as a scenario writes them.
    pub parallelism: toml::Table,
    /// Micro-batches of each replica in a step.
    pub micro_batches: u64,
    /// The estimate in seconds.
    pub estimated_s: Option<f64>,
    /// The simulated step time in seconds.
    pub step_time_s: Option<f64>,
    /// Model FLOPs utilization.
    pub mfu: Option<f64>,
    /// Tokens per second and chip.
    pub tokens_per_second_per_chip: Option<f64>,
    /// Memory terms of the fullest chip in GB.
    pub memory_gb: Option<BTreeMap<String, f64>>,
    /// Where the step's time goes, in seconds.
    pub breakdown_s: Option<Breakdown>,
    /// Above the step time of the best plan, as a share.
    pub slower: Option<f64>,
    /// By how many seconds each entry of the ledger is above that of the best plan, the largest first.
    pub loses: Vec<EntryLoss>,
    /// Why it was not simulated to its end.
    pub problem: Option<String>,
}

/// One entry of the ledger against that of the best plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryLoss {
    /// The entry.
    pub entry: &'static str,
    /// Seconds above; negative where it is less.
    pub seconds: f64,
}

/// Estimate over simulation - 1, of the plans that were simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EstimatorError {
    /// The mean of its absolute values.
    pub mean: f64,
    /// The one farthest from zero.
    pub worst: f64,
}

impl PlanRow {
    /// The row of a simulated plan.
    pub fn of(result: &PointResult) -> Self {
        Self {
            words: String::new(),
            parallelism: toml::Table::new(),
            micro_batches: 0,
            estimated_s: None,
            step_time_s: result.step_time_s,
            mfu: result.mfu,
            tokens_per_second_per_chip: result.tokens_per_second_per_chip,
            memory_gb: result.memory_gb.clone(),
            breakdown_s: result.breakdown_s,
            slower: None,
            loses: Vec::new(),
            problem: None,
        }
    }

    /// Holds the row against that of the best plan.
    #[must_use]
    pub fn against(mut self, best: &Self) -> Self {
        self.slower = self.step_time_s.zip(best.step_time_s).map(|(own, best)| own / best - 1.0);
        if let (Some(own), Some(best)) = (&self.breakdown_s, &best.breakdown_s) {
            let pairs = own.terms().into_iter().zip(best.terms());
            let loss = |((entry, own), (_, best)): ((&'static str, Option<f64>), (_, Option<f64>))| {
                EntryLoss { entry, seconds: own.unwrap_or(0.0) - best.unwrap_or(0.0) }
            };
            self.loses = pairs.map(loss).filter(|loss| loss.seconds != 0.0).collect();
            self.loses.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        }
        self
    }

    /// What the fullest chip needs and has, in GB.
    pub fn memory(&self) -> Option<[f64; 2]> {
        let terms = self.memory_gb.as_ref()?;
        Some([*terms.get(super::MEMORY_TOTAL)?, *terms.get(super::MEMORY_CAPACITY)?])
    }
}
