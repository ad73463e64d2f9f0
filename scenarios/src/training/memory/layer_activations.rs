//! What one layer keeps of a micro-batch for its backward pass, tensor by tensor, on one chip.
//!
//! After Korthikanti et al. 2022 (arXiv:2205.05198), counted by tensor so that gated, grouped-query, latent-attention
//! and expert layers are covered. Norms and residuals are divided under sequence parallelism, what lies inside
//! a half over the tensor group. Flash attention keeps 4 bytes a head and token instead of scores and trains without
//! dropout; the unfused kernels of 2022 keep scores and the dropout masks of their time, which gives the paper's
//! `s b h (34 + 5 a s / h) / t`. A matmul in 8 or 4 bits keeps its input in that precision (DeepSeek-AI 2024,
//! arXiv:2412.19437, section 3.3.3).

use crate::training::compute::element_bytes;
use crate::training::model::{Experts, LatentAttention, LayerKind, ModelShape};
use crate::training::plan::{AttentionKernel, Recompute, RecomputedModules, TrainingJob};

/// Bytes of one BF16 element.
const WIDE: f64 = 2.0;

/// What a layer keeps of one micro-batch on one chip, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LayerActivations {
    /// Its input, which is all that is kept of a layer that is computed again as a whole.
    pub(super) input: f64,
    /// What it keeps when nothing is computed again.
    pub(super) all: f64,
    /// What it keeps when the modules that the plan names are computed again.
    pub(super) kept: f64,
}

/// Tokens of a micro-batch on one chip, before the tensor group divides them.
pub(super) const fn chip_tokens(job: &TrainingJob) -> f64 {
    job.chip_tokens() as f64
}

/// Keys and values of one token on one chip, in elements: one head of each at least.
pub(super) fn keys_and_values(job: &TrainingJob) -> f64 {
    let (shape, tensor) = (job.model().shape(), job.parallelism().tensor);
    let width = shape.latent.map_or(2 * shape.key_width().max(tensor * shape.head_dim), |latent| {
        shape.heads * (latent.nope_dim + latent.rope_dim + latent.value_dim)
    });
    width as f64 / tensor as f64
}

/// Tokens that come to the experts of one chip, each counted once for each of its experts there.
///
/// A balanced chip gets `T/t x top_k x expert_tensor`; the one with the busiest experts more by the recipe's imbalance.
pub(super) fn expert_tokens(job: &TrainingJob, experts: Experts) -> f64 {
    let plan = job.parallelism();
    let balanced = chip_tokens(job) / plan.tensor as f64 * (experts.top_k * plan.expert_tensor) as f64;
    balanced * f64::from(job.recipe().expert_imbalance) / 1000.0
}

/// The activations of a layer of this kind.
pub(super) fn layer_activations(job: &TrainingJob, kind: LayerKind) -> LayerActivations {
    let mut tensors = Tensors::new(job);
    tensors.attention();
    match (kind, job.model().shape().experts) {
        (LayerKind::Experts, Some(experts)) => tensors.experts(experts),
        _ => tensors.feed_forward(),
    }
    tensors.sum
}

/// The tensors of a layer, added up.
struct Tensors<'a> {
    shape: &'a ModelShape,
    job: &'a TrainingJob,
    /// Tokens of which this chip keeps norms and residuals.
    by_sequence: f64,
    /// Tokens over the tensor group: what a width that the group divides counts for.
    by_tensor: f64,
    /// Bytes of an element of a matmul's input.
    operand: f64,
    sum: LayerActivations,
}

impl<'a> Tensors<'a> {
    fn new(job: &'a TrainingJob) -> Self {
        let (shape, tokens) = (job.model().shape(), chip_tokens(job));
        let by_sequence = tokens / job.sequence_shards() as f64;
        let input = WIDE * shape.hidden as f64 * by_sequence;
        Self {
            shape,
            job,
            by_sequence,
            by_tensor: tokens / job.parallelism().tensor as f64,
            operand: element_bytes(job.precision()),
            sum: LayerActivations { input, all: 0.0, kept: 0.0 },
        }
    }

    /// A tensor that is kept unless one of the modules is computed again.
    fn keep(&mut self, bytes: f64, unless: &[RecomputedModules]) {
        let recompute: Recompute = self.job.parallelism().recompute;
        self.sum.all += bytes;
        if !unless.iter().any(|modules| recompute.has(*modules)) {
            self.sum.kept += bytes;
        }
    }

    /// The input of a norm and what it gives to the matmuls after it, which `width` elements of a token are.
    fn norm(&mut self, width: u64, element: f64) {
        let elements = width as f64 * self.by_sequence;
        self.keep(WIDE * elements, &[]);
        self.keep(element * elements, &[RecomputedModules::NORMS]);
    }

    fn has_dropout(&self) -> bool {
        self.job.recipe().attention == AttentionKernel::Unfused
    }

    /// The mask of the dropout before a residual, a byte an element.
    fn residual_mask(&mut self) {
        if self.has_dropout() {
            self.keep(self.shape.hidden as f64 * self.by_sequence, &[]);
        }
    }

