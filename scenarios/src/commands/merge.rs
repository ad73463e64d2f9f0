//! `copperlight merge`: the shards of a scenario into what the undivided run writes.

use super::failure::Failure;
use super::finished::{Finished, Saying, check_finished};
use super::output::Output;
use super::run_format::{RunFormat, Several};
use crate::report::files;
use crate::sweep::{check_journals, merge};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `copperlight merge`.
#[derive(Debug, Args)]
pub(super) struct MergeArguments {
    /// Files points-I-of-N.jsonl of all shards of a scenario, or folders that hold them
    #[arg(required = true, value_name = "PART")]
    parts: Vec<PathBuf>,
    /// The output folder [default: copperlight-out/NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: RunFormat,
    /// No notes
    #[arg(long, short)]
    quiet: bool,
}

/// Puts shards together and writes everything that `run` writes; the shards stay.
pub(super) fn run(arguments: &MergeArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let merged = merge(&arguments.parts)?;
    let frame = merged.frame().clone();
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => Path::new("copperlight-out").join(&frame.scenario),
    };
    check_journals(&folder, &frame.scenario)?;
    files::check_folder(&folder, &frame.scenario)?;
    let finished = Finished::new(&frame, merged)?;
    let saying = Saying { format: arguments.format, folder: Some(&folder), quiet: arguments.quiet };
    finished.write(saying, output)?;
    arguments.format.write_together(Several::No, &[finished.listing()], output)?;
    check_finished(&finished.report)
}
