//! How busy the links of each tier are over one step: a panel per system and number of chips, a line per tier.

use super::axis::{Axis, number_label, percent_label};
use super::canvas::{Canvas, Drawing, Mark, Place, Text};
use super::frame::draw_frame;
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect, X_TITLE_HEIGHT};
use super::style::{Color, INK, LABEL_SIZE, series_color};
use super::text::wrapped;
use crate::report::number::{chips, percent, time_unit};
use crate::report::{FigureSize, ScenarioReport, UtilizationTimeline};
use std::iter;

const TITLE: &str = "Link utilization over one training step";
const TITLE_OF_TRAFFIC: &str = "Link utilization until the last flow ends";

const MOST_PANELS: usize = 4;
/// Panels that a figure in a column has room for.
const MOST_IN_A_COLUMN: usize = 2;
const LEGEND_SIZE: f64 = 24.0;
const MEANING: &str = "Share of the capacity of all links of a tier; beside its name the mean over the step and \
                       the highest slice of time.";
const MEANING_OF_TRAFFIC: &str = "Share of the capacity of all links of a tier; beside its name the mean over the whole \
                                  time and the highest slice of it.";
const AREA_OPACITY: f64 = 0.3;
/// Steps whose lengths differ by at most this factor share one time axis.
const SHARED_AXIS_FACTOR: f64 = 4.0;
/// Tick labels that a panel of half the width and half the height has room for.
const MOST_ROWS: usize = 4;

/// The timelines of one panel.
pub(super) struct Step<'a> {
    system: &'a str,
    chips: u64,
    setting: &'a str,
    pub(super) tiers: Vec<&'a UtilizationTimeline>,
}

impl Step<'_> {
    /// What tells it from other steps.
    pub(super) fn title(&self) -> String {
        let setting = if self.setting.is_empty() { String::new() } else { format!(", {}", self.setting) };
        format!("{}, {}{setting}", self.system, chips(self.chips))
    }

    pub(super) fn seconds(&self) -> f64 {
        self.tiers.iter().map(|tier| tier.bin_seconds * tier.utilization.len() as f64).fold(0.0, f64::max)
    }
}

/// Draws the figure; `None` when no timeline has a bin.
pub(super) fn draw_link_utilization(report: &ScenarioReport) -> Option<Drawing> {
    let most = if report.figures.size == FigureSize::Column { MOST_IN_A_COLUMN } else { MOST_PANELS };
    let (steps, notes) = chosen(steps(&report.timelines), most);
    let longest = steps.iter().map(Step::seconds).fold(0.0, f64::max);
    let shortest = steps.iter().map(Step::seconds).fold(f64::INFINITY, f64::min);
    if longest <= 0.0 {
        return None;
    }
    let shared = longest <= shortest * SHARED_AXIS_FACTOR;
    let (scale, unit) = time_unit(longest);
    let values = steps.iter().flat_map(|step| &step.tiers).flat_map(|tier| &tier.utilization);
    let y = Axis::from_zero("", values.copied().fold(0.0, f64::max), percent_label);
    let tier_names = tier_names(&steps);
    let mut canvas = Canvas::default();
    let traffic = report.results.results.iter().any(|point| point.traffic.is_some());
    let (title, meaning) = if traffic { (TITLE_OF_TRAFFIC, MEANING_OF_TRAFFIC) } else { (TITLE, MEANING) };
    let footnotes: Vec<String> = iter::once(meaning.to_owned()).chain(notes.iter().cloned()).collect();
    let room = draw_frame(&mut canvas, report, title, &footnotes);
    for (index, (step, room)) in steps.iter().zip(cells(steps.len(), room)).enumerate() {
        let end = if shared { longest } else { step.seconds() } / scale;
        let is_lowest = index + columns(steps.len()) >= steps.len();
        let title = if is_lowest { format!("time ({unit})") } else { String::new() };
        let x = Axis::span(title, end, number_label);
        let y = if steps.len() > 2 { y.clone().thinned(MOST_ROWS) } else { y.clone() };
        draw_step(&mut canvas, step, &tier_names, Layout { room, x, y, scale });
    }
    Some(Drawing { title: title.to_owned(), canvas, notes })
}

