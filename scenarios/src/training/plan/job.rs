//! A training job: a model, a plan and a batch that belong together.

use super::error::PlanError;
use super::key::PlanKey;
use super::layout::RankLayout;
use super::options::{ContextExchange, TensorOverlap};
use super::parallelism::Parallelism;
use super::recipe::Recipe;
use super::stages::Stage;
use crate::training::compute::Precision;
use crate::training::model::{FlopConvention, Model};
use crate::training::schedule;
use copperlight_topologies::RankOrder;
use std::collections::BTreeSet;

/// A job as written by a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingPlan {
    /// The model.
    pub model: Model,
    /// How the chips share it.
    pub parallelism: Parallelism,
    /// Tokens of a sequence.
    pub sequence_length: u64,
    /// Sequences of a step, over all replicas.
    pub global_batch: u64,
    /// The precision of the layers' matmuls.
    pub precision: Precision,
    /// Layers of each chunk of the model, along it; `None` to divide them evenly.
    pub layers_per_chunk: Option<Vec<u64>>,
    /// What software does with the plan.
    pub recipe: Recipe,
    /// Which FLOPs of attention count as the model's.
    pub flop_convention: FlopConvention,
    /// Tokens of the whole run, where its days and its energy are asked for.
    pub run_tokens: Option<u64>,
    /// What is searched before the job runs; `None` for a plan that runs as it is.
    pub search: Option<PlanSearch>,
}

/// A plan of which only some keys are decided: the others are searched for the system that the job runs on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanSearch {
    /// The keys that keep their values.
    pub kept: BTreeSet<PlanKey>,
}

/// A job whose plan is legal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingJob {
    plan: TrainingPlan,
    stages: Vec<Stage>,
}

const LONGEST_SEQUENCE: u64 = 1 << 24;
const MOST_TOKENS: u64 = 1 << 28;
const MOST_OPERATIONS: u64 = 1 << 28;

/// Upper bounds for one micro-batch: operations of a layer, forward (twice, where it is computed again) and backward; those
/// that each chunk of its tensor collectives, and each block of a ring, adds; and those of a chunk of layers beside them.
const OPERATIONS_PER_LAYER: u64 = 40;
const OPERATIONS_OF_A_CHUNK: u64 = 24;
const OPERATIONS_OF_A_BLOCK: u64 = 8;
const OPERATIONS_BESIDE_LAYERS: u64 = 60;

impl TrainingJob {
    /// The most sequences of a step that are accepted.
    pub const LARGEST_BATCH: u64 = 1 << 24;

    /// The job of `plan` on exactly `chips` chips.
    ///
    /// # Errors
    /// [`PlanError`] naming the first rule that the plan breaks.
    pub fn new(plan: TrainingPlan, chips: u64) -> Result<Self, PlanError> {
        plan.parallelism.check(plan.model.shape(), chips)?;
        check_sequence(&plan)?;
        check_batch(&plan)?;
        let stages = Stage::lay_out(plan.model.shape(), &plan.parallelism, plan.layers_per_chunk.as_deref())?;
        let job = Self { plan, stages };
        let Parallelism { schedule, pipeline, virtual_stages, .. } = *job.parallelism();
        schedule::check(schedule, pipeline, virtual_stages, job.micro_batches())?;
        job.check_length()?;
        Ok(job)
    }

    /// The plan as written.
    pub const fn plan(&self) -> &TrainingPlan {
        &self.plan
    }

    /// The model.
    pub const fn model(&self) -> &Model {
        &self.plan.model
    }

    /// How the chips share it.
    pub const fn parallelism(&self) -> &Parallelism {
        &self.plan.parallelism
    }

    /// Tokens of a sequence.
    pub const fn sequence_length(&self) -> u64 {
        self.plan.sequence_length
    }

    /// Sequences of a step.
    pub const fn global_batch(&self) -> u64 {
        self.plan.global_batch
    }

    /// The precision of the layers' matmuls.
    pub const fn precision(&self) -> Precision {
        self.plan.precision
    }

    /// Which FLOPs of attention count as the model's.
    pub const fn flop_convention(&self) -> FlopConvention {
        self.plan.flop_convention
    }

    /// Tokens of the whole run, where they are given.
    pub const fn run_tokens(&self) -> Option<u64> {
        self.plan.run_tokens
    }

    /// What software does with the plan.
    pub const fn recipe(&self) -> &Recipe {
        &self.plan.recipe
    }

    /// What is searched before the job runs: its plan is then one that is legal, and nothing more.
    pub const fn search(&self) -> Option<&PlanSearch> {
        self.plan.search.as_ref()
    }

    /// The chips of the job.
    pub const fn chips(&self) -> u64 {
        self.plan.parallelism.chips()
    }

    /// Micro-batches of each replica in a step.
    pub const fn micro_batches(&self) -> u64 {
        self.plan.global_batch / (self.plan.parallelism.micro_batch * self.plan.parallelism.data)
    }

