//! `copperlight check`: expectations, baselines, and what is written about them.

use super::{TINY, UNFINISHED, Workplace, keys, sorted};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The exit code of what does not hold.
const FAILED: i32 = 1;

/// What holds of the small training job.
const HELD: &str = r#"
[[expect]]
system = "light"
point = { "workload.global_batch" = 32 }
metric = "breakdown_s.tensor"
below = "copper"
by = 1.5
message = "eight chips share what sixteen share"

[[expect]]
metric = "memory_gb.total"
max = 10
"#;

/// An all-reduce on a star without software: one step of a ring is 250 ns and 16 MiB at 900 GB/s.
const RING: &str = r#"
[scenario]
name = "ring"

[[systems]]
name = "star"
chips = 4
transport = "ideal"

[systems.fabric]
family = "star"
link_bandwidth = "900 GB/s"
link_latency = "250 ns"

[workload]
kind = "collective"
operation = "all-reduce"
algorithm = "ring"
size = "64 MiB"

[[expect]]
metric = "busbw_gb_per_s"
min = 850
message = "nearly all of a link"
"#;

fn tiny() -> Workplace {
    let place = Workplace::with("tiny.toml", &format!("{TINY}{HELD}"));
    place.put("ring.toml", RING);
    place
}

fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    root.join(path).to_string_lossy().into_owned()
}

#[test]
fn what_holds_is_counted_over_all_scenarios() {
    let done = tiny().succeed(&["check", "tiny.toml", "ring.toml", "--quiet"]);
    assert_eq!(
        (done.stdout.as_str(), done.stderr.as_str()),
        ("check: 6 held, 0 failed in 2 scenarios\n", "")
    );
}

#[test]
fn a_number_that_is_broken_on_purpose_fails_with_its_place_and_distance() {
    let place = tiny();
    let slow = "systems.fabric.link_bandwidth=\"700 GB/s\"";
    let done = place.run(&["check", "ring.toml", "--set", slow, "--github"]);
    assert_eq!(done.code, FAILED, "{}", done.stderr);
    insta::assert_snapshot!("broken_on_purpose", done.stdout);
    assert!(done.stderr.ends_with("error: 1 of 1 checks failed\n"), "{}", done.stderr);
}

#[test]
fn json_is_one_document_with_every_case() {
    let place = tiny();
    let words = ["check", "tiny.toml", "--set", "systems.chip.peak_bf16=\"100 TFLOPS\"", "--github"];
    let document = place.json(&words);
    assert_eq!(keys(&document), sorted(["schema", "held", "failed", "scenarios"]));
    let scenario = &document["scenarios"][0];
    assert_eq!(keys(scenario), sorted(["scenario", "file", "digest", "cases", "notes"]));
    let case = &scenario["cases"][0];
    let case_keys = ["against", "line", "claim", "message", "point", "held", "findings"];
    assert_eq!(keys(case), sorted(case_keys));
    assert_eq!((case["against"].as_str(), case["held"].as_bool()), (Some("expectation"), Some(true)));
    assert_eq!(keys(&case["point"]), sorted(["system", "chips", "point"]));
    let finding = &case["findings"][0];
    assert_eq!(keys(finding), sorted(["metric", "unit", "expected", "seen", "off_by", "problem"]));
    assert!(finding["seen"].is_number(), "{finding}");
}

#[test]
fn junit_and_annotations_are_written_beside_each_other() {
    let place = tiny();
    let slow = "systems.fabric.link_bandwidth=\"700 GB/s\"";
    let words = ["check", "ring.toml", "--set", slow, "--junit", "out.xml", "--github", "--format", "json"];
    let done = place.run(&words);
    assert_eq!(done.code, FAILED);
    let document: Value = serde_json::from_str(&done.stdout).expect("one JSON document");
    assert_eq!(document["failed"], 1);
    let annotation =
        "::error file=ring.toml,line=21,title=ring%3A busbw_gb_per_s at least 850 GB/s::star on 4 chips%0A";
    assert!(done.stderr.contains(annotation), "{}", done.stderr);
    let xml = place.read("out.xml");
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                <testsuites name=\"copperlight check\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">\n";
    assert!(xml.starts_with(head), "{xml}");
    assert!(xml.contains("file=\"ring.toml\""), "{xml}");
}

