//! Curves of a sweep for a terminal: lines of braille dots, and a letter at every point.

use super::number::{grouped, rounded, size};
use super::page::{Page, TextStyle};
use super::points::{label_setting, short_name, varying_parameters};
use super::results::{PointResult, ScenarioResults};
use serde_json::Value;

/// Rows and columns of characters, each of which holds two dots beside each other and four above each other.
const HEIGHT: usize = 8;
const WIDEST: usize = 64;

/// What stands before the plot: a label of the axis.
const MARGIN: usize = 9;

/// The letters of the curves; of more systems than these nothing is drawn.
const MARKERS: [char; 6] = ['o', 'x', '+', '*', '#', '@'];

/// One curve, by ascending x.
struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

/// What is drawn against what.
struct Chart {
    title: String,
    /// How an end of the horizontal axis is written.
    end: fn(f64) -> String,
    curves: Vec<Curve>,
}

/// The curves of a sweep; `None` where a page takes none, or nothing varies along one axis.
pub(super) fn of_results(results: &ScenarioResults, page: Page) -> Option<String> {
    if page.style == TextStyle::Plain {
        return None;
    }
    let points = &results.results;
    let chart = if points.iter().any(|point| point.collective.is_some()) {
        by_size(points)
    } else {
        let several = points.iter().any(|point| point.chips != points[0].chips);
        if several { by_chips(points) } else { by_parameter(points)? }
    };
    let is_line = |curve: &Curve| curve.points.len() > 1;
    let drawable = chart.curves.iter().any(is_line) && chart.curves.len() <= MARKERS.len();
    drawable.then(|| drawn(&chart, WIDEST.min(page.width.saturating_sub(MARGIN + 1))))
}

fn by_size(points: &[PointResult]) -> Chart {
    let place = |point: &PointResult| format!("{} ({} chips)", point.system, grouped(point.chips));
    let found = points.iter().filter_map(|point| {
        let row = point.collective.as_ref()?;
        Some((place(point), (row.size_bytes as f64, row.busbw_gb_per_s?)))
    });
    let title = "Bus bandwidth (GB/s) against size".to_owned();
    Chart { title, end: |bytes| size(bytes as u64), curves: curves(found) }
}

fn by_chips(points: &[PointResult]) -> Chart {
    let settings = varying_parameters(points);
    let name = |point: &PointResult| named(&point.system, &label_setting(point, &settings));
    let found =
        points.iter().filter_map(|point| Some((name(point), (point.chips as f64, point.mfu? * 100.0))));
    Chart {
        title: "MFU (%) against chips".to_owned(),
        end: |chips| grouped(chips as u64),
        curves: curves(found),
    }
}

/// Along the one swept value that is a number.
fn by_parameter(points: &[PointResult]) -> Option<Chart> {
    let settings = varying_parameters(points);
    let [parameter] = settings.as_slice() else { return None };
    let found = points.iter().filter_map(|point| {
        let x = point.point.get(parameter).and_then(Value::as_f64)?;
        Some((point.system.clone(), (x, point.mfu? * 100.0)))
    });
    let title = format!("MFU (%) against {}", short_name(parameter, &settings).replace('_', " "));
    Some(Chart { title, end: rounded, curves: curves(found) })
}

fn named(system: &str, setting: &str) -> String {
    if setting.is_empty() { system.to_owned() } else { format!("{system}, {setting}") }
}

fn curves(found: impl Iterator<Item = (String, (f64, f64))>) -> Vec<Curve> {
    let mut curves: Vec<Curve> = Vec::new();
    for (name, point) in found {
        match curves.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve { name, points: vec![point] }),
        }
    }
    for curve in &mut curves {
        curve.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    curves
}

/// The lowest and the highest of some values.
fn ends(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| [low.min(value), high.max(value)])
}