/// Timelines sorted into steps, in order of appearance.
pub(super) fn steps(timelines: &[UtilizationTimeline]) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for timeline in timelines.iter().filter(|timeline| !timeline.utilization.is_empty()) {
        let UtilizationTimeline { system, chips, setting, .. } = timeline;
        let here =
            |step: &&mut Step<'_>| (step.system, step.chips, step.setting) == (system, *chips, setting);
        match steps.iter_mut().find(here) {
            Some(step) => step.tiers.push(timeline),
            None => steps.push(Step { system, chips: *chips, setting, tiers: vec![timeline] }),
        }
    }
    steps
}

/// All steps if they have room, else of each system the first of those at its largest number of chips.
fn chosen(steps: Vec<Step<'_>>, most: usize) -> (Vec<Step<'_>>, Vec<String>) {
    let all = steps.len();
    if all <= most {
        return (steps, Vec::new());
    }
    let mut chosen: Vec<Step<'_>> = Vec::new();
    for step in steps {
        match chosen.iter_mut().find(|other| other.system == step.system) {
            Some(other) if other.chips < step.chips => *other = step,
            Some(_) => {}
            None => chosen.push(step),
        }
    }
    chosen.truncate(most);
    let which = match chosen.iter().any(|step| !step.setting.is_empty()) {
        true => "the first one with the largest number of chips; its settings stand above it",
        false => "the one with the largest number of chips",
    };
    let note = format!("Shows {} of {all} steps: for each system {which}.", chosen.len());
    (chosen, vec![note])
}

pub(super) fn tier_names<'a>(steps: &[Step<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for tier in steps.iter().flat_map(|step| &step.tiers) {
        if !names.contains(&tier.tier.as_str()) {
            names.push(&tier.tier);
        }
    }
    names
}

/// Tiers begin after the colours of the first two systems, so that no tier looks like a system.
pub(super) fn tier_color(tier: &str, names: &[&str]) -> Color {
    let index = names.iter().position(|name| *name == tier).unwrap_or(0);
    series_color(index + 2)
}

/// One column of panels up to three, two columns beyond.
fn columns(count: usize) -> usize {
    if count <= 3 { 1 } else { 2 }
}

/// Rooms for `count` panels; the lowest of each column is higher by the title of its time axis.
fn cells(count: usize, room: Rect) -> Vec<Rect> {
    let columns = columns(count);
    let rows = count.div_ceil(columns);
    let (gap_x, gap_y) = (48.0, 20.0);
    let width = (room.width() - gap_x * (columns as f64 - 1.0)) / columns as f64;
    let height = (room.height() - gap_y * (rows as f64 - 1.0) - X_TITLE_HEIGHT) / rows as f64;
    let cell = |index: usize| {
        let left = room.left + (index % columns) as f64 * (width + gap_x);
        let top = room.top + (index / columns) as f64 * (height + gap_y);
        let title = if index + columns >= count { X_TITLE_HEIGHT } else { 0.0 };
        Rect { left, top, right: left + width, bottom: top + height + title }
    };
    (0..count).map(cell).collect()
}

struct Layout {
    room: Rect,
    x: Axis,
    y: Axis,
    scale: f64,
}

