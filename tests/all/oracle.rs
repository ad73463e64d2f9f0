//! Flow cases that independent simulators have solved: our finishes equal theirs.
//!
//! Each file in `oracle/` names the solver it comes from under `source` and records when each flow finished under
//! `finish_s`. Both are read past by [`NamedCase::read`], so that the files are ordinary cases for
//! `copperlight flows` too.

use copperlight::flow_case::NamedCase;
use copperlight_core::engine::{Limits, StopReason};
use copperlight_core::simulation::{FlowsOutcome, solve_flows};
use copperlight_core::units::Time;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Finishes may differ by this share of the published one, or by [`ABSOLUTE`], whichever is larger.
const RELATIVE: f64 = 1e-9;

/// Two picoseconds: the rounding of a start and of a finish.
const ABSOLUTE: f64 = 2e-12;

/// What a case has shown: its largest deviation, in shares of what is allowed.
struct Comparison {
    case: String,
    flow: String,
    found: f64,
    published: f64,
}

impl Comparison {
    fn deviation(&self) -> f64 {
        (self.found - self.published).abs()
    }

    /// Above 1 the case is missed.
    fn share_of_allowed(&self) -> f64 {
        self.deviation() / (self.published * RELATIVE).max(ABSOLUTE)
    }

    fn describe(&self) -> String {
        format!(
            "{}: flow {} finishes at {} s, published {} s: {:.3} ps or {:.2e} off, {:.3} of what is allowed",
            self.case,
            self.flow,
            self.found,
            self.published,
            self.deviation() * 1e12,
            self.deviation() / self.published,
            self.share_of_allowed()
        )
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle");
    let entries = fs::read_dir(folder).expect("the folder of cases is part of this package");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> (String, String) {
    let name = path.file_stem().expect("a case is a file").to_string_lossy().into_owned();
    (name, fs::read_to_string(path).expect("a case is text"))
}

fn solve(case: &NamedCase) -> FlowsOutcome {
    let outcome = solve_flows(&case.case, Limits::default());
    assert_eq!(outcome.stop, StopReason::Exhausted, "every flow of the case finishes");
    outcome
}

fn worst_flow(path: &Path) -> Comparison {
    let (case, text) = read(path);
    let document: Value = serde_json::from_str(&text).expect("a case is JSON");
    let read = NamedCase::read(&text).unwrap_or_else(|error| panic!("{case}: {error}"));
    let finished = solve(&read).finished;
    let flows = document["flows"].as_array().expect("a case has flows");
    assert_eq!(finished.len(), flows.len(), "{case}: every flow has a finish");
    let compare = |(flow, finish): (&Value, &Time)| Comparison {
        case: case.clone(),
        flow: flow["id"].to_string(),
        found: finish.seconds(),
        published: flow["finish_s"].as_f64().expect("a case records its finishes"),
    };
    let compared = flows.iter().zip(&finished).map(compare);
    let by_share = |a: &Comparison, b: &Comparison| a.share_of_allowed().total_cmp(&b.share_of_allowed());
    compared.max_by(by_share).expect("a case has a flow")
}

#[test]
fn every_flow_finishes_when_independent_solvers_say() {
    let worst: Vec<Comparison> = cases().iter().map(|path| worst_flow(path)).collect();
    assert_eq!(worst.len(), 10, "cases come and go on purpose only");
    let table = worst.iter().map(Comparison::describe).collect::<Vec<_>>().join("\n");
    let missed = worst.iter().filter(|case| case.share_of_allowed() > 1.0).count();
    assert_eq!(missed, 0, "{missed} cases are missed; the flow farthest off in each:\n{table}");
}

#[test]
fn the_case_solved_by_hand_is_exact() {
    // 100 GB/s, 1 us. A has the link alone for 0.5 ms (50 MB), shares it for 1 ms (the other 50 MB at half rate);
    // B then has 50 MB left, alone for 0.5 ms.
    let (_, text) = read(&cases()[0]);
    let case = NamedCase::read(&text).expect("the case is sound");
    let finished: Vec<u64> = solve(&case).finished.into_iter().map(Time::picoseconds).collect();
    assert_eq!(finished, [1_501_000_000, 2_001_000_000]);
}

#[test]
fn only_what_a_change_reaches_is_solved_again() {
    // 2,000 flows over 384 hosts, 110 of which drain at once: a start or a finish concerns a handful of them.
    let clos = cases().into_iter().find(|path| read(path).0.starts_with("08_")).expect("the case is there");
    let case = NamedCase::read(&read(&clos).1).expect("the case is sound");
    let effort = solve(&case).effort;
    assert!(effort.solves > 0, "flows share links");
    assert!(effort.flows <= 5 * effort.solves, "at most 5 flows a solve on average: {effort:?}");
    assert!(effort.links <= 8 * effort.solves, "at most 8 links a solve on average: {effort:?}");
}
