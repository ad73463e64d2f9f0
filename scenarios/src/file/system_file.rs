//! A single system, as `--system` names it: a preset, or a TOML file that holds one system.

use super::document::{Entry, Node, Place, Table, Value};
use super::error::{LocatedError, ScenarioError, ScenarioErrors};
use super::findings::Findings;
use super::invisible;
use super::load;
use super::section::Section;
use super::settings;
use super::source::SourceText;
use super::suggestion;
use super::systems;
use copperlight_topologies::System;
use std::path::Path;

/// What stands before the name of a preset in messages.
const FLAG: &str = "--system ";

/// The tables of a scenario.
const TABLES: [&str; 6] = ["scenario", "systems", "workload", "sweep", "expect", "report"];

/// A checked system with its name and, when the file states it, its size.
#[derive(Debug, Clone)]
pub struct NamedSystem {
    /// The name in tables.
    pub name: String,
    /// The machine with its overrides.
    pub system: System,
    /// The number of chips; `None` when neither file nor settings state it and a fabric has no size of its own, or no
    /// chip of a domain is in service.
    pub chips: Option<usize>,
}

impl NamedSystem {
    /// The number of chips: as asked for, else as stated.
    ///
    /// # Errors
    /// A sentence on why the number must be asked for.
    pub fn chips_or(&self, asked: Option<u32>) -> Result<usize, String> {
        asked.map(|chips| chips as usize).or(self.chips).ok_or_else(|| {
            let name = &self.name;
            match self.system.chips_in_service() {
                0 => format!("no chip is left in the domain of `{name}`; say how many chips with --chips"),
                _ => format!("the fabric `{name}` has no size of its own; say how many chips with --chips"),
            }
        })
    }
}

/// Finds a system by the name of its preset, or reads the TOML file of that path.
///
/// A file holds one system: the keys of `[[systems]]` at its top, one `[[systems]]` table, `[systems.fabric]`, or
/// the keys of a fabric (`family = ...`) themselves. `settings` are paths of the system itself.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn load_system(argument: &str, settings: &[String]) -> Result<NamedSystem, ScenarioErrors> {
    let is_file = argument.ends_with(".toml") || Path::new(argument).exists();
    let (source, mut table) = match System::preset(argument) {
        Ok(_) => named_preset(argument),
        Err(_) if is_file => read_file(argument)?,
        Err(error) => return Err(unknown(argument, systems::preset_error(argument, &error))),
    };
    let sources = settings::apply_all(&mut table, source, settings)?;
    let findings = Findings::of(&sources[0].name);
    let system = check(&table, &findings);
    match system {
        Some(system) if !findings.any() => Ok(system),
        _ => Err(ScenarioErrors { sources, errors: findings.into_errors() }),
    }
}

fn check(table: &Table, findings: &Findings) -> Option<NamedSystem> {
    let mut sized = table.clone();
    // Where nothing states a size, the system itself or the command line gives it.
    let lacks_size = table.get("chips").is_none();
    if lacks_size {
        sized.insert(entry("chips", Place { source: 0, start: 0, end: 0 }, Value::Integer(1)));
    }
    invisible::refuse(table, findings);
    let section = Section::new(&sized, "system", None, findings);
    let machine = systems::read(&section)?;
    let stated = machine.chips.filter(|_| !lacks_size).map(|chips| chips.value);
    let chips = stated.or_else(|| machine.system.default_chips());
    Some(NamedSystem { name: machine.name, system: machine.system, chips })
}

fn entry(key: &str, place: Place, value: Value) -> Entry {
    Entry { key: key.to_owned(), place, node: Node { place, value } }
}

fn named_preset(name: &str) -> (SourceText, Table) {
    let source = SourceText::new("command line", format!("{FLAG}{name}"));
    let place = Place { source: 0, start: FLAG.len(), end: FLAG.len() + name.len() };
    let mut table = Table::default();
    table.insert(entry("preset", place, Value::Text(name.to_owned())));
    (source, table)
}

fn unknown(argument: &str, error: ScenarioError) -> ScenarioErrors {
    let (source, _) = named_preset(argument);
    let place = Place { source: 0, start: FLAG.len(), end: source.text.len() };
    ScenarioErrors { sources: vec![source], errors: vec![LocatedError { place: Some(place), error }] }
}

fn read_file(path: &str) -> Result<(SourceText, Table), ScenarioErrors> {
    let source = SourceText::read_file(path).map_err(|error| ScenarioErrors::whole(path, error))?;
    let document = load::parse(&source)?;
    match find_system(document) {
        Ok(table) => Ok((source, table)),
        Err((place, error)) => {
            let errors = vec![LocatedError { place: Some(place), error }];
            Err(ScenarioErrors { sources: vec![source], errors })
        }
    }
}

/// The table of the system, wherever the file holds it.
fn find_system(document: Table) -> Result<Table, (Place, ScenarioError)> {
    if let Some(family) = document.get("family") {
        let place = family.place;
        let mut table = Table::default();
        table.insert(entry("fabric", place, Value::Table(document)));
        return Ok(table);
    }
    let Some(systems) = document.get("systems") else { return Ok(document) };
    // A scenario of one system will do; what no scenario has is a mistake.
    if let Some(stray) = document.entries.iter().find(|entry| !TABLES.contains(&entry.key.as_str())) {
        let (key, table) = (stray.key.clone(), "the file".to_owned());
        let remedy = suggestion::remedy(&key, &TABLES);
        return Err((stray.place, ScenarioError::UnknownKey { key, table, remedy }));
    }
    match &systems.node.value {
        Value::Table(table) => Ok(table.clone()),
        Value::Array(elements) if elements.len() == 1 => {
            Ok(elements[0].as_table().cloned().unwrap_or_default())
        }
        _ => {
            let expected = "one system".to_owned();
            let found = systems.node.kind();
            let error = ScenarioError::WrongType { key: "systems".to_owned(), expected, found };
            Err((systems.place, error))
        }
    }
}
