//! One row of a CSV file by the names of its columns. What a field cannot be is said with its line.

use csv::StringRecord;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The columns of a file by name.
pub(super) type Columns = BTreeMap<String, usize>;

/// One row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) columns: &'a Columns,
    pub(super) record: &'a StringRecord,
    /// Where the row begins in the file, counted from 1.
    pub(super) line: u64,
}

impl<'a> Fields<'a> {
    /// A sentence about this row.
    pub(super) fn reason(&self, sentence: &str) -> String {
        format!("line {}: {sentence}", self.line)
    }

    /// The text of a field; `None` where it is blank, or the file has no such column.
    pub(super) fn text(&self, column: &str) -> Option<&'a str> {
        let text = self.record.get(*self.columns.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The text of a field that must be there.
    pub(super) fn needed(&self, column: &str) -> Result<&'a str, String> {
        self.text(column).ok_or_else(|| self.reason(&format!("{column} is blank")))
    }

    /// A whole number; one that is written with a fraction of zero counts.
    pub(super) fn whole(&self, column: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, String> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let read = text.parse().ok().or_else(|| text.strip_suffix(".0")?.parse().ok());
        read.filter(|number| range.contains(number)).map(Some).ok_or_else(|| {
            let bounds = format!("{} to {}", range.start(), range.end());
            self.reason(&format!("{column} is `{text}`; write a whole number from {bounds}"))
        })
    }

    /// A whole number that must be there.
    pub(super) fn needed_whole(&self, column: &str, range: RangeInclusive<u64>) -> Result<u64, String> {
        self.needed(column)?;
        Ok(self.whole(column, range)?.expect("the field is not blank"))
    }

    /// A number that a time or a rate can be.
    pub(super) fn positive(&self, column: &str) -> Result<Option<f64>, String> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let read = text.parse().ok().filter(|number: &f64| (1e-9..=1e15).contains(number));
        read.map(Some).ok_or_else(|| {
            self.reason(&format!("{column} is `{text}`; write a number from 1e-9 to 1e15, or leave it blank"))
        })
    }

    /// Refuses a row that has not one field for each column.
    pub(super) fn check_length(&self) -> Result<(), String> {
        let (found, expected) = (self.record.len(), self.columns.len());
        if found == expected {
            return Ok(());
        }
        let sentence =
            format!("there are {found} fields, and the header has {expected}; quote fields with commas");
        Err(self.reason(&sentence))
    }
}
