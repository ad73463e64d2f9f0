//! `copperlight run`.

use super::{BAD_INPUT, TINY, Workplace, keys, number, sorted};
use serde_json::Value;

const FIGURES: [&str; 4] = ["busbw", "exposed_communication_share", "link_utilization", "mfu"];

fn tiny() -> Workplace {
    Workplace::with("tiny.toml", TINY)
}

fn results(document: &Value) -> &[Value] {
    document["results"].as_array().expect("results are an array")
}

#[test]
fn a_run_leaves_results_figures_and_a_report() {
    let place = tiny();
    let done = place.succeed(&["run", "tiny.toml", "--out", "out"]);
    assert!(done.stdout.contains("copper") && done.stdout.contains("light"), "{}", done.stdout);
    let mut expected: Vec<String> =
        FIGURES.iter().flat_map(|name| [format!("{name}.png"), format!("{name}.svg")]).collect();
    expected.extend(
        ["report.html", "resolved.toml", "results.csv", "results.json", "results.jsonl"].map(str::to_owned),
    );
    expected.sort();
    assert_eq!(place.names("out"), expected);
    for name in FIGURES {
        assert!(place.read(&format!("out/{name}.svg")).starts_with("<svg"), "{name}");
        let png = std::fs::read(place.path(&format!("out/{name}.png"))).expect("the figure is there");
        assert!(png.starts_with(b"\x89PNG\r\n"), "{name}");
    }
    let page = place.read("out/report.html");
    assert!(page.contains("<svg") && !page.contains("<script src") && !page.contains("<img src=\"http"));
    let written: Value = serde_json::from_str(&place.read("out/results.json")).expect("results are JSON");
    assert_eq!(written, place.json(&["run", "tiny.toml", "--no-files"]));
    assert_eq!(place.read("out/results.csv").lines().count(), 1 + 4);
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let document = tiny().json(&["run", "tiny.toml", "--no-files"]);
    assert_eq!(
        keys(&document),
        sorted([
            "schema",
            "scenario",
            "version",
            "input_hash",
            "seed",
            "digest",
            "work",
            "results",
            "comparisons"
        ])
    );
    let result_keys = [
        "system",
        "chips",
        "point",
        "fits",
        "step_time_s",
        "mfu",
        "mfu_bf16",
        "hfu",
        "peak_tflops_per_chip",
        "model_tflops_per_chip",
        "tokens_per_second_per_chip",
        "communication_share",
        "exposed_communication_share",
        "breakdown_s",
        "memory_gb",
        "energy_j_per_token",
        "energy_breakdown_j_per_token",
        "domain_power_w",
        "domain_price_usd",
        "run_total",
        "link_utilization",
        "links",
        "tier_bytes",
        "placement",
        "plan",
        "limited_by",
    ];
    let terms = ["compute", "tensor", "context", "pipeline", "data", "expert", "bubble", "optimizer", "wait"];
    assert_eq!(results(&document).len(), 4, "two systems, two values of the sweep");
    for result in results(&document) {
        assert_eq!(keys(result), sorted(result_keys));
        assert_eq!(keys(&result["breakdown_s"]), sorted(terms));
        assert_eq!(result["run_total"], Value::Null, "no tokens of a run were given");
        let energy = &result["energy_breakdown_j_per_token"];
        let parts = sorted(["chips", "hosts", "tiers", "facility", "total"]);
        assert_eq!(keys(energy), parts);
        assert_eq!(energy["total"]["value"], result["energy_j_per_token"]);
        let breakdown = result["breakdown_s"].as_object().expect("the step has terms");
        let sum: f64 = breakdown.values().filter_map(Value::as_f64).sum();
        assert!(
            (sum / number(&result["step_time_s"]) - 1.0).abs() < 1e-9,
            "the terms sum to the step: {result}"
        );
        let limits = result["limited_by"].as_object().expect("something limits the step");
        let sum: f64 = limits.values().filter_map(Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-9, "what limits the step is all of it: {result}");
        for share in ["mfu", "communication_share", "exposed_communication_share"] {
            assert!((0.0..1.0).contains(&number(&result[share])), "{share}: {result}");
        }
    }
}

