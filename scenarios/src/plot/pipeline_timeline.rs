//! What each stage of a pipeline does over one step: a panel for each system, a row for each stage.

use super::axis::{Axis, number_label};
use super::canvas::{Anchor, Canvas, Drawing, Mark, Text};
use super::frame::draw_frame;
use super::grid::cells;
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect, X_TITLE_HEIGHT};
use super::stacked_rows::blank;
use super::style::{Color, GRID, INK, LABEL_SIZE, PAPER, QUIET, series_color};
use super::text::{width, wrapped};
use crate::report::number::{chips, duration, percent, time_unit};
use crate::report::{ScenarioReport, StageBlock, StageRow, StageState, StageTimeline};

const TITLE: &str = "What the stages of the pipeline do over one training step";
const MEANING: &str = "One rank of each stage of one pipeline. A column of pixels shows what lasts longest in it; shares are \
                       exact, over the whole step and the stages shown.";
const MEANING_OF_ENDS: &str = "Of steps with too many passes to be seen, both ends are shown.";
const MOST_PANELS: usize = 4;
const LEGEND_SIZE: f64 = 22.0;
const SMALLEST_TEXT: f64 = 16.0;
const LARGEST_TEXT: f64 = 22.0;
const GAP: f64 = 10.0;
/// Between the begin and the end of a step of which the middle is left out.
const CUT: f64 = 84.0;
/// The least share that one decimal of a percentage can say.
const LEAST_SAID: f64 = 5e-4;
/// Below this share of a row's height nothing is left free between rows.
const NARROWEST_GAP: f64 = 6.0;

