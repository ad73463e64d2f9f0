//! Quantities of the catalog: what kind each value is, its units, and the text that a user writes for it.
//!
//! Bandwidth, data and time share the grammar of [`copperlight_core::units`]; the other kinds are listed here.

use copperlight_core::units::{Bandwidth, Bytes, Time, UnitError};

/// Floating-point operations per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct ComputeRate(f64);

impl ComputeRate {
    /// `rate` operations per second.
    pub const fn from_flops_per_second(rate: f64) -> Self {
        Self(rate)
    }

    /// This rate in operations per second.
    pub const fn flops_per_second(self) -> f64 {
        self.0
    }
}

/// Electrical power.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Power(f64);

impl Power {
    /// `watts` watts.
    pub const fn from_watts(watts: f64) -> Self {
        Self(watts)
    }

    /// This power in watts.
    pub const fn watts(self) -> f64 {
        self.0
    }
}

/// The kind of a quantity: it decides which units are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Operations per second.
    ComputeRate,
    /// Bytes.
    Data,
    /// Bytes per second, in one direction unless the key says otherwise.
    Bandwidth,
    /// Watts.
    Power,
    /// Seconds.
    Duration,
    /// Seconds per metre.
    DurationPerLength,
    /// Metres.
    Length,
    /// Joules per bit.
    EnergyPerBit,
    /// US dollars.
    Money,
    /// US dollars a joule.
    EnergyPrice,
    /// Seconds, in years of 365 days.
    Lifetime,
    /// Failures in 1e9 hours.
    FailureRate,
    /// A number of things.
    Count,
    /// A part of a whole: above zero and at most one.
    Share,
    /// One quantity over another of its kind: at least zero.
    Ratio,
}