#[test]
fn a_baseline_holds_until_a_number_moves_and_keeps_edited_tolerances() {
    let place = tiny();
    place.succeed(&[
        "check",
        "tiny.toml",
        "ring.toml",
        "--write-baseline",
        "base.json",
        "--tolerance",
        "mfu=5%",
    ]);
    let words = ["check", "tiny.toml", "ring.toml", "--baseline", "base.json", "--digest"];
    let done = place.succeed(&words);
    assert_eq!(done.stdout, "check: 13 held, 0 failed in 2 scenarios\n");
    assert_eq!(place.names("."), ["base.json", "ring.toml", "tiny.toml"]);

    let text = place.read("base.json");
    let edited = text.replace("\"mfu\": 0.05", "\"breakdown_s\": 0.01,\n    \"mfu\": 0.05");
    assert_ne!(text, edited);
    place.put("base.json", &edited);
    place.succeed(&["check", "tiny.toml", "ring.toml", "--write-baseline", "base.json"]);
    assert_eq!(place.read("base.json"), edited, "what is written again differs nowhere");

    let slower = ["--set", "systems[0].scale_up.link_bandwidth=\"40 GB/s\""];
    let done = place.run(&[&["check", "tiny.toml", "--baseline", "base.json"], &slower[..]].concat());
    assert_eq!(done.code, FAILED, "{}", done.stderr);
    assert!(done.stdout.contains("FAILED tiny: copper on 8 chips"), "{}", done.stdout);
    assert!(done.stdout.contains("as in the baseline\n    at        baseline\n"), "{}", done.stdout);
    assert!(done.stderr.contains("its input hash differs"), "{}", done.stderr);
    let loose = ["breakdown_s=9", "mfu=9", "mfu_bf16=9", "hfu=9", "step_time_s=9", "link_utilization=9"];
    let more = [
        "model_tflops_per_chip=9",
        "tokens_per_second_per_chip=9",
        "communication_share=9",
        "exposed_communication_share=9",
        "energy_j_per_token=9",
        "energy_breakdown_j_per_token=9",
        "limited_by=9",
        "links=9",
    ];
    let flags: Vec<&str> = loose.iter().chain(&more).flat_map(|one| ["--tolerance", one]).collect();
    place.succeed(&[&["check", "tiny.toml", "--baseline", "base.json"], &slower[..], &flags].concat());
}

#[test]
fn points_that_are_gone_and_new_fail_as_such() {
    let place = tiny();
    place.succeed(&["check", "tiny.toml", "--write-baseline", "base.json"]);
    place.put("tiny.toml", TINY.replace("[16, 32]", "[16, 48]").as_str());
    let done = place.run(&["check", "tiny.toml", "--baseline", "base.json"]);
    assert_eq!(done.code, FAILED, "{}", done.stderr);
    for sentence in ["the point is not in the baseline", "the scenario has it no more"] {
        assert_eq!(done.stdout.matches(sentence).count(), 2, "{}", done.stdout);
    }
    assert!(done.stdout.ends_with("check: 2 held, 4 failed in 1 scenario\n"), "{}", done.stdout);
}

