//! Traces as the packets that Perfetto reads.
//!
//! Each rank of each point is a process, with a track for its ledger and one for each of its streams. The links of a
//! point are one more, with a counter for each tier and each of the busiest links, and a track of facts for programs.
//! Perfetto counts nanoseconds: timestamps are rounded down, and what is exact stands beside them in picoseconds.

use super::arrows::{Arrow, arrows};
use super::messages::{CounterDescriptor, EventType, ProcessDescriptor, TrackDescriptor};
use super::names::{category, links_name, operation_name, process_name, stream_names};
use super::packets::{Event, Packets, Value};
use super::record::{Counter, OperationSlice, PointTrace, RankTrace, Trace};
use copperlight_core::units::Time;
use copperlight_core::workload::{OperationKind, StreamId};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Tracks stand in the order of their ranks.
const EXPLICIT: i32 = 3;

/// Writes traces as one document.
///
/// # Errors
/// When `out` does not take it.
pub fn write_perfetto(out: &mut dyn Write, traces: &[Trace]) -> io::Result<()> {
    let mut writer = Writer { packets: Packets::new(out), tracks: 0, processes: 0, arrows: 0 };
    for trace in traces {
        let several = (traces.len() > 1).then_some(trace.scenario.as_str());
        for point in &trace.points {
            writer.write_point(trace, (several, point))?;
        }
    }
    Ok(())
}

/// Numbers what is written.
struct Writer<'a> {
    packets: Packets<'a>,
    tracks: u64,
    processes: i32,
    arrows: u64,
}

/// The tracks of a rank.
struct RankTracks {
    ledger: u64,
    streams: BTreeMap<StreamId, u64>,
}

/// The arrows that begin and end at an operation.
#[derive(Default)]
struct Ends {
    from: Vec<u64>,
    to: Vec<u64>,
}

impl Writer<'_> {
    fn write_point(
        &mut self,
        trace: &Trace,
        (scenario, point): (Option<&str>, &PointTrace),
    ) -> io::Result<()> {
        let first = self.processes;
        let mut tracks = Vec::new();
        for rank in &point.ranks {
            tracks.push(self.rank_tracks((scenario, point), rank)?);
        }
        let links = self.process(links_name((scenario, point)))?;
        let facts = self.track(links, "facts".to_owned(), (0, None))?;
        let mut counters = Vec::new();
        for (place, counter) in point.counters.iter().enumerate() {
            let name = format!("{}: {}", counter.tier, counter.name);
            counters.push(self.track(links, name, (place + 1, Some("%")))?);
        }
        self.write_facts(facts, (trace, point), first, &counters)?;
        let ends = self.number_arrows(&arrows(point));
        let mut events = Vec::new();
        for (counter, &track) in point.counters.iter().zip(&counters) {
            add_counter(&mut events, track, counter, point.step_time);
        }
        for (index, (rank, tracks)) in point.ranks.iter().zip(&tracks).enumerate() {
            add_ledger(&mut events, tracks.ledger, rank);
            for (place, slice) in rank.operations.iter().enumerate() {
                let track = tracks.streams[&slice.operation.stream];
                add_operation(&mut events, track, (rank, slice), ends.get(&(index, place)));
            }
        }
        self.packets.write_sorted(events)
    }

    fn rank_tracks(
        &mut self,
        place: (Option<&str>, &PointTrace),
        rank: &RankTrace,
    ) -> io::Result<RankTracks> {
        let process = self.process(process_name(place, rank))?;
        let ledger = self.track(process, "ledger".to_owned(), (0, None))?;
        let mut streams = BTreeMap::new();
        for (stream, name) in stream_names(rank) {
            streams.insert(stream, self.track(process, name, (stream.index() + 1, None))?);
        }
        Ok(RankTracks { ledger, streams })
    }

    fn process(&mut self, name: String) -> io::Result<u64> {
        self.tracks += 1;
        self.processes += 1;
        let process = ProcessDescriptor { pid: Some(self.processes), process_name: Some(name) };
        self.packets.describe(TrackDescriptor {
            uuid: Some(self.tracks),
            process: Some(process),
            child_ordering: Some(EXPLICIT),
            sibling_order_rank: Some(self.processes),
            ..TrackDescriptor::default()
        })?;
        Ok(self.tracks)
    }

    /// A track below a process, in its place among others; one with a unit is a counter.
    fn track(&mut self, process: u64, name: String, (place, unit): (usize, Option<&str>)) -> io::Result<u64> {
        self.tracks += 1;
        self.packets.describe(TrackDescriptor {
            uuid: Some(self.tracks),
            name: Some(name),
            parent_uuid: Some(process),
            counter: unit.map(|unit| CounterDescriptor { unit_name: Some(unit.to_owned()) }),
            sibling_order_rank: Some(place as i32),
            ..TrackDescriptor::default()
        })?;
        Ok(self.tracks)
    }

    /// What programs read: the point, which process is which rank, and what counters add up to.
    fn write_facts(
        &mut self,
        track: u64,
        (trace, point): (&Trace, &PointTrace),
        first: i32,
        counters: &[u64],
    ) -> io::Result<()> {
        let fact = |name, annotations| Event::instant(Time::ZERO, track, (name, "facts"), annotations);
        let mut facts = vec![fact(
            "point",
            vec![
                ("scenario", Value::Text(trace.scenario.clone())),
                ("system", Value::Text(point.system.clone())),
                ("chips", Value::Natural(point.chips)),
                ("setting", Value::Text(point.setting.clone())),
                ("step_time_ps", Value::Natural(point.step_time.picoseconds())),
            ],
        )];
        for (index, rank) in point.ranks.iter().enumerate() {
            let process = first as u64 + 1 + index as u64;
            facts.push(fact(
                "rank",
                vec![
                    ("process", Value::Natural(process)),
                    ("rank", Value::Natural(rank.rank.index() as u64)),
                    ("multiplicity", Value::Natural(u64::from(rank.multiplicity))),
                    ("operations_left_out", Value::Natural(rank.left_out)),
                ],
            ));
        }
        for (counter, &track) in point.counters.iter().zip(counters) {
            facts.push(fact(
                "counter",
                vec![
                    ("track", Value::Natural(track)),
                    ("tier", Value::Text(counter.tier.clone())),
                    ("name", Value::Text(counter.name.clone())),
                    ("bytes", Value::Natural(counter.bytes)),
                    ("capacity_bytes_per_second", Value::Number(counter.capacity.bytes_per_second())),
                    ("slice_ps", Value::Natural(counter.slice.picoseconds())),
                ],
            ));
        }
        self.packets.write_sorted(facts)
    }

    /// Numbers arrows, by the operations that they begin and end at.
    fn number_arrows(&mut self, arrows: &[Arrow]) -> BTreeMap<(usize, usize), Ends> {
        let mut ends: BTreeMap<(usize, usize), Ends> = BTreeMap::new();
        for arrow in arrows {
            self.arrows += 1;
            ends.entry(arrow.from).or_default().from.push(self.arrows);
            ends.entry(arrow.to).or_default().to.push(self.arrows);
        }
        ends
    }
}

