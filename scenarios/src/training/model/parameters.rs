//! How many parameters a model has, how many of them a token meets, and what tensor parallelism divides.

use super::checked::Model;
use super::shape::{Experts, LatentAttention, LayerKind, ModelShape};

/// Parameters of one layer, by how tensor parallelism treats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerParameters {
    /// Divided over the chips of a tensor group: matrices, and the biases of what they split.
    pub divided: u64,
    /// Held by every chip of a tensor group: norms, biases added after a sum over the group, the router, and the
    /// matrices down to latent vectors.
    pub repeated: u64,
    /// Of one routed expert; zero in a dense layer.
    pub expert: u64,
}

/// Parameters of a part of a layer: those divided, and those repeated.
type Part = (u64, u64);

impl ModelShape {
    /// Parameters of a layer of this kind, by what divides them.
    pub const fn layer_parameters(&self, kind: LayerKind) -> LayerParameters {
        let attention = match self.latent {
            Some(latent) => self.latent_attention_parameters(latent),
            None => self.attention_parameters(),
        };
        let (feed_forward, expert) = match (kind, self.experts) {
            (LayerKind::Experts, Some(experts)) => {
                (self.shared_parameters(experts), self.network_parameters(experts.expert_ffn))
            }
            _ => (self.dense_parameters(), 0),
        };
        LayerParameters {
            divided: attention.0 + feed_forward.0,
            repeated: attention.1 + feed_forward.1 + self.norms_of_a_layer(),
            expert,
        }
    }

    /// Parameters of a whole layer of this kind, all of its experts included.
    pub const fn parameters_of_layer(&self, kind: LayerKind) -> u64 {
        let layer = self.layer_parameters(kind);
        let experts = match self.experts {
            Some(experts) => experts.experts,
            None => 0,
        };
        layer.divided + layer.repeated + experts * layer.expert
    }

    /// Parameters of one layer that predicts a further token, beside the layer itself: the projection from the
    /// hidden state and the next token's embedding, the norms of both, and the norm before the shared head.
    pub const fn further_token_projection(&self) -> u64 {
        2 * self.hidden * self.hidden + 3 * self.norm_parameters()
    }

    /// Weights of one norm, and its biases where the model has them.
    pub(in crate::training) const fn norm_parameters(&self) -> u64 {
        let biases = match self.minor.norm_biases {
            Some(biases) => biases,
            None => self.biases,
        };
        if biases { 2 * self.hidden } else { self.hidden }
    }

    const fn norms_of_a_layer(&self) -> u64 {
        let norms = if self.minor.sandwich_norm { 4 } else { 2 };
        norms * self.norm_parameters()
    }

    /// Attention of query heads that share key and value heads.
    const fn attention_parameters(&self) -> Part {
        let matrices = self.hidden * (self.qkv_width() + self.attention_width());
        let biases = if self.biases || self.minor.qkv_biases { self.qkv_width() } else { 0 };
        let sinks = if self.minor.attention_sinks { self.heads } else { 0 };
        let output_bias = if self.biases { self.hidden } else { 0 };
        let head_norms = if self.minor.qk_norm { 2 * self.head_dim } else { 0 };
        (matrices + biases + sinks, output_bias + head_norms)
    }

    /// Latent attention: matrices up from the latent vectors are divided by heads, those down are not.
    const fn latent_attention_parameters(&self, latent: LatentAttention) -> Part {
        let LatentAttention { query_rank, kv_rank, nope_dim, rope_dim, value_dim } = latent;
        let query_input = if query_rank == 0 { self.hidden } else { query_rank };
        let keys_and_values = self.heads * (nope_dim + value_dim);
        let divided = query_input * self.query_width()
            + kv_rank * keys_and_values
            + self.attention_width() * self.hidden;
        let norms = query_rank + kv_rank;
        (divided, self.hidden * (query_rank + kv_rank + rope_dim) + norms)
    }

    /// The feed-forward half of a dense layer.
    const fn dense_parameters(&self) -> Part {
        let output_bias = if self.biases { self.hidden } else { 0 };
        (self.network_parameters(self.ffn) - output_bias, output_bias)
    }

    /// What stands beside the routed experts: shared ones, and the router.
    const fn shared_parameters(&self, experts: Experts) -> Part {
        let shared = if experts.shared_ffn == 0 { 0 } else { self.network_parameters(experts.shared_ffn) };
        let biases = if self.biases || self.minor.router_biases { experts.experts } else { 0 };
        (shared, self.hidden * experts.experts + biases)
    }

    /// A feed-forward network of this inner width, its biases included.
    const fn network_parameters(&self, ffn: u64) -> u64 {
        let first = self.first_width(ffn);
        let biases = if self.biases { first + self.hidden } else { 0 };
        self.hidden * (first + ffn) + biases
    }
}

impl Model {
    /// Parameters of the token and position embeddings, of the head where it is not tied, and of a norm of embeddings.
    pub const fn embedding_parameters(&self) -> u64 {
        let shape = self.shape();
        let matrices = if shape.tied_embeddings { 1 } else { 2 };
        let norm = if shape.minor.embedding_norm { shape.norm_parameters() } else { 0 };
        (matrices * shape.vocab + shape.learned_positions) * shape.hidden + norm
    }

    /// All parameters: layers, embeddings and the last norm; without [`Self::further_token_parameters`].
    pub const fn parameters(&self) -> u64 {
        let shape = self.shape();
        let expert_layers = shape.expert_layers();
        (shape.layers - expert_layers) * shape.parameters_of_layer(LayerKind::Dense)
            + expert_layers * shape.parameters_of_layer(LayerKind::Experts)
            + self.embedding_parameters()
            + shape.norm_parameters()
    }

