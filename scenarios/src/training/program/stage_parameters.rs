//! How many parameters each chip of a stage holds, and how many it owns.
//!
//! A chip holds its part of what the tensor group divides, all of what it repeats, and its part of the experts; of the
//! vocabulary's matrices a shard with padding. What the replicas then deal among themselves is [`owned`].

use crate::training::model::LayerKind;
use crate::training::plan::{Chunk, Stage, TrainingJob, ZeroStage};
use std::ops::{Add, AddAssign, Sub};

/// Parameters on one chip, by the replicas that have copies of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::training) struct HeldParameters {
    /// Copied by every data and context replica.
    pub(in crate::training) dense: u64,
    /// Of routed experts, which have replicas of their own.
    pub(in crate::training) expert: u64,
}

impl HeldParameters {
    const fn dense(dense: u64) -> Self {
        Self { dense, expert: 0 }
    }

    /// Both kinds.
    pub(in crate::training) const fn total(self) -> u64 {
        self.dense + self.expert
    }
}

impl Add for HeldParameters {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { dense: self.dense + other.dense, expert: self.expert + other.expert }
    }
}

impl Sub for HeldParameters {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { dense: self.dense - other.dense, expert: self.expert - other.expert }
    }
}

impl AddAssign for HeldParameters {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for HeldParameters {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::default(), Self::add)
    }
}

/// Parameters of one layer on one chip; layers past the last are those that predict further tokens.
pub(in crate::training) fn layer_held(job: &TrainingJob, layer: u64) -> HeldParameters {
    let shape = job.model().shape();
    let kind = shape.layer_kind(layer);
    let parameters = shape.layer_parameters(kind);
    let plan = job.parallelism();
    let expert = match (kind, shape.experts) {
        (LayerKind::Experts, Some(experts)) => {
            (experts.experts / plan.expert) * parameters.expert.div_ceil(plan.expert_tensor)
        }
        _ => 0,
    };
    let divided = parameters.divided + repeated_keys_and_values(job);
    HeldParameters { dense: divided.div_ceil(plan.tensor) + parameters.repeated, expert }
}

/// Parameters of the further copies of key and value heads in a layer, where there are fewer of them than chips in a
/// tensor group.
fn repeated_keys_and_values(job: &TrainingJob) -> u64 {
    let shape = job.model().shape();
    if shape.latent.is_some() {
        return 0;
    }
    let copies = 2 * (job.parallelism().tensor * shape.head_dim).saturating_sub(shape.key_width());
    let biases = if shape.biases || shape.minor.qkv_biases { copies } else { 0 };
    copies * shape.hidden + biases
}

/// Parameters of one vocabulary matrix on one chip, padding included.
pub(in crate::training) fn embedding_shard(job: &TrainingJob) -> u64 {
    job.vocabulary_shard() * job.model().shape().hidden
}

/// Parameters of one chunk on one chip: its layers, and what stands before the first and after the last of the model.
pub(in crate::training) fn chunk_parameters(job: &TrainingJob, chunk: &Chunk) -> HeldParameters {
    let layers = chunk.layers.clone().map(|layer| layer_held(job, layer));
    let [before, after] = ends_held(job, chunk);
    before + layers.sum() + after
}

/// Parameters of the ends of the model that are on a chunk: the embedding before the first layer; the last norm, the
/// head and what predicts further tokens after the last. What both ends share counts with the latter.
pub(in crate::training) fn ends_held(job: &TrainingJob, chunk: &Chunk) -> [HeldParameters; 2] {
    let shape = job.model().shape();
    let (mut before, mut after) = (HeldParameters::default(), HeldParameters::default());
    if chunk.is_first() {
        before += HeldParameters::dense(embedding_shard(job) + shape.learned_positions * shape.hidden);
        if shape.minor.embedding_norm {
            before += HeldParameters::dense(shape.norm_parameters());
        }
    }
    if chunk.is_last() {
        after += HeldParameters::dense(embedding_shard(job) + shape.norm_parameters());
        after += further_tokens(job);
        if shape.mtp_layers > 0 && !shape.tied_embeddings {
            after += HeldParameters::dense(embedding_shard(job));
        }
    }
    let duplicates = u64::from(chunk.is_first() && chunk.is_last()) * duplicates(job);
    [HeldParameters { dense: before.dense - duplicates * embedding_shard(job), ..before }, after]
}

/// Vocabulary matrices that a chip with both ends of the model would count twice: a tied head is the embedding, and
/// what predicts further tokens reads the same embedding as the first layer.
fn duplicates(job: &TrainingJob) -> u64 {
    let shape = job.model().shape();
    u64::from(shape.tied_embeddings || shape.mtp_layers > 0)
}

