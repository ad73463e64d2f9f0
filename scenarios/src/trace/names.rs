//! The names that people read on tracks and slices, in every format.

use super::record::{OperationSlice, PointTrace, RankTrace};
use crate::training::{LAUNCH, LedgerEntry};
use copperlight_core::workload::{OperationKind, StreamId};
use std::collections::{BTreeMap, BTreeSet};

/// A rank of a point: `CM384 optical, 1152 chips: rank 0, one of 72 alike`; with the scenario where there are several.
pub(super) fn process_name((scenario, point): (Option<&str>, &PointTrace), rank: &RankTrace) -> String {
    let stands_for = match rank.multiplicity {
        1 => String::new(),
        several => format!(", one of {several} alike"),
    };
    format!("{}{}: {}{stands_for}", prefix(scenario), point.title(), rank.rank)
}

/// The links of a point.
pub(super) fn links_name((scenario, point): (Option<&str>, &PointTrace)) -> String {
    format!("{}{}: links", prefix(scenario), point.title())
}

fn prefix(scenario: Option<&str>) -> String {
    scenario.map(|name| format!("{name}: ")).unwrap_or_default()
}

/// What an operation is called: kernels by their entry of the ledger, everything else by what it does.
pub(super) fn operation_name(slice: &OperationSlice) -> &'static str {
    match slice.operation.kind {
        OperationKind::Compute { .. } if slice.operation.stream == LAUNCH => "launch",
        OperationKind::Compute { .. } => category(slice),
        OperationKind::Send { .. } => "send",
        OperationKind::Receive { .. } => "receive",
        OperationKind::Collective { call, .. } => call.kind.name(),
    }
}

/// The entry of the ledger that an operation counts for.
pub(super) fn category(slice: &OperationSlice) -> &'static str {
    LedgerEntry::of(slice.operation.tag).name()
}

/// What each stream carries, such as `stream 4: pipeline receives`.
pub(super) fn stream_names(rank: &RankTrace) -> BTreeMap<StreamId, String> {
    let mut carried: BTreeMap<StreamId, BTreeSet<(LedgerEntry, &str)>> = BTreeMap::new();
    for OperationSlice { operation, .. } in &rank.operations {
        let kind = match operation.kind {
            OperationKind::Compute { .. } if operation.stream == LAUNCH => "launches",
            OperationKind::Compute { .. } => "kernels",
            OperationKind::Send { .. } => "sends",
            OperationKind::Receive { .. } => "receives",
            OperationKind::Collective { .. } => "collectives",
        };
        carried.entry(operation.stream).or_default().insert((LedgerEntry::of(operation.tag), kind));
    }
    let name = |(stream, carried): (StreamId, BTreeSet<(LedgerEntry, &str)>)| {
        let carried: Vec<String> =
            carried.into_iter().map(|(entry, kind)| format!("{} {kind}", entry.name())).collect();
        (stream, format!("stream {}: {}", stream.index(), carried.join(", ")))
    };
    carried.into_iter().map(name).collect()
}
