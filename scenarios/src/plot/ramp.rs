//! Values as colours of a ramp that grows lighter evenly, for the colour-blind too.

use super::style::Color;

/// Cividis at equal distances, from Nuñez, Anderton and Renslow, "Optimizing colormaps with consideration for color
/// vision deficiency", PLOS ONE 2018.
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

/// The colour of a share of the way from the lowest to the highest value.
pub(super) fn ramp(share: f64) -> Color {
    let at = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let below = (at.floor() as usize).min(STOPS.len() - 2);
    let (from, to, part) = (STOPS[below], STOPS[below + 1], at - below as f64);
    let mixed = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part).round() as u8;
    Color(mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2))
}

/// What is readable on a colour of the ramp, whatever the ground of the figure.
pub(super) fn text_on(share: f64) -> Color {
    if share < 0.55 { Color(250, 250, 250) } else { Color(16, 16, 16) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_is_lighter() {
        let lightness = |share: f64| {
            let Color(red, green, blue) = ramp(share);
            0.2126 * f64::from(red) + 0.7152 * f64::from(green) + 0.0722 * f64::from(blue)
        };
        for step in 0..100 {
            let (lower, higher) = (f64::from(step) / 100.0, f64::from(step + 1) / 100.0);
            assert!(lightness(lower) < lightness(higher), "{lower}");
        }
        assert_eq!((ramp(0.0), ramp(1.0)), (STOPS[0], STOPS[STOPS.len() - 1]));
    }
}
