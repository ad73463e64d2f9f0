//! `copperlight catalog systems NAME --analysis`: what a system could do at best, without a simulation.

use super::failure::Failure;
use super::output::{Format, Output};
use super::system_question::{SystemArguments, SystemQuestion};
use crate::file::NamedSystem;
use crate::report::{Column, Sheet, markdown, number, table};
use copperlight_core::units::{Bandwidth, Time};
use copperlight_topologies::analysis::{Analysis, TierSummary};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// What a figure is: a count, a time or a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Figure {
    Count(usize),
    Latency(Time),
    /// `None` where there is nothing that could have one.
    Rate(Option<Bandwidth>),
}

/// One figure with its key in JSON and CSV, and its title for people.
struct Item {
    key: &'static str,
    title: &'static str,
    figure: Figure,
}

/// Shows the analysis of the system of this name.
pub(super) fn run(
    name: Option<&str>,
    arguments: &SystemArguments,
    format: Format,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let named = arguments.load(name, SystemQuestion::Analysis)?;
    let chips = named.chips_or(None).map_err(Failure::Usage)?;
    let NamedSystem { name, system, .. } = named;
    let analysis =
        Analysis::new(&system, chips).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    write(&name, &analysis, format, output.data)?;
    output.data.flush()?;
    system.wiring_warnings().iter().try_for_each(|warning| writeln!(output.notes, "note: {warning}"))?;
    Ok(())
}

fn write(name: &str, analysis: &Analysis, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let sheets = || [figure_sheet(name, analysis), tier_sheet(&analysis.tiers)];
    match format {
        Format::Table => sheets().iter().try_for_each(|sheet| {
            table::write_sheet(out, sheet)?;
            writeln!(out)
        }),
        Format::Markdown => sheets().iter().try_for_each(|sheet| markdown::write_sheet(out, sheet)),
        Format::Csv | Format::Json => format.write(&csv_sheet(analysis), &document(name, analysis), out),
    }
}

fn items(analysis: &Analysis) -> [Item; 8] {
    let item = |key, title, figure| Item { key, title, figure };
    let outside = Some(analysis.scale_out_injection).filter(|rate| *rate > Bandwidth::ZERO);
    let rate = Figure::Rate;
    [
        item("chips", "chips", Figure::Count(analysis.chips)),
        item("longest_route_links", "links of the longest route", Figure::Count(analysis.longest.links)),
        item(
            "longest_route_latency_ns",
            "latency of the longest route",
            Figure::Latency(analysis.longest.latency),
        ),
        item(
            "injection_scale_up_gb_per_s",
            "a chip sends inside its domain",
            rate(Some(analysis.scale_up_injection)),
        ),
        item("injection_scale_out_gb_per_s", "a chip sends to other domains", rate(outside)),
        item(
            "domain_bisection_gb_per_s",
            "half of a domain sends to the rest",
            rate(analysis.domain_bisection),
        ),
        item(
            "ideal_all_reduce_busbw_gb_per_s",
            "busbw of an ideal all-reduce",
            rate(analysis.ideal_all_reduce),
        ),
        item(
            "ideal_all_to_all_busbw_gb_per_s",
            "busbw of an ideal all-to-all",
            rate(analysis.ideal_all_to_all),
        ),
    ]
}

impl Figure {
    /// With its unit, for people.
    fn text(self) -> String {
        match self {
            Self::Count(count) => number::grouped(count as u64),
            Self::Latency(latency) => number::duration(latency.seconds()),
            Self::Rate(None) => "n/a".to_owned(),
            Self::Rate(Some(rate)) => format!("{} GB/s", number::rounded(rate.gigabytes_per_second())),
        }
    }

    /// In the unit of its key, for programs.
    fn json(self) -> Value {
        match self {
            Self::Count(count) => json!(count),
            Self::Latency(latency) => json!(latency.picoseconds() as f64 / 1e3),
            Self::Rate(rate) => json!(rate.map(Bandwidth::gigabytes_per_second)),
        }
    }
}

/// The figures for people; the number of chips stands in the title.
fn figure_sheet(name: &str, analysis: &Analysis) -> Sheet {
    let columns = vec![Column::text("at best"), Column::number(name, "")];
    let mut sheet = Sheet::new(format!("{name}: {}", number::chips(analysis.chips as u64)), columns);
    for item in &items(analysis)[1..] {
        sheet.push(vec![item.title.to_owned(), item.figure.text()]);
    }
    sheet
}

fn tier_sheet(tiers: &[TierSummary]) -> Sheet {
    let columns =
        vec![Column::text("tier"), Column::number("directed links", ""), Column::number("capacity", "GB/s")];
    let mut sheet = Sheet::new("Tiers", columns);
    for tier in tiers {
        let capacity = number::rounded(tier.capacity.gigabytes_per_second());
        sheet.push(vec![tier.name.clone(), number::grouped(tier.links as u64), capacity]);
    }
    sheet
}

/// One row for each figure and for what each tier has, for programs: an empty value is one that nothing has.
fn csv_sheet(analysis: &Analysis) -> Sheet {
    let mut sheet = Sheet::new("", ["figure", "value"].map(Column::text).to_vec());
    let mut push = |key: String, value: Value| {
        let text = if value.is_null() { String::new() } else { value.to_string() };
        sheet.push(vec![key, text]);
    };
    items(analysis).iter().for_each(|item| push(item.key.to_owned(), item.figure.json()));
    for TierSummary { name, links, capacity } in &analysis.tiers {
        push(format!("tiers.{name}.links"), json!(links));
        push(format!("tiers.{name}.capacity_gb_per_s"), json!(capacity.gigabytes_per_second()));
    }
    sheet
}

fn document(name: &str, analysis: &Analysis) -> Value {
    let mut whole = Map::new();
    whole.insert("system".to_owned(), json!(name));
    whole.extend(items(analysis).iter().map(|item| (item.key.to_owned(), item.figure.json())));
    let tier = |tier: &TierSummary| {
        json!({
            "tier": tier.name,
            "links": tier.links,
            "capacity_gb_per_s": tier.capacity.gigabytes_per_second(),
        })
    };
    whole.insert("tiers".to_owned(), analysis.tiers.iter().map(tier).collect());
    whole.into()
}
