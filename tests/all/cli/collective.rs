//! `copperlight collective`.

use super::{STAR, UNFINISHED, Workplace, keys, number, sorted};
use serde_json::Value;

const ON_NVL72: [&str; 5] = ["collective", "all-reduce", "--system", "gb200-nvl72", "--chips"];

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().expect("rows are an array")
}

#[test]
fn the_table_has_the_columns_of_nccl_tests() {
    let place = Workplace::new();
    let done = place.succeed(&[&ON_NVL72[..], &["8", "-b", "1M", "-e", "4M", "-f", "2"]].concat());
    let (comments, data): (Vec<&str>, Vec<&str>) =
        done.stdout.lines().partition(|line| line.starts_with('#'));
    let head = comments.iter().find(|line| line.contains("algbw")).expect("the columns have heads");
    let words: Vec<&str> = head.trim_start_matches('#').split_whitespace().take(9).collect();
    assert_eq!(words, ["size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong"]);
    let unit_line = comments.iter().find(|line| line.contains("(us)")).expect("the columns have units");
    assert_eq!(unit_line.matches("(GB/s)").count(), 2, "{unit_line}");
    let first = |line: &&str| line.split_whitespace().take(5).map(str::to_owned).collect::<Vec<_>>();
    let expected = [["1048576", "262144"], ["2097152", "524288"], ["4194304", "1048576"]];
    for (line, [size, count]) in data.iter().zip(expected) {
        assert_eq!(first(line), [size, count, "float", "sum", "-1"]);
        assert_eq!(line.split_whitespace().nth(8), Some("N/A"), "no correctness is claimed: {line}");
    }
    assert_eq!(data.len(), expected.len());
    assert!(comments.iter().any(|line| line.starts_with("# Avg bus bandwidth")));
}

#[test]
fn what_takes_longer_than_time_has_cannot_finish() {
    let system = "[[systems]]\nname = \"s\"\nchips = 4\n[systems.fabric]\nfamily = \"star\"\nlink_bandwidth = \"1 kB/s\"\nlink_latency = \"1 us\"\n";
    let place = Workplace::with("slow.toml", system);
    for fold in [&[][..], &["--no-fold"]] {
        let words = ["collective", "all-reduce", "--system", "slow.toml", "-b", "64G", "-e", "64G"];
        let done = place.run(&[&words[..], fold].concat());
        assert_eq!((done.code, done.stdout.as_str()), (UNFINISHED, ""), "{}", done.stderr);
        assert!(done.stderr.contains("longer than 213 days"), "{}", done.stderr);
    }
}

#[test]
fn json_has_the_keys_of_the_contract() {
    let place = Workplace::new();
    let document = place.json(&[&ON_NVL72[..], &["8", "-b", "1M", "-e", "2M"]].concat());
    assert_eq!(keys(&document), sorted(["schema", "system", "chips", "op", "rows", "work", "digest"]));
    assert_eq!((document["schema"].as_u64(), document["chips"].as_u64()), (Some(1), Some(8)));
    assert_eq!(
        (document["system"].as_str(), document["op"].as_str()),
        (Some("gb200-nvl72"), Some("all-reduce"))
    );
    let work = ["events", "flows", "rate_solves", "ranks_simulated", "classes", "replayed", "lanes"];
    assert_eq!(keys(&document["work"]), sorted(work));
    let row_keys = [
        "size_bytes",
        "time_us",
        "algbw_gb_per_s",
        "busbw_gb_per_s",
        "wire_bytes_per_chip",
        "algorithm",
        "protocol",
        "bound_by",
        "tier_bytes",
    ];
    assert_eq!(rows(&document).len(), 2);
    for row in rows(&document) {
        assert_eq!(keys(row), sorted(row_keys));
        let (size, time) = (number(&row["size_bytes"]), number(&row["time_us"]));
        let algbw = size / time / 1e3;
        assert!((number(&row["algbw_gb_per_s"]) / algbw - 1.0).abs() < 1e-9, "{row}");
        // 2 (n - 1) / n of 8 ranks is 1.75.
        assert!((number(&row["busbw_gb_per_s"]) / (1.75 * algbw) - 1.0).abs() < 1e-9, "{row}");
    }
}

#[test]
fn a_star_gives_the_closed_form_to_the_picosecond() {
    // 766 x (500,000 + round(2,604,167 / 0.9)) ps; 766 chunks of ceil(10^9 / 384) bytes.
    let place = Workplace::with("star.toml", STAR);
    let common =
        ["collective", "all-reduce", "--system", "star.toml", "--chips", "384", "--algorithm", "ring"];
    let document = place.json(&[&common[..], &["-b", "1000000000", "-e", "1000000000"]].concat());
    let row = &rows(&document)[0];
    assert_eq!(number(&row["time_us"]), 2_599.435_554);
    assert_eq!(row["wire_bytes_per_chip"].as_u64(), Some(766 * 2_604_167));
    assert_eq!(row["algorithm"].as_str(), Some("ring"));
}

