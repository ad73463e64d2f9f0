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
    let is_block = |line: &&str| line.starts_with("### copper, ") || line.starts_with("### light, ");
    assert_eq!(markdown.lines().filter(is_block).count(), 4, "{markdown}");
}

#[test]
fn a_variant_that_cannot_finish_is_null_and_a_base_that_cannot_is_an_error() {
    let place = Workplace::with("ranges.toml", RANGES);
    let known = place.json(&["sensitivity", "ranges.toml"]);
    let limit = format!("{} us", (number(&known["points"][0]["base"]) * 1.01).ceil());
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
    place.refuse(&["sensitivity", "ranges.toml", "--outt", "x"], &["--outt"]);
}

#[test]
fn systems_that_train_are_compared_and_the_winner_changes_somewhere() {
    let place = Workplace::with("tiny.toml", TINY);
    let parameter = "systems[0].chip.peak_bf16";
    let arguments =
        ["sensitivity", "tiny.toml", "--set", "sweep=[]", "--per", "chip", "--break-even", parameter];
    let document = place.json(&arguments);
    let pairs = document["comparisons"].as_array().expect("comparisons are an array");
    assert_eq!(pairs.len(), 1);
    let pair = &pairs[0];
    assert_eq!(keys(pair), sorted(["first", "other", "per", "ratios", "break_evens"]));
    assert_eq!((&pair["first"]["system"], &pair["per"]), (&"copper".into(), &"chip".into()));
    let named: Vec<&str> =
        pair["ratios"].as_array().into_iter().flatten().filter_map(|ratio| ratio["per"].as_str()).collect();
    assert_eq!(named, ["system", "chip", "peak_flop", "watt", "usd"]);
    for ratio in pair["ratios"].as_array().into_iter().flatten() {
        let keys_of_ratio = ["per", "base", "low", "high", "winner", "winner_changes", "decides", "values"];
        assert_eq!(keys(ratio), sorted(keys_of_ratio));
        let [low, base, high] = ["low", "base", "high"].map(|key| number(&ratio[key]));
        assert!(low <= base && base <= high, "{ratio}");
        assert_eq!(ratio["winner_changes"], low < 1.0 && high > 1.0, "{ratio}");
    }
    let run = place.json(&["run", "tiny.toml", "--set", "sweep=[]", "--no-files"]);
    let expected = &run["comparisons"][0]["tokens_per_second_ratio"]["chip"];
    assert_eq!(&pair["ratios"][1]["base"], expected, "the base is what `run` gives");
    let found = &pair["break_evens"][0];
    assert_eq!(found["parameter"], parameter);
    assert!(number(&found["runs"]) <= 24.0, "{found}");
    // At the value that was found, both are equal to within what the search closes in on.
    if found["at"] != Value::Null {
        let set = format!("{parameter}={} TFLOP/s", number(&found["at"]));
        let there = ["run", "tiny.toml", "--set", "sweep=[]", "--no-files", "--set", &set];
        let there = place.json(&there);
        let ratio = number(&there["comparisons"][0]["tokens_per_second_ratio"]["chip"]);
        assert!((ratio - 1.0).abs() < 2e-3, "{ratio} at {found}");
    }
    let table = place.succeed(&arguments).stdout;
    assert!(table.contains("Tokens/s of copper on 8 chips over those of light on 16 chips"), "{table}");
    assert!(table.contains("break-even, tokens/s per chip, copper against light: "), "{table}");
}

#[test]
fn a_break_even_is_that_of_a_parameter_that_is_read() {
    let place = Workplace::with("tiny.toml", TINY);
    let wrong = "systems[1].chip.gemm_eficiency_bf16";
    let remedy = "`systems[1].chip.gemm_eficiency_bf16` is no quantity that a simulation of this scenario reads; did \
                  you mean `systems[1].chip.gemm_efficiency_bf16`?";
    place.refuse(&["sensitivity", "tiny.toml", "--break-even", wrong], &[remedy]);
    let collective = Workplace::with("ranges.toml", RANGES);
    let sentence = "a break-even is where another system wins: the scenario needs `kind = \"training\"` and two \
                    systems or more";
    collective
        .refuse(&["sensitivity", "ranges.toml", "--break-even", "systems[0].chip.peak_bf16"], &[sentence]);
}

#[test]
fn the_tornado_of_a_point_is_drawn_into_a_folder() {
    let place = Workplace::with("ranges.toml", RANGES);
    let done = place.succeed(&["sensitivity", "ranges.toml", "--out", "new/figures"]);
    assert_eq!(place.names("new/figures"), ["tornado.png", "tornado.svg"]);
    assert!(done.stderr.contains("tornado.svg"), "{}", done.stderr);
    let figure = place.read("new/figures/tornado.svg");
    for text in ["scale_up.link_bandwidth: 25 to", "every value at its low end", "envelope, not confidence"] {
        assert!(figure.contains(text), "the figure does not say `{text}`:\n{figure}");
    }
    place.refuse(
        &["sensitivity", "ranges.toml", "--out", "ranges.toml"],
        &["ranges.toml", "cannot be written"],
    );
}
