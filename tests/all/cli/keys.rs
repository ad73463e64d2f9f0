//! The pages about scenario files name every key that the program takes.

use super::Workplace;
use std::collections::BTreeSet;

const PAGES: [&str; 2] = [
    include_str!("../../../docs/src/reference/scenario_files.md"),
    include_str!("../../../docs/src/reference/models.md"),
];

/// Keys that are read to be refused as not available yet.
const LATER: [&str; 4] = ["plan", "zip", "tokens", "timeline"];

/// One key too many in every table; the messages list those that there are.
const NONSENSE: &str = r#"
[scenario]
name = "nonsense"
nonsense = 1
[[systems]]
preset = "gb200-nvl72"
nonsense = 1
[workload]
kind = "training"
sequence_length = 512
micro_batches = 4
nonsense = 1
[workload.model]
layers = 8
hidden = 1024
heads = 16
ffn = 4096
vocab = 1024
nonsense = 1
[workload.parallelism]
nonsense = 1
[workload.recipe]
nonsense = 1
[[sweep]]
parameter = "systems.chips"
values = [8]
nonsense = 1
[[expect]]
metric = "mfu"
min = 0.1
nonsense = 1
[report]
nonsense = 1
"#;

/// The keys of all messages about this file.
fn known(text: &str) -> Vec<String> {
    let done = Workplace::with("nonsense.toml", text).run(&["run", "nonsense.toml"]);
    let lists = done.stderr.lines().filter_map(|line| line.split_once("known here: "));
    lists.flat_map(|(_, keys)| keys.split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What stands in backticks: keys, keys with a value, and the tables of `[workload]`.
fn named(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2).map(|code| {
        let word = code.split_whitespace().next().unwrap_or_default();
        word.trim_start_matches("[workload.").trim_end_matches(']')
    })
}

#[test]
fn every_key_has_a_row() {
    let collective = "[scenario]\nname = 'nonsense'\n[[systems]]\npreset = 'gb200-nvl72'\n\
                      [workload]\nkind = 'KIND'\nnonsense = 1\n";
    let others = ["collective", "traffic"].map(|kind| known(&collective.replace("KIND", kind)));
    let keys: BTreeSet<String> = known(NONSENSE).into_iter().chain(others.into_iter().flatten()).collect();
    assert!(keys.len() > 70, "the messages list keys: {keys:?}");
    let words: BTreeSet<&str> = PAGES.iter().flat_map(|page| named(page)).collect();
    let is_there = |key: &str| words.contains(key) || words.contains(key.replace('*', "KEY").as_str());
    let missing: Vec<&String> =
        keys.iter().filter(|key| !LATER.contains(&key.as_str()) && !is_there(key)).collect();
    assert!(missing.is_empty(), "keys without a word about them: {missing:?}");
}