#[test]
fn every_flow_simulated_gives_the_same_digest() {
    let place = Workplace::new();
    for operation in ["all-reduce", "reduce-scatter", "all-gather", "all-to-all"] {
        let arguments =
            ["collective", operation, "--system", "cloudmatrix384", "--chips", "16", "-b", "1M", "-e", "2M"];
        let folded = place.json(&arguments);
        let full = place.json(&[&arguments[..], &["--no-fold"]].concat());
        assert_eq!(folded["digest"], full["digest"], "{operation}");
        assert_eq!(folded["rows"], full["rows"], "{operation}");
        assert!(number(&full["work"]["flows"]) >= number(&folded["work"]["flows"]), "{operation}");
        assert_eq!(
            full["work"]["ranks_simulated"].as_u64(),
            Some(2 * 16),
            "{operation}: 16 ranks, two sizes"
        );
    }
}

#[test]
fn sizes_go_by_factor_or_step_and_include_the_last() {
    let place = Workplace::with("star.toml", STAR);
    let sizes = |range: &[&str]| -> Vec<u64> {
        let arguments = [&["collective", "all-gather", "--system", "star.toml", "-g", "4"], range].concat();
        rows(&place.json(&arguments)).iter().filter_map(|row| row["size_bytes"].as_u64()).collect()
    };
    assert_eq!(sizes(&["-b", "1K", "-e", "64K", "-f", "4"]), [1 << 10, 1 << 12, 1 << 14, 1 << 16]);
    assert_eq!(sizes(&["-b", "1 MB", "-e", "3 MB", "-i", "1 MB"]), [1_000_000, 2_000_000, 3_000_000]);
    assert_eq!(sizes(&["-b", "8", "-e", "8"]), [8]);
}

#[test]
fn settings_change_the_machine() {
    let place = Workplace::new();
    let time = |settings: &[&str]| {
        let document = place.json(&[&ON_NVL72[..], &["8", "-b", "1G", "-e", "1G"], settings].concat());
        number(&rows(&document)[0]["time_us"])
    };
    let as_it_is = time(&[]);
    assert!(time(&["--set", "scale_up.link_bandwidth=45 GB/s"]) > as_it_is, "slower links take longer");
    assert!(time(&["--set", "transport=ideal"]) < as_it_is, "software costs time");
}

#[test]
fn other_formats_hold_the_same_rows() {
    let place = Workplace::new();
    let arguments = [&ON_NVL72[..], &["8", "-b", "1M", "-e", "2M", "--format"]].concat();
    let csv = place.succeed(&[&arguments[..], &["csv"]].concat()).stdout;
    let mut lines = csv.lines();
    assert!(lines.next().is_some_and(|head| head.contains("size_bytes,time_us,algbw_gb_per_s")), "{csv}");
    assert_eq!(lines.count(), 2);
    let markdown = place.succeed(&[&arguments[..], &["markdown"]].concat()).stdout;
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 4, "{markdown}");
}

#[test]
fn notes_say_what_the_numbers_rest_on() {
    let place = Workplace::with("star.toml", STAR);
    let notes = |system: &str, rest: &[&str]| {
        let words = ["collective", "all-reduce", "--system", system, "-g", "8", "-b", "1M", "-e", "1M"];
        place.succeed(&[&words[..], rest].concat()).stderr
    };
    let light = notes("cloudmatrix384", &[]);
    assert!(light.contains("note: cloudmatrix384: no public measurement stands behind transport"), "{light}");
    assert!(!light.contains("shares of peak"), "nothing is computed: {light}");
    assert_eq!(notes("gb200-nvl72", &["--format", "csv"]), "", "what is measured has none");
    assert_eq!(notes("star.toml", &[]), "", "what is ideal has no doubts");
}

#[test]
fn one_chip_has_no_bus_bandwidth() {
    let place = Workplace::with("star.toml", STAR);
    let words = |system: &'static str| {
        ["collective", "all-reduce", "--system", system, "-g", "1", "-b", "1M", "-e", "2M"]
    };
    for row in rows(&place.json(&words("star.toml"))) {
        assert_eq!((number(&row["time_us"]), &row["algbw_gb_per_s"]), (0.0, &Value::Null), "{row}");
        assert_eq!(row["busbw_gb_per_s"], Value::Null);
    }
    for row in rows(&place.json(&words("gb200-nvl72"))) {
        let takes_time = number(&row["time_us"]) > 0.0;
        assert_eq!(row["algbw_gb_per_s"].is_number(), takes_time, "{row}");
        assert_eq!(row["busbw_gb_per_s"], Value::Null);
    }
    let table = place.succeed(&words("star.toml")).stdout;
    assert!(table.contains(", 1 chip\n") && table.contains("# Avg bus bandwidth    : N/A"), "{table}");
    let csv = place.succeed(&[&words("star.toml")[..], &["--format", "csv"]].concat()).stdout;
    assert!(csv.contains(",1,all-reduce,1048576,0,,,"), "{csv}");
}