#[test]
fn the_resolved_scenario_runs_to_the_same_results() {
    let place = tiny();
    place.succeed(&[
        "run",
        "tiny.toml",
        "--out",
        "out",
        "--set",
        "systems[0].scale_up.link_bandwidth=45 GB/s",
    ]);
    let first: Value = serde_json::from_str(&place.read("out/results.json")).expect("results are JSON");
    assert_eq!(place.json(&["run", "out/resolved.toml", "--no-files"]), first);
    let plain = place.json(&["run", "tiny.toml", "--no-files"]);
    assert_ne!(plain["digest"], first["digest"], "the setting is in the resolved scenario");
}

#[test]
fn threads_do_not_change_a_byte() {
    let place = tiny();
    let output = |threads| {
        place.succeed(&["run", "tiny.toml", "--no-files", "--format", "json", "--threads", threads]).stdout
    };
    let one = output("1");
    assert_eq!(one, output("2"));
    assert_eq!(one, output("2"), "nor does time");
}

#[test]
fn everything_simulated_gives_the_same_digest() {
    let place = tiny();
    let folded = place.json(&["run", "tiny.toml", "--no-files"]);
    let full = place.json(&["run", "tiny.toml", "--no-files", "--no-fold"]);
    assert_eq!(folded["digest"], full["digest"]);
    assert!(number(&full["work"]["flows"]) > number(&folded["work"]["flows"]));
    assert_eq!(full["work"]["replayed"].as_u64(), Some(0));
    // Two points each on 8 and on 16 chips.
    assert_eq!(full["work"]["ranks_simulated"].as_u64(), Some(2 * (8 + 16)));
    for (a, b) in results(&folded).iter().zip(results(&full)) {
        assert_eq!(a["step_time_s"], b["step_time_s"]);
        assert_close(a, b, "result");
    }
}

/// Means over ranks are summed in another order, so that their last digits may differ.
///
/// A collective from memory spreads its bytes evenly over its duration, so that peaks of slices of time that are
/// shorter than it differ: they are not compared.
fn assert_close(a: &Value, b: &Value, name: &str) {
    match (a, b) {
        _ if name.ends_with(".peak") => {}
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.len(), b.len(), "{name}");
            a.iter().zip(b).for_each(|((key, a), (_, b))| assert_close(a, b, &format!("{name}.{key}")));
        }
        (Value::Number(_), Value::Number(_)) => {
            let (a, b) = (number(a), number(b));
            assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{name}: {a} folded, {b} in full");
        }
        _ => assert_eq!(a, b, "{name}"),
    }
}

#[test]
fn results_go_where_they_are_told() {
    let place = tiny();
    place.succeed(&["run", "tiny.toml", "--no-files"]);
    assert_eq!(place.names("."), ["tiny.toml"]);
    place.succeed(&["run", "tiny.toml", "--set", "sweep=[]"]);
    assert_eq!(place.names("copperlight-out"), ["tiny"]);
    place.put("second.toml", &TINY.replace("name = \"tiny\"", "name = \"second\""));
    place.succeed(&["run", "tiny.toml", "second.toml", "--out", "both", "--set", "sweep=[]"]);
    assert_eq!(place.names("both"), ["second", "tiny"]);
}

#[test]
fn several_scenarios_are_one_json_array() {
    let place = tiny();
    place.put("second.toml", &TINY.replace("name = \"tiny\"", "name = \"second\""));
    let document = place.json(&["run", "tiny.toml", "second.toml", "--no-files", "--set", "sweep=[]"]);
    let names: Vec<&str> =
        document.as_array().expect("an array").iter().filter_map(|one| one["scenario"].as_str()).collect();
    assert_eq!(names, ["tiny", "second"]);
}

