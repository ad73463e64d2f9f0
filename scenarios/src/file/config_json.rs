//! The shape of a model from the `config.json` of a Hugging Face repository.
//!
//! Keys are read under the names that repositories use (`config_json_fields`); what they leave unsaid follows from
//! the architecture (`config_json_families`).

use super::config_json_families::{Family, family};
use super::config_json_fields::{ConfigError, Fields};
use crate::training::{Experts, LatentAttention, MinorParameters, ModelShape, Window};
use serde_json::Value;

const LAYERS: [&str; 4] = ["num_hidden_layers", "n_layer", "n_layers", "num_layers"];
const HIDDEN: [&str; 4] = ["hidden_size", "n_embd", "n_embed", "d_model"];
const HEADS: [&str; 3] = ["num_attention_heads", "n_head", "n_heads"];
const KV_HEADS: [&str; 2] = ["num_key_value_heads", "num_kv_heads"];
const HEAD_DIM: [&str; 2] = ["head_dim", "attention_head_size"];
const FFN: [&str; 4] = ["intermediate_size_mlp", "intermediate_size", "n_inner", "ffn_dim"];
const POSITIONS: [&str; 2] = ["n_positions", "max_position_embeddings"];
const EXPERTS: [&str; 4] = ["n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts"];
const TOP_K: [&str; 4] = ["num_experts_per_tok", "num_selected_experts", "experts_per_token", "moe_k"];
const EXPERT_FFN: [&str; 2] = ["moe_intermediate_size", "intermediate_size"];
const SHARED_EXPERTS: [&str; 2] = ["n_shared_experts", "moe_num_shared_experts"];
const DENSE_LAYERS: [&str; 2] = ["first_k_dense_replace", "moe_layer_start_index"];
const MOE_EVERY: [&str; 4] =
    ["moe_layer_freq", "decoder_sparse_step", "moe_layer_interval", "interleave_moe_layer_step"];

/// Reads a `config.json`.
///
/// # Errors
/// The key that is missing or cannot be understood, with the remedy.
pub(super) fn read(text: &str) -> Result<ModelShape, ConfigError> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| ConfigError::NotJson { message: error.to_string() })?;
    let whole = Fields::new(&document)?;
    // Models that see images keep the text model in a table of its own.
    let text_model = whole.table("text_config").filter(|_| !whole.has(&HIDDEN));
    let fields = text_model.unwrap_or(whole);
    refuse_hybrids(&fields)?;
    let family = family(&fields)?;
    shape(&fields, &family)
}

fn shape(fields: &Fields<'_>, family: &Family) -> Result<ModelShape, ConfigError> {
    let layers = fields.needed(&LAYERS)?;
    let hidden = fields.needed(&HIDDEN)?;
    let heads = fields.needed(&HEADS)?;
    let latent = latent(fields)?;
    let multi_query = fields.flag("multi_query")?.unwrap_or(false);
    let kv_heads = match latent {
        Some(_) => heads,
        None => fields.whole(&KV_HEADS)?.unwrap_or(if multi_query { 1 } else { heads }),
    };
    let head_dim = match latent {
        Some(latent) => latent.nope_dim.saturating_add(latent.rope_dim),
        None => head_dim(fields, hidden, heads)?,
    };
    let ffn = match fields.whole(&FFN)? {
        Some(ffn) => ffn,
        None if family.quadruple => hidden.saturating_mul(4),
        None => fields.needed(&FFN)?,
    };
    let biases = Biases::of(fields, family)?;
    Ok(ModelShape {
        layers,
        hidden,
        heads,
        kv_heads,
        head_dim,
        ffn,
        gated: family.gated,
        vocab: fields.needed(&["vocab_size"])?,
        tied_embeddings: fields.flag("tie_word_embeddings")?.unwrap_or(family.tied),
        biases: biases.all,
        learned_positions: if family.learned_positions { fields.needed(&POSITIONS)? } else { 0 },
        latent,
        window: window(fields, family, layers)?,
        experts: experts(fields, family)?,
        mtp_layers: fields.whole(&["num_nextn_predict_layers"])?.unwrap_or(0),
        minor: MinorParameters {
            norm_biases: family.minor.norm_biases.or(biases.norms),
            qkv_biases: biases.queries,
            router_biases: fields.text("topk_method")? == Some("noaux_tc"),
            ..family.minor
        },
    })
}

/// Which matrices have biases.
struct Biases {
    all: bool,
    queries: bool,
    norms: Option<bool>,
}

impl Biases {
    fn of(fields: &Fields<'_>, family: &Family) -> Result<Self, ConfigError> {
        let attention = fields.flag("attention_bias")?.unwrap_or(false);
        let network = fields.flag("mlp_bias")?.unwrap_or(false) || fields.flag("use_bias")?.unwrap_or(false);
        let all = family.biases || (attention && network);
        let queries = !all && (attention || family.minor.qkv_biases);
        let norms = (all && !family.biases).then_some(false);
        Ok(Self { all, queries, norms })
    }
}

