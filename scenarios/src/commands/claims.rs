//! `copperlight claims`: claims about machines, each judged by what its scenario shows.

use super::failure::Failure;
use super::output::{Format, Output};
use super::progress::Progress;
use super::scenario_arguments::load_one;
use super::threads::ThreadArguments;
use crate::claims::{AskedClaim, claim_details, claim_rows, claim_verdicts, judge_claims, page};
use crate::file::library_claims;
use crate::report::table;
use clap::Args;

/// Arguments of `copperlight claims`.
#[derive(Debug, Args)]
pub(super) struct ClaimsArguments {
    /// Names of claims, or scenario files with a table [claim] [default: every claim of the library]
    #[arg(value_name = "ID")]
    claims: Vec<String>,
    /// Set a value in the scenarios of each claim: `systems[0].chip.peak_bf16=1000 TFLOP/s`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    #[command(flatten)]
    threads: ThreadArguments,
    /// How verdicts are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

/// Judges claims. Whatever the verdicts, that is a success.
pub(super) fn run(arguments: &ClaimsArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let claims = load(arguments)?;
    let threads = arguments.threads.number();
    let judged =
        Progress::told("claims", arguments.quiet, output, |tell| judge_claims(&claims, threads, tell))?;
    match arguments.format {
        Format::Markdown => write!(output.data, "{}", page(&judged))?,
        Format::Table => {
            table::write_sheet_on(output.data, &claim_verdicts(&judged), output.page)?;
            for claim in judged.iter().filter(|_| !arguments.claims.is_empty()) {
                writeln!(output.data)?;
                table::write_sheet_on(output.data, &claim_details(claim), output.page)?;
            }
        }
        Format::Csv | Format::Json => {
            arguments.format.write(&claim_rows(&judged), &judged, output.data)?;
        }
    }
    Ok(())
}

/// Reads and checks every claim with its parts; all that is wrong with any of them is told at once.
fn load(arguments: &ClaimsArguments) -> Result<Vec<AskedClaim>, Failure> {
    let every = || library_claims().map(|claim| claim.name.to_owned()).collect();
    let names: Vec<String> = if arguments.claims.is_empty() { every() } else { arguments.claims.clone() };
    let (mut claims, mut broken) = (Vec::new(), Vec::new());
    for name in &names {
        let mut scenarios = Vec::new();
        for part in scenarios_of(name) {
            match load_one(part, &arguments.settings) {
                Ok(scenario) => scenarios.push(scenario),
                Err(errors) => broken.push(errors),
            }
        }
        claims.push(AskedClaim { scenarios });
    }
    if broken.is_empty() { Ok(claims) } else { Err(Failure::Scenario(broken)) }
}

/// The scenarios of a claim of the library; anything else names one scenario.
fn scenarios_of(name: &str) -> Vec<&str> {
    match library_claims().find(|claim| claim.name == name) {
        Some(claim) => claim.scenarios().collect(),
        None => vec![name],
    }
}
