//! `copperlight schema`: JSON Schemas, for editors and for programs that read results.

use super::failure::Failure;
use super::output::Output;
use crate::file;
use crate::report::{compare, json, results_schema};
use clap::{Args, ValueEnum};

/// Arguments of `copperlight schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// What is described
    #[arg(value_enum, default_value = "scenario")]
    of: Described,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Described {
    /// Scenario files
    Scenario,
    /// What `run --format json` prints and `results.json` holds
    Results,
    /// What `compare --format json` prints
    Compare,
}

/// Prints the schema.
pub(super) fn run(arguments: &SchemaArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let schema = match arguments.of {
        Described::Scenario => file::schema(),
        Described::Results => results_schema::schema(),
        Described::Compare => compare::schema(),
    };
    Ok(json::write_document(output.data, &schema)?)
}
