//! How many parameters a model has, and how many of them one chip holds.

use super::shape::{LayerKind, Model, ModelShape};

/// Parameters of one layer, by how tensor parallelism treats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerParameters {
    /// Divided over the chips of a tensor group: matrices, and the biases of what they split.
    pub divided: u64,
    /// Held by every chip of a tensor group: norms, and the biases added after a sum over the group.
    pub repeated: u64,
    /// Of one routed expert; zero in a dense layer.
    pub expert: u64,
}

impl ModelShape {
    /// Parameters of a layer of this kind, by what divides them.
    pub const fn layer_parameters(&self, _kind: LayerKind) -> LayerParameters {
        let attention = self.hidden * (self.qkv_width() + self.query_width());
        let feed_forward = self.hidden * (self.first_ffn_width() + self.ffn);
        let (divided_biases, repeated_biases) =
            if self.biases { (self.qkv_width() + self.first_ffn_width(), 2 * self.hidden) } else { (0, 0) };
        LayerParameters {
            divided: attention + feed_forward + divided_biases,
            repeated: 2 * self.norm_parameters() + repeated_biases,
            expert: 0,
        }
    }

    /// Weights of one norm, and its biases where the model has them.
    pub(in crate::training) const fn norm_parameters(&self) -> u64 {
        if self.biases { 2 * self.hidden } else { self.hidden }
    }
}

impl Model {
    /// Parameters of one layer: matrices, biases and norms.
    pub const fn parameters_per_layer(&self) -> u64 {
        let layer = self.shape().layer_parameters(LayerKind::Dense);
        layer.divided + layer.repeated
    }

    /// Parameters of the token and position embeddings, and of the head where it is not tied.
    pub const fn embedding_parameters(&self) -> u64 {
        let shape = self.shape();
        let matrices = if shape.tied_embeddings { 1 } else { 2 };
        (matrices * shape.vocab + shape.learned_positions) * shape.hidden
    }

    /// All parameters: layers, embeddings and the last norm.
    pub const fn parameters(&self) -> u64 {
        self.shape().layers * self.parameters_per_layer()
            + self.embedding_parameters()
            + self.shape().norm_parameters()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpt_1t_has_the_parameters_of_its_paper() {
        // Narayanan et al. 2021, equation 2: P = 12 l h^2 (1 + 13/(12 h) + (V + s)/(12 l h)), which leaves the last
        // norm (2 h) out: 12 x 128 x 25600^2 + 13 x 128 x 25600 + 53248 x 25600.
        let model = Model::library("gpt-1t").expect("the model is in the library");
        let equation = 12 * 128 * 25_600_u64.pow(2) + 13 * 128 * 25_600 + (51_200 + 2_048) * 25_600;
        assert_eq!(model.parameters(), equation + 2 * 25_600);
        assert!((model.parameters() as f64 / 1.008e12 - 1.0).abs() < 1e-4);
    }

    #[test]
    fn llama_8b_has_the_parameters_of_its_checkpoint() {
        // Per layer: 4096 x (4096 + 2 x 1024) + 4096 x 4096 + 3 x 4096 x 14336 + 2 x 4096 = 218,112,000;
        // 32 of them, two embeddings of 128256 x 4096, one norm: 8,030,261,248, as the checkpoint's index says.
        let model = Model::library("llama-3.1-8b").expect("the model is in the library");
        assert_eq!(model.parameters_per_layer(), 218_112_000);
        assert_eq!(model.embedding_parameters(), 1_050_673_152);
        assert_eq!(model.parameters(), 8_030_261_248);
    }
}
