//! The tables that show results: what came out, and where the time, the links and the memory go.

use super::comparison::comparisons;
use super::energy::{energy, run_totals};
use super::links::busiest;
use super::number::{chips, duration, grouped, percent, rounded, size, time_unit};
use super::points::{short_name, value_text, varying_parameters};
use super::results::{
    CollectiveReport, CollectiveRow, GroupSpread, MEMORY_CAPACITY, MEMORY_TOTAL, Placement, PointResult,
    ScenarioResults,
};
use super::sheet::{Column, Sheet};
use super::traffic::traffic_points;
use std::collections::BTreeSet;

const NOT_MODELLED: &str = "-";

/// The table that answers first: one row per system and point.
pub(super) fn headline(results: &ScenarioResults) -> Sheet {
    if results.results.iter().any(|point| point.collective.is_some()) {
        collective_points(results)
    } else if results.results.iter().any(|point| point.traffic.is_some()) {
        traffic_points(results)
    } else {
        training_points(results)
    }
}

/// Every further table that has something to say about these results.
pub(super) fn details(results: &ScenarioResults) -> Vec<Sheet> {
    let sheets = [comparisons, breakdown, links, busiest, placement, memory, energy, run_totals];
    sheets.into_iter().filter_map(|sheet| sheet(results)).collect()
}

/// Where the step's time goes.
pub(super) fn breakdown(results: &ScenarioResults) -> Option<Sheet> {
    let points: Vec<_> = results.results.iter().filter(|point| point.breakdown_s.is_some()).collect();
    let longest = points.iter().filter_map(|point| point.step_time_s).fold(0.0, f64::max);
    let (scale, unit) = time_unit(longest);
    let modelled: Vec<&str> = points
        .iter()
        .flat_map(|point| point.breakdown_s.unwrap_or_default().terms())
        .filter_map(|(name, seconds)| {
            seconds.filter(|seconds| *seconds > 0.0 || !is_rare(name)).map(|_| name)
        })
        .collect();
    let order = super::results::Breakdown::default().terms().map(|(name, _)| name);
    let terms: Vec<_> = order.into_iter().filter(|name| modelled.contains(name)).collect();
    let columns = terms.iter().map(|name| Column::number(*name, unit)).collect();
    let mut sheet = keyed_sheet("Where the step's time goes (mean over ranks)", results, columns);
    for point in &points {
        let values = point.breakdown_s.unwrap_or_default().terms();
        let cells = terms.iter().map(|term| {
            let seconds = values.iter().find(|(name, _)| name == term).and_then(|(_, seconds)| *seconds);
            cell(seconds.map(|seconds| rounded(seconds / scale)))
        });
        sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
    }
    (!points.is_empty()).then_some(sheet)
}

fn training_points(results: &ScenarioResults) -> Sheet {
    let longest = results.results.iter().filter_map(|point| point.step_time_s).fold(0.0, f64::max);
    let (scale, unit) = time_unit(longest);
    let mut columns = vec![
        Column::number("step time", unit),
        Column::number("MFU", "%"),
        Column::number("TFLOPS", "per chip"),
        Column::number("tokens/s", "per chip"),
        Column::number("exposed comm.", "% of step"),
        Column::number("memory", "GB"),
    ];
    let all_fit = results.results.iter().all(|point| point.fits);
    if !all_fit {
        columns.push(Column::text("fits"));
    }
    let mut sheet = keyed_sheet("", results, columns);
    for point in &results.results {
        let mut row = key_cells(point, results);
        row.extend([
            cell(point.step_time_s.map(|seconds| rounded(seconds / scale))),
            cell(point.mfu.map(percent)),
            cell(point.model_tflops_per_chip.map(rounded)),
            cell(point.tokens_per_second_per_chip.map(rounded)),
            cell(point.exposed_communication_share.map(percent)),
            cell(point.memory_needed_gb().map(rounded)),
        ]);
        if !all_fit {
            let fits = if point.fits { "yes" } else { "no" };
            row.push(if point.error.is_some() { "failed" } else { fits }.to_owned());
        }
        sheet.push(row);
    }
    sheet
}

