//! `copperlight run --trace`: every second of the ledger is found in the file, and every operation of each stream.

use super::{TINY, Workplace};
use copperlight::trace::messages::PerfettoTrace;
use prost::Message;
use serde_json::Value;
use std::collections::BTreeMap;

const COLLECTIVE: &str = "scenario.name = 'star'\n\
    workload = { kind = 'collective', operation = 'all-gather', size = '1 kB' }\n\
    [[systems]]\nchips = 2\n\
    fabric = { family = 'star', link_bandwidth = '1 GB/s', link_latency = '1 us' }\n";

/// The thread of a rank's ledger; its streams come after it.
pub(super) const LEDGER: u64 = 1;

/// A slice of a track, in picoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slice {
    name: String,
    category: String,
    from: u64,
    until: u64,
    arguments: Value,
}

/// A trace as it was read back.
pub(super) struct Read {
    /// The facts beside the events.
    pub(super) points: Vec<Value>,
    /// The slices of each process and thread, in the order of the file.
    pub(super) tracks: BTreeMap<(u64, u64), Vec<Slice>>,
    names: BTreeMap<(u64, u64), String>,
}

fn natural(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no natural number"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Microseconds with six digits after the point, as picoseconds: exact below two hours.
fn picoseconds(value: &Value) -> u64 {
    (value.as_f64().expect("a time is a number") * 1e6).round() as u64
}

pub(super) fn read(text_of_file: &str) -> Read {
    let document: Value = serde_json::from_str(text_of_file).expect("a trace is JSON");
    let mut read = Read {
        points: document["copperlight"]["points"].as_array().expect("points are an array").clone(),
        tracks: BTreeMap::new(),
        names: BTreeMap::new(),
    };
    for event in document["traceEvents"].as_array().expect("events are an array") {
        let place = (natural(&event["pid"]), event["tid"].as_u64().unwrap_or(0));
        match (event["ph"].as_str(), event["name"].as_str()) {
            (Some("X"), Some(name)) => {
                let from = picoseconds(&event["ts"]);
                let until = from + picoseconds(&event["dur"]);
                let category = event["cat"].as_str().unwrap_or_default().to_owned();
                let arguments = event["args"].clone();
                let slice = Slice { name: name.to_owned(), category, from, until, arguments };
                read.tracks.entry(place).or_default().push(slice);
            }
            (Some("M"), Some("process_name" | "thread_name")) => {
                read.names.insert(place, text(&event["args"]["name"]));
            }
            _ => {}
        }
    }
    read
}

/// The slices of a track by name, summed.
pub(super) fn sums(track: &[Slice]) -> BTreeMap<&str, u64> {
    let mut sums = BTreeMap::new();
    track.iter().for_each(|slice| *sums.entry(slice.name.as_str()).or_default() += slice.until - slice.from);
    sums
}

/// Holds a point of a trace against its result.
fn agrees(read: &Read, point: &Value, result: &Value) {
    assert_eq!((&point["system"], &point["chips"]), (&result["system"], &result["chips"]));
    let step = natural(&point["step_time_ps"]);
    assert_eq!(result["step_time_s"], step as f64 / 1e12);
    let (mut totals, mut ranks): (BTreeMap<&str, u128>, u64) = (BTreeMap::new(), 0);
    for rank in point["ranks"].as_array().expect("ranks are an array") {
        let (process, multiplicity) = (natural(&rank["process"]), natural(&rank["multiplicity"]));
        let ledger = &read.tracks[&(process, LEDGER)];
        assert_eq!((ledger[0].from, ledger[ledger.len() - 1].until), (0, step), "the ledger covers the step");
        for pair in ledger.windows(2) {
            assert_eq!(pair[0].until, pair[1].from, "without a gap: {pair:?}");
            assert_ne!(pair[0].name, pair[1].name, "{pair:?} are one");
        }
        for (name, sum) in sums(ledger) {
            *totals.entry(name).or_default() += u128::from(sum) * u128::from(multiplicity);
        }
        ranks += multiplicity;
        kernels_are_computing(read, process);
    }
    assert_eq!(ranks, natural(&result["chips"]), "the ranks of a trace stand for all");
    for (entry, seconds) in result["breakdown_s"].as_object().expect("a step has a breakdown") {
        let total = totals.remove(entry.as_str()).unwrap_or(0);
        match seconds.as_f64() {
            Some(seconds) => assert_eq!(seconds, total as f64 / ranks as f64 / 1e12, "{entry}"),
            None => assert_eq!(total, 0, "{entry} is not modelled"),
        }
    }
    assert_eq!(totals, BTreeMap::new(), "all slices belong to an entry");
}

/// Operations of a stream follow one another, and kernels, all on one stream, are what the ledger calls computing; so is
/// the time in which the host launches the next one.
fn kernels_are_computing(read: &Read, process: u64) {
    let mut operations: BTreeMap<&str, Vec<&Slice>> = BTreeMap::new();
    for (_, track) in read.tracks.range((process, LEDGER + 1)..(process + 1, 0)) {
        assert!(track.windows(2).all(|pair| pair[0].until <= pair[1].from));
        for slice in track.iter().filter(|slice| slice.name == slice.category || slice.name == "launch") {
            operations.entry(&slice.name).or_default().push(slice);
        }
    }
    let of = |name: &str| operations.get(name).cloned().unwrap_or_default();
    for name in ["compute", "optimizer"] {
        let ledger = read.tracks[&(process, LEDGER)].iter().filter(|slice| slice.name == name);
        let booked: Vec<&Slice> = ledger.collect();
        assert_eq!(outside(&of(name), &booked), [], "every kernel is booked as {name}");
        let idle = outside(&booked, &of(name));
        let launching = if name == "compute" { of("launch") } else { Vec::new() };
        let idle: Vec<Slice> =
            idle.into_iter().map(|(from, until)| Slice { from, until, ..booked[0].clone() }).collect();
        assert_eq!(outside(&idle.iter().collect::<Vec<_>>(), &launching), [], "{name} without a kernel");
    }
}

/// The parts of slices that none of the others covers; both are in order and none overlaps another of its own.
fn outside(slices: &[&Slice], others: &[&Slice]) -> Vec<(u64, u64)> {
    let mut parts = Vec::new();
    for slice in slices {
        let mut from = slice.from;
        let first = others.partition_point(|other| other.until <= from);
        for other in others[first..].iter().take_while(|other| other.from < slice.until) {
            parts.push((from, other.from));
            from = other.until;
        }
        parts.push((from, slice.until));
    }
    parts.retain(|(from, until)| from < until);
    parts
}

/// The same trace as packets, with the ranks and counters of its JSON.
#[test]
fn packets_are_the_format_of_every_name_but_json() {
    let place = Workplace::with("tiny.toml", TINY);
    for name in ["timeline.pftrace", "timeline", "timeline.JSON"] {
        let arguments = ["run", "tiny.toml", "--set", "sweep=[]", "--no-files", "--trace", name];
        place.succeed(&arguments);
    }
    let packets = std::fs::read(place.path("timeline.pftrace")).expect("the trace was written");
    assert_eq!(packets, std::fs::read(place.path("timeline")).expect("the trace was written"));
    let json = read(&place.read("timeline.JSON"));
    let trace = PerfettoTrace::decode(packets.as_slice()).expect("a trace is packets");
    let descriptors = || trace.packet.iter().filter_map(|packet| packet.track_descriptor.as_ref());
    let processes = descriptors().filter_map(|track| Some(track.process.as_ref()?.process_name().to_owned()));
    let named = json.names.iter().filter(|((_, thread), _)| *thread == 0).map(|(_, name)| name.clone());
    assert_eq!(processes.collect::<Vec<_>>(), named.collect::<Vec<_>>());
    let counters =
        json.points.iter().flat_map(|point| point["counters"].as_array().expect("there are counters"));
    assert_eq!(descriptors().filter(|track| track.counter.is_some()).count(), counters.count());
}

#[test]
fn the_busiest_links_are_shown_where_they_are_asked_for() {
    let place = Workplace::with("tiny.toml", TINY);
    let arguments = ["run", "tiny.toml", "--set", "sweep=[]", "--set", "report.curves=[]"];
    let plain = place.succeed(&[&arguments[..], &["--out", "plain"]].concat());
    assert!(!plain.stdout.contains("The busiest links"), "{}", plain.stdout);
    let shown = place.succeed(&[&arguments[..], &["--out", "shown", "--links"]].concat());
    assert!(shown.stdout.contains("The busiest links"), "{}", shown.stdout);
    let read = |folder: &str| -> Value {
        serde_json::from_str(&place.read(&format!("{folder}/results.json"))).expect("results are JSON")
    };
    let (plain, mut shown) = (read("plain"), read("shown"));
    for result in shown["results"].as_array_mut().expect("results are an array") {
        for busy in result["links"]["busiest"].as_array_mut().expect("links are an array") {
            let over_time = busy["over_time"].take();
            assert!(
                over_time["utilization"].as_array().is_some_and(|slices| slices.len() > 100),
                "{over_time}"
            );
            let peak = busy["peak"].take();
            assert!(peak.as_f64() >= busy["mean"].as_f64(), "{peak} of {busy}");
            busy.as_object_mut().expect("a link is an object").remove("over_time");
        }
    }
    assert_eq!(plain["results"], shown["results"], "and nothing else changes");
    assert_eq!(plain["digest"], shown["digest"]);
    place.refuse(&["run", "tiny.toml", "--links", "--shard", "1/2"], &["--links"]);
}

fn results(place: &Workplace) -> Vec<Value> {
    let document: Value = serde_json::from_str(&place.read("out/results.json")).expect("results are JSON");
    document["results"].as_array().expect("results are an array").clone()
}

#[test]
fn the_sums_of_a_trace_are_the_breakdown_to_the_picosecond() {
    let place = Workplace::with("tiny.toml", TINY);
    for fold in [&[][..], &["--no-fold"]] {
        let arguments = ["run", "tiny.toml", "--set", "report.curves=[]", "--out", "out"];
        let done = place.succeed(&[&arguments[..], &["--trace", "timeline.json"], fold].concat());
        assert!(
            done.stderr.contains("wrote timeline.json: open it in https://ui.perfetto.dev"),
            "{}",
            done.stderr
        );
        assert_eq!(place.names("."), ["out", "timeline.json", "tiny.toml"], "the temporary file has gone");
        let (read, results) = (read(&place.read("timeline.json")), results(&place));
        assert_eq!((read.points.len(), results.len()), (4, 4));
        for (point, result) in read.points.iter().zip(&results) {
            agrees(&read, point, result);
        }
        let simulated = read.points[0]["ranks"].as_array().expect("ranks are an array").len();
        assert_eq!(simulated == 8, !fold.is_empty(), "{simulated} ranks of 8");
    }
}

#[test]
fn operations_say_with_whom_and_how_much() {
    let place = Workplace::with("tiny.toml", TINY);
    let arguments = ["run", "tiny.toml", "--set", "sweep=[]", "--no-files", "--trace", "timeline.json"];
    place.succeed(&arguments);
    let read = read(&place.read("timeline.json"));
    let name = &read.names[&(1, 0)];
    assert!(name.starts_with("copper, 8 chips: rank 0, one of "), "{name}");
    assert_eq!(read.names[&(1, LEDGER)], "ledger");
    let find = |name: &str| {
        let mut all = read
            .tracks
            .range((1, LEDGER + 1)..(2, 0))
            .flat_map(|(place, track)| track.iter().map(move |slice| (place, slice)));
        all.find(|(_, slice)| slice.name == name).unwrap_or_else(|| panic!("there is no {name}"))
    };
    let (place, send) = find("send");
    assert!(read.names[place].ends_with("pipeline sends"), "{}", read.names[place]);
    // 512 tokens of width 1024 in two bytes, over the two ranks of the tensor group; rank 0 is of the first of two stages.
    assert_eq!(natural(&send.arguments["bytes"]), 512 * 1024 * 2 / 2);
    assert_eq!(natural(&send.arguments["to_rank"]), 4);
    assert_eq!(natural(&find("receive").1.arguments["from_rank"]), 4);
    let (_, gather) = find("all-gather");
    assert_eq!((gather.category.as_str(), text(&gather.arguments["group"])), ("tensor", "tensor".to_owned()));
    assert_eq!(natural(&gather.arguments["bytes"]), 512 * 1024 * 2);
    assert_eq!(natural(&gather.arguments["group_ranks"]), 2);
    assert!(picoseconds(&gather.arguments["entered_us"]) <= gather.from);
}

#[test]
fn ranks_may_be_chosen() {
    let place = Workplace::with("tiny.toml", TINY);
    let arguments = ["run", "tiny.toml", "--set", "sweep=[]", "--no-files", "--trace", "timeline.json"];
    let chosen = ["--trace-ranks", "5,1,12"];
    let done = place.succeed(&[&arguments[..], &chosen, &["--no-fold"]].concat());
    let read = read(&place.read("timeline.json"));
    let ranks = |point: &Value| -> Vec<u64> {
        let ranks = point["ranks"].as_array().expect("ranks are an array");
        ranks.iter().map(|rank| natural(&rank["rank"])).collect()
    };
    assert_eq!(read.points.iter().map(ranks).collect::<Vec<_>>(), [vec![1, 5], vec![1, 5, 12]]);
    assert!(done.stderr.contains("note: copper, 8 chips: there is no rank 12 to trace"), "{}", done.stderr);
    let done = place.succeed(&[&arguments[..], &["--trace-ranks", "0,1"]].concat());
    let sentence = "note: copper, 8 chips: rank 1 is not in the trace, because another rank stands for it; with `--no-fold` \
                    every rank is simulated";
    assert!(done.stderr.contains(sentence), "{}", done.stderr);
}

#[test]
fn a_trace_of_no_rank_is_refused_with_the_ranks_that_there_are() {
    let place = Workplace::with("tiny.toml", TINY);
    let run = ["run", "tiny.toml", "--set", "sweep=[]", "--set", "report.curves=[]", "--out", "out"];
    let done = place.run(&[&run[..], &["--trace", "none.pftrace", "--trace-ranks", "1"]].concat());
    assert_eq!(done.code, 2, "{}", done.stderr);
    let sentence = "error: --trace-ranks: none of these ranks is simulated, because others stand for them; choose among \
                    rank";
    assert!(done.stderr.contains(sentence) && done.stderr.contains(" of copper, 8 chips"), "{}", done.stderr);
    assert!(!place.path("none.pftrace").exists(), "an empty trace is no trace");
    assert!(place.path("out/results.json").exists(), "what was simulated is kept");
    // The choice that it names is one.
    place.succeed(&[&run[..], &["--trace", "one.pftrace", "--trace-ranks", "0"]].concat());
}

#[test]
fn a_trace_that_cannot_be_written_is_refused_before_anything_runs() {
    let place = Workplace::with("tiny.toml", TINY);
    place.put("star.toml", COLLECTIVE);
    std::fs::create_dir(place.path("folder")).expect("the folder of the test can be written");
    let refuse = |arguments: &[&str], fragments: &[&str]| {
        place.refuse(&[&["run", "--out", "out"], arguments].concat(), fragments);
    };
    let absent = ["cannot write the trace nowhere/trace.json: ", "; choose another file with --trace"];
    refuse(&["tiny.toml", "--trace", "nowhere/trace.json"], &absent);
    let folder = "cannot write the trace folder: it is a folder; name a file with --trace";
    refuse(&["tiny.toml", "--trace", "folder"], &[folder]);
    let kind = "--trace: `star` has no training step, and a trace shows nothing else; leave --trace out";
    refuse(&["star.toml", "--trace", "trace.json"], &[kind]);
    refuse(&["tiny.toml", "--trace-ranks", "0"], &["--trace <FILE>"]);
    let rank = "--trace-ranks: no step has rank 5000; ranks are 0 to 15";
    refuse(&["tiny.toml", "--trace", "trace.json", "--trace-ranks", "0,5000"], &[rank]);
}

#[test]
fn several_scenarios_are_one_trace() {
    let place = Workplace::with("tiny.toml", TINY);
    place.put("other.toml", &TINY.replace("name = \"tiny\"", "name = \"other\""));
    let arguments =
        ["run", "tiny.toml", "other.toml", "--set", "sweep=[]", "--no-files", "--trace", "both.json"];
    place.succeed(&arguments);
    let read = read(&place.read("both.json"));
    let scenarios: Vec<String> = read.points.iter().map(|point| text(&point["scenario"])).collect();
    assert_eq!(scenarios, ["tiny", "tiny", "other", "other"]);
    assert!(read.names[&(1, 0)].starts_with("tiny: copper, 8 chips: rank 0"), "{}", read.names[&(1, 0)]);
}
