//! The front door: plans in, estimates out.

use super::block::{Part, parts};
use super::exchanges::{Exchanges, StageExchanges, neighbour_of};
use super::lower_bound::kernels;
use super::pipeline::{Pipeline, StageScript, Step};
use super::terms::EstimateTerms;
use crate::training::{ChipRates, Communicator, Neighbour, TrainingJob, TrainingWorkload};
#[cfg(test)]
use copperlight_core::fabric::Fabric;
use copperlight_core::fabric::RoutingError;
use copperlight_core::ids::RoleId;
#[cfg(test)]
use copperlight_core::transport::Transport;
use copperlight_core::units::Time;
use copperlight_core::workload::{Program, Workload};
use copperlight_topologies::{BuildError, RankOrder, System};
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
    exchanges: Exchanges,
    rank_order: RankOrder,
    chips: usize,
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
        let fabric = system
            .build(chips)
            .map_err(|source| EstimateError::Build { system: system.name().to_owned(), source })?;
        let exchanges = Exchanges::new(fabric, system.transport());
        Ok(Self { exchanges, rank_order: system.rank_order().clone(), chips })
    }

    /// An estimator for plans on the chips of a fabric, with ranks in the usual order.
    #[cfg(test)]
    pub(super) fn of_fabric((fabric, transport): (Fabric, Transport), chips: usize) -> Self {
        Self { exchanges: Exchanges::new(fabric, transport), rank_order: RankOrder::default(), chips }
    }

    /// What a step of a job takes on chips of these rates.
    ///
    /// # Errors
    /// [`EstimateError`] when the job is for another number of chips, or its chips cannot reach one another.
    pub fn step(&self, job: &TrainingJob, rates: &ChipRates) -> Result<StepEstimate, EstimateError> {
        let workload = self.workload(job, rates)?;
        let programs = programs(&workload);
        let scripts: Result<Vec<StageScript>, _> =
            (0..).zip(&programs).map(|(stage, program)| self.script(&workload, stage, program)).collect();
        let ends = Pipeline::new(&scripts?).run().ok_or(EstimateError::Stuck { stages: programs.len() })?;
        let last = ends.iter().map(|end| end.at).fold(0.0, f64::max);
        let time = Time::from_seconds(last);
        let spent: Vec<_> = ends.iter().map(|end| end.spent).collect();
        Ok(StepEstimate { time, terms: EstimateTerms::mean(&spent, time), lower_bound: bound(&programs) })
    }

    /// What no step of this job can be faster than: cheaper than [`Estimator::step`], for plans that need no more.
    ///
    /// # Errors
    /// [`EstimateError::Chips`] when the job is for another number of chips.
    pub fn lower_bound(&self, job: &TrainingJob, rates: &ChipRates) -> Result<Time, EstimateError> {
        Ok(bound(&programs(&self.workload(job, rates)?)))
    }

    fn workload(&self, job: &TrainingJob, rates: &ChipRates) -> Result<TrainingWorkload, EstimateError> {
        if job.chips() != self.chips as u64 {
            return Err(EstimateError::Chips { job: job.chips(), chips: self.chips });
        }
        Ok(job.workload(rates).with_rank_order(&self.rank_order))
    }

    fn script(
        &self,
        workload: &TrainingWorkload,
        stage: usize,
        program: &Program,
    ) -> Result<StageScript, EstimateError> {
        let (layout, stages) = (*workload.layout(), workload.layout().stages());
        let mirrored = workload.job().parallelism().mirrors_stages();
        let exchanges = StageExchanges::new(&self.exchanges, layout, (stage, mirrored));
        let step = |part: Part| match part {
            Part::Alone(_) | Part::Receive { .. } => Step { part, seconds: 0.0, other: stage },
            Part::Send { peer, bytes, .. } => {
                let neighbour =
                    if peer == Neighbour::Next.slot() { Neighbour::Next } else { Neighbour::Previous };
                let seconds = exchanges.transfer(neighbour, bytes);
                Step { part, seconds, other: neighbour_of(stage, neighbour, stages) }
            }
            Part::Meeting { communicator, call, .. } => {
                let ends = Communicator::from_id(communicator) == Communicator::Embedding;
                let other = if ends && stage == 0 {
                    stages - 1
                } else if ends {
                    0
                } else {
                    stages - 1 - stage
                };
                Step { part, seconds: exchanges.any_collective(communicator, &call), other }
            }
        };
        let block = |operations| parts(operations, &exchanges).into_iter().map(step).collect();
        let blocks = program.blocks().iter().map(|known| block(known.operations())).collect();
        let sequence = (0..program.instances()).map(|number| program.block_number(number)).collect();
        exchanges.check()?;
        Ok(StageScript { blocks, sequence })
    }
}

/// The programs of all stages, on the chips whose experts are busiest.
fn programs(workload: &TrainingWorkload) -> Vec<Program> {
    (0..workload.layout().stages()).map(|stage| workload.program(RoleId::new(stage))).collect()
}

fn bound(programs: &[Program]) -> Time {
    Time::from_seconds(programs.iter().map(kernels).fold(0.0, f64::max))
}
