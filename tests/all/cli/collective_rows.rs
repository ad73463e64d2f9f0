//! `copperlight collective`: what explains its rows, and what exchanges with experts take.

use super::{STAR, Workplace, keys, number, sorted};
use serde_json::Value;

const ON_NVL72: [&str; 6] = ["collective", "all-reduce", "--system", "gb200-nvl72", "--chips", "8"];

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().expect("rows are an array")
}

#[test]
fn flags_of_experts_are_refused_where_they_mean_nothing() {
    let place = Workplace::new();
    let on = |operation: &'static str, rest: &[&'static str]| {
        [&["collective", operation, "--system", "gb200-nvl72", "-g", "8"], rest].concat()
    };
    let flags = [
        ["--top-k", "8"],
        ["--imbalance", "2"],
        ["--expert-groups", "8"],
        ["--top-groups", "4"],
        ["--tokens", "128"],
        ["--hidden", "7168"],
        ["--element", "fp8"],
    ];
    for [flag, value] in flags {
        let says = "is for ep-dispatch and ep-combine and means nothing for all-reduce; leave it out";
        place.refuse(&on("all-reduce", &[flag, value]), &[&format!("error: {flag} {says}")]);
    }
    let refuse = |rest: &[&'static str], says: &str| place.refuse(&on("ep-dispatch", rest), &[says]);
    let imbalance = "it is the busiest rank's share over the mean, from 1 to 1000000";
    refuse(&["--top-k", "0"], "1..=1024");
    refuse(&["--imbalance", "0.5"], &format!("--imbalance is 0.5; {imbalance}"));
    refuse(&["--imbalance", "-1"], &format!("--imbalance is -1; {imbalance}"));
    refuse(&["--expert-groups", "0"], "1..=1024");
    let groups = "--top-groups is 5 of --expert-groups 4; a token chooses from at most all groups";
    refuse(&["--expert-groups", "4", "--top-groups", "5"], groups);
    refuse(&["--tokens", "0", "--hidden", "7168"], "1..=1073741824");
    refuse(&["--tokens", "128"], "--tokens needs the dimensions of a token: add --hidden 7168, for example");
    refuse(&["--hidden", "128"], "--hidden goes with --tokens; give the tokens of a rank, or leave it out");
    refuse(&["--element", "fp8"], "--element goes with --tokens and --hidden; give them, or leave it out");
    let other = ["--tokens", "1", "--hidden", "8", "--element", "fp9"];
    refuse(&other, "--element: `fp9` is not a known element; did you mean `fp8`?");
    refuse(&["--tokens", "1", "--hidden", "8", "-b", "1M"], "--minbytes");
}

#[test]
fn tokens_make_the_sizes_of_an_exchange_with_experts() {
    let place = Workplace::new();
    let sizes = |operation: &str, rest: &[&str]| -> Vec<u64> {
        let words = ["collective", operation, "--system", "gb200-nvl72", "-g", "8", "--tokens", "1,128"];
        let document = place.json(&[&words[..], &["--hidden", "7168"], rest].concat());
        let sound = |row: &Value| row["busbw_gb_per_s"].is_null() && number(&row["time_us"]) > 0.0;
        assert!(rows(&document).iter().all(sound), "{document}");
        rows(&document).iter().filter_map(|row| row["size_bytes"].as_u64()).collect()
    };
    // 7168 dimensions of two bytes; of one byte with 56 scales of four; answers have two bytes again.
    assert_eq!(sizes("ep-dispatch", &[]), [14_336, 1_835_008]);
    assert_eq!(sizes("ep-dispatch", &["--element", "fp8"]), [7_392, 946_176]);
    assert_eq!(sizes("ep-combine", &["--element", "fp8"]), [14_336, 1_835_008]);
}

