//! `copperlight plan`.

use super::{BAD_INPUT, TINY, Workplace, keys, number, sorted};
use serde_json::Value;

const ALL_REDUCE: &str = r#"
scenario.name = "collective"
workload = { kind = "collective", operation = "all-reduce", size = "64 MB" }
[[systems]]
name = "copper"
preset = "gb200-nvl72"
chips = 8
"#;

fn systems(document: &Value) -> &Vec<Value> {
    document["systems"].as_array().expect("systems are an array")
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let place = Workplace::with("tiny.toml", TINY);
    let document = place.json(&["plan", "tiny.toml", "--finalists", "3"]);
    assert_eq!(keys(&document), sorted(["schema", "scenario", "systems", "work"]));
    let system = &systems(&document)[0];
    assert_eq!(
        keys(system),
        sorted([
            "system",
            "chips",
            "point",
            "best",
            "runner_up",
            "example",
            "finalists",
            "neighbours",
            "why",
            "counts",
            "estimator_error",
            "reason"
        ])
    );
    assert_eq!(
        keys(&system["best"]),
        sorted([
            "words",
            "parallelism",
            "micro_batches",
            "estimated_s",
            "step_time_s",
            "mfu",
            "tokens_per_second_per_chip",
            "memory_gb",
            "breakdown_s",
            "slower",
            "loses",
            "problem"
        ])
    );
    let counts = [
        "possible",
        "illegal",
        "does_not_fit",
        "dominated",
        "bounded_out",
        "estimated",
        "not_estimated",
        "simulated",
    ];
    assert_eq!(keys(&system["counts"]), sorted(counts));
    assert_eq!(system["finalists"].as_array().map(Vec::len), Some(4), "three and the scenario's");
}

#[test]
fn no_finalist_is_faster_than_the_best_and_every_plan_is_counted_once() {
    let place = Workplace::with("tiny.toml", TINY);
    for system in systems(&place.json(&["plan", "tiny.toml"])) {
        let best = number(&system["best"]["step_time_s"]);
        let finalists = system["finalists"].as_array().expect("finalists are an array");
        let times: Vec<f64> = finalists.iter().map(|row| number(&row["step_time_s"])).collect();
        assert!(times.is_sorted() && times[0] == best, "{times:?}");
        assert!(number(&system["example"]["step_time_s"]) >= best);
        assert!(number(&system["runner_up"]["step_time_s"]) >= best);
        let counts = &system["counts"];
        let ends = ["illegal", "does_not_fit", "dominated", "bounded_out", "estimated", "not_estimated"];
        let met: f64 = ends.iter().map(|end| number(&counts[*end])).sum();
        assert_eq!(met, number(&counts["possible"]), "{counts}");
        for row in finalists {
            let entries = row["loses"].as_array().expect("losses are an array");
            let lost: f64 = entries.iter().map(|loss| number(&loss["seconds"])).sum();
            let slower = number(&row["step_time_s"]) - best;
            assert!((lost - slower).abs() <= 1e-9 * best, "{lost} is not {slower}");
        }
        let sentences: Vec<&str> =
            system["why"].as_array().expect("reasons").iter().filter_map(Value::as_str).collect();
        for start in ["where the time goes: of ", "the fullest chip holds ", "the runner-up (", "of "] {
            assert!(
                sentences.iter().any(|sentence| sentence.starts_with(start)),
                "`{start}`: {sentences:#?}"
            );
        }
    }
}

#[test]
fn the_answer_is_the_same_whatever_the_threads() {
    let place = Workplace::with("tiny.toml", TINY);
    let with =
        |threads| place.succeed(&["plan", "tiny.toml", "--format", "json", "--threads", threads]).stdout;
    assert_eq!(with("1"), with("3"));
}

#[test]
fn what_is_written_runs_to_the_same_step_times() {
    let place = Workplace::with("tiny.toml", TINY);
    let found = place.json(&["plan", "tiny.toml", "--write", "best.toml"]);
    let run = place.json(&["run", "best.toml", "--no-files"]);
    let results = run["results"].as_array().expect("results are an array");
    assert_eq!(results.len(), 2, "the sweep is gone");
    for (system, result) in systems(&found).iter().zip(results) {
        assert_eq!(system["best"]["step_time_s"], result["step_time_s"]);
    }
}

#[test]
fn fixed_keys_stay_and_free_overlap_is_never_slower() {
    let place = Workplace::with("tiny.toml", TINY);
    let fixed = place.json(&["plan", "tiny.toml", "--fix", "tensor,schedule", "--fix", "virtual_stages"]);
    for row in systems(&fixed).iter().flat_map(|system| system["finalists"].as_array().expect("finalists")) {
        let plan = &row["parallelism"];
        assert_eq!((&plan["tensor"], &plan["schedule"]), (&2.into(), &"1f1b".into()), "{plan}");
    }
    let kept = place.json(&["plan", "tiny.toml"]);
    let free = place.json(&["plan", "tiny.toml", "--free", "overlap"]);
    for (kept, free) in systems(&kept).iter().zip(systems(&free)) {
        let [kept, free] = [kept, free].map(|system| number(&system["best"]["step_time_s"]));
        assert!(free <= kept * 1.05, "{free} is not below {kept}");
    }
}

#[test]
fn every_format_has_every_finalist() {
    let place = Workplace::with("tiny.toml", TINY);
    let of = |format| place.succeed(&["plan", "tiny.toml", "--finalists", "2", "--format", format]).stdout;
    let csv = of("csv");
    assert_eq!(csv.lines().count(), 1 + 2 * 3, "{csv}");
    assert_eq!(csv.lines().filter(|line| line.contains(",true,")).count(), 2, "{csv}");
    let table = of("table");
    assert_eq!(table.matches("(scenario)").count(), 2, "{table}");
    assert_eq!(of("markdown").lines().filter(|line| line.starts_with("| ")).count(), 2 * 5);
    let all = place.succeed(&["plan", "tiny.toml", "--all-points", "--quiet"]);
    assert!(all.stdout.contains("copper, 8 chips, global_batch = 32: "), "{}", all.stdout);
    assert_eq!(all.stderr, "");
}

#[test]
fn what_fits_nowhere_says_what_would() {
    let place = Workplace::with("tiny.toml", TINY);
    let done = place.run(&["plan", "tiny.toml", "--set", "systems.chip.hbm_capacity=1600 MB"]);
    assert_eq!((done.code, done.stdout.as_str()), (BAD_INPUT, ""), "{}", done.stderr);
    for fragment in ["no plan fits in memory: the smallest (", "GB of 1.6 (", "runtime 1.5 GB"] {
        assert!(done.stderr.contains(fragment), "`{fragment}`: {}", done.stderr);
    }
}

#[test]
fn what_has_no_plan_is_refused() {
    let place = Workplace::with("collective.toml", ALL_REDUCE);
    place.put("tiny.toml", TINY);
    place.refuse(
        &["plan", "collective.toml"],
        &["error: `plan` searches how a training step is divided, and this scenario has `kind = \"collective\"`; use `copperlight run`\n"],
    );
    place.refuse(
        &["plan", "tiny.toml", "--fix", "tensr"],
        &["error: --fix: `tensr` is no key of a plan; keys: tensor, context, pipeline, "],
    );
    place.refuse(&["plan", "tiny.toml", "--finalists", "0"], &["--finalists"]);
    place.refuse(&["plan", "tiny.toml", "--free", "tensor"], &["--free", "overlap"]);
    place.refuse(&["plan", "tiny.toml", "--write", "x.toml", "--all-points"], &["--all-points"]);
    place.refuse(&["plan"], &["<SCENARIO>"]);
}
