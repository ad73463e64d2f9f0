//! The rules that a plan can break, and what to change.

use thiserror::Error;

/// Why a plan cannot be run, with the rule it breaks and what to change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// A degree or a size is zero.
    #[error("`{key}` is 0; it must be at least 1")]
    Zero {
        /// The offending key.
        key: &'static str,
    },
    /// A value is beyond what can be simulated.
    #[error("`{key}` is {value}; it must be at most {largest}")]
    TooLarge {
        /// The offending key.
        key: &'static str,
        /// Its value.
        value: u64,
        /// The largest value accepted.
        largest: u64,
    },
    /// The degrees do not multiply to the chips.
    #[error(
        "{degrees} = {product}, and the system has `chips` = {chips}; set `data` to \"auto\", or `chips` to {product}"
    )]
    ChipsMismatch {
        /// The degrees by name.
        degrees: String,
        /// Their product.
        product: u64,
        /// The chips of the system.
        chips: u64,
    },
    /// No number of replicas fits the chips.
    #[error(
        "`chips` = {chips} is no multiple of {degrees} = {product}; use {below_or_above} chips, or other degrees"
    )]
    ChipsIndivisible {
        /// The chips of the system.
        chips: u64,
        /// The degrees by name.
        degrees: String,
        /// Their product.
        product: u64,
        /// Numbers of chips that would do.
        below_or_above: String,
    },
    /// A width of the model cannot be divided.
    #[error("`{degree}` = {parts} does not divide the model's `{width}` = {value}; use {nearest}")]
    Indivisible {
        /// The key of the degree.
        degree: &'static str,
        /// Its value.
        parts: u64,
        /// The model's field.
        width: &'static str,
        /// Its value.
        value: u64,
        /// The nearest divisors of `value`, below and above.
        nearest: String,
    },
    /// Something is asked of experts, and the model has none.
    #[error("`{key}` is for models with experts, and this one is dense; leave it out")]
    NoExperts {
        /// The key that asks for it.
        key: &'static str,
    },
    /// The chips of a stage cannot be dealt to groups of experts.
    #[error(
        "expert x expert_tensor = {product} does not divide tensor x context x data = {chips}, over which the experts of \
         a stage are laid; use a divisor of {chips}"
    )]
    ExpertGroups {
        /// Chips of one group of experts.
        product: u64,
        /// Chips of a stage.
        chips: u64,
    },
    /// Tokens are dealt to experts by sequence.
    #[error(
        "a model with experts and `tensor` = {tensor} needs `sequence_parallel = true`: every chip of a tensor group \
         sends tokens of its own to the experts"
    )]
    ExpertsBySequence {
        /// The tensor degree.
        tensor: u64,
    },
    /// The schedule runs no forward pass beside a backward pass.
    #[error(
        "`overlap` of experts runs a forward pass beside a backward pass, which `gpipe` and `zero-bubble` never do; use \
         `1f1b`, `interleaved-1f1b` or `dualpipe`, or leave \"experts\" out"
    )]
    NothingToPair,
    /// A sequence cannot be dealt to the chips that share it.
    #[error(
        "`context` = {context} needs a `sequence_length` that is a multiple of {multiple}, and it is {sequence_length}; \
         use {nearest}"
    )]
    ContextIndivisible {
        /// The context degree.
        context: u64,
        /// What the length must be a multiple of: around a ring each chip has a part of either end.
        multiple: u64,
        /// Tokens of a sequence.
        sequence_length: u64,
        /// The nearest length that would do.
        nearest: u64,
    },
    /// Sequence parallelism cannot deal the tokens evenly.
    #[error(
        "`sequence_parallel` deals {tokens} tokens (micro_batch x sequence_length / context) to `tensor` = {tensor} \
         chips, which leaves a remainder; use a `sequence_length` that is a multiple of tensor x context, or \
         `sequence_parallel = false`"
    )]
    SequenceIndivisible {
        /// Tokens of one micro-batch.
        tokens: u64,
        /// The tensor degree.
        tensor: u64,
    },
    /// There are more stages than layers.
    #[error("`pipeline` = {pipeline} exceeds the model's {layers} layers; use at most {layers} stages")]
    MoreStagesThanLayers {
        /// The pipeline degree.
        pipeline: u64,
        /// The layers of the model.
        layers: u64,
    },
    /// There are more virtual stages than layers.
    #[error(
        "pipeline x virtual_stages = {pipeline} x {virtual_stages} = {chunks} exceeds the model's {layers} layers; \
         use at most {layers} virtual stages in all, or say in `layers_per_chunk` which of them have none"
    )]
    MoreChunksThanLayers {
        /// The pipeline degree.
        pipeline: u64,
        /// Chunks of each stage.
        virtual_stages: u64,
        /// Their product.
        chunks: u64,
        /// The layers of the model.
        layers: u64,
    },
    /// A layout has another number of chunks than the plan.
    #[error(
        "`layers_per_chunk` has {entries} entries, and the model is cut into {chunks} chunks; \
         give one number of layers for each, in the order of the model"
    )]
    LayoutLength {
        /// The entries of the layout.
        entries: usize,
        /// The chunks of the plan.
        chunks: u64,
    },
    /// A layout places more or fewer layers than there are.
    #[error(
        "`layers_per_chunk` sums to {sum} layers, and the model has {layers}; change its entries to sum to {layers}"
    )]
    LayoutSum {
        /// The layers that it places.
        sum: u64,
        /// The layers of the model.
        layers: u64,
    },
    /// Virtual stages under a schedule that has none.
    #[error(
        "`virtual_stages` = {virtual_stages} needs 1F1B, and `schedule` is \"{schedule}\"; \
         use \"interleaved-1f1b\", or `virtual_stages = 1`"
    )]
    VirtualStagesOfSchedule {
        /// Chunks of each stage.
        virtual_stages: u64,
        /// The schedule's name.
        schedule: &'static str,
    },
    /// Virtual stages without a pipeline.
    #[error(
        "`virtual_stages` = {virtual_stages} divides the stages of a pipeline, and `pipeline` is 1; \
         use `virtual_stages = 1`, or a `pipeline` of at least 2"
    )]
    VirtualStagesOfOne {
        /// Chunks of each stage.
        virtual_stages: u64,
    },
    /// Interleaving takes micro-batches through a chunk in groups of as many as there are stages.
    #[error(
        "`virtual_stages` = {virtual_stages} takes micro-batches in groups of `pipeline` = {pipeline}, and each replica \
         has {micro_batches}; use a number that is a multiple of {pipeline} (`micro_batches`, or `global_batch` \
         over micro_batch x data), or `virtual_stages = 1`"
    )]
    InterleavedIndivisible {
        /// Chunks of each stage.
        virtual_stages: u64,
        /// The pipeline degree.
        pipeline: u64,
        /// Micro-batches of each replica.
        micro_batches: u64,
    },
    /// `DualPipe` folds the pipeline in the middle.
    #[error("`schedule` \"dualpipe\" needs an even `pipeline`, and it is {pipeline}; use {} stages", .pipeline + 1)]
    DualPipeOddPipeline {
        /// The pipeline degree.
        pipeline: u64,
    },
    /// `DualPipe` fills the pipeline from both ends.
    #[error(
        "`schedule` \"dualpipe\" needs an even number of micro-batches, at least 2 x pipeline = 2 x {pipeline} = \
         {least}, and each replica has {micro_batches}; raise `global_batch` or `micro_batches`, or lower `data` or `micro_batch`"
    )]
    DualPipeMicroBatches {
        /// Micro-batches of each replica.
        micro_batches: u64,
        /// The pipeline degree.
        pipeline: u64,
        /// The fewest micro-batches.
        least: u64,
    },
    /// The replicas cannot share the batch evenly.
    #[error(
        "`global_batch` = {global_batch} is no multiple of micro_batch x data = {micro_batch} x {data} = {product}; \
         use {nearest}, the nearest multiple"
    )]
    BatchIndivisible {
        /// Sequences of a step.
        global_batch: u64,
        /// Sequences of a pass.
        micro_batch: u64,
        /// The data degree.
        data: u64,
        /// Sequences of one pass of all replicas.
        product: u64,
        /// The multiple nearest to `global_batch`.
        nearest: u64,
    },
    /// A step would be too long to simulate.
    #[error(
        "a step of {micro_batches} micro-batches has {operations} operations on each chip, more than {largest}; \
         lower `global_batch`, or raise `data` or `micro_batch`"
    )]
    TooManyOperations {
        /// Micro-batches of each replica.
        micro_batches: u64,
        /// Operations of the longest stage, estimated from above.
        operations: u64,
        /// The most that are accepted.
        largest: u64,
    },
}

