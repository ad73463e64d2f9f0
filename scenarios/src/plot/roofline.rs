//! Kernels of a step below the roofs of their chip: the bandwidth of its memory, and its peaks.

use super::axis::{Axis, number_label};
use super::canvas::{Anchor, Canvas, Drawing, Mark, Place, Text};
use super::frame::draw_frame;
use super::grid::cells;
use super::line_labels::spread;
use super::panel::{Ends, Panel, Rect, X_TITLE_HEIGHT};
use super::style::{Color, FOOTER_SIZE, GRID, INK, LABEL_SIZE, QUIET, TICK_SIZE, series_color};
use super::text::{width, wrapped};
use crate::report::number::{chips, percent, rounded};
use crate::report::{FigureSize, Roofline, RooflineKernel, ScenarioReport};
use std::f64::consts::TAU;

const TITLE: &str = "Kernels of a step below the roofs of the chip";
const MEANING: &str = "Forward kernels of one micro-batch: their part of the time of all, which is the area of the disc, and what \
                       they reach of their roof. Bytes are those that must pass the memory once. Norms, activations and \
                       copies do no operations that count. Attention and head: 16 bits.";
const MOST_PANELS: usize = 4;
const TERA: f64 = 1e12;
/// The radius of a disc that is all of the time.
const WHOLE_RADIUS: f64 = 34.0;
const SMALLEST_RADIUS: f64 = 4.0;
const CORNERS: usize = 32;
const LABEL_GAP: f64 = 24.0;

/// Draws the figure; `None` when no kernels are known.
pub(super) fn draw_roofline(report: &ScenarioReport) -> Option<Drawing> {
    let known: Vec<&Roofline> = report.rooflines.iter().filter(|of| !of.kernels.is_empty()).collect();
    if known.is_empty() {
        return None;
    }
    // A column has no room for panels beside each other.
    let side_by_side = if report.figures.size == FigureSize::Column { 1 } else { 2 };
    let most = MOST_PANELS / 2 * side_by_side;
    let shown = &known[..known.len().min(most)];
    let mut notes = Vec::new();
    if shown.len() < known.len() {
        notes.push(format!("Shows the first {most} of {} systems.", known.len()));
    }
    let mut canvas = Canvas::default();
    let footnotes: Vec<String> = std::iter::once(MEANING.to_owned()).chain(notes.iter().cloned()).collect();
    let room = draw_frame(&mut canvas, report, TITLE, &footnotes);
    let columns = shown.len().min(side_by_side);
    let above = Rect { bottom: room.bottom - X_TITLE_HEIGHT, ..room };
    let axes = axes(shown);
    for (index, (of, room)) in shown.iter().zip(cells(shown.len(), columns, above, (36.0, 16.0))).enumerate()
    {
        let (mut x, y) = axes.clone();
        let is_lowest = index + columns >= shown.len();
        let bottom = if is_lowest { room.bottom + X_TITLE_HEIGHT } else { room.bottom };
        x.title = if is_lowest { x.title } else { String::new() };
        draw_panel(&mut canvas, of, (x, y), Rect { bottom, ..room });
    }
    Some(Drawing { title: TITLE.to_owned(), canvas, notes })
}

fn draw_panel(canvas: &mut Canvas, of: &Roofline, (x, y): (Axis, Axis), room: Rect) {
    let setting = if of.setting.is_empty() { String::new() } else { format!(", {}", of.setting) };
    let title = format!("{}, {}{setting}", of.system, chips(of.chips));
    for line in wrapped(&title, LABEL_SIZE, room.width(), 1) {
        canvas.text(Text::new(line, (room.left, room.top + LABEL_SIZE * 0.5), LABEL_SIZE, INK));
    }
    let labels: Vec<String> = of.kernels.iter().map(|kernel| label(of, kernel)).collect();
    let widest = labels.iter().map(|label| width(label, FOOTER_SIZE)).fold(0.0, f64::max);
    let inner = Rect { top: room.top + LABEL_SIZE * 1.4, right: room.right - widest - LABEL_GAP, ..room };
    let (from, to) = (x.low, x.high);
    let lowest = y.low * TERA;
    let panel = Panel::new(inner, x, y, Ends::Flush);
    panel.draw(canvas);
    draw_roofs(canvas, &panel, of, (from, to, lowest));
    let centres: Vec<Place> = of.kernels.iter().map(|kernel| centre(&panel, kernel)).collect();
    draw_labels(canvas, &panel, &centres, &labels);
    for (kernel, at) in of.kernels.iter().zip(&centres) {
        let radius = (WHOLE_RADIUS * kernel.time_share.sqrt()).max(SMALLEST_RADIUS);
        disc(canvas, *at, radius, color(kernel));
    }
}