#[test]
fn a_scenario_exchanges_with_experts_as_the_command_does() {
    let scenario = "[scenario]\nname = 'experts'\n[[systems]]\npreset = 'gb200-nvl72'\nchips = 8\n\
        [workload]\nkind = 'collective'\noperation = 'ep-dispatch'\ntokens = 128\nhidden = 7168\n\
        element = 'fp8'\ntop_k = 4\nimbalance = 1.5\n";
    let place = Workplace::with("experts.toml", scenario);
    let document = place.json(&["run", "experts.toml", "--no-files"]);
    let of_command = place.json(&[
        "collective",
        "ep-dispatch",
        "--system",
        "gb200-nvl72",
        "-g",
        "8",
        "--tokens",
        "128",
        "--hidden",
        "7168",
        "--element",
        "fp8",
        "--top-k",
        "4",
        "--imbalance",
        "1.5",
    ]);
    let (point, row) = (&document["results"][0], &rows(&of_command)[0]);
    for key in ["size_bytes", "time_us", "wire_bytes_per_chip", "algorithm"] {
        assert_eq!(point[key], row[key], "{key}");
    }
    let even = place.json(&["run", "experts.toml", "--no-files", "--set", "workload.imbalance=1"]);
    assert!(
        number(&even["results"][0]["time_us"]) < number(&row["time_us"]),
        "the busiest rank holds up the others"
    );
}

#[test]
fn tokens_cross_once_to_each_node_that_their_groups_allow() {
    let place = Workplace::new();
    let sent = |rest: &[&str]| -> u64 {
        let words = ["collective", "ep-dispatch", "--system", "hgx-h800", "-g", "64", "-b", "8M", "-e", "8M"];
        let document = place.json(&[&words[..], rest].concat());
        assert_eq!(
            rows(&document)[0]["algorithm"],
            if rest.contains(&"direct") { "direct" } else { "hierarchical" }
        );
        rows(&document)[0]["wire_bytes_per_chip"].as_u64().expect("bytes are counted")
    };
    // 8 choices: 5.251 of 8 nodes, or 3.600 where 4 of 8 groups are open; 7.576 and 7.178 of 64 chips, or 32.
    let near = |bytes: u64, copies: f64| (bytes as f64 / (8.0 * 1_048_576.0) - copies).abs() < 1e-4;
    assert!(near(sent(&[]), 7.0 / 8.0 * (5.251_129 + 7.575_908)));
    let within = sent(&["--expert-groups", "8", "--top-groups", "4"]);
    assert!(near(within, 7.0 / 8.0 * (3.599_548 + 7.177_604)), "{within}");
    assert!(near(sent(&["--algorithm", "direct"]), 7.875));
}

#[test]
fn a_barrier_is_one_row_without_rates() {
    let place = Workplace::new();
    let document = place.json(&["collective", "barrier", "--system", "gb200-nvl72", "-g", "8"]);
    let [row] = rows(&document) else { panic!("a barrier is one row: {document}") };
    assert_eq!((row["size_bytes"].as_u64(), row["wire_bytes_per_chip"].as_u64()), (Some(0), Some(0)));
    assert_eq!((&row["algbw_gb_per_s"], &row["busbw_gb_per_s"]), (&Value::Null, &Value::Null));
    assert!(number(&row["time_us"]) > 0.0, "{row}");
}

#[test]
fn explanations_name_the_candidates_and_add_up() {
    let place = Workplace::new();
    let words = [&ON_NVL72[..], &["-b", "1M", "-e", "1G", "-f", "1024", "--explain"]].concat();
    for row in rows(&place.json(&words)) {
        let explain = &row["explain"];
        let difference = "simulated_minus_predicted_us";
        let explained =
            ["candidates", "runner_up", "steps", "chunks", "terms_us", "predicted_us", difference];
        assert_eq!(keys(explain), sorted(explained));
        let terms = explain["terms_us"].as_object().expect("terms are an object");
        assert_eq!(terms.len(), 6, "{explain}");
        let predicted = number(&explain["predicted_us"]);
        assert!((terms.values().map(number).sum::<f64>() - predicted).abs() < 1e-3, "{explain}");
        assert!((predicted + number(&explain[difference]) - number(&row["time_us"])).abs() < 1e-6, "{row}");
        let candidates = explain["candidates"].as_array().expect("candidates are an array");
        let times: Vec<f64> = candidates.iter().map(|candidate| number(&candidate["predicted_us"])).collect();
        assert!(times.len() > 1 && times.is_sorted(), "{explain}");
        assert_eq!(candidates[0]["algorithm"], row["algorithm"]);
        assert_eq!(candidates[1]["protocol"], explain["runner_up"]["protocol"]);
        let largest = terms.iter().max_by(|a, b| number(a.1).total_cmp(&number(b.1)));
        assert_eq!(row["bound_by"].as_str(), largest.map(|term| term.0.as_str()));
    }
}

