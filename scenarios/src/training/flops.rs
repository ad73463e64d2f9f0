//! Amounts of floating-point operations, as a type.

use copperlight_core::units::Time;
use copperlight_topologies::quantity::ComputeRate;
use std::iter::Sum;
use std::ops::{Add, Mul};

/// A number of floating-point operations; a multiply and an add are two.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Flops(f64);

impl Flops {
    /// `count` operations.
    pub const fn new(count: f64) -> Self {
        Self(count)
    }

    /// The number of operations.
    pub const fn count(self) -> f64 {
        self.0
    }

    /// The rate at which these operations are done in `time`.
    pub fn per(self, time: Time) -> ComputeRate {
        ComputeRate::from_flops_per_second(self.0 / time.seconds())
    }
}

impl Add for Flops {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Mul<f64> for Flops {
    type Output = Self;
    fn mul(self, times: f64) -> Self {
        Self(self.0 * times)
    }
}

impl Sum for Flops {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}
