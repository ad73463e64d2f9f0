//! `copperlight collective`: one collective over a range of sizes, with the columns and flags of nccl-tests.

use super::expert_arguments::ExpertArguments;
use super::failure::Failure;
use super::limits::LimitArguments;
use super::output::{Format, Output};
use crate::file::{
    NamedSystem, ScenarioError, algorithm_named, check_algorithm, fidelity_named, load_system,
    operation_named, protocol_named,
};
use crate::report::{CollectiveReport, Page, csv, json, markdown, nccl_table};
use crate::run::{CollectiveRequest, EngineOptions, add_envelope, explain_collective, run_collective};
use clap::Args;
use copperlight_core::units::{Bytes, UnitError};
use copperlight_core::workload::CollectiveKind;
use std::io::{self, Write};

/// The most sizes of one command.
const MOST_SIZES: usize = 1_000;

/// Arguments of `copperlight collective`.
#[derive(Debug, Args)]
pub(super) struct CollectiveArguments {
    /// The operation: all-reduce, reduce-scatter, all-gather, all-to-all, broadcast, reduce, send-recv, barrier,
    /// ep-dispatch, ep-combine
    #[arg(value_name = "OP")]
    operation: String,
    /// A preset (see `copperlight list`) or a TOML file that holds one system
    #[arg(long, value_name = "NAME|FILE")]
    system: String,
    /// The number of chips [default: one domain]
    #[arg(
        long,
        short = 'g',
        visible_alias = "ngpus",
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    chips: Option<u32>,
    /// The smallest size; K, M, G are binary, as in nccl-tests
    #[arg(long, short = 'b', value_name = "SIZE", default_value = "1K", value_parser = size, allow_hyphen_values = true)]
    minbytes: Bytes,
    /// The largest size
    #[arg(long, short = 'e', value_name = "SIZE", default_value = "8G", value_parser = size, allow_hyphen_values = true)]
    maxbytes: Bytes,
    /// The factor from one size to the next [default: 2]
    #[arg(long, short = 'f', value_name = "N", allow_negative_numbers = true, conflicts_with = "stepbytes")]
    stepfactor: Option<f64>,
    /// The step from one size to the next, instead of a factor
    #[arg(long, short = 'i', value_name = "SIZE", value_parser = size, allow_hyphen_values = true)]
    stepbytes: Option<Bytes>,
    /// How the collective is broken into transfers: auto, ring, tree, halving-doubling, direct, two-shot, hierarchical,
    /// nvls, nvls-tree, pairwise
    #[arg(long, value_name = "NAME", default_value = "auto")]
    algorithm: String,
    /// How bytes and flags travel: auto, simple, ll, ll128
    #[arg(long, value_name = "NAME", default_value = "auto")]
    protocol: String,
    /// The level of detail: flow, analytic
    #[arg(long, value_name = "FIDELITY", default_value = "flow")]
    fidelity: String,
    #[command(flatten)]
    experts: ExpertArguments,
    /// Simulate every rank's every flow, folding and remembering nothing
    #[arg(long)]
    no_fold: bool,
    #[command(flatten)]
    limits: LimitArguments,
    /// Set a value of the system: `scale_up.link_bandwidth="45 GB/s"`, `transport=ideal`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// Say of each size why it ran so, and its closed form beside the simulated time
    #[arg(long)]
    explain: bool,
    /// Run every ranged value of the system at its ends too, and give the lowest and the highest time
    #[arg(long)]
    envelope: bool,
    /// How results are written to standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Let rows of the table be as long as all of their columns need: what ran and what bound it stand in every row
    #[arg(long)]
    wide: bool,
}

fn size(text: &str) -> Result<Bytes, UnitError> {
    Bytes::parse_flag(text)
}

