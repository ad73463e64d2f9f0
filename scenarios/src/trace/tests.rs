//! Traces read back from what was written.

use super::messages::{EventType, PerfettoTrace, TrackDescriptor, TrackEvent};
use super::{PointTrace, Trace, TraceRequest, write_chrome, write_perfetto};
use crate::file::{SourceText, check};
use crate::report::PointResult;
use crate::run::{EngineOptions, RunOptions, run_scenario_traced};
use prost::Message;
use serde_json::Value;
use std::collections::BTreeMap;

const TRAINING: &str = include_str!("../../../tests/all/cli/tiny.toml");

fn traced(fold: bool) -> (Vec<PointResult>, Trace) {
    let checked = check(SourceText::new("tiny", TRAINING.to_owned()), &["report.curves=[]".to_owned()]);
    let scenario = checked.unwrap_or_else(|errors| panic!("{errors}"));
    let options =
        RunOptions { engine: EngineOptions { fold, ..EngineOptions::default() }, ..RunOptions::default() };
    let request = TraceRequest { ranks: None, operations: TraceRequest::OPERATIONS };
    let ran = run_scenario_traced(&scenario, &options, &request, &|_| ());
    let (report, trace) = ran.unwrap_or_else(|error| panic!("{error}"));
    (report.results.results, trace)
}

/// A slice as it was read back.
#[derive(Debug, Clone)]
struct Slice {
    name: String,
    known: BTreeMap<String, u64>,
    nanoseconds: (u64, u64),
}

/// A file of packets as it was read back.
#[derive(Default)]
struct Read {
    tracks: BTreeMap<u64, TrackDescriptor>,
    slices: BTreeMap<u64, Vec<Slice>>,
    samples: BTreeMap<u64, Vec<(u64, f64)>>,
    instants: Vec<(String, BTreeMap<String, u64>)>,
    /// Tracks and times at which each arrow begins and ends.
    begins: BTreeMap<u64, (u64, u64)>,
    ends: BTreeMap<u64, (u64, u64)>,
    names: [BTreeMap<u64, String>; 2],
    open: BTreeMap<u64, Slice>,
}

impl Read {
    fn of(bytes: &[u8]) -> Self {
        let trace = PerfettoTrace::decode(bytes).expect("a trace is packets");
        let mut read = Self::default();
        for packet in trace.packet {
            let new = packet.interned_data.unwrap_or_default();
            for (names, new) in read.names.iter_mut().zip([new.event_names, new.debug_annotation_names]) {
                names.extend(new.into_iter().map(|name| (name.iid(), name.name().to_owned())));
            }
            if let Some(track) = packet.track_descriptor {
                read.tracks.insert(track.uuid(), track);
            } else {
                let event = packet.track_event.expect("a packet is a track or an event");
                read.add(packet.timestamp.expect("an event has a time"), &event);
            }
        }
        assert!(read.open.is_empty(), "every slice ends");
        read
    }

