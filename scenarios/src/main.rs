//! The binary `copperlight`: hands the process's words and streams to the command line.

use copperlight::commands::diagnostics::Colour;
use copperlight::commands::{Output, hear_interrupts, install_panic_notice, run_command_line};
use copperlight::report::{Page, TextStyle};
use std::env;
use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;
use terminal_size::{Width, terminal_size_of};

fn main() -> ExitCode {
    install_panic_notice();
    hear_interrupts();
    // Standard error is not locked: the progress bar writes to it from a thread of its own.
    let mut notes = io::stderr();
    let on_terminal = notes.is_terminal();
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let page = page(plain);
    let colour = if on_terminal && !plain { Colour::On } else { Colour::Off };
    let mut data = BufWriter::new(io::stdout().lock());
    let mut output = Output { data: &mut data, notes: &mut notes, colour, on_terminal, page };
    ExitCode::from(run_command_line(env::args_os(), &mut output).code())
}

/// What standard output is: a terminal as wide as it is, or a plain page.
fn page(plain: bool) -> Page {
    if !io::stdout().is_terminal() {
        return Page::PLAIN;
    }
    let plain = plain || env::var_os("TERM").is_some_and(|name| name == "dumb");
    let style = if plain { TextStyle::Plain } else { TextStyle::Drawn };
    let columns = terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns));
    Page::of_terminal(columns.filter(|columns| *columns > 0).unwrap_or(Page::PLAIN.width), style)
}
