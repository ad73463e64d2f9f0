//! Lengths of cables: whole millimetres, so that equal runs are grouped exactly.

use std::fmt;
use std::ops::{Add, Mul};

/// A length in whole millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Length(u64);

impl Length {
    /// No length: a trace on a board.
    pub const ZERO: Self = Self(0);

    /// `metres` metres, to the nearest millimetre; zero for what is below.
    pub fn from_metres(metres: f64) -> Self {
        Self((metres.max(0.0) * 1e3).round() as u64)
    }

    /// This length in metres.
    pub fn metres(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// How far apart two lengths are.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }

    /// What is left when `other` is taken off; zero where that is more.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Length {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Mul<usize> for Length {
    type Output = Self;

    fn mul(self, times: usize) -> Self {
        Self(self.0 * times as u64)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} m", self.metres())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_whole_millimetres() {
        assert_eq!(Length::from_metres(0.044_45), Length(44));
        assert_eq!(Length::from_metres(-1.0), Length::ZERO);
        assert_eq!((Length(990) + Length(11)).to_string(), "1.001 m");
        assert_eq!(Length::from_metres(2.0).to_string(), "2 m");
        assert_eq!(Length(3).abs_diff(Length(5)) * 4, Length(8));
    }
}
