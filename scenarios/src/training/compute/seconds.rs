//! Unrounded durations of kernels, which are added up and rounded once.

use copperlight_core::units::Time;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

/// A duration in seconds, not rounded.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub(in crate::training) struct Seconds(pub(in crate::training) f64);

impl Seconds {
    /// No time.
    pub(in crate::training) const ZERO: Self = Self(0.0);

    /// To the nearest picosecond.
    pub(in crate::training) fn rounded(self) -> Time {
        Time::from_seconds(self.0)
    }
}

impl Add for Seconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Seconds {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Mul<f64> for Seconds {
    type Output = Self;
    fn mul(self, times: f64) -> Self {
        Self(self.0 * times)
    }
}

impl Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(durations: I) -> Self {
        durations.fold(Self::ZERO, Add::add)
    }
}
