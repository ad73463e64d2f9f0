//! `copperlight compare`: scenarios, systems and files of results beside each other.

use super::{TINY, Workplace, keys, sorted};
use serde_json::Value;

fn place() -> Workplace {
    let place = Workplace::with("tiny.toml", TINY);
    place.succeed(&["run", "tiny.toml", "--quiet", "--out", "out", "--set", "systems.chips=8"]);
    place
}

/// The differences of all terms, and the difference of the steps.
fn differences(step: &Value) -> (f64, f64) {
    let ledger = &step["ledger"];
    let number = |value: &Value| value.as_f64().expect("it is a number");
    let terms = ledger["terms"].as_array().expect("there are terms");
    let sum = terms.iter().map(|term| number(&term["difference"])).sum();
    (sum, number(&ledger["b"]) - number(&ledger["a"]))
}

#[test]
fn systems_of_a_scenario_are_compared_as_those_of_its_results() {
    let place = place();
    let sides = ["compare", "copper", "light", "--quiet", "--scenario"];
    let read = place.json(&[&sides[..], &["out"]].concat());
    let ran = place.json(&[&sides[..], &["tiny.toml", "--set", "systems.chips=8"]].concat());
    assert_eq!(read["steps"], ran["steps"], "a run and its file say the same");
    assert_eq!(
        keys(&read),
        sorted([
            "schema",
            "equal",
            "a",
            "b",
            "answer",
            "steps",
            "sizes",
            "crossovers",
            "only_a",
            "only_b",
            "notes"
        ])
    );
    let steps = read["steps"].as_array().expect("steps are a list");
    assert_eq!(steps.len(), 2, "one for each batch");
    for step in steps {
        let (sum, all) = differences(step);
        assert!((sum - all).abs() <= 1e-12 * all.abs(), "{sum} is not {all}");
        assert_eq!(step["a"]["point"]["workload.global_batch"], step["b"]["point"]["workload.global_batch"]);
    }
    assert!(read["answer"].as_str().is_some_and(|text| text.contains("ahead at all 2 points")), "{read}");
}

#[test]
fn before_and_after_meet_by_name_and_every_format_is_written() {
    let place = place();
    let slower = "systems[0].scale_up.link_bandwidth=\"5 GB/s\"";
    place.succeed(&[
        "run",
        "tiny.toml",
        "--quiet",
        "--out",
        "slow",
        "--set",
        "systems.chips=8",
        "--set",
        slower,
    ]);
    let table = place.succeed(&["compare", "out", "slow/results.json"]).stdout;
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    assert!(table.contains("exposed tensor-parallel communication"), "{table}");
    let markdown = place.succeed(&["compare", "out#copper", "slow#copper", "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("**out is ahead at all 2 points"), "{markdown}");
    assert_eq!(markdown.matches("<details>").count(), 2, "{markdown}");
    let rows = place.succeed(&["compare", "out#copper", "slow#copper", "--format", "csv"]).stdout;
    assert!(
        rows.starts_with("a_system,a_chips,b_system,b_chips,setting,size_bytes,figure,unit,a,b,b_over_a\n")
    );
    assert!(rows.contains(",ledger.tensor,s per step,"), "{rows}");
}

#[test]
fn sizes_of_chips_that_differ_are_compared_per_token() {
    let place = Workplace::with("tiny.toml", TINY);
    let sides = ["compare", "copper", "light", "--scenario", "tiny.toml", "--equal"];
    let per_chip = place.json(&[&sides[..], &["chips"]].concat());
    assert_eq!(per_chip["steps"][0]["ledger"]["unit"], "chip-s per token");
    let per_watt = place.json(&[&sides[..], &["power"]].concat());
    let ratio = &per_watt["steps"][0]["rate"]["b_over_a"];
    let [low, value, high] =
        ["low", "value", "high"].map(|end| ratio[end].as_f64().expect("powers are known"));
    assert!(low <= value && value <= high && low < high, "{ratio}");
}

#[test]
fn collectives_are_compared_by_size() {
    let place = Workplace::new();
    for (file, system) in [("a.json", "gb200-nvl72"), ("b.json", "cloudmatrix384")] {
        let words = ["collective", "all-reduce", "--system", system, "--chips", "8", "-b", "64K", "-e", "1M"];
        place.put(file, &place.json(&[&words[..], &["-f", "4"]].concat()).to_string());
    }
    let found = place.json(&["compare", "a.json", "b.json"]);
    let sizes = found["sizes"].as_array().expect("sizes are a list");
    assert_eq!(sizes.len(), 3);
    for size in sizes {
        let time = |key: &str| size[key].as_f64().expect("it is a number");
        assert!((time("time_b_over_a") * time("a_time_us") - time("b_time_us")).abs() < 1e-9, "{size}");
    }
    let words =
        ["collective", "all-gather", "--system", "gb200-nvl72", "--chips", "8", "-b", "64K", "-e", "1M"];
    place.put("c.json", &place.json(&words).to_string());
    place.refuse(&["compare", "a.json", "c.json"], &["a.json runs all-reduce and c.json runs all-gather"]);
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_remedy() {
    let place = place();
    let text = place.read("out/results.json");
    place.put("old.json", &text.replacen("\"schema\": 1", "\"schema\": 0", 1));
    place.put("cut.json", &text[..text.len() / 2]);
    place.put("other.json", "{\"schema\": 1}");
    place.refuse(
        &["compare", "out", "old.json"],
        &["old.json: the results have schema 0", "write them again"],
    );
    place.refuse(&["compare", "out", "cut.json"], &["cut.json: these are no results", " at line "]);
    place.refuse(&["compare", "out", "other.json"], &["neither `results` nor `rows`"]);
    place.refuse(&["compare", "out", "gone.json"], &["there is no such file", "copperlight run"]);
    place.refuse(&["compare", "out#coper", "out#light"], &["no system `coper`; did you mean `copper`?"]);
    place.refuse(&["compare", "out#copper", "nvl72-vs-cm38"], &["nvl72-vs-cm38"]);
    let only = ["compare", "out#copper", "tiny.toml#light", "--set", "sweep=[]", "--set"];
    place.succeed(&[&only[..], &["systems.chips=8"]].concat());
}
