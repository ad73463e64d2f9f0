//! Rates of data in one direction.

use super::error::{UnitError, split_number};
use super::{Bytes, Time};
use std::fmt;
use std::ops::{Mul, Sub};
use std::str::FromStr;

/// A rate in bytes per second, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Bandwidth(f64);

const UNITS: &str = "B/s, kB/s, MB/s, GB/s, TB/s, Mb/s, Gb/s, Tb/s (b is a bit, B a byte)";
const EXAMPLE: &str = "50 GB/s";

impl Bandwidth {
    /// Nothing moves.
    pub const ZERO: Self = Self(0.0);
    /// No bound.
    pub const UNBOUNDED: Self = Self(f64::INFINITY);

    /// `rate` bytes per second.
    pub const fn from_bytes_per_second(rate: f64) -> Self {
        Self(rate)
    }

    /// `rate` GB/s, a GB being 10^9 bytes.
    pub const fn from_gigabytes_per_second(rate: f64) -> Self {
        Self(rate * 1e9)
    }

    /// This rate in bytes per second.
    pub const fn bytes_per_second(self) -> f64 {
        self.0
    }

    /// This rate in GB/s.
    pub fn gigabytes_per_second(self) -> f64 {
        self.0 / 1e9
    }

    /// The time in which `bytes` drain at this rate, to the nearest picosecond.
    pub fn drain_time(self, bytes: Bytes) -> Time {
        self.drain_time_of(bytes.count() as f64)
    }

    /// The time in which a possibly fractional amount drains: `round(remaining * 10^12 / rate)` ps.
    ///
    /// This is the one place where a finish time is rounded. A rate of zero never drains and gives
    /// [`Time::MAX`].
    pub fn drain_time_of(self, remaining_bytes: f64) -> Time {
        let picoseconds = remaining_bytes * 1e12 / self.0;
        let whole = picoseconds as u64;
        // What is left of a whole number is exact, and so is its comparison with one half.
        Time::from_picoseconds(whole.saturating_add(u64::from(picoseconds - whole as f64 >= 0.5)))
    }

    /// The smaller of two rates.
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }
}

impl Mul<f64> for Bandwidth {
    type Output = Self;
    fn mul(self, share: f64) -> Self {
        Self(self.0 * share)
    }
}

impl Sub for Bandwidth {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Bandwidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GB/s", self.gigabytes_per_second())
    }
}

impl FromStr for Bandwidth {
    type Err = UnitError;

    /// Reads "50 GB/s" or "400 Gb/s"; case tells bits from bytes.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (value, _, unit) = split_number(text, "bandwidth", EXAMPLE)?;
        let scale = match unit {
            "B/s" => 1.0,
            "kB/s" | "KB/s" => 1e3,
            "MB/s" => 1e6,
            "GB/s" => 1e9,
            "TB/s" => 1e12,
            "Mb/s" | "Mbit/s" => 1e6 / 8.0,
            "Gb/s" | "Gbit/s" => 1e9 / 8.0,
            "Tb/s" | "Tbit/s" => 1e12 / 8.0,
            "" => {
                return Err(UnitError::NoUnit {
                    text: text.to_owned(),
                    quantity: "bandwidth",
                    example: EXAMPLE,
                });
            }
            _ => {
                return Err(UnitError::UnknownUnit {
                    unit: unit.to_owned(),
                    quantity: "bandwidth",
                    known: UNITS,
                });
            }
        };
        let rate = value * scale;
        if !(rate > 0.0 && rate <= 1e18) {
            return Err(UnitError::OutOfRange {
                text: text.to_owned(),
                quantity: "bandwidth",
                bound: "above zero and at most 10^18 bytes per second",
            });
        }
        Ok(Self(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_and_bytes_differ_by_eight() {
        assert_eq!("400 Gb/s".parse(), Ok(Bandwidth::from_gigabytes_per_second(50.0)));
        assert_eq!("50 GB/s".parse(), Ok(Bandwidth::from_gigabytes_per_second(50.0)));
    }

    #[test]
    fn a_transfer_is_rounded_once_to_the_nearest_picosecond() {
        // 64 B at 50 GB/s last exactly 1.28 ns; 1 B at 3 GB/s lasts 333.33 ps.
        let fast = Bandwidth::from_gigabytes_per_second(50.0);
        assert_eq!(fast.drain_time(Bytes::new(64)), Time::from_picoseconds(1_280));
        let slow = Bandwidth::from_gigabytes_per_second(3.0);
        assert_eq!(slow.drain_time(Bytes::new(1)), Time::from_picoseconds(333));
    }

    #[test]
    fn impossible_rates_are_refused() {
        for text in ["0 GB/s", "-900 GB/s", "inf GB/s", "900", "900 GB"] {
            assert!(text.parse::<Bandwidth>().is_err(), "{text}");
        }
    }
}
