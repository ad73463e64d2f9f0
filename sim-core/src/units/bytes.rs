//! Amounts of data.

use super::error::{UnitError, split_number};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};
use std::str::FromStr;

/// An amount of data in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

const UNITS: &str = "B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024)";
const EXAMPLE: &str = "16 MiB";

impl Bytes {
    /// No data.
    pub const ZERO: Self = Self(0);

    /// `count` bytes.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// The number of bytes.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// The size of each of `parts` equal chunks, the last padded: `ceil(self / parts)`.
    ///
    /// # Panics
    /// When `parts` is zero: a buffer is cut for at least one rank.
    pub const fn padded_chunk(self, parts: u64) -> Self {
        assert!(parts > 0, "a buffer is cut into at least one chunk");
        Self(self.0.div_ceil(parts))
    }

    /// Reads a size *flag* as nccl-tests does: "128M" and "8G" are binary; full units are read as such.
    ///
    /// # Errors
    /// [`UnitError`] when the text is no size.
    pub fn parse_flag(text: &str) -> Result<Self, UnitError> {
        match text.parse() {
            Err(UnitError::AmbiguousSize { number, binary, .. }) => {
                let value: f64 = number.replace('_', "").parse().map_err(|_| no_number(text))?;
                Self::from_float(value * (1u64 << binary) as f64, text)
            }
            Err(UnitError::NoUnit { .. }) => {
                let (value, ..) = split_number(text, "size", EXAMPLE)?;
                Self::from_float(value, text)
            }
            other => other,
        }
    }

    fn from_float(bytes: f64, text: &str) -> Result<Self, UnitError> {
        if !(0.0..=9_007_199_254_740_992.0).contains(&bytes) {
            return Err(UnitError::OutOfRange {
                text: text.to_owned(),
                quantity: "size",
                bound: "at least zero and at most 2^53 bytes",
            });
        }
        Ok(Self(bytes.round() as u64))
    }
}

fn no_number(text: &str) -> UnitError {
    UnitError::NoNumber { text: text.to_owned(), quantity: "size", example: EXAMPLE }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Mul<u64> for Bytes {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0 * times)
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Bytes {
    /// Exact: a power-of-1024 or power-of-1000 unit where the amount is a whole number of it, else bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        let decimal = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
        if self.0 > 0 {
            if let Some((shift, unit)) = binary.iter().find(|(shift, _)| self.0.trailing_zeros() >= *shift) {
                return write!(f, "{} {unit}", self.0 >> shift);
            }
            if let Some((scale, unit)) = decimal.iter().find(|(scale, _)| self.0.is_multiple_of(*scale)) {
                return write!(f, "{} {unit}", self.0 / scale);
            }
        }
        write!(f, "{} B", self.0)
    }
}

impl FromStr for Bytes {
    type Err = UnitError;

    /// Reads full units only: "128 MiB", "1.5 GB"; "128M" is refused as ambiguous.
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let (value, number, unit) = split_number(text, "size", EXAMPLE)?;
        let scale = match unit {
            "B" => 1.0,
            "kB" | "KB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            "KiB" => 1024.0,
            "MiB" => 1_048_576.0,
            "GiB" => 1_073_741_824.0,
            "TiB" => 1_099_511_627_776.0,
            "k" | "K" | "M" | "G" | "T" => return Err(ambiguous(text, number, unit)),
            "" => {
                return Err(UnitError::NoUnit { text: text.to_owned(), quantity: "size", example: EXAMPLE });
            }
            _ => {
                return Err(UnitError::UnknownUnit { unit: unit.to_owned(), quantity: "size", known: UNITS });
            }
        };
        Self::from_float(value * scale, text)
    }
}

fn ambiguous(text: &str, number: &str, unit: &str) -> UnitError {
    let letter = unit.chars().next().unwrap_or('M').to_ascii_uppercase();
    let power = match letter {
        'K' => 1,
        'M' => 2,
        'G' => 3,
        _ => 4,
    };
    UnitError::AmbiguousSize {
        text: text.to_owned(),
        number: number.to_owned(),
        letter,
        decimal: 3 * power,
        binary: 10 * power,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_padded_up() {
        assert_eq!(Bytes::new(1_000_000_000).padded_chunk(384), Bytes::new(2_604_167));
        assert_eq!(Bytes::ZERO.padded_chunk(3), Bytes::ZERO);
    }

    #[test]
    fn decimal_and_binary_units_differ() {
        assert_eq!("1 MB".parse(), Ok(Bytes::new(1_000_000)));
        assert_eq!("1MiB".parse(), Ok(Bytes::new(1_048_576)));
        assert!(matches!("128M".parse::<Bytes>(), Err(UnitError::AmbiguousSize { .. })));
        assert_eq!(Bytes::parse_flag("128M"), Ok(Bytes::new(128 << 20)));
        assert_eq!(Bytes::parse_flag("8"), Ok(Bytes::new(8)));
    }

    #[test]
    fn display_reads_back() {
        for count in [0, 1, 512, 1024, 1 << 20, 3 << 30, 1_000_000, 1_234_567] {
            assert_eq!(Bytes::new(count).to_string().parse(), Ok(Bytes::new(count)));
        }
    }
}
