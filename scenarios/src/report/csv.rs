//! Results as CSV: one flat row per point, the unit in every column's name, an empty field for what is null.

use super::csv_columns::{ROW_NAMES, Seen, field, row_fields, tier_column};
use super::listing::Listing;
use super::results::CollectiveReport;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes one row per system and point.
///
/// # Errors
/// When `out` does not take the text, or a row cannot be read.
pub fn write_results(out: &mut dyn Write, listing: Listing<'_>) -> io::Result<()> {
    write_points(out, &[listing], None)
}

/// Writes one table of several scenarios, whose first column names them.
///
/// # Errors
/// As [`write_results`].
pub fn write_several(out: &mut dyn Write, listings: &[Listing<'_>]) -> io::Result<()> {
    write_points(out, listings, Some("scenario"))
}

/// Writes the points of all scenarios; `key` heads a first column with the scenario's name.
fn write_points(out: &mut dyn Write, listings: &[Listing<'_>], key: Option<&str>) -> io::Result<()> {
    let mut seen = Seen::default();
    for listing in listings {
        listing.points.visit(&mut |point| {
            seen.look(point);
            Ok(())
        })?;
    }
    let columns = seen.columns();
    let mut writer = csv::Writer::from_writer(out);
    let names = columns.iter().map(|column| column.name.as_str());
    writer.write_record(key.into_iter().chain(names))?;
    for listing in listings {
        let name = key.map(|_| listing.results.scenario.clone());
        listing.points.visit(&mut |point| {
            let fields = columns.iter().map(|column| (column.field)(point));
            Ok(writer.write_record(name.iter().cloned().chain(fields))?)
        })?;
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
        let rows = table(|out| write_results(out, (&report.results).into()));
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
        let rows = table(|out| write_results(out, (&report.results).into()));
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
        let rows = table(|out| write_several(out, &[(&one).into(), (&other).into()]));
        let names: Vec<&str> = rows.iter().map(|row| row["scenario"].as_str()).collect();
        assert_eq!(names, [vec!["nvl72-vs-cm384"; 2], vec!["other"; 4]].concat());
        assert!(!table(|out| write_results(out, (&one).into()))[0].contains_key("scenario"));
    }
}
