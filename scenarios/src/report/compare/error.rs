//! Why two sides cannot be compared.

use thiserror::Error;

/// What `run` writes results with.
const REMEDY: &str = "write results with `copperlight run SCENARIO --out DIR`";

/// What is wrong with the sides of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CompareError {
    /// A file cannot be read.
    #[error("{path}: the results cannot be read: {reason}; {REMEDY}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file holds no results.
    #[error("{path}: these are no results: {problem}; {REMEDY}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong with it, with its place.
        problem: String,
    },
    /// Results of another version of the layout.
    #[error(
        "{path}: the results have schema {found}, and this program reads {read}; write them again with `copperlight run`"
    )]
    Schema {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
        /// The version that is read.
        read: u32,
    },
    /// Results of several scenarios in one file.
    #[error(
        "{path}: the file has results of {scenarios}, and one scenario is compared at a time; write each to a file of its own"
    )]
    Several {
        /// The file.
        path: String,
        /// The scenarios.
        scenarios: String,
    },
    /// A system that a source does not have.
    #[error("{source_name}: there is no system `{system}`; {remedy}")]
    UnknownSystem {
        /// The scenario or file.
        source_name: String,
        /// The name that was asked for.
        system: String,
        /// What to do.
        remedy: String,
    },
    /// Both have several systems, and none in common.
    #[error(
        "{a} has the systems {a_systems}, and {b} has {b_systems}: none has a counterpart; name one of each, such as `{example}`"
    )]
    NoCounterpart {
        /// The first source.
        a: String,
        /// Its systems.
        a_systems: String,
        /// The second source.
        b: String,
        /// Its systems.
        b_systems: String,
        /// How one system is named.
        example: String,
    },
    /// What runs is of two kinds.
    #[error("{a} runs {a_runs} and {b} runs {b_runs}; compare what runs the same kind of workload")]
    OtherKind {
        /// The first source.
        a: String,
        /// What it runs.
        a_runs: String,
        /// The second source.
        b: String,
        /// What it runs.
        b_runs: String,
    },
    /// No points meet.
    #[error(
        "no point of {a} meets one of {b}: {a} has {a_points}, and {b} has {b_points}; give both the same numbers of chips and swept values, such as by --set"
    )]
    NothingInCommon {
        /// The first source.
        a: String,
        /// Its points.
        a_points: String,
        /// The second source.
        b: String,
        /// Its points.
        b_points: String,
    },
    /// More points than a comparison shows.
    #[error(
        "{source_name}: there are {points} points, and at most {most} are compared; leave values of its sweeps out, or compare results that `copperlight run` has written"
    )]
    TooManyPoints {
        /// The scenario.
        source_name: String,
        /// How many it has.
        points: usize,
        /// How many are compared.
        most: usize,
    },
}
