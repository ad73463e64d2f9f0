//! What the fullest chip holds: a stacked bar of memory terms for each system and point, with what a chip has.

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Drawing};
use super::frame::draw_frame;
use super::point_rows::{PointRow, point_rows};
use super::row_chart::{Row, RowChart, chosen};
use super::style::{Color, MOST_SERIES, series_color};
use crate::report::number::rounded;
use crate::report::{MEMORY_CAPACITY, MEMORY_TOTAL, PointResult, ScenarioReport};
use std::collections::BTreeMap;

const TITLE: &str = "Memory of the fullest chip";
const MEANING: &str = "Upright lines: what a chip has.";

/// Terms without those that sum up.
type Terms = BTreeMap<String, f64>;

/// Memory of one point.
struct Memory {
    terms: Terms,
    total: f64,
    capacity: Option<f64>,
}

/// Draws the figure; `None` when no point knows its memory.
pub(super) fn draw_memory(report: &ScenarioReport) -> Option<Drawing> {
    let mut canvas = Canvas::default();
    canvas.resize(report.figures.size);
    let (points, note) = chosen(point_rows(report, &memory), canvas.height, "points");
    let notes: Vec<String> = note.into_iter().collect();
    let names = names(&points);
    let ends = points.iter().map(|row| row.value.total.max(row.value.capacity.unwrap_or(0.0)));
    let longest = ends.fold(0.0, f64::max);
    if longest <= 0.0 {
        return None;
    }
    let footnotes = [&[MEANING.to_owned()], &notes[..]].concat();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let row = |row: &PointRow<Memory>| Row {
        parts: parts(&row.value, &names),
        limit: row.value.capacity,
        end: end(&row.value),
        ..row.row()
    };
    let legend = names.iter().enumerate().map(|(index, name)| (name.replace('_', " "), color(index)));
    let x = Axis::span("memory (GB)", longest, number_label);
    RowChart { x, rows: points.iter().map(row).collect(), legend: legend.collect() }.draw(&mut canvas, room);
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

fn memory(point: &PointResult) -> Option<Memory> {
    let mut terms = point.memory_gb.clone()?;
    let total = point.memory_needed_gb()?;
    terms.remove(MEMORY_TOTAL);
    Some(Memory { total, capacity: terms.remove(MEMORY_CAPACITY), terms })
}

/// The names of all terms, the largest first.
fn names(points: &[PointRow<Memory>]) -> Vec<&String> {
    let mut largest: BTreeMap<&String, f64> = BTreeMap::new();
    for (name, gigabytes) in points.iter().flat_map(|row| &row.value.terms).filter(|(_, size)| **size > 0.0) {
        let known = largest.entry(name).or_insert(0.0);
        *known = known.max(*gigabytes);
    }
    let mut names: Vec<(&String, f64)> = largest.into_iter().collect();
    names.sort_by(|one, other| other.1.total_cmp(&one.1));
    names.into_iter().map(|(name, _)| name).collect()
}

fn color(index: usize) -> Color {
    series_color((index + 1) % MOST_SERIES)
}

/// The terms in the order of the names; a total without terms is one part.
fn parts(memory: &Memory, names: &[&String]) -> Vec<(f64, Color)> {
    let of_term = |(index, name): (usize, &&String)| Some((*memory.terms.get(*name)?, color(index)));
    let parts: Vec<(f64, Color)> = names.iter().enumerate().filter_map(of_term).collect();
    if parts.is_empty() { vec![(memory.total, color(6))] } else { parts }
}

fn end(memory: &Memory) -> String {
    let total = rounded(memory.total);
    match memory.capacity {
        Some(capacity) if memory.total > capacity => format!("{total} of {}: too much", rounded(capacity)),
        Some(capacity) => format!("{total} of {}", rounded(capacity)),
        None => total,
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Mark;
    use super::*;
    use crate::report::example;

    fn bars(drawing: &Drawing) -> usize {
        drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Bar { .. })).count()
    }

    #[test]
    fn every_term_is_a_part_and_what_does_not_fit_is_drawn_too() {
        let mut report = example::two_systems(1);
        example::make_too_large(&mut report.results.results[1]);
        let drawing = draw_memory(&report).expect("the example has memory");
        // Three terms that fit, and one total of which no terms are known.
        assert_eq!(bars(&drawing), 3 + 1);
        let says = |words: &str| {
            let said = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == words);
            drawing.canvas.marks.iter().any(said)
        };
        assert!(says("88.8 of 192") && says("240 of 192: too much"), "{:?}", drawing.canvas.marks);
        report.results.results.iter_mut().for_each(|point| point.memory_gb = None);
        assert_eq!(draw_memory(&report), None);
    }
}
