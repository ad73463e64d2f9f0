//! Results as CSV: one flat row per point, the unit in every column's name, an empty field for what is null.

use super::results::{CollectiveReport, CollectiveRow, PointResult, ScenarioResults};
use super::traffic::TrafficRow;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes one row per system and point.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_results(out: &mut dyn Write, results: &ScenarioResults) -> io::Result<()> {
    write_points(out, &[results], None)
}

/// Writes one table of several scenarios, whose first column names them.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_several(out: &mut dyn Write, scenarios: &[&ScenarioResults]) -> io::Result<()> {
    write_points(out, scenarios, Some("scenario"))
}

/// Writes the points of all scenarios; `key` heads a first column with the scenario's name.
fn write_points(out: &mut dyn Write, scenarios: &[&ScenarioResults], key: Option<&str>) -> io::Result<()> {
    let points: Vec<&PointResult> = scenarios.iter().flat_map(|results| &results.results).collect();
    let columns = columns(&points);
    let mut writer = csv::Writer::from_writer(out);
    let names = columns.iter().map(|column| column.name.as_str());
    writer.write_record(key.into_iter().chain(names)).map_err(io::Error::other)?;
    for results in scenarios {
        for point in &results.results {
            let name = key.map(|_| results.scenario.clone());
            let fields = columns.iter().map(|column| (column.field)(point));
            writer.write_record(name.into_iter().chain(fields)).map_err(io::Error::other)?;
        }
    }
    writer.flush()
}

/// Writes one row per size of a collective.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let tiers: BTreeSet<&String> =
        report.rows.iter().flat_map(|row| row.tier_bytes.iter().flatten()).map(|(tier, _)| tier).collect();
    let names = ["system", "chips", "op"].into_iter().chain(ROW_NAMES).map(str::to_owned);
    let ends = report.envelope.as_ref().map(|_| ["time_us_low", "time_us_high"]);
    let names = names.chain(ends.into_iter().flatten().map(str::to_owned));
    let names = names.chain(tiers.iter().map(|tier| tier_column(tier)));
    writer.write_record(names).map_err(io::Error::other)?;
    for row in &report.rows {
        let keys = [report.system.clone(), report.chips.to_string(), report.op.clone()];
        let carried =
            tiers.iter().map(|tier| field(row.tier_bytes.as_ref().and_then(|bytes| bytes.get(*tier))));
        let ends = ends.map(|_| [field(row.time_us_low), field(row.time_us_high)]);
        let fields = keys.into_iter().chain(row_fields(row)).chain(ends.into_iter().flatten());
        let fields = fields.chain(carried);
        writer.write_record(fields).map_err(io::Error::other)?;
    }
    writer.flush()
}

const ROW_NAMES: [&str; 8] = [
    "size_bytes",
    "time_us",
    "algbw_gb_per_s",
    "busbw_gb_per_s",
    "wire_bytes_per_chip",
    "algorithm",
    "protocol",
    "bound_by",
];

fn row_fields(row: &CollectiveRow) -> [String; 8] {
    [
        row.size_bytes.to_string(),
        row.time_us.to_string(),
        row.algbw_gb_per_s.map_or_else(String::new, |rate| rate.to_string()),
        row.busbw_gb_per_s.map_or_else(String::new, |rate| rate.to_string()),
        row.wire_bytes_per_chip.to_string(),
        row.algorithm.clone(),
        row.protocol.clone(),
        row.bound_by.clone(),
    ]
}

struct CsvColumn<'a> {
    name: String,
    field: Box<dyn Fn(&PointResult) -> String + 'a>,
}

fn column<'a>(name: impl Into<String>, field: impl Fn(&PointResult) -> String + 'a) -> CsvColumn<'a> {
    CsvColumn { name: name.into(), field: Box::new(field) }
}

fn number<'a>(name: impl Into<String>, value: impl Fn(&PointResult) -> Option<f64> + 'a) -> CsvColumn<'a> {
    column(name, move |point| value(point).map_or_else(String::new, |value| value.to_string()))
}

fn columns<'a>(points: &[&'a PointResult]) -> Vec<CsvColumn<'a>> {
    let mut columns = vec![
        column("system", |point| point.system.clone()),
        column("chips", |point| point.chips.to_string()),
    ];
    columns.extend(parameter_columns(points));
    columns.push(column("fits", |point| point.fits.to_string()));
    if points.iter().any(|point| point.collective.is_some()) {
        columns.extend(collective_columns());
    }
    if points.iter().any(|point| point.traffic.is_some()) {
        columns.extend(traffic_columns());
    }
    columns.extend(training_columns());
    columns.extend(breakdown_columns());
    columns.extend(memory_columns(points));
    columns.extend(link_columns(points));
    columns.extend(tier_columns(points));
    columns.extend(placement_columns(points));
    columns.extend(limit_columns(points));
    columns
}

