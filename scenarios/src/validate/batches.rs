//! Rows that are simulated together: on one machine, of one operation and one algorithm.

use super::row::{MeasuredOperation, MeasuredRun};
use super::setup::{Network, Setup};
use super::table::Table;
use copperlight_core::workload::{Algorithm, CollectiveKind};
use std::collections::BTreeMap;

/// Rows on one machine that do the same, but for how much.
#[derive(Debug, Clone)]
pub(super) struct Batch<'a> {
    pub(super) setup: &'a Setup,
    pub(super) class: Class,
    /// What each row moves, all of this class.
    pub(super) operations: Vec<MeasuredOperation>,
}

/// What the rows of a batch do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Collective(CollectiveKind, Option<Algorithm>),
    ExpertDispatch,
    ExpertCombine,
}

/// What rows that are simulated together have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    preset: &'a str,
    chips: usize,
    chips_per_domain: Option<usize>,
    /// The bits of the rate: rates have no order of their own.
    scale_out: Option<u64>,
    network: Option<Network>,
    class: Class,
}

/// Where the answer to a row stands: its batch, and its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) batch: usize,
    pub(super) operation: usize,
}

impl Class {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Collective(kind, _) => kind.name(),
            Self::ExpertDispatch => "ep-dispatch",
            Self::ExpertCombine => "ep-combine",
        }
    }

    const fn of(operation: &MeasuredOperation) -> Self {
        match operation {
            MeasuredOperation::Collective { kind, algorithm, .. } => Self::Collective(*kind, *algorithm),
            MeasuredOperation::ExpertDispatch(_) => Self::ExpertDispatch,
            MeasuredOperation::ExpertCombine(_) => Self::ExpertCombine,
        }
    }
}

impl<'a> Likeness<'a> {
    fn of(run: &'a MeasuredRun) -> Self {
        let setup = &run.setup;
        Self {
            preset: &setup.preset,
            chips: setup.chips,
            chips_per_domain: setup.chips_per_domain,
            scale_out: setup.scale_out.map(|rate| rate.bytes_per_second().to_bits()),
            network: setup.network,
            class: Class::of(&run.operation),
        }
    }
}

/// The batches of all rows that can run, and for each row of each table where it has gone.
pub(super) fn batches(tables: &[Table]) -> (Vec<Batch<'_>>, Vec<Vec<Option<Place>>>) {
    let mut known = BTreeMap::new();
    let mut batches: Vec<Batch<'_>> = Vec::new();
    let mut places = Vec::new();
    for table in tables {
        let runs = table.rows.iter().map(|row| row.run.as_ref().ok());
        let mut place = |run| put(&mut batches, &mut known, run);
        places.push(runs.map(|run| run.map(&mut place)).collect());
    }
    (batches, places)
}

/// Puts a row into the batch of those like it.
fn put<'a>(
    batches: &mut Vec<Batch<'a>>,
    known: &mut BTreeMap<Likeness<'a>, usize>,
    run: &'a MeasuredRun,
) -> Place {
    let batch = *known.entry(Likeness::of(run)).or_insert_with(|| {
        let class = Class::of(&run.operation);
        batches.push(Batch { setup: &run.setup, class, operations: Vec::new() });
        batches.len() - 1
    });
    let operations = &mut batches[batch].operations;
    operations.push(run.operation);
    Place { batch, operation: operations.len() - 1 }
}
