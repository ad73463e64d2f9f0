//! Which rank has which place, and which layers each stage holds.
//!
//! Ranks are numbered by an order of directions, from the inside out. In Megatron's, the default,
//! `rank = tensor_place + tensor x (data_place + data x stage)`; in any order a direction's stride is the product of
//! the degrees inside it, and `rank = sum of place x stride`.

use super::parallelism::Parallelism;
use copperlight_core::ids::RankId;
use copperlight_topologies::{Direction, RankOrder};

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

/// One direction: how many places there are, and how many ranks lie from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axis {
    degree: usize,
    stride: usize,
}

impl Axis {
    const fn place(self, rank: RankId) -> usize {
        rank.index() / self.stride % self.degree
    }
}

/// The degrees of a plan in an order of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankLayout {
    tensor: Axis,
    data: Axis,
    pipeline: Axis,
}

impl RankLayout {
    /// A checked plan in this order.
    pub(in crate::training) fn new(plan: &Parallelism, order: &RankOrder) -> Self {
        let size = |degree: u64| usize::try_from(degree).expect("a checked degree is small");
        Self::of_degrees([size(plan.tensor), size(plan.data), size(plan.pipeline)], order)
    }

    /// The degrees of tensor, data and pipeline in this order; every other direction has a degree of 1.
    fn of_degrees([tensor, data, pipeline]: [usize; 3], order: &RankOrder) -> Self {
        let one = |degree| Axis { degree, stride: 1 };
        let mut layout = Self { tensor: one(tensor), data: one(data), pipeline: one(pipeline) };
        let mut stride = 1;
        for &direction in order.directions() {
            let axis = match direction {
                Direction::Tensor => &mut layout.tensor,
                Direction::Data => &mut layout.data,
                Direction::Pipeline => &mut layout.pipeline,
                Direction::Context | Direction::Expert => continue,
            };
            axis.stride = stride;
            stride *= axis.degree;
        }
        layout
    }

    /// The number of ranks.
    pub const fn ranks(&self) -> usize {
        self.tensor.degree * self.data.degree * self.pipeline.degree
    }

    /// The number of stages.
    pub const fn stages(&self) -> usize {
        self.pipeline.degree
    }

    /// The degree of a direction: how many ranks each of its groups has.
    pub const fn degree(&self, direction: Direction) -> usize {
        self.axis(direction).degree
    }

    /// How many ranks lie from one member of a direction's group to the next.
    pub const fn stride(&self, direction: Direction) -> usize {
        self.axis(direction).stride
    }

    /// The place of a rank.
    pub const fn place(&self, rank: RankId) -> Place {
        Place {
            tensor: self.tensor.place(rank),
            data: self.data.place(rank),
            stage: self.pipeline.place(rank),
        }
    }

    /// The pipeline stage of a rank.
    pub const fn stage(&self, rank: RankId) -> usize {
        self.pipeline.place(rank)
    }

    /// The rank at a place.
    pub fn rank(&self, place: Place) -> RankId {
        let inner = place.tensor * self.tensor.stride + place.data * self.data.stride;
        RankId::new(inner + place.stage * self.pipeline.stride)
    }

    /// Every group of a direction, by the rank of its first member: the ranks that differ in nothing else.
    pub fn groups(&self, direction: Direction) -> impl Iterator<Item = RankGroup> + use<> {
        let (axis, ranks) = (self.axis(direction), self.ranks());
        let firsts = (0..ranks).map(RankId::new).filter(move |rank| axis.place(*rank) == 0);
        firsts.map(move |first| RankGroup { first, axis })
    }

    /// The tensor group of a rank, one for each replica and stage.
    pub const fn tensor_group(&self, rank: RankId) -> usize {
        self.data.place(rank) + self.data.degree * self.stage(rank)
    }

    /// The members of a tensor group.
    pub fn tensor_members(&self, group: usize) -> Vec<RankId> {
        let (stage, data) = (group / self.data.degree, group % self.data.degree);
        (0..self.tensor.degree).map(|tensor| self.rank(Place { tensor, data, stage })).collect()
    }

    /// The data group of a rank, one for each tensor place and stage.
    pub const fn data_group(&self, rank: RankId) -> usize {
        self.tensor.place(rank) + self.tensor.degree * self.stage(rank)
    }

    /// The members of a data group: one of each replica.
    pub fn data_members(&self, group: usize) -> Vec<RankId> {
        let (stage, tensor) = (group / self.tensor.degree, group % self.tensor.degree);
        (0..self.data.degree).map(|data| self.rank(Place { tensor, data, stage })).collect()
    }

    /// The embedding group of a rank of the first or last stage, one for each tensor place and replica.
    pub const fn embedding_group(&self, rank: RankId) -> usize {
        self.tensor.place(rank) + self.tensor.degree * self.data.place(rank)
    }

    /// The members of an embedding group: the first stage's rank and the last stage's.
    pub fn embedding_members(&self, group: usize) -> Vec<RankId> {
        let (data, tensor) = (group / self.tensor.degree, group % self.tensor.degree);
        [0, self.stages() - 1].map(|stage| self.rank(Place { tensor, data, stage })).to_vec()
    }

    const fn axis(&self, direction: Direction) -> Axis {
        match direction {
            Direction::Tensor => self.tensor,
            Direction::Data => self.data,
            Direction::Pipeline => self.pipeline,
            Direction::Context | Direction::Expert => Axis { degree: 1, stride: 1 },
        }
    }
}

/// Ranks that differ along one direction only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankGroup {
    first: RankId,
    axis: Axis,
}