    fn attention(&mut self) {
        self.norm(self.shape.hidden, self.operand);
        let value_width = match self.shape.latent {
            Some(latent) => self.latent_attention(latent),
            None => {
                self.keep(WIDE * self.shape.query_width() as f64 * self.by_tensor, &[]);
                self.keep(WIDE * keys_and_values(self.job) * chip_tokens(self.job), &[]);
                self.shape.query_width()
            }
        };
        let output = value_width as f64 * self.by_tensor;
        self.core_attention();
        self.keep(WIDE * output, &[]);
        if self.operand < WIDE {
            self.keep(self.operand * output, &[]);
        }
        self.residual_mask();
    }

    /// Latent vectors, which every chip of a tensor group has its part of the sequence of, and what is made of them.
    fn latent_attention(&mut self, latent: LatentAttention) -> u64 {
        if latent.query_rank > 0 {
            self.norm(latent.query_rank, self.operand);
        }
        self.norm(latent.kv_rank, self.operand);
        self.keep(WIDE * latent.rope_dim as f64 * self.by_sequence, &[]);
        let keys_and_queries = 2 * (latent.nope_dim + latent.rope_dim);
        let width = self.shape.heads * (keys_and_queries + latent.value_dim);
        self.keep(WIDE * width as f64 * self.by_tensor, &[RecomputedModules::LATENT_UP_PROJECTION]);
        self.shape.heads * latent.value_dim
    }

    /// Of the scores: their softmax, a mask and what the mask leaves; or one FP32 number for each row.
    fn core_attention(&mut self) {
        let heads = self.shape.heads as f64 * self.by_tensor;
        let bytes = match self.job.recipe().attention {
            AttentionKernel::Unfused => 5.0 * heads * self.job.sequence_length() as f64,
            AttentionKernel::Flash => 4.0 * heads,
        };
        self.keep(bytes, &[RecomputedModules::CORE_ATTENTION]);
    }

    fn feed_forward(&mut self) {
        self.norm(self.shape.hidden, self.operand);
        let (first, second) = (self.shape.first_ffn_width() as f64, self.shape.ffn as f64);
        self.keep(WIDE * first * self.by_tensor, &[RecomputedModules::FEED_FORWARD]);
        self.keep(
            self.operand * second * self.by_tensor,
            &[RecomputedModules::FEED_FORWARD, RecomputedModules::ACTIVATION],
        );
        self.residual_mask();
    }

    /// The router reads the norm's output in BF16, whatever the matmuls take.
    fn experts(&mut self, experts: Experts) {
        self.norm(self.shape.hidden, WIDE);
        // Scores before and after the softmax in FP32, and whether each expert is chosen.
        self.keep(9.0 * experts.experts as f64 * self.by_sequence, &[RecomputedModules::EXPERTS]);
        let tokens = expert_tokens(self.job, experts);
        self.keep(self.operand * self.shape.hidden as f64 * tokens, &[RecomputedModules::EXPERTS]);
        let routed = tokens / self.job.parallelism().expert_tensor as f64;
        self.hidden_half(experts.expert_ffn, routed, RecomputedModules::EXPERTS);
        if experts.shared_ffn > 0 {
            if self.operand < WIDE {
                let input = self.operand * self.shape.hidden as f64 * self.by_sequence;
                self.keep(input, &[RecomputedModules::SHARED_EXPERTS]);
            }
            self.hidden_half(experts.shared_ffn, self.by_tensor, RecomputedModules::SHARED_EXPERTS);
        }
    }

