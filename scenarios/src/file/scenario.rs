//! What a checked scenario file says: every point that is to be simulated, and what is to be reported.

use super::claimed::ClaimTable;
use super::error::{LocatedError, ScenarioErrors};
use super::expected::Expectation;
use super::point_place::{PointFailure, PointPlace};
use super::points::Points;
use super::resolved;
use super::seeds::ScenarioHash;
use super::source::SourceText;
use super::survey::Survey;
use crate::report::{CurveKind, FigureForm};
use crate::traffic::TrafficSpec;
use crate::training::TrainingJob;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, Protocol};
use copperlight_topologies::catalog::Sourced;
use copperlight_topologies::{Software, System};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// The keys that the file leaves out, with the values that were used.
    pub defaults: BTreeMap<String, toml::Value>,
    /// What must hold, read by `check` only.
    pub expectations: Vec<Expectation>,
    /// What is claimed about its results, read by `claims` only.
    pub claim: Option<ClaimTable>,
    /// Expectations about points that a `--set` has taken away; without one they are errors.
    pub unmatched_expectations: Vec<LocatedError>,
    /// The texts that it was read from, into which places point: the scenario, then each `--set`.
    pub sources: Vec<SourceText>,
    /// What is drawn.
    pub report: ReportSpec,
    /// The scenario with every default and override written out: reading it gives the same scenario again.
    pub resolved: toml::Table,
    /// What a person should know who wrote the file, a sentence each.
    pub notes: Vec<String>,
    pub(super) hash: ScenarioHash,
    pub(super) survey: Survey,
    pub(super) points: Arc<Points>,
}

impl Scenario {
    /// The number of points, legal or not.
    pub fn point_count(&self) -> usize {
        self.points.count()
    }

    /// Point `index`: systems outermost, then the sweeps as declared, the last one fastest. It is made here and now.
    ///
    /// # Errors
    /// [`PointFailure`] where the values of this point do not go together.
    ///
    /// # Panics
    /// When there is no such point.
    pub fn point(&self, index: usize) -> Result<Point, PointFailure> {
        self.points.point(index)
    }

    /// Where point `index` stands, whether or not it can be made.
    ///
    /// # Panics
    /// When there is no such point.
    pub fn place_of(&self, index: usize) -> PointPlace {
        self.points.place_of(index)
    }

    /// Every legal point in order, each made when it is its turn: for scenarios with few of them.
    pub fn points(&self) -> impl Iterator<Item = Point> + '_ {
        (0..self.point_count()).filter_map(|index| self.point(index).ok())
    }

    /// 128 bits of all that the points depend on: of the resolved scenario without its question, expectations and
    /// figures, so that neither comments nor layout count.
    pub fn hash(&self) -> ScenarioHash {
        self.hash
    }

    /// Whether some point is a training step.
    pub fn trains(&self) -> bool {
        self.survey.trains()
    }

    /// What the points have in common.
    pub(crate) fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Some points, among which each value of each sweep is found with each system; all points where they are few.
    pub(crate) fn sampled_points(&self) -> impl Iterator<Item = Point> + '_ {
        self.points.sample().into_iter().filter_map(|index| self.point(index as usize).ok())
    }

    /// Whether every expectation is about some point, as a command asks that holds results against them.
    ///
    /// # Errors
    /// One for each that is not.
    pub fn check_expectations(&self) -> Result<(), ScenarioErrors> {
        let errors = self.unmatched_expectations.clone();
        if errors.is_empty() { Ok(()) } else { Err(ScenarioErrors { sources: self.sources.clone(), errors }) }
    }

    /// The line of the scenario's own text, counted from 1, on which an expectation was written.
    pub fn line_of(&self, expectation: &Expectation) -> Option<usize> {
        let place = expectation.place.filter(|place| place.source == 0)?;
        Some(1 + self.sources.first()?.text.get(..place.start)?.matches('\n').count())
    }

    /// The software generations that the jobs of a system's points name.
    pub(crate) fn software(&self, entry: &SystemEntry) -> BTreeSet<Software> {
        let named = |index: &usize| self.systems[*index].name == entry.name;
        let of = |index| self.survey.software(index).iter().copied();
        (0..self.systems.len()).filter(named).flat_map(of).collect()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fidelity {
    /// Flows share links by max-min fairness.
    #[default]
    Flow,
    /// Closed forms, without events: each collective as if alone.
    Analytic,
}

impl Fidelity {
    /// The name in files and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Analytic => "analytic",
        }
    }
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
    /// The level of detail of the simulation.
    pub fidelity: Fidelity,
    /// The seed of its random streams.
    pub seed: u64,
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

impl CollectiveSpec {
    /// What a simulation is asked for.
    pub(crate) fn call(&self) -> CollectiveCall {
        CollectiveCall {
            algorithm: self.algorithm,
            protocol: self.protocol,
            experts: self.experts,
            ..CollectiveCall::auto(self.operation, self.size)
        }
    }
}

/// One swept key and the values it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The key path as written, such as `systems.chips`.
    pub parameter: String,
    /// The values in order.
    pub values: Vec<toml::Value>,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSpec {
    /// The figures in order.
    pub curves: Vec<CurveKind>,
    /// How they are drawn.
    pub figures: FigureForm,
}
