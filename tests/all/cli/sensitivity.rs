//! `copperlight sensitivity`.

use super::{BAD_INPUT, TINY, UNFINISHED, Workplace, keys, number, sorted};
use serde_json::Value;

/// An all-reduce whose only tier is that of UB.
const RANGES: &str = r#"
scenario.name = "ranges"
workload = { kind = "collective", operation = "all-reduce", size = "64 MB", algorithm = "hierarchical" }
[[systems]]
name = "light"
preset = "cloudmatrix384"
chips = 16
"#;

const BARE: &str = r#"
scenario.name = "bare"
workload = { kind = "collective", operation = "all-gather", size = "1 MB" }
[[systems]]
name = "star"
chips = 4
fabric = { family = "star", link_bandwidth = "1 GB/s", link_latency = "1 us" }
"#;

fn value<'a>(point: &'a Value, key: &str) -> Option<&'a Value> {
    point["values"].as_array().expect("values are an array").iter().find(|value| value["key"] == key)
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let place = Workplace::with("ranges.toml", RANGES);
    let document = place.json(&["sensitivity", "ranges.toml"]);
    assert_eq!(keys(&document), sorted(["schema", "scenario", "label", "points"]));
    assert_eq!(document["label"], "envelope, not confidence");
    let point = &document["points"][0];
    let figures = ["metric", "base", "low", "high", "all_low", "all_high"];
    let point_keys = ["system", "chips", "point", "rate", "values", "failures"];
    assert_eq!(keys(point), sorted::<12>([figures, point_keys].concat().try_into().expect("12 keys")));
    assert_eq!(keys(&point["rate"]), sorted(figures));
    assert_eq!((&point["metric"], &point["rate"]["metric"]), (&"time_us".into(), &"busbw_gb_per_s".into()));
    let bandwidth = value(point, "scale_up.link_bandwidth").expect("sources disagree about UB's rate");
    assert_eq!(keys(bandwidth), sorted(["key", "value", "low", "high", "unit", "source"]));
    assert_eq!(keys(&bandwidth["low"]), ["metric", "rate", "value"]);
    assert_eq!((bandwidth["low"]["value"].as_f64(), bandwidth["unit"].as_str()), (Some(25.0), Some("GB/s")));
    // The base is what `run` gives, and less bandwidth takes longer.
    let run = place.json(&["run", "ranges.toml", "--no-files"]);
    assert_eq!(point["base"], run["results"][0]["time_us"]);
    assert!(number(&bandwidth["low"]["metric"]) > number(&point["base"]));
    assert!(
        number(&point["low"]) <= number(&point["base"]) && number(&point["base"]) <= number(&point["high"])
    );
}

#[test]
fn the_table_has_the_envelope_and_one_line_of_what_does_not_matter() {
    let place = Workplace::with("ranges.toml", RANGES);
    let done = place.succeed(&["sensitivity", "ranges.toml"]);
    assert!(done.stdout.starts_with("light, 16 chips\n"), "{}", done.stdout);
    for row in [" base ", " scale_up.link_bandwidth  ", " all ", " envelope, not confidence "] {
        assert!(done.stdout.lines().any(|line| line.starts_with(row)), "`{row}`:\n{}", done.stdout);
    }
    let without: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("no effect: ")).collect();
    assert_eq!(without.len(), 1, "{}", done.stdout);
    assert!(without[0].contains("chip.attention_backward_relative"), "{}", without[0]);
    assert!(done.stderr.contains("note: cloudmatrix384: no public measurement"), "{}", done.stderr);
    assert_eq!(place.succeed(&["sensitivity", "ranges.toml", "--quiet"]).stderr, "");
    assert_eq!(place.names("."), ["ranges.toml"], "no files are written");
}

#[test]
fn a_value_that_is_set_has_no_range() {
    let place = Workplace::with("ranges.toml", RANGES);
    let set = "systems.scale_up.link_bandwidth=26 GB/s";
    let document = place.json(&["sensitivity", "ranges.toml", "--set", set]);
    assert_eq!(value(&document["points"][0], "scale_up.link_bandwidth"), None);
    assert!(value(&document["points"][0], "scale_up.link_latency").is_some());
}

