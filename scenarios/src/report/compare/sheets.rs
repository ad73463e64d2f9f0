//! The tables of a comparison.

use super::super::comparison::winner;
use super::super::headline::cell;
use super::super::limits;
use super::super::number::{duration, percent, rounded, size};
use super::super::sheet::{Column, Sheet};
use super::document::{
    CompareReport, ComparedLimits, ComparedMetric, ComparedSize, ComparedStep, LedgerDifference,
};
use super::step::METRICS;
use super::{ledger, timed};

/// The tables that answer first: all steps that meet, or every curve of sizes.
pub(super) fn overview(report: &CompareReport) -> Vec<Sheet> {
    if report.steps.is_empty() { curves(report) } else { vec![steps(report)] }
}

fn steps(report: &CompareReport) -> Sheet {
    let has_values = report.steps.iter().any(|step| !step.place.values().is_empty());
    let has_range =
        report.steps.iter().filter_map(|step| step.rate.b_over_a).any(|ratio| ratio.low < ratio.high);
    let mut columns = vec![Column::text("chips")];
    if has_values {
        columns.push(Column::text("with"));
    }
    let keys = columns.len();
    columns.extend([
        Column::number(&report.a.name, ""),
        Column::number(&report.b.name, ""),
        Column::number("B over A", ""),
    ]);
    if has_range {
        columns.push(Column::text("within published ranges"));
    }
    columns.push(Column::text("ahead"));
    let title = format!("Tokens/s {}: A is {}, B is {}", report.equal.words(), report.a.name, report.b.name);
    let mut sheet = Sheet::new(title, columns).with_keys(keys);
    for step in &report.steps {
        let mut row = vec![step.place.sizes().trim_end_matches(" chips").to_owned()];
        if has_values {
            row.push(step.place.values());
        }
        let (rate, ratio) = (&step.rate, step.rate.b_over_a);
        row.extend([rate.a, rate.b, ratio].map(|one| cell(one.map(|one| rounded(one.value)))));
        if has_range {
            row.push(cell(ratio.map(|ratio| format!("{} to {}", rounded(ratio.low), rounded(ratio.high)))));
        }
        row.push(cell(ratio.map(|ratio| ahead(report, ratio.value))));
        sheet.push(row);
    }
    sheet
}

fn ahead(report: &CompareReport, b_over_a: f64) -> String {
    match winner(b_over_a) {
        None => "equal".to_owned(),
        Some(true) => report.b.name.clone(),
        Some(false) => report.a.name.clone(),
    }
}

/// The tables of one step: its figures, what the difference is made of, and what each side waits for.
pub(super) fn details(report: &CompareReport, step: &ComparedStep) -> Vec<Sheet> {
    let mut sheets = vec![figures(report, step)];
    sheets.extend(step.ledger.as_ref().map(|difference| terms(report, difference)));
    sheets.extend(step.limited_by.as_ref().map(|of| limited(report, of)));
    sheets
}

fn figures(report: &CompareReport, step: &ComparedStep) -> Sheet {
    let columns = vec![
        Column::text("figure"),
        Column::number(&report.a.name, ""),
        Column::number(&report.b.name, ""),
        Column::number("B over A", ""),
    ];
    let mut sheet = Sheet::new(format!("At {}", step.place.setting()), columns);
    for metric in &step.metrics {
        sheet.push(vec![
            metric_name(&metric.metric),
            cell(metric.a.map(|value| value_with_unit(metric, value))),
            cell(metric.b.map(|value| value_with_unit(metric, value))),
            cell(metric.b_over_a.map(rounded)),
        ]);
    }
    sheet
}

fn metric_name(path: &str) -> String {
    METRICS.iter().find(|(known, _)| *known == path).map_or(path, |(_, name)| name).to_owned()
}