impl PlanError {
    /// The key of the scenario's workload that is to be changed first.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Zero { key } | Self::TooLarge { key, .. } => key,
            Self::ChipsMismatch { .. } => "parallelism.data",
            Self::ChipsIndivisible { .. } => "parallelism.tensor",
            Self::Indivisible { degree, .. } => match *degree {
                "expert" => "parallelism.expert",
                "expert_tensor" => "parallelism.expert_tensor",
                _ => "parallelism.tensor",
            },
            Self::NoExperts { key } => key,
            Self::ExpertGroups { .. } => "parallelism.expert",
            Self::ExpertsBySequence { .. } => "parallelism.sequence_parallel",
            Self::NothingToPair => "parallelism.overlap",
            Self::ContextIndivisible { .. } => "parallelism.context",
            Self::SequenceIndivisible { .. } => "parallelism.sequence_parallel",
            Self::MoreStagesThanLayers { .. } | Self::DualPipeOddPipeline { .. } => "parallelism.pipeline",
            Self::MoreChunksThanLayers { .. }
            | Self::VirtualStagesOfSchedule { .. }
            | Self::VirtualStagesOfOne { .. } => "parallelism.virtual_stages",
            Self::LayoutLength { .. } | Self::LayoutSum { .. } => "parallelism.layers_per_chunk",
            Self::BatchIndivisible { .. }
            | Self::InterleavedIndivisible { .. }
            | Self::DualPipeMicroBatches { .. }
            | Self::TooManyOperations { .. } => "global_batch",
        }
    }
}