impl RankGroup {
    /// The members, in the order of their places.
    pub fn members(self) -> impl Iterator<Item = RankId> {
        (0..self.axis.degree).map(move |place| RankId::new(self.first.index() + place * self.axis.stride))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(order: &str) -> RankLayout {
        RankLayout::of_degrees([2, 3, 4], &RankOrder::parse(order).expect("the order is sound"))
    }

    fn indices(members: Vec<RankId>) -> Vec<usize> {
        members.into_iter().map(RankId::index).collect()
    }

    const ORDERS: [&str; 7] = [
        "tensor-context-expert-data-pipeline",
        "tensor-data-pipeline",
        "tensor-pipeline-data",
        "data-tensor-pipeline",
        "data-expert-pipeline-tensor",
        "pipeline-tensor-data",
        "pipeline-data-tensor",
    ];

    /// Every order with every choice of these degrees.
    fn all() -> impl Iterator<Item = RankLayout> {
        let degrees = [1, 2, 3, 7];
        ORDERS.into_iter().flat_map(move |order| {
            let order = RankOrder::parse(order).expect("the order is sound");
            (0..64).map(move |choice| {
                RankLayout::of_degrees(
                    [choice % 4, choice / 4 % 4, choice / 16].map(|at| degrees[at]),
                    &order,
                )
            })
        })
    }

    #[test]
    fn a_rank_and_its_place_are_inverse_in_every_order() {
        for layout in all() {
            for rank in (0..layout.ranks()).map(RankId::new) {
                let place = layout.place(rank);
                assert_eq!(layout.rank(place), rank, "{layout:?}");
                assert!(place.tensor < layout.degree(Direction::Tensor), "{layout:?}");
                assert!(place.data < layout.degree(Direction::Data), "{layout:?}");
                assert!(place.stage < layout.stages(), "{layout:?}");
            }
        }
    }

    #[test]
    fn the_default_order_is_tensor_then_data_then_pipeline() {
        for (tensor, data, stages) in [(2, 3, 4), (8, 9, 16), (1, 5, 1)] {
            let layout = RankLayout::of_degrees([tensor, data, stages], &RankOrder::default());
            for rank in 0..layout.ranks() {
                let expected = Place {
                    tensor: rank % tensor,
                    data: rank / tensor % data,
                    stage: rank / (tensor * data),
                };
                assert_eq!(layout.place(RankId::new(rank)), expected);
                assert_eq!(layout.tensor_group(RankId::new(rank)), rank / tensor);
                assert_eq!(layout.embedding_group(RankId::new(rank)), rank % (tensor * data));
            }
        }
        assert_eq!(layout("tensor-data-pipeline"), layout("tp-cp-ep-dp-pp"));
    }

    #[test]
    fn the_first_direction_of_an_order_has_neighbouring_ranks() {
        let pipeline_first = layout("pipeline-data-tensor");
        let place = |rank| pipeline_first.place(RankId::new(rank));
        assert_eq!(place(1), Place { tensor: 0, data: 0, stage: 1 });
        assert_eq!(place(4), Place { tensor: 0, data: 1, stage: 0 });
        assert_eq!(place(12), Place { tensor: 1, data: 0, stage: 0 });
        assert_eq!(pipeline_first.stride(Direction::Tensor), 12);
    }

    #[test]
    fn every_rank_is_in_one_group_of_each_kind() {
        for layout in all() {
            let ranks = layout.ranks();
            let of_kind = |group: &dyn Fn(RankId) -> usize, members: &dyn Fn(usize) -> Vec<RankId>, size| {
                for rank in (0..ranks).map(RankId::new) {
                    let members = members(group(rank));
                    assert_eq!(members.len(), size, "{layout:?}");
                    assert!(members.contains(&rank), "{layout:?}");
                    assert!(members.iter().all(|member| group(*member) == group(rank)), "{layout:?}");
                }
                let largest = (0..ranks).map(|rank| group(RankId::new(rank))).max();
                assert_eq!(largest, Some(ranks / size - 1), "groups are numbered without gaps");
            };
            let degree = |direction| layout.degree(direction);
            of_kind(
                &|rank| layout.tensor_group(rank),
                &|group| layout.tensor_members(group),
                degree(Direction::Tensor),
            );
            of_kind(
                &|rank| layout.data_group(rank),
                &|group| layout.data_members(group),
                degree(Direction::Data),
            );
            for direction in Direction::ALL {
                let mut members: Vec<RankId> =
                    layout.groups(direction).flat_map(RankGroup::members).collect();
                members.sort_unstable();
                assert!(members.into_iter().eq((0..ranks).map(RankId::new)), "{direction} of {layout:?}");
            }
        }
    }

    #[test]
    fn groups_of_the_default_order_are_these() {
        let layout = layout("tensor-data-pipeline");
        assert_eq!(indices(layout.tensor_members(3)), [6, 7]);
        assert_eq!(indices(layout.data_members(3)), [7, 9, 11]);
        assert_eq!(indices(layout.embedding_members(5)), [5, 23]);
        let firsts: Vec<usize> = layout.groups(Direction::Data).map(|group| group.first.index()).collect();
        assert_eq!(firsts, [0, 1, 6, 7, 12, 13, 18, 19]);
    }

    #[test]
    fn an_embedding_is_shared_by_the_ends_of_a_pipeline() {
        for layout in all() {
            for rank in (0..layout.ranks()).map(RankId::new) {
                let place = layout.place(rank);
                let ends = [0, layout.stages() - 1].map(|stage| layout.rank(Place { stage, ..place }));
                assert_eq!(layout.embedding_members(layout.embedding_group(rank)), ends, "{layout:?}");
            }
        }
    }
}
