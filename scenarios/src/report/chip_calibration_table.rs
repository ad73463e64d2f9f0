//! A calibration of chips for people.

use super::chip_calibration::{ChipCalibrationReport, ChipParameter};
use super::number::percent;
use super::sheet::{Column, Sheet};
use super::table;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// What the numbers are.
const FOOTER: &str =
    "Error: the mean over runs of |simulated time / measured time - 1|; bias: the same with signs.";

/// Writes the report as text.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &ChipCalibrationReport) -> io::Result<()> {
    for sheet in [parameters(report), classes(report)].into_iter().chain(left_out(report)) {
        table::write_sheet(out, &sheet)?;
        writeln!(out)?;
    }
    table::write_paragraph(out, "", FOOTER)
}

/// Writes the fitted values as a fragment of the catalog: what all share under `all`, what hosts share under theirs.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_toml(out: &mut dyn Write, report: &ChipCalibrationReport) -> io::Result<()> {
    writeln!(out, "# Fitted by `copperlight calibrate --family {}`.", report.family)?;
    let owners: BTreeSet<&str> = report.parameters.iter().map(|parameter| parameter.owner.as_str()).collect();
    for owner in owners {
        writeln!(out, "\n[\"{owner}\"]")?;
        for parameter in report.parameters.iter().filter(|parameter| parameter.owner == owner) {
            let ChipParameter { name, unit, refitted, rows, models, .. } = parameter;
            let value = significant(*refitted);
            writeln!(
                out,
                "{name} = {{ value = {value}, unit = \"{unit}\", note = \"{rows} rows of {models} models\" }}"
            )?;
        }
    }
    Ok(())
}

/// Four significant digits.
fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().expect("a written number can be read")
}

fn parameters(report: &ChipCalibrationReport) -> Sheet {
    let columns = vec![
        Column::text("of"),
        Column::text("parameter"),
        Column::number("shipped", ""),
        Column::number("refitted", ""),
        Column::text("unit"),
        Column::number("rows", ""),
        Column::number("models", ""),
    ];
    let mut sheet = Sheet::new("", columns);
    for parameter in &report.parameters {
        sheet.push(vec![
            parameter.owner.clone(),
            parameter.name.clone(),
            significant(parameter.shipped).to_string(),
            significant(parameter.refitted).to_string(),
            parameter.unit.to_owned(),
            parameter.rows.to_string(),
            parameter.models.to_string(),
        ]);
    }
    sheet
}

fn classes(report: &ChipCalibrationReport) -> Sheet {
    let columns = vec![
        Column::text("class"),
        Column::number("rows", ""),
        Column::number("shipped", "%"),
        Column::number("bias", "%"),
        Column::number("refitted", "%"),
        Column::number("bias", "%"),
    ];
    let mut sheet = Sheet::new("Errors", columns);
    for class in &report.classes {
        let errors = [class.shipped.error, class.shipped.bias, class.refitted.error, class.refitted.bias];
        let row = [class.name.clone(), class.rows.to_string()].into_iter().chain(errors.map(percent));
        sheet.push(row.collect());
    }
    sheet
}

fn left_out(report: &ChipCalibrationReport) -> Vec<Sheet> {
    let Some(left_out) = &report.left_out else { return Vec::new() };
    let sheet = |title: &str, rows: &[super::LeftOutErrors]| {
        let columns = vec![
            Column::text("left out"),
            Column::number("rows", ""),
            Column::number("in sample", "%"),
            Column::number("left out", "%"),
            Column::number("bias", "%"),
        ];
        let mut sheet = Sheet::new(title, columns);
        for row in rows {
            let errors = [row.in_sample, row.left_out, row.bias].map(percent);
            sheet.push([row.name.clone(), row.rows.to_string()].into_iter().chain(errors).collect());
        }
        sheet
    };
    vec![sheet("By source", &left_out.by_source), sheet("By chip", &left_out.by_chip)]
}
