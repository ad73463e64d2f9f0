//! Typed access to the keys of a `config.json`, each under any of the names that repositories use.

use serde_json::{Map, Value};
use thiserror::Error;

/// Why a `config.json` is no model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum ConfigError {
    /// The text cannot be parsed.
    #[error("it is not JSON: {message}; name the config.json of a Hugging Face repository")]
    NotJson { message: String },
    /// The text holds no table.
    #[error("it holds {found} and not an object; name the config.json of a Hugging Face repository")]
    NotAnObject { found: &'static str },
    /// A key is not there.
    #[error("the key `{key}`{others} is missing; add it, or write the model as [workload.model]")]
    Missing { key: &'static str, others: String },
    /// A key holds something else than it must.
    #[error(
        "`{key}` is {value}, and it must be {expected}; correct it, or write the model as [workload.model]"
    )]
    WrongValue { key: String, value: String, expected: &'static str },
    /// A key holds what no shape can express.
    #[error("`{key}` = {value} cannot be modelled; {remedy}")]
    Unusable { key: &'static str, value: String, remedy: &'static str },
    /// Heads do not fill the hidden width.
    #[error("`hidden_size` = {hidden} is no multiple of `num_attention_heads` = {heads}; add `head_dim`")]
    UnevenHeads { hidden: u64, heads: u64 },
    /// An activation from which it does not follow whether the network is gated.
    #[error(
        "`model_type` = \"{model_type}\" is no known architecture, and its activation {activation} does not say whether \
         the network is gated; write the model as [workload.model] with `gated`"
    )]
    UnknownArchitecture { model_type: String, activation: String },
}

/// The longest text of a value in a message.
const SHOWN: usize = 60;

/// The object of a `config.json`.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The keys of a document.
    pub(super) fn new(document: &'a Value) -> Result<Self, ConfigError> {
        let found = match document {
            Value::Object(table) => return Ok(Self(table)),
            Value::Array(_) => "a list",
            Value::String(_) => "a text",
            _ => "a single value",
        };
        Err(ConfigError::NotAnObject { found })
    }

    /// The first of these keys that holds something.
    fn find(&self, keys: &[&'static str]) -> Option<(&'static str, &'a Value)> {
        let held = keys.iter().filter_map(|key| Some((*key, self.0.get(*key)?)));
        held.into_iter().find(|(_, value)| !value.is_null())
    }

    /// Whether any of these keys holds something.
    pub(super) fn has(&self, keys: &[&'static str]) -> bool {
        self.find(keys).is_some()
    }

    /// A table inside.
    pub(super) fn table(&self, key: &'static str) -> Option<Self> {
        self.find(&[key])?.1.as_object().map(Fields)
    }

    /// A list inside.
    pub(super) fn list(&self, key: &'static str) -> Option<&'a [Value]> {
        self.find(&[key])?.1.as_array().map(Vec::as_slice)
    }

    /// A whole number under the first of these keys that is there.
    pub(super) fn whole(&self, keys: &[&'static str]) -> Result<Option<u64>, ConfigError> {
        let Some((key, value)) = self.find(keys) else { return Ok(None) };
        match value.as_u64() {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(key, value, "a whole number")),
        }
    }

    /// The same, which must be there.
    pub(super) fn needed(&self, keys: &[&'static str]) -> Result<u64, ConfigError> {
        let [key, others @ ..] = keys else { unreachable!("a number has a key") };
        let named: Vec<String> = others.iter().map(|key| format!("`{key}`")).collect();
        let others = if named.is_empty() { String::new() } else { format!(" (or {})", named.join(", ")) };
        self.whole(keys)?.ok_or(ConfigError::Missing { key, others })
    }

    /// A truth value.
    pub(super) fn flag(&self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        let Some((_, value)) = self.find(&[key]) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| wrong(key, value, "true or false"))
    }

    /// A text.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<&'a str>, ConfigError> {
        let Some((_, value)) = self.find(&[key]) else { return Ok(None) };
        value.as_str().map(Some).ok_or_else(|| wrong(key, value, "a text"))
    }

    /// That a key holds what cannot be modelled.
    pub(super) fn unusable(&self, key: &'static str, remedy: &'static str) -> ConfigError {
        let value = self.find(&[key]).map(|(_, value)| shown(value)).unwrap_or_default();
        ConfigError::Unusable { key, value, remedy }
    }
}

fn wrong(key: &str, value: &Value, expected: &'static str) -> ConfigError {
    ConfigError::WrongValue { key: key.to_owned(), value: shown(value), expected }
}

/// A value as JSON, cut where it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}...")
}