#[test]
fn standard_input_is_a_scenario() {
    let place = Workplace::new();
    let done = place.run_with(TINY, &["run", "-", "--no-files", "--format", "json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let document: Value = serde_json::from_str(&done.stdout).expect("results are JSON");
    assert_eq!(document, tiny().json(&["run", "tiny.toml", "--no-files"]));
}

#[test]
fn settings_and_seed_reach_the_results() {
    let place = tiny();
    let document = place.json(&[
        "run",
        "tiny.toml",
        "--no-files",
        "--seed",
        "9",
        "--set",
        "sweep=[]",
        "--set",
        "systems.chips=32",
    ]);
    assert_eq!(document["seed"].as_u64(), Some(9));
    let chips: Vec<_> = results(&document).iter().filter_map(|result| result["chips"].as_u64()).collect();
    assert_eq!(chips, [32, 32]);
}

#[test]
fn quiet_says_nothing_beside_the_data() {
    let place = tiny();
    let loud = place.succeed(&["run", "tiny.toml", "--no-files"]);
    assert!(loud.stderr.contains("note: "), "{}", loud.stderr);
    let quiet = place.succeed(&["run", "tiny.toml", "--no-files", "--quiet"]);
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &loud.stdout));
}

#[test]
fn a_point_that_does_not_fit_is_a_result() {
    let place = tiny();
    let small = ["run", "tiny.toml", "--no-files", "--set", "systems[0].chip.hbm_capacity=0.1 GB"];
    let done = place.succeed(&[&small[..], &["--format", "json"]].concat());
    let document: Value = serde_json::from_str(&done.stdout).expect("results are JSON");
    let fits: Vec<_> = results(&document).iter().filter_map(|result| result["fits"].as_bool()).collect();
    assert_eq!(fits, [false, false, true, true]);
    assert_eq!(results(&document)[0]["step_time_s"], Value::Null);
    assert!(results(&document)[0]["memory_gb"].is_object());
    assert!(done.stderr.contains("copper on 8 chips does not fit in memory"), "{}", done.stderr);
}

#[test]
fn a_scenario_of_which_nothing_fits_is_refused() {
    let place = tiny();
    let small = ["run", "tiny.toml", "--set", "systems.chip.hbm_capacity=0.1 GB", "--out", "out"];
    let done = place.run(&small);
    assert_eq!((done.code, place.names(".")), (BAD_INPUT, vec!["tiny.toml".to_owned()]));
    assert!(done.stdout.contains("No point fits in memory"), "{}", done.stdout);
    let table = done.stdout.lines().filter(|line| line.trim_end().ends_with(" no"));
    assert_eq!(table.count(), 4, "{}", done.stdout);
    assert!(done.stderr.starts_with("error: no point fits in memory"), "{}", done.stderr);
    // Two points of each system say the same.
    assert_eq!(done.stderr.matches("no change of the plan was found").count(), 2, "{}", done.stderr);
    let document = place.run(&[&small[..], &["--format", "json"]].concat()).stdout;
    let document: Value = serde_json::from_str(&document).expect("results are JSON");
    assert_eq!(results(&document).len(), 4);
}

#[test]
fn a_folder_of_other_results_is_left_alone() {
    let place = tiny();
    place.succeed(&["run", "tiny.toml", "--out", "out", "--set", "sweep=[]"]);
    let before = place.read("out/results.json");
    place.put("second.toml", &TINY.replace("name = \"tiny\"", "name = \"second\""));
    let done = place.run(&["run", "second.toml", "--out", "out"]);
    assert_eq!(done.code, BAD_INPUT);
    assert!(done.stderr.contains("`tiny`") && done.stderr.contains("--out"), "{}", done.stderr);
    assert_eq!(place.read("out/results.json"), before);
}

#[test]
fn a_folder_that_cannot_be_written_costs_no_time() {
    let place = tiny();
    place.put("file", "kept");
    std::fs::create_dir_all(place.path("taken/report.html")).expect("the folder can be written");
    place.refuse(&["run", "tiny.toml", "--out", "file"], &["file is a file and not a folder", "--out"]);
    place.refuse(&["run", "tiny.toml", "--out", "file/below"], &["cannot create", "below", "--out"]);
    place.refuse(&["run", "tiny.toml", "--out", "taken"], &["report.html is a folder", "--out"]);
    assert_eq!(place.read("file"), "kept");
    assert_eq!(place.names("taken"), ["report.html"]);
}

