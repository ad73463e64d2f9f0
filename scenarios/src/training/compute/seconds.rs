//! Unrounded durations of kernels, which are added up and rounded once.

use copperlight_core::units::Time;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

/// A duration in seconds, not rounded, that knows how much of it the chip's memory and its host take; the rest is
/// arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub(in crate::training) struct Seconds(pub(in crate::training) f64, Beside);

/// What of a duration is no arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
struct Beside {
    memory: f64,
    host: f64,
}

impl Beside {
    const NOTHING: Self = Self { memory: 0.0, host: 0.0 };
}

impl Seconds {
    /// No time.
    pub(in crate::training) const ZERO: Self = Self::arithmetic(0.0);

    /// What goes at the rate of the chip's arithmetic.
    pub(in crate::training) const fn arithmetic(seconds: f64) -> Self {
        Self(seconds, Beside::NOTHING)
    }

    /// What goes at the rate of the chip's memory.
    pub(in crate::training) const fn memory(seconds: f64) -> Self {
        Self(seconds, Beside { memory: seconds, host: 0.0 })
    }

    /// What the host takes.
    pub(in crate::training) const fn host(seconds: f64) -> Self {
        Self(seconds, Beside { memory: 0.0, host: seconds })
    }

    /// The same duration, of which this share waits for the memory.
    pub(in crate::training) fn with_memory_share(self, share: f64) -> Self {
        Self(self.0, Beside { memory: self.0 * share, ..self.1 })
    }

    /// To the nearest picosecond.
    pub(in crate::training) fn rounded(self) -> Time {
        Time::from_seconds(self.0)
    }

    /// The shares that memory and host take; none of what takes no time.
    pub(in crate::training) fn shares(self) -> [f64; 2] {
        let Self(all, Beside { memory, host }) = self;
        if all > 0.0 { [memory / all, host / all] } else { [0.0; 2] }
    }
}

impl Add for Seconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (one, another) = (self.1, other.1);
        Self(self.0 + other.0, Beside { memory: one.memory + another.memory, host: one.host + another.host })
    }
}

impl AddAssign for Seconds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Seconds {
    type Output = Self;
    fn mul(self, times: f64) -> Self {
        let Self(all, Beside { memory, host }) = self;
        Self(all * times, Beside { memory: memory * times, host: host * times })
    }
}

impl Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(durations: I) -> Self {
        durations.fold(Self::ZERO, Add::add)
    }
}
