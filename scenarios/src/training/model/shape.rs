//! A dense transformer: its shape, checked.
//!
//! Parameters are counted in `parameters`, floating-point operations in `flops`, and
//! published models are in `library`.

use thiserror::Error;

/// The sizes of a dense decoder-only transformer, as written by a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelShape {
    /// Transformer layers.
    pub layers: u64,
    /// Width of the residual stream.
    pub hidden: u64,
    /// Query heads.
    pub heads: u64,
    /// Key and value heads: as many as `heads` in multi-head attention, fewer in grouped-query attention.
    pub kv_heads: u64,
    /// Width of one head.
    pub head_dim: u64,
    /// Width inside the feed-forward half.
    pub ffn: u64,
    /// Whether the feed-forward half is gated (three matrices, SwiGLU) or plain (two, GeLU).
    pub gated: bool,
    /// Tokens in the vocabulary, before padding.
    pub vocab: u64,
    /// Whether the language-model head uses the input embedding's matrix.
    pub tied_embeddings: bool,
    /// Whether matrices and norms have biases, as in GPT and not in Llama.
    pub biases: bool,
    /// Learned position embeddings, or zero for rotary ones.
    pub learned_positions: u64,
    /// Latent attention (MLA); `None` for query heads that share `kv_heads` key and value heads.
    pub latent: Option<LatentAttention>,
    /// Layers that see a window of the sequence; `None` where all see all.
    pub window: Option<Window>,
    /// Routed experts in place of the feed-forward half; `None` for a dense model.
    pub experts: Option<Experts>,
    /// Layers after the last that predict further tokens (MTP), each with a projection from `2 hidden` to `hidden`.
    pub mtp_layers: u64,
}

/// Attention whose keys and values come from a narrow latent vector (DeepSeek-V2, arXiv:2405.04434).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LatentAttention {
    /// Width of the queries' latent vector; zero where queries come from the residual stream directly.
    pub query_rank: u64,
    /// Width of the keys' and values' latent vector.
    pub kv_rank: u64,
    /// Width of a head's part without positions.
    pub nope_dim: u64,
    /// Width of a head's rotary part, whose key all heads share.
    pub rope_dim: u64,
    /// Width of a head's value.
    pub value_dim: u64,
}

/// A window of attention, and which layers do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// Tokens that a position sees, itself included.
    pub width: u64,
    /// One layer in so many sees the whole sequence: the last of each; zero where none does.
    pub full_every: u64,
}

/// Routed experts of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Experts {
    /// How many there are in a layer.
    pub experts: u64,
    /// How many each token goes to.
    pub top_k: u64,
    /// Width inside one expert.
    pub expert_ffn: u64,
    /// Width inside all shared experts of a layer together; zero without.
    pub shared_ffn: u64,
    /// Leading layers that are dense.
    pub dense_layers: u64,
    /// Of the layers after those, one in so many has experts: the last of each; 1 for all.
    pub every: u64,
}

/// What the feed-forward half of a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// One dense network for all tokens.
    Dense,
    /// Routed experts.
    Experts,
}

/// A dense transformer whose shape has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    name: String,
    shape: ModelShape,
}

/// Why a shape is no transformer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// A size is zero.
    #[error("model `{model}`: `{field}` is 0; it must be at least 1")]
    Zero {
        /// The name of the model.
        model: String,
        /// The offending field.
        field: &'static str,
    },
    /// A size is so large that counts of parameters would not fit.
    #[error("model `{model}`: `{field}` is {value}; it must be at most {largest}")]
    TooLarge {
        /// The name of the model.
        model: String,
        /// The offending field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The largest value that is accepted.
        largest: u64,
    },
    /// Query heads cannot be dealt evenly to key and value heads.
    #[error(
        "model `{model}`: `heads` = {heads} is no multiple of `kv_heads` = {kv_heads}; \
         set `kv_heads` to a divisor of `heads`, or to `heads` for multi-head attention"
    )]
    UnevenHeads {
        /// The name of the model.
        model: String,
        /// Query heads.
        heads: u64,
        /// Key and value heads.
        kv_heads: u64,
    },
}

