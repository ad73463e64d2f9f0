//! The command line: one file for each command, and what they share.
//!
//! `arguments` holds what users may type, [`run_command_line`] dispatches to the commands, and `failure` holds
//! how a command can fail and with which exit code. Commands write through the [`Output`] they are given, data
//! to its first writer, notes and errors to its second; nothing here writes to the process's streams.

mod analysis;
mod arguments;
mod calibrate;
mod catalog;
mod check;
mod check_files;
mod claims;
mod collective;
mod compare;
mod completions;
pub mod diagnostics;
mod engine_arguments;
mod expert_arguments;
mod export;
mod failure;
mod finished;
mod flows;
mod interrupt;
mod kept;
mod limits;
mod list;
mod man;
mod merge;
mod new;
mod output;
mod panic_notice;
mod physical;
mod physical_rows;
mod plan;
mod progress;
mod run;
mod run_format;
mod scenario_arguments;
mod schema;
mod sensitivity;
mod system_question;
#[cfg(test)]
mod tests;
mod threads;
mod trace_arguments;
mod validate;
#[cfg(feature = "plots")]
mod validate_book;

pub use arguments::run_command_line;
pub use failure::{ExitStatus, Failure};
pub use interrupt::install as hear_interrupts;
pub use output::{Format, Output};
pub use panic_notice::install as install_panic_notice;
#[cfg(feature = "plots")]
pub use validate_book::BookError;
