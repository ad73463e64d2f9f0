//! Traces as the JSON that browsers' viewers of timelines read.
//!
//! The format is that of "Trace Event Format" (Google, 2016): one process for each rank of each point, one thread for its
//! ledger and one for each of its streams, and complete events (`"ph":"X"`); one more process for its links, with
//! counters (`"ph":"C"`). Arrows (`"ph":"s"` and `"f"`) join operations that belong together. Times are microseconds with six digits after
//! the point, so that picoseconds survive. Facts for programs stand beside the events under `copperlight`.

use super::arrows::{Arrow, arrows};
use super::names::{category, links_name, operation_name, process_name, stream_names};
use super::record::{Counter, OperationSlice, PointTrace, RankTrace, Trace};
use copperlight_core::units::Time;
use copperlight_core::workload::{OperationKind, StreamId};
use serde_json::{Value, json};
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
    let (mut process, mut arrow_number) = (0, 0);
    let mut facts = Vec::new();
    for trace in traces {
        let several = (traces.len() > 1).then_some(trace.scenario.as_str());
        for point in &trace.points {
            facts.push(point_facts((trace, point), process));
            for rank in &point.ranks {
                process += 1;
                events.write_rank(process, (several, point), rank)?;
            }
            process += 1;
            events.process(process, &links_name((several, point)))?;
            point
                .counters
                .iter()
                .try_for_each(|counter| events.counter(process, counter, point.step_time))?;
            for arrow in arrows(point) {
                arrow_number += 1;
                let first = process - point.ranks.len();
                events.arrow(arrow_number, (first, point), arrow)?;
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
    let counter = |counter: &Counter| {
        json!({
            "process": before + point.ranks.len() + 1,
            "tier": counter.tier,
            "name": counter.name,
            "bytes": counter.bytes,
            "capacity_bytes_per_second": counter.capacity.bytes_per_second(),
            "slice_ps": counter.slice.picoseconds(),
        })
    };
    json!({
        "scenario": trace.scenario,
        "system": point.system,
        "chips": point.chips,
        "setting": point.setting,
        "step_time_ps": point.step_time.picoseconds(),
        "ranks": point.ranks.iter().enumerate().map(rank).collect::<Vec<_>>(),
        "counters": point.counters.iter().map(counter).collect::<Vec<_>>(),
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
        place: (Option<&str>, &PointTrace),
        rank: &RankTrace,
    ) -> io::Result<()> {
        self.process(process, &process_name(place, rank))?;
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
        let (name, category) = (operation_name(slice), category(slice));
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

    /// Utilization in per cent from each slice on, and nothing after the end.
    fn counter(&mut self, process: usize, counter: &Counter, end: Time) -> io::Result<()> {
        let name = json!(format!("{}: {}", counter.tier, counter.name));
        let mut from = Time::ZERO;
        let mut sample = |at: Time, value: f64| {
            self.next()?;
            let at = Microseconds(at);
            write!(
                self.out,
                "{{\"ph\":\"C\",\"name\":{name},\"pid\":{process},\"ts\":{at},\"args\":{{\"%\":{value}}}}}"
            )
        };
        for utilization in counter.utilization(end) {
            sample(from, 100.0 * utilization)?;
            from += counter.slice;
        }
        sample(end, 0.0)
    }

    /// An arrow between operations of ranks, the first of which is the process `first`.
    fn arrow(&mut self, number: u64, (first, point): (usize, &PointTrace), arrow: Arrow) -> io::Result<()> {
        for (phase, (rank, operation)) in [("\"s\"", arrow.from), ("\"f\",\"bp\":\"e\"", arrow.to)] {
            let slice = &point.ranks[rank].operations[operation];
            let (process, thread) = (first + rank, thread(slice.operation.stream));
            let (category, at) = (category(slice), Microseconds(slice.began));
            self.next()?;
            write!(
                self.out,
                "{{\"ph\":{phase},\"id\":{number},\"name\":\"{category}\",\"cat\":\"{category}\",\"pid\":{process},\
                 \"tid\":{thread},\"ts\":{at}}}"
            )?;
        }
        Ok(())
    }

    fn process(&mut self, process: usize, name: &str) -> io::Result<()> {
        self.metadata("process_name", (process, None), &json!({ "name": name }))?;
        self.metadata("process_sort_index", (process, None), &json!({ "sort_index": process }))
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

/// A time in microseconds, to the picosecond.
struct Microseconds(Time);

impl fmt::Display for Microseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picoseconds = self.0.picoseconds();
        write!(f, "{}.{:06}", picoseconds / 1_000_000, picoseconds % 1_000_000)
    }
}
