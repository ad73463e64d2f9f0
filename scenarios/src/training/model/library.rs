//! Published models, embedded: every value with its source.
//!
//! `library_files` lists the files, `library_facts` reads them, and `library_shape` makes shapes of their values.
//! Files are read when a name of theirs is asked for.

use super::checked::Model;
use super::library_facts::{Described, describe};
use super::library_files::{FILES, file_of};
use super::library_shape::shape_of;
use std::collections::BTreeMap;
use std::sync::RwLock;

/// The models that were asked for, read once.
static MODELS: RwLock<BTreeMap<String, Model>> = RwLock::new(BTreeMap::new());

/// One value of a library model, for people to trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFact {
    /// The key, as in `[workload.model]`.
    pub field: &'static str,
    /// The value as text.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// How far it can be trusted: `published` by those who trained the model, `analyst_estimate` or `inferred`.
    pub confidence: String,
    /// What else is to be said; empty where nothing is.
    pub note: String,
}

/// A count that publishers state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedCount {
    /// What is counted: `parameters`, `active_parameters`, `further_token_parameters`.
    pub field: &'static str,
    /// The number.
    pub value: f64,
    /// How far the model's own count may be from it, as a share; zero where the exact number is public.
    pub within: f64,
}

/// A published model with the origin of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryModel {
    /// The model.
    pub model: Model,
    /// Its name in full.
    pub title: String,
    /// The counts that its publishers state.
    pub published: Vec<PublishedCount>,
    /// Every value with its source, published counts first.
    pub facts: Vec<ModelFact>,
}

impl Model {
    /// The names of the library's models.
    pub fn library_names() -> impl Iterator<Item = &'static str> {
        FILES.iter().flat_map(|(names, _)| names.iter().copied())
    }

    /// The library's model of this name.
    pub fn library(name: &str) -> Option<Self> {
        if let Some(known) = MODELS.read().ok().and_then(|models| models.get(name).cloned()) {
            return Some(known);
        }
        let model = LibraryModel::named(name)?.model;
        if let Ok(mut models) = MODELS.write() {
            models.insert(name.to_owned(), model.clone());
        }
        Some(model)
    }
}

impl LibraryModel {
    /// The library's entry of this name.
    pub fn named(name: &str) -> Option<Self> {
        let Described { title, published, values } = describe(file_of(name)?, name);
        let shape = shape_of(&values);
        let model = Model::new(name, shape).expect("library models are valid: a test reads every one");
        let counts = published.iter().map(|(count, _)| *count).collect();
        let facts = published.into_iter().map(|(_, fact)| fact);
        let facts = facts.chain(values.into_facts()).collect();
        Some(Self { model, title, published: counts, facts })
    }

    /// What this model counts in the field of a published count.
    pub fn count(&self, field: &str) -> u64 {
        match field {
            "active_parameters" => self.model.active_parameters(),
            "further_token_parameters" => self.model.further_token_parameters(),
            _ => self.model.parameters(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn entries() -> impl Iterator<Item = LibraryModel> {
        Model::library_names().map(|name| LibraryModel::named(name).expect("a listed model is found"))
    }

    #[test]
    fn every_model_is_read_and_has_sources() {
        let mut names = BTreeSet::new();
        for entry in entries() {
            let name = entry.model.name();
            assert!(names.insert(name.to_owned()), "{name} is in the library twice");
            assert!(!entry.title.is_empty(), "{name} has a title");
            for fact in &entry.facts {
                assert!(fact.source.len() > 10, "{name}: `{}` has a source", fact.field);
                let known = ["published", "analyst_estimate", "inferred"];
                assert!(known.contains(&fact.confidence.as_str()), "{name}: `{}`: confidence", fact.field);
            }
        }
    }

    #[test]
    fn counts_are_the_published_ones() {
        // Exactly, where the file has a whole number; else within half a percent, or as far as the file says and why.
        // Active parameters within 3 %: publishers differ in whether they count the embeddings.
        let mut misses = Vec::new();
        for entry in entries() {
            for &PublishedCount { field, value, within } in &entry.published {
                let name = entry.model.name();
                let count = entry.count(field);
                let error = count as f64 / value - 1.0;
                if error.abs() > within {
                    misses.push(format!("{name}: {field} {count} is not {value}: {error:+.4}"));
                }
                let fact = entry.facts.iter().find(|fact| fact.field == field);
                let fact = fact.expect("a count is a fact");
                let usual = if field == "active_parameters" { 0.03 } else { 0.005 };
                if within > usual && fact.note.is_empty() {
                    misses.push(format!("{name}: {field}: a wide margin is not explained"));
                }
            }
        }
        assert!(misses.is_empty(), "{}", misses.join("\n"));
    }

    #[test]
    fn an_unknown_name_is_none() {
        assert_eq!(Model::library("gpt-1"), None);
    }
}
