//! A canvas as SVG and as PNG, by plotters. No other file draws with it.
//!
//! An SVG file follows its reader to a light or a dark ground; a PNG file is drawn on one of them.
//! The PNG is drawn at twice its size and averaged down, so that slanted edges are smooth.

use super::canvas::{Anchor, Canvas, Direction, Mark, Place, Text};
use super::style::{Color, Marker, PAPER};
use super::text::font;
use super::theme::{Ground, with_themes};
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text as TextElement};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontTransform, RGBColor, ShapeStyle};
use thiserror::Error;

/// Why a figure could not be drawn.
#[derive(Debug, Error)]
pub enum PlotError {
    /// The drawing library gave up.
    #[error("cannot draw the figure `{figure}`: {reason}")]
    Drawing {
        /// The figure's name.
        figure: String,
        /// What the library said.
        reason: String,
    },
}

/// How many pixels of the enlarged PNG, across and down, become one.
const ENLARGEMENT: u32 = 2;

/// Red, green and blue.
const CHANNELS: usize = 3;

/// In PNG files plotters sets text above the middle by this share of its size; SVG viewers do not.
const PNG_TEXT_DROP: f64 = 0.125;

const MARKER_RADIUS: f64 = 8.0;

/// The canvas as an SVG document, which carries the colours of both grounds.
pub(super) fn svg(canvas: &Canvas) -> Result<String, String> {
    let mut document = String::new();
    let pen = Pen { scale: 1.0, text_drop: 0.0, joins: Joins::ByViewer, ground: Ground::Light };
    draw_on(SVGBackend::with_string(&mut document, canvas.size()), canvas, &pen)?;
    Ok(with_themes(&document))
}

/// The canvas as a PNG file.
pub(super) fn png(canvas: &Canvas, ground: Ground) -> Result<Vec<u8>, String> {
    let (width, height) = canvas.size();
    let (wide, high) = (width * ENLARGEMENT, height * ENLARGEMENT);
    let mut pixels = vec![0; (wide * high) as usize * CHANNELS];
    let pen = Pen { scale: f64::from(ENLARGEMENT), text_drop: PNG_TEXT_DROP, joins: Joins::Drawn, ground };
    draw_on(BitMapBackend::with_buffer(&mut pixels, (wide, high)), canvas, &pen)?;
    encoded(&averaged(&pixels, width as usize), (width, height))
}

/// The mean of each square of [`ENLARGEMENT`] by [`ENLARGEMENT`] pixels, of lines so many small pixels wide.
fn averaged(pixels: &[u8], width: usize) -> Vec<u8> {
    let side = ENLARGEMENT as usize;
    let stride = width * side * CHANNELS;
    let mut small = Vec::with_capacity(pixels.len() / (side * side));
    let mut sums = vec![0_u16; stride];
    for lines in pixels.chunks_exact(stride * side) {
        sums.fill(0);
        for line in lines.chunks_exact(stride) {
            sums.iter_mut().zip(line).for_each(|(sum, channel)| *sum += u16::from(*channel));
        }
        for square in sums.chunks_exact(side * CHANNELS) {
            for channel in 0..CHANNELS {
                let sum: u16 = square[channel..].iter().step_by(CHANNELS).sum();
                small.push((sum / (side * side) as u16) as u8);
            }
        }
    }
    small
}

fn encoded(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // The best compression takes four times as long and saves three per cent.
    encoder.set_compression(png::Compression::Default);
    encoder.set_filter(png::FilterType::Up);
    let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
    writer.write_image_data(pixels).map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    Ok(file)
}

/// Who rounds the corners of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joins {
    /// The viewer of the file.
    ByViewer,
    /// We, by a disc at each corner: plotters fills wide lines with sharp corners wrongly in bitmaps.
    Drawn,
}

/// How the units of a canvas become those of a file.
struct Pen {
    scale: f64,
    text_drop: f64,
    joins: Joins,
    ground: Ground,
}

impl Pen {
    fn pixel(&self, (x, y): Place) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn pixels(&self, places: &[Place]) -> Vec<(i32, i32)> {
        places.iter().map(|place| self.pixel(*place)).collect()
    }

    fn color(&self, color: Color) -> RGBColor {
        let Color(red, green, blue) = self.ground.color(color);
        RGBColor(red, green, blue)
    }

    fn length(&self, length: f64) -> u32 {
        (length * self.scale).round().max(1.0) as u32
    }
}

type Area<B> = DrawingArea<B, Shift>;

fn draw_on<B: DrawingBackend>(backend: B, canvas: &Canvas, pen: &Pen) -> Result<(), String> {
    let area = backend.into_drawing_area();
    area.fill(&pen.color(PAPER)).map_err(|error| error.to_string())?;
    canvas.marks.iter().try_for_each(|mark| draw_mark(&area, mark, pen))?;
    area.present().map_err(|error| error.to_string())
}