    /// Tokens of one micro-batch.
    pub const fn micro_batch_tokens(&self) -> u64 {
        self.plan.parallelism.micro_batch * self.plan.sequence_length
    }

    /// Tokens of one micro-batch on each chip: its part of the sequences.
    pub const fn chip_tokens(&self) -> u64 {
        self.micro_batch_tokens() / self.plan.parallelism.context
    }

    /// Tokens of a step.
    pub const fn tokens_per_step(&self) -> u64 {
        self.plan.global_batch * self.plan.sequence_length
    }

    /// The pipeline stages with their layers, which need not be equally many.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The places of the ranks in this order.
    pub fn layout(&self, order: &RankOrder) -> RankLayout {
        RankLayout::new(&self.plan.parallelism, order)
    }

    /// Whether first and last stage hold copies of one embedding, whose gradients must be added.
    pub(in crate::training) const fn shares_embedding(&self) -> bool {
        self.plan.model.shape().tied_embeddings
            && self.plan.parallelism.pipeline > 1
            && !self.plan.parallelism.mirrors_stages()
    }

    /// By what norms and residuals are divided: the tensor degree under sequence parallelism, else 1.
    pub(in crate::training) const fn sequence_shards(&self) -> u64 {
        if self.plan.parallelism.sequence_parallel { self.plan.parallelism.tensor } else { 1 }
    }

    /// The vocabulary on each chip of a tensor group, padded to a multiple of 128 as Megatron does.
    pub(in crate::training) const fn vocabulary_shard(&self) -> u64 {
        let tensor = self.plan.parallelism.tensor;
        self.plan.model.shape().vocab.div_ceil(128 * tensor) * 128
    }

    fn check_length(&self) -> Result<(), PlanError> {
        let Parallelism { context, overlap, .. } = *self.parallelism();
        let chunks = match overlap.tensor {
            TensorOverlap::Independent => 1,
            TensorOverlap::Chunks(chunks) => u64::from(chunks),
        };
        let of_layer =
            OPERATIONS_PER_LAYER + OPERATIONS_OF_A_CHUNK * chunks + OPERATIONS_OF_A_BLOCK * context;
        let longest = self.stages.iter().map(Stage::layer_count).max().unwrap_or(0);
        let stage = &self.stages[0];
        let each = longest.saturating_mul(of_layer) + OPERATIONS_BESIDE_LAYERS * stage.chunks.len() as u64;
        let micro_batches = self.micro_batches();
        let operations = each.saturating_mul(micro_batches);
        if operations > MOST_OPERATIONS {
            return Err(PlanError::TooManyOperations { micro_batches, operations, largest: MOST_OPERATIONS });
        }
        Ok(())
    }
}

fn check_sequence(plan: &TrainingPlan) -> Result<(), PlanError> {
    let Parallelism { micro_batch, tensor, sequence_parallel, .. } = plan.parallelism;
    let sequence_length = plan.sequence_length;
    let sizes = [
        ("sequence_length", sequence_length, LONGEST_SEQUENCE),
        ("global_batch", plan.global_batch, TrainingJob::LARGEST_BATCH),
        ("micro_batch", micro_batch, MOST_TOKENS / sequence_length.max(1)),
    ];
    for (key, value, largest) in sizes {
        if value == 0 {
            return Err(PlanError::Zero { key });
        }
        if value > largest {
            return Err(PlanError::TooLarge { key, value, largest });
        }
    }
    check_context(plan)?;
    let tokens = sequence_length * micro_batch / plan.parallelism.context;
    if sequence_parallel && !tokens.is_multiple_of(tensor) {
        return Err(PlanError::SequenceIndivisible { tokens, tensor });
    }
    Ok(())
}

/// Around a ring each chip has a part from either end of the sequence, so that all have as many scores.
fn check_context(plan: &TrainingPlan) -> Result<(), PlanError> {
    let Parallelism { context, context_exchange, .. } = plan.parallelism;
    let parts = match context_exchange {
        ContextExchange::Ring => 2,
        ContextExchange::AllGather => 1,
    };
    let multiple = if context == 1 { 1 } else { parts * context };
    let sequence_length = plan.sequence_length;
    if sequence_length.is_multiple_of(multiple) {
        return Ok(());
    }
    let nearest = ((sequence_length + multiple / 2) / multiple).max(1) * multiple;
    Err(PlanError::ContextIndivisible { context, multiple, sequence_length, nearest })
}

fn check_batch(plan: &TrainingPlan) -> Result<(), PlanError> {
    let Parallelism { micro_batch, data, .. } = plan.parallelism;
    let global_batch = plan.global_batch;
    let product = micro_batch * data;
    if global_batch.is_multiple_of(product) {
        return Ok(());
    }
    let nearest = ((global_batch + product / 2) / product).max(1) * product;
    Err(PlanError::BatchIndivisible { global_batch, micro_batch, data, product, nearest })
}
