//! What a stage does at once, as a table: how long after each stream the others end.
//!
//! Between transfers with other stages nothing but a stage's own streams decides when its operations run, and the end of
//! each stream is the largest of the ends before, each so much later. A [`Table`] has these distances.

use super::exchanges::{StageExchanges, Taken};
use super::interference::stretched;
use super::moment::{Moment, Term};
use crate::training::{Communicator, DATA, EXPERT_DATA, PARAMETERS, PARAMETERS_AHEAD};
use copperlight_core::ids::{CommunicatorId, PeerSlot};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    CollectiveCall, MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet,
};
use std::rc::Rc;

/// Stand for the links that replicas exchange over, and for what gathers take of them; programs have no such streams.
const WIRE: StreamId = StreamId::new(23);
const WIRE_OF_GATHERS: StreamId = StreamId::new(22);

/// A part of a block.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Operations of the stage alone.
    Alone(Rc<Table>),
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
    /// How much later one stream ends than another did before; none where it does not depend on it.
    pub(super) fn distance(&self, from: StreamId, to: StreamId) -> Option<f64> {
        let (_, row) = self.rows.iter().find(|(stream, _)| *stream == to)?;
        row.iter().find(|(known, _)| *known == from).map(|(_, distance)| distance.at)
    }

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
///
/// Kernels lose `share` of their speed while their chip communicates.
pub(super) fn parts(operations: &[Operation], exchanges: &StageExchanges<'_>, share: f64) -> Vec<Part> {
    let longer = (share > 0.0).then(|| stretched(operations, exchanges, share));
    let mut parts = Vec::new();
    let mut writer = Writer::default();
    for (place, operation) in operations.iter().enumerate() {
        let &Operation { stream, waits, kind, .. } = operation;
        let apart = match kind {
            OperationKind::Compute { duration } => {
                let seconds = longer.as_ref().map_or(duration.seconds(), |longer| longer[place]);
                writer.kernel(operation, seconds);
                continue;
            }
            OperationKind::Collective { communicator, call } => {
                match exchanges.collective(communicator, &call) {
                    Some(taken) => {
                        writer.collective(operation, taken);
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
        parts.extend(writer.finish());
        parts.push(apart);
    }
    parts.extend(writer.finish());
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
    /// A kernel, or a launch of the host.
    fn kernel(&mut self, operation: &Operation, seconds: f64) {
        let mut row = self.begin(operation.stream, operation.waits);
        later(&mut row, Term::of(operation), seconds);
        self.rows[operation.stream.index()] = Some(row);
    }

    /// A collective. What replicas exchange goes over the same links: of two at once the last ends when it would if their
    /// bytes came one after the other. Gathers do not queue behind reductions, which nobody waits for as soon.
    fn collective(&mut self, operation: &Operation, taken: Taken) {
        let (stream, term) = (operation.stream, Term::of(operation));
        let mut row = self.begin(stream, operation.waits);
        let wires: &[StreamId] = match stream {
            DATA | EXPERT_DATA => &[WIRE],
            PARAMETERS | PARAMETERS_AHEAD => &[WIRE_OF_GATHERS, WIRE],
            _ => &[],
        };
        let begun = if wires.is_empty() { Row::new() } else { row.clone() };
        later(&mut row, term, taken.seconds);
        for (place, &wire) in wires.iter().enumerate() {
            let mut filled = self.begin(wire, StreamSet::EMPTY);
            if place == 0 {
                let mut queued = filled.clone();
                later(&mut queued, term, taken.wire);
                queued.iter().for_each(|distance| merge(&mut row, distance));
            }
            begun.iter().for_each(|distance| merge(&mut filled, distance));
            later(&mut filled, term, taken.wire);
            self.rows[wire.index()] = Some(filled);
        }
        self.rows[stream.index()] = Some(row);
    }

    /// When an operation starts: its stream and all that it waits for have ended.
    fn begin(&mut self, stream: StreamId, waits: StreamSet) -> Row {
        let mut row = self.rows[stream.index()].take().unwrap_or_else(|| from(stream));
        for other in waits.without(stream).iter() {
            match &self.rows[other.index()] {
                Some(distances) => distances.iter().for_each(|distance| merge(&mut row, distance)),
                None => merge(&mut row, &(other, Moment::default())),
            }
        }
        row
    }

    /// The table so far, if there is anything in it; the next starts anew.
    fn finish(&mut self) -> Option<Part> {
        let mut table = Table::default();
        for (index, row) in (0..).zip(&mut self.rows) {
            let Some(row) = row.take() else { continue };
            table.inputs = row.iter().fold(table.inputs, |all, (from, _)| all.with(*from));
            table.rows.push((StreamId::new(index), row));
        }
        (!table.rows.is_empty()).then(|| Part::Alone(Rc::new(table)))
    }
}

/// The end of a stream, as it was.
fn from(stream: StreamId) -> Row {
    vec![(stream, Moment::default())]
}

fn later(row: &mut Row, term: Term, seconds: f64) {
    for (_, distance) in row {
        *distance = distance.after(term, seconds);
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
