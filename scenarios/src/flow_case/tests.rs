//! Every error of a flow case, by its variant, and answers by hand.

use super::{FlowCaseError, NamedCase};
use copperlight_core::engine::Limits;
use std::collections::BTreeSet;

const LINKS: &str = r#""links": [{"id": "x", "capacity_Bps": 1e9, "latency_s": 1e-6}]"#;

fn case(flows: &str) -> String {
    format!("{{{LINKS}, \"flows\": [{flows}], \"meta\": {{\"anything\": [1]}}}}")
}

/// A broken case for each variant, and what is said about it.
fn broken() -> Vec<(String, &'static str)> {
    let flow = r#""id": 1, "bytes": 8, "start_s": 0"#;
    vec![
        ("{".to_owned(), "the case is not JSON: EOF while parsing an object at line 1 column 1"),
        (
            case(&format!(r#"{{{flow}, "path": ["x"], "bytes": 9}}"#)),
            "the case repeats a key: `bytes` is given twice at line 1 column 133; keep one of them",
        ),
        (
            case(&format!(
                r#"{{{flow}, "path": ["x"]}}, {{"id": "1", "bytes": 8, "start_s": 0, "path": ["x"]}}"#
            )),
            "the ids 1 and \"1\" of two flows differ in nothing but their quotes; change one of them",
        ),
        (case(r#"{"id": 1, "bytes": 8, "path": ["x"]}"#), "flow 1 needs the key `start_s`"),
        (
            case(&format!(r#"{{{flow}, "path": ["x"], "rate_cap": 5}}"#)),
            "flow 1 has the unknown key `rate_cap`; did you mean `rate_cap_Bps`?",
        ),
        (case(&format!(r#"{{{flow}, "path": "x"}}"#)), "flow 1: `path` must be an array"),
        (
            case(r#"{"id": 1, "bytes": -8, "start_s": 0, "path": ["x"]}"#),
            "flow 1: `bytes` is -8; it must be a whole number, at least 0 and at most 2^53",
        ),
        (
            case(&format!(r#"{{{flow}, "path": ["x"]}}, {{{flow}, "path": ["x"]}}"#)),
            "the id 1 is given to two flows; give each its own",
        ),
        (
            case(&format!(r#"{{{flow}, "path": ["y"]}}"#)),
            "flow 1: `path` names \"y\", and no link has that id",
        ),
        (case(&format!(r#"{{{flow}, "path": []}}"#)), "flow 1: `path` is empty; name at least one link"),
        (
            case(&format!(r#"{{{flow}, "path": ["x", "x"]}}"#)),
            "flow 1: `path` names link \"x\" twice; name it once and give it a weight",
        ),
        (
            case(&format!(r#"{{{flow}, "path": ["x"], "weights": [1, 1]}}"#)),
            "flow 1: `weights` has 2 entries and `path` has 1; give one weight for each link",
        ),
        (
            case(&format!(
                r#"{{{flow}, "path": ["x"], "after": [2]}},
                   {{"id": 2, "bytes": 8, "start_s": 0, "path": ["x"], "after": [1]}}"#
            )),
            "flow 1 waits for itself through `after`: 1 after 2 after 1; remove one of these waits",
        ),
    ]
}

#[test]
fn every_variant_has_a_broken_case_and_its_message() {
    let mut seen = BTreeSet::new();
    for (text, message) in broken() {
        let error = NamedCase::read(&text).expect_err("a broken case is refused");
        assert_eq!(error.to_string(), message);
        seen.insert(error.name());
    }
    let all: BTreeSet<&str> = FlowCaseError::NAMES.iter().copied().collect();
    assert_eq!(seen, all);
}

#[test]
fn impossible_numbers_are_refused() {
    for (key, values) in [
        ("bytes", ["0.5", "1e300", "\"8\"", "[]"]),
        ("start_s", ["-1", "1e300", "\"8\"", "{}"]),
        ("rate_cap_Bps", ["0", "0.5", "1e300", "true"]),
        ("weights", ["[0]", "[-1]", "[1e300]", "[null]"]),
        ("path", ["[0]", "[[\"x\"]]", "{}", "5"]),
        ("after", ["[1]", "[7]", "5", "[null]"]),
        ("id", ["1.5", "{}", "[]", "true"]),
    ] {
        for value in values {
            let flow = [("id", "1"), ("bytes", "8"), ("start_s", "0"), ("path", "[\"x\"]")];
            let kept = flow.iter().filter(|(other, _)| *other != key).map(|(k, v)| format!("\"{k}\": {v}"));
            let keys: Vec<String> = kept.chain([format!("\"{key}\": {value}")]).collect();
            let text = case(&format!("{{{}}}", keys.join(", ")));
            assert!(NamedCase::read(&text).is_err(), "{text}");
        }
    }
    for text in ["", "[]", "5", "{}", "{\"links\": []}", "{\"links\": {}, \"flows\": []}"] {
        assert!(NamedCase::read(text).is_err(), "{text}");
    }
    let nested = "[".repeat(100_000);
    assert!(NamedCase::read(&nested).is_err());
}

#[test]
fn two_flows_share_a_link_and_a_third_waits() {
    let text = case(
        r#"{"id": "a", "bytes": 1000000, "start_s": 0, "path": ["x"]},
           {"id": "b", "bytes": 1000000, "start_s": 0, "path": ["x"]},
           {"id": 3, "bytes": 1000000, "start_s": 0, "path": ["x"], "after": ["a"]}"#,
    );
    let answer = NamedCase::read(&text)
        .expect("the case is sound")
        .solve(Limits::default())
        .expect("every flow finishes");
    // 1 us latency; 2 MB at 1 GB/s for the two that share: 2 ms. Then 1 us and 1 MB at 1 GB/s: 1 ms.
    let finished: Vec<f64> = answer.flows.iter().map(|flow| flow.finish_s).collect();
    assert_eq!(finished, [0.002001, 0.002001, 0.003002]);
    assert_eq!(answer.makespan_s, 0.003002);
    assert_eq!(answer.flows[2].id_text(), "3");
}

#[test]
fn a_case_without_flows_takes_no_time() {
    let answer = NamedCase::read("{\"links\": [], \"flows\": []}")
        .expect("nothing is sound")
        .solve(Limits::default())
        .expect("nothing takes no time");
    assert_eq!((answer.flows.len(), answer.makespan_s), (0, 0.0));
}
