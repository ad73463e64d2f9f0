//! How a model is divided over chips, and the rules that a plan must keep.

use super::error::PlanError;
use super::options::{ContextExchange, Dispatcher, Overlap, Recompute, Schedule, ZeroStage};
use crate::training::model::ModelShape;

/// How the chips of a job share the work, as written by a user.
///
/// Experts are divided over chips of the attention's replicas (Megatron's parallel folding): `expert_tensor` x `expert`
/// divides tensor x context x data, and experts have tensor x context x data / (`expert_tensor` x `expert`) replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parallelism {
    /// Chips that share every layer.
    pub tensor: u64,
    /// Chips that share a sequence.
    pub context: u64,
    /// Stages of consecutive layers.
    pub pipeline: u64,
    /// Replicas, each with sequences of its own.
    pub data: u64,
    /// Chips that share the experts of a layer.
    pub expert: u64,
    /// Chips that share one expert.
    pub expert_tensor: u64,
    /// Chunks of layers that each stage holds.
    pub virtual_stages: u64,
    /// The order of passes.
    pub schedule: Schedule,
    /// Sequences in one pass through a stage.
    pub micro_batch: u64,
    /// Whether norms and residuals are divided by sequence inside a tensor group.
    pub sequence_parallel: bool,
    /// What is computed again.
    pub recompute: Recompute,
    /// What the replicas divide.
    pub zero: ZeroStage,
    /// How chips that share a sequence see each other's keys and values.
    pub context_exchange: ContextExchange,
    /// What carries tokens to experts.
    pub dispatcher: Dispatcher,
    /// What runs beside compute.
    pub overlap: Overlap,
}

impl Default for Parallelism {
    /// Everything on one chip, a sequence at a time, with ZeRO-1.
    fn default() -> Self {
        Self {
            tensor: 1,
            context: 1,
            pipeline: 1,
            data: 1,
            expert: 1,
            expert_tensor: 1,
            virtual_stages: 1,
            schedule: Schedule::default(),
            micro_batch: 1,
            sequence_parallel: false,
            recompute: Recompute::NONE,
            zero: ZeroStage::default(),
            context_exchange: ContextExchange::default(),
            dispatcher: Dispatcher::default(),
            overlap: Overlap::default(),
        }
    }
}

/// The most chips of a job.
const MOST_CHIPS: u64 = 1 << 24;

impl Parallelism {
    /// The chips that the plan takes.
    ///
    /// Rule: chips = tensor x context x pipeline x data.
    pub const fn chips(&self) -> u64 {
        self.tensor.saturating_mul(self.context).saturating_mul(self.pipeline).saturating_mul(self.data)
    }

    /// The replicas of the experts' parameters.
    pub const fn expert_data(&self) -> u64 {
        self.tensor * self.context * self.data / (self.expert * self.expert_tensor)
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
    pub(in crate::training) fn check(&self, shape: &ModelShape, chips: u64) -> Result<(), PlanError> {
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
