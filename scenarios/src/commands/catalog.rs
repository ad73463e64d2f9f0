//! `copperlight catalog`: every value with unit, source and confidence.

use super::failure::Failure;
use super::output::{Format, Output};
use super::physical::{self, PhysicalArguments};
use crate::file::{ScenarioError, suggestion};
use crate::report::{Column, Sheet};
use clap::{Args, ValueEnum};
use copperlight_topologies::catalog::{self, Entry, Sourced};
use serde_json::{Value, json};

/// Arguments of `copperlight catalog`.
#[derive(Debug, Args)]
pub(super) struct CatalogArguments {
    /// What to show
    #[arg(value_enum)]
    part: Part,
    /// One entry, with every value and its source
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    physical: PhysicalArguments,
    /// How it is written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Chips: peaks, memory, power
    Chips,
    /// Scale-up domains and the fabrics that join them
    Systems,
    /// Cables and optics
    Media,
    /// What software adds to the wire
    Transports,
}

impl Part {
    fn entries(self) -> &'static [Entry] {
        match self {
            Self::Chips => catalog::chips(),
            Self::Systems => catalog::systems(),
            Self::Media => catalog::media(),
            Self::Transports => catalog::transports(),
        }
    }

    /// The columns of the overview: the keys that tell entries apart.
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Chips => &["peak_bf16", "peak_fp8", "hbm_capacity", "hbm_bandwidth", "power"],
            Self::Systems => &[
                "chip",
                "scale_up.chips",
                "scale_up.link_bandwidth",
                "scale_out.bandwidth_per_chip",
                "transport",
            ],
            Self::Media | Self::Transports => &["title"],
        }
    }
}

/// Shows all entries of a part, or one with its sources.
pub(super) fn run(arguments: &CatalogArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    if arguments.physical.is_wanted() {
        let of_systems = arguments.name.as_deref().filter(|_| arguments.part == Part::Systems);
        return physical::run(of_systems, &arguments.physical, arguments.format, output);
    }
    let entries = arguments.part.entries();
    let (sheet, document) = match &arguments.name {
        None => (overview(arguments.part, entries), Value::Array(entries.iter().map(document).collect())),
        Some(name) => {
            let entry = find(entries, name)?;
            (details(entry), document(entry))
        }
    };
    Ok(arguments.format.write(&sheet, &document, output.data)?)
}

fn find<'a>(entries: &'a [Entry], name: &str) -> Result<&'a Entry, Failure> {
    entries.iter().find(|entry| entry.name() == name).ok_or_else(|| {
        let known: Vec<&str> = entries.iter().map(Entry::name).collect();
        let remedy = suggestion::remedy(name, &known);
        let error =
            ScenarioError::UnknownName { what: "entry of the catalog", name: name.to_owned(), remedy };
        Failure::Argument { flag: "NAME", error }
    })
}

fn overview(part: Part, entries: &[Entry]) -> Sheet {
    let heads = part.keys().iter().map(|key| Column::text(*key));
    let mut sheet = Sheet::new("", std::iter::once(Column::text("name")).chain(heads).collect());
    for entry in entries {
        let cells = part.keys().iter().map(|key| cell(entry, key));
        sheet.push(std::iter::once(entry.name().to_owned()).chain(cells).collect());
    }
    sheet
}

/// A value or text of an entry; empty when it has none.
fn cell(entry: &Entry, key: &str) -> String {
    let value = entry.value(key).map(Sourced::to_string);
    value.or_else(|| entry.text(key).map(str::to_owned)).unwrap_or_default()
}

fn details(entry: &Entry) -> Sheet {
    let columns = ["key", "value", "range", "confidence", "source"].map(Column::text).to_vec();
    let mut sheet = Sheet::new(format!("{}: {}", entry.name(), entry.title()), columns);
    for (key, text) in entry.texts().filter(|(key, _)| *key != "title") {
        sheet.push(vec![key.to_owned(), text.to_owned(), String::new(), String::new(), String::new()]);
    }
    for (key, value) in entry.values() {
        let range = value.range.map(|[low, high]| format!("{low} to {high}")).unwrap_or_default();
        let confidence = value.confidence.to_string();
        sheet.push(vec![key.to_owned(), value.to_string(), range, confidence, value.source.clone()]);
    }
    sheet
}

fn document(entry: &Entry) -> Value {
    let texts: serde_json::Map<String, Value> =
        entry.texts().map(|(key, text)| (key.to_owned(), text.into())).collect();
    let values: serde_json::Map<String, Value> =
        entry.values().map(|(key, value)| (key.to_owned(), json!(value))).collect();
    json!({ "name": entry.name(), "title": entry.title(), "texts": texts, "values": values })
}
