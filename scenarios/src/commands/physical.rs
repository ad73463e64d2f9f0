//! `copperlight catalog systems NAME --physical`: the bill of materials of a system, and its cables by length.

use super::failure::Failure;
use super::output::{Format, Output};
use super::physical_rows::{Figure, Item, cable_sheet, document, items};
use super::system_question::{SystemArguments, SystemQuestion};
use crate::file::NamedSystem;
use crate::report::{Column, Sheet, markdown, table};
use copperlight_topologies::physical::BillOfMaterials;
use copperlight_topologies::{PhysicalError, System};
use serde_json::{Value, json};
use std::io;

/// Shows the bill of materials of the system of this name, beside the preset's where a value was set.
pub(super) fn run(
    name: Option<&str>,
    arguments: &SystemArguments,
    format: Format,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let NamedSystem { name, system, chips } = arguments.load(name, SystemQuestion::Physical)?;
    if !system.degradations().is_empty() {
        return Err(Failure::Usage(format!(
            "{name}: the bill of materials is of a whole system; write it without `degrade`"
        )));
    }
    let chips = chips.unwrap_or_else(|| system.domain_size());
    let bill = bill(&name, &system, chips)?;
    let preset = match arguments.has_settings() {
        true => preset_bill(&system, chips),
        false => None,
    };
    write(format, (&name, &system), (&bill, preset.as_ref()), output)?;
    output.data.flush()?;
    system.medium_warnings().iter().try_for_each(|warning| writeln!(output.notes, "note: {warning}"))?;
    Ok(())
}

fn bill(name: &str, system: &System, chips: usize) -> Result<BillOfMaterials, Failure> {
    system.check_together().map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    let refused = |error: PhysicalError| match error {
        PhysicalError::NoLayout { .. } => Failure::Usage(error.to_string()),
        _ => Failure::Usage(format!("{name}: {error}")),
    };
    system.bill_of_materials(chips).map_err(refused)
}

/// The bill of the same chips without settings; `None` where there is no preset of that name.
fn preset_bill(system: &System, chips: usize) -> Option<BillOfMaterials> {
    System::preset(system.name()).ok()?.bill_of_materials(chips).ok()
}

fn write(
    format: Format,
    (name, system): (&str, &System),
    (bill, preset): (&BillOfMaterials, Option<&BillOfMaterials>),
    output: &mut Output<'_>,
) -> io::Result<()> {
    let own = items(bill);
    let of_preset = preset.map(items);
    let parts = part_sheet((name, bill.physical.chips), &own, of_preset.as_deref());
    let sheets = || [parts.clone(), cable_sheet(bill), layout_sheet(system)];
    match format {
        Format::Table => sheets().iter().try_for_each(|sheet| {
            table::write_sheet(output.data, sheet)?;
            writeln!(output.data)
        }),
        Format::Markdown => sheets().iter().try_for_each(|sheet| markdown::write_sheet(output.data, sheet)),
        Format::Csv => format.write(&csv_sheet(&own, of_preset.as_deref()), &Value::Null, output.data),
        Format::Json => {
            let mut whole = document(bill);
            whole.insert("system".to_owned(), json!(name));
            whole.insert("preset".to_owned(), preset.map_or(Value::Null, |preset| document(preset).into()));
            whole.insert("layout".to_owned(), layout_document(system));
            format.write(&parts, &Value::from(whole), output.data)
        }
    }
}

/// One row for each count and figure, for people.
fn part_sheet((name, chips): (&str, usize), own: &[Item], preset: Option<&[Item]>) -> Sheet {
    let mut columns = vec![Column::text("part"), Column::number(name, ""), Column::text("range")];
    if preset.is_some() {
        columns.insert(2, Column::number("as preset", ""));
    }
    let title = format!("{name}: {}", crate::report::number::chips(chips as u64));
    let mut sheet = Sheet::new(title, columns);
    for (index, item) in own.iter().enumerate() {
        let mut row = vec![item.title.to_owned(), item.figure.text(), item.figure.range()];
        if let Some(preset) = preset {
            row.insert(2, preset[index].figure.text());
        }
        sheet.push(row);
    }
    sheet
}

/// One row for each count and figure, for programs: an empty field is unknown.
fn csv_sheet(own: &[Item], preset: Option<&[Item]>) -> Sheet {
    let names = ["part", "value", "low", "high", "unit", "preset_value"];
    let mut sheet = Sheet::new("", names.map(Column::text).to_vec());
    for (index, item) in own.iter().enumerate() {
        let [value, low, high] = item.figure.numbers();
        let of_preset = preset.map_or(String::new(), |preset| preset[index].figure.numbers()[0].clone());
        sheet.push(vec![item.key.to_owned(), value, low, high, item.figure.unit().to_owned(), of_preset]);
    }
    sheet
}

/// Where racks and switches stand, with the source of each value.
fn layout_sheet(system: &System) -> Sheet {
    let columns = ["layout", "value", "confidence", "source"].map(Column::text).to_vec();
    let mut sheet = Sheet::new("Where racks and switches stand", columns);
    let texts = system.names().filter_map(|(key, text)| Some((key.strip_prefix("physical.")?, text)));
    for (key, text) in texts {
        sheet.push(vec![key.to_owned(), text.to_owned(), String::new(), String::new()]);
    }
    let values = system.facts().filter_map(|(key, value)| Some((key.strip_prefix("physical.")?, value)));
    for (key, value) in values {
        let confidence = value.confidence.to_string();
        sheet.push(vec![key.to_owned(), value.to_string(), confidence, value.source.clone()]);
    }
    sheet
}

fn layout_document(system: &System) -> Value {
    let texts = system.names().map(|(key, text)| (key, json!(text)));
    let values = system.facts().map(|(key, value)| (key, json!(value)));
    let own = texts
        .chain(values)
        .filter_map(|(key, value)| Some((key.strip_prefix("physical.")?.to_owned(), value)));
    Value::Object(own.collect())
}

impl Figure {
    /// The figure with its unit for people; `unknown` where no source gives it.
    fn text(&self) -> String {
        use crate::report::number::{grouped, rounded};
        match self {
            Self::Count(count) => grouped(*count as u64),
            Self::Unknown(_) => "unknown".to_owned(),
            Self::Interval(unit, estimate) => format!("{} {unit}", rounded(estimate.value)),
        }
    }

    /// The range that sources leave; empty where they agree.
    fn range(&self) -> String {
        use crate::report::number::rounded;
        match self {
            Self::Interval(_, estimate) if estimate.low < estimate.high => {
                format!("{} to {}", rounded(estimate.low), rounded(estimate.high))
            }
            _ => String::new(),
        }
    }
}
