//! Input that no person writes: it is refused, and nothing panics.

use crate::file::{ScenarioErrors, SourceText, check};

const FOUNDING: &str = include_str!("../../../library/scenarios/nvl72-vs-cm384.toml");

fn refused(text: &str, settings: &[&str]) -> ScenarioErrors {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    check(SourceText::new("hostile", text), &settings).expect_err("hostile input is refused")
}

#[test]
fn empty_and_truncated_files_are_refused() {
    assert_eq!(refused("", &[]).errors.len(), 3);
    for length in (0..FOUNDING.len()).filter(|&length| FOUNDING.is_char_boundary(length)) {
        // What is cut off may still be a scenario; it must only not panic.
        drop(check(SourceText::new("cut", &FOUNDING[..length]), &[]).map_err(|errors| errors.to_string()));
    }
}

#[test]
fn every_line_left_out_or_doubled_is_survived() {
    let lines: Vec<&str> = FOUNDING.lines().collect();
    for index in 0..lines.len() {
        let without = [&lines[..index], &lines[index + 1..]].concat().join("\n");
        let doubled = [&lines[..=index], &lines[index..]].concat().join("\n");
        for text in [without, doubled] {
            drop(check(SourceText::new("edited", text), &[]).map_err(|errors| errors.to_string()));
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = format!("a = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    refused(&nested, &[]);
    let dotted = format!("{} = 1", vec!["a"; 50_000].join("."));
    refused(&dotted, &[]);
    let path = format!("{}=1", vec!["workload"; 50_000].join("."));
    refused(FOUNDING, &[&path]);
    refused(FOUNDING, &[&nested.replace("a = ", "workload=")]);
}

#[test]
fn impossible_numbers_are_refused() {
    let values =
        ["nan", "inf", "-inf", "-1", "0", "1e12", "1000000000000", "99999999999999999999999", "1.5", "\"\""];
    for key in ["systems.chips", "workload.global_batch", "workload.micro_batch", "workload.sequence_length"]
    {
        for value in values {
            let setting = format!("{key}={value}");
            refused(FOUNDING, &["sweep=[]", &setting]);
        }
    }
    for key in [
        "tensor",
        "pipeline",
        "context",
        "expert",
        "expert_tensor",
        "virtual_stages",
        "tensor_chunks",
        "data",
    ] {
        for value in values {
            let setting = format!("workload.parallelism.{key}={value}");
            refused(FOUNDING, &[&setting]);
        }
    }
    for value in values.into_iter().filter(|value| *value != "0") {
        refused(FOUNDING, &[&format!("workload.parallelism.zero={value}")]);
        refused(FOUNDING, &[&format!("workload.parallelism.layers_per_chunk=[{value}]")]);
        refused(FOUNDING, &[&format!("workload.recipe.interference={value}")]);
    }
}

#[test]
fn endless_sweeps_are_refused() {
    let sweep = |keys: &str| format!("sweep=[{{parameter = \"systems.chips\", {keys}}}]");
    for keys in [
        "from = 1, to = 1e300, factor = 1.0000001",
        "from = 1, to = 9e18, step = 1e-300",
        "from = 0, to = 10, factor = 2",
        "from = 2, to = 1, step = 1",
        "from = nan, to = 1, step = 1",
        "from = 1, to = 2, step = nan",
        "from = 1, to = 2, factor = inf",
        "from = 1, to = 2, step = 0",
        "from = \"1 KiB\", to = 5, step = 1",
        "from = 1, to = 2, step = 1, factor = 2",
        "from = 1, to = 2",
        "values = []",
        "values = 5",
        "values = [[[]]]",
        "values = [{}]",
    ] {
        refused(FOUNDING, &[&sweep(keys)]);
    }
}

#[test]
fn wrong_kinds_are_refused_everywhere() {
    for path in [
        "scenario",
        "scenario.name",
        "scenario.question",
        "scenario.seed",
        "systems",
        "systems[0]",
        "systems.name",
        "systems.preset",
        "workload",
        "workload.kind",
        "workload.model",
        "workload.precision",
        "workload.parallelism",
        "workload.parallelism.sequence_parallel",
        "workload.parallelism.schedule",
        "sweep",
        "report",
        "report.curves",
    ] {
        for value in ["5", "[1]", "1979-05-27", "[[]]", "{ a = { b = 1 } }"] {
            if path == "scenario.seed" && value == "5" {
                continue;
            }
            refused(FOUNDING, &[&format!("{path}={value}")]);
        }
    }
}

#[test]
fn malformed_settings_are_refused() {
    for setting in
        ["", "=", "=5", "workload", "a b=1", "systems[9].chips=1", "systems[=1", "workload.kind.x=1", "x=1"]
    {
        refused(FOUNDING, &[setting]);
    }
}
