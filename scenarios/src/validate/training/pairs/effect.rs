//! How much longer the second run of a pair takes, measured and modelled, and whether both agree.
//!
//! An effect is the natural logarithm of the ratio of both times: +0.1 is about a tenth longer, and effects add up.

use crate::report::Verdict;

/// Effects that were measured to be no larger are not judged: releases of software differ by more.
const JUDGED: f64 = 0.03;

/// What a modelled effect may be of the measured one.
const BAND: [f64; 2] = [0.7, 1.4];

/// The least and the most that something is; equal where everything was published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Range {
    /// The range of some values; `None` without any.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        values
            .map(|value| Self { least: value, most: value })
            .reduce(|all, next| Self { least: all.least.min(next.least), most: all.most.max(next.most) })
    }

    /// The middle.
    pub(super) const fn middle(self) -> f64 {
        f64::midpoint(self.least, self.most)
    }

    /// Whether there is more than one value.
    pub(super) fn is_open(self) -> bool {
        self.least < self.most
    }

    /// Its two ends.
    pub(super) const fn ends(self) -> [f64; 2] {
        [self.least, self.most]
    }

    /// Every value divided by this one.
    pub(super) fn over(self, value: f64) -> Self {
        let ends = self.ends().map(|end| end / value);
        Self { least: ends[0].min(ends[1]), most: ends[0].max(ends[1]) }
    }
}

/// How much longer the variant takes.
pub(super) fn effect(variant: f64, baseline: f64) -> f64 {
    (variant / baseline).ln()
}

/// Whether a measured effect is large enough to tell anything.
pub(super) fn is_judged(measured: f64) -> bool {
    measured.abs() > JUDGED
}

/// Whether the model has found the effect. A range agrees only where all of it does, never by its best plan.
pub(super) fn verdict(measured: f64, modelled: Range) -> Verdict {
    if !is_judged(measured) {
        return Verdict::TooSmall;
    }
    let [low, high] = BAND;
    let ratio = modelled.over(measured);
    match (ratio.least, ratio.most) {
        (least, most) if least >= low && most <= high => Verdict::Within,
        (least, most) if most < low || least > high => Verdict::Outside,
        _ => Verdict::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn range(least: f64, most: f64) -> Range {
        Range { least, most }
    }

    #[test]
    fn effects_agree_between_seven_tenths_and_fourteen() {
        for (measured, modelled, expected) in [
            (0.10, range(0.07, 0.07), Verdict::Within),
            (0.10, range(0.139, 0.139), Verdict::Within),
            (0.10, range(0.069, 0.069), Verdict::Outside),
            (-0.10, range(-0.12, -0.12), Verdict::Within),
            (-0.10, range(0.10, 0.10), Verdict::Outside),
            (0.03, range(0.03, 0.03), Verdict::TooSmall),
        ] {
            assert_eq!(verdict(measured, modelled), expected, "{measured} {modelled:?}");
        }
    }

    #[test]
    fn a_range_agrees_with_all_of_it_or_stays_open() {
        assert_eq!(verdict(0.10, range(0.08, 0.13)), Verdict::Within);
        assert_eq!(verdict(0.10, range(0.08, 0.20)), Verdict::Open);
        // It holds the whole band, and the measured value too.
        assert_eq!(verdict(0.10, range(-0.10, 0.50)), Verdict::Open);
        assert_eq!(verdict(0.10, range(-0.10, 0.05)), Verdict::Outside);
        assert_eq!(verdict(-0.10, range(-0.20, -0.15)), Verdict::Outside);
    }

    #[test]
    fn a_range_divided_by_something_negative_turns_around() {
        let ratio = range(-0.2, -0.1).over(-0.1);
        assert_eq!((ratio.least, ratio.most), (1.0, 2.0));
        assert_eq!(ratio.middle(), 1.5);
        assert!(ratio.is_open() && !range(1.0, 1.0).is_open());
    }
}
