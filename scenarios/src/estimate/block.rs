//! What a stage does at once, as a table: how long after each stream the others end.
//!
//! Between transfers with other stages nothing but a stage's own streams decides when its operations run, and the end of
//! each stream is the largest of the ends before, each so much later. A [`Table`] has these distances.

use super::exchanges::StageExchanges;
use super::moment::{Moment, Term};
use crate::training::Communicator;
use copperlight_core::ids::{CommunicatorId, PeerSlot};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    CollectiveCall, MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet,
};

/// A part of a block.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Operations of the stage alone.
    Alone(Table),
    /// A transfer to another stage.
    Send { stream: StreamId, waits: StreamSet, peer: PeerSlot, channel: u16, bytes: Bytes },
    /// A transfer from another stage.
    Receive { stream: StreamId, waits: StreamSet, channel: u16 },
    /// A collective whose members are in two stages.
    Meeting { stream: StreamId, waits: StreamSet, communicator: CommunicatorId, call: CollectiveCall },
}

/// The ends of streams after some operations, from the ends before.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// For each stream that something was put on: how long after the end of each stream it ends.
    rows: Vec<(StreamId, Row)>,
    /// The streams that matter.
    pub(super) inputs: StreamSet,
}

/// Distances from streams, in the order of streams.
type Row = Vec<(StreamId, Moment)>;

impl Table {
    /// The ends of streams after the operations.
    pub(super) fn apply(&self, ends: &mut [Moment; MAX_STREAMS], scratch: &mut Vec<Moment>) {
        scratch.clear();
        for (_, row) in &self.rows {
            let mut latest = (f64::NEG_INFINITY, 0);
            for (place, (from, distance)) in row.iter().enumerate() {
                let at = ends[from.index()].at + distance.at;
                if at > latest.0 {
                    latest = (at, place);
                }
            }
            let (from, distance) = &row[latest.1];
            scratch.push(ends[from.index()].plus(distance));
        }
        for ((stream, _), end) in self.rows.iter().zip(scratch.iter()) {
            ends[stream.index()] = *end;
        }
    }
}

/// The parts of a block of a stage.
pub(super) fn parts(operations: &[Operation], exchanges: &StageExchanges<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut writer = Writer::default();
    for operation in operations {
        let &Operation { stream, waits, kind, .. } = operation;
        let apart = match kind {
            OperationKind::Compute { duration } => {
                writer.put(operation, duration.seconds());
                continue;
            }
            OperationKind::Collective { communicator, call } => {
                match exchanges.collective(communicator, &call) {
                    Some(duration) => {
                        writer.put(operation, duration);
                        continue;
                    }
                    None => Part::Meeting { stream, waits, communicator, call },
                }
            }
            OperationKind::Send { peer, bytes, channel } => {
                Part::Send { stream, waits, peer, channel, bytes }
            }
            OperationKind::Receive { channel, .. } => Part::Receive { stream, waits, channel },
        };
        parts.extend(writer.finish().map(Part::Alone));
        parts.push(apart);
    }
    parts.extend(writer.finish().map(Part::Alone));
    parts
}

/// Whether the members of a communicator of this job are in one stage.
pub(super) const fn in_one_stage(communicator: Communicator, mirrored: bool) -> bool {
    match communicator {
        Communicator::Embedding => false,
        Communicator::Data | Communicator::ExpertData => !mirrored,
        _ => true,
    }
}

/// A table in the making.
#[derive(Debug, Default)]
struct Writer {
    rows: [Option<Row>; MAX_STREAMS],
}

impl Writer {
    /// An operation that starts when its stream and all that it waits for have ended.
    fn put(&mut self, operation: &Operation, seconds: f64) {
        let Operation { stream, waits, .. } = *operation;
        let mut row = self.rows[stream.index()].take().unwrap_or_else(|| vec![(stream, Moment::default())]);
        for other in waits.without(stream).iter() {
            match &self.rows[other.index()] {
                Some(distances) => distances.iter().for_each(|distance| merge(&mut row, distance)),
                None => merge(&mut row, &(other, Moment::default())),
            }
        }
        let term = Term::of(operation);
        for (_, distance) in &mut row {
            *distance = distance.after(term, seconds);
        }
        self.rows[stream.index()] = Some(row);
    }

    /// The table so far, if there is anything in it; the next starts anew.
    fn finish(&mut self) -> Option<Table> {
        let mut table = Table::default();
        for (index, row) in (0..).zip(&mut self.rows) {
            let Some(row) = row.take() else { continue };
            table.inputs = row.iter().fold(table.inputs, |all, (from, _)| all.with(*from));
            table.rows.push((StreamId::new(index), row));
        }
        (!table.rows.is_empty()).then_some(table)
    }
}

/// The longer of two distances from one stream counts.
fn merge(row: &mut Row, &(from, distance): &(StreamId, Moment)) {
    match row.binary_search_by_key(&from, |(known, _)| *known) {
        Ok(place) if row[place].1.at < distance.at => row[place].1 = distance,
        Ok(_) => {}
        Err(place) => row.insert(place, (from, distance)),
    }
}