#[test]
fn what_cannot_be_judged_is_refused_before_anything_runs() {
    let place = tiny();
    place.put("bare.toml", TINY);
    place.put("other.json", "{\"groups\": {}}");
    place.succeed(&["check", "ring.toml", "--write-baseline", "base.json", "--quiet"]);
    let cases: [(&[&str], &str); 12] = [
        (
            &["bare.toml"],
            "nothing would be checked of `tiny`: it has no [[expect]]; add one, or pin its results",
        ),
        (
            &["bare.toml", "ring.toml", "--baseline", "base.json"],
            "and the baseline does not name it; add one",
        ),
        (
            &["bare.toml", "--baseline", "base.json"],
            "base.json: the baseline names no point of `tiny`, only of `ring`",
        ),
        (
            &["ring.toml", "--baseline", "none.json"],
            "none.json: the baseline cannot be read: there is no such file",
        ),
        (&["ring.toml", "--baseline", "other.json"], "other.json: this is no baseline of check: it lacks"),
        (&["ring.toml", "--write-baseline", "other.json"], "other.json is there and is no baseline of check"),
        (
            &["ring.toml", "--write-baseline", "no/base.json"],
            "no/base.json: the baseline cannot be written: there is no such folder",
        ),
        (&["ring.toml", "--junit", "."], ".: the file cannot be written: it is a folder"),
        (
            &["ring.toml", "--baseline", "base.json", "--tolerance", "time_uss=1"],
            "--tolerance: no metric is named `time_uss`; did you mean `time_us`?",
        ),
        (
            &["ring.toml", "--tolerance", "time_us=1"],
            "--tolerance time_us=1 is about a baseline, and none is given",
        ),
        (
            &["ring.toml", "--tolerance", "time_us"],
            "`time_us` is no METRIC=REL; write one such as step_time_s=0.02",
        ),
        (&["ring.toml", "ring.toml"], "two scenarios are named `ring`"),
    ];
    for (words, sentence) in cases {
        place.refuse(&[&["check"], words].concat(), &[sentence]);
    }
    // A setting that takes the point away is found by the check, and leaves `run` alone.
    let gone = ["tiny.toml", "--set", "sweep=[]", "--quiet"];
    place.refuse(&[&["check"], &gone[..]].concat(), &["no point of this scenario has the swept key"]);
    place.succeed(&[&["run"], &gone[..], &["--out", "out"]].concat());
    place.succeed(&["check", "out/resolved.toml", "--quiet"]);
}

#[test]
fn a_scenario_that_cannot_finish_is_an_error_in_its_suite_and_others_are_judged() {
    let place = tiny();
    place.put("slow.toml", &RING.replace("\"ring\"\n\n", "\"slow\"\n\n"));
    let done = place.run(&["check", "slow.toml", "tiny.toml", "--max-events", "3", "--junit", "out.xml"]);
    assert_eq!(done.code, UNFINISHED, "{}{}", done.stdout, done.stderr);
    assert!(place.read("out.xml").contains("<error message="), "{}", place.read("out.xml"));
}

#[test]
fn the_pipeline_of_this_repository_passes() {
    let scenarios = [".ci/check/step.toml", ".ci/check/all-reduce.toml"].map(repository);
    let baseline = repository(".ci/check/baseline.json");
    let place = Workplace::new();
    let done = place.run(&["check", &scenarios[0], &scenarios[1], "--quiet", "--baseline", &baseline]);
    let remedy = "write it again: copperlight check .ci/check/step.toml .ci/check/all-reduce.toml --write-baseline \
                  .ci/check/baseline.json";
    assert_eq!(done.code, 0, "{}{}\nwhere results are meant to change, {remedy}", done.stdout, done.stderr);
}

/// The blocks of a page in a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    page.split(opening.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_page_shows_the_files_of_this_repository() {
    let read =
        |path: &str| fs::read_to_string(repository(path)).expect("the file is there").replace("\r\n", "\n");
    let page = read("docs/src/guide/use-in-ci.md");
    assert!(blocks(&page, "yaml").contains(&read(".github/workflows/check.yml").as_str()));
    assert!(blocks(&page, "toml").contains(&read(".ci/check/all-reduce.toml").as_str()));
    for platform in ["ubuntu-latest", "macos-latest", "windows-latest"] {
        assert!(read(".github/workflows/check.yml").contains(platform), "{platform}");
    }
}

#[test]
fn the_page_shows_what_the_command_says() {
    let place = Workplace::new();
    let scenario = fs::read_to_string(repository(".ci/check/all-reduce.toml")).expect("the file is there");
    place.put("all-reduce.toml", &scenario);
    let page = fs::read_to_string(repository("docs/src/guide/use-in-ci.md")).expect("the page is there");
    let set = "systems.scale_up.link_bandwidth=\"10 GB/s\"";
    for (words, code) in
        [(&["check", "all-reduce.toml"][..], 0), (&["check", "all-reduce.toml", "--set", set], FAILED)]
    {
        let done = place.run(&[words, &["--quiet"]].concat());
        assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
        let shown = format!("{}{}", done.stdout, done.stderr);
        assert!(page.replace("\r\n", "\n").contains(&shown), "the page does not show:\n{shown}");
    }
}
