//! The simulator's answer to rows: everything that is asked of it is asked here.

use super::batches::{Batch, Class};
use super::experts::ExpertRow;
use super::row::MeasuredOperation;
use super::setup::Setup;
use crate::report::{CollectiveReport, CollectiveRow};
use crate::run::{CollectiveRequest, EngineOptions, RunError, run_collective_here};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveKind, ExpertRouting};
use copperlight_topologies::System;

/// What the simulator says of one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Modelled {
    pub(super) time_us: f64,
    pub(super) busbw_gb_per_s: Option<f64>,
    pub(super) algorithm: String,
    pub(super) protocol: String,
}

/// What the simulator says of a batch.
pub(super) struct Answer {
    /// For each operation what was modelled, or why nothing was.
    pub(super) modelled: Vec<Result<Modelled, String>>,
    /// What had to be assumed.
    pub(super) note: Option<String>,
}

impl Modelled {
    /// With a harness that takes at least so long to issue an operation.
    pub(super) fn with_floor(self, floor: Time) -> Self {
        let time_us = self.time_us.max(floor.microseconds());
        let busbw_gb_per_s = self.busbw_gb_per_s.map(|rate| rate * self.time_us / time_us);
        Self { time_us, busbw_gb_per_s, ..self }
    }
}

/// Simulates a batch.
pub(super) fn answer(batch: &Batch<'_>) -> Answer {
    let prepared = match batch.setup.system() {
        Ok(prepared) => prepared,
        Err(reason) => {
            return Answer { modelled: vec![Err(reason); batch.operations.len()], note: None };
        }
    };
    let machine = (batch.setup, &prepared.system);
    let modelled = match batch.class {
        Class::Collective(kind, algorithm) => {
            collectives(machine, (kind, algorithm), &sizes(&batch.operations))
        }
        Class::ExpertDispatch | Class::ExpertCombine => {
            let rows = expert_rows(&batch.operations);
            rows.iter().map(|row| experts(machine, batch.class, row)).collect()
        }
    };
    Answer { modelled, note: prepared.note }
}

fn sizes(operations: &[MeasuredOperation]) -> Vec<Bytes> {
    let size = |operation: &MeasuredOperation| match operation {
        MeasuredOperation::Collective { size, .. } => Some(*size),
        MeasuredOperation::ExpertDispatch(_) | MeasuredOperation::ExpertCombine(_) => None,
    };
    operations.iter().filter_map(size).collect()
}

/// A collective at every size on one fabric; where one size fails, each has an answer of its own.
pub(super) fn collectives(
    machine: (&Setup, &System),
    operation: (CollectiveKind, Option<Algorithm>),
    sizes: &[Bytes],
) -> Vec<Result<Modelled, String>> {
    match collective(machine, operation, sizes) {
        Ok(report) => report.rows.into_iter().map(|row| Ok(row.into())).collect(),
        Err(error) if sizes.len() == 1 => vec![Err(error.to_string())],
        Err(_) => sizes.iter().flat_map(|&size| collectives(machine, operation, &[size])).collect(),
    }
}

fn collective(
    (setup, system): (&Setup, &System),
    (kind, algorithm): (CollectiveKind, Option<Algorithm>),
    sizes: &[Bytes],
) -> Result<CollectiveReport, RunError> {
    run_collective_here(&CollectiveRequest {
        system: system.clone(),
        system_name: setup.preset.clone(),
        chips: setup.chips,
        kind,
        sizes: sizes.to_vec(),
        algorithm,
        protocol: None,
        experts: ExpertRouting::default(),
        fidelity: crate::file::Fidelity::Flow,
        engine: EngineOptions::default(),
    })
}

fn expert_rows(operations: &[MeasuredOperation]) -> Vec<ExpertRow> {
    let row = |operation: &MeasuredOperation| match operation {
        MeasuredOperation::Collective { .. } => None,
        MeasuredOperation::ExpertDispatch(row) | MeasuredOperation::ExpertCombine(row) => Some(*row),
    };
    operations.iter().filter_map(row).collect()
}

/// A dispatch or a combine.
fn experts((setup, system): (&Setup, &System), class: Class, row: &ExpertRow) -> Result<Modelled, String> {
    let kind = match class {
        Class::ExpertCombine => CollectiveKind::EpCombine,
        _ => CollectiveKind::EpDispatch,
    };
    let choices = u32::try_from(row.top_k).map_err(|_| "top_k is too large".to_owned())?;
    let report = run_collective_here(&CollectiveRequest {
        system: system.clone(),
        system_name: setup.preset.clone(),
        chips: setup.chips,
        kind,
        sizes: vec![row.bytes(kind)],
        algorithm: row.algorithm,
        protocol: None,
        experts: ExpertRouting::new(choices, 1.0),
        fidelity: crate::file::Fidelity::Flow,
        engine: EngineOptions::default(),
    });
    let only = report.map_err(|error| error.to_string())?.rows.into_iter().next();
    Ok(only.expect("one size has one row").into())
}

impl From<CollectiveRow> for Modelled {
    fn from(row: CollectiveRow) -> Self {
        Self {
            time_us: row.time_us,
            busbw_gb_per_s: row.busbw_gb_per_s,
            algorithm: row.algorithm,
            protocol: row.protocol,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_the_slower_of_two_and_no_sum() {
        let modelled = |time_us, rate| Modelled {
            time_us,
            busbw_gb_per_s: Some(rate),
            algorithm: "ring".to_owned(),
            protocol: "ll".to_owned(),
        };
        let floor = Time::from_microseconds(40.0);
        assert_eq!(modelled(100.0, 3.0).with_floor(floor), modelled(100.0, 3.0));
        // A quarter of the time that the harness takes: a quarter of the rate.
        assert_eq!(modelled(10.0, 8.0).with_floor(floor), modelled(40.0, 2.0));
        assert_eq!(modelled(10.0, 8.0).with_floor(Time::ZERO), modelled(10.0, 8.0));
    }
}
