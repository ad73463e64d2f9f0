//! Which rank has which place.
//!
//! Ranks are numbered by an order of directions, from the inside out; in any order a direction's stride is the product of
//! the degrees inside it. Two grids lie over the ranks of a stage. That of attention has tensor, context and data. That
//! of experts has the chips that share an expert, the chips that share a layer's experts, and the experts' replicas:
//! Megatron's parallel folding, by which experts are divided over chips of several replicas. Chips that share an expert
//! are neighbours; the experts' chips come before their replicas where `expert` comes before `data` in the order.

use super::communicator::Communicator;
use super::parallelism::Parallelism;
use copperlight_core::ids::RankId;
use copperlight_topologies::{Direction, RankOrder};

/// The place of a rank along each direction of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its place in its tensor group.
    pub tensor: usize,
    /// Its place among the chips that share a sequence.
    pub context: usize,
    /// Its replica.
    pub data: usize,
    /// Its pipeline stage.
    pub stage: usize,
}

/// One direction: how many places there are, and how far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Axis {
    degree: usize,
    stride: usize,
}

impl Axis {
    const ONE: Self = Self { degree: 1, stride: 1 };

    const fn place(self, index: usize) -> usize {
        index / self.stride % self.degree
    }
}

/// The ranks of one stage along three directions, the strides among the ranks of the stage.
type Grid = [Axis; 3];

/// Which directions of a grid a group lies along.
type Along = [bool; 3];

/// The degrees of a plan in an order of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RankLayout {
    /// Tensor, context, data.
    attention: Grid,
    /// Chips that share an expert, chips that share a layer's experts, replicas of experts.
    experts: Grid,
    /// The stride is among all ranks.
    pipeline: Axis,
    /// The two copies of a stage's parameters lie on stages that mirror one another.
    mirrored: bool,
}

impl RankLayout {
    /// A checked plan in this order.
    pub(super) fn new(plan: &Parallelism, order: &RankOrder) -> Self {
        let size = |degree: u64| usize::try_from(degree).expect("a checked degree is small");
        let mut attention = [plan.tensor, plan.context, plan.data].map(|degree| one(size(degree)));
        let mut pipeline = one(size(plan.pipeline));
        let (mut stride, mut inner) = (1, 1);
        for &direction in order.directions() {
            if direction == Direction::Pipeline {
                pipeline.stride = stride;
                stride *= pipeline.degree;
            } else if let Some(axis) = attention_axis(direction) {
                attention[axis].stride = inner;
                inner *= attention[axis].degree;
                stride *= attention[axis].degree;
            }
        }
        let place = |wanted| order.directions().iter().position(|direction| *direction == wanted);
        let inside = place(Direction::Expert).unwrap_or(0) < place(Direction::Data).unwrap_or(usize::MAX);
        let (share, layer, replicas) =
            (size(plan.expert_tensor), size(plan.expert), size(plan.expert_data()));
        let (layer_stride, replica_stride) =
            if inside { (share, share * layer) } else { (share * replicas, share) };
        let experts = [
            one(share),
            Axis { degree: layer, stride: layer_stride },
            Axis { degree: replicas, stride: replica_stride },
        ];
        Self { attention, experts, pipeline, mirrored: plan.mirrors_stages() }
    }

    /// The number of ranks.
    pub const fn ranks(&self) -> usize {
        self.stage_ranks() * self.pipeline.degree
    }

    /// The number of stages.
    pub const fn stages(&self) -> usize {
        self.pipeline.degree
    }

    /// How many ranks each stage has.
    const fn stage_ranks(&self) -> usize {
        self.attention[0].degree * self.attention[1].degree * self.attention[2].degree
    }

    /// The degree of a direction: how many places there are along it.
    pub const fn degree(&self, direction: Direction) -> usize {
        match direction {
            Direction::Tensor => self.attention[0].degree,
            Direction::Context => self.attention[1].degree,
            Direction::Data => self.attention[2].degree,
            Direction::Expert => self.experts[1].degree,
            Direction::Pipeline => self.pipeline.degree,
        }
    }

    /// How many ranks lie from one place along the tensor direction to the next.
    pub const fn tensor_stride(&self) -> usize {
        let stride = self.attention[0].stride;
        if stride >= self.pipeline.stride { stride * self.pipeline.degree } else { stride }
    }

