//! Bus bandwidth against size.

use super::super::style::MOST_SERIES;
use super::series_style::{color_of_series, marker_of_series};
use crate::report::number::chips;
use crate::report::{
    BusbwCurve, Chart, ChartAxis, ChartPlace, ChartQuantity, ChartSeries, ChartShape, ChartView,
    ScenarioReport,
};

/// The chart; `None` where there are not two sizes.
pub(super) fn bus_bandwidth(report: &ScenarioReport) -> Option<Chart> {
    let mut curves = report.busbw_curves();
    curves.retain(|curve| curve.rows.iter().any(|row| row.busbw_gb_per_s.is_some()));
    let mut notes = Vec::new();
    if curves.len() > MOST_SERIES {
        notes.push(format!("Shows the first {MOST_SERIES} of {} curves.", curves.len()));
        curves.truncate(MOST_SERIES);
    }
    let mut sizes: Vec<u64> =
        curves.iter().flat_map(|curve| &curve.rows).map(|row| row.size_bytes.max(1)).collect();
    sizes.sort_unstable();
    sizes.dedup();
    if sizes.len() < 2 {
        return None;
    }
    let series = curves.iter().enumerate().map(|(index, curve)| ChartSeries {
        label: format!("{} ({})", curve.name(), chips(curve.chips)),
        color: color_of_series(index),
        marker: marker_of_series(index),
        dashed: false,
        values: sizes.iter().map(|size| rate(curve, *size)).collect(),
        band: None,
    });
    let axis = |title: &str, quantity, unit: &str, logarithmic| ChartAxis {
        title: title.to_owned(),
        quantity,
        unit: unit.to_owned(),
        logarithmic,
    };
    Some(Chart {
        name: String::new(),
        title: String::new(),
        place: ChartPlace::Instead,
        shape: ChartShape::Lines,
        x: axis("message size", ChartQuantity::Size, "", true),
        y: axis("bus bandwidth", ChartQuantity::Number, "GB/s", false),
        views: vec![ChartView {
            label: String::new(),
            series: series.collect(),
            labels: Vec::new(),
            x: sizes.iter().map(|size| *size as f64).collect(),
        }],
        notes,
    })
}

fn rate(curve: &BusbwCurve, size: u64) -> Option<f64> {
    curve.rows.iter().find(|row| row.size_bytes.max(1) == size)?.busbw_gb_per_s
}
