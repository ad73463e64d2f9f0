//! `--set PATH=VALUE`: values put into the document before it is checked.

use super::document::{Node, Place, Table, Value};
use super::error::{ScenarioError, ScenarioErrors};
use super::findings::Findings;
use super::key_path::KeyPath;
use super::source::SourceText;
use toml::de::DeValue;

/// What stands before a setting in messages.
const FLAG: &str = "--set ";

/// Puts every setting into the document; the texts are `source` and then the settings.
pub(super) fn apply_all(
    document: &mut Table,
    source: SourceText,
    settings: &[String],
) -> Result<Vec<SourceText>, ScenarioErrors> {
    let findings = Findings::default();
    let mut sources = vec![source];
    for setting in settings {
        apply(document, setting, sources.len(), &findings);
        sources.push(source_of(setting));
    }
    if findings.any() { Err(ScenarioErrors { sources, errors: findings.into_errors() }) } else { Ok(sources) }
}

/// The text of a setting as a source that messages can point into.
fn source_of(setting: &str) -> SourceText {
    SourceText::new("command line", format!("{FLAG}{setting}"))
}

/// Puts the setting, which is text `index` of the sources, into the document.
fn apply(document: &mut Table, setting: &str, index: usize, findings: &Findings) {
    let whole = Place { source: index, start: FLAG.len(), end: FLAG.len() + setting.len() };
    let Some((path, value)) = setting.split_once('=') else {
        let problem = format!("`{setting}` sets nothing; write PATH=VALUE, such as `workload.micro_batch=2`");
        findings.error(Some(whole), ScenarioError::BadPath { problem });
        return;
    };
    let key_place = Place { end: FLAG.len() + path.len(), ..whole };
    let node = read_value(value, Place { start: key_place.end + 1, ..whole });
    let put = KeyPath::parse(path.trim()).and_then(|path| path.set(document, key_place, &node));
    if let Err(error) = put {
        findings.error(Some(key_place), error.into());
    }
}

/// Reads a value as TOML; what is no TOML is a text.
fn read_value(text: &str, place: Place) -> Node {
    match DeValue::parse(text) {
        Ok(parsed) => Node::from_parsed(&parsed, place.source, place.start),
        Err(_) => Node { place, value: Value::Text(text.trim().to_owned()) },
    }
}