fn drawn(chart: &Chart, width: usize) -> String {
    let all = || chart.curves.iter().flat_map(|curve| &curve.points);
    let ([left, right], [low, high]) = (ends(all().map(|point| point.0)), ends(all().map(|point| point.1)));
    let along =
        |x: f64| if left > 0.0 { (x / left).ln() / (right / left).ln() } else { (x - left) / (right - left) };
    let above = |y: f64| if high > low { (y - low) / (high - low) } else { 0.5 };
    let (columns, rows) = ((2 * width - 1) as f64, (4 * HEIGHT - 1) as f64);
    let place = |&(x, y): &(f64, f64)| {
        let share = along(x);
        (if share.is_finite() { share * columns } else { 0.0 }, (1.0 - above(y)) * rows)
    };
    let mut canvas = Canvas { dots: vec![0; width * HEIGHT], letters: vec![None; width * HEIGHT], width };
    for (curve, marker) in chart.curves.iter().zip(MARKERS) {
        let places: Vec<(f64, f64)> = curve.points.iter().map(place).collect();
        places.windows(2).for_each(|pair| canvas.line(pair[0], pair[1]));
        places.iter().for_each(|at| canvas.letter(*at, marker));
    }
    let mut lines = vec![chart.title.clone()];
    for (index, row) in canvas.rows().into_iter().enumerate() {
        let label = match index {
            0 => rounded(high),
            _ if index + 1 == HEIGHT => rounded(low),
            _ => String::new(),
        };
        lines.push(format!("{label:>MARGIN$} {row}").trim_end().to_owned());
    }
    let (first, last) = ((chart.end)(left), (chart.end)(right));
    let blank = width.saturating_sub(first.chars().count());
    lines.push(format!("{:MARGIN$} {first}{last:>blank$}", ""));
    let legend = chart
        .curves
        .iter()
        .zip(MARKERS)
        .map(|(curve, marker)| format!("{:MARGIN$} {marker} {}", "", curve.name));
    lines.extend(legend);
    lines.join("\n")
}

/// Characters of braille, and letters above them.
struct Canvas {
    dots: Vec<u8>,
    letters: Vec<Option<char>>,
    width: usize,
}

impl Canvas {
    /// The bits of the dots of a character, from the top: left ones, right ones.
    const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

    fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let share = step as f64 / steps;
            let (x, y) = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            let (x, y) = (x.round() as usize, y.round() as usize);
            self.dots[(y / 4) * self.width + x / 2] |= Self::BITS[x % 2][y % 4];
        }
    }

    fn letter(&mut self, (x, y): (f64, f64), letter: char) {
        let (x, y) = (x.round() as usize, y.round() as usize);
        self.letters[(y / 4) * self.width + x / 2] = Some(letter);
    }

    fn rows(&self) -> Vec<String> {
        let dot =
            |dots: u8| if dots == 0 { ' ' } else { char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ') };
        let cells: Vec<char> = self
            .dots
            .iter()
            .zip(&self.letters)
            .map(|(dots, letter)| letter.unwrap_or_else(|| dot(*dots)))
            .collect();
        cells.chunks(self.width).map(|row| row.iter().collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_terminal_shows_a_curve_for_each_system_and_a_plain_page_none() {
        let results = example::two_systems(4).results;
        let terminal = Page::of_terminal(80, TextStyle::Drawn);
        let text = of_results(&results, terminal).expect("four sizes make a curve");
        assert_eq!(of_results(&results, Page::PLAIN), None);
        assert!(text.starts_with("MFU (%) against chips\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("o NVL72 copper") && text.contains("x CM384 optical"), "{text}");
        // Four points of each, and the letter of each in the legend.
        assert_eq!(text.lines().skip(1).take(HEIGHT).collect::<String>().matches('x').count(), 4, "{text}");
        assert!(text.chars().any(|dot| ('\u{2801}'..='\u{28ff}').contains(&dot)), "{text}");
        assert!(text.contains("1,152") && text.contains("9,216"), "{text}");
    }

    #[test]
    fn one_size_has_no_curve() {
        let terminal = Page::of_terminal(80, TextStyle::Drawn);
        assert_eq!(of_results(&example::two_systems(1).results, terminal), None);
    }
}
