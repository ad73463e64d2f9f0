//! The model of a row: of the library where its sizes agree, else built from the columns.

use super::notes::Notes;
use super::published::{Published, Sizes};
use super::shape;
use crate::training::{Model, ModelShape};

/// Names in tables, letters and digits only, and the library's models that can be meant, the likeliest first.
const NAMES: [(&str, &[&str]); 41] = [
    ("llama31405b", &["llama-3.1-405b", "llama-3.1-405b-mlperf"]),
    (
        "llama31405bproxy",
        &[
            "llama-3.1-405b-7-layers",
            "llama-3.1-405b-8-layers",
            "llama-3.1-405b-21-layers",
            "llama-3.1-405b-30-layers",
            "llama-3.1-405b-42-layers",
            "llama-3.1-405b-62-layers",
        ],
    ),
    ("llama3170b", &["llama-3.1-70b"]),
    ("llama370b", &["llama-3.1-70b"]),
    ("llama370bmaxtext", &["llama-3.1-70b"]),
    ("llama318b", &["llama-3.1-8b"]),
    ("llama38b", &["llama-3.1-8b"]),
    ("llama27b", &["llama-2-7b"]),
    ("llama213b", &["llama-2-13b"]),
    ("llama270b", &["llama-2-70b"]),
    ("llama4maverick400b", &["llama-4-maverick"]),
    ("gpt3175b", &["gpt-3-175b"]),
    ("gpt175b", &["narayanan-174.6b", "megascale-175b", "gpt-3-175b"]),
    ("gpt1746b", &["narayanan-174.6b"]),
    ("gpt17b", &["narayanan-1.7b", "megatron-1.7b"]),
    ("gpt36b", &["narayanan-3.6b"]),
    ("gpt71b", &["megatron-7.1b"]),
    ("gpt75b", &["narayanan-7.5b"]),
    ("gpt16b", &["megatron-16b"]),
    ("gpt184b", &["narayanan-18.4b"]),
    ("gpt22b", &["korthikanti-22b"]),
    ("gpt32b", &["megatron-32b"]),
    ("gpt391b", &["narayanan-39.1b"]),
    ("gpt70b", &["megatron-70b"]),
    ("gpt761b", &["narayanan-76.1b"]),
    ("gpt119b", &["megatron-119b"]),
    ("gpt1456b", &["narayanan-145.6b"]),
    ("gpt177b", &["megatron-177b"]),
    ("gpt530b", &["mt-nlg-530b", "narayanan-529.6b"]),
    ("mtnlg530b", &["mt-nlg-530b"]),
    ("gpt35b", &["nemo-gpt-5b"]),
    ("gpt320b", &["nemo-gpt-20b"]),
    ("nemotron8b", &["nemotron-3-8b"]),
    ("nemotron22b", &["nemotron-3-22b"]),
    ("nemotron415b", &["nemotron-4-15b"]),
    ("nemotron4340b", &["nemotron-4-340b"]),
    ("deepseekv3671b", &["deepseek-v3"]),
    ("qwen3235ba22b", &["qwen3-235b"]),
    ("qwen330ba3b", &["qwen3-30b"]),
    ("gptoss120b", &["gpt-oss-120b"]),
    ("grok1314b", &["grok-1"]),
];

/// Further names, of which the library has one member for each size.
const MORE: [(&str, &[&str]); 8] = [
    ("internal352bmoe", &["megascale-moe-352b"]),
    ("bloom176b", &["bloom-176b"]),
    (
        "bloomprequel181b",
        &[
            "bloom-prequel-72x14336-64",
            "bloom-prequel-72x14336-16",
            "bloom-prequel-72x14336-32",
            "bloom-prequel-72x14336-112",
            "bloom-prequel-72x14336-128",
        ],
    ),
    (
        "bloomprequel180b",
        &[
            "bloom-prequel-72x14336-64",
            "bloom-prequel-72x14336-16",
            "bloom-prequel-72x14336-32",
            "bloom-prequel-72x14336-112",
            "bloom-prequel-72x14336-128",
            "bloom-prequel-96x12288-64",
            "bloom-prequel-96x12288-96",
        ],
    ),
    ("mpt7b", &["mpt-7b"]),
    ("mpt13b", &["mpt-13b"]),
    ("mpt30b", &["mpt-30b"]),
    ("mpt70b", &["mpt-70b"]),
];

