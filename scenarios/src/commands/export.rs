//! `copperlight export`: the wiring of a system for other programs.

use super::failure::Failure;
use super::output::Output;
use crate::file::{NamedSystem, load_system};
use crate::run::RunError;
use clap::{Args, ValueEnum};
use copperlight_topologies::export;

/// Arguments of `copperlight export`.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// A preset (see `copperlight list`) or a TOML file that holds one system
    #[arg(long, value_name = "NAME|FILE")]
    system: String,
    /// The number of chips [default: one domain]
    #[arg(long, short = 'g', value_name = "N", allow_negative_numbers = true,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    chips: Option<u32>,
    /// Set a value of the system: `scale_up.link_bandwidth="45 GB/s"`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// How it is written to standard output
    #[arg(long, value_enum, default_value = "json")]
    format: ExportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// For Graphviz
    Dot,
    /// Nodes and links; family `graph` reads it
    Json,
}

/// Writes nodes and links of the system.
pub(super) fn run(arguments: &ExportArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let NamedSystem { name, system, chips } = load_system(&arguments.system, &arguments.settings)?;
    let chips = arguments.chips.map(|chips| chips as usize).or(chips).ok_or_else(|| {
        Failure::Usage(format!("the fabric `{name}` has no size of its own; say how many chips with --chips"))
    })?;
    let built = system.build(chips);
    let fabric = built.map_err(|source| RunError::Build { system: name, source })?;
    let text = match arguments.format {
        ExportFormat::Dot => export::dot(&fabric),
        ExportFormat::Json => export::json(&fabric),
    };
    Ok(output.data.write_all(text.as_bytes())?)
}
