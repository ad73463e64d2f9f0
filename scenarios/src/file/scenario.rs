//! What a checked scenario file says: every point that is to be simulated, and what is to be reported.

use super::document::Place;
use super::resolved;
use crate::report::CurveKind;
use crate::traffic::TrafficSpec;
use crate::training::TrainingJob;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveKind, ExpertRouting, Protocol};
use copperlight_topologies::catalog::Sourced;
use copperlight_topologies::{Software, System};
use std::collections::{BTreeMap, BTreeSet};

/// A scenario that was read and checked; whoever holds one may trust every field.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The name, which is also the name of the default output folder.
    pub name: String,
    /// The question that the scenario answers, when it states one.
    pub question: Option<String>,
    /// The level of detail of the simulation.
    pub fidelity: Fidelity,
    /// The seed of every random stream.
    pub seed: u64,
    /// The systems in the order of the file, each as its first point has it.
    pub systems: Vec<SystemEntry>,
    /// The sweeps as declared.
    pub sweeps: Vec<Sweep>,
    /// Every point in order: systems outermost, then the sweeps as declared, the last one fastest.
    pub points: Vec<Point>,
    /// What must hold, read by `check` only.
    pub expectations: Vec<Expectation>,
    /// What is drawn.
    pub report: ReportSpec,
    /// The scenario with every default and override written out: reading it gives the same scenario again.
    pub resolved: toml::Table,
}

impl Scenario {
    /// Every point in order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The software generations that the jobs of a system's points name.
    pub(crate) fn software(&self, entry: &SystemEntry) -> BTreeSet<Software> {
        let of = |point: &Point| match &point.workload {
            Workload::Training(job) => job.recipe().software,
            Workload::Collective(_) | Workload::Traffic(_) => None,
        };
        self.points.iter().filter(|point| point.system_name == entry.name).filter_map(of).collect()
    }

    /// The factors that these have on the chip of the system, by key, with their sources.
    pub(crate) fn software_values(
        &self,
        entry: &SystemEntry,
    ) -> Vec<(&'static str, &'static str, &'static Sourced)> {
        let Some(chip) = entry.system.chip() else { return Vec::new() };
        let of =
            |software: Software| software.values(chip).map(move |(key, value)| (software.name(), key, value));
        self.software(entry).into_iter().flat_map(of).collect()
    }

    /// The text of `resolved.toml`: [`Scenario::resolved`], and in comments the catalog values it rests on.
    pub fn resolved_text(&self) -> String {
        resolved::text(self)
    }
}

/// How closely the simulation looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fidelity {
    /// Flows share links by max-min fairness.
    Flow,
}

/// One machine of a scenario, as its first point has it.
#[derive(Debug, Clone)]
pub struct SystemEntry {
    /// The name in tables and figures.
    pub name: String,
    /// The machine with its overrides.
    pub system: System,
    /// The number of chips before any sweep; `None` when only a sweep states it.
    pub chips: Option<usize>,
}

/// One simulation: a system of a size, and what runs on it.
#[derive(Debug, Clone)]
pub struct Point {
    /// The index of the point in the scenario.
    pub index: usize,
    /// The index of the system in the scenario.
    pub system_index: usize,
    /// The name of the system.
    pub system_name: String,
    /// The machine with its overrides and swept values.
    pub system: System,
    /// The number of chips.
    pub chips: usize,
    /// What runs.
    pub workload: Workload,
    /// The swept values of this point by their key path.
    pub values: BTreeMap<String, toml::Value>,
}

/// What a scenario runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Workload {
    /// One training step, legal on the chips of its point.
    Training(Box<TrainingJob>),
    /// One collective over all chips.
    Collective(CollectiveSpec),
    /// Messages among all chips, without programs.
    Traffic(TrafficSpec),
}

/// One collective over all chips of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectiveSpec {
    /// Which collective.
    pub operation: CollectiveKind,
    /// The buffer, by the conventions of nccl-tests.
    pub size: Bytes,
    /// The algorithm, or `None` to choose by predicted time.
    pub algorithm: Option<Algorithm>,
    /// The protocol, or `None` to choose by predicted time.
    pub protocol: Option<Protocol>,
    /// How tokens spread, for the exchanges of experts.
    pub experts: ExpertRouting,
}

/// One swept key and the values it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The key path as written, such as `systems.chips`.
    pub parameter: String,
    /// The values in order.
    pub values: Vec<toml::Value>,
}

/// A bound that results must keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The system it holds for; all when absent.
    pub system: Option<String>,
    /// The number of chips it holds for; all when absent.
    pub chips: Option<usize>,
    /// The result that is bounded.
    pub metric: String,
    /// The least allowed value.
    pub min: Option<f64>,
    /// The greatest allowed value.
    pub max: Option<f64>,
    /// Where it was written.
    pub place: Option<Place>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSpec {
    /// The figures in order.
    pub curves: Vec<CurveKind>,
}