/// The swept parameters under their paths; one that already is a column of its own is not repeated.
fn parameter_columns<'a>(points: &[&'a PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let names: BTreeSet<&'a String> = points.iter().flat_map(|point| point.point.keys()).collect();
    names.into_iter().filter(|name| *name != "systems.chips" && *name != "chips").map(|name| {
        column(name.clone(), move |point| {
            point.point.get(name).map_or_else(String::new, super::points::value_text)
        })
    })
}

fn collective_columns<'a>() -> impl Iterator<Item = CsvColumn<'a>> {
    ROW_NAMES.into_iter().enumerate().map(|(index, name)| {
        column(name, move |point| {
            point.collective.as_ref().map_or_else(String::new, |row| row_fields(row)[index].clone())
        })
    })
}

fn traffic_columns<'a>() -> [CsvColumn<'a>; 13] {
    fn text<'a>(name: &str, field: impl Fn(&TrafficRow) -> String + 'a) -> CsvColumn<'a> {
        column(name, move |point| point.traffic.as_ref().map_or_else(String::new, &field))
    }
    [
        text("pattern", |row| row.pattern.clone()),
        text("size_bytes", |row| row.size_bytes.to_string()),
        text("flows", |row| row.flows.to_string()),
        text("total_bytes", |row| row.total_bytes.to_string()),
        text("time_us", |row| row.time_us.to_string()),
        text("flow_time_mean_us", |row| row.flow_time_mean_us.to_string()),
        text("flow_time_median_us", |row| row.flow_time_median_us.to_string()),
        text("flow_time_p99_us", |row| row.flow_time_p99_us.to_string()),
        text("throughput_gb_per_s", |row| row.throughput_gb_per_s.to_string()),
        text("throughput_gb_per_s_per_chip", |row| row.throughput_gb_per_s_per_chip.to_string()),
        text("ideal_time_us", |row| row.ideal_time_us.to_string()),
        text("ideal_share", |row| row.ideal_share.to_string()),
        text("bound_by", |row| row.bound_by.clone()),
    ]
}

fn training_columns<'a>() -> [CsvColumn<'a>; 16] {
    [
        number("step_time_s", |point| point.step_time_s),
        number("mfu", |point| point.mfu),
        number("mfu_bf16", |point| point.mfu_bf16),
        number("hfu", |point| point.hfu),
        number("peak_tflops_per_chip", |point| point.peak_tflops_per_chip),
        number("model_tflops_per_chip", |point| point.model_tflops_per_chip),
        number("tokens_per_second_per_chip", |point| point.tokens_per_second_per_chip),
        number("communication_share", |point| point.communication_share),
        number("exposed_communication_share", |point| point.exposed_communication_share),
        number("energy_j_per_token", |point| point.energy_j_per_token),
        number("energy_j_per_token_low", |point| {
            Some(point.energy_breakdown_j_per_token.as_ref()?.total.low)
        }),
        number("energy_j_per_token_high", |point| {
            Some(point.energy_breakdown_j_per_token.as_ref()?.total.high)
        }),
        number("run_days", |point| Some(point.run_total.as_ref()?.days)),
        number("run_energy_mwh", |point| Some(point.run_total.as_ref()?.energy_mwh?.value)),
        number("run_electricity_usd", |point| Some(point.run_total.as_ref()?.electricity_usd?.value)),
        number("run_price_usd", |point| Some(point.run_total.as_ref()?.price_usd?.value)),
    ]
}

fn breakdown_columns<'a>() -> impl Iterator<Item = CsvColumn<'a>> {
    let names = super::results::Breakdown::default().terms().map(|(name, _)| name);
    names.into_iter().enumerate().map(|(index, name)| {
        number(format!("breakdown_{name}_s"), move |point| point.breakdown_s.and_then(|b| b.terms()[index].1))
    })
}

fn memory_columns<'a>(points: &[&'a PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let terms: BTreeSet<&'a String> =
        points.iter().filter_map(|p| p.memory_gb.as_ref()).flat_map(|m| m.keys()).collect();
    terms.into_iter().map(|term| {
        number(format!("memory_{term}_gb"), move |point| point.memory_gb.as_ref()?.get(term).copied())
    })
}

fn link_columns<'a>(points: &[&'a PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let tiers: BTreeSet<&'a String> =
        points.iter().filter_map(|p| p.link_utilization.as_ref()).flat_map(|tiers| tiers.keys()).collect();
    tiers.into_iter().flat_map(|tier| {
        let busy = move |point: &PointResult| point.link_utilization.as_ref()?.get(tier).copied();
        [
            number(format!("link_utilization_{tier}_mean"), move |point| busy(point).map(|busy| busy.mean)),
            number(format!("link_utilization_{tier}_peak"), move |point| busy(point).map(|busy| busy.peak)),
        ]
    })
}

