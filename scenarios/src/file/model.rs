//! The model of a training workload: a library name, or `[workload.model]` with its dimensions.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::limits::WIDEST;
use super::section::{Placed, Section};
use super::suggestion;
use crate::training::{MinorParameters, Model, ModelShape};

/// Models that the library will hold one day.
const LATER: [&str; 16] = [
    "gpt-3-175b",
    "mt-nlg-530b",
    "llama-3.1-70b",
    "llama-3.1-405b",
    "mixtral-8x7b",
    "mixtral-8x22b",
    "grok-1",
    "deepseek-v3",
    "kimi-k2",
    "qwen3-235b",
    "qwen3-30b",
    "gpt-moe-1.8t",
    "nemotron-4-340b",
    "pangu-ultra",
    "pangu-ultra-moe",
    "bloom-176b",
];

const EXPERT_KEYS: [&str; 5] = ["experts", "top_k", "expert_ffn", "shared_experts", "dense_layers"];

#[derive(Clone, Copy, PartialEq)]
enum Attention {
    MultiHead,
    GroupedQuery,
}

const ATTENTION: Choice<'static, Attention> = Choice {
    what: "attention",
    available: &[("mha", Attention::MultiHead), ("gqa", Attention::GroupedQuery)],
    later: &["mla"],
};

/// Reads the key `model` of `[workload]`.
pub(super) fn read(workload: &Section<'_>) -> Option<Model> {
    let Some(entry) = workload.entry("model") else {
        workload.missing("model", "model = \"gpt-1t\"");
        return None;
    };
    match entry.node.value {
        Value::Table(_) => read_inline(&workload.section("model")?),
        _ => {
            let name = workload.text("model")?;
            find(workload, &name)
        }
    }
}

fn find(workload: &Section<'_>, name: &Placed<&str>) -> Option<Model> {
    if let Some(model) = Model::library(name.value) {
        return Some(model);
    }
    let known: Vec<&str> = Model::library_names().collect();
    let available = format!("available: {}, or [workload.model] with the dimensions", known.join(", "));
    let later = |what: String| ScenarioError::NotAvailableYet { what, instead: available.clone() };
    let error = if LATER.contains(&name.value) {
        later(format!("the model `{}`", name.value))
    } else if name.value.ends_with(".json") {
        later("a model from a config.json".to_owned())
    } else {
        let remedy = suggestion::remedy(name.value, &known);
        ScenarioError::UnknownName { what: "model", name: name.value.to_owned(), remedy }
    };
    workload.error(name.place, error);
    None
}

fn read_inline(section: &Section<'_>) -> Option<Model> {
    section.refuse_later(&EXPERT_KEYS, "leave it out: dense models are available");
    let name = section.text("name").map_or("inline", |name| name.value);
    let layers = required(section, "layers", "96");
    let hidden = required(section, "hidden", "12288");
    let heads = required(section, "heads", "96");
    let ffn = required(section, "ffn", "49152");
    let vocab = required(section, "vocab", "51200");
    let attention = section.entry("attention").and_then(|_| ATTENTION.read(section, "attention"));
    let kv_heads = read_kv_heads(section, heads, attention);
    let head_dim = read_head_dim(section, hidden, heads);
    let gated = section.boolean_or("gated", false);
    let tied_embeddings = section.boolean_or("tied_embeddings", false);
    let biases = section.boolean_or("biases", false);
    let learned_positions = section.whole_or("learned_positions", 0..=WIDEST, 0).value as u64;
    section.finish();
    let shape = ModelShape {
        layers: layers?.value as u64,
        hidden: hidden?.value as u64,
        heads: heads?.value as u64,
        kv_heads: kv_heads? as u64,
        head_dim: head_dim? as u64,
        ffn: ffn?.value as u64,
        gated,
        vocab: vocab?.value as u64,
        tied_embeddings,
        biases,
        learned_positions,
        latent: None,
        window: None,
        experts: None,
        mtp_layers: 0,
        minor: MinorParameters::default(),
    };
    checked(section, name, shape)
}

fn checked(section: &Section<'_>, name: &str, shape: ModelShape) -> Option<Model> {
    match Model::new(name, shape) {
        Ok(model) => Some(model),
        Err(error) => {
            let place = section.entry(error.field()).map(|entry| entry.node.place).or(section.place());
            section.error(place, ScenarioError::IllegalModel { problem: error.to_string() });
            None
        }
    }
}

fn required(section: &Section<'_>, key: &str, example: &str) -> Option<Placed<usize>> {
    if section.entry(key).is_none() {
        section.missing(key, &format!("{key} = {example}"));
    }
    section.whole(key, 1..=WIDEST)
}

fn read_head_dim(
    section: &Section<'_>,
    hidden: Option<Placed<usize>>,
    heads: Option<Placed<usize>>,
) -> Option<usize> {
    if section.entry("head_dim").is_some() {
        return section.whole("head_dim", 1..=WIDEST).map(|width| width.value);
    }
    let (hidden, heads) = (hidden?.value, heads?);
    if hidden.is_multiple_of(heads.value) {
        section.default("head_dim", (hidden / heads.value) as i64);
        return Some(hidden / heads.value);
    }
    let problem = format!(
        "`hidden` = {hidden} is no multiple of `heads` = {}; set `head_dim`, or `heads` to a divisor of `hidden`",
        heads.value
    );
    section.error(heads.place, ScenarioError::IllegalModel { problem });
    None
}

fn read_kv_heads(
    section: &Section<'_>,
    heads: Option<Placed<usize>>,
    attention: Option<Placed<Attention>>,
) -> Option<usize> {
    let attention = attention.map(|placed| placed.value);
    if section.entry("kv_heads").is_none() {
        if attention == Some(Attention::GroupedQuery) {
            section.missing("kv_heads", "kv_heads = 8");
            return None;
        }
        section.default("kv_heads", heads?.value as i64);
        return heads.map(|heads| heads.value);
    }
    let (kv_heads, heads) = (section.whole("kv_heads", 1..=WIDEST)?, heads?.value);
    if attention == Some(Attention::MultiHead) && kv_heads.value != heads {
        let problem = format!(
            "`attention` = \"mha\" has one key-value head for each of the {heads} heads, and `kv_heads` = {}; \
             leave `kv_heads` out, or set `attention` to \"gqa\"",
            kv_heads.value
        );
        section.error(kv_heads.place, ScenarioError::IllegalModel { problem });
        return None;
    }
    Some(kv_heads.value)
}
