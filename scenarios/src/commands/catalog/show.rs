//! The command: what was asked for, found and written.

use super::book;
use super::listed::Listed;
use super::part::Part;
use super::part_argument::PartArgument;
use super::sheets;
use crate::commands::failure::Failure;
use crate::commands::output::{Format, Output};
use crate::commands::system_question::{SystemArguments, SystemQuestion};
use crate::commands::{analysis, physical};
use crate::file::{ScenarioError, suggestion};
use crate::report::Sheet;
use clap::Args;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Arguments of `copperlight catalog`.
#[derive(Debug, Args)]
pub(in crate::commands) struct CatalogArguments {
    /// What to show; without it an overview and the known gaps
    #[arg(value_parser = PartArgument)]
    part: Option<Part>,
    /// One entry, with every value and its source
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    of_system: SystemArguments,
    /// How it is written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is shown: tables for people, one table for CSV, one document for JSON.
struct Shown {
    sheets: Vec<Sheet>,
    flat: Sheet,
    document: Value,
}

/// Shows an overview, all entries of a part, or one entry with its sources.
pub(in crate::commands) fn run(arguments: &CatalogArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    if let Some(question) = arguments.of_system.question() {
        let of_systems = arguments.name.as_deref().filter(|_| arguments.part == Some(Part::Systems));
        let answer = match question {
            SystemQuestion::Physical => physical::run,
            SystemQuestion::Analysis => analysis::run,
        };
        return answer(of_systems, &arguments.of_system, arguments.format, output);
    }
    let shown = match (arguments.part, &arguments.name) {
        (None, _) => catalog_overview(),
        (Some(Part::All), None) if arguments.format == Format::Markdown => {
            return Ok(book::write(output.data)?);
        }
        (Some(Part::All), None) => everything(),
        (Some(part), None) => part_overview(part),
        (Some(part), Some(name)) => one_entry(&find(part, name)?),
    };
    Ok(write(&shown, arguments.format, output.data)?)
}

fn write(shown: &Shown, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Csv | Format::Json => format.write(&shown.flat, &shown.document, out),
        Format::Table | Format::Markdown => {
            for (index, sheet) in shown.sheets.iter().enumerate() {
                if index > 0 && format == Format::Table {
                    writeln!(out)?;
                }
                format.write(sheet, &shown.document, out)?;
            }
            Ok(())
        }
    }
}

fn catalog_overview() -> Shown {
    let names = |part: Part| part.listed().into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let parts: Map<String, Value> = Part::WITH_ENTRIES
        .into_iter()
        .filter(|part| *part != Part::Gaps)
        .map(|part| (part.name().to_owned(), names(part).into()))
        .collect();
    let document = json!({ "parts": parts, "gaps": documents(Part::Gaps) });
    Shown { sheets: vec![sheets::parts(), sheets::gaps()], flat: sheets::names(), document }
}

fn part_overview(part: Part) -> Shown {
    let sheet = sheets::overview(part);
    Shown { sheets: vec![sheet.clone()], flat: sheet, document: documents(part) }
}

fn one_entry(entry: &Listed) -> Shown {
    let sheet = sheets::details(entry);
    Shown { sheets: vec![sheet.clone()], flat: sheet, document: entry.document.clone() }
}

fn everything() -> Shown {
    let parts: Map<String, Value> =
        Part::WITH_ENTRIES.into_iter().map(|part| (part.name().to_owned(), documents(part))).collect();
    let sheet = sheets::everything();
    Shown { sheets: vec![sheet.clone()], flat: sheet, document: parts.into() }
}

fn documents(part: Part) -> Value {
    Value::Array(part.listed().into_iter().map(|entry| entry.document).collect())
}

/// The entry of this name, or where it is, or one that it is like.
fn find(part: Part, name: &str) -> Result<Listed, Failure> {
    let entries = part.listed();
    if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
        return Ok(entry.clone());
    }
    let known: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let begun =
        || suggestion::beginning_with(name, &known).is_empty().then(|| begun_elsewhere(name)).flatten();
    let remedy = elsewhere(name).or_else(begun).unwrap_or_else(|| suggestion::remedy(name, &known));
    let error = ScenarioError::UnknownName { what: part.noun(), name: name.to_owned(), remedy };
    Err(Failure::Argument { flag: "NAME", error })
}

/// Says in which part a name is of which this is the beginning.
fn begun_elsewhere(name: &str) -> Option<String> {
    let of_part = |part: Part| part.listed().into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let whole = Part::WITH_ENTRIES.into_iter().flat_map(of_part).find_map(|whole| {
        let begins = !suggestion::beginning_with(name, &[whole.as_str()]).is_empty();
        begins.then_some(whole)
    })?;
    elsewhere(&whole).map(|place| format!("did you mean `{whole}`? {place}"))
}

/// Says in which part a name is.
pub(super) fn elsewhere(name: &str) -> Option<String> {
    let has_it = |part: &Part| part.listed().iter().any(|entry| entry.name == name);
    let part = Part::WITH_ENTRIES.into_iter().find(has_it)?;
    Some(format!("it is a {}: copperlight catalog {} {name}", part.noun(), part.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(part: Part, name: &str) -> String {
        match find(part, name) {
            Err(Failure::Argument { error: ScenarioError::UnknownName { remedy, .. }, .. }) => remedy,
            _ => panic!("there is a {} {name}", part.noun()),
        }
    }

    #[test]
    fn the_beginning_of_a_name_leads_to_it() {
        assert_eq!(remedy(Part::Chips, "ascend-950"), "did you mean `ascend-950dt` or `ascend-950pr`?");
        assert_eq!(
            remedy(Part::Chips, "hanguang"),
            "did you mean `hanguang-800`? it is a gap: copperlight catalog gaps hanguang-800"
        );
        assert_eq!(
            remedy(Part::Chips, "gb200-nvl72"),
            "it is a system: copperlight catalog systems gb200-nvl72"
        );
        assert_eq!(remedy(Part::Chips, "b20"), "did you mean `b200`?");
    }

    #[test]
    fn the_overview_says_how_many_chips_every_system_has() {
        for system in Part::Systems.listed() {
            assert_ne!(system.cell("derived.chips"), "", "{}", system.name);
            assert_ne!(system.cell("derived.nodes"), "0", "{}", system.name);
        }
    }
}
