//! A shape from the values of a library file.

use super::library_facts::Values;
use super::shape::{Experts, LatentAttention, MinorParameters, ModelShape, Window};

/// The shape of these values.
pub(super) fn shape_of(values: &Values) -> ModelShape {
    let whole = |key| values.whole(key).unwrap_or_default();
    let flag = |key| values.flag(key).unwrap_or_default();
    ModelShape {
        layers: whole("layers"),
        hidden: whole("hidden"),
        heads: whole("heads"),
        kv_heads: whole("kv_heads"),
        head_dim: whole("head_dim"),
        ffn: whole("ffn"),
        gated: flag("gated"),
        vocab: whole("vocab"),
        tied_embeddings: flag("tied_embeddings"),
        biases: flag("biases"),
        learned_positions: whole("learned_positions"),
        latent: latent(values),
        window: values.whole("window").map(|width| Window { width, full_every: whole("full_every") }),
        experts: experts(values),
        mtp_layers: whole("mtp_layers"),
        minor: MinorParameters {
            norm_biases: values.flag("norm_biases"),
            qkv_biases: flag("qkv_biases"),
            router_biases: flag("router_biases"),
            qk_norm: flag("qk_norm"),
            sandwich_norm: flag("sandwich_norm"),
            embedding_norm: flag("embedding_norm"),
            attention_sinks: flag("attention_sinks"),
        },
    }
}

fn latent(values: &Values) -> Option<LatentAttention> {
    let whole = |key| values.whole(key).unwrap_or_default();
    values.whole("kv_rank").map(|kv_rank| LatentAttention {
        query_rank: whole("query_rank"),
        kv_rank,
        nope_dim: whole("nope_dim"),
        rope_dim: whole("rope_dim"),
        value_dim: whole("value_dim"),
    })
}

fn experts(values: &Values) -> Option<Experts> {
    let whole = |key| values.whole(key).unwrap_or_default();
    let expert_ffn = whole("expert_ffn");
    values.whole("experts").map(|experts| Experts {
        experts,
        top_k: whole("top_k"),
        expert_ffn,
        shared_ffn: values.whole("shared_ffn").unwrap_or_else(|| whole("shared_experts") * expert_ffn),
        dense_layers: whole("dense_layers"),
        every: values.whole("moe_every").unwrap_or(1),
        groups: values.whole("expert_groups").unwrap_or(1),
        top_groups: values.whole("top_groups").unwrap_or(1),
    })
}
