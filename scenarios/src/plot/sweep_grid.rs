//! Points of a sweep over two parameters as a grid for each system.

use crate::report::{PointResult, ScenarioReport, distinct_systems, short_name, value_text};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a cell has to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// The headline of the point.
    Value(f64),
    /// The point does not fit in memory.
    DoesNotFit,
    /// The point could not be simulated.
    Failed,
}

/// The headline that all points of a scenario have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Headline {
    pub(super) title: &'static str,
    pub(super) of: fn(&PointResult) -> Option<f64>,
    /// The value in words, for a cell and for the scale.
    pub(super) words: fn(f64) -> String,
}

/// One direction of the grid: a parameter and its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Direction {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

/// The points of one system by column and row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    pub(super) system: String,
    pub(super) cells: BTreeMap<(usize, usize), Cell>,
}

/// A sweep over exactly two parameters.
#[derive(Debug, Clone)]
pub(super) struct SweepGrid {
    pub(super) headline: Headline,
    pub(super) across: Direction,
    pub(super) upward: Direction,
    pub(super) planes: Vec<Plane>,
}

const HEADLINES: [Headline; 3] = [
    Headline { title: "MFU (% of dense peak)", of: |point| point.mfu, words: crate::report::number::percent },
    Headline {
        title: "bus bandwidth (GB/s)",
        of: |point| point.collective.as_ref()?.busbw_gb_per_s,
        words: crate::report::number::rounded,
    },
    Headline {
        title: "throughput (GB/s per chip)",
        of: |point| Some(point.traffic.as_ref()?.throughput_gb_per_s_per_chip),
        words: crate::report::number::rounded,
    },
];

/// The grid of a report; `None` unless exactly two parameters vary and some point has a headline.
pub(super) fn sweep_grid(report: &ScenarioReport) -> Option<SweepGrid> {
    let points = &report.results.results;
    let headline =
        HEADLINES.into_iter().find(|headline| points.iter().any(|p| (headline.of)(p).is_some()))?;
    let names = varying(points);
    let [one, other] = names.as_slice() else { return None };
    let [mut across, mut upward] = [one, other].map(|name| (name.clone(), values(points, name)));
    if upward.1.len() > across.1.len() {
        std::mem::swap(&mut across, &mut upward);
    }
    let place = |point: &PointResult, (name, values): &(String, Vec<Value>)| {
        values.iter().position(|value| Some(value) == point.point.get(name))
    };
    let plane = |system: &str| {
        let mut cells = BTreeMap::new();
        for point in points.iter().filter(|point| point.system == system) {
            if let (Some(column), Some(row)) = (place(point, &across), place(point, &upward)) {
                cells.insert((column, row), cell(point, headline));
            }
        }
        Plane { system: system.to_owned(), cells }
    };
    let planes = distinct_systems(points).into_iter().map(plane).collect();
    let direction = |(name, values): &(String, Vec<Value>)| Direction {
        name: short_name(name, &names).to_owned(),
        values: values.iter().map(value_text).collect(),
    };
    Some(SweepGrid { headline, across: direction(&across), upward: direction(&upward), planes })
}

fn cell(point: &PointResult, headline: Headline) -> Cell {
    match (headline.of)(point).filter(|value| value.is_finite()) {
        Some(value) => Cell::Value(value),
        None if !point.fits && point.error.is_none() => Cell::DoesNotFit,
        None => Cell::Failed,
    }
}

/// The swept parameters that have more than one value, the number of chips among them.
fn varying(points: &[PointResult]) -> Vec<String> {
    let mut names: Vec<&String> = points.iter().flat_map(|point| point.point.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| values(points, name).len() > 1).cloned().collect()
}

/// The values of a parameter: numbers ascending, others in order of appearance.
fn values(points: &[PointResult], name: &str) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for value in points.iter().filter_map(|point| point.point.get(name)) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    if values.iter().all(Value::is_number) {
        values.sort_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)));
    }
    values
}
