//! What can be wrong with a number that carries a unit, and the split into number and unit.

use thiserror::Error;

/// A text that is not a quantity of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UnitError {
    /// The text does not begin with a number.
    #[error("`{text}` does not begin with a number; write a {quantity} such as `{example}`")]
    NoNumber {
        /// The offending text.
        text: String,
        /// The kind of quantity that was expected.
        quantity: &'static str,
        /// A text that would be accepted.
        example: &'static str,
    },
    /// The text has a number and no unit.
    #[error("`{text}` has no unit; write a {quantity} with its unit, such as `{example}`")]
    NoUnit {
        /// The offending text.
        text: String,
        /// The kind of quantity that was expected.
        quantity: &'static str,
        /// A text that would be accepted.
        example: &'static str,
    },
    /// The unit is none that this quantity has.
    #[error("`{unit}` is not a unit of {quantity}; known units: {known}")]
    UnknownUnit {
        /// The unit as written.
        unit: String,
        /// The kind of quantity that was expected.
        quantity: &'static str,
        /// The accepted units.
        known: &'static str,
    },
    /// A short size such as `128M`, which could be decimal or binary.
    #[error(
        "`{text}` is ambiguous; write `{number} {letter}B` (10^{decimal}) or `{number} {letter}iB` (2^{binary})"
    )]
    AmbiguousSize {
        /// The offending text.
        text: String,
        /// Its number.
        number: String,
        /// Its prefix letter.
        letter: char,
        /// The power of ten the prefix stands for.
        decimal: u32,
        /// The power of two the prefix stands for.
        binary: u32,
    },
    /// The number is negative, not finite or too large for the quantity.
    #[error("`{text}` is not a possible {quantity}: it must be {bound}")]
    OutOfRange {
        /// The offending text.
        text: String,
        /// The kind of quantity that was expected.
        quantity: &'static str,
        /// The bound that was broken.
        bound: &'static str,
    },
}

/// Splits `text` into its leading number and the unit after it; the unit may be empty.
pub(super) fn split_number<'a>(
    text: &'a str,
    quantity: &'static str,
    example: &'static str,
) -> Result<(f64, &'a str, &'a str), UnitError> {
    let trimmed = text.trim();
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | '_');
    let mut end = trimmed.find(|c| !numeric(c)).unwrap_or(trimmed.len());
    // An exponent belongs to the number when digits follow it: "1e9 B/s", but not the E of "4 EB".
    let rest = &trimmed[end..];
    if end > 0 && rest.starts_with(['e', 'E']) {
        let digits = rest[1..].trim_start_matches(['+', '-']);
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            let tail = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            end = trimmed.len() - digits.len() + tail;
        }
    }
    let number = &trimmed[..end];
    let value: f64 = number.replace('_', "").parse().map_err(|_| UnitError::NoNumber {
        text: text.to_owned(),
        quantity,
        example,
    })?;
    Ok((value, number, trimmed[end..].trim()))
}
