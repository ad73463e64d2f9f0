//! What a training step computes again: `recompute` and `recompute_layers` of `[workload.parallelism]`.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::key::{Form, Key};
use super::limits::MOST_PARTS;
use super::section::Section;
use crate::training::{Recompute, RecomputedModules};

const FULL: Recompute = Recompute::Full { layers: None };

/// Words for whole ways to recompute; a module by itself is a list of one.
const WAYS: [(&str, Recompute); 3] =
    [("none", Recompute::NONE), ("selective", Recompute::SELECTIVE), ("full", FULL)];

const MODULE: Choice<'static, RecomputedModules> =
    Choice { what: "module to recompute", available: &RecomputedModules::ALL, later: &[] };

/// Both keys.
pub(super) const KEYS: [Key; 2] = [
    Key::optional(
        "recompute",
        Form::Either(&[Form::Name(ways), Form::List(&Form::Name(|| MODULE.names()))]),
        "What is computed again: \"selective\" is core attention; or modules, one or a list",
        "\"selective\"",
    )
    .or("\"none\""),
    Key::optional(
        "recompute_layers",
        Form::Whole(1, MOST_PARTS),
        "With \"full\": so many layers of each chunk",
        "4",
    )
    .or_else("all"),
];

fn ways() -> Vec<&'static str> {
    WAYS.iter().map(|(name, _)| *name).chain(MODULE.names()).collect()
}

/// Reads both keys.
pub(super) fn read(section: &Section<'_>) -> Recompute {
    let is_list = matches!(section.entry("recompute").map(|entry| &entry.node.value), Some(Value::Array(_)));
    let recompute = if is_list { read_modules(section) } else { read_way(section) };
    let Some(layers) = section.whole("recompute_layers", 1..=MOST_PARTS) else { return recompute };
    if recompute == FULL {
        return Recompute::Full { layers: Some(layers.value as u64) };
    }
    let (key, context) = ("recompute_layers".to_owned(), "a `recompute` other than \"full\"".to_owned());
    let remedy = "write recompute = \"full\", or leave it out".to_owned();
    section.error(layers.place, ScenarioError::Inapplicable { key, context, remedy });
    recompute
}

fn read_way(section: &Section<'_>) -> Recompute {
    let modules = RecomputedModules::ALL.map(|(name, modules)| (name, Recompute::Modules(modules)));
    let available: Vec<(&str, Recompute)> = WAYS.into_iter().chain(modules).collect();
    let choice = Choice { what: "way to recompute", available: &available, later: &[] };
    choice.read_or(section, "recompute", "none")
}

fn read_modules(section: &Section<'_>) -> Recompute {
    let modules = MODULE.read_list(section, "recompute");
    let all = modules.into_iter().flatten().fold(RecomputedModules::NONE, RecomputedModules::with);
    Recompute::Modules(all)
}
