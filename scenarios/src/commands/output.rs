//! Where commands write, and in which format.

use super::diagnostics::Colour;
use crate::report::{Page, Sheet, json, markdown, table};
use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write};

/// Where a command writes.
pub struct Output<'a> {
    /// Takes data: tables, JSON, CSV.
    pub data: &'a mut dyn Write,
    /// Takes notes and errors.
    pub notes: &'a mut dyn Write,
    /// Whether notes may be coloured.
    pub colour: Colour,
    /// Whether notes go to a terminal, where a progress bar may be drawn.
    pub on_terminal: bool,
    /// How wide data may be, and whether they may be drawn.
    pub page: Page,
}

/// How data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns for people.
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values.
    Csv,
    /// Tables for a page.
    Markdown,
}

impl Format {
    /// Writes a sheet, or as JSON the document that it shows.
    pub(super) fn write(
        self,
        sheet: &Sheet,
        document: &impl Serialize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match self {
            // Entries of the catalog are looked up by line: a row stays on one.
            Self::Table => table::write_sheet_on(out, sheet, Page { width: usize::MAX, ..Page::PLAIN }),
            Self::Markdown => markdown::write_sheet(out, sheet),
            Self::Csv => write_csv(sheet, out),
            Self::Json => json::write_document(out, document),
        }
    }
}

fn write_csv(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let heads = sheet.columns.iter().map(crate::report::Column::heading);
    writer.write_record(heads).map_err(io::Error::other)?;
    for row in &sheet.rows {
        writer.write_record(row).map_err(io::Error::other)?;
    }
    writer.flush()
}
