//! Why a scenario or a collective could not be run.

use crate::estimate::EstimateError;
use crate::file::PointFailure;
use copperlight_core::fabric::RoutingError;
use copperlight_core::simulation::SimulationError;
use copperlight_topologies::{BuildError, RangeError};
use thiserror::Error;

/// Why a scenario or a collective could not be run.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RunError {
    /// The fabric of a system cannot be built for so many chips.
    #[error("{system}: {source}")]
    Build {
        /// The system.
        system: String,
        /// What is wrong.
        source: BuildError,
    },
    /// A value cannot be at an end of its range.
    #[error("{system}: {source}")]
    Range {
        /// The system.
        system: String,
        /// What is wrong.
        source: RangeError,
    },
    /// A point of the scenario cannot be.
    #[error("{}: {}", .0.place.system_name, .0)]
    Point(#[from] PointFailure),
    /// Training needs to know what a chip computes.
    #[error(
        "{system}: a bare family has no chip, so nothing can be trained on it; name a preset, or run `kind = \"collective\"`"
    )]
    NoChip {
        /// The system.
        system: String,
    },
    /// The chip has no rate for the precision.
    #[error("{system}: no {precision} rate is known for {chip}; set `precision = \"bf16\"` or {missing}")]
    NoRate {
        /// The system.
        system: String,
        /// The chip.
        chip: String,
        /// The precision.
        precision: &'static str,
        /// The keys that would give it one.
        missing: String,
    },
    /// A collective needs at least as many chips as it has ranks, and one.
    #[error("{system}: a collective needs at least one chip, not {chips}; set `--chips`")]
    NoChips {
        /// The system.
        system: String,
        /// How many were asked for.
        chips: usize,
    },
    /// Chips cannot reach one another.
    #[error("{system}: {source}")]
    Routing {
        /// The system.
        system: String,
        /// What is wrong.
        source: RoutingError,
    },
    /// The simulator refuses the workload.
    #[error("{system}: {source}")]
    Simulation {
        /// The system.
        system: String,
        /// What is wrong.
        source: SimulationError,
    },
    /// The simulation could not finish.
    #[error("{system}: the simulation could not finish: {reason}")]
    Unfinished {
        /// The system.
        system: String,
        /// Why it stopped.
        reason: String,
    },
    /// The plans of a point cannot be estimated.
    #[error("{system}: no plan can be searched: {source}")]
    Estimate {
        /// The system.
        system: String,
        /// What is wrong.
        source: Box<EstimateError>,
    },
    /// No point of the scenario fits in memory.
    #[error("no point fits in memory, so nothing was simulated:\n  {}", notes.join("\n  "))]
    NothingFits {
        /// What each point needs, and what would help.
        notes: Vec<String>,
    },
    /// A break-even needs a loser.
    #[error(
        "a break-even is where another system wins: the scenario needs `kind = \"training\"` and two systems or more"
    )]
    NothingToCompare,
    /// The break-even of something that no simulation reads, or that is counted.
    #[error("`{parameter}` is no quantity that a simulation of this scenario reads; {remedy}")]
    NoParameter {
        /// The parameter as written.
        parameter: String,
        /// What to write instead.
        remedy: String,
    },
    /// The thread pool could not be made.
    #[error("could not start threads: {reason}")]
    NoThreads {
        /// What the system said.
        reason: String,
    },
    /// No point of the scenario could be simulated to its end.
    #[error("{message}")]
    EveryPointFailed {
        /// What is wrong with the first one.
        message: String,
        /// Whether it was begun.
        unfinished: bool,
    },
    /// What a part has shown could not be kept.
    #[error("{reason}")]
    Keep {
        /// What is wrong.
        reason: String,
    },
}

impl RunError {
    /// The exit code of a simulation that could not finish.
    pub(super) const UNFINISHED: u8 = 3;

    /// The exit code of the contract: 3 when the simulation could not finish, else 2.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unfinished { .. } | Self::EveryPointFailed { unfinished: true, .. } => Self::UNFINISHED,
            _ => 2,
        }
    }
}
