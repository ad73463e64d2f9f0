//! The headline of every point of a sweep over two parameters, as colours: a panel for each system.

use super::canvas::{Anchor, Canvas, Drawing, Mark, Text};
use super::frame::draw_frame;
use super::grid::cells;
use super::panel::Rect;
use super::ramp::{STEPS, ramp, text_on};
use super::style::{Color, FOOTER_SIZE, GRID, INK, LABEL_SIZE, PAPER, QUIET, TICK_SIZE};
use super::sweep_grid::{Cell, Direction, Plane, SweepGrid, sweep_grid};
use super::text::{width, wrapped};
use crate::report::ScenarioReport;

const TITLE: &str = "Every point of the sweep";
const MOST_PANELS: usize = 4;
/// Room for the scale at the right.
const SCALE_WIDTH: f64 = 190.0;
const SMALLEST_TEXT: f64 = 13.0;
const LARGEST_TEXT: f64 = 26.0;
const GAP: f64 = 12.0;
/// How many steps the scale is drawn in.
const SCALE_STEPS: usize = STEPS;

/// Draws the figure; `None` unless exactly two parameters vary.
pub(super) fn draw_heat_map(report: &ScenarioReport) -> Option<Drawing> {
    let mut grid = sweep_grid(report)?;
    let mut notes = Vec::new();
    if grid.planes.len() > MOST_PANELS {
        notes.push(format!("Shows the first {MOST_PANELS} of {} systems.", grid.planes.len()));
        grid.planes.truncate(MOST_PANELS);
    }
    let range = Range::of(&grid)?;
    let mut footnotes = meanings(&grid);
    footnotes.extend(notes.iter().cloned());
    let mut canvas = Canvas::default();
    let title = format!("{TITLE}: {}", grid.headline.title);
    let room = draw_frame(&mut canvas, report, &title, &footnotes);
    let (map, scale) = (
        Rect { right: room.right - SCALE_WIDTH, ..room },
        Rect { left: room.right - SCALE_WIDTH + 48.0, ..room },
    );
    let columns = if grid.planes.len() > 1 { 2 } else { 1 };
    for (plane, room) in grid.planes.iter().zip(cells(grid.planes.len(), columns, map, (32.0, 20.0))) {
        draw_plane(&mut canvas, (&grid, plane, range), room);
    }
    draw_scale(&mut canvas, &grid, range, scale);
    Some(Drawing { title, canvas, notes })
}

/// What marks mean that are in the figure.
fn meanings(grid: &SweepGrid) -> Vec<String> {
    let any =
        |wanted: Cell| grid.planes.iter().flat_map(|plane| plane.cells.values()).any(|cell| *cell == wanted);
    let mut meanings = vec!["Framed: the highest of each system.".to_owned()];
    meanings.extend(any(Cell::DoesNotFit).then(|| "Hatched: does not fit in memory.".to_owned()));
    meanings.extend(any(Cell::Failed).then(|| "Crossed: could not be simulated.".to_owned()));
    meanings
}

/// The lowest and the highest value of all cells.
#[derive(Debug, Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    fn of(grid: &SweepGrid) -> Option<Self> {
        let values =
            grid.planes.iter().flat_map(|plane| plane.cells.values()).filter_map(|cell| match cell {
                Cell::Value(value) => Some(*value),
                Cell::DoesNotFit | Cell::Failed => None,
            });
        let (low, high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        (low <= high).then_some(Self { low, high })
    }

    fn share(self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 1.0 }
    }
}

