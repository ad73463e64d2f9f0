//! `copperlight export`: the wiring of a system for other programs.

use super::failure::Failure;
use super::output::Output;
use crate::file::{NamedSystem, load_system};
#[cfg(feature = "plots")]
use crate::plot::{WiringTitle, wiring_figure};
use crate::report::Figure;
#[cfg(feature = "plots")]
use crate::report::number::{self, grouped};
use crate::run::RunError;
use clap::{Args, ValueEnum};
use copperlight_core::fabric::Fabric;
use copperlight_topologies::{System, export};

/// The most chips of a figure: beyond it a chip is narrower than a pixel.
#[cfg(feature = "plots")]
const MOST_DRAWN_CHIPS: usize = 1024;

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
    /// A figure of chips, switches and the route from the first chip to the last
    Svg,
    /// The same figure in pixels
    Png,
}

/// Writes nodes and links of the system.
pub(super) fn run(arguments: &ExportArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    let named = load_system(&arguments.system, &arguments.settings)?;
    let chips = named.chips_or(arguments.chips).map_err(Failure::Usage)?;
    let NamedSystem { name, system, .. } = named;
    let built = system.build(chips);
    let fabric = built.map_err(|source| RunError::Build { system: name.clone(), source })?;
    let bytes = match arguments.format {
        ExportFormat::Dot => export::dot(&fabric).into_bytes(),
        ExportFormat::Json => export::json(&fabric).into_bytes(),
        ExportFormat::Svg => figure((&name, &system), &fabric)?.svg.into_bytes(),
        ExportFormat::Png => figure((&name, &system), &fabric)?.png,
    };
    Ok(output.data.write_all(&bytes)?)
}

#[cfg(not(feature = "plots"))]
fn figure(_: (&str, &System), _: &Fabric) -> Result<Figure, Failure> {
    Err(Failure::Usage(
        "this program was built without the feature `plots`; write --format dot or json".to_owned(),
    ))
}

/// The figure of a fabric whose chips hang on switches.
#[cfg(feature = "plots")]
fn figure((name, system): (&str, &System), fabric: &Fabric) -> Result<Figure, Failure> {
    if fabric.endpoints() > MOST_DRAWN_CHIPS {
        return Err(Failure::Usage(format!(
            "{} chips are more than a figure can show; draw at most {MOST_DRAWN_CHIPS} with --chips, or write \
             --format dot or json",
            grouped(fabric.endpoints() as u64)
        )));
    }
    let subtitle =
        "Drawn out: every link of the route from the first chip to the last. Grey: all other links.";
    let title = WiringTitle {
        title: system.title().to_owned(),
        subtitle: subtitle.to_owned(),
        source: format!("Copperlight · {name} · {}", number::chips(fabric.endpoints() as u64)),
    };
    let drawn = wiring_figure(fabric, &title).map_err(|error| Failure::Figures(error.to_string()))?;
    drawn.ok_or_else(|| {
        Failure::Usage(format!(
            "the chips of `{name}` are joined without switches; write --format dot or json"
        ))
    })
}