    /// Between the two matmuls of experts: what the activation reads and what it gives.
    fn hidden_half(&mut self, width: u64, tokens: f64, module: RecomputedModules) {
        let first = if self.shape.gated { 2 * width } else { width };
        self.keep(WIDE * first as f64 * tokens, &[module]);
        self.keep(self.operand * width as f64 * tokens, &[module, RecomputedModules::ACTIVATION]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::Precision;
    use crate::training::model::Model;
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{gpt_1t_plan, job_of, plan};

    fn of(plan: TrainingPlan) -> LayerActivations {
        layer_activations(&job_of(plan), LayerKind::Dense)
    }

    /// A layer of the trillion-parameter model with the kernels of 2022: s b h, and a s / h times it.
    fn unfused(sequence_parallel: bool, recompute: Recompute) -> LayerActivations {
        let mut plan = gpt_1t_plan();
        plan.recipe.attention = AttentionKernel::Unfused;
        plan.parallelism.sequence_parallel = sequence_parallel;
        plan.parallelism.recompute = recompute;
        of(plan)
    }

    #[test]
    fn a_layer_keeps_what_korthikanti_s_table_2_says() {
        let (sbh, scores) = (2048.0 * 25_600.0, 5.0 * 160.0 * 2048.0 / 25_600.0);
        let (selective, full) = (Recompute::SELECTIVE, Recompute::Full { layers: None });
        assert_eq!(unfused(false, Recompute::NONE).kept, sbh * (10.0 + 24.0 / 8.0 + scores / 8.0));
        assert_eq!(unfused(true, Recompute::NONE).kept, sbh / 8.0 * (34.0 + scores));
        assert_eq!(unfused(false, selective).kept, sbh * (10.0 + 24.0 / 8.0));
        assert_eq!(unfused(true, selective).kept, sbh * 34.0 / 8.0);
        assert_eq!(unfused(false, full).input, 2.0 * sbh);
    }

    #[test]
    fn a_gpt_layer_keeps_32_bytes_without_dropout() {
        // Korthikanti et al. 2022, table 2: 34 s b h / t with sequence parallelism and selective recompute, of which
        // 2 s b h are dropout masks; without sequence parallelism (10 + 24/t), of which the masks are 2.
        let sbh = 2048.0 * 25_600.0;
        assert_eq!(of(gpt_1t_plan()).kept, 32.0 * sbh / 8.0);
        let mut plan = gpt_1t_plan();
        plan.parallelism.sequence_parallel = false;
        assert_eq!(of(plan).kept, (8.0 + 24.0 / 8.0) * sbh);
    }

    #[test]
    fn every_module_drops_its_own_tensors() {
        // Small model: 64 tokens, width 64, FFN 256, one chip: norms' outputs 2 x 2 h, activation 2 f, FFN 2 (f + f).
        let bytes = |recompute| {
            let mut plan = plan([1, 1, 1]);
            plan.parallelism.recompute = Recompute::Modules(recompute);
            of(plan).kept / 64.0
        };
        let whole = bytes(RecomputedModules::NONE);
        assert_eq!(whole, 8.0 * 64.0 + 2.0 * (3.0 + 1.0) * 64.0 + 4.0 * 4.0 + 2.0 * 2.0 * 256.0);
        let dropped = |recompute| whole - bytes(recompute);
        assert_eq!(dropped(RecomputedModules::CORE_ATTENTION), 4.0 * 4.0);
        assert_eq!(dropped(RecomputedModules::NORMS), 4.0 * 64.0);
        assert_eq!(dropped(RecomputedModules::ACTIVATION), 2.0 * 256.0);
        assert_eq!(dropped(RecomputedModules::FEED_FORWARD), 4.0 * 256.0);
        let both = RecomputedModules::FEED_FORWARD.with(RecomputedModules::ACTIVATION);
        assert_eq!(dropped(both), 4.0 * 256.0);
        assert_eq!(dropped(RecomputedModules::EXPERTS), 0.0);
    }

    #[test]
    fn narrow_matmuls_keep_narrow_inputs() {
        // Per token of width h: two norm outputs and the FFN's activation a byte less an element; attention's output
        // is kept in both.
        let mut narrow = plan([1, 1, 1]);
        narrow.precision = Precision::Fp8;
        let saved = of(plan([1, 1, 1])).all - of(narrow).all;
        assert_eq!(saved, 64.0 * (2.0 * 64.0 + 256.0 - 64.0));
    }

    #[test]
    fn experts_keep_what_comes_to_them() {
        let experts = Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 32,
            shared_ffn: 16,
            dense_layers: 0,
            every: 1,
            groups: 1,
            top_groups: 1,
        };
        let mut plan = plan([2, 1, 4]);
        let shape = ModelShape { experts: Some(experts), gated: true, ..*plan.model.shape() };
        plan.model = Model::new("experts", shape).expect("the shape is legal");
        plan.parallelism.expert = 8;
        plan.recipe.expert_imbalance = 1500;
        let job = job_of(plan);
        let layer = layer_activations(&job, LayerKind::Experts);
        // 64 tokens over 2 chips, 2 experts each, half as many again on the busiest: 96. Input, gate and up, activation.
        assert_eq!(expert_tokens(&job, experts), 96.0);
        let routed = 96.0 * 2.0 * (64.0 + 64.0 + 32.0) + 32.0 * 9.0 * 8.0;
        let shared = 32.0 * 2.0 * (32.0 + 16.0);
        let attention = 32.0 * (2.0 * 64.0 * (2.0 + 3.0 + 1.0) + 4.0 * 4.0);
        assert_eq!(layer.all, attention + 32.0 * 4.0 * 64.0 + routed + shared);
    }

    #[test]
    fn latent_attention_keeps_its_latent_vectors() {
        let latent = LatentAttention { query_rank: 24, kv_rank: 16, nope_dim: 8, rope_dim: 4, value_dim: 8 };
        let mut plan = plan([1, 1, 1]);
        let shape = ModelShape { latent: Some(latent), ..*plan.model.shape() };
        plan.model = Model::new("latent", shape).expect("the shape is legal");
        plan.parallelism.recompute = Recompute::Modules(RecomputedModules::LATENT_UP_PROJECTION);
        let layer = of(plan);
        // 4 heads: queries and keys of 12, values of 8.
        assert_eq!(layer.all - layer.kept, 64.0 * 2.0 * 4.0 * (12.0 + 12.0 + 8.0));
        let attention = 4.0 * 64.0 + 4.0 * (24.0 + 16.0) + 2.0 * 4.0 + 4.0 * 4.0 + 2.0 * 4.0 * 8.0;
        let feed_forward = 4.0 * 64.0 + 4.0 * 256.0;
        assert_eq!(layer.kept, 64.0 * (attention + feed_forward));
    }
}
