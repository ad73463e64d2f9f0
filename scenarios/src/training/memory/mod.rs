//! What a chip's memory holds during a step, term by term, and what to do when it does not fit.
//!
//! Mixed precision with Adam and ZeRO-1: BF16 parameters (2 bytes), FP32 gradients (4), and an FP32 master copy with
//! two moments (12) divided over the replicas. Activations after Korthikanti et al. 2022 (arXiv:2205.05198), counted
//! tensor by tensor so that gated and grouped-query layers are covered, without dropout masks, and without
//! the scores: flash attention never stores them, whatever is recomputed.

use crate::training::compute::ChipRates;
use crate::training::plan::RecomputedModules;
use crate::training::plan::Stage;
use crate::training::plan::TrainingJob;
use crate::training::program::{GRADIENT_BYTES, PARAMETER_BYTES};
use crate::training::program::{held_parameters, owned_parameters};
use copperlight_core::units::Bytes;

/// Share of the memory that the terms may fill: the rest is for the runtime's context, the collective library's
/// buffers, workspaces and fragmentation.
pub const USABLE_SHARE: f64 = 0.92;

/// Bytes of optimizer state for one owned parameter: FP32 master weight and two moments.
const OPTIMIZER_STATE_BYTES: u64 = 12;

/// Memory of one chip, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryTerms {
    /// BF16 parameters.
    pub parameters: Bytes,
    /// FP32 gradients.
    pub gradients: Bytes,
    /// This chip's part of the optimizer's state.
    pub optimizer: Bytes,
    /// What the backward passes of the micro-batches in flight need.
    pub activations: Bytes,
    /// Logits of one micro-batch with their gradient, on the last stage.
    pub logits: Bytes,
}

impl MemoryTerms {
    /// The terms with their names in results.
    pub const fn named(&self) -> [(&'static str, Bytes); 5] {
        [
            ("parameters", self.parameters),
            ("gradients", self.gradients),
            ("optimizer", self.optimizer),
            ("activations", self.activations),
            ("logits", self.logits),
        ]
    }

    /// All terms together.
    pub fn total(&self) -> Bytes {
        self.named().into_iter().map(|(_, bytes)| bytes).sum()
    }
}

/// Memory of the stage that needs most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryEstimate {
    /// The stage, from 0; the earliest of equals.
    pub stage: u64,
    /// What a chip of it holds.
    pub terms: MemoryTerms,
    /// What a chip has.
    pub capacity: Bytes,
    plan: RemediesFor,
}

const RAISE_TENSOR: &str = "raise `tensor`";
const RAISE_EITHER: &str = "raise `tensor` or `pipeline`, over which parameters are divided";

/// What of a plan decides which remedies make sense.
#[derive(Debug, Clone, Copy, PartialEq)]
struct RemediesFor {
    micro_batch: u64,
    sequence_parallel: bool,
}

impl TrainingJob {
    /// Memory of the stage that needs most, against what a chip has.
    pub fn memory(&self, rates: &ChipRates) -> MemoryEstimate {
        let mut most = (0, MemoryTerms::default());
        for stage in self.stages() {
            let terms = self.stage_memory(stage);
            if terms.total() > most.1.total() {
                most = (stage.index, terms);
            }
        }
        let micro_batch = self.parallelism().micro_batch;
        let sequence_parallel = self.parallelism().sequence_parallel;
        let plan = RemediesFor { micro_batch, sequence_parallel };
        MemoryEstimate { stage: most.0, terms: most.1, capacity: rates.hbm_capacity, plan }
    }

    /// Memory of one chip of a stage.
    pub fn stage_memory(&self, stage: &Stage) -> MemoryTerms {
        let held = held_parameters(self, stage);
        let in_flight = stage.in_flight(self.micro_batches()) as f64;
        let layers = stage.layer_count() as f64 * self.layer_activation_bytes();
        let tokens = self.micro_batch_tokens() as f64;
        // The inputs of the last norm and of the head.
        let edge = if stage.is_last() {
            4.0 * tokens * self.model().shape().hidden as f64 / self.sequence_shards() as f64
        } else {
            0.0
        };
        // Logits are kept in FP32 (4 bytes) with a BF16 gradient (2).
        let logits = if stage.is_last() { 6.0 * tokens * self.vocabulary_shard() as f64 } else { 0.0 };
        MemoryTerms {
            parameters: Bytes::new(PARAMETER_BYTES * held),
            gradients: Bytes::new(GRADIENT_BYTES * held),
            optimizer: Bytes::new(OPTIMIZER_STATE_BYTES * owned_parameters(self, stage)),
            activations: Bytes::new((in_flight * layers + edge) as u64),
            logits: Bytes::new(logits as u64),
        }
    }

    /// Activations that one layer keeps of one micro-batch on one chip, in bytes.
    ///
    /// Divided by sequence only: the inputs of the two norms and of the first matmuls, `8 h` bytes a token. Divided over
    /// the tensor group: queries, keys and values, the input of the second attention matmul, what the activation reads,
    /// and the input of the second feed-forward matmul.
    fn layer_activation_bytes(&self) -> f64 {
        let shape = self.model().shape();
        let tokens = self.micro_batch_tokens() as f64;
        let again = self.parallelism().recompute.has(RecomputedModules::CORE_ATTENTION);
        let statistics = if again { 0 } else { 4 * shape.heads };
        let attention = 2 * (shape.qkv_width() + shape.query_width()) + statistics;
        let feed_forward = 2 * (shape.first_ffn_width() + shape.ffn);
        let by_sequence = 8.0 * shape.hidden as f64 / self.sequence_shards() as f64;
        let by_tensor = (attention + feed_forward) as f64 / self.parallelism().tensor as f64;
        tokens * (by_sequence + by_tensor)
    }
}