/// Parameters of the layers that predict further tokens, but for the vocabulary's matrices, which they share
/// (DeepSeek-AI 2024, arXiv:2412.19437, section 2.2).
///
/// Each has two norms of its inputs, a projection from both to one, whose columns are divided, a layer and a norm.
fn further_tokens(job: &TrainingJob) -> HeldParameters {
    let shape = job.model().shape();
    let projection = (2 * shape.hidden * shape.hidden).div_ceil(job.parallelism().tensor);
    let beside = HeldParameters::dense(projection + 3 * shape.norm_parameters());
    (0..shape.mtp_layers).map(|index| layer_held(job, shape.layers + index) + beside).sum()
}

/// Parameters that one chip of `stage` holds, over all its chunks.
pub(in crate::training) fn stage_parameters(job: &TrainingJob, stage: &Stage) -> HeldParameters {
    let held: HeldParameters = stage.chunks.iter().map(|chunk| chunk_parameters(job, chunk)).sum();
    let on_two_chunks = stage.has_embedding() && stage.has_head() && stage.chunks.len() > 1;
    let duplicates = u64::from(on_two_chunks) * duplicates(job);
    HeldParameters { dense: held.dense - duplicates * embedding_shard(job), ..held }
}

/// What one chip owns of what it holds: its part of what the replicas deal among themselves, padded.
pub(in crate::training) fn owned(job: &TrainingJob, held: HeldParameters) -> HeldParameters {
    let plan = job.parallelism();
    HeldParameters {
        dense: held.dense.div_ceil(plan.data * plan.context),
        expert: held.expert.div_ceil(plan.expert_data()),
    }
}

