//! The largest numbers that a scenario may ask for; beyond them a slip of the hand is likelier than a wish.

use crate::training::{Model, TrainingJob};

/// The word that leaves a number to the program.
pub(super) const AUTO: &[&str] = &["auto"];

/// The most chips of a point.
pub(super) const MOST_CHIPS: i64 = 1_000_000;

/// The most values of one sweep.
pub(super) const MOST_SWEEP_VALUES: usize = 10_000;

/// The most points of a scenario.
pub(super) const MOST_POINTS: u64 = 10_000_000;

/// The most layers, heads, or stages.
pub(super) const MOST_PARTS: i64 = 100_000;

/// The greatest width of a matrix, vocabulary, or length of a sequence.
pub(super) const WIDEST: i64 = 100_000_000;

/// The most layers of a model.
pub(super) const MOST_LAYERS: i64 = Model::MOST_LAYERS as i64;

/// The greatest width of anything in a model.
pub(super) const WIDEST_OF_MODEL: i64 = Model::WIDEST as i64;

/// The most groups of experts of a model.
pub(super) const MOST_GROUPS: i64 = Model::MOST_GROUPS as i64;

/// The most sequences of a step.
pub(super) const MOST_SEQUENCES: i64 = TrainingJob::LARGEST_BATCH as i64;

/// The most systems of a scenario.
pub(super) const MOST_SYSTEMS: usize = 1_000;

/// The most tokens of a run.
pub(super) const MOST_TOKENS: f64 = 1e18;

/// The most flows of traffic: all pairs of 1,024 chips are fewer.
pub(super) const MOST_FLOWS: u64 = 1 << 20;