impl Dimension {
    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ComputeRate => "compute rate",
            Self::Data => "size",
            Self::Bandwidth => "bandwidth",
            Self::Power => "power",
            Self::Duration => "time",
            Self::DurationPerLength => "time per length",
            Self::Length => "length",
            Self::EnergyPerBit => "energy per bit",
            Self::Money => "price",
            Self::EnergyPrice => "price of energy",
            Self::Lifetime => "lifetime",
            Self::FailureRate => "failure rate",
            Self::Count => "count",
            Self::Share => "share",
            Self::Ratio => "ratio",
        }
    }

    /// A text that is accepted.
    pub const fn example(self) -> &'static str {
        match self {
            Self::ComputeRate => "2500 TFLOP/s",
            Self::Data => "186 GB",
            Self::Bandwidth => "50 GB/s",
            Self::Power => "1200 W",
            Self::Duration => "300 ns",
            Self::DurationPerLength => "4.9 ns/m",
            Self::Length => "5 m",
            Self::EnergyPerBit => "10 pJ/bit",
            Self::Money => "3 MUSD",
            Self::EnergyPrice => "0.08 USD/kWh",
            Self::Lifetime => "5 year",
            Self::FailureRate => "1000 FIT",
            Self::Count => "72 count",
            Self::Share => "0.8 share",
            Self::Ratio => "2 ratio",
        }
    }

    /// Units with their size in the base unit; empty where the core reads the text.
    const fn units(self) -> &'static [(&'static str, f64)] {
        match self {
            Self::ComputeRate => &[
                ("FLOP/s", 1.0),
                ("GFLOP/s", 1e9),
                ("TFLOP/s", 1e12),
                ("PFLOP/s", 1e15),
                ("GFLOPS", 1e9),
                ("TFLOPS", 1e12),
                ("PFLOPS", 1e15),
            ],
            Self::Power => &[("W", 1.0), ("kW", 1e3), ("MW", 1e6)],
            Self::DurationPerLength => &[("ns/m", 1e-9)],
            Self::Length => &[("m", 1.0), ("km", 1e3)],
            Self::EnergyPerBit => &[("pJ/bit", 1e-12)],
            Self::Money => &[("USD", 1.0), ("kUSD", 1e3), ("MUSD", 1e6)],
            Self::EnergyPrice => &[("USD/kWh", 1.0 / 3.6e6)],
            Self::Lifetime => &[("year", 31_536_000.0)],
            Self::FailureRate => &[("FIT", 1.0)],
            Self::Count => &[("count", 1.0)],
            Self::Share => &[("share", 1.0)],
            Self::Ratio => &[("ratio", 1.0)],
            Self::Data | Self::Bandwidth | Self::Duration => &[],
        }
    }

    /// The units of this kind, as texts spell them.
    pub fn unit_names(self) -> Vec<&'static str> {
        match self {
            Self::Data => vec!["B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB"],
            Self::Bandwidth => vec![
                "B/s", "kB/s", "KB/s", "MB/s", "GB/s", "TB/s", "Mb/s", "Mbit/s", "Gb/s", "Gbit/s", "Tb/s",
                "Tbit/s",
            ],
            Self::Duration => vec!["ps", "ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s"],
            _ => self.units().iter().map(|(name, _)| *name).collect(),
        }
    }

    /// A regular expression (ECMA 262, as JSON Schema has it) of the texts that [`Dimension::read`] takes.
    pub fn pattern(self) -> String {
        let units: Vec<String> =
            self.unit_names().iter().map(|unit| unit.replace('/', "\\/").replace('.', "\\.")).collect();
        let units = units.join("|");
        format!(r"^\s*[+-]?[0-9_]*\.?[0-9_]+([eE][+-]?[0-9]+)?\s*({units})\s*$")
    }

    const fn known_units(self) -> &'static str {
        match self {
            Self::ComputeRate => "FLOP/s, GFLOP/s, TFLOP/s, PFLOP/s",
            Self::Power => "W, kW, MW",
            Self::DurationPerLength => "ns/m",
            Self::Length => "m, km",
            Self::EnergyPerBit => "pJ/bit",
            Self::Money => "USD, kUSD, MUSD",
            Self::EnergyPrice => "USD/kWh",
            Self::Lifetime => "year",
            Self::FailureRate => "FIT",
            Self::Count => "count",
            Self::Share => "share",
            Self::Ratio => "ratio",
            Self::Data => "B, kB, MB, GB, TB",
            Self::Bandwidth => "B/s, GB/s, Gb/s",
            Self::Duration => "ps, ns, us, ms, s",
        }
    }

    const fn bound(self) -> &'static str {
        match self {
            Self::Share => "above zero and at most 1",
            Self::Ratio => "at least zero",
            Self::Count => "a whole number, at least 1",
            _ => "above zero and finite",
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::Share => value > 0.0 && value <= 1.0,
            Self::Ratio => value >= 0.0 && value.is_finite(),
            Self::Count => value >= 1.0 && value.fract() == 0.0 && value <= 1e9,
            _ => value > 0.0 && value <= 1e24,
        }
    }

    /// `value` of `unit` in the base unit: FLOP/s, bytes, bytes per second, watts, seconds, metres, joules, USD,
    /// FIT.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is not of this kind or the value is impossible.
    pub fn base_value(self, value: f64, unit: &str) -> Result<f64, UnitError> {
        let text = || format!("{value} {unit}");
        match self {
            Self::Bandwidth if unit == "GB/s" && (1e-9..=1e9).contains(&value) => Ok(value * 1e9),
            Self::Data => match text().parse::<Bytes>()? {
                Bytes::ZERO => Err(self.out_of_range(&text())),
                bytes => Ok(bytes.count() as f64),
            },
            Self::Bandwidth => text().parse().map(Bandwidth::bytes_per_second),
            Self::Duration => text().parse().map(Time::seconds),
            _ => self.scaled(value, unit),
        }
    }

    fn scaled(self, value: f64, unit: &str) -> Result<f64, UnitError> {
        let known = self.units().iter().find(|(name, _)| *name == unit);
        let Some((_, scale)) = known else {
            return Err(UnitError::UnknownUnit {
                unit: unit.to_owned(),
                quantity: self.name(),
                known: self.known_units(),
            });
        };
        let base = value * scale;
        if self.holds(base) { Ok(base) } else { Err(self.out_of_range(&format!("{value} {unit}"))) }
    }

    fn out_of_range(self, text: &str) -> UnitError {
        UnitError::OutOfRange { text: text.to_owned(), quantity: self.name(), bound: self.bound() }
    }

    /// Reads a text such as `2500 TFLOP/s` into its number and its unit, checked.
    ///
    /// # Errors
    /// [`UnitError`] says what is wrong with the text.
    pub fn read(self, text: &str) -> Result<(f64, String), UnitError> {
        let (number, unit) = split(text);
        let value: f64 = number.replace('_', "").parse().map_err(|_| UnitError::NoNumber {
            text: text.to_owned(),
            quantity: self.name(),
            example: self.example(),
        })?;
        if unit.is_empty() {
            let (quantity, example) = (self.name(), self.example());
            return Err(UnitError::NoUnit { text: text.to_owned(), quantity, example });
        }
        self.base_value(value, unit)?;
        Ok((value, unit.to_owned()))
    }
}