/// Parameters that one chip of `stage` updates: those that it owns, or all that it holds where nothing is dealt.
pub(in crate::training) fn owned_parameters(job: &TrainingJob, stage: &Stage) -> u64 {
    let held = stage_parameters(job, stage);
    let dealt = job.parallelism().zero >= ZeroStage::Optimizer;
    (if dealt { owned(job, held) } else { held }).total()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::model::{Experts, Model, ModelShape};
    use crate::training::plan::{Parallelism, TrainingPlan};
    use crate::training::testing::{job, job_of, plan, small_shape};

    fn held_parameters(job: &TrainingJob, stage: &Stage) -> u64 {
        stage_parameters(job, stage).total()
    }

    #[test]
    fn the_chips_of_one_replica_hold_the_model() {
        // 12 x 64 x 64 + 7 x 64 biases divided and 6 x 64 repeated a layer; vocabulary 512, 32 positions.
        let whole = job([1, 1, 1]);
        assert_eq!(held_parameters(&whole, &whole.stages()[0]), whole.model().parameters());
        let halved = job([2, 2, 1]);
        let held: u64 = halved.stages().iter().map(|stage| held_parameters(&halved, stage)).sum();
        let repeated = 4 * 6 * 64 + 32 * 64 + 2 * 64;
        let copy_of_embedding = 512 * 64;
        assert_eq!(2 * held, halved.model().parameters() + repeated + copy_of_embedding);
    }

    /// The small model with 8 experts in layers 1 and 3, untied, with a layer that predicts a further token.
    fn with_experts(degrees: [u64; 3]) -> TrainingPlan {
        let experts = Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 32,
            shared_ffn: 32,
            dense_layers: 0,
            every: 2,
            groups: 1,
            top_groups: 1,
        };
        let shape =
            ModelShape { experts: Some(experts), tied_embeddings: false, mtp_layers: 1, ..small_shape() };
        TrainingPlan { model: Model::new("experts", shape).expect("the shape is legal"), ..plan(degrees) }
    }

    #[test]
    fn the_stages_of_every_published_model_hold_it_and_stated_copies() {
        for name in Model::library_names() {
            let model = Model::library(name).expect("a listed model is found");
            for pipeline in [1, 2, 4] {
                let plan = TrainingPlan { model: model.clone(), ..plan([1, pipeline, 1]) };
                let (job, shape) = (job_of(plan), model.shape());
                let held: u64 = job.stages().iter().map(|stage| held_parameters(&job, stage)).sum();
                let matrices = if shape.tied_embeddings { 1 } else { 2 };
                let copied = pipeline > 1 && (shape.tied_embeddings || shape.mtp_layers > 0);
                let padded = (matrices + u64::from(copied)) * embedding_shard(&job);
                let expected = model.parameters() + model.further_token_parameters() + padded
                    - matrices * shape.vocab * shape.hidden;
                assert_eq!(held, expected, "{name} in {pipeline} stages");
            }
        }
    }

    #[test]
    fn few_key_and_value_heads_are_repeated() {
        let of = |tensor| {
            let mut plan = plan([tensor, 1, 1]);
            let shape = ModelShape { kv_heads: 2, biases: false, ..*plan.model.shape() };
            plan.model = Model::new("grouped", shape).expect("the shape is legal");
            layer_held(&job_of(plan), 0).dense
        };
        // Width 64, 4 query heads and 2 key heads of 16, FFN 256, two norms: 4 chips hold 4 key heads.
        let others = (2 * 64 * 64 + 2 * 64 * 256) / 4 + 2 * 64;
        assert_eq!(of(4), others + 2 * 64 * 16);
        assert_eq!(of(1), 2 * 64 * 64 + 2 * 64 * 32 + 2 * 64 * 256 + 2 * 64);
    }

    #[test]
    fn experts_are_dealt_to_the_chips_of_an_expert_group() {
        let mut plan = with_experts([2, 1, 8]);
        plan.parallelism = Parallelism { expert: 4, expert_tensor: 2, ..plan.parallelism };
        let job = job_of(plan);
        let of_one = job.model().shape().layer_parameters(LayerKind::Experts).expert;
        assert_eq!(layer_held(&job, 0).expert, 0);
        assert_eq!(layer_held(&job, 1).expert, 2 * of_one.div_ceil(2));
        // 16 chips without context, of which 8 share the experts: two replicas of those, eight of the rest.
        let held = HeldParameters { dense: 80, expert: 80 };
        assert_eq!(owned(&job, held), HeldParameters { dense: 10, expert: 40 });
    }

    #[test]
    fn what_predicts_further_tokens_is_on_the_last_chunk() {
        let job = job_of(with_experts([1, 2, 1]));
        let [first, last] = [0, 1].map(|index| chunk_parameters(&job, &job.stages()[index].chunks[0]));
        let layers = |range: std::ops::Range<u64>| -> HeldParameters {
            range.map(|layer| layer_held(&job, layer)).sum()
        };
        let embedding = 512 * 64;
        let expected = layers(0..2);
        assert_eq!(first, expected + HeldParameters::dense(embedding + 32 * 64));
        // The last norm, the head, a copy of the embedding, a projection of 128 x 64 and three norms of 128.
        let expected = layers(2..5);
        assert_eq!(last, expected + HeldParameters::dense(128 + 2 * embedding + 128 * 64 + 3 * 128));
        let whole = job_of(with_experts([1, 1, 1]));
        assert_eq!(
            stage_parameters(&whole, &whole.stages()[0]).dense,
            first.dense + last.dense - embedding,
            "one chip needs no copy of the embedding"
        );
    }

    #[test]
    fn the_chips_of_a_replica_hold_the_model_and_stated_copies() {
        for (tensor, pipeline, data, tied) in plans() {
            let mut plan = plan([tensor, pipeline, data]);
            let shape = ModelShape { tied_embeddings: tied, ..*plan.model.shape() };
            plan.model = Model::new("any", shape).expect("the shape is legal");
            let job = job_of(plan);
            let held: u64 = job.stages().iter().map(|stage| held_parameters(&job, stage)).sum();
            let layer = shape.layer_parameters(LayerKind::Dense);
            let repeated = 4 * layer.repeated + shape.learned_positions * 64 + shape.norm_parameters();
            let copies_of_embedding = u64::from(tied && pipeline > 1) * 512 * 64;
            let copies = (tensor - 1) * repeated + copies_of_embedding;
            assert_eq!(tensor * held, job.model().parameters() + copies);
        }
    }

    fn plans() -> impl Iterator<Item = (u64, u64, u64, bool)> {
        let degrees = [1, 2, 4];
        degrees.into_iter().flat_map(move |tensor| {
            (1..=4).flat_map(move |pipeline| {
                degrees
                    .into_iter()
                    .flat_map(move |data| [true, false].map(|tied| (tensor, pipeline, data, tied)))
            })
        })
    }

    #[test]
    fn the_chips_of_all_replicas_own_the_experts_once() {
        for (tensor, expert, data, split) in plans() {
            let expert_tensor = if split { 2 } else { 1 };
            if !(tensor * data).is_multiple_of(expert * expert_tensor) || !8_u64.is_multiple_of(expert) {
                continue;
            }
            let mut plan = with_experts([tensor, 1, data]);
            plan.parallelism = Parallelism { expert, expert_tensor, ..plan.parallelism };
            let job = job_of(plan);
            let held = stage_parameters(&job, &job.stages()[0]);
            let kinds = (0..5).map(|layer| job.model().shape().layer_kind(layer));
            let layers = kinds.filter(|kind| *kind == LayerKind::Experts).count() as u64;
            let all = layers * 8 * job.model().shape().layer_parameters(LayerKind::Experts).expert;
            assert_eq!(held.expert * expert * expert_tensor, all);
            assert_eq!(owned(&job, held).expert * tensor * data, all);
        }
    }
}
