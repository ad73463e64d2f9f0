//! Sweeps: what is done outlives any end of the run, and nothing depends on how often that was, nor on threads.

use super::{BAD_INPUT, Done, TINY, UNFINISHED, Workplace, command};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

/// 180 cheap points.
pub(super) const SWEEP: &str = include_str!("sweep.toml");

/// The arguments of a run that takes long enough to be killed: one thread, every flow simulated.
const SLOW: [&str; 8] = ["run", "sweep.toml", "--out", "out", "--no-fold", "--threads", "1", "--quiet"];

pub(super) fn sweep() -> Workplace {
    Workplace::with("sweep.toml", SWEEP)
}

/// Every file of a folder.
pub(super) fn contents(place: &Workplace, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| {
        let bytes = fs::read(place.path(folder).join(&name)).expect("a file that is listed is there");
        (name, bytes)
    };
    place.names(folder).into_iter().map(read).collect()
}

/// Both folders hold the same files to the byte.
pub(super) fn assert_same(place: &Workplace, one: &str, other: &str) {
    let (one, other) = (contents(place, one), contents(place, other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &other[name], "{name} differs");
    }
}

/// The binary, started in the folder of a test.
fn start(place: &Workplace, arguments: &[&str]) -> Child {
    let mut command = std::process::Command::new(command(place.folder.path()).get_program());
    command.current_dir(place.folder.path()).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().expect("the binary can be started")
}

/// The number of whole lines of a file; 0 where there is none.
fn lines(place: &Workplace, name: &str) -> usize {
    fs::read(place.path(name)).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count()
}

