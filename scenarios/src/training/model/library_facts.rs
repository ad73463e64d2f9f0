//! The files of the model library: one model each, or a family whose members share values.
//!
//! A value is `{ value, source }`, with `confidence` where it is not the publishers' own and `note` where something is
//! to be said. Members of a family are rows whose values come from one source. A family may start from the values of
//! another model, its `base`.

use super::library::{ModelFact, PublishedCount};
use super::library_files::file_of;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Value;

/// The keys of values, in the order in which they are shown.
const KEYS: [&str; 35] = [
    "layers",
    "hidden",
    "heads",
    "kv_heads",
    "head_dim",
    "query_rank",
    "kv_rank",
    "nope_dim",
    "rope_dim",
    "value_dim",
    "window",
    "full_every",
    "ffn",
    "gated",
    "experts",
    "top_k",
    "expert_ffn",
    "shared_experts",
    "shared_ffn",
    "dense_layers",
    "moe_every",
    "expert_groups",
    "top_groups",
    "vocab",
    "tied_embeddings",
    "biases",
    "norm_biases",
    "qkv_biases",
    "router_biases",
    "qk_norm",
    "sandwich_norm",
    "embedding_norm",
    "attention_sinks",
    "learned_positions",
    "mtp_layers",
];

/// What makes a value worth believing where a file does not say: its publishers' own word.
const PUBLISHED: &str = "published";

/// How far counts may be from published ones that are rounded, where a file does not say.
const ROUNDED: f64 = 0.005;
/// The same of active parameters, of which some publishers leave out an embedding.
const ROUNDED_ACTIVE: f64 = 0.03;

/// A value and where it was read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    value: Value,
    source: String,
    confidence: Option<String>,
    note: Option<String>,
    within: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    title: Option<String>,
    #[expect(dead_code, reason = "files are found by the names that are listed beside them")]
    name: Option<String>,
    base: Option<String>,
    source: Option<String>,
    parameters: Option<Fact>,
    active_parameters: Option<Fact>,
    further_token_parameters: Option<Fact>,
    #[serde(default)]
    shape: BTreeMap<String, Fact>,
    #[serde(default)]
    members: Vec<Member>,
}

/// A row of a family.
#[derive(Debug, Deserialize)]
struct Member {
    name: String,
    title: String,
    source: Option<String>,
    parameters: Option<Value>,
    within: Option<f64>,
    note: Option<String>,
    #[serde(flatten)]
    shape: BTreeMap<String, Value>,
}

/// The values of a model, by key.
#[derive(Debug, Clone)]
pub(super) struct Values(BTreeMap<String, Fact>);

/// What a file says of one model.
pub(super) struct Described {
    pub(super) title: String,
    pub(super) published: Vec<(PublishedCount, ModelFact)>,
    pub(super) values: Values,
}

/// What a file says of the model of this name.
pub(super) fn describe(text: &str, name: &str) -> Described {
    let mut file: ModelFile = toml::from_str(text).expect("library models are valid: a test reads every one");
    let base = file.base.as_deref().map(|base| {
        let text = file_of(base).expect("a base is in the library: a test reads every one");
        describe(text, base).values.0
    });
    let mut values = base.unwrap_or_default();
    values.extend(std::mem::take(&mut file.shape));
    let member = file.members.iter().position(|member| member.name == name);
    match member.map(|index| file.members.swap_remove(index)) {
        Some(member) => describe_member(member, file.source.as_deref().unwrap_or_default(), values),
        None => Described {
            title: file.title.clone().unwrap_or_default(),
            published: file.counts(),
            values: Values(values),
        },
    }
}

fn describe_member(member: Member, source: &str, mut values: BTreeMap<String, Fact>) -> Described {
    let source = member.source.as_deref().unwrap_or(source);
    let fact = |value| Fact {
        value,
        source: source.to_owned(),
        confidence: None,
        note: member.note.clone(),
        within: member.within,
    };
    let parameters = member.parameters.clone().map(|value| count("parameters", &fact(value), ROUNDED));
    let own = member.shape.iter().map(|(key, value)| {
        let fact = Fact {
            value: value.clone(),
            source: source.to_owned(),
            confidence: None,
            note: None,
            within: None,
        };
        (key.clone(), fact)
    });
    values.extend(own);
    fill_heads(&mut values);
    Described {
        title: member.title.clone(),
        published: parameters.into_iter().collect(),
        values: Values(values),
    }
}

