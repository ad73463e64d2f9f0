//! A training job as a workload: one role for each pipeline stage, produced on demand.

use super::stage_program::stage_program;
use super::streams::{Communicator, Neighbour};
use crate::training::compute::ChipRates;
use crate::training::compute::Kernels;
use crate::training::plan::TrainingJob;
use crate::training::plan::{Place, RankLayout};
use copperlight_core::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use copperlight_core::workload::{Program, Workload};
use copperlight_topologies::RankOrder;

/// A chip that computes more slowly than the others.
#[derive(Debug, Clone, Copy, PartialEq)]
struct SlowChip {
    rank: RankId,
    slowdown: f64,
}

/// One step of a training job, as programs for every rank; rank `r` runs on endpoint `r`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingWorkload {
    job: TrainingJob,
    kernels: Kernels,
    layout: RankLayout,
    slow_chips: Vec<SlowChip>,
}

impl TrainingJob {
    /// One step of this job on chips of these rates, with ranks in Megatron's order.
    pub fn workload(&self, rates: &ChipRates) -> TrainingWorkload {
        let kernels = Kernels { rates: *rates, precision: self.precision() };
        let layout = self.layout(&RankOrder::default());
        TrainingWorkload { job: self.clone(), kernels, layout, slow_chips: Vec::new() }
    }
}

impl TrainingWorkload {
    /// The same step with one chip whose kernels take `slowdown` times as long.
    ///
    /// The chip has a role of its own. A second call for the same rank replaces the first.
    #[must_use]
    pub fn with_slow_chip(mut self, rank: RankId, slowdown: f64) -> Self {
        self.slow_chips.retain(|slow| slow.rank != rank);
        self.slow_chips.push(SlowChip { rank, slowdown });
        self
    }

    /// The same step with ranks in another order.
    #[must_use]
    pub fn with_rank_order(mut self, order: &RankOrder) -> Self {
        self.layout = self.job.layout(order);
        self
    }

    /// Which rank has which place.
    pub fn layout(&self) -> &RankLayout {
        &self.layout
    }

    /// The job that this is a step of.
    pub fn job(&self) -> &TrainingJob {
        &self.job
    }
}

impl Workload for TrainingWorkload {
    fn ranks(&self) -> usize {
        self.layout.ranks()
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        EndpointId::new(rank.index())
    }

    fn roles(&self) -> usize {
        self.layout.stages() + self.slow_chips.len()
    }

    fn role(&self, rank: RankId) -> RoleId {
        let slow = self.slow_chips.iter().position(|slow| slow.rank == rank);
        RoleId::new(slow.map_or_else(|| self.layout.stage(rank), |index| self.layout.stages() + index))
    }

    fn program(&self, role: RoleId) -> Program {
        let slow = role.index().checked_sub(self.layout.stages()).map(|index| self.slow_chips[index]);
        let stage = slow.map_or(role.index(), |slow| self.layout.place(slow.rank).stage);
        let slowdown = slow.map_or(1.0, |slow| slow.slowdown);
        stage_program(&self.job, &self.job.stages()[stage], &self.kernels, slowdown)
    }

    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId {
        let Place { tensor, data, stage } = self.layout.place(rank);
        let stage = if slot == Neighbour::Next.slot() { stage + 1 } else { stage - 1 };
        self.layout.rank(Place { tensor, data, stage })
    }

    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId {
        GroupId::new(match Communicator::from_id(communicator) {
            Communicator::Tensor => self.layout.tensor_group(rank),
            Communicator::Data => self.layout.data_group(rank),
            Communicator::Embedding => self.layout.embedding_group(rank),
        })
    }

    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId> {
        match Communicator::from_id(communicator) {
            Communicator::Tensor => self.layout.tensor_members(group.index()),
            Communicator::Data => self.layout.data_members(group.index()),
            Communicator::Embedding => self.layout.embedding_members(group.index()),
        }
    }
}
