//! How scenarios are run, and what is told on the way.

use super::EngineOptions;

/// How to run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions {
    /// How the engine runs each part.
    pub engine: EngineOptions,
    /// The number of threads, or all cores.
    pub threads: Option<usize>,
}

/// Something that happened while a scenario ran, for a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgressEvent {
    /// So many parts will run.
    Started {
        /// How many.
        parts: usize,
    },
    /// A part is done.
    Finished {
        /// What it was, in words.
        what: String,
    },
}
