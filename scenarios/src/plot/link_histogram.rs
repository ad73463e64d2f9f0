//! How utilization spreads over the links of each tier: which share of them is idle, and how busy the others are.

use super::axis::{Axis, Scale, Tick, percent_label};
use super::canvas::{Canvas, Drawing, Mark, Text};
use super::frame::draw_frame;
use super::grid::cells;
use super::legend::draw_legend;
use super::link_points::{LinkPoint, link_points, tiers};
use super::panel::{Ends, Panel, Rect, X_TITLE_HEIGHT};
use super::style::{Color, FOOTER_SIZE, INK, LABEL_SIZE};
use super::text::wrapped;
use crate::report::number::grouped;
use crate::report::{FigureSize, ScenarioReport, TierLinks};

const TITLE: &str = "How utilization spreads over links";
const MEANING: &str = "Shares of the links of each tier by their mean utilization over the whole time, in steps of 10 %; idle \
                       links carried nothing, and links that failed are left out.";
const MOST_PANELS: usize = 4;
/// Panels that a figure in a column has room for.
const MOST_IN_A_COLUMN: usize = 2;
const LEGEND_SIZE: f64 = FOOTER_SIZE;
/// The place of idle links, left of zero.
const IDLE: (f64, f64) = (-0.13, -0.03);
const LEFT_END: f64 = -0.16;
/// The part of a step that is left free.
const FREE: f64 = 0.2;

/// Draws the figure; `None` when no link is known to have carried anything.
pub(super) fn draw_link_histogram(report: &ScenarioReport) -> Option<Drawing> {
    let is_column = report.figures.size == FigureSize::Column;
    let (points, note) = link_points(report, if is_column { MOST_IN_A_COLUMN } else { MOST_PANELS });
    if points.is_empty() {
        return None;
    }
    let notes: Vec<String> = note.into_iter().collect();
    let footnotes: Vec<String> = std::iter::once(MEANING.to_owned()).chain(notes.iter().cloned()).collect();
    let tiers = tiers(&points);
    let mut canvas = Canvas::default();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let columns = if is_column { 1 } else { points.len().min(2) };
    let above = Rect { bottom: room.bottom - X_TITLE_HEIGHT, ..room };
    for (index, (point, room)) in
        points.iter().zip(cells(points.len(), columns, above, (48.0, 20.0))).enumerate()
    {
        let is_lowest = index + columns >= points.len();
        let (title, more) = if is_lowest { ("mean utilization", X_TITLE_HEIGHT) } else { ("", 0.0) };
        draw_point(&mut canvas, (point, &tiers), title, Rect { bottom: room.bottom + more, ..room });
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

fn draw_point(
    canvas: &mut Canvas,
    (point, tiers): (&LinkPoint<'_>, &[(&str, Color)]),
    title: &str,
    room: Rect,
) {
    for line in wrapped(&point.label, LABEL_SIZE, room.width(), 1) {
        canvas.text(Text::new(line, (room.left, room.top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let here: Vec<(&str, &TierLinks, Color)> = tiers
        .iter()
        .filter_map(|(name, color)| Some((*name, point.links.tiers.get(*name)?, *color)))
        .collect();
    let legend: Vec<(String, Color)> =
        here.iter().map(|(name, tier, color)| (legend_entry(name, tier), *color)).collect();
    let under_title = Rect { top: room.top + LABEL_SIZE * 1.15, ..room };
    let top = draw_legend(canvas, &legend, under_title, LEGEND_SIZE) + 12.0;
    let y = Axis::span("links", 1.0, percent_label);
    let panel = Panel::new(Rect { top, ..room }, axis(title), y, Ends::Flush);
    panel.draw(canvas);
    let of = here.len() as f64;
    for (index, (_, tier, color)) in here.into_iter().enumerate() {
        for ((from, to), share) in shares(tier).into_iter().filter(|(_, share)| *share > 0.0) {
            let width = (to - from) * (1.0 - FREE) / of;
            let left = from + (to - from) * FREE / 2.0 + width * index as f64;
            let (upper_left, lower_right) = (panel.place(left, share), panel.place(left + width, 0.0));
            canvas.push(Mark::Bar { upper_left, lower_right, color });
        }
    }
}

fn legend_entry(name: &str, tier: &TierLinks) -> String {
    match tier.idle {
        0 => format!("{name}, {} links", grouped(tier.links)),
        idle => format!("{name}, {} links, {} idle", grouped(tier.links), grouped(idle)),
    }
}

/// Idle links at the left, and utilization from nothing to everything.
fn axis(title: &str) -> Axis {
    let idle = Tick { value: (IDLE.0 + IDLE.1) / 2.0, label: "idle".to_owned() };
    let shares = (0..=5).map(|fifth| f64::from(fifth) / 5.0);
    let shares = shares.map(|share| Tick { value: share, label: percent_label(share) });
    let ticks = std::iter::once(idle).chain(shares).collect();
    Axis { title: title.to_owned(), scale: Scale::Linear, low: LEFT_END, high: 1.0, ticks }
}

/// Ranges of utilization with their shares of a tier's links, the idle ones first.
fn shares(tier: &TierLinks) -> Vec<((f64, f64), f64)> {
    let bins = tier.histogram.len() as f64;
    let of_all = |links: u64| links as f64 / tier.links.max(1) as f64;
    let busy = tier.histogram.iter().enumerate().map(|(bin, links)| {
        // The lowest range counts idle links too.
        let links = if bin == 0 { links.saturating_sub(tier.idle) } else { *links };
        ((bin as f64 / bins, (bin + 1) as f64 / bins), of_all(links))
    });
    std::iter::once((IDLE, of_all(tier.idle))).chain(busy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn shares_of_a_tier_sum_to_one_and_idle_links_stand_apart() {
        let mut tier = TierLinks { links: 8, idle: 2, ..TierLinks::default() };
        [(0.0, 2), (0.05, 1), (0.45, 4), (1.0, 1)]
            .into_iter()
            .for_each(|(mean, links)| tier.count(mean, links));
        let shares = shares(&tier);
        assert_eq!((shares[0].1, shares[1].1, shares[5].1, shares[10].1), (0.25, 0.125, 0.5, 0.125));
        assert!((shares.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn every_range_with_links_has_a_bar() {
        let mut report = example::two_systems(1);
        example::add_links(&mut report);
        let drawing = draw_link_histogram(&report).expect("the example has links");
        let bars = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Bar { .. })).count();
        let ranges = |tier: &TierLinks| shares(tier).iter().filter(|(_, share)| *share > 0.0).count();
        let links = report.results.results.iter().filter_map(|point| point.links.as_ref());
        let expected: usize = links.flat_map(|links| links.tiers.values()).map(ranges).sum();
        assert_eq!((bars, drawing.canvas.panels.len()), (expected, 2));
        report.results.results.iter_mut().for_each(|point| point.links = None);
        assert_eq!(draw_link_histogram(&report), None);
    }
}
