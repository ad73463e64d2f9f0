//! What `[[expect]]` asks of results, checked.

use super::document::Place;
use serde_json::Value;
use std::collections::BTreeMap;

/// Something that must hold at every point that it selects.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The points it is about.
    pub selector: PointSelector,
    /// What must hold there.
    pub claim: Claim,
    /// Why it is asked for, in the author's words.
    pub message: Option<String>,
    /// Where it was written.
    pub place: Option<Place>,
}

/// The points that an expectation is about; what is absent selects all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointSelector {
    /// The system's name.
    pub system: Option<String>,
    /// The number of chips.
    pub chips: Option<usize>,
    /// Swept keys and their values, as results have them.
    pub values: BTreeMap<String, Value>,
}

impl PointSelector {
    /// Whether a point of this system, size and swept values is meant.
    pub fn selects(&self, system: &str, chips: u64, point: &BTreeMap<String, Value>) -> bool {
        self.system.as_ref().is_none_or(|name| name == system)
            && self.chips.is_none_or(|number| number as u64 == chips)
            && self.values.iter().all(|(key, value)| point.get(key) == Some(value))
    }
}

/// What must hold at a point.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Whether the training state fits in memory.
    Fits(bool),
    /// A metric lies between bounds, which belong to the range; at least one of them is there.
    Within {
        /// The metric.
        metric: String,
        /// The least allowed value.
        min: Option<f64>,
        /// The greatest allowed value.
        max: Option<f64>,
    },
    /// A metric has a value.
    Equal {
        /// The metric.
        metric: String,
        /// The value.
        value: f64,
        /// How far from it the metric may be.
        tolerance: Tolerance,
    },
    /// A metric is greater or less than that of another system at the same point.
    Ordered {
        /// The metric.
        metric: String,
        /// Which of the two is the greater one.
        order: Order,
        /// The other system's name.
        other: String,
        /// By which factor, at least; any unless given.
        by: Option<f64>,
    },
}

impl Claim {
    /// The metric that it is about; none for whether a point fits.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Fits(_) => None,
            Self::Within { metric, .. } | Self::Equal { metric, .. } | Self::Ordered { metric, .. } => {
                Some(metric)
            }
        }
    }
}

/// How far a number may be from what it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// A share of what it should be.
    Relative(f64),
    /// In the metric's own unit.
    Absolute(f64),
}

impl Tolerance {
    /// The relative tolerance where none is stated: what another compiler or platform may change in the last digits.
    pub const DEFAULT: Self = Self::Relative(1e-9);

    /// The greatest allowed distance from `value`.
    pub fn distance(self, value: f64) -> f64 {
        match self {
            Self::Relative(share) => share * value.abs(),
            Self::Absolute(distance) => distance,
        }
    }
}

/// Which of two is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The selected one.
    Above,
    /// The other one.
    Below,
}

impl Order {
    /// The word of scenario files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

/// A relative tolerance as a person writes it: `0.02` or `2 %`.
///
/// # Errors
/// What is wrong with it, with the remedy.
pub(crate) fn relative_tolerance(text: &str) -> Result<f64, String> {
    let trimmed = text.trim();
    let (number, scale) = match trimmed.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (trimmed, 1.0),
    };
    match number.parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 0.0 => Ok(number / scale),
        _ => Err(format!("`{trimmed}` is no share of at least 0; write one such as 0.02 or \"2 %\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_shares_or_percentages() {
        let read = |text| relative_tolerance(text).ok();
        assert_eq!(
            [read("0.02"), read("2 %"), read("2%"), read(" 0 ")],
            [Some(0.02), Some(0.02), Some(0.02), Some(0.0)]
        );
        assert_eq!([read("-1"), read("nan"), read("inf %"), read("%"), read("a lot")], [None; 5]);
        assert_eq!(Tolerance::Relative(0.5).distance(-4.0), 2.0);
        assert_eq!(Tolerance::Absolute(0.5).distance(-4.0), 0.5);
    }
}