/// The rows of a collective.
pub(super) fn collective_rows(report: &CollectiveReport) -> Sheet {
    let title = format!("{} on {}, {}", report.op, report.system, chips(report.chips));
    let mut columns = collective_columns().to_vec();
    if report.envelope.is_some() {
        columns.extend([Column::number("low", "µs"), Column::number("high", "µs")]);
    }
    let mut sheet = Sheet::new(title, columns);
    for row in &report.rows {
        let ends = report.envelope.as_ref().map(|_| [row.time_us_low, row.time_us_high]);
        let ends = ends.into_iter().flatten().map(|end| cell(end.map(rounded)));
        sheet.push(collective_cells(row).into_iter().chain(ends).collect());
    }
    sheet
}

fn collective_points(results: &ScenarioResults) -> Sheet {
    let mut sheet = keyed_sheet("", results, collective_columns().to_vec());
    for point in &results.results {
        let cells = point.collective.as_ref().map_or_else(|| failed_cells(point), collective_cells);
        sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
    }
    sheet
}

/// The cells of a collective that failed: its size where that is swept, and that it failed.
fn failed_cells(point: &PointResult) -> [String; 8] {
    let mut cells = [(); 8].map(|()| cell(None));
    let swept = point.point.iter().find(|(name, _)| name.ends_with(".size"));
    cells[0] = cell(swept.map(|(_, value)| value_text(value)));
    cells[7] = "failed".to_owned();
    cells
}

fn collective_columns() -> [Column; 8] {
    [
        Column::number("size", ""),
        Column::number("time", "µs"),
        Column::number("algbw", "GB/s"),
        Column::number("busbw", "GB/s"),
        Column::number("sent per chip", ""),
        Column::text("algorithm"),
        Column::text("protocol"),
        Column::text("bound by"),
    ]
}

fn collective_cells(row: &CollectiveRow) -> [String; 8] {
    [
        size(row.size_bytes),
        rounded(row.time_us),
        cell(row.algbw_gb_per_s.map(rounded)),
        cell(row.busbw_gb_per_s.map(rounded)),
        size(row.wire_bytes_per_chip),
        row.algorithm.clone(),
        row.protocol.clone(),
        row.bound_by.clone(),
    ]
}

