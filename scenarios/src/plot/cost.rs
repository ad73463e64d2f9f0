//! The price of a trained token: electricity, and what wears off meanwhile, with the envelope of what sources say.

use super::axis::number_label;
use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::point_label::first_points;
use super::stacked_rows::{MOST_ROWS, Stack, StackedRow, StackedRows};
use super::style::series_color;
use crate::report::number::rounded;
use crate::report::{CostPerToken, NoCost, PointResult, ScenarioReport};
use copperlight_topologies::Interval;
use copperlight_topologies::energy::Facility;

const TITLE: &str = "Price of a million trained tokens";
const MILLION: f64 = 1e6;
const SECONDS_PER_YEAR: f64 = 365.0 * 86_400.0;
const JOULES_PER_KILOWATT_HOUR: f64 = 3.6e6;
const ELECTRICITY: usize = 4;
const HARDWARE: usize = 1;

/// Draws the figure; `None` when no point has a price.
pub(super) fn draw_cost(report: &ScenarioReport) -> Option<Drawing> {
    let facility = Facility::of_catalog();
    let points = &report.results.results;
    points.iter().find_map(|point| CostPerToken::of(point, &facility).ok())?;
    let (shown, notes) = first_points(points, MOST_ROWS);
    let rows = shown.into_iter().map(|(label, point)| StackedRow { label, parts: stack(point, &facility) });
    let chart = StackedRows {
        title: "price (US dollars per million tokens)".to_owned(),
        rows: rows.collect(),
        legend: vec![
            ("electricity".to_owned(), series_color(ELECTRICITY)),
            ("hardware".to_owned(), series_color(HARDWARE)),
        ],
    };
    let mut canvas = Canvas::default();
    let footnotes: Vec<String> = std::iter::once(meaning(&facility)).chain(notes.iter().cloned()).collect();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    chart.draw(&mut canvas, room);
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

/// Why no point of a report has a price, in words.
pub(super) fn why_no_cost(report: &ScenarioReport) -> String {
    let facility = Facility::of_catalog();
    let found = |wanted: NoCost| {
        let reason = |point| CostPerToken::of(point, &facility).err();
        report.results.results.iter().find(|point| reason(point) == Some(wanted)).map(|point| &point.system)
    };
    match (found(NoCost::NoPrice), found(NoCost::NoEnergy)) {
        (Some(system), _) => format!(
            "the catalog has no `facts.price` for the system of `{system}`, and none is made up; build on a preset that has \
             one (`copperlight list`)"
        ),
        (None, Some(system)) => format!(
            "the energy of `{system}` is not known: closed forms have none, nor have chips whose power is not published"
        ),
        (None, None) => "no point has a step time".to_owned(),
    }
}

/// What the prices rest on.
fn meaning(facility: &Facility) -> String {
    let price = facility.electricity_price * JOULES_PER_KILOWATT_HOUR;
    let years = facility.lifetime * (1.0 / SECONDS_PER_YEAR);
    format!(
        "Domains at their published price, written off over {} years ({} to {}); electricity at {} USD/kWh ({} to {}). \
         Whiskers: every value at its low and at its high end, an envelope, not confidence. Staff, buildings, failures \
         and idle time are not in it.",
        number_label(years.value),
        number_label(years.low),
        number_label(years.high),
        number_label(price.value),
        number_label(price.low),
        number_label(price.high),
    )
}

fn stack(point: &PointResult, facility: &Facility) -> Result<Stack, String> {
    let cost = CostPerToken::of(point, facility).map_err(|why| match why {
        NoCost::NoStep if !point.fits && point.error.is_none() => "does not fit in memory".to_owned(),
        NoCost::NoStep => "not simulated".to_owned(),
        NoCost::NoEnergy => "no power is published".to_owned(),
        NoCost::NoPrice => "no price is published".to_owned(),
    })?;
    let scaled = |price: Interval| price * MILLION;
    let (total, parts) = (scaled(cost.total()), [(cost.electricity, ELECTRICITY), (cost.hardware, HARDWARE)]);
    let value = format!("{} ({} to {})", rounded(total.value), rounded(total.low), rounded(total.high));
    let parts = parts.map(|(price, color)| (scaled(price).value, series_color(color)));
    Ok(Stack { parts: parts.to_vec(), ends: (total.low, total.high), value })
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::{EnergyPerToken, example};

    #[test]
    fn a_figure_without_a_price_says_what_is_missing() {
        let mut report = example::two_systems(1);
        assert_eq!(draw_cost(&report), None);
        assert!(why_no_cost(&report).contains("the energy of"), "{}", why_no_cost(&report));
        for point in &mut report.results.results {
            let total = Interval::exact(3.0);
            point.energy_breakdown_j_per_token = Some(EnergyPerToken { total, ..EnergyPerToken::default() });
        }
        assert!(why_no_cost(&report).contains("`facts.price`"), "{}", why_no_cost(&report));
        report.results.results[0].domain_price_usd = Some(Interval::exact(48e6));
        let drawing = draw_cost(&report).expect("one point has a price");
        let bars = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Bar { .. }));
        assert_eq!(bars.count(), 2);
        let absent = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "no price is published");
        assert!(drawing.canvas.marks.iter().any(absent));
    }
}
