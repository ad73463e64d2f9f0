//! Model FLOPs: what training a sequence takes whatever the machine does.
//!
//! Two operations per multiply-add of every matmul that a token goes through, the head included and the embedding
//! lookup not; backward is twice forward; what is computed again is not counted. Publishers differ in the attention
//! scores: [`FlopConvention`].

use super::checked::Model;
use super::shape::{LayerKind, ModelShape};
use crate::training::flops::Flops;

/// Which attention scores count as work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FlopConvention {
    /// Those that are not masked, about half: Megatron-Bridge, NeMo, flash attention.
    #[default]
    Causal,
    /// All of them, masked or not, but none outside a window: Narayanan, Korthikanti, the Megatron-LM README, Llama 3.
    Full,
}

impl FlopConvention {
    /// The convention in one line, printed with results.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Causal => {
                "matmuls 2 FLOPs per multiply-add, causal half of attention, head included, backward twice forward, no recompute"
            }
            Self::Full => {
                "matmuls 2 FLOPs per multiply-add, all of attention, head included, backward twice forward, no recompute"
            }
        }
    }

    /// Pairs of a query and a key that count in a sequence: of `window` keys before each query, or of all.
    pub fn attended_pairs(self, sequence_length: u64, window: Option<u64>) -> f64 {
        let length = sequence_length as f64;
        let width = window.map_or(length, |width| width.min(sequence_length) as f64);
        match self {
            Self::Causal => width * (length - width / 2.0),
            Self::Full => width * length,
        }
    }
}

impl ModelShape {
    /// Parameters of the matrices of one layer that work on a token: of its experts, those that it goes to.
    pub const fn active_matrices(&self, kind: LayerKind) -> u64 {
        self.attention_matrices() + self.feed_forward_matrices(kind)
    }

    const fn attention_matrices(&self) -> u64 {
        let output = self.attention_width() * self.hidden;
        let Some(latent) = self.latent else { return self.hidden * self.qkv_width() + output };
        let queries = match latent.query_rank {
            0 => self.hidden * self.query_width(),
            rank => rank * (self.hidden + self.query_width()),
        };
        let keys_and_values = self.hidden * (latent.kv_rank + latent.rope_dim)
            + latent.kv_rank * self.heads * (latent.nope_dim + latent.value_dim);
        queries + keys_and_values + output
    }

    const fn feed_forward_matrices(&self, kind: LayerKind) -> u64 {
        let inner = match (kind, self.experts) {
            (LayerKind::Experts, Some(experts)) => {
                let router = self.hidden * experts.experts;
                let ffn = experts.top_k * experts.expert_ffn + experts.shared_ffn;
                return router + self.hidden * (self.first_width(ffn) + ffn);
            }
            _ => self.ffn,
        };
        self.hidden * (self.first_width(inner) + inner)
    }
}

impl Model {
    /// Forward FLOPs of the attention scores of one sequence and one layer that sees all of it, by the causal half.
    ///
    /// Scores and their product with the values, `2 s^2 heads head_dim` each, of which half is masked; with latent
    /// attention the two have widths of their own.
    pub fn attention_flops(&self, sequence_length: u64) -> Flops {
        self.attention_flops_within(sequence_length, None, FlopConvention::Causal)
    }

    /// Forward FLOPs of the attention scores of one sequence in layer `layer`, by the causal half.
    pub fn attention_flops_of(&self, layer: u64, sequence_length: u64) -> Flops {
        let window = self.shape().window_of(layer);
        self.attention_flops_within(sequence_length, window, FlopConvention::Causal)
    }

    /// Forward FLOPs of the attention scores of one sequence in all layers, those for further tokens included.
    pub fn attention_flops_of_all(&self, sequence_length: u64, convention: FlopConvention) -> Flops {
        let shape = self.shape();
        let within = |window| self.attention_flops_within(sequence_length, window, convention);
        let full = shape.full_attention_layers();
        let windowed = shape.window.map_or(0.0, |_| (shape.layers - full) as f64);
        within(None) * (full + shape.mtp_layers) as f64
            + within(shape.window.map(|window| window.width)) * windowed
    }

    fn attention_flops_within(
        &self,
        sequence_length: u64,
        window: Option<u64>,
        convention: FlopConvention,
    ) -> Flops {
        let shape = self.shape();
        let pairs = convention.attended_pairs(sequence_length, window);
        Flops::new(2.0 * pairs * (shape.query_width() + shape.attention_width()) as f64)
    }

