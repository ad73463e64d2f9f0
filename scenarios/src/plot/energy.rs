//! Energy per trained token by what draws it, with the envelope of what sources say.

use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::point_label::first_points;
use super::stacked_rows::{MOST_ROWS, Stack, StackedRow, StackedRows};
use super::style::{Color, QUIET, series_color};
use crate::report::number::rounded;
use crate::report::{EnergyPerToken, PointResult, ScenarioReport};
use copperlight_topologies::Interval;

const TITLE: &str = "Energy per trained token";
const MEANING: &str = "At the meter of the building. Whiskers: the sum with every published value at its low and at its \
                       high end, an envelope, not confidence.";
/// Below this many joules they read better as thousandths.
const SMALL: f64 = 0.1;

/// Draws the figure; `None` when no point has its energy.
pub(super) fn draw_energy(report: &ScenarioReport) -> Option<Drawing> {
    let points = &report.results.results;
    let known = points.iter().filter_map(|point| point.energy_breakdown_j_per_token.as_ref());
    let highest = known.clone().map(|energy| energy.total.high).fold(0.0, f64::max);
    let tiers = tiers(known);
    if highest <= 0.0 {
        return None;
    }
    let (scale, unit) = if highest < SMALL { (1e-3, "mJ") } else { (1.0, "J") };
    let (shown, notes) = first_points(points, MOST_ROWS);
    let rows =
        shown.into_iter().map(|(label, point)| StackedRow { label, parts: stack(point, &tiers, scale) });
    let chart = StackedRows {
        title: format!("energy per token ({unit})"),
        rows: rows.collect(),
        legend: legend(&tiers, points.iter().any(has_hosts)),
    };
    let mut canvas = Canvas::default();
    let footnotes: Vec<String> = std::iter::once(MEANING.to_owned()).chain(notes.iter().cloned()).collect();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    chart.draw(&mut canvas, room);
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

/// The tiers of all points that draw anything, in order of appearance.
fn tiers<'a>(energies: impl Iterator<Item = &'a EnergyPerToken>) -> Vec<&'a str> {
    let mut tiers: Vec<&str> = Vec::new();
    let drawing = |(tier, joules): (&'a String, &Interval)| (joules.value > 0.0).then_some(tier);
    for tier in energies.flat_map(|energy| energy.tiers.iter().filter_map(drawing)) {
        if !tiers.contains(&tier.as_str()) {
            tiers.push(tier);
        }
    }
    tiers
}

const CHIPS: usize = 1;
const HOSTS: usize = 4;
/// The colours of tiers.
const TIERS: [usize; 9] = [0, 3, 2, 5, 7, 10, 9, 12, 6];

fn tier_color(index: usize) -> Color {
    series_color(TIERS[index % TIERS.len()])
}

fn legend(tiers: &[&str], hosts: bool) -> Vec<(String, Color)> {
    let mut legend = vec![("chips".to_owned(), series_color(CHIPS))];
    legend.extend(hosts.then(|| ("hosts".to_owned(), series_color(HOSTS))));
    legend.extend(
        tiers.iter().enumerate().map(|(index, tier)| (format!("network: {tier}"), tier_color(index))),
    );
    legend.push(("building".to_owned(), QUIET));
    legend
}

fn has_hosts(point: &PointResult) -> bool {
    point.energy_breakdown_j_per_token.as_ref().is_some_and(|energy| energy.hosts.is_some())
}

fn stack(point: &PointResult, tiers: &[&str], scale: f64) -> Result<Stack, String> {
    let Some(energy) = &point.energy_breakdown_j_per_token else {
        return Err(match (point.fits, point.step_time_s) {
            (false, _) if point.error.is_none() => "does not fit in memory".to_owned(),
            (_, None) => "not simulated".to_owned(),
            _ => "no power is published".to_owned(),
        });
    };
    let mut parts = vec![(energy.chips.value, series_color(CHIPS))];
    parts.extend(energy.hosts.map(|hosts| (hosts.value, series_color(HOSTS))));
    for (index, tier) in tiers.iter().enumerate() {
        parts.extend(energy.tiers.get(*tier).map(|joules| (joules.value, tier_color(index))));
    }
    parts.push((energy.facility.value, QUIET));
    let parts = parts.into_iter().map(|(joules, color)| (joules / scale, color)).collect();
    let [value, low, high] =
        [energy.total.value, energy.total.low, energy.total.high].map(|joules| joules / scale);
    let value = format!("{} ({} to {})", rounded(value), rounded(low), rounded(high));
    Ok(Stack { parts, ends: (low, high), value })
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    #[test]
    fn every_part_of_every_point_is_a_bar_with_whiskers() {
        let mut report = example::two_systems(1);
        assert_eq!(draw_energy(&report), None);
        let part = |value: f64| Interval { value, low: value * 0.8, high: value * 1.4 };
        for point in &mut report.results.results {
            point.energy_breakdown_j_per_token = Some(EnergyPerToken {
                chips: part(4.0),
                hosts: Some(part(1.0)),
                tiers: [("scale-up".to_owned(), part(0.5)), ("scale-out".to_owned(), part(0.5))].into(),
                facility: part(1.0),
                total: part(7.0),
            });
        }
        let drawing = draw_energy(&report).expect("both points have energy");
        let bars: Vec<f64> = drawing
            .canvas
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Bar { upper_left, lower_right, .. } => Some(lower_right.0 - upper_left.0),
                _ => None,
            })
            .collect();
        assert_eq!(bars.len(), 2 * 5);
        assert!((bars[0] / bars[1] - 4.0).abs() < 1e-6, "{bars:?}");
        let text = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "7.00 (5.60 to 9.80)");
        assert_eq!(drawing.canvas.marks.iter().filter(|mark| text(mark)).count(), 2);
    }
}
