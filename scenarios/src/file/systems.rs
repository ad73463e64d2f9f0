//! The tables `[[systems]]`: a preset or a fabric, its size, and overridden catalog values.

use super::document::{Entry as TableEntry, Node, Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key::{Form, Key, KeyTable};
use super::limits::{MOST_CHIPS, MOST_SYSTEMS};
use super::section::{Placed, Section};
use super::{parallelism, suggestion, system_keys};
use copperlight_topologies::catalog::{self, CatalogError, Entry};
use copperlight_topologies::{FamilyError, OverrideError, System};
use std::collections::BTreeSet;

/// The keys of `[[systems]]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[[systems]]",
    &[
        Key::optional("name", Form::Text, "What results call the system", "\"NVL72 copper\"")
            .or_else("the preset's or family's name"),
        Key::optional(
            "preset",
            Form::Name(system_keys::presets),
            "A system of the catalog",
            "\"gb200-nvl72\"",
        ),
        Key::optional(
            "fabric",
            Form::Table(system_keys::of_fabric),
            "A family and its parameters instead of a preset",
            "",
        ),
        Key::optional("chips", Form::Whole(1, MOST_CHIPS), "The number of chips in service", "1152")
            .or_else("one domain, or all of a file"),
        Key::optional(
            "chips_per_domain",
            Form::WholeUpTo(1, MOST_CHIPS, "the chips of a domain"),
            "Uses only the first chips of each domain",
            "64",
        )
        .or_else("all"),
        Key::optional(
            "rank_order",
            Form::Either(&[Form::List(&Form::Text), Form::Text]),
            "How ranks are laid onto chips, from the inside out",
            "[\"tensor\", \"context\", \"expert\", \"data\", \"pipeline\"]",
        )
        .or_else("tensor, context, expert, data, pipeline"),
        Key::optional(
            "transport",
            Form::Name(system_keys::transports),
            "A transport of the catalog, or \"ideal\" for no software costs",
            "\"ideal\"",
        )
        .or_else("the preset's; for a fabric \"ideal\""),
        Key::optional(
            "parallelism",
            Form::Table(|| &parallelism::KEYS_OF_SYSTEM),
            "Laid over `[workload.parallelism]` for this system",
            "",
        ),
        Key::optional(
            "chip",
            Form::Table(system_keys::chip),
            "Values of the chip that are overridden in place",
            "",
        ),
        Key::optional(
            "scale_up",
            Form::Table(system_keys::scale_up),
            "Values of the domain's fabric, likewise",
            "",
        ),
        Key::optional(
            "scale_out",
            Form::Table(system_keys::scale_out),
            "Values of the fabric between domains, likewise",
            "",
        ),
        Key::optional(
            "degrade",
            Form::Tables(|| &system_keys::DEGRADE),
            "What is slow or gone in the system",
            "",
        ),
        Key::later("noise", "leave it out"),
    ],
)
.with_either(&[["preset", "fabric"]]);

/// A system as one point has it.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    pub(super) name: String,
    pub(super) system: System,
    pub(super) chips: Option<Placed<usize>>,
}

/// The tables `[[systems]]` of a document, unread.
pub(super) fn declared<'a>(root: &Section<'a>) -> Vec<&'a Node> {
    let example = "[[systems]] with name, preset = \"gb200-nvl72\" and chips = 72";
    let Some(entry) = root.entry("systems") else {
        root.missing("systems", example);
        return Vec::new();
    };
    let tables = root.sections("systems").len();
    let Some(elements) = entry.node.as_array() else { return Vec::new() };
    if elements.is_empty() {
        root.missing("systems", example);
    }
    if elements.len() > MOST_SYSTEMS {
        let bound = format!("at most {MOST_SYSTEMS} tables");
        let (key, value) = ("systems".to_owned(), format!("an array of {}", elements.len()));
        root.error(Some(entry.place), ScenarioError::OutOfRange { key, value, bound });
        return Vec::new();
    }
    if tables == elements.len() { elements.iter().collect() } else { Vec::new() }
}

/// The names of the systems; a name given twice is an error.
pub(super) fn names(declared: &[&Node], findings: &Findings) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut names = Vec::new();
    for node in declared {
        let text_of =
            |key| node.as_table()?.get(key).filter(|entry| matches!(entry.node.value, Value::Text(_)));
        let Some(entry) = text_of("name").or_else(|| text_of("preset")) else { continue };
        let Value::Text(name) = &entry.node.value else { continue };
        if name.trim().is_empty() {
            findings.error(Some(entry.node.place), ScenarioError::EmptyName);
        }
        if !seen.insert(name.clone()) {
            findings.error(Some(entry.node.place), ScenarioError::DuplicateName { name: name.clone() });
        }
        names.push(name.clone());
    }
    names
}

