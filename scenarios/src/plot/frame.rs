//! What surrounds every figure: title, subtitle, footnotes and the line that says which run it shows.

use super::canvas::{Canvas, Text};
use super::panel::Rect;
use super::style::{FOOTER_SIZE, HEIGHT, INK, MARGIN, QUIET, TICK_SIZE, TITLE_SIZE, WIDTH};
use super::text::wrapped;
use crate::report::ScenarioReport;

const MOST_SUBTITLE_LINES: usize = 2;
const MOST_FOOTNOTE_LINES: usize = 3;

/// The words around a figure.
pub(super) struct Words<'a> {
    pub(super) title: &'a str,
    pub(super) subtitle: &'a str,
    /// What it shows, under the figure.
    pub(super) source: &'a str,
}

/// Draws the surroundings and returns the room inside.
pub(super) fn draw_frame(
    canvas: &mut Canvas,
    report: &ScenarioReport,
    title: &str,
    footnotes: &[String],
) -> Rect {
    let (subtitle, source) = (subtitle(report), source(report));
    draw_frame_with(canvas, &Words { title, subtitle: &subtitle, source: &source }, footnotes)
}

/// Draws these words and returns the room inside.
pub(super) fn draw_frame_with(canvas: &mut Canvas, words: &Words<'_>, footnotes: &[String]) -> Rect {
    let widest = WIDTH - 2.0 * MARGIN;
    let mut top = MARGIN + TITLE_SIZE * 0.5;
    for line in wrapped(words.title, TITLE_SIZE, widest, 1) {
        canvas.text(Text::new(line, (MARGIN, top), TITLE_SIZE, INK));
    }
    top += TITLE_SIZE * 0.5 + 28.0;
    for line in wrapped(words.subtitle, TICK_SIZE, widest, MOST_SUBTITLE_LINES) {
        canvas.text(Text::new(line, (MARGIN, top), TICK_SIZE, QUIET));
        top += TICK_SIZE * 1.25;
    }
    let mut bottom = HEIGHT - MARGIN * 0.75;
    canvas.text(Text::new(words.source, (MARGIN, bottom), FOOTER_SIZE, QUIET));
    let notes = wrapped(&footnotes.join(" "), FOOTER_SIZE, widest, MOST_FOOTNOTE_LINES);
    for line in notes.into_iter().rev() {
        bottom -= FOOTER_SIZE * 1.4;
        canvas.text(Text::new(line, (MARGIN, bottom), FOOTER_SIZE, INK));
    }
    Rect { left: MARGIN, top: top + 16.0, right: WIDTH - MARGIN, bottom: bottom - FOOTER_SIZE * 1.2 }
}

fn subtitle(report: &ScenarioReport) -> String {
    if report.question.is_empty() { report.results.scenario.clone() } else { report.question.clone() }
}

fn source(report: &ScenarioReport) -> String {
    let results = &report.results;
    let digest: String = results.digest.chars().take(16).collect();
    format!("Copperlight · {} · seed {} · digest {digest}", results.scenario, results.seed)
}