/// Axes that all panels share, so that chips can be compared.
fn axes(shown: &[&Roofline]) -> (Axis, Axis) {
    let lowest =
        |values: &dyn Fn(&Roofline) -> f64| shown.iter().map(|of| values(of)).fold(f64::INFINITY, f64::min);
    let highest = |values: &dyn Fn(&Roofline) -> f64| shown.iter().map(|of| values(of)).fold(0.0, f64::max);
    let ridge = |of: &Roofline| of.peak / of.memory_bandwidth;
    let intensities = |of: &Roofline| of.kernels.iter().map(RooflineKernel::intensity).collect::<Vec<_>>();
    let left = lowest(&|of| intensities(of).into_iter().fold(ridge(of) / 4.0, f64::min)) / 2.0;
    let right = highest(&|of| intensities(of).into_iter().fold(ridge(of), f64::max)) * 2.0;
    let slowest = lowest(&|of| {
        of.kernels.iter().map(RooflineKernel::rate).fold(ridge(of) / 8.0 * of.memory_bandwidth, f64::min)
    });
    let fastest = highest(&|of| of.peak.max(of.peak_bf16));
    (
        Axis::decades("intensity (FLOP/byte)", (left, right), number_label),
        Axis::decades("TFLOP/s", (slowest / 1.5 / TERA, fastest * 1.6 / TERA), number_label),
    )
}

fn centre(panel: &Panel, kernel: &RooflineKernel) -> Place {
    panel.place(kernel.intensity(), kernel.rate() / TERA)
}

/// The colour of what a kernel is.
fn color(kernel: &RooflineKernel) -> Color {
    let index = match kernel.name.as_str() {
        "attention" => 0,
        "attention in" | "attention out" | "queries down" | "queries up" | "kv down" | "kv up" => 3,
        "head" => 2,
        name if name.starts_with("experts") => 5,
        _ => 1,
    };
    series_color(index)
}

fn label(of: &Roofline, kernel: &RooflineKernel) -> String {
    let roof = of.peak.min(of.memory_bandwidth * kernel.intensity());
    format!("{}: {}, {}", kernel.name, share(kernel.time_share), share(kernel.rate() / roof))
}

/// A share in whole percent, as far as that says anything.
fn share(share: f64) -> String {
    if share < 0.01 { format!("{} %", percent(share)) } else { format!("{:.0} %", share * 100.0) }
}

fn draw_roofs(canvas: &mut Canvas, panel: &Panel, of: &Roofline, (from, to, lowest): (f64, f64, f64)) {
    let bandwidth = of.memory_bandwidth;
    let line = |canvas: &mut Canvas, ends: [(f64, f64); 2], color: Color| {
        let through = ends.map(|(intensity, rate)| panel.place(intensity, rate / TERA)).to_vec();
        canvas.push(Mark::Line { through, color, width: 3.0 });
    };
    let begins = from.max(lowest / bandwidth);
    let ridge = of.peak / bandwidth;
    line(canvas, [(begins, begins * bandwidth), (ridge, of.peak)], INK);
    line(canvas, [(ridge, of.peak), (to, of.peak)], INK);
    let peak = format!("{} peak {} TFLOP/s", of.precision, rounded(of.peak / TERA));
    let (right, top) = panel.place(to, of.peak / TERA);
    above(canvas, &peak, (right, top - TICK_SIZE * 0.55), panel);
    if (of.peak_bf16 / of.peak - 1.0).abs() > 1e-6 {
        let ridge = of.peak_bf16 / bandwidth;
        line(canvas, [(ridge, of.peak_bf16), (to, of.peak_bf16)], QUIET);
        let text = format!("16 bits {} TFLOP/s", rounded(of.peak_bf16 / TERA));
        let (right, top) = panel.place(to, of.peak_bf16 / TERA);
        above(canvas, &text, (right, top - TICK_SIZE * 0.55), panel);
    }
    let memory = format!("memory {} GB/s", rounded(bandwidth / 1e9));
    // Below the line, near its foot, where no kernel is.
    let foot = begins * (ridge / begins).powf(0.1);
    let (x, y) = panel.place(foot, foot * bandwidth / TERA);
    canvas.text(Text::new(memory, (x + LABEL_GAP, y), FOOTER_SIZE, INK));
}

