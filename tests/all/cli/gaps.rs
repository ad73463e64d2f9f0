//! Gaps move with their cause: the trace of a run shows who waits for a slow chip, and who for a long stage.

use super::Workplace;
use super::trace::{LEDGER, Read, read, sums};
use std::collections::BTreeMap;

const SMALL: &str = r#"
[scenario]
name = "gaps"

[[systems]]
preset = "gb200-nvl72"
chips = 4

[workload]
kind = "training"
sequence_length = 512
micro_batches = 8

[workload.model]
layers = 8
hidden = 1024
heads = 16
ffn = 4096
vocab = 1024

[report]
curves = []
"#;

/// The sums of every rank's ledger, in picoseconds, with nothing folded.
fn ledgers(text: &str) -> Vec<BTreeMap<String, u64>> {
    let place = Workplace::with("gaps.toml", text);
    place.succeed(&["run", "gaps.toml", "--no-files", "--no-fold", "--trace", "timeline.json"]);
    let timeline: Read = read(&place.read("timeline.json"));
    let ranks = timeline.points[0]["ranks"].as_array().expect("ranks are an array");
    let owned = |rank: &serde_json::Value| {
        let process = rank["process"].as_u64().expect("a process has a number");
        sums(&timeline.tracks[&(process, LEDGER)])
            .into_iter()
            .map(|(name, sum)| (name.to_owned(), sum))
            .collect()
    };
    ranks.iter().map(owned).collect()
}

fn each(ledgers: &[BTreeMap<String, u64>], entry: &str) -> Vec<u64> {
    ledgers.iter().map(|ledger| ledger.get(entry).copied().unwrap_or(0)).collect()
}

/// Four replicas of one chip each, of which this one is slow.
fn with_slow(chip: usize) -> Vec<BTreeMap<String, u64>> {
    ledgers(&format!(
        "{SMALL}\n[workload.parallelism]\ndata = 4\n\
         [[systems.degrade]]\ntarget = 'chip:{chip}'\ncompute = 0.8\n"
    ))
}

#[test]
fn whoever_is_not_slow_waits() {
    let first = with_slow(0);
    let waits = each(&first, "wait");
    assert_eq!(waits[0], 0, "nobody waits for himself");
    assert!(waits[1] > 0 && waits[1..].iter().all(|&wait| wait == waits[1]), "{waits:?}");
    assert!(each(&first, "compute")[0] > each(&first, "compute")[1]);
    for slow in 1..4 {
        let mut expected = first.clone();
        expected.swap(0, slow);
        assert_eq!(with_slow(slow), expected, "the ledgers of replicas 0 and {slow} change places");
    }
}

/// A pipeline of four stages with so many layers each.
fn with_layers(layers: [u64; 4]) -> Vec<BTreeMap<String, u64>> {
    ledgers(&format!("{SMALL}\n[workload.parallelism]\npipeline = 4\nlayers_per_chunk = {layers:?}\n"))
}

#[test]
fn the_longest_stage_has_the_shortest_bubble() {
    let even = each(&with_layers([2; 4]), "bubble");
    for long in 0..4 {
        let mut layers = [1; 4];
        layers[long] = 5;
        let uneven = with_layers(layers);
        let (bubbles, computing) = (each(&uneven, "bubble"), each(&uneven, "compute"));
        let busiest = (0..4).max_by_key(|&stage| computing[stage]);
        assert_eq!(busiest, Some(long), "{computing:?}");
        for other in (0..4).filter(|&stage| stage != long) {
            assert!(bubbles[other] > bubbles[long], "stage {long} of {layers:?} is waited for: {bubbles:?}");
            assert!(bubbles[other] > even[other], "{layers:?}: {bubbles:?}, evenly {even:?}");
        }
    }
}