/// Runs until the journal has so many lines, and kills what runs.
fn kill_after(place: &Workplace, arguments: &[&str], (journal, least): (&str, usize)) {
    let mut child = start(place, arguments);
    while lines(place, journal) < least {
        assert!(child.try_wait().expect("the binary is ours").is_none(), "it was over too soon to be killed");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("the binary is ours");
    child.wait().expect("the binary is ours");
}

fn slow(out: &'static str) -> [&'static str; 8] {
    let mut arguments = SLOW;
    arguments[3] = out;
    arguments
}

#[test]
fn a_killed_run_goes_on_and_ends_as_if_nothing_had_been() {
    let place = sweep();
    place.succeed(&slow("whole"));
    kill_after(&place, &SLOW, ("out/points.jsonl", 10));
    let first = lines(&place, "out/points.jsonl");
    kill_after(&place, &SLOW, ("out/points.jsonl", first + 20));
    let done = place.succeed(&[&SLOW[..7], &["--format", "json"]].concat());
    let taken: usize = done
        .stderr
        .strip_prefix("note: ")
        .and_then(|note| note.split(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{}", done.stderr));
    let says = "of 180 points are taken from out/points.jsonl; --fresh starts over";
    assert!(taken >= first + 18 && done.stderr.contains(says), "{taken}: {}", done.stderr);
    assert_same(&place, "whole", "out");
    assert_eq!(place.read("out/results.json"), done.stdout);
}

/// An output folder in which a run was killed, and what its journal holds.
fn killed() -> (Workplace, Vec<u8>) {
    let place = sweep();
    kill_after(&place, &SLOW, ("out/points.jsonl", 12));
    let journal = fs::read(place.path("out/points.jsonl")).expect("the journal is there");
    (place, journal)
}

fn put_journal(place: &Workplace, journal: &[u8]) {
    fs::create_dir_all(place.path("out")).expect("the folder of the test can be written");
    fs::write(place.path("out/points.jsonl"), journal).expect("the folder of the test can be written");
}

/// Where lines begin.
fn starts(journal: &[u8]) -> Vec<usize> {
    let ends = journal.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect()
}

#[test]
fn damage_costs_the_points_that_it_touches() {
    let (place, journal) = killed();
    place.succeed(&slow("whole"));
    let starts = starts(&journal);
    let taken = |done: &Done, points: usize| {
        let says = format!("{points} of 180 points are taken");
        assert!(done.stderr.contains(&says), "{}", done.stderr);
        assert_same(&place, "whole", "out");
    };
    let run = || place.succeed(&SLOW[..7]);
    put_journal(&place, &journal[..starts[9] + 40]);
    let done = run();
    assert!(done.stderr.contains("the last line of out/points.jsonl was torn"), "{}", done.stderr);
    taken(&done, 8);
    let mut changed = journal[..starts[9]].to_vec();
    changed[starts[4] + 30] ^= 1;
    put_journal(&place, &changed);
    let done = run();
    assert!(done.stderr.contains("1 line of out/points.jsonl cannot be read"), "{}", done.stderr);
    taken(&done, 7);
    put_journal(&place, &journal[..starts[9]]);
    let done = place.succeed(&[&SLOW[..7], &["--fresh"]].concat());
    assert!(!done.stderr.contains("are taken from"), "{}", done.stderr);
    assert_same(&place, "whole", "out");
}

#[test]
fn points_of_something_else_are_never_mixed_in() {
    let (place, journal) = killed();
    place.succeed(&["run", "sweep.toml", "--out", "folded", "--quiet"]);
    // Other options, and another version of the scenario: kept beside, and started over.
    let done = place.succeed(&["run", "sweep.toml", "--out", "out"]);
    let says = "with other options (`--no-fold` or limits); it is kept as out/points.jsonl.old-1";
    assert!(done.stderr.contains(says), "{}", done.stderr);
    assert_eq!(fs::read(place.path("out/points.jsonl.old-1")).expect("it is kept"), journal);
    put_journal(&place, &journal);
    let done = place.succeed(&[&SLOW[..7], &["--set", "workload.algorithm=direct"]].concat());
    let says = "from another version of the scenario; it is kept as out/points.jsonl.old-2";
    assert!(done.stderr.contains(says), "{}", done.stderr);
    // Another scenario: left alone, with or without results beside.
    let place = sweep();
    put_journal(&place, &journal);
    place.put("other.toml", &SWEEP.replace("name = \"sweep\"", "name = \"other\""));
    let says = ["points of the scenario `sweep`, not of `other`", "choose another folder with --out"];
    for more in [&[][..], &["--fresh"], &["--shard", "1/2"]] {
        place.refuse(&[&["run", "other.toml", "--out", "out"], more].concat(), &says);
    }
    assert_eq!(fs::read(place.path("out/points.jsonl")).expect("it is kept"), journal);
}

#[test]
fn a_journal_has_one_writer() {
    let place = sweep();
    let mut first = start(&place, &SLOW);
    while lines(&place, "out/points.jsonl") < 2 {
        thread::sleep(Duration::from_millis(1));
    }
    let second = place.run(&SLOW);
    assert!(first.try_wait().expect("the binary is ours").is_none(), "it was over too soon to be met");
    assert_eq!(second.code, BAD_INPUT, "{}", second.stderr);
    let says = "out/points.jsonl is being written by another run; wait for it to end";
    assert!(second.stderr.contains(says), "{}", second.stderr);
    first.kill().expect("the binary is ours");
    first.wait().expect("the binary is ours");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_is_done() {
    let place = sweep();
    place.succeed(&slow("whole"));
    let child = start(&place, &SLOW);
    while lines(&place, "out/points.jsonl") < 5 {
        thread::sleep(Duration::from_millis(1));
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("the system has `kill`").success());
    let ended = child.wait_with_output().expect("the binary is ours");
    let stderr = String::from_utf8(ended.stderr).expect("the binary writes UTF-8");
    assert_eq!(ended.status.code(), Some(130), "{stderr}");
    let says = "of 180 points are kept in out/points.jsonl; the same command goes on from there";
    assert!(stderr.contains("interrupted: ") && stderr.contains(says), "{stderr}");
    assert_eq!(place.names("out"), ["points.jsonl"]);
    place.succeed(&SLOW);
    assert_same(&place, "whole", "out");
}

#[test]
fn threads_change_no_byte_of_any_file() {
    let place = sweep();
    for threads in ["1", "2", "4"] {
        place.succeed(&["run", "sweep.toml", "--out", threads, "--threads", threads, "--quiet"]);
        assert_same(&place, "1", threads);
    }
    let json_lines = place.succeed(&["run", "sweep.toml", "--no-files", "--format", "jsonl", "--quiet"]);
    assert_eq!(json_lines.stdout, place.read("1/results.jsonl"));
    let rows: Vec<Value> =
        json_lines.stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let document: Value = serde_json::from_str(&place.read("1/results.json")).expect("results are JSON");
    assert_eq!(Value::from(rows), document["results"]);
}

const UNEVEN: &str = "sweep=[{parameter=\"workload.micro_batch\", values=[1, 3, 2]}]";

#[test]
fn a_point_that_cannot_be_is_a_row() {
    let place = Workplace::with("tiny.toml", TINY);
    let done = place.succeed(&["run", "tiny.toml", "--out", "out", "--set", UNEVEN]);
    let says = "note: copper on 8 chips with micro_batch = 3 failed: illegal plan: `global_batch` = 16 is no multiple";
    assert!(done.stderr.contains(says), "{}", done.stderr);
    assert_eq!(done.stdout.lines().filter(|line| line.trim_end().ends_with(" failed")).count(), 2);
    let document: Value = serde_json::from_str(&place.read("out/results.json")).expect("results are JSON");
    let rows = document["results"].as_array().expect("results are an array");
    let failed: Vec<bool> = rows.iter().map(|row| row["error"].is_string()).collect();
    assert_eq!(failed, [false, true, false, false, true, false]);
    assert_eq!((&rows[1]["fits"], &rows[1]["step_time_s"]), (&Value::Bool(false), &Value::Null));
    assert!(rows[0].get("error").is_none(), "only where there is one");
    let csv = place.read("out/results.csv");
    assert!(csv.lines().next().is_some_and(|head| head.split(',').any(|name| name == "error")), "{csv}");
    let without = place.succeed(&["run", "tiny.toml", "--no-files", "--format", "csv"]).stdout;
    assert!(!without.contains("error"), "only where any row has one");
}

#[test]
fn where_every_point_fails_the_first_says_why() {
    let place = sweep();
    let before = place.names(".");
    let done = place.run(&["run", "sweep.toml", "--out", "out", "--max-time", "1 us"]);
    assert_eq!((done.code, done.stdout.as_str()), (UNFINISHED, ""), "{}", done.stderr);
    assert!(done.stderr.starts_with("error: fast: the simulation could not finish"), "{}", done.stderr);
    assert_eq!(place.names("."), before, "nothing is left behind");
}

#[test]
fn a_point_that_cannot_finish_is_a_row_and_the_exit_code_says_so() {
    let place = sweep();
    let limited = ["run", "sweep.toml", "--out", "out", "--max-time", "200 us"];
    let done = place.run(&limited);
    assert_eq!(done.code, UNFINISHED, "{}", done.stderr);
    let document: Value = serde_json::from_str(&place.read("out/results.json")).expect("results are JSON");
    let rows = document["results"].as_array().expect("results are an array");
    let failed = rows.iter().filter(|row| row["error"].is_string()).count();
    assert!(0 < failed && failed < 180, "{failed} failed");
    let says = format!("error: {failed} of 180 points of `sweep` could not finish: `error` in the results");
    assert!(done.stderr.contains(&says), "{}", done.stderr);
    assert!(done.stderr.contains("more points failed"), "ten are told of: {}", done.stderr);
    let table = place.run(&limited[..2]).stdout;
    assert!(!table.is_empty(), "results are printed all the same");
    // What failed is kept too.
    let shards = |number: &'static str| {
        let shard = [&limited[..3], &["shards", "--shard", number], &limited[4..]].concat();
        place.succeed(&shard);
    };
    ["1/2", "2/2"].into_iter().for_each(shards);
    let merged = place.run(&["merge", "shards", "--out", "merged"]);
    assert_eq!(merged.code, UNFINISHED, "{}", merged.stderr);
    assert_same(&place, "out", "merged");
}

#[test]
fn results_say_what_they_are_of() {
    let place = sweep();
    let version = place.succeed(&["--version"]).stdout;
    let document = place.json(&["run", "sweep.toml", "--no-files"]);
    assert_eq!(document["version"].as_str(), version.split_whitespace().last());
    let hash = |arguments: &[&str]| place.json(arguments)["input_hash"].as_str().map(str::to_owned);
    let first = hash(&["run", "sweep.toml", "--no-files"]).expect("results have the hash of their input");
    assert_eq!(first.len(), 32);
    let other = ["run", "sweep.toml", "--no-files", "--set", "systems[0].fabric.link_latency=1 us"];
    assert_ne!(hash(&other), Some(first));
}

/// Settings that make a step of a library scenario small.
const SMALL: [&str; 9] = [
    "workload.model=llama-3.1-8b",
    "systems.chips=16",
    "sweep=[]",
    "report.curves=[]",
    "workload.parallelism.tensor=2",
    "workload.parallelism.pipeline=2",
    "workload.parallelism.schedule=1f1b",
    "workload.parallelism.virtual_stages=1",
    "workload.global_batch=32",
];

#[test]
fn the_resolved_scenario_of_library_scenarios_has_the_same_digest() {
    let place = Workplace::new();
    let small: Vec<&str> = SMALL.iter().flat_map(|setting| ["--set", setting]).collect();
    let cases =
        [("nvl72-vs-cm384", &small[..]), ("nvl72-vs-cm384-equal", &small), ("incast-and-hot-spot", &[])];
    for (scenario, settings) in cases {
        place.succeed(&[&["run", scenario, "--out", scenario, "--quiet"], settings].concat());
        let written = place.read(&format!("{scenario}/results.json"));
        let first: Value = serde_json::from_str(&written).expect("results are JSON");
        let again = place.json(&["run", &format!("{scenario}/resolved.toml"), "--no-files"]);
        assert_eq!(again, first, "{scenario}");
    }
}