impl MemoryEstimate {
    /// What the terms may fill: [`USABLE_SHARE`] of the capacity.
    pub fn usable(&self) -> Bytes {
        Bytes::new((self.capacity.count() as f64 * USABLE_SHARE) as u64)
    }

    /// Whether the terms fit.
    pub fn fits(&self) -> bool {
        self.terms.total() <= self.usable()
    }

    /// The terms, largest first.
    pub fn largest_terms(&self) -> Vec<(&'static str, Bytes)> {
        let mut terms = self.terms.named().to_vec();
        terms.sort_by_key(|&(_, bytes)| std::cmp::Reverse(bytes));
        terms
    }

    /// What would help, the remedy for the largest term first; nothing when the terms fit.
    pub fn remedies(&self) -> Vec<String> {
        if self.fits() {
            return Vec::new();
        }
        let mut remedies: Vec<String> = Vec::new();
        for (term, _) in self.largest_terms().into_iter().take(2) {
            for remedy in self.remedies_for(term) {
                if !remedies.contains(&remedy) {
                    remedies.push(remedy);
                }
            }
        }
        if remedies.iter().any(|remedy| remedy == RAISE_EITHER) {
            remedies.retain(|remedy| remedy != RAISE_TENSOR);
        }
        remedies
    }

    fn remedies_for(&self, term: &str) -> Vec<String> {
        let mut remedies = Vec::new();
        match term {
            "activations" => {
                if !self.plan.sequence_parallel {
                    remedies.push("set `sequence_parallel = true`".to_owned());
                }
                if self.plan.micro_batch > 1 {
                    remedies.push(format!("lower `micro_batch` from {}", self.plan.micro_batch));
                }
                remedies.push(RAISE_TENSOR.to_owned());
            }
            "optimizer" => {
                remedies.push("raise `data`, over which ZeRO-1 divides the optimizer's state".to_owned());
            }
            "logits" => remedies.push(RAISE_TENSOR.to_owned()),
            _ => remedies.push(RAISE_EITHER.to_owned()),
        }
        remedies
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::{gpt_1t_plan, job, job_of};

    #[test]
    fn a_gpt_layer_keeps_34_bytes_less_the_dropout_masks() {
        // Korthikanti et al. 2022, table 2: 34 s b h / t with sequence parallelism and selective recompute, of which
        // 2 s b h are dropout masks; without sequence parallelism (10 + 24/t), of which the masks are 2.
        let divided = job_of(gpt_1t_plan());
        let sbh = 2048.0 * 25_600.0;
        assert_eq!(divided.layer_activation_bytes(), 32.0 * sbh / 8.0);
        let mut plan = gpt_1t_plan();
        plan.parallelism.sequence_parallel = false;
        assert_eq!(job_of(plan).layer_activation_bytes(), (8.0 + 24.0 / 8.0) * sbh);
    }

    #[test]
    fn gpt_1t_on_128_chips_a_replica() {
        // First stage: 8 layers of (12 h^2 + 7 h)/8 + 6 h parameters, a vocabulary of 51200/8 rows and 2048 positions.
        let estimate = job_of(gpt_1t_plan()).memory(&ChipRates::round());
        let h = 25_600_u64;
        let held = 8 * ((12 * h * h + 7 * h) / 8 + 6 * h) + 6_400 * h + 2_048 * h;
        assert_eq!(estimate.stage, 0);
        assert_eq!(estimate.terms.parameters, Bytes::new(2 * held));
        assert_eq!(estimate.terms.gradients, Bytes::new(4 * held));
        assert_eq!(estimate.terms.optimizer, Bytes::new(12 * held.div_ceil(9)));
        // 16 micro-batches in flight of 8 layers of 32 x 2048 x 25600 / 8 bytes.
        assert_eq!(estimate.terms.activations, Bytes::new(16 * 8 * 4 * 2048 * h));
        assert!(estimate.fits());
        assert!(estimate.remedies().is_empty());
    }

    #[test]
    fn a_small_memory_does_not_fit_and_says_what_helps() {
        let rates = ChipRates { hbm_capacity: Bytes::new(64_000_000_000), ..ChipRates::round() };
        let estimate = job_of(gpt_1t_plan()).memory(&rates);
        assert!(!estimate.fits());
        assert_eq!(estimate.largest_terms()[0].0, "gradients");
        assert_eq!(estimate.remedies(), [RAISE_EITHER]);
    }

    #[test]
    fn the_last_stage_has_the_logits() {
        let job = job([1, 2, 1]);
        assert_eq!(job.stage_memory(&job.stages()[0]).logits, Bytes::ZERO);
        // 2 sequences x 32 tokens x 512 tokens of vocabulary x 6 bytes.
        assert_eq!(job.stage_memory(&job.stages()[1]).logits, Bytes::new(2 * 32 * 512 * 6));
    }
}