/// Runs the collective at every size.
pub(super) fn run(arguments: &CollectiveArguments, output: &mut Output<'_>) -> Result<(), Failure> {
    if arguments.explain && arguments.format == Format::Csv {
        let sentence = "--explain has no place in CSV; use --format table, json or markdown";
        return Err(Failure::Usage(sentence.to_owned()));
    }
    let request = request(arguments)?;
    let mut report = if arguments.explain { explain_collective(&request) } else { run_collective(&request) }?;
    if arguments.envelope {
        add_envelope(&request, &mut report)?;
    }
    write(arguments, &report, output)?;
    output.data.flush()?;
    write_notes(&request.system.communication_warnings(), output.notes)?;
    if request.system.is_uncalibrated() && !arguments.envelope {
        let sentence =
            format!("{}: --envelope gives the times at the ends of its ranged values", report.system);
        write_notes(&[sentence], output.notes)?;
    }
    write_notes(&report.notes, output.notes)?;
    write_notes(request.system.idle_compute_note().as_slice(), output.notes)?;
    Ok(())
}

fn write(
    arguments: &CollectiveArguments,
    report: &CollectiveReport,
    output: &mut Output<'_>,
) -> io::Result<()> {
    let width = if arguments.wide { usize::MAX } else { output.page.width };
    match arguments.format {
        Format::Table => nccl_table::write_collective(output.data, report, Page { width, ..output.page }),
        Format::Json => json::write_collective(output.data, report),
        Format::Csv => csv::write_collective(output.data, report),
        Format::Markdown => markdown::write_collective(output.data, report),
    }
}

fn write_notes(warnings: &[String], notes: &mut dyn Write) -> io::Result<()> {
    warnings.iter().try_for_each(|warning| writeln!(notes, "note: {warning}"))
}

fn request(arguments: &CollectiveArguments) -> Result<CollectiveRequest, Failure> {
    let kind = operation_named(&arguments.operation).map_err(|error| argument("OP", error))?;
    let algorithm = algorithm_named(&arguments.algorithm).map_err(|error| argument("--algorithm", error))?;
    check_algorithm(kind, algorithm).map_err(|error| argument("--algorithm", error))?;
    let protocol = protocol_named(&arguments.protocol).map_err(|error| argument("--protocol", error))?;
    let fidelity = fidelity_named(&arguments.fidelity).map_err(|error| argument("--fidelity", error))?;
    let experts = arguments.experts.routing(kind)?;
    let sizes = match arguments.experts.sizes(kind)? {
        Some(sizes) => sizes,
        // What moves nothing has no sizes.
        None if kind == CollectiveKind::Barrier => vec![Bytes::ZERO],
        None => sizes(arguments)?,
    };
    let named = load_system(&arguments.system, &arguments.settings)?;
    let chips = named.chips_or(arguments.chips).map_err(Failure::Usage)?;
    let NamedSystem { name, system, .. } = named;
    let engine = EngineOptions {
        fold: !arguments.no_fold,
        limits: arguments.limits.limits(),
        ..EngineOptions::default()
    };
    Ok(CollectiveRequest {
        system,
        system_name: name,
        chips,
        kind,
        sizes,
        algorithm,
        protocol,
        experts,
        fidelity,
        engine,
    })
}

fn argument(flag: &'static str, error: ScenarioError) -> Failure {
    Failure::Argument { flag, error }
}

/// The sizes from the smallest to the largest, the largest included when it is hit.
fn sizes(arguments: &CollectiveArguments) -> Result<Vec<Bytes>, Failure> {
    let (least, most) = (arguments.minbytes, arguments.maxbytes);
    let usage = |sentence: String| Err(Failure::Usage(sentence));
    if least > most {
        return usage(format!(
            "--minbytes {least} is more than --maxbytes {most}; lower the one or raise the other"
        ));
    }
    let factor = arguments.stepfactor.unwrap_or(2.0);
    if !(factor > 1.0 && factor.is_finite()) {
        return usage(format!("--stepfactor is {factor}; it must be above 1"));
    }
    let step = arguments.stepbytes.map(Bytes::count);
    if step == Some(0) {
        return usage("--stepbytes is 0; it must be at least 1 byte".to_owned());
    }
    let mut sizes = Vec::new();
    let mut size = least.count();
    while size <= most.count() {
        sizes.push(Bytes::new(size));
        if sizes.len() > MOST_SIZES {
            return usage(format!(
                "there are more than {MOST_SIZES} sizes; use a larger --stepfactor or --stepbytes"
            ));
        }
        // A factor near 1 still moves on by a byte.
        size = match step {
            Some(step) => size + step,
            None => ((size as f64 * factor).round() as u64).max(size + 1),
        };
    }
    Ok(sizes)
}