    fn add(&mut self, at: u64, event: &TrackEvent) {
        let track = event.track_uuid();
        let known = event
            .debug_annotations
            .iter()
            .filter_map(|of| Some((self.names[1][&of.name_iid()].clone(), of.uint_value?)));
        let known: BTreeMap<String, u64> = known.collect();
        let name = self.names[0].get(&event.name_iid()).cloned().unwrap_or_default();
        match event.r#type() {
            EventType::SliceBegin => {
                let begun = self.open.insert(track, Slice { name, known, nanoseconds: (at, at) });
                assert!(begun.is_none(), "slices of a track do not overlap");
            }
            EventType::SliceEnd => {
                let mut slice = self.open.remove(&track).expect("what ends has begun");
                slice.nanoseconds.1 = at;
                self.slices.entry(track).or_default().push(slice);
            }
            EventType::Counter => {
                self.samples.entry(track).or_default().push((at, event.double_counter_value()));
            }
            EventType::Instant => self.instants.push((name, known)),
            EventType::Unspecified => panic!("every event has a type"),
        }
        for &arrow in &event.flow_ids {
            assert_eq!(self.begins.insert(arrow, (track, at)), None, "an arrow begins once");
        }
        for &arrow in &event.terminating_flow_ids {
            assert!(self.begins.contains_key(&arrow), "an arrow begins before it ends");
            assert_eq!(self.ends.insert(arrow, (track, at)), None, "an arrow ends once");
        }
    }

    /// The ledgers by the number of their process.
    fn ledger(&self, process: u64) -> &[Slice] {
        let is_process = |track: &&TrackDescriptor| {
            track.process.as_ref().is_some_and(|known| known.pid() as u64 == process)
        };
        let process = self.tracks.values().find(is_process).expect("the process is described").uuid();
        let is_ledger = |track: &&TrackDescriptor| track.parent_uuid() == process && track.name() == "ledger";
        let ledger = self.tracks.values().find(is_ledger).expect("a rank has a ledger");
        &self.slices[&ledger.uuid()]
    }

    fn facts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a BTreeMap<String, u64>> {
        self.instants.iter().filter(move |(found, _)| found == name).map(|(_, known)| known)
    }
}

/// Step times and sums of the ledger, each rank counted as often as it stands for.
#[test]
fn packets_hold_the_ledger_to_the_picosecond() {
    for fold in [true, false] {
        let (results, trace) = traced(fold);
        let mut written = Vec::new();
        write_perfetto(&mut written, std::slice::from_ref(&trace)).expect("memory takes it");
        let read = Read::of(&written);
        let steps: Vec<f64> = read.facts("point").map(|known| known["step_time_ps"] as f64 / 1e12).collect();
        let expected: Vec<f64> = results.iter().filter_map(|point| point.step_time_s).collect();
        assert_eq!(steps, expected);
        let mut ranks = read.facts("rank");
        for (point, result) in trace.points.iter().zip(&results) {
            let (mut totals, mut all): (BTreeMap<String, u128>, u64) = (BTreeMap::new(), 0);
            for known in ranks.by_ref().take(point.ranks.len()) {
                all += known["multiplicity"];
                let mut at = 0;
                for slice in read.ledger(known["process"]) {
                    assert_eq!(slice.known["begin_ps"], at, "a ledger has no gap");
                    at += slice.known["length_ps"];
                    assert_eq!(slice.nanoseconds, (slice.known["begin_ps"] / 1_000, at / 1_000));
                    let length = u128::from(slice.known["length_ps"] * known["multiplicity"]);
                    *totals.entry(slice.name.clone()).or_default() += length;
                }
                assert_eq!(at, point.step_time.picoseconds(), "a ledger ends with the step");
            }
            assert_eq!(all, point.chips, "the ranks of a trace stand for all");
            for (entry, seconds) in result.breakdown_s.expect("a step has a breakdown").terms() {
                let total = totals.remove(entry).unwrap_or(0) as f64 / all as f64 / 1e12;
                assert_eq!(seconds.unwrap_or(0.0), total, "{entry}");
            }
            assert_eq!(totals, BTreeMap::new(), "all slices belong to an entry");
        }
    }
}

