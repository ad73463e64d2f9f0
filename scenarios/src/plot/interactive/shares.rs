//! Shares of training points against what the sweep varies.

use super::super::style::MOST_SERIES;
use super::super::sweep::{Metric, Shown, Sweep, SweepSeries};
use super::super::sweep_chart::Against;
use super::series_style::{color_of_series, marker_of_series};
use crate::report::{
    Chart, ChartAxis, ChartPlace, ChartQuantity, ChartSeries, ChartShape, ChartView, ScenarioReport,
};

/// What tells a share from others in the same chart, and where a point has it.
pub(super) type Share<'a> = (&'a str, Metric<'a>);

/// Positions that lie further apart than this factor have a logarithmic axis.
const MOST_LINEAR_FACTOR: f64 = 3.0;

/// The chart of these shares; `None` where there are not two positions, or no values.
pub(super) fn share_chart(
    report: &ScenarioReport,
    (quantity, against): (&str, Against),
    shares: &[Share<'_>],
) -> Option<Chart> {
    let sweeps: Vec<Sweep> = shares.iter().filter_map(|(_, metric)| against.sweep(report, metric)).collect();
    let first = sweeps.first().filter(|first| first.positions.len() > 1 && sweeps.len() == shares.len())?;
    let x: Vec<f64> = first.positions.iter().map(|(at, _)| *at).collect();
    let labels = first.positions.iter().map(|(_, label)| label.clone()).collect();
    let mut series = Vec::new();
    for index in 0..first.series.len().min(MOST_SERIES) {
        for (place, ((name, _), sweep)) in shares.iter().zip(&sweeps).enumerate() {
            let Some(of_system) = sweep.series.get(index) else { continue };
            let label = [of_system.label.as_str(), name].into_iter().filter(|part| !part.is_empty());
            series.push(ChartSeries {
                label: label.collect::<Vec<_>>().join(", "),
                color: color_of_series(index),
                marker: marker_of_series(index),
                dashed: place > 0,
                values: x.iter().map(|at| value_at(of_system, *at)).collect(),
                band: None,
            });
        }
    }
    let mut notes = Vec::new();
    if first.series.len() > MOST_SERIES {
        notes.push(format!("Shows the first {MOST_SERIES} of {} series.", first.series.len()));
    }
    let axis = |title: &str, quantity, logarithmic| ChartAxis {
        title: title.to_owned(),
        quantity,
        unit: String::new(),
        logarithmic,
    };
    Some(Chart {
        name: String::new(),
        title: String::new(),
        place: ChartPlace::Instead,
        shape: ChartShape::Lines,
        x: axis(&first.x_title, ChartQuantity::Number, is_wide(&x)),
        y: axis(quantity, ChartQuantity::Share, false),
        views: vec![ChartView { label: String::new(), x, labels, series }],
        notes,
    })
}

fn value_at(series: &SweepSeries, at: f64) -> Option<f64> {
    series.points.iter().find_map(|(x, shown)| match shown {
        Shown::Value(value) if *x == at => Some(*value),
        _ => None,
    })
}

/// Whether positions, which ascend, are read better by their factors.
pub(super) fn is_wide(x: &[f64]) -> bool {
    matches!(x, [first, .., last] if *first > 0.0 && last / first > MOST_LINEAR_FACTOR)
}
