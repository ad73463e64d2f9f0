//! Scales with their ticks.

use crate::report::number;

/// How values map to lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Equal lengths are equal differences.
    Linear,
    /// Equal lengths are equal ratios.
    Logarithmic,
}

/// A labelled value on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// One axis of a chart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// The quantity with its unit.
    pub(super) title: String,
    pub(super) scale: Scale,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// A linear axis from zero to exactly `highest`, with at most about five steps between round ticks.
    pub(super) fn span(title: impl Into<String>, highest: f64, label: impl Fn(f64) -> String) -> Self {
        let high = if highest > 0.0 { highest } else { 1.0 };
        let step = round_step(high / 5.0);
        let count = (high / step + 1e-9).floor() as u32;
        let ticks = (0..=count).map(|index| f64::from(index) * step);
        Self {
            title: title.into(),
            scale: Scale::Linear,
            low: 0.0,
            high,
            ticks: ticks.map(|value| Tick { value, label: label(value) }).collect(),
        }
    }

    /// As [`Axis::span`], with some room above `highest`: up to the next round value where that is near.
    pub(super) fn from_zero(title: impl Into<String>, highest: f64, label: impl Fn(f64) -> String) -> Self {
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let step = round_step(highest / 5.0);
        let next = (highest / step - 1e-9).ceil() * step;
        let high = if next <= highest * 1.12 { next } else { highest * 1.06 };
        Self::span(title, high, label)
    }

    /// A linear axis that holds two values, from one round value to another, and need not begin at zero.
    pub(super) fn around(
        title: impl Into<String>,
        (low, high): (f64, f64),
        label: impl Fn(f64) -> String,
    ) -> Self {
        let step = round_step((high - low).max(high.abs() * 1e-6).max(f64::MIN_POSITIVE) / 4.0);
        let (first, last) = ((low / step + 1e-9).floor() as i64, (high / step - 1e-9).ceil() as i64);
        let last = last.max(first + 1);
        let ticks = (first..=last).map(|index| index as f64 * step);
        Self {
            title: title.into(),
            scale: Scale::Linear,
            low: first as f64 * step,
            high: last as f64 * step,
            ticks: ticks.map(|value| Tick { value, label: label(value) }).collect(),
        }
    }

    /// A linear axis from exactly `low` to exactly `high`, with at most about three steps between round ticks.
    pub(super) fn between(
        title: impl Into<String>,
        (low, high): (f64, f64),
        label: impl Fn(f64) -> String,
    ) -> Self {
        let step = round_step((high - low).max(high.abs() * 1e-9).max(f64::MIN_POSITIVE) / 3.0);
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        let ticks = (first..=last).map(|index| index as f64 * step);
        Self {
            title: title.into(),
            scale: Scale::Linear,
            low,
            high,
            ticks: ticks.map(|value| Tick { value, label: label(value) }).collect(),
        }
    }

    /// The same axis with every second tick, where there are more than `most`.
    pub(super) fn thinned(mut self, most: usize) -> Self {
        if self.ticks.len() > most {
            self.ticks = self.ticks.into_iter().step_by(2).collect();
        }
        self
    }

    /// An axis with a tick at each of `values`: logarithmic when they are positive and span more than a factor
    /// of four.
    pub(super) fn at_values(title: impl Into<String>, values: &[(f64, String)]) -> Self {
        let low = values.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
        let high = values.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
        let logarithmic = low > 0.0 && high / low > 4.0;
        let ticks = values.iter().map(|(value, label)| Tick { value: *value, label: label.clone() });
        let scale = if logarithmic { Scale::Logarithmic } else { Scale::Linear };
        Self { title: title.into(), scale, low, high, ticks: ticks.collect() }
    }

    /// A logarithmic axis of sizes in bytes with ticks at powers of two, at most nine where that is possible.
    pub(super) fn sizes(title: impl Into<String>, smallest: u64, largest: u64) -> Self {
        let (low, high) = (smallest.max(1).ilog2(), largest.max(1).ilog2());
        let span = high - low;
        let step = (span.div_ceil(8).max(1)..=span.max(1)).find(|step| span % step == 0 || *step > 5);
        let powers = (low..=high).step_by(step.unwrap_or(1) as usize);
        let ticks =
            powers.map(|power| Tick { value: (1_u64 << power) as f64, label: number::size(1 << power) });
        Self {
            title: title.into(),
            scale: Scale::Logarithmic,
            low: smallest.max(1) as f64,
            high: largest.max(1) as f64,
            ticks: ticks.filter(|tick| tick.value >= smallest as f64).collect(),
        }
    }

    /// A logarithmic axis of positive values with a tick at each power of ten, and between them where these are few.
    pub(super) fn decades(
        title: impl Into<String>,
        (low, high): (f64, f64),
        label: impl Fn(f64) -> String,
    ) -> Self {
        let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let factors: &[f64] = if high / low < 30.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let values = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        let ticks = values.filter(|value| (low..=high).contains(value));
        Self {
            title: title.into(),
            scale: Scale::Logarithmic,
            low,
            high,
            ticks: ticks.map(|value| Tick { value, label: label(value) }).collect(),
        }
    }

    /// Where a value stands between the two ends: 0 at the low one, 1 at the high one, the middle when they
    /// are equal.
    pub(super) fn share(&self, value: f64) -> f64 {
        let (low, high, value) = match self.scale {
            Scale::Linear => (self.low, self.high, value),
            Scale::Logarithmic => (self.low.log2(), self.high.log2(), value.max(self.low).log2()),
        };
        if high > low { (value - low) / (high - low) } else { 0.5 }
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// A share as a tick label: `40 %`, or `2.5 %` where the steps are that small.
pub(super) fn percent_label(share: f64) -> String {
    let percent = share * 100.0;
    let whole = (percent - percent.round()).abs() < 1e-6;
    if whole { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

/// A number as a tick label, without trailing zeros.
pub(super) fn number_label(value: f64) -> String {
    if value.abs() >= 1_000.0 {
        return number::rounded(value);
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_data() {
        for highest in [0.003, 0.09, 0.412, 1.0, 7.3, 300.0, 823.0] {
            let axis = Axis::from_zero("", highest, number_label);
            assert!(axis.high >= highest, "{highest}: {axis:?}");
            assert!((3..=7).contains(&axis.ticks.len()), "{highest}: {axis:?}");
        }
        assert_eq!(Axis::from_zero("", 0.412, percent_label).ticks[1].label, "10 %");
    }

    #[test]
    fn an_axis_around_values_holds_them_between_round_ones() {
        for (low, high) in [(0.98, 1.13), (52.0, 70.3), (1e-3, 1.1e-3), (5.0, 5.0), (0.0, 3.0)] {
            let axis = Axis::around("", (low, high), number_label);
            assert!(axis.low <= low * (1.0 + 1e-6) && axis.high >= high * (1.0 - 1e-6), "{axis:?}");
            assert!((2..=8).contains(&axis.ticks.len()), "{axis:?}");
        }
    }

    #[test]
    fn an_axis_between_values_ends_at_them() {
        for (low, high) in [(0.0, 4.2), (306.7, 311.2), (1e-3, 1.4e-3)] {
            let axis = Axis::between("", (low, high), number_label);
            assert_eq!((axis.low, axis.high), (low, high));
            assert!((1..=4).contains(&axis.ticks.len()), "{axis:?}");
            assert!(
                axis.ticks.iter().all(|tick| tick.value >= low * 0.999_999 && tick.value <= high * 1.000_001)
            );
        }
    }

    #[test]
    fn sizes_are_labelled_at_powers_of_two() {
        let axis = Axis::sizes("", 1 << 10, 16 << 30);
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels[0], "1 KiB");
        assert_eq!(labels[labels.len() - 1], "16 GiB");
        assert!(labels.len() <= 9, "{labels:?}");
        assert_eq!(Axis::sizes("", 8, 8).ticks.len(), 1);
    }

    #[test]
    fn one_value_stands_in_the_middle() {
        let axis = Axis::at_values("", &[(72.0, "72".into())]);
        assert!((axis.share(72.0) - 0.5).abs() < 1e-12);
    }
}
