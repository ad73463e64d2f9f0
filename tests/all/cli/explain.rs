//! `copperlight run --explain`, and plans that a scenario leaves open.

use super::{TINY, Workplace, keys, number, sorted};
use serde_json::Value;

const OPEN: &[&str] =
    &["--set", "workload.parallelism={ plan = 'auto', zero = 1, recompute = 'none' }", "--set", "sweep=[]"];

fn results(document: &Value) -> &[Value] {
    document["results"].as_array().expect("results are an array")
}

#[test]
fn json_has_what_numbers_are_made_of_and_rest_on() {
    let place = Workplace::with("tiny.toml", TINY);
    let document = place.json(&["run", "tiny.toml", "--no-files", "--explain", "--set", "sweep=[]"]);
    for result in results(&document) {
        let explain = &result["explain"];
        let expected = [
            "headlines",
            "exchanges",
            "matmuls",
            "rests_on",
            "estimated_step_time_s",
            "assumptions",
            "defaults",
        ];
        assert_eq!(keys(explain), sorted(expected));
        for headline in explain["headlines"].as_array().expect("headlines are an array") {
            let parts = headline["parts"].as_array().expect("parts are an array");
            let sum: f64 = parts.iter().map(|part| number(&part["value"])).sum();
            let whole = number(&headline["value"]);
            assert!(parts.is_empty() || (sum - whole).abs() <= 1e-6 * whole.abs(), "{headline}");
        }
        let first = &explain["rests_on"][0];
        assert_eq!(keys(first), sorted(["key", "value", "unit", "source", "confidence", "elasticity"]));
    }
    let plain = place.json(&["run", "tiny.toml", "--no-files", "--set", "sweep=[]"]);
    assert!(results(&plain).iter().all(|result| result.get("explain").is_none()));
    assert_eq!(plain["digest"], document["digest"]);
}

#[test]
fn text_comes_below_the_tables_and_csv_has_no_place_for_it() {
    let place = Workplace::with("tiny.toml", TINY);
    let done = place.succeed(&["run", "tiny.toml", "--no-files", "--explain", "--set", "sweep=[]"]);
    let why: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("Why: ")).collect();
    assert_eq!(why.len(), 2, "{}", done.stdout);
    assert!(done.stdout.contains("what the step time rests on"), "{}", done.stdout);
    let sentence = "--explain has no place in CSV; use --format table, json or markdown";
    place.refuse(&["run", "tiny.toml", "--no-files", "--explain", "--format", "csv"], &[sentence]);
}

#[test]
fn an_open_plan_is_named_in_json_and_in_csv() {
    let place = Workplace::with("tiny.toml", TINY);
    let run = [&["run", "tiny.toml", "--no-files"], OPEN].concat();
    let document = place.json(&run);
    for result in results(&document) {
        assert!(number(&result["plan"]["tensor"]) >= 1.0 && number(&result["step_time_s"]) > 0.0, "{result}");
        assert!(number(&result["plan_search"]["possible"]) > 1.0, "{result}");
    }
    let table = place.succeed(&[&run[..], &["--format", "csv"]].concat()).stdout;
    let head = table.lines().next().expect("a table has a head");
    assert!(head.contains(",plan.data,") && head.contains(",plan.tensor"), "{head}");
    let written = place.succeed(&["run", "tiny.toml", "--no-files", "--format", "csv"]).stdout;
    assert!(!written.contains("plan."), "{written}");
}