/// The multiple to which vocabularies are padded before they are compared.
const VOCABULARY_PADDING: u64 = 1024;

/// The model of a row, with what had to be assumed.
///
/// # Errors
/// Why there is none, in a sentence.
pub(super) fn of(row: &Published, assumed: &mut Vec<String>) -> Result<Model, String> {
    let wanted = letters(&row.model);
    let named = NAMES.iter().chain(&MORE).find(|(name, _)| *name == wanted);
    let candidates = named.map_or(&[][..], |(_, models)| models);
    let found = candidates
        .iter()
        .filter_map(|name| Model::library(name))
        .find(|model| agrees(model.shape(), &row.sizes));
    let Some(model) = found else { return shape::from_columns(row, assumed) };
    let unpublished_heads = row.sizes.heads.is_none() && row.sizes.layers.is_some() && candidates.len() > 1;
    if unpublished_heads {
        assumed.push(format!("{} heads: not published", model.shape().heads));
    }
    let shape = ModelShape { vocab: row.sizes.vocab.unwrap_or(model.shape().vocab), ..*model.shape() };
    let shape = with_further_tokens(shape, row.notes(), assumed);
    Model::new(model.name(), shape).map_err(|error| error.to_string())
}

/// A layer for multi-token prediction only where the notes speak of one.
fn with_further_tokens(shape: ModelShape, notes: Notes<'_>, assumed: &mut Vec<String>) -> ModelShape {
    if shape.mtp_layers == 0 || notes.say("MTP layer included") || notes.say("with MTP") {
        return shape;
    }
    if !notes.say("w/o MTP") {
        assumed.push("no layer for multi-token prediction: none is mentioned".to_owned());
    }
    ModelShape { mtp_layers: 0, ..shape }
}

/// A name without dashes, dots and blanks, in small letters.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether a shape has every size that was published.
fn agrees(shape: &ModelShape, sizes: &Sizes) -> bool {
    let is = |published: Option<u64>, own: u64| published.is_none_or(|published| published == own);
    let experts = shape.experts;
    let of_experts = |of: fn(crate::training::Experts) -> u64| experts.map_or(0, of);
    let padded = |vocab: u64| vocab.div_ceil(VOCABULARY_PADDING);
    is(sizes.layers, shape.layers)
        && is(sizes.hidden, shape.hidden)
        && is(sizes.heads, shape.heads)
        && (shape.latent.is_some() || is(sizes.kv_heads, shape.kv_heads))
        && (experts.is_some() || is(sizes.ffn, shape.ffn))
        && sizes.vocab.is_none_or(|vocab| padded(vocab) == padded(shape.vocab))
        && is(sizes.experts, of_experts(|experts| experts.experts))
        && is(sizes.top_k, of_experts(|experts| experts.top_k))
        && is(sizes.expert_ffn, of_experts(|experts| experts.expert_ffn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_a_model_of_the_library() {
        for (name, models) in NAMES.iter().chain(&MORE) {
            assert_eq!(letters(name), *name);
            for model in *models {
                assert!(Model::library(model).is_some(), "{model}");
            }
        }
    }

    #[test]
    fn a_model_is_taken_only_where_its_sizes_agree() {
        let shape = *Model::library("gpt-3-175b").expect("the library has it").shape();
        let published =
            Sizes { layers: Some(96), hidden: Some(12288), vocab: Some(51200), ..Sizes::default() };
        assert!(agrees(&shape, &published), "51,200 is 50,257 padded");
        assert!(!agrees(&shape, &Sizes { layers: Some(95), ..published }));
        assert!(!agrees(&shape, &Sizes { experts: Some(8), ..published }));
        assert!(!agrees(&shape, &Sizes { vocab: Some(32000), ..published }));
    }
}