/// What each tier's links carried over the step and how busy they were, a row per tier.
pub(super) fn links(results: &ScenarioResults) -> Option<Sheet> {
    let columns = vec![
        Column::text("tier"),
        Column::number("carried", "GB"),
        Column::number("mean", "%"),
        Column::number("peak", "%"),
    ];
    let traffic = results.results.iter().any(|point| point.traffic.is_some());
    let title =
        if traffic { "Link utilization until the last flow ends" } else { "Link utilization over one step" };
    let mut sheet = keyed_sheet(title, results, columns);
    for point in &results.results {
        for (tier, busy) in point.link_utilization.iter().flatten() {
            let carried = point.tier_bytes.as_ref().and_then(|bytes| bytes.get(tier));
            let carried = cell(carried.map(|bytes| rounded(*bytes as f64 / 1e9)));
            let cells = [tier.clone(), carried, percent(busy.mean), percent(busy.peak)];
            sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
        }
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// How many groups of each direction lie in one node, in one domain, or across domains.
pub(super) fn placement(results: &ScenarioResults) -> Option<Sheet> {
    let placed = || results.results.iter().filter_map(|point| Some((point, point.placement?)));
    let divides = |place: usize| {
        placed().any(|(point, placement)| placement.directions()[place].1.groups() < point.chips)
    };
    let names = Placement::default().directions().map(|(name, _)| name);
    let shown: Vec<usize> =
        (0..names.len()).filter(|&place| !is_rare(names[place]) || divides(place)).collect();
    let columns = shown.iter().map(|&place| Column::text(names[place])).collect();
    let mut sheet = keyed_sheet("Where the groups of each direction lie", results, columns);
    for (point, placement) in placed() {
        let directions = placement.directions();
        let cells = shown.iter().map(|&place| spread_cell(&directions[place].1, point.chips));
        sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// Directions that many plans do without, and that are shown where a plan uses them.
fn is_rare(direction: &str) -> bool {
    matches!(direction, "context" | "expert")
}

/// `120 in a domain, 8 across`; a dash where every group is one chip.
fn spread_cell(spread: &GroupSpread, chips: u64) -> String {
    let places = [
        (spread.inside_node.unwrap_or(0), "in a node"),
        (spread.inside_domain, "in a domain"),
        (spread.across_domains, "across"),
    ];
    let words = places.into_iter().filter(|(groups, _)| *groups > 0);
    let words: Vec<String> = words.map(|(groups, place)| format!("{} {place}", grouped(groups))).collect();
    cell((spread.groups() < chips).then(|| words.join(", ")))
}

/// What fills the memory of the fullest chip.
fn memory(results: &ScenarioResults) -> Option<Sheet> {
    let sums = [MEMORY_TOTAL, MEMORY_CAPACITY];
    let found: BTreeSet<&str> = results
        .results
        .iter()
        .filter_map(|point| point.memory_gb.as_ref())
        .flat_map(|terms| terms.keys().map(String::as_str))
        .collect();
    let terms: Vec<&str> = found
        .iter()
        .copied()
        .filter(|name| !sums.contains(name))
        .chain(sums.into_iter().filter(|name| found.contains(name)))
        .collect();
    let columns = terms.iter().map(|term| Column::number(term.replace('_', " "), "GB")).collect();
    let mut sheet = keyed_sheet("Memory of the fullest chip", results, columns);
    for point in &results.results {
        let Some(values) = &point.memory_gb else { continue };
        let cells = terms.iter().map(|term| cell(values.get(*term).copied().map(rounded)));
        sheet.push(key_cells(point, results).into_iter().chain(cells).collect());
    }
    (!terms.is_empty()).then_some(sheet)
}

pub(super) fn keyed_sheet(title: &str, results: &ScenarioResults, values: Vec<Column>) -> Sheet {
    let parameters = varying_parameters(&results.results);
    let mut columns = vec![Column::text("system"), Column::number("chips", "")];
    columns
        .extend(parameters.iter().map(|name| Column::text(short_name(name, &parameters).replace('_', " "))));
    let keys = columns.len();
    columns.extend(values);
    Sheet::new(title, columns).with_keys(keys)
}

pub(super) fn key_cells(point: &PointResult, results: &ScenarioResults) -> Vec<String> {
    let settings = varying_parameters(&results.results);
    let values = settings.iter().map(|name| cell(point.point.get(name).map(value_text)));
    [point.system.clone(), grouped(point.chips)].into_iter().chain(values).collect()
}

pub(super) fn cell(value: Option<String>) -> String {
    value.unwrap_or_else(|| NOT_MODELLED.to_owned())
}

/// The sentence under a table of points that do not fit: what they need against what a chip has.
pub(super) fn does_not_fit(point: &PointResult) -> String {
    let capacity = point.memory_gb.as_ref().and_then(|terms| terms.get(MEMORY_CAPACITY));
    match (point.memory_needed_gb(), capacity) {
        (Some(needed), Some(capacity)) => {
            let (needed, capacity) = (rounded(needed), rounded(*capacity));
            format!("needs {needed} GB of memory per chip, more than its {capacity} GB")
        }
        (Some(needed), None) => format!("needs {} GB of memory per chip", rounded(needed)),
        (None, _) => "does not fit in memory".to_owned(),
    }
}

/// A step time with its unit, or a dash.
pub(super) fn step_time(point: &PointResult) -> String {
    cell(point.step_time_s.map(duration))
}
