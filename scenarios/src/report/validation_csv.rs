//! A validation report as CSV: one row for each row of the tables, every figure to the last bit.

use super::validation::{TrainingFigures, ValidationReport, ValidationRow};
use std::io::{self, Write};

/// The columns, named as in JSON.
const COLUMNS: [&str; 29] = [
    "kind",
    "table",
    "row",
    "id",
    "preset",
    "chips",
    "op",
    "size_bytes",
    "measured",
    "modelled",
    "unit",
    "error",
    "reason",
    "group",
    "algorithm",
    "protocol",
    "class",
    "family",
    "generation",
    "model",
    "chip",
    "precision",
    "modelled_low",
    "modelled_high",
    "step_time_s",
    "measured_step_time_s",
    "measured_mfu",
    "breakdown",
    "assumed",
];

/// Writes every row.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_csv(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).map_err(io::Error::other)?;
    for row in &report.rows {
        writer.write_record(fields(row)).map_err(io::Error::other)?;
    }
    writer.flush()
}

fn fields(row: &ValidationRow) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let mut fields = vec![
        row.kind.name().to_owned(),
        row.table.clone(),
        row.row.to_string(),
        text(&row.id),
        text(&row.preset),
        count(row.chips),
        text(&row.op),
        count(row.size_bytes),
        number(row.measured),
        number(row.modelled),
        row.unit.unwrap_or_default().to_owned(),
        number(row.error),
        text(&row.reason),
        row.group.clone(),
        text(&row.algorithm),
        text(&row.protocol),
    ];
    fields.extend(row.training.as_ref().map_or_else(|| vec![String::new(); 13], training));
    fields
}

/// What more is said of a training run. Shares and assumptions are sentences between semicolons.
fn training(figures: &TrainingFigures) -> Vec<String> {
    let end = |end: usize| figures.modelled_range.map_or_else(String::new, |range| range[end].to_string());
    let shares = figures.breakdown.iter().map(|(name, share)| format!("{name}={share}"));
    vec![
        figures.class.to_owned(),
        figures.family.clone(),
        figures.generation.unwrap_or_default().to_owned(),
        figures.model.clone(),
        figures.chip.clone(),
        figures.precision.to_owned(),
        end(0),
        end(1),
        figures.step_time_s.to_string(),
        figures.measured_step_time_s.to_string(),
        figures.measured_mfu.to_string(),
        shares.collect::<Vec<_>>().join("; "),
        figures.assumed.join("; "),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn every_row_is_there_and_blanks_are_blank() {
        let mut out = Vec::new();
        write_csv(&mut out, &example::validation()).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("CSV is UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], COLUMNS.join(","));
        assert_eq!(
            lines[1],
            "collective,a.csv,1,,hgx-h100,8,all-reduce,1024,10,12,us,0.2,,a.csv,ring,ll,,,,,,,,,,,,,"
        );
        assert!(lines[2].contains(",,us,,line 3: chips is blank,"), "{text}");
        assert_eq!(lines.len(), 4);
    }
}
