//! How often each error of training runs occurs, class by class.

use super::super::axis::{Axis, Scale, Tick, number_label};
use super::super::canvas::{Canvas, Drawing, Mark, Text};
use super::super::frame::{Words, draw_frame_with};
use super::super::panel::{Ends, Panel, Rect};
use super::super::style::{Color, INK, QUIET, TICK_SIZE, series_color};
use super::step_times::{CLASSES, class_of};
use crate::report::number::percent;
use crate::report::{ValidationReport, ValidationRow};

const TITLE: &str = "How far off training runs are, by class";
const SUBTITLE: &str = "How many runs have which error of their step time: above zero the model is slower. Bars of 2.5 %; what is \
                        farther off than 50 % is in the outermost. Ranges stand by their middle.";

/// The width of a bar.
const BIN: f64 = 0.025;

/// How many bars there are to each side of zero.
const BINS: i64 = 20;

/// Marks across.
const TICKS: [f64; 5] = [-0.5, -0.25, 0.0, 0.25, 0.5];

const COLUMNS: usize = 2;
const GAP: f64 = 36.0;

/// Draws a panel for each class that has rows; `None` without any.
pub(super) fn draw_spread(report: &ValidationReport) -> Option<Drawing> {
    let classes: Vec<(usize, Vec<f64>)> = (0..CLASSES.len())
        .map(|class| (class, errors(report, class)))
        .filter(|(_, errors)| !errors.is_empty())
        .collect();
    if classes.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    let words = Words { title: TITLE, subtitle: SUBTITLE, source: "Copperlight · copperlight validate" };
    let room = draw_frame_with(&mut canvas, &words, &[]);
    let width = (room.width() + GAP) / COLUMNS as f64;
    let height = (room.height() + GAP) / classes.len().div_ceil(COLUMNS) as f64;
    for (index, (class, errors)) in classes.iter().enumerate() {
        let left = room.left + width * (index % COLUMNS) as f64;
        let top = room.top + height * (index / COLUMNS) as f64;
        let outer = Rect { left, top, right: left + width - GAP, bottom: top + height - GAP };
        draw_class(&mut canvas, outer, *class, errors);
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes: Vec::new() })
}

fn errors(report: &ValidationReport, class: usize) -> Vec<f64> {
    let is_in =
        |row: &&ValidationRow| row.training.as_ref().and_then(class_of).is_some_and(|(own, _)| own == class);
    report.rows.iter().filter(is_in).filter_map(|row| row.error).collect()
}

fn draw_class(canvas: &mut Canvas, outer: Rect, class: usize, errors: &[f64]) {
    let mean = |of: fn(f64) -> f64| errors.iter().map(|error| of(*error)).sum::<f64>() / errors.len() as f64;
    let title = format!(
        "{}: {} runs, error {} %, bias {} %",
        CLASSES[class].1,
        errors.len(),
        percent(mean(f64::abs)),
        percent(mean(|error| error))
    );
    canvas.text(Text::new(title, (outer.left, outer.top + TICK_SIZE * 0.5), TICK_SIZE, INK));
    let counts = counts(errors);
    let most = counts.iter().max().copied().unwrap_or(0);
    let y = Axis::from_zero("", f64::from(most), number_label);
    let panel = Panel::new(Rect { top: outer.top + TICK_SIZE * 1.6, ..outer }, error_axis(), y, Ends::Inset);
    panel.draw(canvas);
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        draw_bar(canvas, &panel, place, *count, series_color(class));
    }
    let zero = |count: f64| panel.place(0.0, count);
    canvas.segment((zero(0.0).0, panel.area.top), zero(0.0), QUIET, 2.0);
}

fn draw_bar(canvas: &mut Canvas, panel: &Panel, place: usize, count: u32, color: Color) {
    let left = (place as i64 - BINS) as f64 * BIN;
    let (upper_left, lower_right) =
        (panel.place(left + BIN * 0.06, f64::from(count)), panel.place(left + BIN * 0.94, 0.0));
    canvas.push(Mark::Bar { upper_left, lower_right, color });
}

/// How many errors are in each bar, from left to right.
fn counts(errors: &[f64]) -> Vec<u32> {
    let mut counts = vec![0; 2 * BINS as usize];
    for error in errors {
        let place = ((error / BIN).floor() as i64).clamp(-BINS, BINS - 1) + BINS;
        counts[place as usize] += 1;
    }
    counts
}

fn error_axis() -> Axis {
    let end = BINS as f64 * BIN;
    let label = |value: f64| if value == 0.0 { "0".to_owned() } else { format!("{:+.0} %", value * 100.0) };
    let ticks = TICKS.into_iter().map(|value| Tick { value, label: label(value) }).collect();
    Axis { title: String::new(), scale: Scale::Linear, low: -end, high: end, ticks }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_in_a_bar_however_far_off_it_is() {
        let counts = counts(&[-0.9, -0.001, 0.0, 0.024, 0.026, 7.0]);
        assert_eq!(counts.iter().sum::<u32>(), 6);
        let middle = BINS as usize;
        assert_eq!((counts[0], counts[middle - 1], counts[middle], counts[middle + 1]), (1, 1, 2, 1));
        assert_eq!(counts[counts.len() - 1], 1);
    }
}
