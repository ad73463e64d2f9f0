//! The column that a row measured, and what a step time is in it.

use super::flop_rules;
use super::published::Published;
use crate::training::{ChipRates, TrainingJob};

/// A column that can be the one that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    StepTime,
    TokensPerSecondPerChip,
    SamplesPerSecond,
    TeraflopsPerChip,
    Mfu,
}

/// What was measured, in the unit of its column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Primary {
    pub(super) column: Column,
    pub(super) value: f64,
}

/// What was measured beside what a step is worth in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub(super) column: Column,
    pub(super) value: f64,
    /// What the run does in one step, in units of the column times seconds; unused for times.
    work: f64,
}

impl Column {
    /// The unit in results.
    pub(super) const fn unit(self) -> &'static str {
        match self {
            Self::StepTime => "s",
            Self::TokensPerSecondPerChip => "tokens/s per chip",
            Self::SamplesPerSecond => "samples/s",
            Self::TeraflopsPerChip => "TFLOP/s per chip",
            Self::Mfu => "share",
        }
    }

    /// The column that is meant by what stands behind `primary=`.
    fn named(text: &str) -> Option<Self> {
        let name = text.split([' ', '(']).next()?;
        match name {
            "step_time_s" => Some(Self::StepTime),
            "tokens_per_s_per_gpu" | "tokens_per_s" | "tokens/s" => Some(Self::TokensPerSecondPerChip),
            "samples/s" => Some(Self::SamplesPerSecond),
            "tflops_per_gpu" => Some(Self::TeraflopsPerChip),
            "mfu" => Some(Self::Mfu),
            _ => None,
        }
    }
}

impl Measured {
    /// What a step of so many seconds is in the measured column.
    pub(super) fn of_step(&self, seconds: f64) -> f64 {
        if self.column == Column::StepTime { seconds } else { self.work / seconds }
    }

    /// The step time that was measured, in seconds.
    pub(super) fn step_time(&self) -> f64 {
        if self.column == Column::StepTime { self.value } else { self.work / self.value }
    }
}

/// The measured column and its value; `None` where the row has none.
pub(super) fn primary(row: &Published) -> Option<Primary> {
    let text = row.notes().value("primary")?;
    let column = Column::named(text)?;
    let measures = &row.measures;
    let value = match column {
        Column::StepTime => measures.step_time,
        Column::TokensPerSecondPerChip => measures.tokens_per_second_per_chip,
        Column::SamplesPerSecond => text.split_whitespace().nth(1).and_then(|value| value.parse().ok()),
        Column::TeraflopsPerChip => measures.teraflops_per_chip,
        Column::Mfu => measures.mfu,
    };
    Some(Primary { column, value: value? })
}

/// What was measured of a job. A row with FLOP/s or MFU and also a step time has the source's own conversion in it;
/// without one the FLOPs are counted as the source counts them.
///
/// # Errors
/// Why there is nothing to compare, in a sentence.
pub(super) fn measured(row: &Published, job: &TrainingJob, rates: &ChipRates) -> Result<Measured, String> {
    let none = || "no measured value was published, so there is nothing to compare".to_owned();
    let Primary { column, value } = primary(row).ok_or_else(none)?;
    let chips = job.chips() as f64;
    let tokens = job.tokens_per_step() as f64 / chips;
    let published_step =
        row.measures.step_time.or(row.measures.tokens_per_second_per_chip.map(|rate| tokens / rate));
    let work = match column {
        Column::StepTime => 0.0,
        Column::TokensPerSecondPerChip => tokens,
        Column::SamplesPerSecond => job.global_batch() as f64,
        Column::TeraflopsPerChip | Column::Mfu => match published_step {
            Some(seconds) => value * seconds,
            None => {
                let flops = flop_rules::flops_of_step(row, job) / chips;
                let peak = rates.peak_bf16.flops_per_second();
                if column == Column::Mfu { flops / peak } else { flops / 1e12 }
            }
        },
    };
    Ok(Measured { column, value, work })
}
