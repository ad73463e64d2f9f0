//! A sensitivity report for people: a block for each point, its values sorted by what they change.
//!
//! Only what changes something has a row. The other values, and the runs that gave nothing, are told below.

use super::number::{chips, joined, percent, rounded, time_unit};
use super::points::{short_name, value_text};
use super::sensitivity::{
    ALL_VALUES, BASE, ENVELOPE, FailedVariant, RateMetric, SensitivityPoint, SensitivityReport,
    SensitivityValue, TimeMetric, swing,
};
use super::sheet::{Column, Sheet};
use super::table;
use super::{compared_table, markdown};
use std::io::{self, Write};

/// What stands where a run gave nothing, or nothing can be said.
const NONE: &str = "-";

/// Writes the blocks as text.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &SensitivityReport) -> io::Result<()> {
    for point in &report.points {
        table::write_sheet(out, &sheet(point))?;
        lines(point).iter().try_for_each(|line| table::write_paragraph(out, "", line))?;
        writeln!(out)?;
    }
    for pair in &report.comparisons {
        compared_table::sheets(pair).iter().try_for_each(|sheet| table::write_sheet(out, sheet))?;
        compared_table::lines(pair).iter().try_for_each(|line| table::write_paragraph(out, "", line))?;
        writeln!(out)?;
    }
    table::write_paragraph(out, "", FOOTER)
}

/// Writes the blocks as Markdown.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, report: &SensitivityReport) -> io::Result<()> {
    for point in &report.points {
        markdown::write_sheet(out, &sheet(point))?;
        lines(point).iter().try_for_each(|line| writeln!(out, "- {}", markdown::escaped(line)))?;
        writeln!(out)?;
    }
    for pair in &report.comparisons {
        compared_table::sheets(pair).iter().try_for_each(|sheet| markdown::write_sheet(out, sheet))?;
        let lines = compared_table::lines(pair);
        lines.iter().try_for_each(|line| writeln!(out, "- {}", markdown::escaped(line)))?;
        writeln!(out)?;
    }
    writeln!(out, "{}", markdown::escaped(FOOTER))
}

/// What the numbers are; the last row names the envelope.
const FOOTER: &str = "Each value at the low and at the high end of its range, all others as they are; the row all puts \
                      every value there; the last row is the lowest and the highest of these runs.";

/// How the figures of a point are written.
struct Figures {
    base: Option<f64>,
    time_unit: &'static str,
    time: Box<dyn Fn(f64) -> String>,
    rate_unit: &'static str,
    rate: fn(f64) -> String,
}

impl Figures {
    fn of(point: &SensitivityPoint) -> Self {
        let (scale, time_unit) = match point.time.metric {
            TimeMetric::TimeUs => (1.0, "µs"),
            TimeMetric::StepTimeS => time_unit(point.time.high.unwrap_or(0.0)),
        };
        let (rate_unit, rate): (_, fn(f64) -> String) = match point.rate.metric {
            RateMetric::BusbwGbPerS | RateMetric::ThroughputGbPerS => ("GB/s", rounded),
            RateMetric::Mfu => ("MFU %", percent),
        };
        let time = Box::new(move |time: f64| rounded(time / scale));
        Self { base: point.time.base, time_unit, time, rate_unit, rate }
    }

    fn columns(&self) -> Vec<Column> {
        vec![
            Column::text("value"),
            Column::text("range"),
            Column::number("at low", self.time_unit),
            Column::number("at high", self.time_unit),
            Column::number("swing", "%"),
            Column::number("at low", self.rate_unit),
            Column::number("at high", self.rate_unit),
        ]
    }

    /// One row.
    fn row(&self, name: &str, range: &str, ends: &Ends) -> Vec<String> {
        let time = |time: Option<f64>| cell(time, &self.time);
        let rate = |value: Option<f64>| cell(value, self.rate);
        let swing = swing(self.base, ends.time).zip(self.base).map(|(swing, base)| swing / base * 100.0);
        vec![
            name.to_owned(),
            range.to_owned(),
            time(ends.time[0]),
            time(ends.time[1]),
            cell(swing.filter(|swing| swing.is_finite()), rounded),
            rate(ends.rate[0]),
            rate(ends.rate[1]),
        ]
    }
}

fn cell(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), text)
}

/// The figures of a row: at the low and at the high end.
struct Ends {
    time: [Option<f64>; 2],
    rate: [Option<f64>; 2],
}

