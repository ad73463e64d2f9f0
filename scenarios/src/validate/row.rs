//! One measurement of a collective, or why it cannot be compared.

use super::experts::{self, ExpertRow};
use super::fields::Fields;
use super::setup::{self, MOST_CHIPS, Setup};
use super::training::Published;
use crate::file::{ScenarioError, algorithm_named, check_algorithm, operation_named};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveKind};

/// The largest message of a row: one EiB.
const MOST_BYTES: u64 = 1 << 60;

/// What was measured: a time where one was published, else a rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// A time in microseconds.
    TimeUs(f64),
    /// A bus bandwidth in GB/s.
    BusbwGbPerS(f64),
}

/// What a row can be asked of the simulator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MeasuredOperation {
    /// A collective.
    Collective {
        /// Which one.
        kind: CollectiveKind,
        /// The algorithm that the run forced, or `None`.
        algorithm: Option<Algorithm>,
        /// The size by the conventions of nccl-tests.
        size: Bytes,
    },
    /// A dispatch of tokens to their experts.
    ExpertDispatch(ExpertRow),
    /// The answers of the experts, gathered.
    ExpertCombine(ExpertRow),
}

/// A measurement that can be asked of the simulator.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredRun {
    /// What was measured.
    pub measured: Measured,
    /// The machine.
    pub setup: Setup,
    /// What it did.
    pub operation: MeasuredOperation,
}

/// One row of a table. What stands in a field that cannot be read is `None` here, and in the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The number of the row, counted from 1 without the header.
    pub number: u64,
    /// The name of a training run.
    pub id: Option<String>,
    /// The system of the catalog.
    pub preset: Option<String>,
    /// How many chips took part.
    pub chips: Option<u64>,
    /// The operation, as the table names it; `None` for training.
    pub operation: Option<String>,
    /// The algorithm, as the table names it; `auto` where none was forced.
    pub algorithm: String,
    /// The size of the message.
    pub size: Option<Bytes>,
    /// What was measured, in the unit beside it.
    pub measured: Option<f64>,
    /// The unit of what was measured: `us`, `GB/s`, or that of a training run.
    pub unit: Option<&'static str>,
    /// What to ask of the simulator, or why nothing can be asked.
    pub run: Result<MeasuredRun, String>,
    /// The columns of a training run, or what is wrong with them; `None` for collectives.
    pub training: Option<Result<Box<Published>, String>>,
}

impl Measured {
    /// The number.
    pub const fn value(self) -> f64 {
        match self {
            Self::TimeUs(value) | Self::BusbwGbPerS(value) => value,
        }
    }

    /// The unit, as results name it.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::TimeUs(_) => "us",
            Self::BusbwGbPerS(_) => "GB/s",
        }
    }
}

/// Reads a row of a table of collectives.
pub(super) fn read(fields: &Fields<'_>, number: u64) -> Row {
    let run = run(fields);
    let measured = measured(fields).ok().flatten();
    let preset = match &run {
        Ok(run) => Some(run.setup.preset.clone()),
        Err(_) => fields.text("preset").map(str::to_owned),
    };
    Row {
        number,
        id: None,
        preset,
        chips: fields.whole("chips", 1..=MOST_CHIPS).ok().flatten(),
        operation: fields.text("collective").map(str::to_owned),
        algorithm: algorithm(fields).to_owned(),
        size: size(fields).ok().flatten(),
        measured: measured.map(Measured::value),
        unit: measured.map(Measured::unit),
        run,
        training: None,
    }
}

fn run(fields: &Fields<'_>) -> Result<MeasuredRun, String> {
    fields.check_length()?;
    let nothing =
        || fields.reason("neither time_us nor busbw_GBps was published, so there is nothing to compare");
    let measured = measured(fields)?.ok_or_else(nothing)?;
    let operation = operation(fields)?;
    Ok(MeasuredRun { measured, setup: setup::read(fields)?, operation })
}

/// The time, or without one the bus bandwidth.
fn measured(fields: &Fields<'_>) -> Result<Option<Measured>, String> {
    match fields.positive("time_us")? {
        Some(time) => Ok(Some(Measured::TimeUs(time))),
        None => Ok(fields.positive("busbw_GBps")?.map(Measured::BusbwGbPerS)),
    }
}

fn operation(fields: &Fields<'_>) -> Result<MeasuredOperation, String> {
    let name = fields.needed("collective")?;
    let in_words = |error: ScenarioError| {
        let remedy = error.remedy().map(|remedy| format!("; {remedy}")).unwrap_or_default();
        fields.reason(&format!("{error}{remedy}"))
    };
    let kind = operation_named(name).map_err(in_words)?;
    let algorithm = algorithm_named(algorithm(fields)).map_err(in_words)?;
    check_algorithm(kind, algorithm).map_err(in_words)?;
    match kind {
        CollectiveKind::EpDispatch => {
            return experts::read(fields, algorithm).map(MeasuredOperation::ExpertDispatch);
        }
        CollectiveKind::EpCombine => {
            return experts::read(fields, algorithm).map(MeasuredOperation::ExpertCombine);
        }
        _ => {}
    }
    let blank = || fields.reason("size_bytes is blank: the size of the message was not published");
    Ok(MeasuredOperation::Collective { kind, algorithm, size: size(fields)?.ok_or_else(blank)? })
}

fn algorithm<'a>(fields: &Fields<'a>) -> &'a str {
    fields.text("algorithm").unwrap_or("auto")
}

fn size(fields: &Fields<'_>) -> Result<Option<Bytes>, String> {
    Ok(fields.whole("size_bytes", 1..=MOST_BYTES)?.map(Bytes::new))
}
