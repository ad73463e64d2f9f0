//! How a model is divided over chips, and the rules that a plan must keep.

use super::model::ModelShape;
use thiserror::Error;

/// What is computed again in the backward pass instead of being kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recompute {
    /// Nothing. The flash kernel never stores the scores, so they take no memory even then.
    None,
    /// Core attention: its forward kernel runs again before its backward kernel (Korthikanti et al. 2022).
    Selective,
}

impl Recompute {
    /// All choices.
    pub const ALL: [Self; 2] = [Self::None, Self::Selective];

    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Selective => "selective",
        }
    }

    /// The choice of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }
}

/// How the chips of a job share the work, as written by a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parallelism {
    /// Chips that share every layer.
    pub tensor: u64,
    /// Stages of consecutive layers.
    pub pipeline: u64,
    /// Replicas, each with sequences of its own.
    pub data: u64,
    /// Sequences in one pass through a stage.
    pub micro_batch: u64,
    /// Whether norms and residuals are divided by sequence inside a tensor group.
    pub sequence_parallel: bool,
    /// What is computed again.
    pub recompute: Recompute,
    /// The ZeRO stage: 1 divides the optimizer's state over the replicas.
    pub zero: u8,
}

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
        "tensor x pipeline x data = {tensor} x {pipeline} x {data} = {product}, and the system has `chips` = {chips}; \
         set `data` to \"auto\", or `chips` to {product}"
    )]
    ChipsMismatch {
        /// The tensor degree.
        tensor: u64,
        /// The pipeline degree.
        pipeline: u64,
        /// The data degree.
        data: u64,
        /// Their product.
        product: u64,
        /// The chips of the system.
        chips: u64,
    },
    /// No number of replicas fits the chips.
    #[error(
        "`chips` = {chips} is no multiple of tensor x pipeline = {tensor} x {pipeline} = {product}; \
         use {below_or_above} chips, or other degrees"
    )]
    ChipsIndivisible {
        /// The chips of the system.
        chips: u64,
        /// The tensor degree.
        tensor: u64,
        /// The pipeline degree.
        pipeline: u64,
        /// Their product.
        product: u64,
        /// Numbers of chips that would do.
        below_or_above: String,
    },
    /// A width of the model cannot be divided over the tensor group.
    #[error(
        "`tensor` = {tensor} does not divide the model's `{width}` = {value}; use a divisor of it, at most {largest}"
    )]
    TensorIndivisible {
        /// The tensor degree.
        tensor: u64,
        /// The model's field.
        width: &'static str,
        /// Its value.
        value: u64,
        /// The largest divisor of `value` below `tensor`.
        largest: u64,
    },
    /// Sequence parallelism cannot deal the tokens evenly.
    #[error(
        "`sequence_parallel` deals {tokens} tokens (micro_batch x sequence_length) to `tensor` = {tensor} chips, which \
         leaves a remainder; use a `sequence_length` that is a multiple of `tensor`, or `sequence_parallel = false`"
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
    /// A ZeRO stage that is not there yet.
    #[error("`zero` = {zero} is not available yet; use 1")]
    ZeroStage {
        /// The stage asked for.
        zero: u8,
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
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Zero { key } | Self::TooLarge { key, .. } => key,
            Self::ChipsMismatch { .. } => "parallelism.data",
            Self::ChipsIndivisible { .. } | Self::TensorIndivisible { .. } => "parallelism.tensor",
            Self::SequenceIndivisible { .. } => "parallelism.sequence_parallel",
            Self::MoreStagesThanLayers { .. } => "parallelism.pipeline",
            Self::BatchIndivisible { .. } | Self::TooManyOperations { .. } => "global_batch",
            Self::ZeroStage { .. } => "parallelism.zero",
        }
    }
}

/// The most chips of a job.
const MOST_CHIPS: u64 = 1 << 24;

impl Parallelism {
    /// The chips that the plan takes.
    ///
    /// Rule: chips = tensor x pipeline x data.
    pub const fn chips(&self) -> u64 {
        self.tensor.saturating_mul(self.pipeline).saturating_mul(self.data)
    }

    /// The replicas that fill `chips` chips: what `data = "auto"` means.
    ///
    /// # Errors
    /// [`PlanError`] when tensor x pipeline does not divide them.
    pub fn replicas(chips: u64, tensor: u64, pipeline: u64) -> Result<u64, PlanError> {
        for (key, value) in
            [("parallelism.tensor", tensor), ("parallelism.pipeline", pipeline), ("chips", chips)]
        {
            if value == 0 {
                return Err(PlanError::Zero { key });
            }
        }
        let product = tensor.saturating_mul(pipeline);
        if chips.is_multiple_of(product) {
            return Ok(chips / product);
        }
        let below = chips / product * product;
        let above = below.saturating_add(product);
        let below_or_above = if below == 0 { above.to_string() } else { format!("{below} or {above}") };
        Err(PlanError::ChipsIndivisible { chips, tensor, pipeline, product, below_or_above })
    }

    /// Holds the degrees against the chips and the shape of the model.
    pub(super) fn check(&self, shape: &ModelShape, chips: u64) -> Result<(), PlanError> {
        self.check_degrees(chips)?;
        let widths = [("heads", shape.heads), ("kv_heads", shape.kv_heads), ("ffn", shape.ffn)];
        for (width, value) in widths {
            let tensor = self.tensor;
            if !value.is_multiple_of(tensor) {
                let largest = (1..=tensor.min(value)).rev().find(|&divisor| value.is_multiple_of(divisor));
                return Err(PlanError::TensorIndivisible {
                    tensor,
                    width,
                    value,
                    largest: largest.unwrap_or(1),
                });
            }
        }
        if self.pipeline > shape.layers {
            return Err(PlanError::MoreStagesThanLayers { pipeline: self.pipeline, layers: shape.layers });
        }
        if self.zero != 1 {
            return Err(PlanError::ZeroStage { zero: self.zero });
        }
        Ok(())
    }

    fn check_degrees(&self, chips: u64) -> Result<(), PlanError> {
        let degrees = [
            ("parallelism.tensor", self.tensor),
            ("parallelism.pipeline", self.pipeline),
            ("parallelism.data", self.data),
        ];
        for (key, value) in degrees {
            if value == 0 {
                return Err(PlanError::Zero { key });
            }
            if value > MOST_CHIPS {
                return Err(PlanError::TooLarge { key, value, largest: MOST_CHIPS });
            }
        }
        let product = self.chips();
        if product != chips {
            let (tensor, pipeline, data) = (self.tensor, self.pipeline, self.data);
            return Err(PlanError::ChipsMismatch { tensor, pipeline, data, product, chips });
        }
        Ok(())
    }
}