/// The block of one point; values without effect are left to the line below.
fn sheet(point: &SensitivityPoint) -> Sheet {
    let figures = Figures::of(point);
    let mut sheet = Sheet::new(title(point), figures.columns());
    let (time, rate) = (&point.time, &point.rate);
    let whole = |name, time, rate| figures.row(name, NONE, &Ends { time, rate });
    sheet.push(whole(BASE, [time.base; 2], [rate.base; 2]));
    if point.values.is_empty() {
        return sheet;
    }
    for value in point.values.iter().filter(|value| has_effect(point, value)) {
        let ends = [&value.low, &value.high];
        let ends = Ends { time: ends.map(|end| end.metric), rate: ends.map(|end| end.rate) };
        sheet.push(figures.row(&value.key, &range(value), &ends));
    }
    sheet.push(whole(ALL_VALUES, [time.all_low, time.all_high], [rate.all_low, rate.all_high]));
    sheet.push(whole(ENVELOPE, [time.low, time.high], [rate.low, rate.high]));
    sheet
}

fn has_effect(point: &SensitivityPoint, value: &SensitivityValue) -> bool {
    value.has_effect(point.time.base, point.rate.base)
}

/// The system, its size, and what else was swept.
fn title(point: &SensitivityPoint) -> String {
    let parameters: Vec<String> = point.point.keys().cloned().collect();
    let swept = point.point.iter().filter(|(name, _)| *name != "systems.chips");
    let setting = |(name, value): (&String, &serde_json::Value)| {
        format!(", {} = {}", short_name(name, &parameters), value_text(value))
    };
    let settings: String = swept.map(setting).collect();
    format!("{}, {}{settings}", point.system, chips(point.chips))
}

fn range(value: &SensitivityValue) -> String {
    let (low, high) = (value.low.value, value.high.value);
    match value.unit.as_str() {
        "count" | "share" | "ratio" => format!("{low}–{high}"),
        unit => format!("{low}–{high} {unit}"),
    }
}

/// The sentences under a block.
fn lines(point: &SensitivityPoint) -> Vec<String> {
    let without = point.values.iter().filter(|value| !has_effect(point, value));
    let without: Vec<&str> = without.map(|value| value.key.as_str()).collect();
    let about_values = match (point.values.is_empty(), without.is_empty()) {
        (true, _) => Some("no value of this system has a range: there is nothing to vary".to_owned()),
        (false, true) => None,
        (false, false) => Some(format!("no effect: {}", without.join(", "))),
    };
    about_values.into_iter().chain(failures(&point.failures)).collect()
}

/// The runs that gave nothing, with one sentence for each reason.
fn failures(failures: &[FailedVariant]) -> Vec<String> {
    let mut reasons: Vec<&str> = Vec::new();
    for failed in failures {
        if !reasons.contains(&failed.reason.as_str()) {
            reasons.push(&failed.reason);
        }
    }
    let sentence = |reason: &str| {
        let of_reason = failures.iter().filter(|failed| failed.reason == reason);
        let runs: Vec<String> = of_reason.map(FailedVariant::what).collect();
        format!("no result with {}: {reason}", joined(&runs))
    };
    reasons.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn text(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("a vector takes every byte");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn a_block_has_base_values_all_and_envelope() {
        let report = example::sensitivity();
        let text = text(|out| write_table(out, &report));
        let first: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
        let place = |name: &str| first.iter().position(|word| *word == name);
        let rows = ["base", "scale_up.link_bandwidth", "transport.scale_up.efficiency", "all", "envelope,"];
        let places: Vec<_> = rows.map(place).to_vec();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
        assert!(text.contains("\nno effect: chip.peak_bf16, chip.power\n"), "{text}");
        assert!(text.contains("no result with every value at its low end: it takes too long"), "{text}");
        assert!(text.contains("\n envelope, not confidence "), "{text}");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{text}");
    }

    #[test]
    fn markdown_has_the_same_rows() {
        let report = example::sensitivity();
        let text = text(|out| write_markdown(out, &report));
        // A head, a rule, and the five rows above.
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 7, "{text}");
        assert!(text.contains("- no effect: chip.peak\\_bf16"), "{text}");
    }

    #[test]
    fn a_point_without_ranges_has_its_base_row_and_says_so() {
        let mut report = example::sensitivity();
        report.points[0].values.clear();
        report.points[0].failures.clear();
        let text = text(|out| write_table(out, &report));
        assert!(text.contains("no value of this system has a range"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("all ")), "{text}");
    }
}
