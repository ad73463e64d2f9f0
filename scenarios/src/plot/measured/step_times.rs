//! Modelled against measured step times of training runs.

use super::super::axis::{Axis, Scale, Tick};
use super::super::canvas::{Canvas, Drawing, Mark};
use super::super::frame::{Words, draw_frame_with};
use super::super::legend::draw_legend;
use super::super::panel::{Ends, Panel, Rect};
use super::super::style::{Color, QUIET, TICK_SIZE, series_color, series_marker};
use crate::report::number::grouped;
use crate::report::{TrainingFigures, ValidationReport};

const TITLE: &str = "Step times of published training runs";
const SUBTITLE: &str = "Modelled against measured seconds of a step, both logarithmic. Band: 10 % either way. Upright lines: runs of \
                        which the plan was not wholly published, over all plans that they can mean.";

/// The classes by their names in rows and in words, in the order of colours. Ranges are the last.
pub(super) const CLASSES: [(&str, &str); 4] = [
    ("dense-A", "dense, tier A"),
    ("dense-B", "dense, tier B"),
    ("moe", "mixture of experts"),
    ("range", "ranges"),
];

/// What is at most a tenth off.
const BAND: [f64; 2] = [0.9, 1.1];

/// The place and the words of a run's class; ranges have one of their own.
pub(super) fn class_of(figures: &TrainingFigures) -> Option<(usize, &'static str)> {
    let class = if figures.modelled_range.is_some() { "range" } else { figures.class };
    let place = CLASSES.iter().position(|(name, _)| *name == class)?;
    Some((place, CLASSES[place].1))
}

/// Draws the figure; `None` without a run that was simulated.
pub(super) fn draw_step_times(report: &ValidationReport) -> Option<Drawing> {
    let runs: Vec<&TrainingFigures> = report.rows.iter().filter_map(|row| row.training.as_ref()).collect();
    let times = || runs.iter().flat_map(|run| [run.step_time_s, run.measured_step_time_s]);
    let (low, high) = (times().fold(f64::INFINITY, f64::min) / 1.2, times().fold(0.0, f64::max) * 1.2);
    if runs.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    let source = format!("Copperlight · copperlight validate · {} runs", grouped(runs.len() as u64));
    let room =
        draw_frame_with(&mut canvas, &Words { title: TITLE, subtitle: SUBTITLE, source: &source }, &[]);
    let names =
        CLASSES.iter().enumerate().map(|(index, (_, words))| ((*words).to_owned(), series_color(index)));
    let names: Vec<(String, Color)> = names.collect();
    let top = draw_legend(&mut canvas, &names, room, TICK_SIZE) + TICK_SIZE * 0.6;
    let axis = |title| seconds_axis(title, (low, high));
    let (x, y) = (axis("measured step time (s)"), axis("modelled step time (s)"));
    let panel = Panel::new(Rect { top, ..room }, x, y, Ends::Flush);
    panel.draw(&mut canvas);
    draw_band(&mut canvas, &panel, BAND, (low, high));
    // What is apart lies under the rest.
    let drawn = runs.iter().filter_map(|run| Some((class_of(run)?.0, *run)));
    let mut drawn: Vec<(usize, &TrainingFigures)> = drawn.collect();
    drawn.sort_by_key(|(class, _)| std::cmp::Reverse(*class));
    for (class, run) in drawn {
        draw_run(&mut canvas, &panel, run, class);
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes: Vec::new() })
}

fn draw_run(canvas: &mut Canvas, panel: &Panel, run: &TrainingFigures, class: usize) {
    let place = |modelled| panel.place(run.measured_step_time_s, modelled);
    let color = series_color(class);
    let ends = run.plans.iter().map(|plan| plan.step_time_s);
    let (least, most) =
        ends.fold((f64::INFINITY, 0.0_f64), |(least, most), time| (least.min(time), most.max(time)));
    if most > least {
        canvas.segment(place(least), place(most), color, 3.0);
    }
    canvas.push(Mark::Point { at: place(run.step_time_s), marker: series_marker(class), color });
}

/// Between two ratios of what is upward to what is across, and the line where both are equal.
pub(super) fn draw_band(
    canvas: &mut Canvas,
    panel: &Panel,
    [least, most]: [f64; 2],
    (low, high): (f64, f64),
) {
    let inside = |value: f64| value.clamp(low, high);
    // Where the band meets the upper and the lower edge it is cut, which on a logarithmic scale is a straight line.
    let corners = [
        (low, inside(low * least)),
        (low, inside(low * most)),
        (inside(high / most), high),
        (high, high),
        (high, inside(high * least)),
        (inside(low / least), low),
    ];
    let corners = corners.into_iter().map(|(x, y)| panel.place(x, y)).collect();
    canvas.push(Mark::Area { corners, color: QUIET, opacity: 0.18 });
    canvas.segment(panel.place(low, low), panel.place(high, high), QUIET, 2.0);
}

fn seconds_axis(title: &str, (low, high): (f64, f64)) -> Axis {
    let values = (-3..=4).map(|power| 10_f64.powi(power));
    let values = values.filter(|value| (low..=high).contains(value));
    let label = |value: f64| if value >= 1.0 { grouped(value.round() as u64) } else { format!("{value}") };
    let ticks = values.map(|value| Tick { value, label: label(value) }).collect();
    Axis { title: title.to_owned(), scale: Scale::Logarithmic, low, high, ticks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn every_run_is_drawn_in_the_colour_of_its_class() {
        let mut wide = example::training_figures("moe", 2.0);
        wide.modelled_range = Some([1.0, 4.0]);
        let runs = [("a", example::training_figures("dense-A", 1.1)), ("b", wide)];
        let mut report = example::validation();
        assert_eq!(draw_step_times(&report), None);
        report.rows.extend(example::training(&runs));
        let drawing = draw_step_times(&report).expect("there are runs");
        let colors: Vec<Color> = drawing
            .canvas
            .marks
            .iter()
            .filter_map(|mark| if let Mark::Point { color, .. } = mark { Some(*color) } else { None })
            .collect();
        assert_eq!(colors, [series_color(3), series_color(0)]);
    }
}
