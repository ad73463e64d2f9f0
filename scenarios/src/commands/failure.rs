//! How a command can fail, and the exit code of each failure.

use super::diagnostics::{self, Colour};
use crate::calibrate::{CalibrateChipsError, CalibrateError, SourceError};
use crate::check::ResultBaselineError;
use crate::claims::ClaimError;
use crate::file::{ScenarioError, ScenarioErrors};
use crate::flow_case::FlowCaseError;
use crate::report::compare::CompareError;
use crate::report::files::FilesError;
use crate::run::RunError;
use crate::search::SearchError;
use crate::sweep::{JournalError, MergeError};
use crate::trace::TraceFileError;
use crate::validate::{BaselineError, ValidateError};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// The exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitStatus(u8);

impl ExitStatus {
    /// Everything went well, or the reader of the output had seen enough.
    pub const SUCCESS: Self = Self(0);
    /// An expectation or a recorded accuracy failed.
    pub const WORSE: Self = Self(1);
    /// The command or its input is wrong.
    pub const BAD_INPUT: Self = Self(2);
    /// The simulation could not finish.
    pub const UNFINISHED: Self = Self(3);
    /// Stopped by a signal; what was done is kept.
    pub const INTERRUPTED: Self = Self(130);
    /// A bug of this program.
    pub const BUG: Self = Self(70);

    /// The code.
    pub const fn code(self) -> u8 {
        self.0
    }
}

/// Why a command could not do its work.
#[derive(Debug, Error)]
pub enum Failure {
    /// Scenario or system files are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Scenario(Vec<ScenarioErrors>),
    /// A flag or argument is wrong.
    #[error("{flag}: {error}{}", .error.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default())]
    Argument {
        /// The flag or argument.
        flag: &'static str,
        /// What is wrong with it.
        error: ScenarioError,
    },
    /// What the parser of arguments says, rendered by it.
    #[error("{0}")]
    Parser(String),
    /// Arguments that do not go together, in a sentence.
    #[error("{0}")]
    Usage(String),
    /// A flow case is wrong.
    #[error("{path}: {error}")]
    FlowCase {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: FlowCaseError,
    },
    /// A simulation could not run or finish.
    #[error(transparent)]
    Run(Box<RunError>),
    /// Measurements cannot be read.
    #[error(transparent)]
    Validate(#[from] ValidateError),
    /// Measurements to fit to cannot be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nothing can be fitted.
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    /// Parameters of chips that cannot be fitted.
    #[error(transparent)]
    CalibrateChips(#[from] CalibrateChipsError),
    /// A baseline cannot be read or written.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The page about measurements cannot be written.
    #[cfg(feature = "plots")]
    #[error(transparent)]
    Page(#[from] super::validate_book::BookError),
    /// Errors against measurements have grown.
    #[error("worse than {path}:\n  {}", grown.join("\n  "))]
    Worse {
        /// The baseline.
        path: String,
        /// What has grown, one sentence each.
        grown: Vec<String>,
    },
    /// What is done cannot be kept, or not be gone on with.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What is done could not be kept to its end.
    #[error("{0}")]
    Kept(String),
    /// Shards cannot be put together.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Some points were begun and could not finish; the results of all are written.
    #[error(
        "{unfinished} of {points} points of `{scenario}` could not finish: `error` in the results says why"
    )]
    Unfinished {
        /// The scenario.
        scenario: String,
        /// How many could not.
        unfinished: usize,
        /// Of how many.
        points: usize,
    },
    /// A signal to end came before all points were done.
    #[error("interrupted: {done} of {points} points are kept in {}; the same command goes on from there", path.display())]
    Interrupted {
        /// How many points are done.
        done: usize,
        /// Of how many.
        points: usize,
        /// Where they are.
        path: PathBuf,
    },
    /// The same, where nothing was to be kept.
    #[error("interrupted: nothing is kept of a run with --no-files or --trace")]
    InterruptedWithoutFiles,
    /// A baseline of results cannot be read, held against or written.
    #[error(transparent)]
    ResultBaseline(#[from] ResultBaselineError),
    /// What was named is no claim that can be judged.
    #[error(transparent)]
    Claim(ClaimError),
    /// Two sides cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// Results are not what they must be; which, stands on standard output.
    #[error("{failed} of {all} checks failed")]
    CheckFailed {
        /// How many failed.
        failed: usize,
        /// How many there were.
        all: usize,
    },
    /// A file of results cannot be written.
    #[error("{path}: the file cannot be written: {reason}; name a file in a folder that is there")]
    NotWritten {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The output folder could not be written.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The trace could not be written.
    #[error(transparent)]
    Trace(#[from] TraceFileError),
    /// A figure could not be drawn.
    #[error("the figures could not be drawn: {0}; run with --no-files to leave them out")]
    Figures(String),
    /// Standard output or standard error could not be written.
    #[error("the output could not be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// The exit code; a reader that closes the pipe has seen enough, which is no failure.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitStatus::SUCCESS,
            Self::Worse { .. } | Self::CheckFailed { .. } => ExitStatus::WORSE,
            Self::Unfinished { .. } => ExitStatus::UNFINISHED,
            Self::Interrupted { .. } | Self::InterruptedWithoutFiles => ExitStatus::INTERRUPTED,
            Self::Run(error) if error.exit_code() == ExitStatus::UNFINISHED.code() => ExitStatus::UNFINISHED,
            _ => ExitStatus::BAD_INPUT,
        }
    }

    /// What is said about it on standard error; nothing about a closed pipe.
    pub fn message(&self, colour: Colour) -> String {
        match self {
            Self::Scenario(scenarios) => {
                let drawn = scenarios.iter().map(|errors| diagnostics::render(errors, colour));
                drawn.collect::<Vec<_>>().join("\n")
            }
            Self::Parser(text) => text.clone(),
            Self::Interrupted { .. } | Self::InterruptedWithoutFiles => format!("{self}\n"),
            _ if self.status() == ExitStatus::SUCCESS => String::new(),
            _ => format!("error: {self}\n"),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Run(error) => error.into(),
            other => Self::Claim(other),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Run(error) => error.into(),
            SearchError::NotTraining { .. } | SearchError::NothingToFix { .. } | SearchError::Estimate(_) => {
                Self::Usage(error.to_string())
            }
        }
    }
}

impl From<ScenarioErrors> for Failure {
    fn from(errors: ScenarioErrors) -> Self {
        Self::Scenario(vec![errors])
    }
}
