//! How scenarios are simulated, as flags of every command that runs one.

use super::limits::LimitArguments;
use super::threads::ThreadArguments;
use crate::run::{EngineOptions, RunOptions};
use clap::Args;

/// Flags of threads, folding and limits.
#[derive(Debug, Args)]
pub(super) struct EngineArguments {
    #[command(flatten)]
    threads: ThreadArguments,
    /// Simulate every rank and every collective, folding and remembering nothing
    #[arg(long)]
    no_fold: bool,
    #[command(flatten)]
    limits: LimitArguments,
}

impl EngineArguments {
    /// What was asked for.
    pub(super) fn options(&self) -> RunOptions {
        let engine =
            EngineOptions { fold: !self.no_fold, limits: self.limits.limits(), ..EngineOptions::default() };
        RunOptions { engine, threads: self.threads.number() }
    }
}
