//! A training job as a workload: one role for each pipeline stage, produced on demand.
//!
//! Where the load of experts is uneven, the first chip of each group that shares the experts of a layer has the busiest
//! ones, and a role of its own; the others share what is left evenly. A slow chip has a role of its own as well.

use super::passes::Chip;
use super::stage_program::stage_program;
use super::streams::Neighbour;
use crate::training::compute::{ChipRates, Kernels};
use crate::training::plan::{Communicator, RankLayout, TrainingJob};
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

    /// The share of their speed that kernels lose while their chip communicates, by the recipe or else by the chip.
    pub fn lost_speed(&self, rates: &ChipRates) -> f64 {
        let written = self.recipe().interference;
        written.map_or(rates.communication_slowing, |share| f64::from(share) / 1000.0)
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

    /// The share of their speed that kernels lose while their chip communicates.
    pub fn lost_speed(&self) -> f64 {
        self.job.lost_speed(&self.kernels.rates)
    }

    /// The job that this is a step of.
    pub fn job(&self) -> &TrainingJob {
        &self.job
    }
}

impl TrainingWorkload {
    /// How many roles each stage has: its chips have experts that are equally busy, or busiest ones and others.
    fn loads(&self) -> usize {
        let uneven = self.job.parallelism().expert > 1 && self.job.recipe().expert_imbalance > 1000;
        if uneven { 2 } else { 1 }
    }

    /// The share of tokens that the experts of a role get, over the mean.
    fn load(&self, busiest: bool) -> f64 {
        if self.loads() == 1 {
            return 1.0;
        }
        let (chips, most) =
            (self.job.parallelism().expert as f64, f64::from(self.job.recipe().expert_imbalance) / 1000.0);
        if busiest { most.min(chips) } else { ((chips - most) / (chips - 1.0)).max(0.0) }
    }

    /// The share of tokens that the busiest experts get, over the mean.
    pub(super) fn busiest_load(&self) -> f64 {
        self.load(true)
    }

    /// What kernels take.
    pub(super) const fn kernels(&self) -> &Kernels {
        &self.kernels
    }

    /// The role of a rank whose chip is as fast as the others.
    fn usual_role(&self, rank: RankId) -> usize {
        let others = self.loads() > 1 && self.layout.expert_place(rank) > 0;
        self.layout.stage(rank) + if others { self.layout.stages() } else { 0 }
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
        self.layout.stages() * self.loads() + self.slow_chips.len()
    }

    fn role(&self, rank: RankId) -> RoleId {
        let slow = self.slow_chips.iter().position(|slow| slow.rank == rank);
        let first_slow = self.layout.stages() * self.loads();
        RoleId::new(slow.map_or_else(|| self.usual_role(rank), |index| first_slow + index))
    }

    fn program(&self, role: RoleId) -> Program {
        let stages = self.layout.stages();
        let slow = role.index().checked_sub(stages * self.loads()).map(|index| self.slow_chips[index]);
        let usual = slow.map_or(role.index(), |slow| self.usual_role(slow.rank));
        let slowdown = slow.map_or(1.0, |slow| slow.slowdown);
        let chip = Chip { slowdown, load: self.load(usual < stages) };
        stage_program(&self.job, &self.job.stages()[usual % stages], &self.kernels, chip)
    }

    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId {
        let (stage, stages) = (self.layout.stage(rank), self.layout.stages());
        let next = if slot == Neighbour::Next.slot() { stage + 1 } else { stage + stages - 1 };
        self.layout.in_stage(rank, next % stages)
    }

    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId {
        GroupId::new(self.layout.group(Communicator::from_id(communicator), rank))
    }

    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId> {
        self.layout.members(Communicator::from_id(communicator), group.index())
    }
}
