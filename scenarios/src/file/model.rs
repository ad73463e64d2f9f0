//! The model of a training workload: a library name, a `config.json`, or `[workload.model]` with its dimensions.

use super::document::Value;
use super::error::ScenarioError;
use super::section::{Placed, Section};
use super::{config_json, model_table, suggestion};
use crate::training::Model;

/// Reads the key `model` of `[workload]`.
pub(super) fn read(workload: &Section<'_>) -> Option<Model> {
    let Some(entry) = workload.entry("model") else {
        workload.missing("model", "model = \"gpt-1t\"");
        return None;
    };
    match entry.node.value {
        Value::Table(_) => model_table::read(&workload.section("model")?),
        _ => find(workload, &workload.text("model")?),
    }
}

/// The models of the library.
pub(super) fn library() -> Vec<&'static str> {
    Model::library_names().collect()
}

/// The model that `name` stands for: of the library, or in a file beside the scenario.
pub(super) fn find(section: &Section<'_>, name: &Placed<&str>) -> Option<Model> {
    if let Some(model) = Model::library(name.value) {
        return Some(model);
    }
    let error = if name.value.ends_with(".json") {
        match read_file(section, name.value) {
            Ok(model) => return Some(model),
            Err(problem) => ScenarioError::ModelFile { file: name.value.to_owned(), problem },
        }
    } else {
        ScenarioError::UnknownName { what: "model", name: name.value.to_owned(), remedy: remedy(name.value) }
    };
    section.error(name.place, error);
    None
}

/// The name that may have been meant, or where to look: the library is too long to be listed in a message.
fn remedy(name: &str) -> String {
    let known: Vec<&str> = Model::library_names().collect();
    if suggestion::nearest(name, known.iter().copied()).is_some() {
        return suggestion::remedy(name, &known);
    }
    "`copperlight catalog models` lists the library; a path to a config.json or [workload.model] will do as well"
        .to_owned()
}

/// The model of a `config.json`.
fn read_file(section: &Section<'_>, file: &str) -> Result<Model, String> {
    let text = section.findings().read_file(file)?;
    let shape = config_json::read(&text).map_err(|error| error.to_string())?;
    Model::new(name_of(file), shape).map_err(|error| error.to_string())
}

/// The name of a model in a file: that of the folder where the file is called `config.json`, else its own.
fn name_of(file: &str) -> &str {
    let path = std::path::Path::new(file);
    let named = if path.file_name().is_some_and(|name| name == "config.json") {
        path.parent().and_then(|folder| folder.file_name())
    } else {
        path.file_stem()
    };
    named.and_then(|name| name.to_str()).unwrap_or("config")
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_model_in_a_file_is_named_after_it_or_its_folder() {
        assert_eq!(name_of("models/mine.json"), "mine");
        assert_eq!(name_of("Qwen3-30B-A3B/config.json"), "Qwen3-30B-A3B");
        assert_eq!(name_of("config.json"), "config");
    }
}
