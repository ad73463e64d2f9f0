//! A calibration for people, and as a fragment of the catalog.

use super::calibration::{CalibratedParameter, CalibrationErrors, CalibrationReport};
use super::number::percent;
use super::sheet::{Column, Sheet};
use super::table;
use std::io::{self, Write};

/// What stands where there is nothing.
const NONE: &str = "-";

/// What the numbers are.
const FOOTER: &str = "Error: the mean over rows of |modelled time / measured time - 1| by the closed form; large: from \
                      64 MiB on. Left out: with values that were fitted without these rows. A parameter without a \
                      refitted value moves no row.";

/// Writes the report as text.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &CalibrationReport) -> io::Result<()> {
    for sheet in [parameters(report), groups(report)] {
        table::write_sheet(out, &sheet)?;
        writeln!(out)?;
    }
    if let Some(held) = &report.held_out {
        let chips: Vec<String> = held.chips.iter().map(ToString::to_string).collect();
        let [all, bias, large] = shares(&held.errors);
        let line = format!(
            "{} rows of {} chips were not fitted but predicted: error {all} %, bias {bias} %, large {large} %.",
            held.rows,
            chips.join(" or ")
        );
        table::write_paragraph(out, "", &line)?;
    }
    table::write_paragraph(out, "", FOOTER)
}

/// Writes the fitted values as TOML: a table for each owner, `shared` for what all GPU families share.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_toml(out: &mut dyn Write, report: &CalibrationReport) -> io::Result<()> {
    writeln!(out, "# Fitted by `copperlight calibrate --family {}`.", report.family)?;
    let mut owners: Vec<&str> = Vec::new();
    for owner in report.parameters.iter().map(owner_of) {
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    for owner in owners {
        writeln!(out, "\n[{owner}]")?;
        for parameter in report.parameters.iter().filter(|parameter| owner_of(parameter) == owner) {
            let Some(value) = parameter.refitted else { continue };
            let (name, unit) = (&parameter.name, &parameter.unit);
            writeln!(out, "\"{name}\" = {{ value = {}, unit = \"{unit}\" }}", significant(value))?;
        }
    }
    Ok(())
}

fn owner_of(parameter: &CalibratedParameter) -> &str {
    parameter.owner.as_deref().unwrap_or("shared")
}

/// Four significant digits.
fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().expect("a written number can be read")
}

fn parameters(report: &CalibrationReport) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        vec![
            Column::text("of"),
            Column::text("parameter"),
            Column::number("shipped", ""),
            Column::number("refitted", ""),
            Column::text("unit"),
        ],
    );
    for parameter in &report.parameters {
        sheet.push(vec![
            owner_of(parameter).to_owned(),
            parameter.name.clone(),
            significant(parameter.shipped).to_string(),
            parameter.refitted.map_or_else(|| NONE.to_owned(), |value| significant(value).to_string()),
            parameter.unit.clone(),
        ]);
    }
    sheet
}

fn groups(report: &CalibrationReport) -> Sheet {
    let leaves_out = report.groups.iter().any(|group| group.left_out.is_some());
    let mut columns = vec![
        Column::text("group"),
        Column::number("rows", ""),
        Column::number("shipped", "%"),
        Column::number("large", "%"),
        Column::number("refitted", "%"),
        Column::number("large", "%"),
    ];
    if leaves_out {
        columns.extend([Column::number("left out", "%"), Column::number("large", "%")]);
    }
    let mut sheet = Sheet::new("Errors", columns);
    for group in &report.groups {
        let mut row = vec![group.name.clone(), group.rows.to_string()];
        let of = [Some(group.shipped), Some(group.refitted), group.left_out];
        for errors in of.into_iter().flatten() {
            let [all, _, large] = shares(&errors);
            row.extend([all, large]);
        }
        sheet.push(row);
    }
    sheet
}

fn shares(errors: &CalibrationErrors) -> [String; 3] {
    [errors.all, errors.bias, errors.large].map(|value| value.map_or_else(|| NONE.to_owned(), percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> CalibrationReport {
        let errors = |all| CalibrationErrors { all: Some(all), bias: Some(-all), large: None };
        let parameter = |owner: Option<&str>, refitted| CalibratedParameter {
            name: "launch".to_owned(),
            owner: owner.map(str::to_owned),
            unit: "us".to_owned(),
            shipped: 10.0,
            refitted,
        };
        CalibrationReport {
            schema: 1,
            family: "all".to_owned(),
            loss: 1.0,
            rounds: 3,
            parameters: vec![parameter(Some("nvlink9"), Some(9.876_54)), parameter(None, None)],
            groups: vec![super::super::CalibrationGroup {
                name: "a.csv".to_owned(),
                rows: 2,
                shipped: errors(0.1),
                refitted: errors(0.05),
                left_out: Some(errors(0.2)),
            }],
            held_out: Some(super::super::HeldOut { chips: vec![72, 144], rows: 7, errors: errors(0.08) }),
        }
    }

    fn text(write: impl Fn(&mut dyn Write, &CalibrationReport) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out, &report()).expect("a vector takes every byte");
        String::from_utf8(out).expect("reports are UTF-8")
    }

    #[test]
    fn shipped_and_refitted_values_stand_side_by_side() {
        let text = text(|out, report| write_table(out, report));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = text.lines().map(words).collect();
        assert!(lines.contains(&"nvlink9 launch 10 9.877 us".to_owned()), "{text}");
        assert!(lines.contains(&"shared launch 10 - us".to_owned()), "{text}");
        assert!(lines.contains(&"a.csv 2 10.0 - 5.0 - 20.0 -".to_owned()), "{text}");
        assert!(text.contains("7 rows of 72 or 144 chips"), "{text}");
    }

    #[test]
    fn a_fragment_holds_what_was_fitted() {
        assert_eq!(
            text(|out, report| write_toml(out, report)),
            "# Fitted by `copperlight calibrate --family all`.\n\n[nvlink9]\n\"launch\" = { value = 9.877, unit = \
             \"us\" }\n\n[shared]\n"
        );
    }
}
