//! What ranges of the catalog mean for who wins, and the value at which the winner changes, as types: parts of the JSON
//! of `sensitivity`.

use super::comparison::{Per, Side};
use serde::Serialize;

/// The first system of a scenario beside another one, over all their runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedPair {
    /// The first system.
    pub first: Side,
    /// The other one.
    pub other: Side,
    /// The ratio that was asked for, by which a winner is named and a break-even is sought.
    pub per: Per,
    /// One ratio for each [`Per`] that is known for both.
    pub ratios: Vec<RatioEnvelope>,
    /// Where the winner by [`ComparedPair::per`] changes.
    pub break_evens: Vec<BreakEven>,
}

/// Tokens per second of the first system over those of the other: above 1, the first one wins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioEnvelope {
    /// What tokens per second are counted per.
    pub per: Per,
    /// With every value as it is.
    pub base: f64,
    /// The slowest run of the first system over the fastest of the other.
    pub low: f64,
    /// The fastest run of the first system over the slowest of the other.
    pub high: f64,
    /// Who wins with every value as it is; `None` for a tie.
    pub winner: Option<String>,
    /// Whether the other one wins somewhere in the envelope.
    pub winner_changes: bool,
    /// The value that moves the ratio most.
    pub decides: Option<String>,
    /// Every value that moves the ratio, the one that moves it most first.
    pub values: Vec<RatioValue>,
}

/// The ratio with one value at the ends of its range, and all others as they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RatioValue {
    /// The value with its system, such as `systems[1].chip.peak_bf16`.
    pub key: String,
    /// The ratio with the value at its low end; `None` when the run failed.
    pub low: Option<f64>,
    /// The same at its high end.
    pub high: Option<f64>,
}

/// The value of one parameter at which the winner changes, all others as they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakEven {
    /// The value with its system, such as `systems[1].chip.peak_bf16`.
    pub parameter: String,
    /// The value in effect, in `unit`.
    pub value: f64,
    /// The unit of every figure here.
    pub unit: String,
    /// Who says so.
    pub source: String,
    /// What sources say; `None` where only one does, or the user set it.
    pub range: Option<[f64; 2]>,
    /// Between which values the winner was looked for.
    pub searched: [f64; 2],
    /// Where the winner changes; `None` when it does not in [`BreakEven::searched`].
    pub at: Option<f64>,
    /// How far that is from the value in effect, as a share of it.
    pub change: Option<f64>,
    /// Whether it is inside of the range; `None` without a range or a break-even.
    pub inside_range: Option<bool>,
    /// The simulations that it took.
    pub runs: u64,
}