/// A text that ends at a place inside the panel.
fn above(canvas: &mut Canvas, text: &str, at: Place, panel: &Panel) {
    let at = (at.0.min(panel.area.right) - 4.0, at.1.max(panel.area.top + FOOTER_SIZE * 0.5));
    canvas.text(Text::new(text, at, FOOTER_SIZE, INK).anchored(Anchor::End));
}

/// Names the discs at the right, each tied to its own.
fn draw_labels(canvas: &mut Canvas, panel: &Panel, centres: &[Place], labels: &[String]) {
    let heights = vec![FOOTER_SIZE * 1.35; labels.len()];
    let middles = spread(centres, &heights, (panel.area.top, panel.area.bottom));
    let left = panel.area.right + LABEL_GAP;
    for ((label, centre), middle) in labels.iter().zip(centres).zip(middles) {
        let through = vec![*centre, (panel.area.right, middle), (left - 6.0, middle)];
        canvas.push(Mark::Line { through, color: GRID, width: 2.0 });
        canvas.text(Text::new(label, (left, middle), FOOTER_SIZE, INK));
    }
}

fn disc(canvas: &mut Canvas, (x, y): Place, radius: f64, color: Color) {
    let corner = |index: usize| {
        let angle = TAU * index as f64 / CORNERS as f64;
        (x + radius * angle.cos(), y + radius * angle.sin())
    };
    let corners: Vec<Place> = (0..CORNERS).map(corner).collect();
    canvas.push(Mark::Area { corners, color, opacity: 0.75 });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn roofline(system: &str) -> Roofline {
        let kernel = |name: &str, intensity: f64, share: f64, time_share| {
            let (peak, bandwidth) = (1e15_f64, 4e12);
            let bytes = 1e9;
            let seconds = intensity * bytes / (peak.min(bandwidth * intensity) * share);
            RooflineKernel { name: name.to_owned(), flops: intensity * bytes, bytes, seconds, time_share }
        };
        Roofline {
            system: system.to_owned(),
            chips: 1152,
            setting: String::new(),
            precision: "fp8".to_owned(),
            peak: 1e15,
            peak_bf16: 5e14,
            memory_bandwidth: 4e12,
            kernels: vec![
                kernel("feed-forward up", 2000.0, 0.7, 0.6),
                kernel("attention", 40.0, 0.5, 0.3),
                kernel("head", 800.0, 0.45, 0.1),
            ],
        }
    }

    #[test]
    fn every_kernel_is_a_disc_below_its_roof() {
        let mut report = example::two_systems(1);
        assert_eq!(draw_roofline(&report), None);
        report.rooflines = vec![roofline("one"), roofline(&"very long ".repeat(30))];
        let drawing = draw_roofline(&report).expect("kernels are known");
        let discs: Vec<&Vec<Place>> = drawing
            .canvas
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Area { corners, .. } => Some(corners),
                _ => None,
            })
            .collect();
        assert_eq!(discs.len(), 2 * 3);
        for (x, y) in discs.iter().flat_map(|corners| corners.iter()) {
            assert!((0.0..1600.0).contains(x) && (0.0..1000.0).contains(y), "{x} {y}");
        }
        let text = |wanted: &str| {
            let is = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text == wanted);
            drawing.canvas.marks.iter().any(is)
        };
        assert!(text("attention: 30 %, 50 %"));
        assert!(text("fp8 peak 1,000 TFLOP/s") && text("16 bits 500 TFLOP/s") && text("memory 4,000 GB/s"));
    }
}