/// Reads one system.
pub(super) fn read(section: &Section<'_>) -> Option<Machine> {
    section.describe(&KEYS);
    let name = section.text("name").map(|name| name.value.to_owned());
    let base = read_base(section);
    let chips = section.whole("chips", 1..=MOST_CHIPS);
    section.entry("parallelism");
    let (mut system, base_name) = base?;
    let mut overrides = section.remaining();
    // How much of a domain is used depends on how large it is.
    overrides.sort_by_key(|entry| entry.key == "chips_per_domain");
    let refused = overrides.iter().filter(|entry| !put(section, &mut system, "", entry)).count();
    if refused == 0 {
        check_together(section, &system)?;
    }
    let chips = if section.entry("chips").is_some() { chips } else { default_chips(section, &system) };
    if section.entry("rank_order").is_none() {
        section.default("rank_order", system.rank_order().names().collect::<Vec<_>>());
    }
    (refused == 0).then(|| Machine { name: name.unwrap_or(base_name), system, chips })
}

/// Holds values of a system against each other.
fn check_together(section: &Section<'_>, system: &System) -> Option<()> {
    let Err(error) = system.check_together() else { return Some(()) };
    let scale_up = section.entry("scale_up").and_then(|entry| entry.node.as_table());
    let written = |key| scale_up.and_then(|table| table.get(key)).map(|entry| entry.node.place);
    let fabric = section.entry("fabric").map(|entry| entry.node.place);
    let place = written("chips_per_node").or_else(|| written("chips")).or(fabric).or(section.place());
    section.error(place, ScenarioError::IllegalSystem { problem: error.to_string() });
    None
}

/// A system that names no size fills one domain; some families have no size of their own.
fn default_chips(section: &Section<'_>, system: &System) -> Option<Placed<usize>> {
    let Some(chips) = system.default_chips() else {
        match system.chips_in_service() {
            0 => {
                let place = section.entry("degrade").map(|entry| entry.node.place).or(section.place());
                let problem =
                    "no chip is left in the domain; say how many chips, such as chips = 8".to_owned();
                section.error(place, ScenarioError::IllegalSystem { problem });
            }
            _ => section.missing("chips", "chips = 8"),
        }
        return None;
    };
    section.default("chips", i64::try_from(chips).unwrap_or(MOST_CHIPS));
    Some(Placed { value: chips, place: section.place() })
}

/// The system before its overrides, with a name for it.
fn read_base(section: &Section<'_>) -> Option<(System, String)> {
    let (preset, fabric) = (section.entry("preset"), section.entry("fabric"));
    let (place, found) = match (preset, fabric) {
        (Some(_), None) => return read_preset(section),
        (None, Some(entry)) => return read_fabric(section, entry),
        (Some(_), Some(second)) => (Some(second.place), "both are here"),
        (None, None) => (section.place(), "neither is here"),
    };
    let (first, second) = ("preset", "fabric");
    section.error(place, ScenarioError::EitherOr { table: section.title(), first, second, found });
    None
}

fn read_preset(section: &Section<'_>) -> Option<(System, String)> {
    let name = section.text("preset")?;
    match System::preset(name.value) {
        Ok(system) => Some((system, name.value.to_owned())),
        Err(error) => {
            section.error(name.place, preset_error(name.value, &error));
            None
        }
    }
}

/// A preset that the catalog does not have.
pub(super) fn preset_error(name: &str, error: &CatalogError) -> ScenarioError {
    let known: Vec<&str> = catalog::systems().iter().map(Entry::name).collect();
    match error {
        CatalogError::NotAvailableYet { .. } => ScenarioError::NotAvailableYet {
            what: format!("the preset `{name}`"),
            instead: format!("available: {}", known.join(", ")),
        },
        CatalogError::Unknown { .. } => {
            let remedy = suggestion::remedy(name, &known);
            ScenarioError::UnknownName { what: "preset", name: name.to_owned(), remedy }
        }
    }
}

fn read_fabric(section: &Section<'_>, entry: &TableEntry) -> Option<(System, String)> {
    section.section("fabric")?;
    let table = entry.node.as_table()?;
    let findings = section.findings();
    match System::from_family_with_files(&table.to_toml(), &|name| findings.read_file(name)) {
        Ok(system) => {
            let family = system.name().to_owned();
            Some((system, family))
        }
        Err(error) => {
            let key_at_fault = matches!(
                innermost(&error),
                FamilyError::UnknownKey { .. } | FamilyError::TwoBandwidths { .. } | FamilyError::GraphAlone
            );
            let place = match at_fault(table, &error) {
                Some(entry) if key_at_fault => entry.place,
                Some(entry) => entry.node.place,
                None => entry.node.place,
            };
            let error = match &error {
                FamilyError::Value(value) => illegal_value(value, "scale_up."),
                _ => ScenarioError::IllegalSystem { problem: error.to_string() },
            };
            section.error(Some(place), error);
            None
        }
    }
}