fn draw_step(canvas: &mut Canvas, step: &Step<'_>, tier_names: &[&str], layout: Layout) {
    let Rect { left, top, right, .. } = layout.room;
    for line in wrapped(&step.title(), LABEL_SIZE, right - left, 1) {
        canvas.text(Text::new(line, (left, top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let legend: Vec<(String, Color)> =
        step.tiers.iter().map(|tier| (legend_entry(tier), tier_color(&tier.tier, tier_names))).collect();
    let under_title = Rect { top: top + LABEL_SIZE * 1.1, ..layout.room };
    let below = draw_legend(canvas, &legend, under_title, LEGEND_SIZE);
    let panel = Panel::new(Rect { top: below + 12.0, ..layout.room }, layout.x, layout.y, Ends::Flush);
    panel.draw(canvas);
    for tier in &step.tiers {
        draw_tier(canvas, &panel, tier, (tier_color(&tier.tier, tier_names), layout.scale));
    }
}

fn legend_entry(tier: &UtilizationTimeline) -> String {
    let sum: f64 = tier.utilization.iter().sum();
    let mean = sum / tier.utilization.len() as f64;
    let peak = tier.utilization.iter().copied().fold(0.0, f64::max);
    format!("{} {} % (peak {} %)", tier.tier, percent(mean), percent(peak))
}

fn draw_tier(canvas: &mut Canvas, panel: &Panel, tier: &UtilizationTimeline, (color, scale): (Color, f64)) {
    let outline = outline(panel, tier, scale);
    let (Some(first), Some(last)) = (outline.first(), outline.last()) else { return };
    let mut corners = vec![(first.0, panel.base())];
    corners.extend(&outline);
    corners.push((last.0, panel.base()));
    canvas.push(Mark::Area { corners, color, opacity: AREA_OPACITY });
    // Thin where bins are narrow, so that single bins stay visible.
    let bin_pixels = panel.area.width() / tier.utilization.len() as f64;
    let width = if bin_pixels < 4.0 { 1.0 } else { 2.0 };
    canvas.push(Mark::Line { through: outline, color, width });
}

/// The steps of a timeline as a line; neighbouring bins of equal height are one step.
fn outline(panel: &Panel, tier: &UtilizationTimeline, scale: f64) -> Vec<Place> {
    let mut line: Vec<Place> = Vec::new();
    for (bin, value) in tier.utilization.iter().enumerate() {
        let edge = |bin: usize| panel.place(bin as f64 * tier.bin_seconds / scale, *value);
        let (from, to) = (edge(bin), edge(bin + 1));
        match line.last_mut() {
            Some(last) if (last.1 - from.1).abs() < 0.25 => *last = (to.0, last.1),
            _ => line.extend([from, to]),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn marks_of(report: &ScenarioReport) -> (usize, Vec<String>) {
        let Drawing { canvas, notes, .. } = draw_link_utilization(report).expect("the example has timelines");
        let areas = canvas.marks.iter().filter(
            |mark| matches!(mark, Mark::Area { opacity, .. } if (*opacity - AREA_OPACITY).abs() < 1e-9),
        );
        (areas.count(), notes)
    }

    #[test]
    fn every_tier_of_every_step_is_drawn_while_there_is_room() {
        for chip_counts in [1, 2] {
            let report = example::two_systems(chip_counts);
            assert_eq!(marks_of(&report), (report.timelines.len(), Vec::new()));
        }
    }

    #[test]
    fn too_many_steps_are_cut_to_the_largest_of_each_system_and_say_so() {
        let (areas, notes) = marks_of(&example::two_systems(10));
        assert_eq!(areas, 2 * 2);
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn a_sweep_over_something_else_says_which_point_is_shown() {
        let mut report = example::two_systems(1);
        let swept = |micro_batch: u32| {
            let at = move |timeline: &UtilizationTimeline| UtilizationTimeline {
                setting: format!("micro_batch = {micro_batch}"),
                ..timeline.clone()
            };
            example::two_systems(1).timelines.iter().map(at).collect::<Vec<_>>()
        };
        report.timelines = [1, 2].into_iter().flat_map(swept).collect();
        assert_eq!(marks_of(&report), (2 * 2 * 2, Vec::new()));
        report.timelines = [1, 2, 4, 8].into_iter().flat_map(swept).collect();
        let Drawing { canvas, notes, .. } = draw_link_utilization(&report).expect("there are timelines");
        let title = "NVL72 copper, 1,152 chips, micro_batch = 1";
        let titled = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == title);
        assert!(canvas.marks.iter().any(titled), "{:?}", canvas.marks);
        assert!(notes[0].contains("for each system the first one"), "{notes:?}");
    }

    #[test]
    fn no_timeline_is_no_figure() {
        let mut report = example::two_systems(1);
        report.timelines.iter_mut().for_each(|timeline| timeline.utilization.clear());
        assert_eq!(draw_link_utilization(&report), None);
    }
}