#[test]
fn explanations_stand_below_the_tables() {
    let place = Workplace::new();
    let words = [&ON_NVL72[..], &["-b", "1M", "-e", "1G", "-f", "1024", "--explain"]].concat();
    let narrow = place.succeed(&words).stdout;
    assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    let words = [&words[..], &["--wide"]].concat();
    let table = place.succeed(&words).stdout;
    assert_eq!(table.matches("\n#   terms: launch ").count(), 2, "{table}");
    assert!(table.contains("least predicted time of") && table.contains("# 1 GiB\n"), "{table}");
    let markdown = place.succeed(&[&words[..], &["--format", "markdown"]].concat()).stdout;
    assert!(markdown.contains("\n- 1 GiB\n  - "), "{markdown}");
    let plain = place.json(&[&ON_NVL72[..], &["-b", "1M", "-e", "1M"]].concat());
    assert_eq!(rows(&plain)[0].get("explain"), None, "only where asked for");
    let forced = [&words[..], &["--algorithm", "ring", "--protocol", "simple"]].concat();
    assert!(place.succeed(&forced).stdout.contains("ring simple ran: nothing else was considered"));
}

#[test]
fn an_envelope_holds_every_time() {
    let place = Workplace::new();
    let words =
        ["collective", "all-reduce", "--system", "cloudmatrix384", "-g", "16", "-b", "1M", "-e", "64M"];
    let words = [&words[..], &["-f", "64", "--envelope"]].concat();
    let document = place.json(&words);
    assert_eq!(document["envelope"].as_str(), Some("envelope, not confidence"));
    for row in rows(&document) {
        let [low, time, high] = ["time_us_low", "time_us", "time_us_high"].map(|key| number(&row[key]));
        assert!(low <= time && time <= high && low < high, "{row}");
    }
    let done = place.succeed(&words);
    let said = "time with ranged values at their ends; envelope, not confidence";
    assert!(done.stdout.contains(said), "{}", done.stdout);
    assert!(!done.stderr.contains("--envelope"), "it was asked for: {}", done.stderr);
    let csv = place.succeed(&[&words[..], &["--format", "csv"]].concat()).stdout;
    assert!(csv.contains(",bound_by,time_us_low,time_us_high,tier_bytes"), "{csv}");
    let markdown = place.succeed(&[&words[..], &["--format", "markdown"]].concat()).stdout;
    assert!(markdown.contains("| low (µs) | high (µs) |"), "{markdown}");
    let star = Workplace::with("star.toml", STAR);
    let done = star.succeed(&["collective", "all-reduce", "--system", "star.toml", "-g", "4", "--envelope"]);
    assert!(
        done.stderr.contains("no value has a range, so the envelope is the time itself"),
        "{}",
        done.stderr
    );
}

#[test]
fn notes_say_what_ran_instead_and_why_a_rate_is_above_the_line() {
    let place = Workplace::with("star.toml", STAR);
    let notes = |operation: &str, system: &str, chips: &str, rest: &[&str]| {
        let words = ["collective", operation, "--system", system, "-g", chips, "-b", "1G", "-e", "1G"];
        place.succeed(&[&words[..], rest].concat()).stderr
    };
    let nvls = ["--algorithm", "nvls"];
    let few = notes("all-reduce", "gb200-nvl72", "4", &nvls);
    assert!(few.contains("note: gb200-nvl72: nvls was asked for and ring ran: switches reduce for"), "{few}");
    let none = notes("all-reduce", "cloudmatrix384", "8", &nvls);
    assert!(none.contains("nvls was asked for and ring ran: its transport has no switches"), "{none}");
    let flat = notes("all-reduce", "star.toml", "8", &["--algorithm", "hierarchical"]);
    assert!(
        flat.contains("hierarchical was asked for and ring ran: all ranks stand in one tier\n"),
        "{flat}"
    );
    let light = notes("all-reduce", "cloudmatrix384", "8", &[]);
    assert!(
        light.contains("nor is there a public table of all-reduce") && light.contains("--envelope"),
        "{light}"
    );
    let above = notes("all-reduce", "hgx-h100", "8", &nvls);
    let says = "busbw counts 2(n-1)/n S (1.750 S) as if each chip sent it; with reduction in the switches a chip sends \
                S + S/n (1.125 S), so busbw may exceed the line rate of 450 GB/s\n";
    assert!(above.contains(says), "{above}");
    assert!(!notes("all-reduce", "hgx-h100", "8", &["--algorithm", "ring"]).contains("busbw counts"));
}