/// The error itself, wherever in the description it is.
fn innermost(error: &FamilyError) -> &FamilyError {
    match error {
        FamilyError::ScaleOut(error) => innermost(error),
        error => error,
    }
}

/// The innermost entry of a description that an error is about.
fn at_fault<'a>(table: &'a Table, error: &FamilyError) -> Option<&'a TableEntry> {
    let mut found = None;
    let mut table = Some(table);
    for key in error.path() {
        let Some(entry) = table.and_then(|table| table.get(key)) else { break };
        table = entry.node.as_table();
        found = Some(entry);
    }
    found
}

/// A value that a system refuses; `prefix` of its key is not written there.
fn illegal_value(error: &OverrideError, prefix: &str) -> ScenarioError {
    match error {
        OverrideError::OutOfRange { key, value, bound } => ScenarioError::OutOfRange {
            key: key.strip_prefix(prefix).unwrap_or(key).to_owned(),
            value: value.clone(),
            bound: bound.clone(),
        },
        _ => ScenarioError::IllegalSystem { problem: error.to_string() },
    }
}

/// A path into `degrade` of a system that has no entries, or a table that is none of a list.
fn no_entries(section: &Section<'_>, system: &System) -> ScenarioError {
    let name = match section.entry("name").map(|entry| &entry.node.value) {
        Some(Value::Text(name)) => name,
        _ => system.name(),
    };
    let problem = format!(
        "`{name}` has no list `degrade`; head each entry [[systems.degrade]], or write the number of a system that \
         has one, such as systems[0].degrade.capacity"
    );
    ScenarioError::IllegalSystem { problem }
}

/// Puts an override into the system, going into tables; whether it was legal.
fn put(section: &Section<'_>, system: &mut System, prefix: &str, entry: &TableEntry) -> bool {
    let path = format!("{prefix}{}", entry.key);
    let below = format!("{path}.");
    let has_keys_below = System::known_keys().iter().any(|known| known.starts_with(&below));
    if let (true, Some(table)) = (has_keys_below, entry.node.as_table()) {
        return table.entries.iter().filter(|inner| !put(section, system, &below, inner)).count() == 0;
    }
    let Err(error) = system.set(&path, &entry.node.to_toml()) else { return true };
    let (place, error) = match error {
        OverrideError::UnknownKey { .. } => (entry.place, unknown(section, path)),
        OverrideError::NotAvailableYet { .. } => {
            let what = format!("the key `{path}` in {}", section.title());
            (entry.place, ScenarioError::NotAvailableYet { what, instead: "leave it out".to_owned() })
        }
        OverrideError::NotOfThisSystem { .. } | OverrideError::TwoBandwidths { .. } => {
            (entry.place, illegal_value(&error, ""))
        }
        OverrideError::Degrade { index, .. } => {
            let element = entry.node.as_array().and_then(|elements| elements.get(index));
            (element.map_or(entry.place, |element| element.place), illegal_value(&error, ""))
        }
        OverrideError::WrongType { .. } if path == "degrade" && entry.node.as_table().is_some() => {
            (entry.node.place, no_entries(section, system))
        }
        _ => (entry.node.place, illegal_value(&error, "")),
    };
    section.error(Some(place), error);
    false
}

fn unknown(section: &Section<'_>, path: String) -> ScenarioError {
    let own = ["name", "preset", "fabric", "chips", "parallelism"];
    let known: Vec<&str> = own.into_iter().chain(System::known_keys().iter().copied()).collect();
    let remedy = match suggestion::nearest(&path, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", alternatives(&path, &known).join(", ")),
    };
    ScenarioError::UnknownKey { key: path, table: section.title(), remedy }
}

/// The keys beside an unknown one: those of its table, or at the top one name for each table.
fn alternatives(path: &str, known: &[&str]) -> Vec<String> {
    let table = path.rsplit_once('.').map_or(String::new(), |(table, _)| format!("{table}."));
    let beside = known.iter().filter_map(|key| key.strip_prefix(&table));
    let mut names: Vec<String> = beside
        .map(|key| match key.split_once('.') {
            Some((inner, _)) => format!("{table}{inner}.*"),
            None => format!("{table}{key}"),
        })
        .collect();
    names.dedup();
    names
}
