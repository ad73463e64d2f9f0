//! Model FLOPs: what training a sequence takes whatever the machine does.
//!
//! Convention, printed with every result as [`FLOP_CONVENTION`]: two operations per multiply-add of every
//! matmul, the causal half of the attention scores, the head included and the embedding lookup not; backward
//! is twice forward; what is computed again is not counted.

use super::shape::{Model, ModelShape};
use crate::training::flops::Flops;

/// The convention of [`Model::flops_per_sequence`], in one line.
pub const FLOP_CONVENTION: &str = "matmuls 2 FLOPs per multiply-add, causal half of attention, head included, backward twice forward, no recompute";

impl ModelShape {
    /// Parameters of the matrices of one layer.
    const fn layer_matrices(&self) -> u64 {
        self.hidden * (self.qkv_width() + self.query_width() + self.first_ffn_width() + self.ffn)
    }
}

impl Model {
    /// Forward FLOPs of the attention scores of one sequence and one layer, by the causal half.
    ///
    /// Scores and their product with the values, each `2 s^2 heads head_dim`, of which half is masked.
    pub fn attention_flops(&self, sequence_length: u64) -> Flops {
        let length = sequence_length as f64;
        Flops::new(2.0 * length * length * self.shape().query_width() as f64)
    }

    /// Forward FLOPs of one sequence.
    pub fn forward_flops(&self, sequence_length: u64) -> Flops {
        let shape = self.shape();
        let matrices = shape.layers * shape.layer_matrices() + shape.hidden * shape.vocab;
        let matmuls = Flops::new(2.0 * matrices as f64 * sequence_length as f64);
        matmuls + self.attention_flops(sequence_length) * shape.layers as f64
    }

    /// Model FLOPs of training on one sequence: three times forward.
    pub fn flops_per_sequence(&self, sequence_length: u64) -> Flops {
        self.forward_flops(sequence_length) * 3.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpt_1t_agrees_with_its_paper_without_recompute() {
        // Narayanan et al. 2021, equation 3: 96 B s l h^2 (1 + s/(6h) + V/(16 l h)) with one forward recomputed, so
        // 72 B s l h^2 (1 + s/(6h) + V/(12 l h)) without it; they count all of the scores, so s/(12h) for the half.
        let model = Model::library("gpt-1t").expect("the model is in the library");
        let (s, l, h, v) = (2048.0, 128.0, 25_600.0, 51_200.0);
        let expected = 72.0 * s * l * h * h * (1.0 + s / (12.0 * h) + v / (12.0 * l * h));
        let found = model.flops_per_sequence(2048).count();
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} is not {expected}");
    }
}
