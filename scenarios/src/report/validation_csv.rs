//! A validation report as CSV: one row for each row of the tables, then one for each pair, every figure to the last bit.

use super::pairs::PairEffect;
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
    if let Some(pairs) = &report.pairs {
        pairs
            .effects
            .iter()
            .try_for_each(|pair| writer.write_record(of_pair(pair)).map_err(io::Error::other))?;
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

/// A pair: both runs as id, what differs as operation, effects as logarithms, kind and verdict as group.
fn of_pair(pair: &PairEffect) -> [String; COLUMNS.len()] {
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let reason = pair.reason.as_ref().or(pair.miss.as_ref());
    let mut fields: [String; COLUMNS.len()] = std::array::from_fn(|_| String::new());
    fields[0] = "pair".to_owned();
    fields[3] = format!("{} -> {}", pair.baseline, pair.variant);
    fields[6] = pair.effect.clone();
    fields[8] = number(pair.measured);
    fields[9] = number(pair.modelled);
    fields[10] = "log ratio".to_owned();
    fields[12] = reason.cloned().unwrap_or_default();
    fields[13] = format!("pairs: {}: {}", pair.kind, pair.verdict.name());
    fields
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

    #[test]
    fn pairs_stand_under_the_rows() {
        let mut report = example::validation();
        report.pairs = Some(example::pairs());
        let mut out = Vec::new();
        write_csv(&mut out, &report).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("CSV is UTF-8");
        let lines: Vec<&str> = text.lines().skip(4).collect();
        assert_eq!(
            lines[0],
            "pair,,,a -> b,,,slower,,0.1,0.11,log ratio,,,pairs: slope: within,,,,,,,,,,,,,,,"
        );
        assert!(lines[1].contains(",because.,pairs: slope: open range,"), "{text}");
        assert!(
            lines[2].contains(",absent,,,,log ratio,,a: layers is blank,pairs: other: not run,"),
            "{text}"
        );
    }
}
