//! Energy per token against what the sweep varies, with the envelope of what sources say.

use super::super::style::MOST_SERIES;
use super::super::sweep::{Metric, Shown, Sweep, SweepSeries, sweep};
use super::series_style::{color_of_series, marker_of_series};
use super::shares::is_wide;
use crate::report::{
    Chart, ChartAxis, ChartBand, ChartPlace, ChartQuantity, ChartSeries, ChartShape, ChartView, PointResult,
    ScenarioReport,
};
use copperlight_topologies::Interval;

/// The chart; `None` where there are not two positions, or no energy.
pub(super) fn energy(report: &ScenarioReport) -> Option<Chart> {
    let of = |pick: fn(&Interval) -> f64| {
        let total = |point: &PointResult| Some(pick(&point.energy_breakdown_j_per_token.as_ref()?.total));
        sweep(&report.results.results, &Metric { value: &total, band: &|_| None })
    };
    let [value, low, high] = [of(|total| total.value)?, of(|total| total.low)?, of(|total| total.high)?];
    if value.positions.len() < 2 {
        return None;
    }
    let x: Vec<f64> = value.positions.iter().map(|(at, _)| *at).collect();
    let series = value.series.iter().take(MOST_SERIES).enumerate().map(|(index, of_system)| {
        let end = |sweep: &Sweep| values(&sweep.series[index], &x);
        ChartSeries {
            label: of_system.label.clone(),
            color: color_of_series(index),
            marker: marker_of_series(index),
            dashed: false,
            values: values(of_system, &x),
            band: Some(ChartBand { low: end(&low), high: end(&high) }),
        }
    });
    let mut notes = Vec::new();
    if value.series.len() > MOST_SERIES {
        notes.push(format!("Shows the first {MOST_SERIES} of {} series.", value.series.len()));
    }
    let axis = |title: &str, unit: &str, logarithmic| ChartAxis {
        title: title.to_owned(),
        quantity: ChartQuantity::Number,
        unit: unit.to_owned(),
        logarithmic,
    };
    let (series, labels) =
        (series.collect(), value.positions.iter().map(|(_, label)| label.clone()).collect());
    Some(Chart {
        name: String::new(),
        title: String::new(),
        place: ChartPlace::Below,
        shape: ChartShape::Lines,
        x: axis(&value.x_title, "", is_wide(&x)),
        y: axis("energy per token", "J", false),
        views: vec![ChartView { label: String::new(), x, labels, series }],
        notes,
    })
}

fn values(series: &SweepSeries, x: &[f64]) -> Vec<Option<f64>> {
    let at = |at: &f64| {
        series.points.iter().find_map(|(x, shown)| match shown {
            Shown::Value(value) if x == at => Some(*value),
            _ => None,
        })
    };
    x.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{EnergyPerToken, example};

    #[test]
    fn values_lie_between_the_ends_of_what_sources_say() {
        let mut report = example::two_systems(3);
        assert_eq!(energy(&report), None, "the example has no energy");
        for (index, point) in report.results.results.iter_mut().enumerate() {
            let value = 10.0 + index as f64;
            let total = Interval { value, low: value - 1.0, high: value + 2.0 };
            let of = EnergyPerToken { total, ..EnergyPerToken::default() };
            point.energy_breakdown_j_per_token = Some(of);
        }
        let chart = energy(&report).expect("three numbers of chips make a chart");
        let series = &chart.views[0].series;
        assert_eq!((series.len(), chart.place), (2, ChartPlace::Below));
        for series in series {
            let band = series.band.as_ref().expect("sources have ranges");
            for (place, value) in series.values.iter().enumerate() {
                let value = value.expect("every point has its energy");
                assert_eq!((band.low[place], band.high[place]), (Some(value - 1.0), Some(value + 2.0)));
            }
        }
    }
}
