//! Rows of published training runs: what was measured, without a model to hold it against so far.

use super::fields::Fields;
use super::row::Row;
use super::setup::MOST_CHIPS;

/// What is said of every row.
const REASON: &str = "training rows are not compared yet";

/// The columns that a row can name as the one that was measured, with their units.
const PRIMARY: [(&str, &str); 4] = [
    ("step_time_s", "s"),
    ("tokens_per_s_per_gpu", "tokens/s per chip"),
    ("tflops_per_gpu", "TFLOP/s per chip"),
    ("mfu", "share"),
];

/// Reads a row of the table of training runs.
pub(super) fn read(fields: &Fields<'_>, number: u64) -> Row {
    let primary = primary(fields);
    Row {
        number,
        id: fields.text("id").map(str::to_owned),
        preset: fields.text("preset").map(str::to_owned),
        chips: fields.whole("n_chips", 1..=MOST_CHIPS).ok().flatten(),
        operation: None,
        algorithm: String::new(),
        size: None,
        measured: primary.and_then(|(column, _)| fields.positive(column).ok().flatten()),
        unit: primary.map(|(_, unit)| unit),
        run: Err(REASON.to_owned()),
    }
}

/// The column that was measured: the notes of a row name it as `primary=COLUMN`.
fn primary(fields: &Fields<'_>) -> Option<(&'static str, &'static str)> {
    let notes = fields.text("notes")?;
    let named = notes.split(';').find_map(|note| note.trim().strip_prefix("primary="))?;
    PRIMARY.into_iter().find(|(column, _)| *column == named.trim())
}
