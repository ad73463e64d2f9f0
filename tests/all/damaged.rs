//! Tiny scenarios with wrong values, from the file to the results, in this process: no panic, no wait, no other exit code.

use copperlight::commands::diagnostics::Colour;
use copperlight::commands::{Output, run_command_line};
use copperlight::report::Page;
use copperlight_tests::cases;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use std::fs;
use std::time::{Duration, Instant};

const SCENARIOS: [&str; 3] = [
    include_str!("cli/tiny.toml"),
    r#"
[scenario]
name = "star"
[[systems]]
name = "star"
chips = 4
transport = "ideal"
[systems.fabric]
family = "star"
link_bandwidth = "50 GB/s"
link_latency = "500 ns"
[workload]
kind = "collective"
operation = "all-reduce"
size = "1 MiB"
algorithm = "ring"
[[sweep]]
parameter = "workload.size"
from = "1 KiB"
to = "64 KiB"
factor = 8
"#,
    r#"
[scenario]
name = "spot"
seed = 2
[[systems]]
preset = "hgx-h100"
chips = 8
scale_up.link_latency = "1 us"
[[systems.degrade]]
target = "plane:1"
capacity = 0.5
[workload]
kind = "traffic"
pattern = "hot-spot"
size = "1 MiB"
hot_share = 0.2
hot_chips = 2
flows_per_chip = 3
"#,
];

const VALUES: [&str; 36] = [
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7",
    "16",
    "-0.0",
    "0.5",
    "nan",
    "inf",
    "1e400",
    "1e12",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "true",
    "\"\"",
    "\"auto\"",
    "\"all\"",
    "\"none\"",
    "\"full\"",
    "\"ring\"",
    "\"\\u0000\"",
    "\"\\u001b[31m\"",
    "[]",
    "[[]]",
    "[2, 4]",
    "{}",
    "{ a = 1 }",
    "\"1 B\"",
    "\"1 PB\"",
    "\"0 GB/s\"",
    "\"1 kB/s\"",
    "\"1e300 GB/s\"",
    "\"1 s\"",
];

/// Every key that the schema knows, wherever it stands.
fn known_keys() -> Vec<String> {
    fn collect(schema: &Value, keys: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            keys.extend(properties.keys().cloned());
        }
        match schema {
            Value::Object(map) => map.values().for_each(|value| collect(value, keys)),
            Value::Array(list) => list.iter().for_each(|value| collect(value, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    collect(&copperlight::file::schema(), &mut keys);
    keys.sort();
    keys.dedup();
    keys
}

/// The text with the value of one key replaced, or with one more key.
fn damaged(text: &str, (line, key): (&Index, Option<&str>), value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let keys: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].contains(" = ")).collect();
    let at = keys[line.index(keys.len())];
    match key {
        Some(key) => lines.insert(at, format!("{key} = {value}")),
        None => {
            let name = lines[at].split(" = ").next().unwrap_or_default();
            lines[at] = format!("{name} = {value}");
        }
    }
    lines.join("\n") + "\n"
}

/// What a run says: exit code, standard output, standard error.
fn run(text: &str) -> (u8, String, String) {
    let folder = tempfile::TempDir::new().expect("a folder for the test can be made");
    let file = folder.path().join("damaged.toml");
    fs::write(&file, text).expect("the folder of the test can be written");
    let (mut data, mut notes) = (Vec::new(), Vec::new());
    let words =
        ["copperlight", "run", &file.to_string_lossy(), "--no-files", "--format", "json"].map(Into::into);
    let mut output = Output {
        data: &mut data,
        notes: &mut notes,
        colour: Colour::Off,
        on_terminal: false,
        page: Page::PLAIN,
    };
    let status = run_command_line(words, &mut output);
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    (status.code(), text(data), text(notes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(96)))]

    #[test]
    fn damaged_scenarios_end_with_a_code_and_a_reason(
        which in 0..SCENARIOS.len(),
        lines in prop::collection::vec((any::<Index>(), prop::option::of(any::<Index>()), prop::sample::select(&VALUES[..])), 1..3),
    ) {
        let known = known_keys();
        let mut text = SCENARIOS[which].to_owned();
        for (line, key, value) in &lines {
            let key = key.as_ref().map(|key| known[key.index(known.len())].as_str());
            text = damaged(&text, (line, key), value);
        }
        let begun = Instant::now();
        let (code, data, notes) = run(&text);
        prop_assert!([0, 1, 2, 3].contains(&code), "exit code {code} of\n{text}");
        prop_assert!(begun.elapsed() < Duration::from_secs(60), "{:?} for\n{text}", begun.elapsed());
        if code == 0 {
            let results: Result<Value, _> = serde_json::from_str(&data);
            prop_assert!(results.is_ok(), "{data}\nof\n{text}");
        } else {
            prop_assert!(!notes.trim().is_empty(), "exit code {code} and no reason for\n{text}");
        }
        let hidden = notes.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t');
        prop_assert_eq!(hidden, None, "a terminal gets:\n{}", notes);
    }
}
