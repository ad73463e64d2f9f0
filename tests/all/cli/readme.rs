//! The README and the first tutorial: their commands as they stand there, and the table of errors.

use super::Workplace;
use crate::tutorials::page::{Block, Page};
use crate::tutorials::shell::words;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PREFIX: &str = "cargo run --release -- ";

/// The rows of the table of errors: what was measured, and how the groups of the baseline begin that belong to it.
const MEASURED: [(&str, &[&str]); 9] = [
    ("collectives on A100, 2 to 8", &["aiconfigurator_a100", "azure_nd_a100"]),
    (
        "collectives on H100, H200 and H20, 2 to 16",
        &["aiconfigurator_h100", "azure_nd_h100", "gcp_a3mega", "h20_8_and_16gpu"],
    ),
    ("rings and NVLS on H200 and B200, 4 to 8", &["nvls_vs_ring"]),
    ("collectives on B200, 2 to 8", &["aiconfigurator_b200"]),
    (
        "collectives on GB200 and GB300, 2 to 144, with 64 H100",
        &["aiconfigurator_gb200", "coreweave", "gb200_gb300"],
    ),
    ("collectives on 8 MI300X", &["hisohara_mi300x"]),
    ("exchanges of experts on GB200, to 64", &["ep_gb200"]),
    ("exchanges of experts on H800 and Ascend, to 256", &["ep_dispatch_combine"]),
    ("training runs", &["training_truth.csv"]),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace").to_owned()
}

/// A file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Copies the files of the repository that a command names to where it runs.
fn bring_files(command: &[String], place: &Workplace) {
    for path in command.iter().filter(|word| word.ends_with(".json") || word.ends_with(".toml")) {
        let target = place.path(path);
        if target.exists() {
            continue;
        }
        fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(target, read(path)).expect("the folder of the test can be written");
    }
}

/// Runs a command of a clone, with a smaller batch where it trains.
fn accept(command: &str, place: &Workplace) {
    let command = words(command);
    bring_files(&command, place);
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    // The founding step takes minutes in a debug build; a fortieth of its batch takes seconds.
    match words[0] {
        "run" => words.extend(["--set", "workload.global_batch=288", "--set", "report.curves=[\"mfu\"]"]),
        "plan" => words.extend(["--set", "workload.global_batch=288", "--finalists", "1"]),
        _ => {}
    }
    place.succeed(&words);
}

#[test]
fn every_command_is_accepted_as_written() {
    let place = Workplace::new();
    let readme = read("README.md");
    let typed = readme.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands: Vec<&str> = typed.filter_map(|line| line.strip_prefix(PREFIX)).collect();
    assert!(commands.len() > 5, "the README shows commands");
    commands.iter().for_each(|command| accept(command, &place));
}

#[test]
fn the_first_run_is_accepted_as_written() {
    let place = Workplace::new();
    let mut accepted = 0;
    for block in Page::read("first_run").blocks {
        match block {
            Block::File { name, text } => place.put(&name, &text),
            Block::Console(commands) => {
                for command in commands {
                    let line =
                        command.line.strip_prefix(PREFIX).expect("the first tutorial works in a clone");
                    accept(line, &place);
                    accepted += 1;
                }
            }
            Block::Arithmetic(_) => panic!("the first tutorial reckons nothing"),
        }
    }
    assert!(accepted > 3, "the first tutorial has commands");
}

#[test]
fn the_examples_of_the_readme_are_there() {
    for line in read("README.md").lines().filter(|line| line.contains("--example ")) {
        let words = words(line);
        let after =
            |flag: &str| words.iter().skip_while(|word| *word != flag).nth(1).expect("a flag has a value");
        let folder = if after("-p") == "copperlight-core" { "sim-core" } else { "scenarios" };
        let path = repository().join(folder).join("examples").join(format!("{}.rs", after("--example")));
        assert!(path.exists(), "{} is not there", path.display());
    }
}

#[test]
fn the_table_of_errors_is_that_of_the_baseline() {
    let head = "| measured | rows | error | from 64 MiB on |\n|---|---:|---:|---:|\n";
    let readme = read("README.md");
    let (before, rest) = readme.split_once(head).expect("the README has a table of errors");
    let behind: String = rest.split_inclusive('\n').skip_while(|line| line.starts_with('|')).collect();
    let made = format!("{before}{head}{}{behind}", rows_of_errors());
    if env::var_os("COPPERLIGHT_UPDATE_DOCS").is_some() {
        fs::write(repository().join("README.md"), &made).expect("the README can be written");
    } else {
        assert!(readme == made, "the table of errors is stale; run this test with COPPERLIGHT_UPDATE_DOCS=1");
    }
}

fn rows_of_errors() -> String {
    let baseline = read("scenarios/library/measured/baseline.json");
    let baseline: Value = serde_json::from_str(&baseline).expect("the baseline is JSON");
    let groups = baseline["groups"].as_object().expect("the baseline has groups");
    let row = |(what, names): &(&str, &[&str])| {
        let is_meant = |name: &str| match name.split_once(':') {
            // Sources of training runs, and classes of them, are parts of the first group.
            Some(_) => false,
            None => names.iter().any(|beginning| name.starts_with(beginning)),
        };
        let meant: Vec<&Value> =
            groups.iter().filter(|(name, _)| is_meant(name)).map(|(_, group)| group).collect();
        assert!(!meant.is_empty(), "no group begins with any of {names:?}");
        let (rows, error) = weighted(&meant, "all");
        let large = match weighted(&meant, "large") {
            (0, _) => "-".to_owned(),
            (_, error) => format!("{:.1} %", 100.0 * error),
        };
        format!("| {what} | {rows} | {:.1} % | {large} |\n", 100.0 * error)
    };
    MEASURED.iter().map(row).collect()
}

/// How many rows groups have together, and their mean error.
fn weighted(groups: &[&Value], part: &str) -> (u64, f64) {
    let compared = |group: &Value| group[part]["compared"].as_u64().expect("a group counts its rows");
    let rows: u64 = groups.iter().map(|group| compared(group)).sum();
    let error = |group: &Value| group[part]["mean_absolute_error"].as_f64().unwrap_or(0.0);
    let total: f64 = groups.iter().map(|group| error(group) * compared(group) as f64).sum();
    (rows, if rows == 0 { 0.0 } else { total / rows as f64 })
}
