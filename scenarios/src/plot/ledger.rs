//! Where the time of a step goes: a stacked bar of the ledger's terms for each system and point.

use super::axis::{Axis, number_label, percent_label};
use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::point_rows::{PointRow, point_rows};
use super::row_chart::{Row, RowChart, chosen};
use super::style::{Color, series_color};
use crate::report::number::{duration, time_unit};
use crate::report::{Breakdown, ScenarioReport};

const TITLE: &str = "Where the time of a training step goes";
const MEANING: &str =
    "Mean over ranks; what is named after a direction of parallelism is exposed communication.";
const MEANING_OF_SHARES: &str = "Mean over ranks, as shares of the step because steps differ much in length; what is \
                                 named after a direction of parallelism is exposed communication.";

/// Steps whose lengths differ by more than this factor are drawn equally long.
const SHARED_AXIS_FACTOR: f64 = 8.0;

/// The colour of a term, by its place in [`Breakdown::terms`].
const COLORS: [usize; 9] = [1, 0, 7, 3, 2, 4, 6, 5, 11];

/// Draws the figure; `None` when no point has a ledger.
pub(super) fn draw_ledger(report: &ScenarioReport) -> Option<Drawing> {
    let ledgers = point_rows(report, &|point| point.breakdown_s);
    let mut canvas = Canvas::default();
    canvas.resize(report.figures.size);
    let (ledgers, note) = chosen(ledgers, canvas.height, "points");
    let sums = || ledgers.iter().map(|row| sum(&row.value));
    let (longest, shortest) = (sums().fold(0.0, f64::max), sums().fold(f64::INFINITY, f64::min));
    if longest <= 0.0 {
        return None;
    }
    let as_shares = longest > shortest * SHARED_AXIS_FACTOR;
    let notes: Vec<String> = note.into_iter().collect();
    let meaning = if as_shares { MEANING_OF_SHARES } else { MEANING };
    let footnotes = [&[meaning.to_owned()], &notes[..]].concat();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let (scale, unit) = time_unit(longest);
    let x = match as_shares {
        true => Axis::span("share of the step", 1.0, percent_label),
        false => Axis::span(format!("time ({unit})"), longest / scale, number_label),
    };
    let row = |row: &PointRow<Breakdown>| {
        let sum = sum(&row.value);
        let one = if as_shares { sum } else { scale };
        let parts = row.value.terms().into_iter().enumerate();
        let parts = parts.map(|(term, (_, seconds))| (seconds.unwrap_or(0.0) / one, color(term)));
        Row { parts: parts.collect(), end: duration(sum), ..row.row() }
    };
    RowChart { x, rows: ledgers.iter().map(row).collect(), legend: legend(&ledgers) }.draw(&mut canvas, room);
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

fn sum(ledger: &Breakdown) -> f64 {
    ledger.terms().into_iter().filter_map(|(_, seconds)| seconds).sum()
}

fn color(term: usize) -> Color {
    series_color(COLORS[term])
}

/// The terms that take any time at some point.
fn legend(ledgers: &[PointRow<Breakdown>]) -> Vec<(String, Color)> {
    let terms = Breakdown::default().terms().into_iter().enumerate();
    let takes_time = |term: usize| {
        ledgers.iter().any(|row| row.value.terms()[term].1.is_some_and(|seconds| seconds > 0.0))
    };
    terms
        .filter(|(term, _)| takes_time(*term))
        .map(|(term, (name, _))| (name.to_owned(), color(term)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    #[test]
    fn every_term_of_every_point_is_a_part_and_parts_are_as_long_as_their_times() {
        let mut report = example::two_systems(2);
        let Drawing { canvas, notes, .. } = draw_ledger(&report).expect("the example has ledgers");
        let bars: Vec<(f64, Color)> = canvas
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Bar { upper_left, lower_right, color } => Some((lower_right.0 - upper_left.0, *color)),
                _ => None,
            })
            .collect();
        assert_eq!((bars.len(), notes.len()), (4 * 7, 0));
        let first = report.results.results[0].breakdown_s.expect("the point has a ledger");
        let ratio = first.tensor.expect("there is the term") / first.compute.expect("there is the term");
        assert!((bars[1].0 / bars[0].0 - ratio).abs() < 1e-9, "{bars:?}");
        report.results.results.iter_mut().for_each(example::make_too_large);
        assert_eq!(draw_ledger(&report), None);
    }

    #[test]
    fn steps_of_very_different_lengths_are_shares() {
        let report = example::two_systems(5);
        let Drawing { canvas, .. } = draw_ledger(&report).expect("the example has ledgers");
        let titled = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == "share of the step");
        assert!(canvas.marks.iter().any(titled));
    }
}
