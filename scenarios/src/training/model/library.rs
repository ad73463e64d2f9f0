//! Published models, embedded: every value with its source.

use super::checked::Model;
use super::shape::{MinorParameters, ModelShape};
use serde::Deserialize;

/// The files of the library, by name.
const LIBRARY: [(&str, &str); 2] = [
    ("gpt-1t", include_str!("../../../library/models/gpt-1t.toml")),
    ("llama-3.1-8b", include_str!("../../../library/models/llama-3.1-8b.toml")),
];

/// A value and where it was read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sourced<T> {
    value: T,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    name: String,
    title: String,
    published_parameters: Sourced<f64>,
    shape: ShapeTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeTable {
    layers: Sourced<u64>,
    hidden: Sourced<u64>,
    heads: Sourced<u64>,
    kv_heads: Sourced<u64>,
    head_dim: Sourced<u64>,
    ffn: Sourced<u64>,
    gated: Sourced<bool>,
    vocab: Sourced<u64>,
    tied_embeddings: Sourced<bool>,
    biases: Sourced<bool>,
    learned_positions: Sourced<u64>,
}

/// One value of a library model, for people to trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFact {
    /// The key, as in [`ModelShape`].
    pub field: &'static str,
    /// The value as text.
    pub value: String,
    /// Where it was read.
    pub source: String,
}

/// A published model with the origin of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryModel {
    /// The model.
    pub model: Model,
    /// Its name in full.
    pub title: String,
    /// The number of parameters that its publishers state.
    pub published_parameters: f64,
    /// Every value with its source, the parameter count first.
    pub facts: Vec<ModelFact>,
}

impl Model {
    /// The names of the library's models.
    pub fn library_names() -> impl Iterator<Item = &'static str> {
        LIBRARY.iter().map(|(name, _)| *name)
    }

    /// The library's model of this name.
    pub fn library(name: &str) -> Option<Self> {
        LibraryModel::named(name).map(|entry| entry.model)
    }
}

impl LibraryModel {
    /// The library's entry of this name.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = LIBRARY.iter().find(|(known, _)| *known == name)?;
        let file: ModelFile = toml::from_str(text).expect("library models are valid: a test reads every one");
        let model = Model::new(&file.name, file.shape.shape())
            .expect("library models are valid: a test reads every one");
        let mut facts = vec![fact("parameters", &file.published_parameters)];
        facts.extend(file.shape.facts());
        let published_parameters = file.published_parameters.value;
        Some(Self { model, title: file.title, published_parameters, facts })
    }
}

fn fact<T: ToString>(field: &'static str, sourced: &Sourced<T>) -> ModelFact {
    ModelFact { field, value: sourced.value.to_string(), source: sourced.source.clone() }
}

impl ShapeTable {
    fn shape(&self) -> ModelShape {
        ModelShape {
            layers: self.layers.value,
            hidden: self.hidden.value,
            heads: self.heads.value,
            kv_heads: self.kv_heads.value,
            head_dim: self.head_dim.value,
            ffn: self.ffn.value,
            gated: self.gated.value,
            vocab: self.vocab.value,
            tied_embeddings: self.tied_embeddings.value,
            biases: self.biases.value,
            learned_positions: self.learned_positions.value,
            latent: None,
            window: None,
            experts: None,
            mtp_layers: 0,
            minor: MinorParameters::default(),
        }
    }

    fn facts(&self) -> Vec<ModelFact> {
        vec![
            fact("layers", &self.layers),
            fact("hidden", &self.hidden),
            fact("heads", &self.heads),
            fact("kv_heads", &self.kv_heads),
            fact("head_dim", &self.head_dim),
            fact("ffn", &self.ffn),
            fact("gated", &self.gated),
            fact("vocab", &self.vocab),
            fact("tied_embeddings", &self.tied_embeddings),
            fact("biases", &self.biases),
            fact("learned_positions", &self.learned_positions),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_read_has_sources_and_its_published_size() {
        for name in Model::library_names() {
            let entry = LibraryModel::named(name).expect("a listed model is found");
            assert_eq!(entry.model.name(), name);
            assert!(!entry.title.is_empty(), "{name} has a title");
            for fact in &entry.facts {
                assert!(fact.source.len() > 10, "{name}: `{}` has a source", fact.field);
            }
            let ratio = entry.model.parameters() as f64 / entry.published_parameters;
            assert!((ratio - 1.0).abs() < 1e-3, "{name}: {ratio}");
        }
    }

    #[test]
    fn an_unknown_name_is_none() {
        assert_eq!(Model::library("gpt-1"), None);
    }
}