impl ModelError {
    /// The key of [`ModelShape`] that is to be changed.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Zero { field, .. } | Self::TooLarge { field, .. } => field,
            Self::UnevenHeads { .. } => "kv_heads",
        }
    }
}

/// No published width comes near it. With [`MOST_LAYERS`], the bytes of all parameters stay below 2^63.
const LARGEST: u64 = 1 << 20;
const MOST_LAYERS: u64 = 1 << 16;

impl Model {
    /// A model of this name and shape.
    ///
    /// # Errors
    /// [`ModelError`] when the shape is no transformer.
    pub fn new(name: impl Into<String>, shape: ModelShape) -> Result<Self, ModelError> {
        let name = name.into();
        let sizes = [
            ("layers", shape.layers),
            ("hidden", shape.hidden),
            ("heads", shape.heads),
            ("kv_heads", shape.kv_heads),
            ("head_dim", shape.head_dim),
            ("ffn", shape.ffn),
            ("vocab", shape.vocab),
        ];
        for (field, value) in sizes {
            if value == 0 {
                return Err(ModelError::Zero { model: name, field });
            }
        }
        let products = [
            ("learned_positions", shape.learned_positions),
            ("heads", shape.heads.saturating_mul(shape.head_dim)),
        ];
        for (field, value) in sizes.into_iter().chain(products) {
            let largest = if field == "layers" { MOST_LAYERS } else { LARGEST };
            if value > largest {
                return Err(ModelError::TooLarge { model: name, field, value, largest });
            }
        }
        if !shape.heads.is_multiple_of(shape.kv_heads) {
            return Err(ModelError::UnevenHeads {
                model: name,
                heads: shape.heads,
                kv_heads: shape.kv_heads,
            });
        }
        Ok(Self { name, shape })
    }

    /// The name of the model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sizes of the model.
    pub const fn shape(&self) -> &ModelShape {
        &self.shape
    }
}

impl ModelShape {
    /// What the feed-forward half of a layer is; layers past the last are those that predict further tokens.
    pub const fn layer_kind(&self, layer: u64) -> LayerKind {
        match self.experts {
            Some(experts) if layer >= experts.dense_layers => {
                if (layer - experts.dense_layers + 1).is_multiple_of(experts.every) {
                    LayerKind::Experts
                } else {
                    LayerKind::Dense
                }
            }
            _ => LayerKind::Dense,
        }
    }

    /// Width of all query heads together.
    pub const fn query_width(&self) -> u64 {
        self.heads * self.head_dim
    }

    /// Width of all key heads together, and of all value heads.
    pub const fn key_width(&self) -> u64 {
        self.kv_heads * self.head_dim
    }

    /// Width of what the first attention matmul produces: queries, keys and values.
    pub const fn qkv_width(&self) -> u64 {
        self.query_width() + 2 * self.key_width()
    }

    /// Width of what the first feed-forward matmul produces: twice `ffn` when gated.
    pub const fn first_ffn_width(&self) -> u64 {
        if self.gated { 2 * self.ffn } else { self.ffn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> ModelShape {
        *Model::library("llama-3.1-8b").expect("the model is in the library").shape()
    }

    #[test]
    fn a_size_of_zero_is_refused_by_name() {
        let error = Model::new("mine", ModelShape { ffn: 0, ..shape() }).unwrap_err();
        assert_eq!(error.to_string(), "model `mine`: `ffn` is 0; it must be at least 1");
        assert_eq!(error.field(), "ffn");
    }

    #[test]
    fn an_absurd_size_is_refused() {
        let error = Model::new("mine", ModelShape { hidden: u64::MAX, ..shape() }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model `mine`: `hidden` is 18446744073709551615; it must be at most 1048576"
        );
    }

    #[test]
    fn uneven_heads_are_refused_with_the_remedy() {
        let error = Model::new("mine", ModelShape { kv_heads: 5, ..shape() }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model `mine`: `heads` = 32 is no multiple of `kv_heads` = 5; \
             set `kv_heads` to a divisor of `heads`, or to `heads` for multi-head attention"
        );
    }
}
