//! A figure with the range that its sources leave.

use crate::catalog::Sourced;
use crate::quantity::Dimension;
use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

/// A figure and the range that its sources leave, in the unit that its field names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The lowest that sources give; the figure itself where they agree.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Estimate {
    /// Nothing, for certain.
    pub const ZERO: Self = Self::exact(0.0);

    /// A figure without a range.
    pub const fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// A value of the catalog in its base unit.
    pub(crate) fn of(sourced: &Sourced, dimension: Dimension) -> Option<Self> {
        let base = |value| dimension.base_value(value, &sourced.unit).ok();
        let [low, high] = sourced.range.unwrap_or([sourced.value; 2]);
        Some(Self { value: base(sourced.value)?, low: base(low)?, high: base(high)? })
    }
}

impl Add for Estimate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, low: self.low + other.low, high: self.high + other.high }
    }
}

impl Sub for Estimate {
    type Output = Self;

    /// The widest range: lowest less highest, highest less lowest.
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, low: self.low - other.high, high: self.high - other.low }
    }
}

impl Mul<f64> for Estimate {
    type Output = Self;

    fn mul(self, times: f64) -> Self {
        Self { value: self.value * times, low: self.low * times, high: self.high * times }
    }
}

impl Sum for Estimate {
    fn sum<I: Iterator<Item = Self>>(estimates: I) -> Self {
        estimates.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_add_up_and_widen_when_taken_off() {
        let some = Estimate { value: 2.0, low: 1.0, high: 4.0 };
        let twice: Estimate = [some, some].into_iter().sum();
        assert_eq!(twice, some * 2.0);
        assert_eq!(twice - some, Estimate { value: 2.0, low: -2.0, high: 7.0 });
    }
}
