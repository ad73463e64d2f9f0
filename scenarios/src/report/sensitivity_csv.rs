//! A sensitivity report as CSV: one row per run, every figure to the last bit, then the comparisons of systems.

use super::compared_table;
use super::points::value_text;
use super::sensitivity::{
    ALL_VALUES, BASE, FailedVariant, RateMetric, SensitivityPoint, SensitivityReport, TimeMetric,
};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::iter;

/// What the key is in the two rows of the envelope.
const ENVELOPE_KEY: &str = "envelope";

/// One row: a run, or an end of the envelope.
struct Row<'a> {
    key: &'a str,
    end: &'static str,
    value: Option<f64>,
    unit: &'a str,
    time: Option<f64>,
    rate: Option<f64>,
}

/// Writes one row for each run of each point, and two for its envelope.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_csv(out: &mut dyn Write, report: &SensitivityReport) -> io::Result<()> {
    let parameters: BTreeSet<&String> = report.points.iter().flat_map(|point| point.point.keys()).collect();
    let parameters: Vec<&String> = parameters.into_iter().filter(|name| *name != "systems.chips").collect();
    let mut writer = csv::Writer::from_writer(out);
    let swept = parameters.iter().map(|name| name.as_str());
    let figures = ["key", "end", "value", "unit", "metric", "time", "rate_metric", "rate", "reason"];
    writer
        .write_record(["system", "chips"].into_iter().chain(swept).chain(figures))
        .map_err(io::Error::other)?;
    for point in &report.points {
        for row in rows(point) {
            let keys = [point.system.clone(), point.chips.to_string()];
            let swept =
                parameters.iter().map(|name| point.point.get(*name).map_or_else(String::new, value_text));
            writer
                .write_record(keys.into_iter().chain(swept).chain(fields(point, &row)))
                .map_err(io::Error::other)?;
        }
    }
    for row in report.comparisons.iter().flat_map(compared_table::csv_rows) {
        let (keys, figures) = row.split_at(2);
        let swept = iter::repeat_n("", parameters.len());
        let row = keys.iter().map(String::as_str).chain(swept).chain(figures.iter().map(String::as_str));
        writer.write_record(row).map_err(io::Error::other)?;
    }
    writer.flush()
}

fn rows(point: &SensitivityPoint) -> Vec<Row<'_>> {
    let (time, rate) = (&point.time, &point.rate);
    let whole =
        |key, end, [time, rate]: [Option<f64>; 2]| Row { key, end, value: None, unit: "", time, rate };
    let mut rows = vec![whole(BASE, "", [time.base, rate.base])];
    if point.values.is_empty() {
        return rows;
    }
    for value in &point.values {
        for (end, run) in [("low", &value.low), ("high", &value.high)] {
            let (key, unit) = (value.key.as_str(), value.unit.as_str());
            rows.push(Row { key, end, value: Some(run.value), unit, time: run.metric, rate: run.rate });
        }
    }
    rows.push(whole(ALL_VALUES, "low", [time.all_low, rate.all_low]));
    rows.push(whole(ALL_VALUES, "high", [time.all_high, rate.all_high]));
    rows.push(whole(ENVELOPE_KEY, "low", [time.low, rate.low]));
    rows.push(whole(ENVELOPE_KEY, "high", [time.high, rate.high]));
    rows
}

fn fields(point: &SensitivityPoint, row: &Row<'_>) -> [String; 9] {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let is_this =
        |failed: &&FailedVariant| failed.key == row.key && failed.end.unwrap_or_default() == row.end;
    let reason = point.failures.iter().find(is_this).map_or("", |failed| &failed.reason);
    [
        row.key.to_owned(),
        row.end.to_owned(),
        number(row.value),
        row.unit.to_owned(),
        time_name(point.time.metric).to_owned(),
        number(row.time),
        rate_name(point.rate.metric).to_owned(),
        number(row.rate),
        reason.to_owned(),
    ]
}

const fn time_name(metric: TimeMetric) -> &'static str {
    match metric {
        TimeMetric::TimeUs => "time_us",
        TimeMetric::StepTimeS => "step_time_s",
    }
}

const fn rate_name(metric: RateMetric) -> &'static str {
    match metric {
        RateMetric::BusbwGbPerS => "busbw_gb_per_s",
        RateMetric::ThroughputGbPerS => "throughput_gb_per_s",
        RateMetric::Mfu => "mfu",
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_run_has_a_row() {
        let report = example::sensitivity();
        let mut out = Vec::new();
        write_csv(&mut out, &report).expect("a vector takes every byte");
        let rows: Result<Vec<BTreeMap<String, String>>, _> =
            csv::Reader::from_reader(out.as_slice()).deserialize().collect();
        let rows = rows.expect("what was written is CSV with one name per field");
        // The base, four values at two ends, all at two, the envelope.
        assert_eq!(rows.len(), 1 + 2 * 4 + 2 + 2);
        assert_eq!(
            (rows[0]["key"].as_str(), rows[0]["time"].parse().ok()),
            ("base", report.points[0].time.base)
        );
        let all_low = rows.iter().find(|row| row["key"] == "all" && row["end"] == "low").expect("all low");
        assert_eq!((all_low["time"].as_str(), all_low["reason"].as_str()), ("", "it takes too long"));
        assert_eq!(rows[1]["systems.note"], "1");
    }
}