fn head_dim(fields: &Fields<'_>, hidden: u64, heads: u64) -> Result<u64, ConfigError> {
    match fields.whole(&HEAD_DIM)? {
        Some(width) => Ok(width),
        None if heads != 0 && hidden.is_multiple_of(heads) => Ok(hidden / heads),
        None => Err(ConfigError::UnevenHeads { hidden, heads }),
    }
}

fn latent(fields: &Fields<'_>) -> Result<Option<LatentAttention>, ConfigError> {
    let Some(kv_rank) = fields.whole(&["kv_lora_rank"])? else { return Ok(None) };
    Ok(Some(LatentAttention {
        query_rank: fields.whole(&["q_lora_rank"])?.unwrap_or(0),
        kv_rank,
        nope_dim: fields.needed(&["qk_nope_head_dim"])?,
        rope_dim: fields.needed(&["qk_rope_head_dim"])?,
        value_dim: fields.needed(&["v_head_dim"])?,
    }))
}

fn experts(fields: &Fields<'_>, family: &Family) -> Result<Option<Experts>, ConfigError> {
    let Some(experts) = fields.whole(&EXPERTS)?.filter(|&experts| experts > 0) else { return Ok(None) };
    if fields.list("mlp_only_layers").is_some_and(|layers| !layers.is_empty()) {
        let remedy = "write the model as [workload.model] with `dense_layers` or `moe_every`";
        return Err(fields.unusable("mlp_only_layers", remedy));
    }
    let expert_ffn =
        fields.needed(if family.plain_experts { &["intermediate_size"] } else { &EXPERT_FFN })?;
    let shared = fields.whole(&SHARED_EXPERTS)?.unwrap_or(u64::from(family.shared_expert));
    let shared_ffn = fields.whole(&["shared_expert_intermediate_size"])?;
    Ok(Some(Experts {
        experts,
        top_k: fields.needed(&TOP_K)?,
        expert_ffn,
        shared_ffn: shared_ffn.unwrap_or(shared.saturating_mul(expert_ffn)),
        dense_layers: fields.whole(&DENSE_LAYERS)?.unwrap_or(0),
        every: fields.whole(&MOE_EVERY)?.unwrap_or(1),
        groups: fields.whole(&["n_group"])?.unwrap_or(1),
        top_groups: fields.whole(&["topk_group"])?.unwrap_or(1),
    }))
}

/// The window of attention: which layers see all of the sequence stands in `layer_types`, in
/// `sliding_window_pattern`, or follows from the architecture.
fn window(fields: &Fields<'_>, family: &Family, layers: u64) -> Result<Option<Window>, ConfigError> {
    let is_off = fields.flag("use_sliding_window")? == Some(false);
    let width = fields.whole(&["sliding_window", "attention_chunk_size"])?;
    let Some(width) = width.filter(|_| !is_off) else { return Ok(None) };
    let full_every = match (fields.list("layer_types"), fields.whole(&["sliding_window_pattern"])?) {
        (Some(types), _) => full_every(fields, types)?,
        (None, Some(pattern)) => pattern,
        (None, None) => family.full_every,
    };
    Ok((full_every != 1 && layers > 0).then_some(Window { width, full_every }))
}

/// One layer in so many sees all, the last of each; zero where none does.
fn full_every(fields: &Fields<'_>, types: &[Value]) -> Result<u64, ConfigError> {
    let sees_all = |kind: &Value| kind.as_str() == Some("full_attention");
    let every = types.iter().position(sees_all).map_or(0, |first| first + 1);
    let regular =
        |(layer, kind): (usize, &Value)| sees_all(kind) == (every != 0 && (layer + 1).is_multiple_of(every));
    if types.iter().enumerate().all(regular) {
        return Ok(every as u64);
    }
    let remedy =
        "write the model as [workload.model]: `full_every` takes layers at equal distances, the last of each";
    Err(fields.unusable("layer_types", remedy))
}