/// What a row leaves out of heads: multi-head attention whose heads fill the hidden width.
fn fill_heads(values: &mut BTreeMap<String, Fact>) {
    let whole = |values: &BTreeMap<String, Fact>, key| values.get(key)?.value.as_integer();
    let (Some(heads), Some(hidden)) = (whole(values, "heads"), whole(values, "hidden")) else { return };
    let filled = [
        ("kv_heads", heads, "as many as heads: multi-head attention"),
        ("head_dim", hidden / heads.max(1), "hidden / heads"),
    ];
    for (key, value, source) in filled {
        values.entry(key.to_owned()).or_insert_with(|| Fact {
            value: Value::Integer(value),
            source: source.to_owned(),
            confidence: None,
            note: None,
            within: None,
        });
    }
}

impl ModelFile {
    fn counts(&self) -> Vec<(PublishedCount, ModelFact)> {
        let counts = [
            ("parameters", &self.parameters, ROUNDED),
            ("active_parameters", &self.active_parameters, ROUNDED_ACTIVE),
            ("further_token_parameters", &self.further_token_parameters, ROUNDED),
        ];
        let written =
            counts.into_iter().filter_map(|(field, fact, within)| Some((field, fact.as_ref()?, within)));
        written.map(|(field, fact, within)| count(field, fact, within)).collect()
    }
}

/// A published count: exact where it is a whole number.
fn count(field: &'static str, fact: &Fact, within: f64) -> (PublishedCount, ModelFact) {
    let (value, within) = match fact.value {
        Value::Integer(exact) => (exact as f64, 0.0),
        Value::Float(rounded) => (rounded, fact.within.unwrap_or(within)),
        _ => unreachable!("library models are valid: a test reads every one"),
    };
    (PublishedCount { field, value, within }, shown(field, fact))
}

fn shown(field: &'static str, fact: &Fact) -> ModelFact {
    ModelFact {
        field,
        value: match fact.value {
            Value::Float(rounded) => format!("{rounded:e}"),
            ref other => other.to_string(),
        },
        source: fact.source.clone(),
        confidence: fact.confidence.clone().unwrap_or_else(|| PUBLISHED.to_owned()),
        note: fact.note.clone().unwrap_or_default(),
    }
}

impl Values {
    /// The whole number of a key.
    pub(super) fn whole(&self, key: &str) -> Option<u64> {
        self.0.get(key)?.value.as_integer().and_then(|value| u64::try_from(value).ok())
    }

    /// The truth value of a key.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.0.get(key)?.value.as_bool()
    }

    /// The values in the order in which they are shown.
    pub(super) fn into_facts(self) -> impl Iterator<Item = ModelFact> {
        KEYS.into_iter().filter_map(move |key| Some(shown(key, self.0.get(key)?)))
    }

    /// The keys that no shape has.
    #[cfg(test)]
    pub(super) fn unknown_keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).filter(|key| !KEYS.contains(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::library_files::FILES;
    use super::*;

    #[test]
    fn files_have_the_models_that_are_listed_beside_them_and_no_unknown_key() {
        for (names, text) in FILES {
            let file: ModelFile = toml::from_str(text).unwrap_or_else(|error| panic!("{names:?}: {error}"));
            let table: toml::Table = toml::from_str(text).expect("it was read above");
            let own = table.get("name").and_then(Value::as_str);
            let members: Vec<&str> = file.members.iter().map(|member| member.name.as_str()).collect();
            let held: Vec<&str> = own.into_iter().chain(members).collect();
            assert_eq!(held, *names);
            for name in *names {
                assert_eq!(describe(text, name).values.unknown_keys(), Vec::<&str>::new(), "{name}");
            }
        }
    }
}
