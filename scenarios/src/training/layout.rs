//! Which rank has which place, and which layers each stage holds.
//!
//! Rank order is Megatron's, from the inside out: tensor, data, pipeline;
//! `rank = tensor_place + tensor x (data_place + data x stage)`.

use super::parallelism::Parallelism;
use copperlight_core::ids::RankId;
use std::ops::Range;

/// The place of a rank along each direction of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its place in its tensor group.
    pub tensor: usize,
    /// Its replica.
    pub data: usize,
    /// Its pipeline stage.
    pub stage: usize,
}

/// The degrees of a plan as an order of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankLayout {
    tensor: usize,
    data: usize,
    pipeline: usize,
}

impl RankLayout {
    /// The order of a checked plan.
    pub(super) fn new(plan: &Parallelism) -> Self {
        let size = |degree: u64| usize::try_from(degree).expect("a checked degree is small");
        Self { tensor: size(plan.tensor), data: size(plan.data), pipeline: size(plan.pipeline) }
    }

    /// The number of ranks.
    pub const fn ranks(&self) -> usize {
        self.tensor * self.data * self.pipeline
    }

    /// The number of stages.
    pub const fn stages(&self) -> usize {
        self.pipeline
    }

    /// The place of a rank.
    pub const fn place(&self, rank: RankId) -> Place {
        let index = rank.index();
        Place {
            tensor: index % self.tensor,
            data: index / self.tensor % self.data,
            stage: index / self.stage_ranks(),
        }
    }

    /// The rank at a place.
    pub fn rank(&self, place: Place) -> RankId {
        RankId::new(place.tensor + self.tensor * (place.data + self.data * place.stage))
    }

    /// How many ranks a stage has: the distance between neighbours in the pipeline.
    pub const fn stage_ranks(&self) -> usize {
        self.tensor * self.data
    }

    /// The tensor group of a rank, one for each replica and stage.
    pub const fn tensor_group(&self, rank: RankId) -> usize {
        rank.index() / self.tensor
    }

    /// The members of a tensor group: consecutive ranks.
    pub fn tensor_members(&self, group: usize) -> Vec<RankId> {
        (0..self.tensor).map(|place| RankId::new(group * self.tensor + place)).collect()
    }

    /// The data group of a rank, one for each tensor place and stage.
    pub const fn data_group(&self, rank: RankId) -> usize {
        let place = self.place(rank);
        place.stage * self.tensor + place.tensor
    }

    /// The members of a data group: one of each replica.
    pub fn data_members(&self, group: usize) -> Vec<RankId> {
        let (stage, tensor) = (group / self.tensor, group % self.tensor);
        (0..self.data).map(|data| self.rank(Place { tensor, data, stage })).collect()
    }

    /// The embedding group of a rank of the first or last stage, one for each tensor place and replica.
    pub const fn embedding_group(&self, rank: RankId) -> usize {
        rank.index() % self.stage_ranks()
    }

    /// The members of an embedding group: the first stage's rank and the last stage's.
    pub fn embedding_members(&self, group: usize) -> Vec<RankId> {
        vec![RankId::new(group), RankId::new(group + self.stage_ranks() * (self.pipeline - 1))]
    }
}

/// One pipeline stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its place in the pipeline, from 0.
    pub index: u64,
    /// How many stages there are.
    pub stages: u64,
    /// The layers that it holds.
    pub layers: Range<u64>,
}

impl Stage {
    /// Divides `layers` over `stages`: where they do not divide evenly, the earlier stages hold one more.
    ///
    /// The last stage has the head as well, so it is never one of those with a layer more.
    pub(super) fn divide(layers: u64, stages: u64) -> Vec<Self> {
        let (each, surplus) = (layers / stages, layers % stages);
        let start = |index: u64| index * each + index.min(surplus);
        (0..stages).map(|index| Self { index, stages, layers: start(index)..start(index + 1) }).collect()
    }

    /// The number of layers that it holds.
    pub const fn layer_count(&self) -> u64 {
        self.layers.end - self.layers.start
    }

    /// Whether it has the embedding.
    pub const fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Whether it has the head and the loss.
    pub const fn is_last(&self) -> bool {
        self.index + 1 == self.stages
    }

    /// Micro-batches whose activations it holds at once under 1F1B: as many as there are stages from here to the end.
    pub const fn in_flight(&self, micro_batches: u64) -> u64 {
        let bound = self.stages - self.index;
        if bound < micro_batches { bound } else { micro_batches }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> RankLayout {
        RankLayout { tensor: 2, data: 3, pipeline: 4 }
    }

    #[test]
    fn tensor_is_innermost_then_data_then_pipeline() {
        let place = |rank| layout().place(RankId::new(rank));
        assert_eq!(place(1), Place { tensor: 1, data: 0, stage: 0 });
        assert_eq!(place(2), Place { tensor: 0, data: 1, stage: 0 });
        assert_eq!(place(6), Place { tensor: 0, data: 0, stage: 1 });
        for rank in (0..layout().ranks()).map(RankId::new) {
            assert_eq!(layout().rank(layout().place(rank)), rank);
        }
    }

    #[test]
    fn every_rank_is_in_its_own_groups() {
        for rank in (0..layout().ranks()).map(RankId::new) {
            assert!(layout().tensor_members(layout().tensor_group(rank)).contains(&rank));
            assert!(layout().data_members(layout().data_group(rank)).contains(&rank));
        }
        let members: Vec<usize> = layout().data_members(3).into_iter().map(RankId::index).collect();
        assert_eq!(members, [7, 9, 11]);
        let ends: Vec<usize> = layout().embedding_members(5).into_iter().map(RankId::index).collect();
        assert_eq!(ends, [5, 23]);
    }

    #[test]
    fn uneven_layers_go_to_the_earlier_stages() {
        let counts: Vec<u64> = Stage::divide(126, 16).iter().map(Stage::layer_count).collect();
        assert_eq!(counts, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7]);
        let stages = Stage::divide(7, 3);
        assert_eq!(stages.iter().map(|stage| stage.layers.clone()).collect::<Vec<_>>(), [0..3, 3..5, 5..7]);
    }

    #[test]
    fn earlier_stages_hold_more_micro_batches() {
        let held: Vec<u64> = Stage::divide(8, 4).iter().map(|stage| stage.in_flight(3)).collect();
        assert_eq!(held, [3, 3, 2, 1]);
    }
}
