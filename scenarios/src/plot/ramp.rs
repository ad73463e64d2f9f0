//! Values as colours of a ramp, for the colour-blind too. On either ground a higher value stands out more from the paper.

use super::style::Color;
use std::sync::OnceLock;

/// Cividis at equal distances, from Nuñez, Anderton and Renslow, "Optimizing colormaps with consideration for color
/// vision deficiency", PLOS ONE 2018. It grows lighter evenly.
const STOPS: [Color; 9] = [
    Color(0, 34, 78),
    Color(24, 56, 110),
    Color(65, 77, 107),
    Color(96, 98, 111),
    Color(124, 123, 120),
    Color(154, 147, 121),
    Color(187, 173, 108),
    Color(221, 201, 84),
    Color(254, 232, 56),
];

/// How many colours the ramp has.
pub(super) const STEPS: usize = 40;
/// The first of them on which text is that of high values.
const FIRST_HIGH: usize = 17;
/// The lightest part of cividis that is seen on white, and the darkest that is seen on a dark ground. With these two, text
/// changes at the same step on both.
const LIGHTEST: f64 = 0.82;
const DARKEST: f64 = 0.11;

/// Text on low values: dark on white, light on a dark ground.
const ON_LOW: (Color, Color) = (Color(1, 1, 1), Color(254, 254, 254));
/// Text on high values: the other way round.
const ON_HIGH: (Color, Color) = (Color(254, 254, 254), Color(1, 1, 1));

/// The colour of a share of the way from the lowest to the highest value, as it is on white.
pub(super) fn ramp(share: f64) -> Color {
    step_on_light(step(share))
}

/// What is readable on the ramp's colour of this share, as it is on white.
pub(super) fn text_on(share: f64) -> Color {
    if step(share) < FIRST_HIGH { ON_LOW.0 } else { ON_HIGH.0 }
}

/// Every colour of the ramp and of the text on it, with that on a dark ground.
pub(super) fn ramp_pairs() -> &'static [(Color, Color)] {
    static PAIRS: OnceLock<Vec<(Color, Color)>> = OnceLock::new();
    PAIRS.get_or_init(|| {
        let steps = (0..STEPS).map(|step| (step_on_light(step), step_on_dark(step)));
        steps.chain([ON_LOW, ON_HIGH]).collect()
    })
}

fn step(share: f64) -> usize {
    (share.clamp(0.0, 1.0) * (STEPS - 1) as f64).round() as usize
}

/// From light to dark: high values are dark on white.
fn step_on_light(step: usize) -> Color {
    cividis(LIGHTEST * (1.0 - step as f64 / (STEPS - 1) as f64))
}

/// From dark to light.
fn step_on_dark(step: usize) -> Color {
    cividis(DARKEST + (1.0 - DARKEST) * step as f64 / (STEPS - 1) as f64)
}

/// The colour at a place from the darkest, 0, to the lightest, 1.
fn cividis(place: f64) -> Color {
    let at = place * (STOPS.len() - 1) as f64;
    let below = (at.floor() as usize).min(STOPS.len() - 2);
    let (from, to, part) = (STOPS[below], STOPS[below + 1], at - below as f64);
    let mixed = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8;
    Color(mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::super::style::PAPER;
    use super::super::theme::{Ground, contrast};
    use super::*;

    const GROUNDS: [Ground; 2] = [Ground::Light, Ground::Dark];

    fn shares() -> impl Iterator<Item = f64> {
        (0..STEPS).map(|step| step as f64 / (STEPS - 1) as f64)
    }

    #[test]
    fn higher_stands_out_more_and_nothing_vanishes() {
        for ground in GROUNDS {
            let from_paper = |share: f64| contrast(ground.color(ramp(share)), ground.color(PAPER));
            assert!(from_paper(0.0) > 1.4, "{ground:?}: {}", from_paper(0.0));
            for (lower, higher) in shares().zip(shares().skip(1)) {
                assert!(from_paper(lower) < from_paper(higher), "{ground:?}, {lower}");
            }
        }
    }

    #[test]
    fn text_on_every_step_is_readable() {
        for (ground, share) in
            GROUNDS.into_iter().flat_map(|ground| shares().map(move |share| (ground, share)))
        {
            let found = contrast(ground.color(ramp(share)), ground.color(text_on(share)));
            assert!(found >= 4.5, "{ground:?}, {share}: {found}");
        }
    }
}
