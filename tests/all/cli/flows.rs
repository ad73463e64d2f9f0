//! `copperlight flows`.

use super::{BAD_INPUT, UNFINISHED, Workplace, command, keys, number};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{self, Stdio};

const OF_THE_REFERENCE: &str = include_str!("../../../docs/src/reference/flows_case.json");
const PARKING_LOT: &str = include_str!("../../oracle/02_parking_lot_3.json");
const TWO_THOUSAND_FLOWS: &str = include_str!("../../oracle/08_clos_384h_2000_flows_staggered.json");

#[test]
fn a_published_case_is_solved() {
    let place = Workplace::with("case.json", PARKING_LOT);
    let published: Value = serde_json::from_str(PARKING_LOT).expect("the case is JSON");
    let solved = place.json(&["flows", "case.json"]);
    assert_eq!(keys(&solved), ["flows", "makespan_s"]);
    let flows = |document: &Value| document["flows"].as_array().expect("flows are an array").clone();
    for (flow, expected) in flows(&solved).iter().zip(&flows(&published)) {
        assert_eq!(keys(flow), ["finish_s", "id"]);
        assert_eq!(flow["id"], expected["id"]);
        assert!((number(&flow["finish_s"]) - number(&expected["finish_s"])).abs() < 2e-12, "{flow}");
    }
    assert_eq!(flows(&solved).len(), flows(&published).len());
    assert!((number(&solved["makespan_s"]) - number(&published["makespan_s"])).abs() < 2e-12);
}

#[test]
fn standard_input_and_files_give_the_same_table() {
    let place = Workplace::with("case.json", PARKING_LOT);
    let from_file = place.succeed(&["flows", "case.json"]);
    let from_input = place.run_with(PARKING_LOT, &["flows", "-"]);
    assert_eq!((from_input.code, &from_input.stdout), (0, &from_file.stdout));
    assert!(from_file.stdout.contains("0.007000000000"), "{}", from_file.stdout);
}

#[test]
fn the_case_of_the_reference_is_the_one_in_its_file() {
    let page = include_str!("../../../docs/src/reference/command_line.md");
    assert!(page.contains(&format!("```json\n{OF_THE_REFERENCE}```")));
    let solved = Workplace::with("case.json", OF_THE_REFERENCE).json(&["flows", "case.json"]);
    // Latency of 1 us, then alone at 1 GB/s until 501 us; the other half beside flow 1, which takes 0.4 GB/s.
    let first = 0.000_501 + 500_000.0 / 0.6e9;
    assert!((number(&solved["flows"][0]["finish_s"]) - first).abs() < 1e-11, "{solved}");
}

#[test]
fn wrong_cases_are_refused() {
    let place = Workplace::new();
    place.refuse(&["flows", "missing.json"], &["missing.json"]);
    place.refuse(&["flows", "."], &["cannot be read"]);
    let refused = |text: &str, fragments: &[&str]| {
        let done = place.run_with(text, &["flows", "-"]);
        assert_eq!((done.code, done.stdout.as_str()), (BAD_INPUT, ""), "{text}");
        fragments.iter().for_each(|fragment| assert!(done.stderr.contains(fragment), "{}", done.stderr));
    };
    refused("", &["not JSON"]);
    refused("{}", &["`links`"]);
    let link = r#"{"id": 0, "capacity_Bps": 1e9, "latency_s": 0}"#;
    let case = |flow: &str| format!(r#"{{"links": [{link}], "flows": [{flow}]}}"#);
    refused(&case(r#"{"id": 1, "bytes": -1, "start_s": 0, "path": [0]}"#), &["flow 1", "`bytes`", "-1"]);
    refused(&case(r#"{"id": 1, "bytes": 1, "start_s": 0, "path": [9]}"#), &["flow 1", "`path`", "9"]);
    let twice = r#"{"id": 1, "bytes": 1, "bytes": 2, "start_s": 0, "path": [0]}"#;
    refused(&case(twice), &["`bytes` is given twice at line 1", "keep one"]);
    let flow = |id: &str| format!(r#"{{"id": {id}, "bytes": 1, "start_s": 0, "path": [0]}}"#);
    refused(&case(&[flow("0"), flow("\"0\"")].join(", ")), &["0 and \"0\"", "quotes"]);
    refused(&case(&flow("1")).replace("1e9", "0.5"), &["`capacity_Bps` is 0.5", "at least 1"]);
    refused(&case(r#"{"id": 1, "bytes": 1, "start": 0, "path": [0]}"#), &["did you mean `start_s`?"]);
}

#[test]
fn what_takes_longer_than_time_has_cannot_finish() {
    let slow = r#"{"links": [{"id": 0, "capacity_Bps": 1, "latency_s": 0}],
        "flows": [{"id": 1, "bytes": 1000000000, "start_s": 0, "path": [0]}]}"#;
    let done = Workplace::new().run_with(slow, &["flows", "-"]);
    assert_eq!((done.code, done.stdout.as_str()), (UNFINISHED, ""));
    assert!(done.stderr.contains("longer than 213 days"), "{}", done.stderr);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    // The answer is longer than the buffer of a pipe, so that writing goes on when nobody reads any more.
    let place = Workplace::with("case.json", TWO_THOUSAND_FLOWS);
    let program = command(place.folder.path()).get_program().to_owned();
    let mut child = process::Command::new(program)
        .args(["flows", "case.json", "--format", "json"])
        .current_dir(place.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be started");
    let mut reader = BufReader::with_capacity(64, child.stdout.take().expect("the output is piped"));
    let mut first = String::new();
    reader.read_line(&mut first).expect("the binary writes a line");
    drop(reader);
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!((output.status.code(), first.as_str()), (Some(0), "{\n"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
