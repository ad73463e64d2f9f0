//! The sizes of a decoder-only transformer, as written by a user: dense or with experts.
//!
//! `checked` says which of them make a model, `parameters` and `flops` count, and `library` has published ones.

/// The sizes of a decoder-only transformer, as written by a user.
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
    /// Width of one head; with latent attention, of its key.
    pub head_dim: u64,
    /// Width inside the feed-forward half of layers without experts.
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
    /// Small parameters that some models have.
    pub minor: MinorParameters,
}

/// Small parameters that some models have: they change a count in the fourth digit and no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MinorParameters {
    /// Whether norms have biases; `None` where they have them as the matrices do.
    pub norm_biases: Option<bool>,
    /// Biases of queries, keys and values where other matrices have none (Qwen2).
    pub qkv_biases: bool,
    /// A bias for each expert in the router (DeepSeek-V3) where other matrices have none.
    pub router_biases: bool,
    /// Norms of the queries and keys of a head (Qwen3), each as wide as a head.
    pub qk_norm: bool,
    /// Norms after both halves of a layer as well as before (Grok, Gemma, Pangu).
    pub sandwich_norm: bool,
    /// A norm of the embeddings before the first layer (BLOOM).
    pub embedding_norm: bool,
    /// A learned logit for each head that draws attention to nothing (GPT-OSS).
    pub attention_sinks: bool,
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
    /// Into how many groups experts are divided, of which a token may choose some; 1 for no groups.
    pub groups: u64,
    /// In how many of the groups all choices of a token are.
    pub top_groups: u64,
}

/// What the feed-forward half of a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerKind {
    /// One dense network for all tokens.
    Dense,
    /// Routed experts.
    Experts,
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

    /// Of the model's layers, those with routed experts.
    pub const fn expert_layers(&self) -> u64 {
        match self.experts {
            Some(experts) => self.layers.saturating_sub(experts.dense_layers) / experts.every,
            None => 0,
        }
    }

    /// Of the model's layers, those that see all of the sequence.
    pub const fn full_attention_layers(&self) -> u64 {
        match self.window {
            None => self.layers,
            Some(Window { full_every: 0, .. }) => 0,
            Some(window) => self.layers / window.full_every,
        }
    }

    /// The window of a layer; `None` where it sees all of the sequence, as layers that predict further tokens do.
    pub const fn window_of(&self, layer: u64) -> Option<u64> {
        match self.window {
            Some(window) if layer < self.layers => {
                let full = window.full_every != 0 && (layer + 1).is_multiple_of(window.full_every);
                if full { None } else { Some(window.width) }
            }
            _ => None,
        }
    }

    /// Width of all query heads together.
    pub const fn query_width(&self) -> u64 {
        match self.latent {
            Some(latent) => self.heads * (latent.nope_dim + latent.rope_dim),
            None => self.heads * self.head_dim,
        }
    }

    /// Width of all key heads together.
    pub const fn key_width(&self) -> u64 {
        match self.latent {
            Some(latent) => self.heads * (latent.nope_dim + latent.rope_dim),
            None => self.kv_heads * self.head_dim,
        }
    }

    /// Width of all value heads together.
    pub const fn value_width(&self) -> u64 {
        match self.latent {
            Some(latent) => self.heads * latent.value_dim,
            None => self.kv_heads * self.head_dim,
        }
    }

    /// Width of what attention hands to its last matmul: a value for each query head.
    pub const fn attention_width(&self) -> u64 {
        match self.latent {
            Some(latent) => self.heads * latent.value_dim,
            None => self.heads * self.head_dim,
        }
    }

    /// Width of what attention reads: queries, keys and values.
    pub const fn qkv_width(&self) -> u64 {
        self.query_width() + self.key_width() + self.value_width()
    }

    /// Width of what the first feed-forward matmul produces: twice `ffn` when gated.
    pub const fn first_ffn_width(&self) -> u64 {
        self.first_width(self.ffn)
    }

    /// Width of what the first matmul of a network of this inner width produces: twice as much when gated.
    pub const fn first_width(&self, ffn: u64) -> u64 {
        if self.gated { 2 * ffn } else { ffn }
    }
}
