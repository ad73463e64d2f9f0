//! What surrounds every figure: title, subtitle, footnotes and the line that says which run it shows.

use super::canvas::{Canvas, Text};
use super::panel::Rect;
use super::style::{FOOTER_SIZE, INK, MARGIN, QUIET, TICK_SIZE, TITLE_SIZE};
use super::text::{width, wrapped};
use crate::report::ScenarioReport;

/// What bands of curves are.
pub(super) const BANDS: &str =
    "Bands: ranged values of the catalog at their ends; an envelope, not confidence.";
/// The same of whiskers of bars.
pub(super) const WHISKERS: &str =
    "Whiskers: ranged values of the catalog at their ends; an envelope, not confidence.";

/// A title that is too wide is set smaller, down to this size, before it is cut.
const SMALLEST_TITLE: f64 = 34.0;
const MOST_TITLE_LINES: usize = 2;
const MOST_SUBTITLE_LINES: usize = 2;
const MOST_FOOTNOTE_LINES: usize = 3;

/// The words around a figure.
pub(super) struct Words<'a> {
    pub(super) title: &'a str,
    pub(super) subtitle: &'a str,
    /// What it shows, under the figure.
    pub(super) source: &'a str,
}

/// Gives the canvas the size that the report asks for, draws the surroundings and returns the room inside.
pub(super) fn draw_frame(
    canvas: &mut Canvas,
    report: &ScenarioReport,
    title: &str,
    footnotes: &[String],
) -> Rect {
    canvas.resize(report.figures.size);
    let (subtitle, source) = (subtitle(report), source(report));
    draw_frame_with(canvas, &Words { title, subtitle: &subtitle, source: &source }, footnotes)
}

/// Draws these words and returns the room inside.
pub(super) fn draw_frame_with(canvas: &mut Canvas, words: &Words<'_>, footnotes: &[String]) -> Rect {
    let widest = canvas.width - 2.0 * MARGIN;
    let size = (TITLE_SIZE * widest / width(words.title, TITLE_SIZE)).clamp(SMALLEST_TITLE, TITLE_SIZE);
    let mut top = MARGIN + size * 0.5;
    for line in wrapped(words.title, size, widest, MOST_TITLE_LINES) {
        canvas.text(Text::new(line, (MARGIN, top), size, INK));
        top += size * 1.15;
    }
    top += 23.0 - size * 0.65 + TITLE_SIZE * 0.5;
    for line in wrapped(words.subtitle, TICK_SIZE, widest, MOST_SUBTITLE_LINES) {
        canvas.text(Text::new(line, (MARGIN, top), TICK_SIZE, QUIET));
        top += TICK_SIZE * 1.25;
    }
    let mut bottom = canvas.height - MARGIN * 0.75;
    for line in wrapped(words.source, FOOTER_SIZE, widest, 1) {
        canvas.text(Text::new(line, (MARGIN, bottom), FOOTER_SIZE, QUIET));
    }
    let notes = wrapped(&footnotes.join(" "), FOOTER_SIZE, widest, MOST_FOOTNOTE_LINES);
    for line in notes.into_iter().rev() {
        bottom -= FOOTER_SIZE * 1.4;
        canvas.text(Text::new(line, (MARGIN, bottom), FOOTER_SIZE, INK));
    }
    Rect { left: MARGIN, top: top + 16.0, right: canvas.width - MARGIN, bottom: bottom - FOOTER_SIZE * 1.2 }
}

fn subtitle(report: &ScenarioReport) -> String {
    if report.question.is_empty() { report.results.scenario.clone() } else { report.question.clone() }
}

fn source(report: &ScenarioReport) -> String {
    let results = &report.results;
    let digest: String = results.digest.chars().take(16).collect();
    format!("Copperlight · {} · seed {} · digest {digest}", results.scenario, results.seed)
}
