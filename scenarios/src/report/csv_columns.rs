//! The columns of results as CSV: which there are is found by looking at every row before the first is written.

use super::results::{Breakdown, CollectiveRow, Placement, PointResult, TierUtilization};
use super::traffic::TrafficRow;
use std::collections::{BTreeMap, BTreeSet};

/// Makes the field of a row.
type Field = Box<dyn Fn(&PointResult) -> String>;

/// A column of results.
pub(super) struct CsvColumn {
    pub(super) name: String,
    pub(super) field: Field,
}

fn column(name: impl Into<String>, field: impl Fn(&PointResult) -> String + 'static) -> CsvColumn {
    CsvColumn { name: name.into(), field: Box::new(field) }
}

fn number(name: impl Into<String>, value: impl Fn(&PointResult) -> Option<f64> + 'static) -> CsvColumn {
    column(name, move |point| value(point).map_or_else(String::new, |value| value.to_string()))
}

/// What columns there must be, found by looking at every row.
#[derive(Debug, Default)]
pub(super) struct Seen {
    parameters: BTreeSet<String>,
    collective: bool,
    traffic: bool,
    memory: BTreeSet<String>,
    links: BTreeSet<String>,
    tiers: BTreeSet<String>,
    placed: bool,
    limits: BTreeSet<String>,
    plan: BTreeSet<String>,
    searched: bool,
    failed: bool,
}

impl Seen {
    /// Looks at a row.
    pub(super) fn look(&mut self, point: &PointResult) {
        note(&mut self.parameters, Some(&point.point));
        self.collective |= point.collective.is_some();
        self.traffic |= point.traffic.is_some();
        note(&mut self.memory, point.memory_gb.as_ref());
        note(&mut self.links, point.link_utilization.as_ref());
        note(&mut self.tiers, point.tier_bytes.as_ref());
        self.placed |= point.placement.is_some();
        note(&mut self.limits, point.limited_by.as_ref());
        note(&mut self.plan, point.plan.as_ref());
        self.searched |= point.plan_search.is_some();
        self.failed |= point.error.is_some();
    }

    /// The columns of all rows that were looked at.
    pub(super) fn columns(self) -> Vec<CsvColumn> {
        let mut columns = vec![
            column("system", |point| point.system.clone()),
            column("chips", |point| point.chips.to_string()),
        ];
        columns.extend(parameter_columns(self.parameters));
        columns.push(column("fits", |point| point.fits.to_string()));
        columns.extend(self.failed.then(|| column("error", |point| point.error.clone().unwrap_or_default())));
        columns.extend(self.collective.then(collective_columns).into_iter().flatten());
        columns.extend(self.traffic.then(traffic_columns).into_iter().flatten());
        columns.extend(training_columns());
        columns.extend(breakdown_columns());
        columns.extend(memory_columns(self.memory));
        columns.extend(link_columns(self.links));
        columns.extend(tier_columns(self.tiers));
        columns.extend(self.placed.then(placement_columns).into_iter().flatten());
        columns.extend(limit_columns(self.limits));
        columns.extend(self.searched.then(|| plan_columns(self.plan)).into_iter().flatten());
        columns
    }
}

/// Notes the keys of a row that were not seen before.
fn note<T>(seen: &mut BTreeSet<String>, row: Option<&BTreeMap<String, T>>) {
    for key in row.into_iter().flat_map(BTreeMap::keys) {
        if !seen.contains(key) {
            seen.insert(key.clone());
        }
    }
}

/// The swept parameters under their paths; one that already is a column of its own is not repeated.
fn parameter_columns(names: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    let own = |name: &String| name != "systems.chips" && name != "chips";
    names.into_iter().filter(own).map(|name| {
        column(name.clone(), move |point| {
            point.point.get(&name).map_or_else(String::new, super::points::value_text)
        })
    })
}

/// The plans that ran, where some of them were searched: plans that were written down are known.
fn plan_columns(keys: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    keys.into_iter().map(|key| {
        column(format!("plan.{key}"), move |point| {
            let value = point.plan.as_ref().and_then(|plan| plan.get(&key));
            value.map_or_else(String::new, super::points::value_text)
        })
    })
}

