//! Which runs are pairs: the list that is built in.

use csv::ReaderBuilder;
use serde::Deserialize;
use std::sync::LazyLock;

/// The list.
const LIST: &str = include_str!("../../../../library/measured/training_pairs.csv");

/// In which quantity two runs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Quantity {
    /// The time of a step: both runs do the same work on each chip.
    #[serde(rename = "step-time")]
    StepTime,
    /// Tokens per second and chip, as the time that a chip takes for a token.
    #[serde(rename = "tokens/s-per-chip")]
    TokensPerSecondPerChip,
}

/// Two runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// What differs, in words.
    pub(super) effect: String,
    /// What sort of thing that is.
    pub(super) kind: String,
    pub(super) quantity: Quantity,
    /// The row that is compared with.
    pub(super) baseline: String,
    /// The row that differs from it.
    pub(super) variant: String,
    /// What else to know; may be empty.
    pub(super) comment: String,
    /// Why the model misses the effect where it does; empty where it never has.
    pub(super) miss: String,
}

impl Quantity {
    /// The name in results.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::StepTime => "step-time",
            Self::TokensPerSecondPerChip => "tokens/s-per-chip",
        }
    }
}

/// Every pair, in the order of the list.
pub(super) fn pairs() -> &'static [Pair] {
    static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
        let mut reader = ReaderBuilder::new().from_reader(LIST.as_bytes());
        let rows: Result<Vec<Pair>, csv::Error> = reader.deserialize().collect();
        rows.expect("the built-in list of pairs is well-formed")
    });
    &PAIRS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pairs_differ_have_names_of_their_own_and_sentences_that_end() {
        let names: BTreeSet<&str> = pairs().iter().map(|pair| pair.effect.as_str()).collect();
        assert_eq!(names.len(), pairs().len());
        for pair in pairs() {
            assert_ne!(pair.baseline, pair.variant, "{}", pair.effect);
            assert!(!pair.kind.is_empty(), "{}", pair.effect);
            assert!(pair.miss.is_empty() || pair.miss.ends_with('.'), "{}: {}", pair.effect, pair.miss);
        }
    }
}
