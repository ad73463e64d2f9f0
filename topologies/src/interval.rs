//! A figure with the envelope of what sources say.

use crate::catalog::Sourced;
use crate::quantity::Dimension;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Sub};

/// A value between the lowest and the highest that its sources allow: an envelope, not a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// The figure itself.
    pub value: f64,
    /// With every source at the end that makes it least.
    pub low: f64,
    /// With every source at the end that makes it greatest.
    pub high: f64,
}

impl Interval {
    /// Nothing.
    pub const ZERO: Self = Self::exact(0.0);

    /// A figure without doubt.
    pub const fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// A value of the catalog in its base unit; `None` where an end of its range is no quantity of its kind.
    pub(crate) fn of(sourced: &Sourced, dimension: Dimension) -> Option<Self> {
        let base = |value| dimension.base_value(value, &sourced.unit).ok();
        let [low, high] = sourced.range.unwrap_or([sourced.value; 2]);
        Some(Self { value: base(sourced.value)?, low: base(low)?, high: base(high)? })
    }

    /// The same with what is below zero raised to it.
    #[must_use]
    pub const fn at_least_zero(self) -> Self {
        Self { value: self.value.max(0.0), low: self.low.max(0.0), high: self.high.max(0.0) }
    }
}

impl Add for Interval {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, low: self.low + other.low, high: self.high + other.high }
    }
}

impl Sub for Interval {
    type Output = Self;

    /// The widest difference: lowest less highest, highest less lowest.
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, low: self.low - other.high, high: self.high - other.low }
    }
}

impl Sum for Interval {
    fn sum<I: Iterator<Item = Self>>(intervals: I) -> Self {
        intervals.fold(Self::ZERO, Add::add)
    }
}

impl Mul for Interval {
    type Output = Self;

    /// The product of two figures that are not negative.
    fn mul(self, other: Self) -> Self {
        Self { value: self.value * other.value, low: self.low * other.low, high: self.high * other.high }
    }
}

impl Mul<f64> for Interval {
    type Output = Self;

    /// Scales by a factor that is not negative.
    fn mul(self, factor: f64) -> Self {
        self * Self::exact(factor)
    }
}

impl Div<f64> for Interval {
    type Output = Self;

    /// Divides by a positive number.
    fn div(self, divisor: f64) -> Self {
        Self { value: self.value / divisor, low: self.low / divisor, high: self.high / divisor }
    }
}

impl Div for Interval {
    type Output = Self;

    /// Divides by a figure that is positive.
    fn div(self, other: Self) -> Self {
        Self { value: self.value / other.value, low: self.low / other.high, high: self.high / other.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_follow_the_arithmetic() {
        let a = Interval { value: 10.0, low: 8.0, high: 12.0 };
        let b = Interval { value: 2.0, low: 1.0, high: 4.0 };
        assert_eq!(a + b, Interval { value: 12.0, low: 9.0, high: 16.0 });
        assert_eq!(a * b, Interval { value: 20.0, low: 8.0, high: 48.0 });
        assert_eq!(a / b, Interval { value: 5.0, low: 2.0, high: 12.0 });
        assert_eq!(a - b, Interval { value: 8.0, low: 4.0, high: 11.0 });
        assert_eq!((b - a).at_least_zero(), Interval::ZERO);
        assert_eq!([a, b].into_iter().sum::<Interval>(), a + b);
    }
}