    /// The place of a rank.
    pub fn place(&self, rank: RankId) -> Place {
        let (index, stage) = self.split(rank);
        let [tensor, context, data] = self.attention;
        Place { tensor: tensor.place(index), context: context.place(index), data: data.place(index), stage }
    }

    /// The pipeline stage of a rank.
    pub const fn stage(&self, rank: RankId) -> usize {
        self.pipeline.place(rank.index())
    }

    /// The place of a rank among the chips that share the experts of a layer.
    pub fn expert_place(&self, rank: RankId) -> usize {
        self.experts[1].place(self.split(rank).0)
    }

    /// The rank at a place.
    pub fn rank(&self, place: Place) -> RankId {
        let [tensor, context, data] = self.attention;
        let index = place.tensor * tensor.stride + place.context * context.stride + place.data * data.stride;
        self.join(index, place.stage)
    }

    /// The same place in another stage.
    pub fn in_stage(&self, rank: RankId, stage: usize) -> RankId {
        self.join(self.split(rank).0, stage)
    }

    /// The index of a rank among those of its stage, and the stage.
    fn split(&self, rank: RankId) -> (usize, usize) {
        let Axis { degree, stride } = self.pipeline;
        let (low, high) = (rank.index() % stride, rank.index() / (stride * degree));
        (low + high * stride, self.stage(rank))
    }

    fn join(&self, index: usize, stage: usize) -> RankId {
        let Axis { degree, stride } = self.pipeline;
        RankId::new(index % stride + stage * stride + index / stride * stride * degree)
    }

    /// The group of a rank.
    pub fn group(&self, communicator: Communicator, rank: RankId) -> usize {
        let (index, stage) = self.split(rank);
        let (grid, along) = self.grid(communicator);
        let mut group = match communicator {
            Communicator::Embedding => 0,
            Communicator::Data | Communicator::ExpertData if self.mirrored => {
                stage.min(self.stages() - 1 - stage)
            }
            _ => stage,
        };
        for (axis, along) in grid.iter().zip(along).rev() {
            if !along {
                group = group * axis.degree + axis.place(index);
            }
        }
        group
    }

    /// The members of a group, in ascending order.
    pub fn members(&self, communicator: Communicator, group: usize) -> Vec<RankId> {
        let (grid, along) = self.grid(communicator);
        let (mut first, mut rest) = (0, group);
        for (axis, along) in grid.iter().zip(along) {
            if !along {
                first += rest % axis.degree * axis.stride;
                rest /= axis.degree;
            }
        }
        let mut indices = vec![first];
        for (axis, _) in grid.iter().zip(along).filter(|(_, along)| *along) {
            let steps = |&index: &usize| (0..axis.degree).map(move |place| index + place * axis.stride);
            indices = indices.iter().flat_map(steps).collect();
        }
        let last = self.stages() - 1;
        let stages = match communicator {
            Communicator::Embedding => vec![0, last],
            Communicator::Data | Communicator::ExpertData if self.mirrored => vec![rest, last - rest],
            _ => vec![rest],
        };
        let join = |&stage: &usize| indices.iter().map(move |&index| self.join(index, stage));
        let mut members: Vec<RankId> = stages.iter().flat_map(join).collect();
        members.sort_unstable();
        members
    }

    /// Every group of a direction: of data, those over which gradients are summed.
    pub fn groups(&self, direction: Direction) -> Vec<Vec<RankId>> {
        let communicator = match direction {
            Direction::Tensor => Communicator::Tensor,
            Direction::Context => Communicator::Context,
            Direction::Data => Communicator::Data,
            Direction::Expert => Communicator::Expert,
            Direction::Pipeline => {
                let stages = |index| (0..self.stages()).map(|stage| self.join(index, stage)).collect();
                return (0..self.stage_ranks()).map(stages).collect();
            }
        };
        let size = self.members(communicator, 0).len();
        (0..self.ranks() / size).map(|group| self.members(communicator, group)).collect()
    }

    /// The grid that a communicator divides, and along which of its directions.
    const fn grid(&self, communicator: Communicator) -> (Grid, Along) {
        match communicator {
            Communicator::Tensor => (self.attention, [true, false, false]),
            Communicator::Context => (self.attention, [false, true, false]),
            Communicator::Data => (self.attention, [false, true, true]),
            Communicator::Embedding => (self.attention, [false; 3]),
            Communicator::ExpertTensor => (self.experts, [true, false, false]),
            Communicator::Expert => (self.experts, [false, true, false]),
            Communicator::ExpertData => (self.experts, [false, false, true]),
        }
    }
}

