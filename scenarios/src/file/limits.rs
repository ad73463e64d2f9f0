//! The largest numbers that a scenario may ask for; beyond them a slip of the hand is likelier than a wish.

/// The most chips of a point.
pub(super) const MOST_CHIPS: i64 = 1_000_000;

/// The most values of one sweep.
pub(super) const MOST_SWEEP_VALUES: usize = 10_000;

/// The most points of a scenario.
pub(super) const MOST_POINTS: u64 = 100_000;

/// The most layers, heads, or stages.
pub(super) const MOST_PARTS: i64 = 100_000;

/// The greatest width of a matrix, vocabulary, or length of a sequence.
pub(super) const WIDEST: i64 = 100_000_000;

/// The most sequences of a step.
pub(super) const MOST_SEQUENCES: i64 = 1_000_000_000;

/// The most systems of a scenario.
pub(super) const MOST_SYSTEMS: usize = 1_000;

/// The most tokens of a run.
pub(super) const MOST_TOKENS: f64 = 1e18;

/// The most flows of traffic: all pairs of 1,024 chips are fewer.
pub(super) const MOST_FLOWS: u64 = 1 << 20;