fn draw_mark<B: DrawingBackend>(area: &Area<B>, mark: &Mark, pen: &Pen) -> Result<(), String> {
    match mark {
        Mark::Line { through, color, width } => draw_line(area, through, (*color, *width), pen),
        Mark::Area { corners, color, opacity } => {
            let polygon = Polygon::new(pen.pixels(corners), pen.color(*color).mix(*opacity).filled());
            area.draw(&polygon).map_err(|error| error.to_string())
        }
        Mark::Bar { upper_left, lower_right, color } => {
            let corners = [pen.pixel(*upper_left), pen.pixel(*lower_right)];
            area.draw(&Rectangle::new(corners, pen.color(*color).filled())).map_err(|error| error.to_string())
        }
        Mark::Point { at, marker, color } => draw_marker(area, *at, (*marker, *color), pen),
        Mark::Ring { at, color } => draw_ring(area, *at, *color, pen),
        Mark::Text(text) => draw_text(area, text, pen),
    }
}

fn draw_line<B: DrawingBackend>(
    area: &Area<B>,
    through: &[Place],
    (color, width): (Color, f64),
    pen: &Pen,
) -> Result<(), String> {
    let style =
        ShapeStyle { color: pen.color(color).mix(1.0), filled: false, stroke_width: pen.length(width) };
    let pixels = pen.pixels(through);
    if pen.joins == Joins::ByViewer {
        return area.draw(&PathElement::new(pixels, style)).map_err(|error| error.to_string());
    }
    for (index, ends) in pixels.windows(2).enumerate() {
        area.draw(&PathElement::new(ends.to_vec(), style)).map_err(|error| error.to_string())?;
        if index > 0 && style.stroke_width > 2 {
            let disc = Circle::new(ends[0], style.stroke_width / 2, style.filled());
            area.draw(&disc).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn draw_marker<B: DrawingBackend>(
    area: &Area<B>,
    (x, y): Place,
    (marker, color): (Marker, Color),
    pen: &Pen,
) -> Result<(), String> {
    let (style, r) = (pen.color(color).filled(), MARKER_RADIUS);
    let corners: Vec<Place> = match marker {
        Marker::Disc => {
            let disc = Circle::new(pen.pixel((x, y)), pen.length(r), style);
            return area.draw(&disc).map_err(|error| error.to_string());
        }
        Marker::Square => vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
        Marker::Diamond => {
            let r = r * 1.3;
            vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        }
        Marker::Triangle => vec![(x, y - 1.2 * r), (x + 1.2 * r, y + 0.9 * r), (x - 1.2 * r, y + 0.9 * r)],
    };
    area.draw(&Polygon::new(pen.pixels(&corners), style)).map_err(|error| error.to_string())
}

fn draw_ring<B: DrawingBackend>(area: &Area<B>, at: Place, color: Color, pen: &Pen) -> Result<(), String> {
    let disc = |radius: f64, color: Color| {
        let disc = Circle::new(pen.pixel(at), pen.length(radius), pen.color(color).filled());
        area.draw(&disc).map_err(|error| error.to_string())
    };
    disc(MARKER_RADIUS * 1.4, color)?;
    disc(MARKER_RADIUS * 0.8, PAPER)
}

fn draw_text<B: DrawingBackend>(area: &Area<B>, text: &Text, pen: &Pen) -> Result<(), String> {
    let horizontal = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let drop = pen.text_drop * text.size;
    let (x, y) = text.at;
    let (place, transform) = match text.direction {
        Direction::Rightward => ((x, y + drop), FontTransform::None),
        Direction::Upward => ((x + drop, y), FontTransform::Rotate270),
    };
    let style = font(text.size * pen.scale)
        .color(&pen.color(text.color))
        .transform(transform)
        .pos(Pos::new(horizontal, VPos::Center));
    area.draw(&TextElement::new(text.text.as_str(), pen.pixel(place), style))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::style::INK;
    use super::*;

    #[test]
    fn both_formats_hold_the_drawing() {
        let mut canvas = Canvas::default();
        canvas.text(Text::new("µ < ≥", (100.0, 100.0), 40.0, INK));
        canvas.push(Mark::Bar { upper_left: (0.0, 500.0), lower_right: (1600.0, 1000.0), color: INK });
        let document = svg(&canvas).expect("text and bars can be drawn");
        assert!(document.contains("µ &lt; ≥"), "{document}");
        for ground in [Ground::Light, Ground::Dark] {
            let file = png(&canvas, ground).expect("text and bars can be drawn");
            let decoder = png::Decoder::new(std::io::Cursor::new(&file));
            let mut reader = decoder.read_info().expect("the file is a PNG");
            let (width, height) = canvas.size();
            let mut pixels = vec![0; (width * height * 3) as usize];
            reader.next_frame(&mut pixels).expect("its pixels are complete");
            let [Color(red, green, blue), Color(paper, ..)] = [INK, PAPER].map(|color| ground.color(color));
            let lower_half = &pixels[pixels.len() / 2..];
            assert!(lower_half.chunks(3).all(|pixel| pixel == [red, green, blue]));
            let is_text = |channel: &u8| channel.abs_diff(paper) > 100;
            assert!(pixels[..pixels.len() / 2].iter().any(is_text), "the text left no ink");
        }
    }
}
