//! Figures on white and on a dark ground: what each colour of `style.rs` and of `ramp.rs` becomes, and the style sheet that
//! SVG files carry. Any other colour stays as it is.

use super::ramp::ramp_pairs;
use super::style::{Color, GRID, INK, PALETTE, PAPER, QUIET, shade};
use std::fmt::Write;
use std::sync::OnceLock;

/// The ground that a bitmap is drawn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// White.
    Light,
    /// Nearly black.
    Dark,
}

impl Ground {
    /// The colour as it is on this ground.
    pub(super) fn color(self, color: Color) -> Color {
        let known = || pairs().iter().chain(ramp_pairs()).find(|(light, _)| *light == color);
        match self {
            Self::Light => color,
            Self::Dark => known().map_or(color, |(_, dark)| *dark),
        }
    }
}

const WHITE: Color = Color(255, 255, 255);

/// The paper of dark figures.
const DARK_PAPER: Color = Color(21, 23, 26);

/// Text and lines of both grounds that carry no data.
const FURNITURE: [(Color, Color); 4] = [
    (PAPER, DARK_PAPER),
    (INK, Color(232, 234, 237)),
    (QUIET, Color(163, 171, 181)),
    (GRID, Color(53, 58, 65)),
];

/// The palette on a dark ground, hue by hue.
const DARK_PALETTE: [Color; 7] = [
    Color(229, 145, 18),
    Color(43, 140, 240),
    Color(46, 204, 113),
    Color(221, 91, 178),
    Color(160, 126, 86),
    Color(108, 200, 255),
    Color(201, 206, 214),
];

/// Every colour of `style.rs` on white, with that on a dark ground.
fn pairs() -> &'static [(Color, Color)] {
    static PAIRS: OnceLock<Vec<(Color, Color)>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let mut pairs = FURNITURE.to_vec();
        for (light, dark) in PALETTE.into_iter().zip(DARK_PALETTE) {
            let second = (shade(light), dark.toward(WHITE, 0.55));
            for (light, dark) in [(light, dark), second] {
                pairs.push((light, dark));
                pairs.push((light.darkened(), dark.toward(WHITE, 0.2)));
            }
        }
        pairs
    })
}

/// The class of every SVG figure, to which the style sheet is confined.
const CLASS: &str = "copperlight-figure";

/// The document with its style sheet: the same rules in every figure, and those of the ramp's colours that are in it.
pub(super) fn with_themes(document: &str) -> String {
    static SHEET: OnceLock<String> = OnceLock::new();
    let Some((head, rest)) = document.split_once('>') else { return document.to_owned() };
    let common = SHEET.get_or_init(|| style_sheet(pairs().iter()));
    let is_drawn = |(light, _): &&(Color, Color)| rest.contains(&hexadecimal(*light));
    let of_ramp: Vec<&(Color, Color)> = ramp_pairs().iter().filter(is_drawn).collect();
    let of_ramp = if of_ramp.is_empty() { String::new() } else { style_sheet(of_ramp.into_iter()) };
    format!("{head} class=\"{CLASS}\">\n<style>{common}{of_ramp}</style>{rest}")
}

/// Rules that replace colours where the reader has a dark ground.
fn style_sheet<'a>(pairs: impl Iterator<Item = &'a (Color, Color)>) -> String {
    let mut sheet = "@media screen and (prefers-color-scheme:dark){".to_owned();
    for (light, dark) in pairs {
        for property in ["fill", "stroke"] {
            let (light, dark) = (hexadecimal(*light), hexadecimal(*dark));
            // A string takes all that is written to it.
            let _ = write!(sheet, ".{CLASS} [{property}=\"{light}\"]{{{property}:{dark}}}");
        }
    }
    sheet.push('}');
    sheet
}

fn hexadecimal(Color(red, green, blue): Color) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// Relative luminance by WCAG 2.1.
#[cfg(test)]
fn luminance(Color(red, green, blue): Color) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The contrast of two colours by WCAG 2.1, from 1 to 21.
#[cfg(test)]
pub(super) fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::super::style::{MOST_SERIES, series_color};
    use super::*;

    #[test]
    fn marks_and_text_stand_out_on_both_grounds() {
        assert!((contrast(Color(0, 0, 0), WHITE) - 21.0).abs() < 1e-9);
        for ground in [Ground::Light, Ground::Dark] {
            let on_paper = |color| contrast(ground.color(color), ground.color(PAPER));
            for index in 0..MOST_SERIES {
                let color = series_color(index);
                let (mark, text) = (on_paper(color), on_paper(color.darkened()));
                assert!(mark >= 3.0 && text >= 4.5, "{ground:?} {index}: mark {mark:.2}, text {text:.2}");
            }
            assert!(on_paper(INK) >= 4.5 && on_paper(QUIET) >= 4.5, "{ground:?}");
        }
    }

    /// Colours as those see them who lack a sort of cones, by Machado, Oliveira and Fernandes (2009).
    const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
        ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "no red",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "no green",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "no blue",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// CIE L*a*b* of a colour as it is seen.
    fn seen(Color(red, green, blue): Color, sight: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = |part: u8| luminance(Color(part, part, part));
        let cones = [red, green, blue].map(linear);
        let [red, green, blue] = sight.map(|row| {
            row.iter().zip(cones).map(|(weight, part)| weight * part).sum::<f64>().clamp(0.0, 1.0)
        });
        let root = |value: f64| {
            if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 }
        };
        let x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        let y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        let z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn hues_stay_apart_for_the_colour_blind() {
        for (ground, (name, sight)) in [Ground::Light, Ground::Dark]
            .into_iter()
            .flat_map(|ground| SIGHTS.iter().map(move |sight| (ground, sight)))
        {
            for (one, other) in (0..PALETTE.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
                let [one_seen, other_seen] =
                    [one, other].map(|index| seen(ground.color(series_color(index)), sight));
                let distance =
                    one_seen.iter().zip(other_seen).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(distance >= 12.0, "{ground:?}, {name}: {one} and {other} are {distance:.1} apart");
            }
        }
    }

    #[test]
    fn every_colour_has_one_meaning() {
        let all: Vec<Color> = pairs().iter().chain(ramp_pairs()).map(|(light, _)| *light).collect();
        for (index, light) in all.iter().enumerate() {
            assert!(!all[..index].contains(light), "{light:?} stands twice");
        }
        assert_eq!(Ground::Dark.color(Color(1, 2, 3)), Color(1, 2, 3));
    }

    #[test]
    fn a_document_carries_the_style_sheet_once() {
        let document = with_themes("<svg width=\"1\">\n<rect fill=\"#FFFFFF\"/>\n</svg>\n");
        assert!(document.starts_with("<svg width=\"1\" class=\"copperlight-figure\">\n<style>@media"));
        assert!(document.contains(".copperlight-figure [fill=\"#FFFFFF\"]{fill:#15171A}"));
        assert!(document.ends_with("</style>\n<rect fill=\"#FFFFFF\"/>\n</svg>\n"));
        assert_eq!(document.matches("@media").count(), 1);
        let low = hexadecimal(ramp_pairs()[0].0);
        let with_ramp = with_themes(&format!("<svg width=\"1\">\n<rect fill=\"{low}\"/>\n</svg>\n"));
        assert_eq!((with_ramp.matches("@media").count(), with_ramp.matches(&low).count()), (2, 3));
    }
}