/// Utilization in per cent from each slice on, and nothing after the end.
fn add_counter(events: &mut Vec<Event>, track: u64, counter: &Counter, end: Time) {
    let mut from = Time::ZERO;
    for utilization in counter.utilization(end) {
        events.push(Event::counter(from, track, 100.0 * utilization));
        from += counter.slice;
    }
    events.push(Event::counter(end, track, 0.0));
}

fn add_ledger(events: &mut Vec<Event>, track: u64, rank: &RankTrace) {
    let mut from = Time::ZERO;
    for slice in &rank.ledger {
        let name = slice.entry.name();
        let annotations = exact(from, slice.until);
        events.extend(Event::slice((from, slice.until), track, (name, name), annotations));
        from = slice.until;
    }
}

fn exact(from: Time, until: Time) -> Vec<(&'static str, Value)> {
    let length = until - from;
    vec![
        ("begin_ps", Value::Natural(from.picoseconds())),
        ("length_ps", Value::Natural(length.picoseconds())),
    ]
}

fn add_operation(
    events: &mut Vec<Event>,
    track: u64,
    (rank, slice): (&RankTrace, &OperationSlice),
    ends: Option<&Ends>,
) {
    let OperationSlice { began, ended, entered, .. } = *slice;
    let mut annotations = exact(began, ended);
    annotations.push(("index", Value::Natural(u64::from(slice.index))));
    annotations.push(("entered_ps", Value::Natural(entered.picoseconds())));
    match slice.operation.kind {
        OperationKind::Compute { .. } => {}
        OperationKind::Send { peer, bytes, .. } => {
            annotations.push(("bytes", Value::Natural(bytes.count())));
            annotations.push(("to_rank", Value::Natural(rank.peers[&peer].index() as u64)));
        }
        OperationKind::Receive { peer, .. } => {
            annotations.push(("from_rank", Value::Natural(rank.peers[&peer].index() as u64)));
        }
        OperationKind::Collective { communicator, call } => {
            let group = rank.groups[&communicator];
            annotations.push(("bytes", Value::Natural(call.bytes.count())));
            annotations.push(("group", Value::Text(group.name.to_owned())));
            annotations.push(("group_ranks", Value::Natural(group.ranks as u64)));
        }
    }
    let names = (operation_name(slice), category(slice));
    let added = events.len();
    if began == ended {
        events.push(Event::instant(began, track, names, annotations));
    } else {
        events.extend(Event::slice((began, ended), track, names, annotations));
    }
    if let Some(ends) = ends {
        events[added].arrows = (ends.from.clone(), ends.to.clone());
    }
    debug_assert_ne!(events[added].kind, EventType::SliceEnd, "arrows end where slices begin");
}
