//! A comparison as CSV: a row for each figure of each pair of points, numbers as they are.

use super::super::points::value_text;
use super::document::{CompareReport, ComparedSize, ComparedStep, Place};
use copperlight_topologies::Interval;
use std::io::{self, Write};

const HEADS: [&str; 11] = [
    "a_system",
    "a_chips",
    "b_system",
    "b_chips",
    "setting",
    "size_bytes",
    "figure",
    "unit",
    "a",
    "b",
    "b_over_a",
];

/// Writes the rows; terms of the ledger are the figures that begin with `ledger.`, shares of the critical path those that
/// begin with `limited_by.`.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_csv(out: &mut dyn Write, report: &CompareReport) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADS).map_err(io::Error::other)?;
    let steps = report.steps.iter().flat_map(|step| of_step(report, step));
    for row in steps.chain(report.sizes.iter().flat_map(of_size)) {
        writer.write_record(&row).map_err(io::Error::other)?;
    }
    writer.flush()
}

/// A figure of both sides.
struct Figure<'a> {
    name: &'a str,
    unit: &'a str,
    a: Option<f64>,
    b: Option<f64>,
    b_over_a: Option<f64>,
}

fn of_step(report: &CompareReport, step: &ComparedStep) -> Vec<[String; 11]> {
    let mut rows = Vec::new();
    let mut push = |figure: Figure<'_>| rows.push(row(&step.place, None, figure));
    let value = |one: Option<Interval>| one.map(|one| one.value);
    let rate = &step.rate;
    let (a, b, b_over_a) = (value(rate.a), value(rate.b), value(rate.b_over_a));
    let name = format!("tokens_per_second_per_{}", report.equal.name());
    push(Figure { name: &name, unit: "1/s", a, b, b_over_a });
    for metric in &step.metrics {
        let (a, b, b_over_a) = (metric.a, metric.b, metric.b_over_a);
        push(Figure { name: &metric.metric, unit: &metric.unit, a, b, b_over_a });
    }
    if let Some(difference) = &step.ledger {
        for term in &difference.terms {
            let b_over_a = Some(term.b / term.a).filter(|ratio| ratio.is_finite());
            let name = format!("ledger.{}", term.term);
            let (a, b) = (Some(term.a), Some(term.b));
            push(Figure { name: &name, unit: &difference.unit, a, b, b_over_a });
        }
    }
    for limit in step.limited_by.iter().flat_map(|limits| &limits.resources) {
        let b_over_a = limit.b.zip(limit.a).map(|(b, a)| b / a).filter(|ratio| ratio.is_finite());
        let name = format!("limited_by.{}", limit.resource);
        push(Figure { name: &name, unit: "1", a: limit.a, b: limit.b, b_over_a });
    }
    rows
}

fn of_size(size: &ComparedSize) -> [[String; 11]; 2] {
    let (a, b) = (Some(size.a_time_us), Some(size.b_time_us));
    let time = Figure { name: "time_us", unit: "us", a, b, b_over_a: size.time_b_over_a };
    let (a, b, b_over_a) = (size.a_gb_per_s, size.b_gb_per_s, size.bandwidth_b_over_a);
    let bandwidth = Figure { name: "bandwidth_gb_per_s", unit: "GB/s", a, b, b_over_a };
    [time, bandwidth].map(|figure| row(&size.place, Some(size.size_bytes), figure))
}

fn row(place: &Place, size: Option<u64>, figure: Figure<'_>) -> [String; 11] {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let mut swept: Vec<String> = place
        .a
        .point
        .iter()
        .chain(&place.b.point)
        .map(|(path, value)| format!("{path}={}", value_text(value)))
        .collect();
    swept.sort_unstable();
    swept.dedup();
    [
        place.a.system.clone(),
        place.a.chips.to_string(),
        place.b.system.clone(),
        place.b.chips.to_string(),
        swept.join("; "),
        size.map_or_else(String::new, |size| size.to_string()),
        figure.name.to_owned(),
        figure.unit.to_owned(),
        number(figure.a),
        number(figure.b),
        number(figure.b_over_a),
    ]
}