#[test]
fn a_fabric_without_ranges_says_so() {
    let place = Workplace::with("bare.toml", BARE);
    let done = place.succeed(&["sensitivity", "bare.toml"]);
    assert!(done.stdout.contains("no value of this system has a range"), "{}", done.stdout);
    assert!(!done.stdout.contains("envelope, not confidence"), "{}", done.stdout);
    let csv = place.succeed(&["sensitivity", "bare.toml", "--format", "csv"]).stdout;
    assert_eq!(csv.lines().count(), 2, "a head and the base:\n{csv}");
}

#[test]
fn a_training_sweep_has_a_block_per_point_whatever_the_threads() {
    let place = Workplace::with("tiny.toml", TINY);
    let of =
        |rest: &[&str]| place.succeed(&[&["sensitivity", "tiny.toml", "--threads"], rest].concat()).stdout;
    let one = of(&["1", "--format", "json"]);
    assert_eq!(one, of(&["5", "--format", "json"]));
    assert_eq!(one, of(&["2", "--format", "json", "--no-fold"]));
    let document: Value = serde_json::from_str(&one).expect("one JSON document");
    let points = document["points"].as_array().expect("points are an array");
    assert_eq!(points.len(), 4);
    assert_eq!((&points[1]["metric"], &points[1]["rate"]["metric"]), (&"step_time_s".into(), &"mfu".into()));
    assert_eq!(points[1]["point"]["workload.global_batch"], 32);
    let table = of(&["2"]);
    assert!(table.contains("\ncopper, 8 chips, global_batch = 32\n"), "{table}");
    let markdown = of(&["2", "--format", "markdown"]);
    assert_eq!(markdown.lines().filter(|line| line.starts_with("### ")).count(), 4, "{markdown}");
}

#[test]
fn a_variant_that_cannot_finish_is_null_and_a_base_that_cannot_is_an_error() {
    let place = Workplace::with("ranges.toml", RANGES);
    let known = place.json(&["sensitivity", "ranges.toml"]);
    let limit = format!("{} us", (number(&known["points"][0]["base"]) * 1.001).ceil());
    let limited = place.json(&["sensitivity", "ranges.toml", "--max-time", &limit]);
    let point = &limited["points"][0];
    let bandwidth = value(point, "scale_up.link_bandwidth").expect("it still has a range");
    assert_eq!(bandwidth["low"]["metric"], Value::Null);
    let failures = point["failures"].as_array().expect("failures are an array");
    let failed = failures.iter().find(|failed| failed["key"] == "scale_up.link_bandwidth");
    let failed = failed.expect("the slow run is among them");
    assert_eq!((keys(failed), &failed["end"]), (vec!["end", "key", "reason"], &"low".into()));
    let table = place.succeed(&["sensitivity", "ranges.toml", "--max-time", &limit]).stdout;
    let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
    let runs = "scale_up.link_bandwidth at its low end and every value at its low end";
    assert!(words.contains(&format!("no result with {runs}: the simulation could not finish")), "{table}");
    let done = place.run(&["sensitivity", "ranges.toml", "--max-time", "1 us"]);
    assert_eq!((done.code, done.stdout.as_str()), (UNFINISHED, ""), "{}", done.stderr);
}

#[test]
fn what_fits_nowhere_is_bad_input() {
    let place = Workplace::with("tiny.toml", TINY);
    let done = place.run(&["sensitivity", "tiny.toml", "--set", "systems.chip.hbm_capacity=100 MB"]);
    assert_eq!(done.code, BAD_INPUT, "{}", done.stderr);
    assert!(done.stderr.contains("no point fits in memory"), "{}", done.stderr);
    assert!(done.stdout.contains("no result with every value as it is"), "{}", done.stdout);
}

#[test]
fn wrong_words_are_refused() {
    let place = Workplace::with("ranges.toml", RANGES);
    place.refuse(&["sensitivity"], &["<SCENARIO>"]);
    place.refuse(&["sensitivity", "nvl72-vs-cm38"], &["nvl72-vs-cm384"]);
    place.refuse(&["sensitivity", "ranges.toml", "--threads", "0"], &["--threads"]);
    place.refuse(&["sensitivity", "ranges.toml", "--out", "x"], &["--out"]);
}
