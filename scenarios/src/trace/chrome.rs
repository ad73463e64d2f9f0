//! Traces as the JSON that browsers' viewers of timelines read.
//!
//! The format is that of "Trace Event Format" (Google, 2016): one process for each rank of each point, one thread for its
//! ledger and one for each of its streams, and complete events (`"ph":"X"`). Times are microseconds with six digits after
//! the point, so that picoseconds survive. Facts for programs stand beside the events under `copperlight`.

use super::record::{OperationSlice, PointTrace, RankTrace, Trace};
use crate::training::{LAUNCH, LedgerEntry};
use copperlight_core::units::Time;
use copperlight_core::workload::{OperationKind, StreamId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

/// The thread of the ledger; that of a stream is its number and so many more.
const LEDGER_THREAD: usize = 1;
const FIRST_STREAM_THREAD: usize = 2;

/// Writes traces as one document.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_chrome(out: &mut dyn Write, traces: &[Trace]) -> io::Result<()> {
    let mut events = Events { out, any: false };
    events.out.write_all(b"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    let mut process = 0;
    let mut facts = Vec::new();
    for trace in traces {
        let several = (traces.len() > 1).then_some(trace.scenario.as_str());
        for point in &trace.points {
            facts.push(point_facts((trace, point), process));
            for rank in &point.ranks {
                process += 1;
                events.write_rank(process, (several, point), rank)?;
            }
        }
    }
    let facts = json!({ "schema": 1, "points": facts });
    writeln!(events.out, "\n],\"copperlight\":{facts}}}")
}

/// What programs read: the step time and which process is which rank.
fn point_facts((trace, point): (&Trace, &PointTrace), before: usize) -> Value {
    let rank = |(index, rank): (usize, &RankTrace)| {
        json!({
            "process": before + index + 1,
            "rank": rank.rank.index(),
            "multiplicity": rank.multiplicity,
            "operations_left_out": rank.left_out,
        })
    };
    json!({
        "scenario": trace.scenario,
        "system": point.system,
        "chips": point.chips,
        "setting": point.setting,
        "step_time_ps": point.step_time.picoseconds(),
        "ranks": point.ranks.iter().enumerate().map(rank).collect::<Vec<_>>(),
    })
}

/// Events on their way into an array.
struct Events<'a> {
    out: &'a mut dyn Write,
    any: bool,
}

impl Events<'_> {
    fn write_rank(
        &mut self,
        process: usize,
        (scenario, point): (Option<&str>, &PointTrace),
        rank: &RankTrace,
    ) -> io::Result<()> {
        let stands_for = match rank.multiplicity {
            1 => String::new(),
            several => format!(", one of {several} alike"),
        };
        let scenario = scenario.map(|name| format!("{name}: ")).unwrap_or_default();
        let name = format!("{scenario}{}: {}{stands_for}", point.title(), rank.rank);
        self.metadata("process_name", (process, None), &json!({ "name": name }))?;
        self.metadata("process_sort_index", (process, None), &json!({ "sort_index": process }))?;
        self.thread((process, LEDGER_THREAD), "ledger")?;
        for (stream, name) in stream_names(rank) {
            self.thread((process, thread(stream)), &name)?;
        }
        let mut from = Time::ZERO;
        for slice in &rank.ledger {
            let name = slice.entry.name();
            let place = (process, LEDGER_THREAD);
            self.slice(&Slice { name, place, from, until: slice.until })?;
            self.out.write_all(b"}")?;
            from = slice.until;
        }
        rank.operations.iter().try_for_each(|operation| self.operation(process, rank, operation))
    }

    fn operation(&mut self, process: usize, rank: &RankTrace, slice: &OperationSlice) -> io::Result<()> {
        let OperationSlice { operation, began, ended, .. } = *slice;
        let category = LedgerEntry::of(operation.tag).name();
        let name = match operation.kind {
            OperationKind::Compute { .. } if operation.stream == LAUNCH => "launch",
            OperationKind::Compute { .. } => category,
            OperationKind::Send { .. } => "send",
            OperationKind::Receive { .. } => "receive",
            OperationKind::Collective { call, .. } => call.kind.name(),
        };
        let place = (process, thread(operation.stream));
        self.slice(&Slice { name, place, from: began, until: ended })?;
        write!(self.out, ",\"cat\":\"{category}\",\"args\":{{")?;
        self.arguments(rank, slice)?;
        self.out.write_all(b"}}")
    }

    /// Writes an event, to which more can be added before it is closed.
    fn slice(&mut self, slice: &Slice<'_>) -> io::Result<()> {
        let Slice { name, place: (process, thread), from, until } = *slice;
        self.next()?;
        write!(
            self.out,
            "{{\"ph\":\"X\",\"name\":\"{name}\",\"pid\":{process},\"tid\":{thread},\"ts\":{},\"dur\":{}",
            Microseconds(from),
            Microseconds(until - from)
        )
    }

    /// What a click on an operation shows.
    fn arguments(&mut self, rank: &RankTrace, slice: &OperationSlice) -> io::Result<()> {
        let out = &mut self.out;
        write!(out, "\"index\":{},\"entered_us\":{}", slice.index, Microseconds(slice.entered))?;
        match slice.operation.kind {
            OperationKind::Compute { .. } => Ok(()),
            OperationKind::Send { peer, bytes, .. } => {
                write!(out, ",\"bytes\":{},\"to_rank\":{}", bytes.count(), rank.peers[&peer].index())
            }
            OperationKind::Receive { peer, .. } => {
                write!(out, ",\"from_rank\":{}", rank.peers[&peer].index())
            }
            OperationKind::Collective { communicator, call } => {
                let (group, bytes) = (rank.groups[&communicator], call.bytes.count());
                write!(out, ",\"bytes\":{bytes},\"group\":\"{}\",\"group_ranks\":{}", group.name, group.ranks)
            }
        }
    }

    fn thread(&mut self, place: (usize, usize), name: &str) -> io::Result<()> {
        let place = (place.0, Some(place.1));
        self.metadata("thread_name", place, &json!({ "name": name }))?;
        self.metadata("thread_sort_index", place, &json!({ "sort_index": place.1 }))
    }

    fn metadata(
        &mut self,
        what: &str,
        (process, thread): (usize, Option<usize>),
        value: &Value,
    ) -> io::Result<()> {
        self.next()?;
        let thread = thread.map(|thread| format!(",\"tid\":{thread}")).unwrap_or_default();
        write!(self.out, "{{\"ph\":\"M\",\"name\":\"{what}\",\"pid\":{process}{thread},\"args\":{value}}}")
    }

    /// Begins the line of another event.
    fn next(&mut self) -> io::Result<()> {
        let separator: &[u8] = if self.any { b",\n" } else { b"\n" };
        self.any = true;
        self.out.write_all(separator)
    }
}

/// Something with a beginning and an end, in a process and a thread.
struct Slice<'a> {
    name: &'a str,
    place: (usize, usize),
    from: Time,
    until: Time,
}

fn thread(stream: StreamId) -> usize {
    FIRST_STREAM_THREAD + stream.index()
}

/// What each stream carries, such as `stream 4: pipeline receives`.
fn stream_names(rank: &RankTrace) -> BTreeMap<StreamId, String> {
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

/// A time in microseconds, to the picosecond.
struct Microseconds(Time);

impl fmt::Display for Microseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picoseconds = self.0.picoseconds();
        write!(f, "{}.{:06}", picoseconds / 1_000_000, picoseconds % 1_000_000)
    }
}