/// Splits a text before its unit: at the first letter that does not begin an exponent.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let begins_unit = |(index, letter): &(usize, char)| {
        let after = text[index + letter.len_utf8()..].trim_start_matches(['+', '-']);
        let exponent = matches!(letter, 'e' | 'E') && after.starts_with(|c: char| c.is_ascii_digit());
        !(exponent || letter.is_ascii_digit() || matches!(letter, '.' | '+' | '-' | '_'))
    };
    let end = text.char_indices().find(begins_unit).map_or(text.len(), |(index, _)| index);
    (text[..end].trim(), text[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_into_number_and_unit() {
        assert_eq!(Dimension::ComputeRate.read("2.5 PFLOP/s"), Ok((2.5, "PFLOP/s".to_owned())));
        assert_eq!(Dimension::Power.read("1.2e3W"), Ok((1200.0, "W".to_owned())));
        assert_eq!(Dimension::Bandwidth.read("400 Gb/s"), Ok((400.0, "Gb/s".to_owned())));
        assert_eq!(Dimension::Duration.read("936.25 ns"), Ok((936.25, "ns".to_owned())));
    }

    #[test]
    fn every_example_reads_and_gives_a_base_value() {
        let kinds = [
            (Dimension::ComputeRate, 2.5e15),
            (Dimension::Data, 186e9),
            (Dimension::Bandwidth, 50e9),
            (Dimension::Power, 1200.0),
            (Dimension::Duration, 300e-9),
            (Dimension::DurationPerLength, 4.9e-9),
            (Dimension::Length, 5.0),
            (Dimension::EnergyPerBit, 10e-12),
            (Dimension::Money, 3e6),
            (Dimension::EnergyPrice, 0.08 / 3.6e6),
            (Dimension::Lifetime, 157_680_000.0),
            (Dimension::FailureRate, 1000.0),
            (Dimension::Count, 72.0),
            (Dimension::Share, 0.8),
            (Dimension::Ratio, 2.0),
        ];
        for (kind, expected) in kinds {
            let (value, unit) = kind.read(kind.example()).expect("an example reads");
            let base = kind.base_value(value, &unit).expect("an example has a base value");
            assert!((base / expected - 1.0).abs() < 1e-12, "{kind:?} {base}");
        }
    }

    #[test]
    fn every_unit_that_is_named_reads() {
        for kind in [
            Dimension::ComputeRate,
            Dimension::Data,
            Dimension::Bandwidth,
            Dimension::Power,
            Dimension::Duration,
            Dimension::Length,
            Dimension::Money,
        ] {
            assert!(!kind.unit_names().is_empty());
            for unit in kind.unit_names() {
                assert!(kind.read(&format!("2 {unit}")).is_ok(), "{kind:?} {unit}");
            }
        }
        let power = r"^\s*[+-]?[0-9_]*\.?[0-9_]+([eE][+-]?[0-9]+)?\s*(W|kW|MW)\s*$";
        assert_eq!(Dimension::Power.pattern(), power);
    }

    #[test]
    fn wrong_units_and_impossible_values_are_refused() {
        let refused = |kind: Dimension, text: &str| kind.read(text).unwrap_err();
        assert!(matches!(refused(Dimension::Power, "400 GB"), UnitError::UnknownUnit { .. }));
        assert!(matches!(refused(Dimension::Power, "-1 W"), UnitError::OutOfRange { .. }));
        assert!(matches!(refused(Dimension::Share, "1.2 share"), UnitError::OutOfRange { .. }));
        assert!(matches!(refused(Dimension::Count, "1.5 count"), UnitError::OutOfRange { .. }));
        assert!(matches!(refused(Dimension::ComputeRate, "2500"), UnitError::NoUnit { .. }));
        assert!(matches!(refused(Dimension::Bandwidth, "fast"), UnitError::NoNumber { .. }));
        assert!(matches!(refused(Dimension::Bandwidth, "50 GB"), UnitError::UnknownUnit { .. }));
    }
}