fn value_with_unit(metric: &ComparedMetric, value: f64) -> String {
    match (metric.metric.as_str(), metric.unit.as_str()) {
        ("mfu", _) => format!("{} %", percent(value)),
        (path, _) if path.ends_with("_share") => format!("{} %", percent(value)),
        (_, "s") => duration(value),
        (_, "1" | "1/s" | "TFLOPS" | "days") => rounded(value),
        (_, "W") => format!("{} kW", rounded(value / 1e3)),
        (_, "USD") => format!("{} kUSD", rounded(value / 1e3)),
        (_, unit) => format!("{} {unit}", rounded(value)),
    }
}

fn terms(report: &CompareReport, difference: &LedgerDifference) -> Sheet {
    let columns = vec![
        Column::text("where it goes"),
        Column::number(&report.a.name, ""),
        Column::number(&report.b.name, ""),
        Column::number("B less A", ""),
        Column::number("of A", "%"),
    ];
    let mut sheet = Sheet::new(format!("What the difference is made of ({})", difference.unit), columns);
    let all = (difference.a, difference.b, difference.difference);
    let rows =
        difference.terms.iter().map(|term| (ledger::words(&term.term), (term.a, term.b, term.difference)));
    for (name, (a, b, change)) in rows.chain([("all".to_owned(), all)]) {
        let points = format!("{:+.1}", change / difference.a * 100.0);
        sheet.push(vec![name, rounded(a), rounded(b), signed(change), points]);
    }
    sheet
}

/// Shares of each step by the resource that its critical path waits for.
fn limited(report: &CompareReport, of: &ComparedLimits) -> Sheet {
    let columns = vec![
        Column::text("what the step waits for"),
        Column::number(&report.a.name, "%"),
        Column::number(&report.b.name, "%"),
    ];
    let mut sheet = Sheet::new("What limits each step, along its critical path", columns);
    for limit in &of.resources {
        let shares = [limit.a, limit.b].map(|share| cell(share.map(percent)));
        sheet.push([vec![limits::words(&limit.resource).to_owned()], shares.to_vec()].concat());
    }
    sheet
}

fn signed(value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", rounded(value))
}

fn curves(report: &CompareReport) -> Vec<Sheet> {
    timed::curves(&report.sizes).iter().map(|(setting, rows)| by_size(report, rows, setting)).collect()
}

fn by_size(report: &CompareReport, rows: &[&ComparedSize], setting: &str) -> Sheet {
    let bandwidth = if rows.iter().any(|row| row.a_algorithm.is_some()) { "busbw" } else { "per chip" };
    let (a, b) = (&report.a.name, &report.b.name);
    let mut columns = vec![
        Column::number("size", ""),
        Column::number("time A", "us"),
        Column::number("time B", "us"),
        Column::number("B over A", ""),
        Column::number(format!("{bandwidth} A"), "GB/s"),
        Column::number(format!("{bandwidth} B"), "GB/s"),
        Column::number("B over A", ""),
    ];
    let has_algorithms = rows.iter().any(|row| row.a_algorithm.is_some());
    if has_algorithms {
        columns.extend([Column::text("A ran"), Column::text("B ran")]);
    }
    columns.push(Column::text("faster"));
    let mut sheet = Sheet::new(format!("A is {a}, B is {b}, at {setting}"), columns);
    for row in rows {
        let mut cells = vec![
            size(row.size_bytes),
            rounded(row.a_time_us),
            rounded(row.b_time_us),
            cell(row.time_b_over_a.map(rounded)),
            cell(row.a_gb_per_s.map(rounded)),
            cell(row.b_gb_per_s.map(rounded)),
            cell(row.bandwidth_b_over_a.map(rounded)),
        ];
        if has_algorithms {
            cells.extend([cell(row.a_algorithm.clone()), cell(row.b_algorithm.clone())]);
        }
        let faster = row.time_b_over_a.map(|ratio| match winner(ratio) {
            None => "equal",
            Some(true) => "A",
            Some(false) => "B",
        });
        cells.push(cell(faster.map(str::to_owned)));
        sheet.push(cells);
    }
    sheet
}
