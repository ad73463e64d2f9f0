//! The binary `copperlight`: hands the process's words and streams to the command line.

use copperlight::commands::diagnostics::Colour;
use copperlight::commands::{Output, hear_interrupts, install_panic_notice, run_command_line};
use std::env;
use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

fn main() -> ExitCode {
    install_panic_notice();
    hear_interrupts();
    // Standard error is not locked: the progress bar writes to it from a thread of its own.
    let mut notes = io::stderr();
    let on_terminal = notes.is_terminal();
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let colour = if on_terminal && !plain { Colour::On } else { Colour::Off };
    let mut data = BufWriter::new(io::stdout().lock());
    let mut output = Output { data: &mut data, notes: &mut notes, colour, on_terminal };
    ExitCode::from(run_command_line(env::args_os(), &mut output).code())
}
