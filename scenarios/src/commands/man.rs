//! `copperlight man`: the man page, of the program or of one command.

use super::arguments;
use super::failure::Failure;
use super::output::Output;
use crate::file::suggestion;
use clap::Args;
use clap_mangen::Man;

/// Arguments of `copperlight man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The command that the page is about [default: the whole program]
    command: Option<String>,
}

/// Prints the page, for `man` to read.
pub(super) fn run(arguments: &ManArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let program = arguments::commands();
    let page = match &arguments.command {
        Some(name) => Man::new(one_command(program, name)?).title(format!("copperlight-{name}")),
        None => Man::new(program),
    };
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok(output.data.write_all(&text)?)
}

fn one_command(program: clap::Command, name: &str) -> Result<clap::Command, Failure> {
    let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    match program.find_subcommand(name) {
        Some(command) => Ok(command.clone().bin_name(format!("copperlight {name}"))),
        None => {
            let remedy = suggestion::remedy(name, &known);
            Err(Failure::Usage(format!("there is no command `{}`; {remedy}", name.escape_debug())))
        }
    }
}
