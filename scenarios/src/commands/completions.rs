//! `copperlight completions`: what a shell needs to complete commands and flags.

use super::arguments;
use super::failure::Failure;
use super::output::Output;
use clap::Args;
use clap_complete::Shell;

/// Arguments of `copperlight completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the script, which is made in memory: writing it may fail, making it cannot.
pub(super) fn run(arguments: &CompletionsArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut arguments::commands(), "copperlight", &mut script);
    Ok(output.data.write_all(&script)?)
}
