//! The values behind a chart as tables: for those who do not see it, or want the numbers.

use super::super::chart::{Chart, ChartAxis, ChartQuantity, ChartSeries, ChartShape, ChartView};
use super::super::number::{percent, rounded, size};
use super::super::sheet::{Column, Sheet};

/// The values of a chart: every one of lines, which have one view; of courses over time the mean and the highest.
pub(super) fn chart_table(chart: &Chart) -> Sheet {
    match chart.shape {
        ChartShape::Lines => every_value(chart),
        ChartShape::Steps => courses(chart),
    }
}

fn every_value(chart: &Chart) -> Sheet {
    let series = || chart.views.iter().take(1).flat_map(|view| &view.series);
    let columns = series().map(|series| Column::number(&series.label, unit(&chart.y)));
    let mut sheet = Sheet::new("", [Column::text(&chart.x.title)].into_iter().chain(columns).collect());
    for (index, at) in chart.views.iter().take(1).flat_map(|view| view.x.iter().enumerate()) {
        let label = chart.views[0].labels.get(index).cloned();
        let cells = series().map(|series| value_at(series, index, &chart.y));
        sheet.push([label.unwrap_or_else(|| text(*at, &chart.x))].into_iter().chain(cells).collect());
    }
    sheet
}

/// A value with its ends, where it has them.
fn value_at(series: &ChartSeries, index: usize, axis: &ChartAxis) -> String {
    let at = |values: &[Option<f64>]| Some(text((*values.get(index)?)?, axis));
    let Some(value) = at(&series.values) else { return "-".to_owned() };
    let ends = series.band.as_ref().and_then(|band| at(&band.low).zip(at(&band.high)));
    match ends {
        Some((low, high)) => format!("{value} ({low} to {high})"),
        None => value,
    }
}

fn courses(chart: &Chart) -> Sheet {
    let columns = vec![
        Column::text("of"),
        Column::text("series"),
        Column::number("mean", unit(&chart.y)),
        Column::number("highest", unit(&chart.y)),
        Column::number(format!("{} of the highest", chart.x.title), &chart.x.unit),
    ];
    let mut sheet = Sheet::new("", columns);
    for view in &chart.views {
        for series in &view.series {
            let (mean, highest, at) = course(view, series);
            let [mean, highest] = [mean, highest].map(|value| text(value, &chart.y));
            let row = vec![view.label.clone(), series.label.clone(), mean, highest, text(at, &chart.x)];
            sheet.push(row);
        }
    }
    sheet
}

/// The mean over a course, its highest value, and where that begins. The last value only closes the course.
fn course(view: &ChartView, series: &ChartSeries) -> (f64, f64, f64) {
    let values: Vec<f64> = series.values.iter().map(|value| value.unwrap_or(0.0)).collect();
    let values = &values[..values.len().saturating_sub(1)];
    let slices = values.iter().zip(view.x.windows(2));
    let area: f64 = slices.map(|(value, ends)| value * (ends[1] - ends[0])).sum();
    let length = view.x.last().unwrap_or(&0.0) - view.x.first().unwrap_or(&0.0);
    let (mut highest, mut at) = (0.0, 0.0);
    for (value, position) in values.iter().zip(&view.x) {
        if *value > highest {
            (highest, at) = (*value, *position);
        }
    }
    (if length > 0.0 { area / length } else { 0.0 }, highest, at)
}

fn unit(axis: &ChartAxis) -> &str {
    if axis.quantity == ChartQuantity::Share { "%" } else { &axis.unit }
}

fn text(value: f64, axis: &ChartAxis) -> String {
    match axis.quantity {
        ChartQuantity::Number => rounded(value),
        ChartQuantity::Share => percent(value),
        ChartQuantity::Size => size(value as u64),
    }
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::super::super::chart::{ChartBand, ChartColor, ChartMarker, ChartPlace};
    use super::*;

    /// A chart of one view and one series.
    pub(in crate::report) fn chart(shape: ChartShape, values: &[Option<f64>]) -> Chart {
        let axis = |title: &str, quantity, unit: &str| ChartAxis {
            title: title.into(),
            quantity,
            unit: unit.into(),
            logarithmic: false,
        };
        let series = ChartSeries {
            label: "scale-up".into(),
            color: ChartColor { light: "#000000".into(), dark: "#ffffff".into() },
            marker: ChartMarker::Disc,
            dashed: false,
            values: values.to_vec(),
            band: None,
        };
        Chart {
            name: "mfu".into(),
            title: "MFU".into(),
            place: ChartPlace::Instead,
            shape,
            x: axis("time", ChartQuantity::Number, "ms"),
            y: axis("MFU", ChartQuantity::Share, ""),
            views: vec![ChartView {
                label: "NVL72".into(),
                labels: Vec::new(),
                x: (0..values.len()).map(|at| at as f64 * 2.0).collect(),
                series: vec![series],
            }],
            notes: Vec::new(),
        }
    }

    #[test]
    fn lines_are_told_value_by_value() {
        let sheet = chart_table(&chart(ChartShape::Lines, &[Some(0.25), None]));
        assert_eq!(sheet.rows, [["0", "25.0"], ["2.00", "-"]]);
        assert_eq!(sheet.columns[1].heading(), "scale-up (%)");
    }

    #[test]
    fn uncertain_values_have_their_ends() {
        let mut chart = chart(ChartShape::Lines, &[Some(0.25), Some(0.5)]);
        let [low, high] = [[Some(0.125), None], [Some(0.375), None]].map(|ends| ends.to_vec());
        chart.views[0].series[0].band = Some(ChartBand { low, high });
        assert_eq!(chart_table(&chart).rows, [["0", "25.0 (12.5 to 37.5)"], ["2.00", "50.0"]]);
    }

    #[test]
    fn courses_are_told_by_their_mean_and_their_highest() {
        // Two slices of 2 ms: (0.25 x 2 + 0.75 x 2) / 4 = 0.5; the second is the highest, from 2 ms on.
        let sheet = chart_table(&chart(ChartShape::Steps, &[Some(0.25), Some(0.75), Some(0.75)]));
        assert_eq!(sheet.rows, [["NVL72", "scale-up", "50.0", "75.0", "2.00"]]);
    }
}