fn tier_columns<'a>(points: &[&'a PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let tiers: BTreeSet<&'a String> =
        points.iter().filter_map(|p| p.tier_bytes.as_ref()).flat_map(|tiers| tiers.keys()).collect();
    tiers.into_iter().map(|tier| {
        column(tier_column(tier), move |point| {
            field(point.tier_bytes.as_ref().and_then(|bytes| bytes.get(tier)))
        })
    })
}

fn tier_column(tier: &str) -> String {
    format!("tier_bytes.{tier}")
}

/// A number, or an empty field.
fn field(number: Option<impl ToString>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// `placement.tensor.inside_node` and so on, where any point has been placed.
fn placement_columns<'a>(points: &[&PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let placed = points.iter().find_map(|point| point.placement);
    let directions = placed.map(|placement| placement.directions()).into_iter().flatten().enumerate();
    directions.flat_map(|(index, (direction, _))| {
        let spread = move |point: &PointResult| point.placement.map(|placed| placed.directions()[index].1);
        let name = |place: &str| format!("placement.{direction}.{place}");
        [
            column(name("inside_node"), move |point| {
                field(spread(point).and_then(|s| s.inside_node).as_ref())
            }),
            column(name("inside_domain"), move |point| {
                field(spread(point).map(|s| s.inside_domain).as_ref())
            }),
            column(name("across_domains"), move |point| {
                field(spread(point).map(|s| s.across_domains).as_ref())
            }),
        ]
    })
}

fn limit_columns<'a>(points: &[&'a PointResult]) -> impl Iterator<Item = CsvColumn<'a>> + use<'a> {
    let limits: BTreeSet<&'a String> =
        points.iter().filter_map(|p| p.limited_by.as_ref()).flat_map(|limits| limits.keys()).collect();
    limits.into_iter().map(|limit| {
        number(format!("limited_by_{limit}"), move |point| point.limited_by.as_ref()?.get(limit).copied())
    })
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn table(
        write: impl Fn(&mut dyn Write) -> io::Result<()>,
    ) -> Vec<std::collections::BTreeMap<String, String>> {
        let mut out = Vec::new();
        write(&mut out).expect("a vector takes every byte");
        csv::Reader::from_reader(out.as_slice())
            .deserialize()
            .collect::<Result<_, _>>()
            .expect("what was written is CSV with one name per field")
    }

    #[test]
    fn every_value_reads_back_to_the_bit() {
        let report = example::two_systems(2);
        let rows = table(|out| write_results(out, &report.results));
        assert_eq!(rows.len(), report.results.results.len());
        for (row, point) in rows.iter().zip(&report.results.results) {
            assert_eq!(row["system"], point.system);
            assert_eq!(row["chips"].parse(), Ok(point.chips));
            assert_eq!(row["step_time_s"].parse().ok(), point.step_time_s);
            assert_eq!(row["breakdown_tensor_s"].parse().ok(), point.breakdown_s.and_then(|b| b.tensor));
            assert_eq!(row["breakdown_expert_s"], "", "what is not modelled is empty");
            let carried = point.tier_bytes.as_ref().expect("the example was simulated");
            assert_eq!(row["tier_bytes.scale-up"].parse(), Ok(carried["scale-up"]));
            let tensor = point.placement.expect("the example was placed").tensor;
            assert_eq!(row["placement.tensor.inside_node"].parse().ok(), tensor.inside_node);
            assert_eq!(row["placement.pipeline.across_domains"].parse(), Ok(72));
        }
    }

    #[test]
    fn a_name_with_commas_and_quotes_reads_back() {
        let mut report = example::two_systems(1);
        report.results.results[0].system = "a, \"b\"\nc".to_owned();
        let rows = table(|out| write_results(out, &report.results));
        assert_eq!(rows[0]["system"], "a, \"b\"\nc");
    }

    #[test]
    fn a_collective_has_one_row_per_size() {
        let report = example::collective();
        let rows = table(|out| write_collective(out, &report));
        assert_eq!(rows.len(), report.rows.len());
        assert_eq!(rows[0]["busbw_gb_per_s"].parse().ok(), report.rows[0].busbw_gb_per_s);
        assert_eq!(rows[0]["tier_bytes.scale-up"], "306720");
    }

    #[test]
    fn several_scenarios_are_told_apart() {
        let (one, mut other) = (example::two_systems(1).results, example::two_systems(2).results);
        other.scenario = "other".to_owned();
        let rows = table(|out| write_several(out, &[&one, &other]));
        let names: Vec<&str> = rows.iter().map(|row| row["scenario"].as_str()).collect();
        assert_eq!(names, [vec!["nvl72-vs-cm384"; 2], vec!["other"; 4]].concat());
        assert!(!table(|out| write_results(out, &one))[0].contains_key("scenario"));
    }
}
