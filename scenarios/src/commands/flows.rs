//! `copperlight flows`: any links and flows, solved.

use super::failure::Failure;
use super::limits::LimitArguments;
use super::output::{Format, Output};
use crate::flow_case::{CaseAnswer, NamedCase};
use crate::report::{Column, Sheet};
use crate::run::{RunError, too_large, too_long, too_many_events};
use clap::Args;
use copperlight_core::engine::StopReason;
use std::fs::File;
use std::io::{self, Read};

/// The largest case in bytes.
const LARGEST_CASE: u64 = 1 << 30;

/// Arguments of `copperlight flows`.
#[derive(Debug, Args)]
pub(super) struct FlowsArguments {
    /// A JSON file with `links` and `flows`, or `-` for standard input
    #[arg(value_name = "CASE.json")]
    case: String,
    #[command(flatten)]
    limits: LimitArguments,
    /// How the finish times are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Solves the case.
pub(super) fn run(arguments: &FlowsArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let text = read(&arguments.case)?;
    let case =
        NamedCase::read(&text).map_err(|error| Failure::FlowCase { path: arguments.case.clone(), error })?;
    let limits = arguments.limits.limits();
    let unfinished = |stop| RunError::Unfinished {
        system: arguments.case.clone(),
        reason: match stop {
            StopReason::EventLimit => too_many_events(&limits),
            StopReason::MemoryLimit(memory) => too_large(&limits, &memory),
            StopReason::Exhausted | StopReason::Interrupted | StopReason::TimeLimit => too_long(&limits),
        },
    };
    let answer = case.solve(limits).map_err(unfinished)?;
    Ok(arguments.format.write(&sheet(&answer), &answer, output.data)?)
}

fn read(path: &str) -> Result<String, Failure> {
    let read = match path {
        "-" => read_all(io::stdin().lock()),
        path => File::open(path).and_then(read_all),
    };
    let text = read.map_err(|error| Failure::Usage(format!("the case {path} cannot be read: {error}")))?;
    if text.len() as u64 > LARGEST_CASE {
        return Err(Failure::Usage(format!("the case {path} is larger than 1 GiB; split it")));
    }
    String::from_utf8(text).map_err(|_| Failure::Usage(format!("the case {path} is not UTF-8 text")))
}

fn read_all(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(LARGEST_CASE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn sheet(answer: &CaseAnswer) -> Sheet {
    let mut sheet = Sheet::new("", vec![Column::text("flow"), Column::number("finish", "s")]);
    for flow in &answer.flows {
        sheet.push(vec![flow.id_text(), format!("{:.12}", flow.finish_s)]);
    }
    sheet.push(vec!["makespan".to_owned(), format!("{:.12}", answer.makespan_s)]);
    sheet
}
