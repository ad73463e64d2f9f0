//! Small jobs for the tests of this module.

use super::compute::Precision;
use super::model::{FlopConvention, MinorParameters, Model, ModelShape};
use super::plan::{Parallelism, Recipe, Recompute, TrainingJob, TrainingPlan};

/// A GPT small enough to check by hand: 4 layers of width 64.
pub(crate) fn small_shape() -> ModelShape {
    ModelShape {
        layers: 4,
        hidden: 64,
        heads: 4,
        kv_heads: 4,
        head_dim: 16,
        ffn: 256,
        gated: false,
        vocab: 512,
        tied_embeddings: true,
        biases: true,
        learned_positions: 32,
        latent: None,
        window: None,
        experts: None,
        mtp_layers: 0,
        minor: MinorParameters::default(),
    }
}

/// The small model with these degrees (tensor, pipeline, data), four micro-batches of two sequences for each replica.
pub(crate) fn plan([tensor, pipeline, data]: [u64; 3]) -> TrainingPlan {
    TrainingPlan {
        model: Model::new("small", small_shape()).expect("the small shape is legal"),
        parallelism: Parallelism {
            tensor,
            pipeline,
            data,
            micro_batch: 2,
            sequence_parallel: true,
            recompute: Recompute::SELECTIVE,
            ..Parallelism::default()
        },
        sequence_length: 32,
        global_batch: 8 * data,
        precision: Precision::Bf16,
        flop_convention: FlopConvention::default(),
        run_tokens: None,
        search: None,
        layers_per_chunk: None,
        recipe: Recipe::default(),
    }
}

/// The job of a legal plan on as many chips as it takes.
pub(crate) fn job_of(plan: TrainingPlan) -> TrainingJob {
    let chips = plan.parallelism.chips();
    TrainingJob::new(plan, chips).expect("the plan is legal")
}

/// The job of [`plan`].
pub(crate) fn job(degrees: [u64; 3]) -> TrainingJob {
    job_of(plan(degrees))
}

/// The trillion-parameter model on 1,152 chips.
pub(crate) fn gpt_1t_plan() -> TrainingPlan {
    TrainingPlan {
        model: Model::library("gpt-1t").expect("the model is in the library"),
        parallelism: Parallelism {
            tensor: 8,
            pipeline: 16,
            data: 9,
            micro_batch: 1,
            sequence_parallel: true,
            recompute: Recompute::SELECTIVE,
            ..Parallelism::default()
        },
        sequence_length: 2048,
        global_batch: 11_520,
        precision: Precision::Bf16,
        flop_convention: FlopConvention::default(),
        run_tokens: None,
        search: None,
        layers_per_chunk: None,
        recipe: Recipe::default(),
    }
}