fn collective_columns() -> impl Iterator<Item = CsvColumn> {
    ROW_NAMES.into_iter().enumerate().map(|(index, name)| {
        column(name, move |point| {
            point.collective.as_ref().map_or_else(String::new, |row| row_fields(row)[index].clone())
        })
    })
}

fn traffic_columns() -> [CsvColumn; 13] {
    fn text(name: &str, field: impl Fn(&TrafficRow) -> String + 'static) -> CsvColumn {
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

fn training_columns() -> [CsvColumn; 16] {
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

fn breakdown_columns() -> impl Iterator<Item = CsvColumn> {
    let names = Breakdown::default().terms().map(|(name, _)| name);
    names.into_iter().enumerate().map(|(index, name)| {
        number(format!("breakdown_{name}_s"), move |point| point.breakdown_s.and_then(|b| b.terms()[index].1))
    })
}

fn memory_columns(terms: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    terms.into_iter().map(|term| {
        number(format!("memory_{term}_gb"), move |point| point.memory_gb.as_ref()?.get(&term).copied())
    })
}

fn link_columns(tiers: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    fn busy(point: &PointResult, tier: &str) -> Option<TierUtilization> {
        point.link_utilization.as_ref()?.get(tier).copied()
    }
    tiers.into_iter().flat_map(|tier| {
        let same = tier.clone();
        [
            number(format!("link_utilization_{tier}_mean"), move |point| Some(busy(point, &same)?.mean)),
            number(format!("link_utilization_{tier}_peak"), move |point| Some(busy(point, &tier)?.peak)),
        ]
    })
}

fn tier_columns(tiers: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    tiers.into_iter().map(|tier| {
        column(tier_column(&tier), move |point| {
            field(point.tier_bytes.as_ref().and_then(|bytes| bytes.get(&tier)))
        })
    })
}

/// The column of the bytes that a tier carried.
pub(super) fn tier_column(tier: &str) -> String {
    format!("tier_bytes.{tier}")
}

/// A number, or an empty field.
pub(super) fn field(number: Option<impl ToString>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// `placement.tensor.inside_node` and so on.
fn placement_columns() -> impl Iterator<Item = CsvColumn> {
    let directions = Placement::default().directions().into_iter().enumerate();
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

fn limit_columns(limits: BTreeSet<String>) -> impl Iterator<Item = CsvColumn> {
    limits.into_iter().map(|limit| {
        number(format!("limited_by_{limit}"), move |point| point.limited_by.as_ref()?.get(&limit).copied())
    })
}

/// The columns of a collective's row.
pub(super) const ROW_NAMES: [&str; 8] = [
    "size_bytes",
    "time_us",
    "algbw_gb_per_s",
    "busbw_gb_per_s",
    "wire_bytes_per_chip",
    "algorithm",
    "protocol",
    "bound_by",
];

/// The fields of a collective's row.
pub(super) fn row_fields(row: &CollectiveRow) -> [String; 8] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Counts;
    use serde_json::json;

    #[test]
    fn plans_are_columns_where_one_was_searched() {
        let plan = [("schedule".to_owned(), json!("1f1b")), ("tensor".to_owned(), json!(8))];
        let written = PointResult { plan: Some(plan.into()), ..PointResult::default() };
        let searched = PointResult { plan_search: Some(Counts::default()), ..written.clone() };
        let plans = |points: &[&PointResult]| -> Vec<(String, String)> {
            let mut seen = Seen::default();
            points.iter().for_each(|point| seen.look(point));
            let columns = seen.columns().into_iter().filter(|column| column.name.starts_with("plan."));
            columns.map(|column| (column.name.clone(), (column.field)(&written))).collect()
        };
        assert!(plans(&[&written]).is_empty());
        let expected = [("plan.schedule", "1f1b"), ("plan.tensor", "8")];
        assert_eq!(
            plans(&[&written, &searched]),
            expected.map(|(name, cell)| (name.to_owned(), cell.to_owned()))
        );
    }
}