    /// Forward FLOPs of one sequence by the causal half of attention.
    pub fn forward_flops(&self, sequence_length: u64) -> Flops {
        self.forward_flops_by(FlopConvention::Causal, sequence_length)
    }

    /// Forward FLOPs of one sequence, those that predict further tokens included.
    pub fn forward_flops_by(&self, convention: FlopConvention, sequence_length: u64) -> Flops {
        let matrices = self.layer_matrices() + self.further_token_matrices();
        let matrices = matrices + (self.shape().hidden * self.shape().vocab) as f64;
        let matmuls = Flops::new(2.0 * matrices * sequence_length as f64);
        matmuls + self.attention_flops_of_all(sequence_length, convention)
    }

    /// Model FLOPs of training on one sequence by the causal half of attention: three times forward.
    pub fn flops_per_sequence(&self, sequence_length: u64) -> Flops {
        self.flops_per_sequence_by(FlopConvention::Causal, sequence_length)
    }

    /// Model FLOPs of training on one sequence: three times forward.
    pub fn flops_per_sequence_by(&self, convention: FlopConvention, sequence_length: u64) -> Flops {
        self.forward_flops_by(convention, sequence_length) * 3.0
    }

    /// Parameters of the matrices of all layers that work on a token.
    fn layer_matrices(&self) -> f64 {
        let shape = self.shape();
        let with_experts = shape.expert_layers();
        let dense = (shape.layers - with_experts) * shape.active_matrices(LayerKind::Dense);
        (dense + with_experts * shape.active_matrices(LayerKind::Experts)) as f64
    }

    /// The same of the layers for further tokens: each has its projection and goes through the head once more.
    fn further_token_matrices(&self) -> f64 {
        let shape = self.shape();
        let beside = shape.hidden * (2 * shape.hidden + shape.vocab);
        let layers = shape.layers..shape.layers + shape.mtp_layers;
        layers.map(|layer| (shape.active_matrices(shape.layer_kind(layer)) + beside) as f64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::model::Window;

    fn named(name: &str) -> Model {
        Model::library(name).expect("the model is in the library")
    }

    #[test]
    fn gpt_1t_agrees_with_its_paper_without_recompute() {
        // Narayanan et al. 2021, equation 3: 96 B s l h^2 (1 + s/(6h) + V/(16 l h)) with one forward recomputed, so
        // 72 B s l h^2 (1 + s/(6h) + V/(12 l h)) without it; they count all of the scores, so s/(12h) for the half.
        let model = named("gpt-1t");
        let (s, l, h, v) = (2048.0, 128.0, 25_600.0, 51_200.0);
        let expected = |scores: f64| 72.0 * s * l * h * h * (1.0 + s / (scores * h) + v / (12.0 * l * h));
        let ratio =
            |convention, scores| model.flops_per_sequence_by(convention, 2048).count() / expected(scores);
        assert!((ratio(FlopConvention::Causal, 12.0) - 1.0).abs() < 1e-12);
        assert!((ratio(FlopConvention::Full, 6.0) - 1.0).abs() < 1e-12);
        assert_eq!(model.flops_per_sequence(2048), model.forward_flops(2048) * 3.0);
    }

    #[test]
    fn a_window_is_a_trapezium_of_the_scores() {
        let shape = *named("llama-3.1-8b").shape();
        let window = Some(Window { width: 128, full_every: 2 });
        let model = Model::new("windowed", ModelShape { window, ..shape }).expect("the shape is legal");
        // 128 keys for each of 4096 queries, but for the triangle that the first 128 lack.
        let pairs = 128.0 * 4096.0 - 128.0 * 128.0 / 2.0;
        assert_eq!(model.attention_flops_of(0, 4096).count(), 4.0 * pairs * 4096.0);
        assert_eq!(model.attention_flops_of(1, 4096), model.attention_flops(4096));
        let both = model.attention_flops_of(0, 4096) + model.attention_flops(4096);
        assert_eq!(model.attention_flops_of_all(4096, FlopConvention::Causal), both * 16.0);
        // A window as long as the sequence is none.
        assert_eq!(model.attention_flops_of(0, 128), model.attention_flops(128));
    }
}
