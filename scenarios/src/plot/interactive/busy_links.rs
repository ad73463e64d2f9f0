//! How busy the busiest links of each point are over time, where links were recorded: a series for each link.

use super::series_style::color_of_series;
use crate::report::number::{chips, grouped};
use crate::report::{
    BusyLink, ChartMarker, ChartSeries, ChartView, LinkTimeline, PointResult, label_setting,
    varying_parameters,
};

/// A view for each point of which links were recorded over time; positions are seconds over `scale`.
pub(super) fn busy_links(points: &[PointResult], scale: f64) -> Vec<ChartView> {
    let varying = varying_parameters(points);
    let view = |point: &PointResult| {
        let recorded: Vec<(&BusyLink, &LinkTimeline)> = point
            .links
            .iter()
            .flat_map(|links| &links.busiest)
            .filter_map(|link| Some((link, link.over_time.as_ref()?)))
            .collect();
        let setting = label_setting(point, &varying);
        let comma = if setting.is_empty() { "" } else { ", " };
        let label = format!("{}, {}{comma}{setting}: the busiest links", point.system, chips(point.chips));
        (!recorded.is_empty()).then(|| of_point(label, &recorded, scale))
    };
    points.iter().filter_map(view).collect()
}

/// The narrowest slices of all links; the end of the last one is a position too.
fn of_point(label: String, recorded: &[(&BusyLink, &LinkTimeline)], scale: f64) -> ChartView {
    let width = recorded.iter().map(|(_, of)| of.bin_seconds).fold(f64::INFINITY, f64::min);
    let slices = recorded.iter().map(|(_, of)| of.utilization.len() * ratio(of.bin_seconds, width)).max();
    let slices = slices.unwrap_or(0);
    let series = recorded.iter().enumerate().map(|(index, (link, of))| ChartSeries {
        label: name(link),
        color: color_of_series(index),
        marker: ChartMarker::Disc,
        dashed: false,
        values: (0..=slices).map(|slice| share_in(of, slice / ratio(of.bin_seconds, width))).collect(),
        band: None,
    });
    ChartView {
        label,
        labels: Vec::new(),
        series: series.collect(),
        x: (0..=slices).map(|slice| slice as f64 * width / scale).collect(),
    }
}

/// How many of the narrowest slices one of a link has: widths double.
fn ratio(width: f64, narrowest: f64) -> usize {
    (width / narrowest).round() as usize
}

fn name(link: &BusyLink) -> String {
    let alike =
        if link.alike > 1 { format!(", one of {} alike", grouped(link.alike)) } else { String::new() };
    format!("{} ({}{alike})", link.link, link.tier)
}

/// The share in a slice to four digits; the last one holds until the end.
fn share_in(of: &LinkTimeline, slice: usize) -> Option<f64> {
    let share = of.utilization.get(slice).or(of.utilization.last())?;
    Some((share * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{LinkReport, example};

    fn link(name: &str, alike: u64, timeline: Option<(f64, &[f64])>) -> BusyLink {
        let over_time =
            timeline.map(|(bin_seconds, shares)| LinkTimeline { bin_seconds, utilization: shares.to_vec() });
        BusyLink { link: name.into(), tier: "scale-up".into(), alike, over_time, ..BusyLink::default() }
    }

    #[test]
    fn links_of_other_slices_share_positions() {
        let mut points = example::two_systems(1).results.results;
        let busiest = vec![
            link("a to b", 72, Some((0.5, &[0.25, 0.75, 1.0, 0.0]))),
            link("b to c", 1, Some((1.0, &[0.5, 0.123_456]))),
            link("c to d", 1, None),
        ];
        points[0].links = Some(LinkReport { busiest, ..LinkReport::default() });
        let [view] = &busy_links(&points, 1e-3)[..] else { panic!("one point has recorded links") };
        assert_eq!(view.label, "NVL72 copper, 1,152 chips: the busiest links");
        assert_eq!(view.x, [0.0, 500.0, 1000.0, 1500.0, 2000.0]);
        let labels: Vec<&str> = view.series.iter().map(|series| series.label.as_str()).collect();
        assert_eq!(labels, ["a to b (scale-up, one of 72 alike)", "b to c (scale-up)"]);
        assert_eq!(view.series[0].values, [0.25, 0.75, 1.0, 0.0, 0.0].map(Some));
        assert_eq!(view.series[1].values, [0.5, 0.5, 0.1235, 0.1235, 0.1235].map(Some));
    }
}
