//! How a model is divided over chips, and the rules that a plan must keep.

use super::error::PlanError;
use super::options::{ContextExchange, Dispatcher, Overlap, Recompute, Schedule, ZeroStage};
use crate::training::model::{LayerKind, ModelShape};

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

    /// Whether two stages that mirror one another hold copies of the same chunks.
    pub const fn mirrors_stages(&self) -> bool {
        matches!(self.schedule, Schedule::DualPipe) && self.pipeline > 1
    }

    /// Whether transfers between stages run beside passes.
    pub const fn overlaps_transfers(&self) -> bool {
        self.overlap.pipeline || matches!(self.schedule, Schedule::ZeroBubble | Schedule::DualPipe)
    }

    /// The replicas that fill `chips` chips, whatever `data` is: what `data = "auto"` means.
    ///
    /// # Errors
    /// [`PlanError`] when tensor x context x pipeline does not divide them.
    pub fn replicas(&self, chips: u64) -> Result<u64, PlanError> {
        for (key, value) in self.shared_degrees().into_iter().chain([("chips", chips)]) {
            if value == 0 {
                return Err(PlanError::Zero { key });
            }
        }
        let product = self.tensor.saturating_mul(self.context).saturating_mul(self.pipeline);
        if chips.is_multiple_of(product) {
            return Ok(chips / product);
        }
        let below = chips / product * product;
        let above = below.saturating_add(product);
        let below_or_above = if below == 0 { above.to_string() } else { format!("{below} or {above}") };
        let degrees = self.named(&[self.tensor, self.context, self.pipeline]);
        Err(PlanError::ChipsIndivisible { chips, degrees, product, below_or_above })
    }

    /// Degrees that divide one replica.
    const fn shared_degrees(&self) -> [(&'static str, u64); 3] {
        [
            ("parallelism.tensor", self.tensor),
            ("parallelism.context", self.context),
            ("parallelism.pipeline", self.pipeline),
        ]
    }

    /// The product of these degrees in words, those of context left out where a sequence is not divided.
    fn named(&self, degrees: &[u64]) -> String {
        let names = ["tensor", "context", "pipeline", "data"];
        let shown = || names.iter().zip(degrees).filter(|(name, _)| **name != "context" || self.context != 1);
        let names: Vec<&str> = shown().map(|(name, _)| *name).collect();
        let degrees: Vec<String> = shown().map(|(_, degree)| degree.to_string()).collect();
        format!("{} = {}", names.join(" x "), degrees.join(" x "))
    }

    /// Holds the degrees against the chips and the shape of the model.
    pub(super) fn check(&self, shape: &ModelShape, chips: u64) -> Result<(), PlanError> {
        self.check_widths(shape)?;
        let product = self.chips();
        if product != chips {
            let degrees = self.named(&[self.tensor, self.context, self.pipeline, self.data]);
            return Err(PlanError::ChipsMismatch { degrees, product, chips });
        }
        self.check_experts(shape)
    }

    /// Holds the degrees by themselves, and those that divide layers against the shape of the model.
    ///
    /// # Errors
    /// [`PlanError`] naming the first rule that is broken.
    pub fn check_widths(&self, shape: &ModelShape) -> Result<(), PlanError> {
        self.check_degrees()?;
        self.check_tensor(shape)
    }

    fn check_degrees(&self) -> Result<(), PlanError> {
        let others = [
            ("parallelism.data", self.data),
            ("parallelism.expert", self.expert),
            ("parallelism.expert_tensor", self.expert_tensor),
            ("parallelism.virtual_stages", self.virtual_stages),
        ];
        for (key, value) in self.shared_degrees().into_iter().chain(others) {
            if value == 0 {
                return Err(PlanError::Zero { key });
            }
            if value > MOST_CHIPS {
                return Err(PlanError::TooLarge { key, value, largest: MOST_CHIPS });
            }
        }
        Ok(())
    }

    /// Heads and widths are divided over the tensor group; few key and value heads are repeated.
    fn check_tensor(&self, shape: &ModelShape) -> Result<(), PlanError> {
        let tensor = self.tensor;
        let repeats = shape.latent.is_some() || tensor.is_multiple_of(shape.kv_heads);
        let kv_heads = if repeats { tensor } else { shape.kv_heads };
        let dense = (0..shape.layers).any(|layer| shape.layer_kind(layer) == LayerKind::Dense);
        let shared = shape.experts.map_or(0, |experts| experts.shared_ffn);
        let ffn = if dense { shape.ffn } else { tensor };
        for (width, value) in
            [("heads", shape.heads), ("kv_heads", kv_heads), ("ffn", ffn), ("shared_ffn", shared)]
        {
            if !value.is_multiple_of(tensor) {
                return Err(indivisible(("tensor", tensor), width, value));
            }
        }
        Ok(())
    }

    fn check_experts(&self, shape: &ModelShape) -> Result<(), PlanError> {
        let Some(experts) = shape.experts else { return self.check_without_experts() };
        if !experts.experts.is_multiple_of(self.expert) {
            return Err(indivisible(("expert", self.expert), "experts", experts.experts));
        }
        if !experts.expert_ffn.is_multiple_of(self.expert_tensor) {
            return Err(indivisible(("expert_tensor", self.expert_tensor), "expert_ffn", experts.expert_ffn));
        }
        let product = self.expert.saturating_mul(self.expert_tensor);
        let chips = self.tensor * self.context * self.data;
        if !chips.is_multiple_of(product) {
            return Err(PlanError::ExpertGroups { product, chips });
        }
        if self.tensor > 1 && !self.sequence_parallel {
            return Err(PlanError::ExpertsBySequence { tensor: self.tensor });
        }
        if self.overlap.experts && matches!(self.schedule, Schedule::GPipe | Schedule::ZeroBubble) {
            return Err(PlanError::NothingToPair);
        }
        Ok(())
    }

    /// What only models with experts can be asked for.
    fn check_without_experts(&self) -> Result<(), PlanError> {
        let asked = [
            ("parallelism.expert", self.expert > 1),
            ("parallelism.expert_tensor", self.expert_tensor > 1),
            ("parallelism.overlap", self.overlap.experts),
        ];
        match asked.into_iter().find(|(_, asked)| *asked) {
            Some((key, _)) => Err(PlanError::NoExperts { key }),
            None => Ok(()),
        }
    }
}

/// A degree does not divide a width of the model; names the nearest that do.
fn indivisible((degree, parts): (&'static str, u64), width: &'static str, value: u64) -> PlanError {
    let divides = |divisor: &u64| value.is_multiple_of(*divisor);
    let below = (1..=parts.min(value)).rev().find(divides).unwrap_or(1);
    let above = (parts..=value).find(divides);
    let nearest = above.map_or_else(|| below.to_string(), |above| format!("{below} or {above}"));
    PlanError::Indivisible { degree, parts, width, value, nearest }
}
