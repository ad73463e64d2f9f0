//! Modelled against measured effects of pairs of training runs.

use super::super::axis::{Axis, Scale, Tick};
use super::super::canvas::{Canvas, Drawing, Mark};
use super::super::frame::{Words, draw_frame_with};
use super::super::legend::draw_legend;
use super::super::panel::{Ends, Panel, Rect};
use super::super::style::{Color, INK, TICK_SIZE, series_color, series_marker};
use super::step_times::draw_band;
use crate::report::{PairEffect, PairReport};

const TITLE: &str = "Pairs of training runs: modelled against measured effect";
const SUBTITLE: &str = "By how much the second run differs, in per cent (logarithmic), in the measured direction. Band: 0.7 to 1.4; left \
                        of the line effects are too small to judge. At the lower edge: other direction, or less than 0.3 %.";

/// The smallest and the largest effect that the axes show.
const ENDS: (f64, f64) = (0.003, 1.6);

/// From here on effects are judged.
const JUDGED: f64 = 0.03;

const BAND: [f64; 2] = [0.7, 1.4];

const TICKS: [f64; 8] = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6];

/// Draws the figure; `None` without a pair that was simulated.
pub(super) fn draw_effects(report: &PairReport) -> Option<Drawing> {
    let drawn: Vec<&PairEffect> = report.effects.iter().filter(|pair| pair.modelled.is_some()).collect();
    if drawn.is_empty() {
        return None;
    }
    let mut kinds: Vec<&str> = Vec::new();
    for pair in &drawn {
        if !kinds.contains(&pair.kind.as_str()) {
            kinds.push(&pair.kind);
        }
    }
    let mut canvas = Canvas::default();
    let source = format!("Copperlight · copperlight validate · {} pairs", drawn.len());
    let room =
        draw_frame_with(&mut canvas, &Words { title: TITLE, subtitle: SUBTITLE, source: &source }, &[]);
    let names = kinds.iter().enumerate().map(|(index, kind)| ((*kind).to_owned(), series_color(index)));
    let names: Vec<(String, Color)> = names.collect();
    let top = draw_legend(&mut canvas, &names, room, TICK_SIZE) + TICK_SIZE * 0.6;
    let (x, y) = (axis("measured effect"), axis("modelled effect"));
    let panel = Panel::new(Rect { top, ..room }, x, y, Ends::Inset);
    panel.draw(&mut canvas);
    draw_band(&mut canvas, &panel, BAND, ENDS);
    let judged = panel.place(JUDGED, 1.0).0;
    canvas.segment((judged, panel.area.top), (judged, panel.base()), INK, 2.0);
    for pair in drawn {
        let index = kinds.iter().position(|kind| *kind == pair.kind).unwrap_or(0);
        draw_pair(&mut canvas, &panel, pair, index);
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes: Vec::new() })
}

fn draw_pair(canvas: &mut Canvas, panel: &Panel, pair: &PairEffect, index: usize) {
    let (Some(measured), Some(modelled)) = (pair.measured, pair.modelled) else { return };
    let color = series_color(index);
    let place = |modelled: f64| panel.place(shown(measured.abs()), shown(modelled * measured.signum()));
    if let Some([least, most]) = pair.modelled_range {
        canvas.segment(place(least), place(most), color, 3.0);
    }
    canvas.push(Mark::Point { at: place(modelled), marker: series_marker(index), color });
}

/// The effect, or the end of the axis that is nearest to it.
const fn shown(effect: f64) -> f64 {
    effect.clamp(ENDS.0, ENDS.1)
}

fn axis(title: &str) -> Axis {
    let label = |value: f64| {
        let percent = value * 100.0;
        if percent < 1.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
    };
    let ticks = TICKS.into_iter().map(|value| Tick { value, label: label(value) }).collect();
    Axis { title: title.to_owned(), scale: Scale::Logarithmic, low: ENDS.0, high: ENDS.1, ticks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn what_was_simulated_is_drawn_and_what_has_the_other_direction_at_the_edge() {
        let mut report = example::pairs();
        report.effects[0].modelled = Some(-0.2);
        let drawing = draw_effects(&report).expect("there are pairs");
        let places = drawing.canvas.marks.iter().filter_map(|mark| match mark {
            Mark::Point { at, .. } => Some(at.1),
            _ => None,
        });
        let places: Vec<f64> = places.collect();
        assert_eq!(places.len(), 2);
        assert!(places[0] > places[1], "the lower edge has the larger coordinate");
        report.effects.clear();
        assert_eq!(draw_effects(&report), None);
    }
}
