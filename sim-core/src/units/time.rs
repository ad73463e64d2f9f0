//! Simulated time in integer picoseconds.

use super::error::{UnitError, split_number};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

/// An instant or a duration in integer picoseconds; `u64` holds 213 days, and sums that do not fit stop there.
///
/// Nanoseconds would be too coarse: 64 B at 400 Gb/s last 1.28 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

const UNITS: &str = "ps, ns, us, µs, ms, s";

impl Time {
    /// The start of every simulation, and the empty duration.
    pub const ZERO: Self = Self(0);
    /// The largest instant; a simulation that comes here stops.
    pub const MAX: Self = Self(u64::MAX);

    /// `picoseconds` ps.
    pub const fn from_picoseconds(picoseconds: u64) -> Self {
        Self(picoseconds)
    }

    /// `seconds` rounded to the nearest picosecond; negative and non-finite values become zero or the maximum.
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * 1e12).round() as u64)
    }

    /// `microseconds` rounded to the nearest picosecond.
    pub fn from_microseconds(microseconds: f64) -> Self {
        Self((microseconds * 1e6).round() as u64)
    }

    /// This time in picoseconds.
    pub const fn picoseconds(self) -> u64 {
        self.0
    }

    /// This time in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e12
    }

    /// This time in microseconds.
    pub fn microseconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The difference, or zero when `earlier` is later.
    pub const fn saturating_sub(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// A number for this time as it is told from another, earlier or later: equal for equal distances; [`Time::MAX`] is
    /// as far from all.
    pub(crate) const fn told_from(self, now: Self) -> u64 {
        if self.0 == u64::MAX { u64::MAX } else { self.0.wrapping_sub(now.0) }
    }
}

impl Add for Time {
    type Output = Self;
    fn add(self, duration: Self) -> Self {
        Self(self.0.saturating_add(duration.0))
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, duration: Self) {
        *self = *self + duration;
    }
}

impl Sub for Time {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self(self.0 - earlier.0)
    }
}

impl Mul<u64> for Time {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Mul<f64> for Time {
    type Output = Self;
    /// To the nearest picosecond.
    fn mul(self, factor: f64) -> Self {
        Self::from_seconds(self.seconds() * factor)
    }
}

impl Sum for Time {
    fn sum<I: Iterator<Item = Self>>(durations: I) -> Self {
        durations.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Time {
    /// The value in the largest unit that keeps it at one or more, with all its digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scale, unit) = match self.0 {
            0..1_000 => (1.0, "ps"),
            1_000..1_000_000 => (1e3, "ns"),
            1_000_000..1_000_000_000 => (1e6, "us"),
            1_000_000_000..1_000_000_000_000 => (1e9, "ms"),
            _ => (1e12, "s"),
        };
        write!(f, "{} {unit}", self.0 as f64 / scale)
    }
}

impl FromStr for Time {
    type Err = UnitError;

    /// Reads "936.25 ns", "1.2us", "3 s"; rounds to the nearest picosecond.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        const EXAMPLE: &str = "250 ns";
        let (value, _, unit) = split_number(text, "time", EXAMPLE)?;
        let scale = match unit {
            "ps" => 1.0,
            "ns" => 1e3,
            "us" | "µs" | "μs" => 1e6,
            "ms" => 1e9,
            "s" => 1e12,
            "" => {
                return Err(UnitError::NoUnit { text: text.to_owned(), quantity: "time", example: EXAMPLE });
            }
            _ => {
                return Err(UnitError::UnknownUnit { unit: unit.to_owned(), quantity: "time", known: UNITS });
            }
        };
        let picoseconds = value * scale;
        if !(0.0..1e19).contains(&picoseconds) {
            return Err(UnitError::OutOfRange {
                text: text.to_owned(),
                quantity: "time",
                bound: "at least zero and below 115 days",
            });
        }
        Ok(Self(picoseconds.round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_rounded_to_the_nearest_picosecond() {
        assert_eq!("936.25 ns".parse(), Ok(Time::from_picoseconds(936_250)));
        assert_eq!("1.2us".parse(), Ok(Time::from_picoseconds(1_200_000)));
        assert_eq!("0.4 ps".parse(), Ok(Time::ZERO));
        assert_eq!("2 s".parse(), Ok(Time::from_picoseconds(2_000_000_000_000)));
    }

    #[test]
    fn display_reads_back() {
        for picoseconds in [0, 7, 1_000, 936_250, 1_200_000, 5_000_000_000, 3_141_592_653_589] {
            let time = Time::from_picoseconds(picoseconds);
            assert_eq!(time.to_string().parse(), Ok(time), "{time}");
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in ["-1 ns", "1e30 s", "fast", "3", "3 parsecs"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
