//! The tables of the catalog.

use super::listed::{Listed, Row};
use super::part::Part;
use crate::report::{Column, Sheet};

/// All entries of a part, a row each; columns in which nothing stands are left out.
pub(super) fn overview(part: Part) -> Sheet {
    let entries = part.listed();
    let is_used = |key: &&&str| entries.iter().any(|entry| !entry.cell(key).is_empty());
    let keys: Vec<&str> = part.keys().iter().filter(is_used).copied().collect();
    let heads = keys.iter().map(|key| Column::text(*key));
    let mut sheet = Sheet::new("", std::iter::once(Column::text("name")).chain(heads).collect());
    for entry in &entries {
        let cells = keys.iter().map(|key| entry.cell(key));
        sheet.push(std::iter::once(entry.name.clone()).chain(cells).collect());
    }
    sheet
}

/// Every value of one entry.
pub(super) fn details(entry: &Listed) -> Sheet {
    let title = format!("{}: {}", entry.name, entry.title);
    let mut sheet = Sheet::new(title, columns(&["key", "value", "range", "confidence", "source", "note"]));
    entry.rows.iter().for_each(|row| sheet.push(cells(row).to_vec()));
    sheet
}

/// Every value of one entry, those of one source in one row.
pub(super) fn by_source(entry: &Listed) -> Sheet {
    let title = format!("{}: {}", entry.name, entry.title);
    let mut sheet = Sheet::new(title, columns(&["values", "confidence", "source", "note"]));
    let mut groups: Vec<(&Row, Vec<String>)> = Vec::new();
    for row in entry.rows.iter().filter(|row| !row.source.is_empty()) {
        let value = format!("{} = {}", row.key, row.value);
        let same = |(first, _): &&mut (&Row, Vec<String>)| {
            (&first.source, &first.confidence, &first.note) == (&row.source, &row.confidence, &row.note)
        };
        match groups.iter_mut().find(same) {
            Some((_, values)) => values.push(value),
            None => groups.push((row, vec![value])),
        }
    }
    for (row, values) in groups {
        sheet.push(vec![values.join(", "), row.confidence.clone(), row.source.clone(), row.note.clone()]);
    }
    sheet
}

/// The parts and what is in them.
pub(super) fn parts() -> Sheet {
    let mut sheet = Sheet::new("copperlight catalog PART [NAME]", columns(&["part", "entries", "names"]));
    for part in Part::WITH_ENTRIES.into_iter().filter(|part| *part != Part::Gaps) {
        let names: Vec<String> = part.listed().into_iter().map(|entry| entry.name).collect();
        sheet.push(vec![part.name().to_owned(), names.len().to_string(), names.join(" ")]);
    }
    sheet
}

/// What has no public figure, under its title.
pub(super) fn gaps() -> Sheet {
    Sheet { title: "known gaps: absent, never guessed".to_owned(), ..overview(Part::Gaps) }
}

/// Every entry by part and name.
pub(super) fn names() -> Sheet {
    let mut sheet = Sheet::new("", columns(&["part", "name", "title"]));
    for part in Part::WITH_ENTRIES {
        for entry in part.listed() {
            sheet.push(vec![part.name().to_owned(), entry.name, entry.title]);
        }
    }
    sheet
}

/// Every value of every entry.
pub(super) fn everything() -> Sheet {
    let heads = ["part", "name", "key", "value", "range", "confidence", "source", "note"];
    let mut sheet = Sheet::new("", columns(&heads));
    for part in Part::WITH_ENTRIES {
        for entry in part.listed() {
            for row in &entry.rows {
                let entry_of = [part.name().to_owned(), entry.name.clone()];
                sheet.push(entry_of.into_iter().chain(cells(row)).collect());
            }
        }
    }
    sheet
}

fn columns(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::text(*name)).collect()
}

fn cells(row: &Row) -> [String; 6] {
    let Row { key, value, range, confidence, source, note } = row.clone();
    [key, value, range, confidence, source, note]
}
