//! The table `[scenario]`: name, question, fidelity, seed.

use super::choice::Choice;
use super::error::ScenarioError;
use super::scenario::Fidelity;
use super::section::Section;

const FIDELITY: Choice<'static, Fidelity> =
    Choice { what: "fidelity", available: &[("flow", Fidelity::Flow)], later: &["analytic", "packet"] };

/// The checked table `[scenario]`.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) question: Option<String>,
    pub(super) fidelity: Fidelity,
    pub(super) seed: u64,
}

/// Reads `[scenario]` of a document.
pub(super) fn read(document: &Section<'_>) -> Option<Header> {
    let Some(section) = document.section("scenario") else {
        if document.entry("scenario").is_none() {
            document.missing("scenario", "[scenario] with name = \"my-scenario\"");
        }
        return None;
    };
    let name = read_name(&section);
    let question = section.text("question").map(|text| text.value.to_owned());
    let fidelity = FIDELITY.read_or(&section, "fidelity", "flow");
    let seed = section.whole_or("seed", 0..=i64::MAX, 1).value as u64;
    section.finish();
    Some(Header { name: name?, question, fidelity, seed })
}

fn read_name(section: &Section<'_>) -> Option<String> {
    if section.entry("name").is_none() {
        section.missing("name", "name = \"my-scenario\"");
        return None;
    }
    let written = section.text("name")?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = written.value.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && written.value.len() <= 100 && written.value.chars().all(allowed) {
        return Some(written.value.to_owned());
    }
    section.error(written.place, ScenarioError::UnusableName { name: written.value.to_owned() });
    None
}