#[test]
fn counters_of_packets_add_up_to_the_bytes_of_tiers_and_links() {
    let (results, trace) = traced(true);
    let mut written = Vec::new();
    write_perfetto(&mut written, std::slice::from_ref(&trace)).expect("memory takes it");
    let read = Read::of(&written);
    let mut facts = read.facts("counter");
    for (point, result) in trace.points.iter().zip(&results) {
        let tiers = result.tier_bytes.as_ref().expect("tiers carried bytes");
        assert!(point.counters.len() > tiers.len(), "there are links besides tiers");
        for (counter, known) in point.counters.iter().zip(facts.by_ref()) {
            let samples = &read.samples[&known["track"]];
            let (width, step) = (known["slice_ps"], point.step_time.picoseconds());
            let of_sample = |(slice, (at, percent)): (usize, &(u64, f64))| {
                let from = slice as u64 * width;
                assert_eq!(*at, from / 1_000);
                percent / 100.0 * counter.capacity.bytes_per_second() * width.min(step - from) as f64 / 1e12
            };
            let found: f64 = samples[..samples.len() - 1].iter().enumerate().map(of_sample).sum();
            assert_eq!(samples[samples.len() - 1], (step / 1_000, 0.0), "nothing after the end");
            let bytes = known["bytes"] as f64;
            assert!((found - bytes).abs() <= 1e-6 * bytes + 1.0, "{}: {found} of {bytes}", counter.name);
        }
        let named = point.counters.iter().filter(|counter| counter.name.starts_with("all links"));
        let named: BTreeMap<String, u64> =
            named.map(|counter| (counter.tier.clone(), counter.bytes)).collect();
        assert_eq!(&named, tiers);
    }
}

/// How many messages each point has whose send and receive are both in the trace.
fn messages(point: &PointTrace) -> usize {
    let is_send = |kind: &str, rank: &super::RankTrace| {
        rank.operations.iter().filter(|slice| super::names::operation_name(slice) == kind).count()
    };
    let sends: usize = point.ranks.iter().map(|rank| is_send("send", rank)).sum();
    let receives: usize = point.ranks.iter().map(|rank| is_send("receive", rank)).sum();
    assert_eq!(sends, receives, "every rank is in the trace");
    sends
}

#[test]
fn arrows_join_slices_that_are_there() {
    let (_, trace) = traced(false);
    let mut written = Vec::new();
    write_perfetto(&mut written, std::slice::from_ref(&trace)).expect("memory takes it");
    let read = Read::of(&written);
    let begins_at = |track: u64, at: u64| {
        read.slices[&track].iter().find(|slice| slice.nanoseconds.0 == at).map(|slice| slice.name.clone())
    };
    assert_eq!(read.begins.keys().collect::<Vec<_>>(), read.ends.keys().collect::<Vec<_>>());
    let mut joined = 0;
    for (arrow, &(track, at)) in &read.begins {
        let (to, arrival) = read.ends[arrow];
        let names = (begins_at(track, at), begins_at(to, arrival));
        assert!(names.0.is_some() && names.1.is_some(), "arrow {arrow} joins {names:?}");
        joined += usize::from(names == (Some("send".to_owned()), Some("receive".to_owned())));
    }
    assert!(joined > 0);
    assert_eq!(joined, trace.points.iter().map(messages).sum::<usize>(), "every message is an arrow");
}

#[test]
fn json_has_the_same_counters_and_arrows() {
    let (_, trace) = traced(false);
    let mut written = Vec::new();
    write_chrome(&mut written, std::slice::from_ref(&trace)).expect("memory takes it");
    let document: Value = serde_json::from_slice(&written).expect("a trace is JSON");
    let events = document["traceEvents"].as_array().expect("events are an array");
    let count = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    let arrows: usize = trace.points.iter().map(|point| super::arrows::arrows(point).len()).sum();
    assert!(arrows > 0);
    assert_eq!((count("s"), count("f")), (arrows, arrows));
    let samples = trace.points.iter().flat_map(|point| &point.counters).map(|of| of.carried.len() + 1);
    assert_eq!(count("C"), samples.sum::<usize>());
    let facts = document["copperlight"]["points"].as_array().expect("points are an array");
    for (point, facts) in trace.points.iter().zip(facts) {
        let bytes: Vec<u64> = point.counters.iter().map(|counter| counter.bytes).collect();
        let counters = facts["counters"].as_array().expect("counters are an array");
        let found: Vec<u64> = counters.iter().filter_map(|counter| counter["bytes"].as_u64()).collect();
        assert_eq!(found, bytes);
    }
}