/// Draws the figure; `None` when no step was recorded.
pub(super) fn draw_pipeline_timeline(report: &ScenarioReport) -> Option<Drawing> {
    let recorded: Vec<&StageTimeline> =
        report.stage_timelines.iter().filter(|of| !of.rows.is_empty() && of.step_seconds > 0.0).collect();
    let shown = &recorded[..recorded.len().min(MOST_PANELS)];
    if shown.is_empty() {
        return None;
    }
    let whole = shown.iter().filter(|of| of.shown_ends.is_none());
    let longest = whole.map(|of| of.step_seconds).fold(0.0, f64::max);
    let mut notes = Vec::new();
    if shown.len() < recorded.len() {
        notes.push(format!("Shows the first {MOST_PANELS} of {} systems.", recorded.len()));
    }
    for of in shown.iter().filter(|of| of.rows.len() < of.stages) {
        notes.push(format!("{}: shows the first {} of {} stages.", of.system, of.rows.len(), of.stages));
    }
    let mut canvas = Canvas::default();
    let ends = shown.iter().any(|of| of.shown_ends.is_some()).then(|| MEANING_OF_ENDS.to_owned());
    let footnotes: Vec<String> =
        std::iter::once(MEANING.to_owned()).chain(ends).chain(notes.iter().cloned()).collect();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let columns = if shown.len() > 2 { 2 } else { 1 };
    let above = Rect { bottom: room.bottom - X_TITLE_HEIGHT, ..room };
    for (index, of) in shown.iter().enumerate() {
        let is_lowest = index + columns >= shown.len();
        let mut room = cells(shown.len(), columns, above, (40.0, 16.0))[index];
        room.bottom += if is_lowest { X_TITLE_HEIGHT } else { 0.0 };
        draw_timeline(&mut canvas, of, Time { longest, is_titled: is_lowest }, room);
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

/// The colour of a state. Nothing useful is pale.
fn color(state: StageState) -> Color {
    match state {
        StageState::Forward => series_color(1),
        StageState::Backward | StageState::BackwardWithRecompute => series_color(2),
        StageState::WeightGradient => series_color(5),
        StageState::ForwardAndBackward => series_color(8),
        StageState::StepOverhead => series_color(4),
        StageState::Optimizer => series_color(3),
        StageState::Communication => series_color(0),
        StageState::Bubble => GRID,
        StageState::Wait => QUIET,
    }
}

/// The axis of time.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// The longest step of those that are shown whole, in seconds.
    longest: f64,
    is_titled: bool,
}

fn draw_timeline(canvas: &mut Canvas, of: &StageTimeline, Time { longest, is_titled }: Time, room: Rect) {
    let setting = if of.setting.is_empty() { String::new() } else { format!(", {}", of.setting) };
    let title = format!("{}, {}{setting}: {}", of.system, chips(of.chips), duration(of.step_seconds));
    for line in wrapped(&title, LABEL_SIZE, room.width(), 1) {
        canvas.text(Text::new(line, (room.left, room.top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let under_title = Rect { top: room.top + LABEL_SIZE * 1.15, ..room };
    let top = draw_legend(canvas, &legend(&of.rows), under_title, LEGEND_SIZE) + GAP;
    let names: Vec<String> = of.rows.iter().map(|row| format!("stage {}", row.stage)).collect();
    let labels = names.iter().map(|name| width(name, LARGEST_TEXT)).fold(0.0, f64::max);
    let room = Rect { left: room.left + labels, top, ..room };
    let panel = match of.shown_ends {
        None => draw_whole(canvas, of, (longest, is_titled), room),
        Some(shown) => draw_ends(canvas, of, (shown, is_titled), room),
    };
    draw_stages(canvas, &panel, names);
}

/// All of a step.
fn draw_whole(
    canvas: &mut Canvas,
    of: &StageTimeline,
    (longest, is_titled): (f64, bool),
    room: Rect,
) -> Panel {
    let (scale, unit) = time_unit(longest);
    let panel = Panel::new(
        room,
        Axis::span(titled(is_titled, unit), longest / scale, number_label),
        blank(),
        Ends::Flush,
    );
    panel.draw(canvas);
    draw_rows(canvas, (&panel, scale), (&of.rows, |row| &row.blocks), 0.0);
    panel
}

/// As much of a step at its begin as at its end, side by side.
fn draw_ends(canvas: &mut Canvas, of: &StageTimeline, (shown, is_titled): (f64, bool), room: Rect) -> Panel {
    let (scale, unit) = time_unit(of.step_seconds);
    let middle = (room.left + room.right) / 2.0;
    let half = |room: Rect, begin: f64| {
        let ends = (begin / scale, (begin + shown) / scale);
        Panel::new(room, Axis::between(titled(is_titled, unit), ends, number_label), blank(), Ends::Flush)
    };
    let last_begins = of.step_seconds - shown;
    let first = half(Rect { right: middle - CUT / 2.0, ..room }, 0.0);
    let last = half(Rect { left: middle + CUT / 2.0, ..room }, last_begins);
    first.draw(canvas);
    last.draw(canvas);
    draw_rows(canvas, (&first, scale), (&of.rows, |row| &row.blocks), 0.0);
    draw_rows(canvas, (&last, scale), (&of.rows, |row| &row.last_blocks), last_begins);
    let at = ((first.area.right + last.area.left) / 2.0, (first.area.top + first.base()) / 2.0);
    canvas.text(Text::new("…", at, LABEL_SIZE, QUIET).anchored(Anchor::Middle));
    first
}

fn titled(is_titled: bool, unit: &str) -> String {
    if is_titled { format!("time ({unit})") } else { String::new() }
}

/// The names of stages, as many as have room.
fn draw_stages(canvas: &mut Canvas, panel: &Panel, names: Vec<String>) {
    let share = panel.area.height() / names.len() as f64;
    let size = share.clamp(SMALLEST_TEXT, LARGEST_TEXT);
    let mut free_from = f64::NEG_INFINITY;
    for (index, name) in names.into_iter().enumerate() {
        let middle = panel.area.top + share * (index as f64 + 0.5);
        if middle - size * 0.5 >= free_from {
            free_from = middle + size * 0.5;
            let at = (panel.area.left - GAP, middle);
            canvas.text(Text::new(name, at, size, QUIET).anchored(Anchor::End));
        }
    }
}

/// Rows with the blocks that are to be drawn of each.
type Rows<'a> = (&'a [StageRow], fn(&StageRow) -> &[StageBlock]);

/// Draws the blocks of each stage, from a time on.
fn draw_rows(canvas: &mut Canvas, (panel, scale): (&Panel, f64), (rows, blocks): Rows<'_>, begin: f64) {
    let share = panel.area.height() / rows.len() as f64;
    for (index, row) in rows.iter().enumerate() {
        let top = panel.area.top + share * index as f64;
        draw_row(canvas, (panel, scale), blocks(row), (begin, top, share));
    }
}

fn draw_row(
    canvas: &mut Canvas,
    (panel, scale): (&Panel, f64),
    blocks: &[StageBlock],
    (begin, top, share): (f64, f64, f64),
) {
    let gap = if share > NARROWEST_GAP { (share * 0.1).clamp(1.0, 8.0) } else { 0.0 };
    let mut from = begin;
    for block in blocks {
        let (left, right) = (panel.place(from / scale, 0.0).0, panel.place(block.until / scale, 0.0).0);
        from = block.until;
        let (upper_left, lower_right) = ((left, top + gap / 2.0), (right, top + share - gap / 2.0));
        canvas.push(Mark::Bar { upper_left, lower_right, color: color(block.state) });
    }
    // The end of the step, beyond which a shorter one has nothing.
    let end = panel.place(from / scale, 0.0).0;
    canvas.push(Mark::Line { through: vec![(end, top), (end, top + share)], color: PAPER, width: 1.0 });
}

/// The states that occur, with their shares of the time of the stages shown.
fn legend(rows: &[StageRow]) -> Vec<(String, Color)> {
    let all: f64 = rows.iter().flat_map(|row| row.seconds).sum();
    let entry = |state: StageState| {
        let seconds: f64 = rows.iter().map(|row| row.seconds[state as usize]).sum();
        (seconds > 0.0).then(|| (format!("{} {}", state.name(), share_words(seconds / all)), color(state)))
    };
    StageState::ALL.into_iter().filter_map(entry).collect()
}

fn share_words(share: f64) -> String {
    if share < LEAST_SAID { "below 0.1 %".to_owned() } else { format!("{} %", percent(share)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn timeline(system: &str, stages: usize) -> StageTimeline {
        let row = |stage: usize| {
            let ends = [0.5, 4.0, 9.0, 10.0];
            let states =
                [StageState::Bubble, StageState::Forward, StageState::Backward, StageState::Communication];
            let blocks = states.into_iter().zip(ends).map(|(state, until)| StageBlock { state, until });
            let mut seconds = [0.0; StageState::COUNT];
            states
                .into_iter()
                .zip([0.5, 3.5, 5.0, 1.0])
                .for_each(|(state, time)| seconds[state as usize] = time);
            StageRow { stage, rank: 8 * stage, blocks: blocks.collect(), last_blocks: Vec::new(), seconds }
        };
        StageTimeline {
            system: system.to_owned(),
            chips: 1152,
            setting: String::new(),
            step_seconds: 10.0,
            shown_ends: None,
            stages,
            rows: (0..stages.min(64)).map(row).collect(),
        }
    }

    #[test]
    fn every_block_of_every_stage_is_drawn_inside_the_figure() {
        for stages in [1, 16, 64, 128] {
            let mut report = example::two_systems(1);
            report.stage_timelines = vec![timeline("a", stages), timeline(&"long ".repeat(60), stages)];
            let drawing = draw_pipeline_timeline(&report).expect("steps were recorded");
            let mut bars = 0;
            for mark in &drawing.canvas.marks {
                if let Mark::Bar { upper_left, lower_right, .. } = mark {
                    bars += 1;
                    assert!(upper_left.0 < lower_right.0 && upper_left.1 < lower_right.1, "{mark:?}");
                    assert!(upper_left.0 >= 0.0 && lower_right.0 <= 1600.0 && lower_right.1 <= 1000.0);
                }
            }
            assert_eq!(bars, 2 * 4 * stages.min(64), "{stages} stages");
            assert_eq!(drawing.notes.len(), if stages > 64 { 2 } else { 0 });
            let share = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "forward 35.0 %");
            assert!(drawing.canvas.marks.iter().any(share));
        }
    }

    #[test]
    fn of_a_long_step_both_ends_are_drawn_side_by_side() {
        let mut report = example::two_systems(1);
        let mut long = timeline("a", 4);
        (long.step_seconds, long.shown_ends) = (500.0, Some(10.0));
        for row in &mut long.rows {
            let later = |block: &StageBlock| StageBlock { until: block.until + 490.0, ..*block };
            row.last_blocks = row.blocks.iter().map(later).collect();
        }
        report.stage_timelines = vec![long];
        let drawing = draw_pipeline_timeline(&report).expect("a step was recorded");
        let bars = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Bar { .. }));
        assert_eq!(bars.count(), 2 * 4 * 4);
        let [first, last] = drawing.canvas.panels[..] else { panic!("{:?}", drawing.canvas.panels) };
        assert!(first.right < last.left && (first.width() - last.width()).abs() < 1e-6, "{first:?} {last:?}");
        let tick = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "495");
        assert!(drawing.canvas.marks.iter().any(tick));
        let left_out =
            |mark: &Mark| matches!(mark, Mark::Text(text) if text.text.contains("both ends are shown"));
        assert!(drawing.canvas.marks.iter().any(left_out));
    }

    #[test]
    fn nothing_recorded_is_no_figure() {
        assert_eq!(draw_pipeline_timeline(&example::two_systems(1)), None);
    }
}
