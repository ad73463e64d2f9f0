//! The keys of `[workload.model]`.

use super::key::{Form, Key, KeyTable};
use super::limits::{MOST_GROUPS, MOST_LAYERS, WIDEST, WIDEST_OF_MODEL};
use super::{model, model_attention};

/// The keys of `[workload.model]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[workload.model]",
    &[
        Key::optional(
            "base",
            Form::Either(&[Form::Name(model::library), Form::Text]),
            "A library model or a `config.json` whose values hold where a key is left out",
            "\"llama-3.1-405b\"",
        ),
        Key::optional("name", Form::Text, "What results call the model", "\"mine\"")
            .or_else("that of the base, or `inline`"),
        of_base("layers", Form::Whole(1, MOST_LAYERS), "Layers", "96"),
        of_base("hidden", WIDTH, "Width of the residual stream", "12288"),
        of_base("heads", WIDTH, "Query heads", "96"),
        of_base("vocab", WIDTH, "Tokens of the vocabulary", "51200"),
        Key::optional("ffn", WIDTH, "Width inside the feed-forward half of dense layers", "49152")
            .or_else("that of the base, which without one is required; `expert_ffn` where no layer is dense"),
        flag("gated", "Three matrices in the feed-forward half (SwiGLU) and not two"),
        Key::optional(
            "attention",
            Form::Name(model_attention::names),
            "A key-value head for each query head, fewer, one, or latent vectors",
            "\"gqa\"",
        )
        .or_else("what the other keys say"),
        Key::optional("kv_heads", WIDTH, "Key and value heads", "8")
            .or_else("`heads`, or what `attention` says"),
        Key::optional("head_dim", WIDTH, "Width of a head", "128").or_else("`hidden` / `heads`"),
        latent("kv_rank", WIDTH, "Width of the latent vector of keys and values", "512"),
        latent("nope_dim", WIDTH, "Width of a head's part without positions", "128"),
        latent("rope_dim", OPTIONAL, "Width of a head's part with rotary positions", "64"),
        latent("value_dim", WIDTH, "Width of a head's value", "128"),
        Key::optional("query_rank", OPTIONAL, "Width of the queries' latent vector; 0 without one", "1536")
            .or_else("that of the base, or 0"),
        Key::optional("window", Form::Whole(0, WIDEST), "Tokens that a position sees", "4096").or_else("all"),
        Key::optional(
            "full_every",
            OPTIONAL,
            "Beside `window`: one layer in so many sees all, the last of each; 0 for none",
            "2",
        )
        .or_else("that of the base, or 0"),
        Key::optional("experts", WIDTH, "Routed experts of a layer", "256")
            .or_else("that of the base, or none"),
        Key::optional("top_k", WIDTH, "Experts of a token", "8")
            .or_else("that of the base; required with `experts`"),
        Key::optional("expert_ffn", WIDTH, "Width inside an expert", "2048")
            .or_else("that of the base; required with `experts`"),
        Key::optional(
            "shared_experts",
            OPTIONAL,
            "Experts that all tokens go through, each `expert_ffn` wide",
            "1",
        )
        .or_else("that of the base, or 0"),
        Key::optional("shared_ffn", OPTIONAL, "The width of all shared experts together", "2048")
            .or_else("`shared_experts` x `expert_ffn`"),
        Key::optional("dense_layers", OPTIONAL, "Leading layers without experts", "3")
            .or_else("that of the base, or 0"),
        Key::optional(
            "moe_every",
            WIDTH,
            "Of the other layers, one in so many has experts, the last of each",
            "2",
        )
        .or_else("that of the base, or 1"),
        Key::optional("expert_groups", Form::Whole(1, MOST_GROUPS), "Groups of experts", "8")
            .or_else("that of the base, or 1"),
        Key::optional(
            "top_groups",
            Form::Whole(1, MOST_GROUPS),
            "In how many of these groups all choices of a token are",
            "4",
        )
        .or_else("that of the base, or 1"),
        Key::optional("mtp_layers", OPTIONAL, "Layers that predict further tokens", "1")
            .or_else("that of the base, or 0"),
        flag("tied_embeddings", "The head uses the embedding's matrix"),
        flag("biases", "Matrices and norms have biases"),
        Key::optional(
            "learned_positions",
            OPTIONAL,
            "Learned position embeddings; 0 for rotary ones",
            "2048",
        )
        .or_else("that of the base, or 0"),
    ],
);

/// A number that is at least 1.
const WIDTH: Form = Form::Whole(1, WIDEST_OF_MODEL);
/// A number that may be 0.
const OPTIONAL: Form = Form::Whole(0, WIDEST_OF_MODEL);

const fn of_base(name: &'static str, form: Form, meaning: &'static str, example: &'static str) -> Key {
    Key::optional(name, form, meaning, example).or_else("that of the base, which without one is required")
}

const fn latent(name: &'static str, form: Form, meaning: &'static str, example: &'static str) -> Key {
    Key::optional(name, form, meaning, example).or_else("that of the base; required for \"mla\"")
}

const fn flag(name: &'static str, meaning: &'static str) -> Key {
    Key::optional(name, Form::Boolean, meaning, "true").or_else("that of the base, or false")
}
