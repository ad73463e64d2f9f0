//! The table `[scenario]`: name, question, fidelity, seed.

use super::choice::Choice;
use super::error::ScenarioError;
use super::key::{Form, Key, KeyTable};
use super::scenario::Fidelity;
use super::section::Section;

const FIDELITY: Choice<'static, Fidelity> =
    Choice { what: "fidelity", available: &FIDELITIES, later: &["packet"] };

/// From the finest to the quickest.
const FIDELITIES: [(&str, Fidelity); 2] =
    [(Fidelity::Flow.name(), Fidelity::Flow), (Fidelity::Analytic.name(), Fidelity::Analytic)];

/// The level of detail of this name.
///
/// # Errors
/// [`ScenarioError`] when nothing has this name, or it is not available yet.
pub fn fidelity_named(name: &str) -> Result<Fidelity, ScenarioError> {
    FIDELITY.find(name)
}

/// The keys of `[scenario]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[scenario]",
    &[
        Key::required(
            "name",
            Form::Pattern("^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "letters, digits, `-`, `_` and `.`"),
            "What results call the scenario, and the name of the folder they go to",
            "\"nvl72-vs-cm384\"",
        ),
        Key::optional(
            "question",
            Form::Text,
            "The question that the scenario answers",
            "\"Does copper win?\"",
        ),
        Key::optional(
            "fidelity",
            Form::Name(|| FIDELITY.names()),
            "How closely the simulation looks",
            "\"flow\"",
        )
        .or("\"flow\""),
        Key::optional(
            "seed",
            Form::Whole(0, i64::MAX),
            "Seed of random streams, such as draws of `[[systems.degrade]]` and of traffic",
            "1",
        )
        .or("1"),
    ],
);

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
    let (fidelity, seed) = (read_fidelity(&section), read_seed(&section));
    section.finish();
    Some(Header { name: name?, question, fidelity, seed })
}

/// Reads how closely the simulation looks.
pub(super) fn read_fidelity(section: &Section<'_>) -> Fidelity {
    FIDELITY.read_or(section, "fidelity", Fidelity::Flow.name())
}

/// Reads the seed of random streams.
pub(super) fn read_seed(section: &Section<'_>) -> u64 {
    section.whole_or("seed", 0..=i64::MAX, 1).value as u64
}

fn read_name(section: &Section<'_>) -> Option<String> {
    if section.entry("name").is_none() {
        section.missing("name", "name = \"my-scenario\"");
        return None;
    }
    let written = section.text("name")?;
    match usable_name(written.value) {
        Ok(()) => Some(written.value.to_owned()),
        Err(error) => {
            section.error(written.place, error);
            None
        }
    }
}

/// Checks that a name can be that of a scenario and its folder.
///
/// # Errors
/// [`ScenarioError::UnusableName`].
pub(crate) fn usable_name(name: &str) -> Result<(), ScenarioError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.len() <= 100 && name.chars().all(allowed) {
        return Ok(());
    }
    Err(ScenarioError::UnusableName { name: name.to_owned() })
}