    /// Parameters that work on a token: all but those of the experts that it does not go to.
    ///
    /// Embeddings are counted whole, though a token looks up one row.
    pub const fn active_parameters(&self) -> u64 {
        let shape = self.shape();
        let idle = match shape.experts {
            Some(experts) => experts.experts - experts.top_k,
            None => 0,
        };
        let expert = shape.layer_parameters(LayerKind::Experts).expert;
        self.parameters() - shape.expert_layers() * idle * expert
    }

    /// Parameters of the layers that predict further tokens (MTP), which publishers count apart.
    ///
    /// They share embedding and head with the model.
    pub const fn further_token_parameters(&self) -> u64 {
        let shape = self.shape();
        let mut parameters = 0;
        let mut layer = shape.layers;
        while layer < shape.layers + shape.mtp_layers {
            let kind = shape.layer_kind(layer);
            parameters += shape.parameters_of_layer(kind) + shape.further_token_projection();
            layer += 1;
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::model::MinorParameters;

    fn named(name: &str) -> Model {
        Model::library(name).expect("the model is in the library")
    }

    #[test]
    fn gpt_1t_has_the_parameters_of_its_paper() {
        // Narayanan et al. 2021, equation 2: P = 12 l h^2 (1 + 13/(12 h) + (V + s)/(12 l h)), which leaves the last
        // norm (2 h) out: 12 x 128 x 25600^2 + 13 x 128 x 25600 + 53248 x 25600.
        let model = named("gpt-1t");
        let equation = 12 * 128 * 25_600_u64.pow(2) + 13 * 128 * 25_600 + (51_200 + 2_048) * 25_600;
        assert_eq!(model.parameters(), equation + 2 * 25_600);
        assert!((model.parameters() as f64 / 1.008e12 - 1.0).abs() < 1e-4);
        assert_eq!(model.active_parameters(), model.parameters());
    }

    #[test]
    fn llama_8b_has_the_parameters_of_its_checkpoint() {
        // Per layer: 4096 x (4096 + 2 x 1024) + 4096 x 4096 + 3 x 4096 x 14336 + 2 x 4096 = 218,112,000;
        // 32 of them, two embeddings of 128256 x 4096, one norm: 8,030,261,248, as the checkpoint's index says.
        let model = named("llama-3.1-8b");
        assert_eq!(model.shape().parameters_of_layer(LayerKind::Dense), 218_112_000);
        assert_eq!(model.embedding_parameters(), 1_050_673_152);
        assert_eq!(model.parameters(), 8_030_261_248);
    }

    /// DeepSeek-V3 by hand, from its config.json.
    fn deepseek_v3() -> Model {
        let shape = ModelShape {
            layers: 61,
            hidden: 7168,
            heads: 128,
            kv_heads: 128,
            head_dim: 192,
            ffn: 18_432,
            vocab: 129_280,
            latent: Some(LatentAttention {
                query_rank: 1536,
                kv_rank: 512,
                nope_dim: 128,
                rope_dim: 64,
                value_dim: 128,
            }),
            experts: Some(Experts {
                experts: 256,
                top_k: 8,
                expert_ffn: 2048,
                shared_ffn: 2048,
                dense_layers: 3,
                every: 1,
                groups: 1,
                top_groups: 1,
            }),
            mtp_layers: 1,
            minor: MinorParameters { router_biases: true, ..Default::default() },
            ..*named("llama-3.1-8b").shape()
        };
        Model::new("deepseek-v3", shape).expect("the shape is legal")
    }

    #[test]
    fn latent_attention_and_experts_by_hand() {
        // Attention, down (repeated): 7168 x (1536 + 512 + 64) and norms of 1536 + 512; up (divided): 1536 x 128 x 192,
        // 512 x 128 x 256, 128 x 128 x 7168. Experts of 3 x 7168 x 2048, one shared; router 7168 x 256 and 256 biases.
        let layer = deepseek_v3().shape().layer_parameters(LayerKind::Experts);
        let expert = 3 * 7168 * 2048;
        assert_eq!(layer.expert, expert);
        assert_eq!(layer.divided, 1536 * 128 * 192 + 512 * 128 * 256 + 128 * 128 * 7168 + expert);
        let down = 7168 * (1536 + 512 + 64) + 1536 + 512;
        assert_eq!(layer.repeated, down + 7168 * 256 + 256 + 2 * 7168);
    }

    #[test]
    fn deepseek_v3_has_the_parameters_of_its_checkpoint() {
        let model = deepseek_v3();
        assert_eq!(model.parameters(), 671_026_419_200);
        // One layer of 11,507,286,272, a projection of 2 x 7168^2 and three norms. The checkpoint holds a second copy of
        // embedding and head with it, and 41,540,496 scales of FP8 blocks: 684,531,386,000 in all.
        assert_eq!(model.further_token_parameters(), 11_507_286_272 + 2 * 7168 * 7168 + 3 * 7168);
        let copies = model.embedding_parameters();
        let checkpoint = model.parameters() + model.further_token_parameters() + copies + 41_540_496;
        assert_eq!(checkpoint, 684_531_386_000);
        // 248 of 256 experts idle in 58 layers.
        assert_eq!(model.active_parameters(), 671_026_419_200 - 58 * 248 * 3 * 7168 * 2048);
    }
}