#[test]
fn figures_of_an_earlier_run_are_removed() {
    let place = tiny();
    let run = |curves: &str| {
        let curves = format!("report.curves={curves}");
        place.succeed(&["run", "tiny.toml", "--out", "out", "--set", "sweep=[]", "--set", &curves]);
        place.names("out").into_iter().filter(|name| name.ends_with(".svg")).collect::<Vec<_>>()
    };
    assert_eq!(run("[\"mfu\", \"link_utilization\"]"), ["link_utilization.svg", "mfu.svg"]);
    place.put("out/mine.svg", "");
    assert_eq!(run("[\"mfu\"]"), ["mfu.svg", "mine.svg"]);
}

#[test]
fn figures_say_which_value_of_a_sweep_they_show() {
    let place = tiny();
    let sweep = "sweep=[{parameter=\"systems.scale_up.link_bandwidth\", values=[\"25 GB/s\", \"50 GB/s\"]}]";
    place.succeed(&["run", "tiny.toml", "--out", "out", "--set", sweep]);
    let links = place.read("out/link_utilization.svg");
    for value in ["25 GB/s", "50 GB/s"] {
        assert!(links.contains(&format!("copper, 8 chips, link_bandwidth = {value}")), "{value}");
    }
    let page = place.read("out/report.html");
    assert!(
        page.contains("copper with link_bandwidth = 25 GB/s (8 chips)"),
        "the curve is of the first value"
    );
}

#[test]
fn constants_of_the_transports_are_written_out() {
    let place = tiny();
    place.succeed(&["run", "tiny.toml", "--out", "out", "--set", "sweep=[]"]);
    let (resolved, page) = (place.read("out/resolved.toml"), place.read("out/report.html"));
    for name in ["nvlink5-infiniband", "ub-roce"] {
        assert!(resolved.contains(&format!("# transport = {name}\n")), "{resolved}");
        let transport = place.json(&["catalog", "transports", name]);
        for key in transport["values"].as_object().expect("a transport has values").keys() {
            assert!(resolved.contains(&format!("# transport.{key} = ")), "{key}");
            assert!(page.contains(&format!("transport {name}: {key}<")), "{key}");
        }
    }
}

#[test]
fn several_scenarios_are_one_table_of_csv() {
    let place = tiny();
    place.put("second.toml", &TINY.replace("name = \"tiny\"", "name = \"second\""));
    let both = ["run", "tiny.toml", "second.toml", "--no-files", "--set", "sweep=[]", "--format", "csv"];
    let csv = place.succeed(&both).stdout;
    let first: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').take(3).collect()).collect();
    let expected = [
        ["scenario", "system", "chips"],
        ["tiny", "copper", "8"],
        ["tiny", "light", "16"],
        ["second", "copper", "8"],
        ["second", "light", "16"],
    ];
    assert_eq!(first, expected);
}

#[test]
fn a_collective_scenario_has_the_row_of_collective() {
    let star = r#"
        [scenario]
        name = "one-collective"
        [[systems]]
        name = "star"
        chips = 72
        transport = "ideal"
        [systems.fabric]
        family = "star"
        link_bandwidth = "900 GB/s"
        link_latency = "250 ns"
        [workload]
        kind = "collective"
        operation = "all-reduce"
        size = "1 GB"
        algorithm = "ring"
    "#;
    let place = Workplace::with("one.toml", star);
    let document = place.json(&["run", "one.toml", "--no-files"]);
    let result = &results(&document)[0];
    // 142 x (500,000 + round(13,888,889 / 0.9)) ps.
    assert_eq!(number(&result["time_us"]), 2_262.358_058);
    assert_eq!((result["step_time_s"].clone(), result["fits"].as_bool()), (Value::Null, Some(true)));
}
