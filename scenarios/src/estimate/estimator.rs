//! The front door: plans in, estimates out.

use super::exchanges::Exchanges;
use super::lower_bound::StageKernels;
use super::pipeline::{Pipeline, StageScript};
use super::script::Scripts;
use super::shortened::{Run, Shortened};
use super::terms::EstimateTerms;
use crate::training::{ChipRates, TrainingJob, TrainingWorkload};
#[cfg(test)]
use copperlight_core::fabric::Fabric;
use copperlight_core::fabric::RoutingError;
use copperlight_core::ids::{RankId, RoleId};
use copperlight_core::transport::Transport;
use copperlight_core::units::Time;
use copperlight_core::workload::{Program, Workload};
use copperlight_topologies::{BuildError, RankOrder, System};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a step cannot be estimated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EstimateError {
    /// The fabric of the system cannot be built for so many chips.
    #[error("{system}: {source}")]
    Build {
        /// The system.
        system: String,
        /// What is wrong.
        source: BuildError,
    },
    /// Chips cannot reach one another.
    #[error("chips of the plan cannot exchange: {0}")]
    Routing(#[from] RoutingError),
    /// The plan is for another number of chips.
    #[error("the plan is for {job} chips, and the estimator was made for {chips}; make one for {job} chips")]
    Chips {
        /// The chips of the plan.
        job: u64,
        /// The chips of the estimator.
        chips: usize,
    },
    /// Stages wait for one another.
    #[error(
        "the {stages} stages of the plan wait for one another, so the step never ends; choose another `schedule`"
    )]
    Stuck {
        /// How many stages there are.
        stages: usize,
    },
}

/// Estimates steps of any plan on one system with so many chips.
///
/// It remembers what collectives and transfers take, and may be used by many threads at once.
#[derive(Debug)]
pub struct Estimator {
    pub(super) exchanges: Exchanges,
    rank_order: RankOrder,
    chips: usize,
    /// Chips whose kernels are slower, with the share of their speed that is left.
    slow_chips: BTreeMap<usize, f64>,
}

/// What a step takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepEstimate {
    /// The time of the step.
    pub time: Time,
    /// What it goes into.
    pub terms: EstimateTerms,
    /// No plan of exchanges could make it faster than this.
    pub lower_bound: Time,
}

impl Estimator {
    /// An estimator for plans on `chips` chips of a system.
    ///
    /// # Errors
    /// [`EstimateError::Build`] when the system has no fabric of so many chips.
    pub fn new(system: &System, chips: usize) -> Result<Self, EstimateError> {
        let refused = |source| EstimateError::Build { system: system.name().to_owned(), source };
        let fabric = system.build(chips).map_err(refused)?;
        let slow_chips = system.slow_chips(chips).map_err(refused)?;
        let exchanges = Exchanges::new(fabric, system.transport());
        Ok(Self { exchanges, rank_order: system.rank_order().clone(), chips, slow_chips })
    }

    /// An estimator for plans on the chips of a fabric, with ranks in the usual order.
    #[cfg(test)]
    pub(super) fn of_fabric((fabric, transport): (Fabric, Transport), chips: usize) -> Self {
        let (exchanges, rank_order) = (Exchanges::new(fabric, transport), RankOrder::default());
        Self { exchanges, rank_order, chips, slow_chips: BTreeMap::new() }
    }

    /// The same with other software between the chips.
    pub(crate) fn with_transport(&self, transport: Transport) -> Self {
        let (rank_order, slow_chips) = (self.rank_order.clone(), self.slow_chips.clone());
        Self {
            exchanges: self.exchanges.with_transport(transport),
            rank_order,
            chips: self.chips,
            slow_chips,
        }
    }

    /// What a step of a job takes on chips of these rates.
    ///
    /// # Errors
    /// [`EstimateError`] when the job is for another number of chips, or its chips cannot reach one another.
    pub fn step(&self, job: &TrainingJob, rates: &ChipRates) -> Result<StepEstimate, EstimateError> {
        let Run { kernels, ends } = match Shortened::of(job) {
            None => self.run(job, rates)?,
            Some(shortened) => {
                let [fewer, more] = &shortened.jobs;
                shortened.extend(&self.run(fewer, rates)?, self.run(more, rates)?)
            }
        };
        let time = Time::from_seconds(ends.iter().map(|end| end.at).fold(0.0, f64::max));
        let spent: Vec<_> = ends.iter().map(|end| end.spent).collect();
        let lower_bound = kernels.lower_bound(job.parallelism().schedule);
        Ok(StepEstimate { time, terms: EstimateTerms::mean(&spent, time), lower_bound })
    }

    /// Whether ranks are in the usual order, in which neither replicas nor stages come between the chips of a group.
    pub fn has_usual_order(&self) -> bool {
        self.rank_order == RankOrder::default()
    }

    /// What no step of this job can be faster than: cheaper than [`Estimator::step`], for plans that need no more.
    ///
    /// # Errors
    /// [`EstimateError::Chips`] when the job is for another number of chips.
    pub fn lower_bound(&self, job: &TrainingJob, rates: &ChipRates) -> Result<Time, EstimateError> {
        let kernels = |job: &TrainingJob| -> Result<StageKernels, EstimateError> {
            Ok(StageKernels::of(&programs(&self.workload(job, rates)?, &self.slow_chips)))
        };
        let kernels = match Shortened::of(job) {
            None => kernels(job)?,
            Some(Shortened { jobs: [fewer, more], times }) => {
                kernels(&more)?.extend(&kernels(&fewer)?, times)
            }
        };
        Ok(kernels.lower_bound(job.parallelism().schedule))
    }

    /// All of a job as it is.
    fn run(&self, job: &TrainingJob, rates: &ChipRates) -> Result<Run, EstimateError> {
        let workload = self.workload(job, rates)?;
        let programs = programs(&workload, &self.slow_chips);
        let mut scripts = Scripts::new(&self.exchanges, &workload);
        let stages: Result<Vec<StageScript>, _> =
            programs.iter().enumerate().map(|(stage, program)| scripts.stage(stage, program)).collect();
        let ends = Pipeline::new(&stages?).run();
        let ends = ends.ok_or(EstimateError::Stuck { stages: programs.len() })?;
        Ok(Run { kernels: StageKernels::of(&programs), ends })
    }

    pub(super) fn workload(
        &self,
        job: &TrainingJob,
        rates: &ChipRates,
    ) -> Result<TrainingWorkload, EstimateError> {
        if job.chips() != self.chips as u64 {
            return Err(EstimateError::Chips { job: job.chips(), chips: self.chips });
        }
        let workload = job.workload(rates).with_rank_order(&self.rank_order);
        let slow = |workload: TrainingWorkload, (&chip, &share): (&usize, &f64)| {
            workload.with_slow_chip(RankId::new(chip), 1.0 / share)
        };
        Ok(self.slow_chips.iter().fold(workload, slow))
    }
}

/// The programs of all stages: of its slowest chip, else of one whose experts are busiest.
fn programs(workload: &TrainingWorkload, slow_chips: &BTreeMap<usize, f64>) -> Vec<Program> {
    let role = |stage: usize| {
        let here =
            slow_chips.iter().filter(|(chip, _)| workload.layout().stage(RankId::new(**chip)) == stage);
        let slowest = here.min_by(|one, other| one.1.total_cmp(other.1));
        slowest.map_or(RoleId::new(stage), |(&chip, _)| workload.role(RankId::new(chip)))
    };
    (0..workload.layout().stages()).map(|stage| workload.program(role(stage))).collect()
}