#[test]
fn wrong_requests_are_refused_with_the_remedy() {
    let place = Workplace::with("star.toml", STAR);
    let on =
        |rest: &[&'static str]| [&["collective", "all-reduce", "--system", "gb200-nvl72"], rest].concat();
    let refuse = |arguments: &[&str], fragments: &[&str]| place.refuse(arguments, fragments);
    refuse(&on(&["--chips", "0"]), &["--chips", "1..=1000000"]);
    refuse(&on(&["--chips", "1000000000000"]), &["--chips", "1..=1000000"]);
    refuse(&on(&["--chips", "eight"]), &["--chips"]);
    refuse(&on(&["-b=-1"]), &["-1", "at least zero"]);
    refuse(&on(&["-b", "-1"]), &["-1", "at least zero"]);
    refuse(&on(&["-b", "1Q"]), &["1Q", "known units"]);
    refuse(&on(&["-b", "2M", "-e", "1M"]), &["--minbytes", "--maxbytes"]);
    refuse(&on(&["-f", "1"]), &["--stepfactor is 1", "above 1"]);
    refuse(&on(&["-b", "1", "-e", "1G", "-i", "1"]), &["more than 1000 sizes"]);
    refuse(&on(&["--algorithm", "rign"]), &["`rign`", "did you mean `ring`?"]);
    let suitable =
        ["`pairwise`", "`all-reduce`", "auto, ring, tree, halving-doubling, direct, two-shot, hierarchical"];
    refuse(&on(&["--algorithm", "pairwise"]), &suitable);
    refuse(&on(&["--set", "chip.peak_bf16=1 FLOP/s"]), &["`chip.peak_bf16` is 1 FLOP/s", "from 1 GFLOP/s"]);
    refuse(&on(&["--set", "scale_up.chips_per_node=5"]), &["chips_per_node is 5", "72 chips", "use 4"]);
    refuse(&on(&["--chips", "-1"]), &["--chips", "1..=1000000"]);
    for later in ["sharp", "pat", "bruck"] {
        let says = format!("`{later}` is not available yet");
        refuse(&on(&["--algorithm", later]), &[&says, "available: auto, ring"]);
    }
    refuse(&on(&["--protocol", "l128"]), &["`l128`", "did you mean `ll128`?"]);
    refuse(&on(&["--set", "scale_up.link_bandwith=45 GB/s"]), &["did you mean", "link_bandwidth"]);
    refuse(&on(&["--set", "scale_up.link_bandwidth=45"]), &["with a number and its unit", "\"50 GB/s\""]);
    let broadcast = ["collective", "broadcast", "--system", "gb200-nvl72", "--algorithm", "two-shot"];
    refuse(&broadcast, &["`two-shot`", "`broadcast`", "auto, ring, tree, direct, nvls"]);
    let explained = "--explain has no place in CSV; use --format table, json or markdown";
    refuse(&on(&["--explain", "--format", "csv"]), &[explained]);
    refuse(&["collective", "all-redcue", "--system", "gb200-nvl72"], &["did you mean `all-reduce`?"]);
    refuse(&["collective", "all-reduce", "--system", "gb200-nvl27"], &["did you mean `gb200-nvl72`?"]);
    refuse(&["collective", "all-reduce", "--system", "hgx-h10"], &["did you mean `hgx-h100`?"]);
    refuse(&["collective", "all-reduce", "--system", "star.toml"], &["--chips"]);
    refuse(&["collective", "all-reduce", "--system", "missing.toml"], &["missing.toml", "no such file"]);
    refuse(&["collective", "all-reduce"], &["--system"]);
}

#[test]
fn a_file_of_a_system_holds_nothing_that_no_scenario_has() {
    let text = "[[systems]]\npreset = \"hgx-h100\"\n[wrkload]\nkind = \"nonsense\"\n";
    let place = Workplace::with("mine.toml", text);
    let run = place.run(&["collective", "all-reduce", "--system", "mine.toml"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("mine.toml:3") && run.stderr.contains("did you mean `workload`"),
        "{}",
        run.stderr
    );
}