const fn one(degree: usize) -> Axis {
    Axis { degree, ..Axis::ONE }
}

/// Where a direction stands in the grid of attention.
const fn attention_axis(direction: Direction) -> Option<usize> {
    match direction {
        Direction::Tensor => Some(0),
        Direction::Context => Some(1),
        Direction::Data => Some(2),
        Direction::Expert | Direction::Pipeline => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::plan::Schedule;

    fn plan([tensor, context, data, pipeline]: [u64; 4], [expert_tensor, expert]: [u64; 2]) -> Parallelism {
        Parallelism { tensor, context, data, pipeline, expert, expert_tensor, ..Parallelism::default() }
    }

    fn layout(plan: &Parallelism, order: &str) -> RankLayout {
        RankLayout::new(plan, &RankOrder::parse(order).expect("the order is sound"))
    }

    fn indices(members: Vec<RankId>) -> Vec<usize> {
        members.into_iter().map(RankId::index).collect()
    }

    const ORDERS: [&str; 7] = [
        "tensor-context-expert-data-pipeline",
        "tensor-context-data-expert-pipeline",
        "tensor-pipeline-context-data",
        "data-tensor-pipeline-context",
        "data-expert-pipeline-tensor-context",
        "pipeline-tensor-context-data",
        "context-pipeline-data-tensor",
    ];

    /// Every order with many choices of degrees.
    fn all() -> impl Iterator<Item = RankLayout> {
        let degrees = [1, 2, 3, 4];
        ORDERS.into_iter().flat_map(move |order| {
            (0..256).flat_map(move |choice| {
                let chosen = [choice % 4, choice / 4 % 4, choice / 16 % 4, choice / 64].map(|at| degrees[at]);
                let inner: u64 = chosen[0] * chosen[1] * chosen[2];
                let experts = [[1, 1], [1, inner], [chosen[0], chosen[2]], [1, chosen[1]], [2, 3]];
                let fits = move |of: &[u64; 2]| inner.is_multiple_of(of[0] * of[1]);
                experts.into_iter().filter(fits).map(move |experts| layout(&plan(chosen, experts), order))
            })
        })
    }

    type Degree = fn(&RankLayout) -> usize;

    const COMMUNICATORS: [(Communicator, Degree); 6] = [
        (Communicator::Tensor, |layout| layout.degree(Direction::Tensor)),
        (Communicator::Context, |layout| layout.degree(Direction::Context)),
        (Communicator::Data, |layout| layout.degree(Direction::Data) * layout.degree(Direction::Context)),
        (Communicator::ExpertTensor, |layout| layout.experts[0].degree),
        (Communicator::Expert, |layout| layout.degree(Direction::Expert)),
        (Communicator::ExpertData, |layout| layout.experts[2].degree),
    ];

    #[test]
    fn a_rank_and_its_place_are_inverse_in_every_order() {
        for layout in all() {
            for rank in (0..layout.ranks()).map(RankId::new) {
                let place = layout.place(rank);
                assert_eq!(layout.rank(place), rank, "{layout:?}");
                assert_eq!(layout.in_stage(rank, place.stage), rank, "{layout:?}");
                assert!(place.tensor < layout.degree(Direction::Tensor), "{layout:?}");
                assert!(place.context < layout.degree(Direction::Context), "{layout:?}");
                assert!(place.data < layout.degree(Direction::Data), "{layout:?}");
                assert!(place.stage < layout.stages(), "{layout:?}");
            }
        }
    }

    #[test]
    fn the_default_order_is_tensor_context_data_pipeline() {
        for [tensor, context, data, stages] in [[2, 3, 2, 4], [8, 1, 9, 16], [1, 2, 5, 1]] {
            let plan = plan([tensor, context, data, stages].map(|degree| degree as u64), [1, 1]);
            let layout = RankLayout::new(&plan, &RankOrder::default());
            for rank in 0..layout.ranks() {
                let expected = Place {
                    tensor: rank % tensor,
                    context: rank / tensor % context,
                    data: rank / tensor / context % data,
                    stage: rank / (tensor * context * data),
                };
                assert_eq!(layout.place(RankId::new(rank)), expected);
                assert_eq!(layout.group(Communicator::Tensor, RankId::new(rank)), rank / tensor);
                let place_in_stage = rank % (tensor * context * data);
                assert_eq!(layout.group(Communicator::Embedding, RankId::new(rank)), place_in_stage);
            }
        }
    }

    #[test]
    fn the_first_direction_of_an_order_has_neighbouring_ranks() {
        let pipeline_first = layout(&plan([2, 1, 3, 4], [1, 1]), "pipeline-data-tensor");
        let place = |rank| pipeline_first.place(RankId::new(rank));
        assert_eq!(place(1), Place { tensor: 0, context: 0, data: 0, stage: 1 });
        assert_eq!(place(4), Place { tensor: 0, context: 0, data: 1, stage: 0 });
        assert_eq!(place(12), Place { tensor: 1, context: 0, data: 0, stage: 0 });
        assert_eq!(pipeline_first.tensor_stride(), 12);
    }

    #[test]
    fn every_rank_is_in_one_group_of_each_kind() {
        for layout in all() {
            for (communicator, size) in COMMUNICATORS {
                let groups: Vec<usize> =
                    (0..layout.ranks()).map(|rank| layout.group(communicator, RankId::new(rank))).collect();
                let size = size(&layout);
                let count = groups.iter().max().expect("there are ranks") + 1;
                assert_eq!(count * size, layout.ranks(), "groups are numbered without gaps: {layout:?}");
                for group in 0..count {
                    let members = layout.members(communicator, group);
                    assert_eq!(members.len(), size, "{communicator:?} of {layout:?}");
                    assert!(members.iter().all(|member| groups[member.index()] == group), "{layout:?}");
                }
            }
            for direction in Direction::ALL {
                let mut members: Vec<RankId> = layout.groups(direction).into_iter().flatten().collect();
                members.sort_unstable();
                assert!(members.into_iter().eq((0..layout.ranks()).map(RankId::new)), "{direction}");
            }
        }
    }

    #[test]
    fn groups_of_the_default_order_are_these() {
        let layout = layout(&plan([2, 1, 3, 4], [1, 1]), "tensor-data-pipeline");
        assert_eq!(indices(layout.members(Communicator::Tensor, 3)), [6, 7]);
        assert_eq!(indices(layout.members(Communicator::Data, 3)), [7, 9, 11]);
        assert_eq!(indices(layout.members(Communicator::Embedding, 5)), [5, 23]);
        let firsts: Vec<usize> =
            layout.groups(Direction::Data).iter().map(|group| group[0].index()).collect();
        assert_eq!(firsts, [0, 1, 6, 7, 12, 13, 18, 19]);
    }

    #[test]
    fn experts_are_folded_over_replicas_as_megatron_does() {
        // Tensor 2, data 8, pipeline 2, 4 chips for the experts of a layer: each expert has 4 replicas in a stage of 16.
        let folded = layout(&plan([2, 1, 8, 2], [1, 4]), "tensor-context-expert-data-pipeline");
        assert_eq!(indices(folded.members(Communicator::Expert, 0)), [0, 1, 2, 3]);
        assert_eq!(indices(folded.members(Communicator::ExpertData, 1)), [1, 5, 9, 13]);
        assert_eq!(folded.expert_place(RankId::new(22)), 2);
        let outside = layout(&plan([2, 1, 8, 2], [1, 4]), "tensor-context-data-expert-pipeline");
        assert_eq!(indices(outside.members(Communicator::Expert, 0)), [0, 4, 8, 12]);
        let shared = layout(&plan([2, 1, 8, 2], [2, 4]), "tensor-context-expert-data-pipeline");
        assert_eq!(indices(shared.members(Communicator::ExpertTensor, 1)), [2, 3]);
        assert_eq!(indices(shared.members(Communicator::Expert, 1)), [1, 3, 5, 7]);
    }

    #[test]
    fn mirrored_stages_sum_their_gradients_together() {
        let plan = Parallelism { schedule: Schedule::DualPipe, ..plan([1, 1, 2, 4], [1, 1]) };
        let layout = layout(&plan, "tensor-data-pipeline");
        assert_eq!(indices(layout.members(Communicator::Data, 0)), [0, 1, 6, 7]);
        assert_eq!(layout.group(Communicator::Data, RankId::new(4)), 1);
    }
}