fn draw_plane(canvas: &mut Canvas, (grid, plane, range): (&SweepGrid, &Plane, Range), room: Rect) {
    for line in wrapped(&plane.system, LABEL_SIZE, room.width(), 1) {
        canvas.text(Text::new(line, (room.left, room.top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let labels = grid.upward.values.iter().map(|value| width(value, FOOTER_SIZE)).fold(0.0, f64::max);
    let area = Rect {
        left: room.left + labels.min(room.width() * 0.3) + TICK_SIZE + 2.0 * GAP,
        top: room.top + LABEL_SIZE * 1.3,
        right: room.right,
        bottom: room.bottom - FOOTER_SIZE * 1.4 - TICK_SIZE * 1.4,
    };
    let (columns, rows) = (grid.across.values.len(), grid.upward.values.len());
    let place = |(column, row): (usize, usize)| {
        let (wide, high) = (area.width() / columns as f64, area.height() / rows as f64);
        let (left, bottom) = (area.left + column as f64 * wide, area.bottom - row as f64 * high);
        Rect { left, top: bottom - high, right: left + wide, bottom }
    };
    let size = text_size(grid, plane, place((0, 0)));
    for (at, cell) in &plane.cells {
        draw_cell(canvas, place(*at), (*cell, range), grid.headline.words, size);
    }
    draw_best(canvas, plane, place);
    draw_names(canvas, (&grid.across, &grid.upward), area);
}

/// The size at which all values of a panel fit into their cells; `None` where they would be too small to read.
fn text_size(grid: &SweepGrid, plane: &Plane, cell: Rect) -> Option<f64> {
    let words = plane.cells.values().filter_map(|cell| match cell {
        Cell::Value(value) => Some((grid.headline.words)(*value)),
        Cell::DoesNotFit | Cell::Failed => None,
    });
    let widest = words.map(|word| width(&word, LARGEST_TEXT)).fold(1.0, f64::max);
    let size =
        LARGEST_TEXT * ((cell.width() - 6.0) / widest).min((cell.height() - 4.0) / LARGEST_TEXT).min(1.0);
    (size >= SMALLEST_TEXT).then_some(size)
}

fn draw_cell(
    canvas: &mut Canvas,
    at: Rect,
    (cell, range): (Cell, Range),
    words: fn(f64) -> String,
    size: Option<f64>,
) {
    let middle = ((at.left + at.right) / 2.0, (at.top + at.bottom) / 2.0);
    match cell {
        Cell::Value(value) => {
            let share = range.share(value);
            fill(canvas, at, ramp(share));
            if let Some(size) = size {
                let text = Text::new(words(value), middle, size, text_on(share));
                canvas.text(text.anchored(Anchor::Middle));
            }
        }
        Cell::DoesNotFit => {
            fill(canvas, at, GRID);
            hatch(canvas, at);
            let text = "does not fit";
            let size = LARGEST_TEXT.min(LARGEST_TEXT * (at.width() - 10.0) / width(text, LARGEST_TEXT));
            if size >= SMALLEST_TEXT && at.height() > size * 1.6 {
                let half = width(text, size) / 2.0 + 4.0;
                let (top, bottom) = (middle.1 - size * 0.6, middle.1 + size * 0.6);
                fill(canvas, Rect { left: middle.0 - half, right: middle.0 + half, top, bottom }, GRID);
                canvas.text(Text::new(text, middle, size, INK).anchored(Anchor::Middle));
            }
        }
        Cell::Failed => {
            fill(canvas, at, GRID);
            canvas.segment((at.left, at.top), (at.right, at.bottom), QUIET, 2.0);
            canvas.segment((at.left, at.bottom), (at.right, at.top), QUIET, 2.0);
        }
    }
}

fn fill(canvas: &mut Canvas, Rect { left, top, right, bottom }: Rect, color: Color) {
    canvas.push(Mark::Bar { upper_left: (left, top), lower_right: (right, bottom), color });
}

/// Lines from lower left to upper right that end at the border.
fn hatch(canvas: &mut Canvas, at: Rect) {
    let distance = 14.0_f64.min(at.width().min(at.height()) / 2.0).max(3.0);
    let count = ((at.width() + at.height()) / distance) as usize;
    for offset in (1..=count).map(|line| line as f64 * distance) {
        let from = if offset <= at.height() {
            (at.left, at.top + offset)
        } else {
            (at.left + offset - at.height(), at.bottom)
        };
        let to = if offset <= at.width() {
            (at.left + offset, at.top)
        } else {
            (at.right, at.top + offset - at.width())
        };
        canvas.segment(from, to, QUIET, 1.0);
    }
}

/// A frame around the highest value, the first of equal ones.
fn draw_best(canvas: &mut Canvas, plane: &Plane, place: impl Fn((usize, usize)) -> Rect) {
    let mut best: Option<((usize, usize), f64)> = None;
    for (at, cell) in &plane.cells {
        if let Cell::Value(value) = cell
            && best.is_none_or(|(_, highest)| *value > highest)
        {
            best = Some((*at, *value));
        }
    }
    let Some((at, _)) = best.filter(|_| plane.cells.len() > 1) else { return };
    let Rect { left, top, right, bottom } = place(at);
    let through = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    // Ink between two lines of paper is seen on every colour.
    canvas.push(Mark::Line { through: through.clone(), color: PAPER, width: 10.0 });
    canvas.push(Mark::Line { through, color: INK, width: 4.0 });
}

/// Values of both parameters along the edges, as many as have room, and the names of the parameters.
fn draw_names(canvas: &mut Canvas, (across, upward): (&Direction, &Direction), area: Rect) {
    let mut free_from = f64::NEG_INFINITY;
    for (column, value) in across.values.iter().enumerate() {
        let x = area.left + area.width() * (column as f64 + 0.5) / across.values.len() as f64;
        let half = width(value, FOOTER_SIZE) / 2.0;
        if x - half >= free_from {
            free_from = x + half + GAP;
            let at = (x, area.bottom + FOOTER_SIZE * 0.8);
            canvas.text(Text::new(value, at, FOOTER_SIZE, QUIET).anchored(Anchor::Middle));
        }
    }
    let mut free_from = f64::INFINITY;
    for (row, value) in upward.values.iter().enumerate() {
        let y = area.bottom - area.height() * (row as f64 + 0.5) / upward.values.len() as f64;
        if y + FOOTER_SIZE * 0.5 <= free_from {
            free_from = y - FOOTER_SIZE * 0.6;
            let at = (area.left - GAP, y);
            for line in wrapped(value, FOOTER_SIZE, area.width() * 0.42, 1) {
                canvas.text(Text::new(line, at, FOOTER_SIZE, QUIET).anchored(Anchor::End));
            }
        }
    }
    let below = ((area.left + area.right) / 2.0, area.bottom + FOOTER_SIZE * 1.4 + TICK_SIZE * 0.6);
    for line in wrapped(&across.name, TICK_SIZE, area.width(), 1) {
        canvas.text(Text::new(line, below, TICK_SIZE, INK).anchored(Anchor::Middle));
    }
    let labels = upward.values.iter().map(|value| width(value, FOOTER_SIZE)).fold(0.0, f64::max);
    let left = area.left - labels.min(area.width() * 0.42) - 2.0 * GAP - TICK_SIZE * 0.4;
    for line in wrapped(&upward.name, TICK_SIZE, area.height(), 1) {
        let at = (left, (area.top + area.bottom) / 2.0);
        canvas.text(Text::new(line, at, TICK_SIZE, INK).anchored(Anchor::Middle).upward());
    }
}

/// The colours of values, from the lowest at the bottom to the highest.
fn draw_scale(canvas: &mut Canvas, grid: &SweepGrid, range: Range, room: Rect) {
    let area = Rect {
        top: room.top + LABEL_SIZE * 1.3,
        right: room.left + 30.0,
        bottom: room.bottom - 60.0,
        ..room
    };
    // Each step lies over the lower part of those above it, so that no seams are seen.
    for step in (0..SCALE_STEPS).rev() {
        let top = area.bottom - area.height() * (step + 1) as f64 / SCALE_STEPS as f64;
        fill(canvas, Rect { top, ..area }, ramp(step as f64 / (SCALE_STEPS - 1) as f64));
    }
    let values = if range.high > range.low { vec![0.0, 0.25, 0.5, 0.75, 1.0] } else { vec![1.0] };
    for share in values {
        let text = (grid.headline.words)(range.low + (range.high - range.low) * share);
        let at = (area.right + GAP, area.bottom - area.height() * share);
        canvas.text(Text::new(text, at, FOOTER_SIZE, INK));
    }
    let at = (area.left - 18.0, (area.top + area.bottom) / 2.0);
    canvas.text(Text::new(grid.headline.title, at, FOOTER_SIZE, INK).anchored(Anchor::Middle).upward());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{PointResult, example};

    /// A sweep of `columns` by `rows` points of each system.
    pub(super) fn swept(columns: u64, rows: u64) -> ScenarioReport {
        let mut report = example::two_systems(1);
        let systems = report.results.results.clone();
        let at = |of: &PointResult, column: u64, row: u64| PointResult {
            point: [
                ("workload.micro_batch".to_owned(), column.into()),
                ("a.b.tensor".to_owned(), row.into()),
            ]
            .into(),
            mfu: Some(0.2 + 0.01 * (column * rows + row) as f64 / (columns * rows) as f64),
            ..of.clone()
        };
        let points = systems.iter().flat_map(|of| {
            (0..columns).flat_map(move |column| (0..rows).map(move |row| at(of, column, row)))
        });
        report.results.results = points.collect();
        report
    }

    fn texts(drawing: &Drawing, wanted: &str) -> usize {
        let is = |mark: &&Mark| matches!(mark, Mark::Text(text) if text.text == wanted);
        drawing.canvas.marks.iter().filter(is).count()
    }

    #[test]
    fn every_point_is_a_cell() {
        for (columns, rows) in [(2, 2), (5, 3), (40, 40)] {
            let drawing = draw_heat_map(&swept(columns, rows)).expect("two parameters vary");
            let bars = drawing.canvas.marks.iter().filter(|mark| matches!(mark, Mark::Bar { .. })).count();
            assert_eq!(bars, 2 * (columns * rows) as usize + SCALE_STEPS, "{columns} x {rows}");
            for mark in &drawing.canvas.marks {
                if let Mark::Bar { upper_left, lower_right, .. } = mark {
                    assert!(upper_left.0 >= 0.0 && lower_right.0 <= 1600.0, "{mark:?}");
                    assert!(upper_left.1 >= 0.0 && lower_right.1 <= 1000.0, "{mark:?}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_hatched_and_said() {
        let mut report = swept(3, 3);
        example::make_too_large(&mut report.results.results[4]);
        report.results.results[5] =
            PointResult { mfu: None, error: Some("cut off".to_owned()), ..report.results.results[5].clone() };
        let drawing = draw_heat_map(&report).expect("two parameters vary");
        assert_eq!(texts(&drawing, "does not fit"), 1);
        let crossed =
            |mark: &Mark| matches!(mark, Mark::Text(text) if text.text.contains("Crossed: could not be"));
        assert!(drawing.canvas.marks.iter().any(crossed));
    }

    #[test]
    fn one_parameter_or_three_are_no_map() {
        assert_eq!(draw_heat_map(&swept(1, 4)), None);
        let mut report = swept(2, 2);
        for (index, point) in report.results.results.iter_mut().enumerate() {
            point.point.insert("a.third".to_owned(), (index % 3).into());
        }
        assert_eq!(draw_heat_map(&report), None);
    }
}