/// Refuses layers that are no attention, and models of two halves.
fn refuse_hybrids(fields: &Fields<'_>) -> Result<(), ConfigError> {
    let hybrids =
        ["hybrid_override_pattern", "linear_num_value_heads", "mamba_num_heads", "attn_layer_period"];
    let remedy = "layers other than attention cannot be told; name another model";
    for key in hybrids {
        if fields.has(&[key]) {
            return Err(fields.unusable(key, remedy));
        }
    }
    if fields.flag("is_encoder_decoder")? == Some(true) {
        return Err(fields.unusable("is_encoder_decoder", "name a decoder-only model"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Model;

    const PUBLIC: [(&str, &str); 7] = [
        ("llama-3.1-405b", include_str!("tests/config_json/llama-3.1-405b.json")),
        ("qwen3-235b", include_str!("tests/config_json/qwen3-235b.json")),
        ("qwen3-30b", include_str!("tests/config_json/qwen3-30b.json")),
        ("deepseek-v3", include_str!("tests/config_json/deepseek-v3.json")),
        ("mixtral-8x7b", include_str!("tests/config_json/mixtral-8x7b.json")),
        ("gpt-oss-20b", include_str!("tests/config_json/gpt-oss-20b.json")),
        ("bloom-176b", include_str!("tests/config_json/bloom-176b.json")),
    ];

    #[test]
    fn public_files_are_the_models_of_the_library() {
        for (name, text) in PUBLIC {
            let shape = read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let library = Model::library(name).expect("the model is in the library");
            assert_eq!(&shape, library.shape(), "{name}");
        }
    }

    fn count(text: &str) -> u64 {
        let shape = read(text).unwrap_or_else(|error| panic!("{error}"));
        Model::new("config", shape).expect("the shape is legal").parameters()
    }

    #[test]
    fn other_architectures_have_the_parameters_of_their_checkpoints() {
        // The smallest GPT-2: 124,439,808 parameters in its checkpoint.
        assert_eq!(count(include_str!("tests/config_json/gpt2.json")), 124_439_808);
        // Qwen2.5-7B, with biases of queries, keys and values: 7,615,616,512.
        let qwen = r#"{ "model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
            "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064, "tie_word_embeddings": false,
            "sliding_window": 131072, "use_sliding_window": false, "hidden_act": "silu" }"#;
        assert_eq!(count(qwen), 7_615_616_512);
        // Gemma 2 9B, with four norms a layer and a tied head: 9,241,705,984.
        let gemma = r#"{ "model_type": "gemma2", "hidden_size": 3584, "intermediate_size": 14336, "num_hidden_layers": 42,
            "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256, "vocab_size": 256000,
            "sliding_window": 4096, "hidden_act": "gelu_pytorch_tanh" }"#;
        assert_eq!(count(gemma), 9_241_705_984);
        let window = read(gemma).expect("it was read above").window;
        assert_eq!(window, Some(Window { width: 4096, full_every: 2 }));
    }

    #[test]
    fn an_unknown_architecture_is_read_by_the_usual_keys() {
        let llama = PUBLIC[0].1;
        let renamed = llama.replace("\"model_type\": \"llama\"", "\"model_type\": \"new\"");
        assert_eq!(read(&renamed), read(llama));
    }

    /// What is said of the 405B's file with this text in place of that.
    fn refused(from: &str, to: &str) -> String {
        let text = PUBLIC[0].1.replace(from, to);
        assert_ne!(text, PUBLIC[0].1, "{from} stands in the file");
        read(&text).expect_err("the file is refused").to_string()
    }

    #[test]
    fn what_cannot_be_read_is_said_with_key_value_and_remedy() {
        assert_eq!(
            refused("\"num_hidden_layers\": 126,", ""),
            "the key `num_hidden_layers` (or `n_layer`, `n_layers`, `num_layers`) is missing; add it, or write the \
             model as [workload.model]"
        );
        assert_eq!(
            refused("\"vocab_size\": 128256", "\"vocab_size\": \"many\""),
            "`vocab_size` is \"many\", and it must be a whole number; correct it, or write the model as [workload.model]"
        );
        assert_eq!(
            refused("\"use_cache\": true", "\"attn_layer_period\": 8"),
            "`attn_layer_period` = 8 cannot be modelled; layers other than attention cannot be told; name another model"
        );
        assert_eq!(
            refused("\"num_attention_heads\": 128", "\"num_attention_heads\": 100"),
            "`hidden_size` = 16384 is no multiple of `num_attention_heads` = 100; add `head_dim`"
        );
        let strange = PUBLIC[0].1.replace("\"llama\"", "\"new\"").replace("\"silu\"", "\"laplace\"");
        assert_eq!(
            read(&strange).expect_err("nothing says whether it is gated").to_string(),
            "`model_type` = \"new\" is no known architecture, and its activation \"laplace\" does not say whether the \
             network is gated; write the model as [workload.model] with `gated`"
        );
        let list = read("[1]").expect_err("a list is no model").to_string();
        assert_eq!(
            list,
            "it holds a list and not an object; name the config.json of a Hugging Face repository"
        );
        let broken = read("{").expect_err("this is no JSON").to_string();
        assert_eq!(
            broken,
            "it is not JSON: EOF while parsing an object at line 1 column 1; name the config.json of a Hugging Face \
             repository"
        );
        let uneven = PUBLIC[5].1.replacen("full_attention", "sliding_attention", 1);
        assert_eq!(
            read(&uneven).expect_err("the layers are uneven").to_string(),
            "`layer_types` = [\"sliding_attention\",\"sliding_attention\",\"sliding_attention\"... cannot be modelled; write \
             the model as [workload.model]: `full_every` takes layers at equal distances, the last of each"
        );
    }
}
