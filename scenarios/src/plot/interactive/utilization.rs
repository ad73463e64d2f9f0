//! How busy the links of each tier are over one step: a view for each step, a series for each tier. Views of the busiest
//! links follow them.

use super::super::link_utilization::{Step, steps, tier_color, tier_names};
use super::busy_links::busy_links;
use super::series_style::on_pages;
use crate::report::number::time_unit;
use crate::report::{
    Chart, ChartAxis, ChartMarker, ChartPlace, ChartQuantity, ChartSeries, ChartShape, ChartView,
    ScenarioReport, UtilizationTimeline,
};

/// How many values a page holds in all, about 6 bytes each; steps beyond are left out.
const MOST_VALUES: usize = 60_000;

/// The chart; `None` where no timeline has a slice.
pub(super) fn utilization(report: &ScenarioReport) -> Option<Chart> {
    let steps = steps(&report.timelines);
    let longest = steps.iter().map(Step::seconds).fold(0.0, f64::max);
    if longest <= 0.0 {
        return None;
    }
    let (scale, unit) = time_unit(longest);
    let names = tier_names(&steps);
    let mut values = 0;
    let mut fits = |view: &ChartView| {
        values += view.series.iter().map(|series| series.values.len()).sum::<usize>();
        values <= MOST_VALUES
    };
    let of_tiers = steps.iter().map(|step| view(step, &names, scale));
    let mut views: Vec<ChartView> = of_tiers.take_while(&mut fits).collect();
    let mut notes = Vec::new();
    if views.len() < steps.len() {
        notes.push(format!("Shows the first {} of {} steps.", views.len(), steps.len()));
    }
    let of_links = busy_links(&report.results.results, scale);
    let recorded = of_links.len();
    let before = views.len();
    views.extend(of_links.into_iter().take_while(&mut fits));
    if views.len() - before < recorded {
        let shown = views.len() - before;
        notes.push(format!("Shows the busiest links of the first {shown} of {recorded} points."));
    }
    (!views.is_empty()).then(|| Chart {
        name: String::new(),
        title: String::new(),
        place: ChartPlace::Instead,
        shape: ChartShape::Steps,
        x: ChartAxis {
            title: "time".to_owned(),
            quantity: ChartQuantity::Number,
            unit: unit.to_owned(),
            logarithmic: false,
        },
        y: ChartAxis {
            title: "share of capacity in use".to_owned(),
            quantity: ChartQuantity::Share,
            unit: String::new(),
            logarithmic: false,
        },
        views,
        notes,
    })
}

/// The slices of all tiers of a step; they are equally long, and the end of the last one is a position too.
fn view(step: &Step<'_>, names: &[&str], scale: f64) -> ChartView {
    let longest = step.tiers.iter().max_by_key(|tier| tier.utilization.len());
    let (slices, width) = longest.map_or((0, 0.0), |tier| (tier.utilization.len(), tier.bin_seconds));
    let series = step.tiers.iter().map(|tier| ChartSeries {
        label: tier.tier.clone(),
        color: on_pages(tier_color(&tier.tier, names)),
        marker: ChartMarker::Disc,
        dashed: false,
        values: (0..=slices).map(|slice| share_in(tier, slice)).collect(),
        band: None,
    });
    ChartView {
        label: step.title(),
        labels: Vec::new(),
        series: series.collect(),
        x: (0..=slices).map(|slice| rounded(slice as f64 * width / scale, 6)).collect(),
    }
}

/// The share in a slice to four digits, as much as a screen shows; the last one holds until the end.
fn share_in(tier: &UtilizationTimeline, slice: usize) -> Option<f64> {
    let last = tier.utilization.last();
    tier.utilization.get(slice).or(last).map(|share| rounded(*share, 4))
}

/// The value to this many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}
