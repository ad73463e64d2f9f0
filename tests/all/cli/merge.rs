//! Shards of a sweep, and `copperlight merge`: what the undivided run writes, or a refusal that names the part.

use super::sweep::{SWEEP, assert_same, sweep};
use super::{TINY, Workplace};
use std::fs;

/// Runs every shard of `count` into `folder`.
fn run_shards(place: &Workplace, scenario: &str, (folder, count): (&str, usize)) {
    for number in 1..=count {
        let shard = format!("{number}/{count}");
        let done = place.succeed(&["run", scenario, "--out", folder, "--shard", &shard]);
        assert_eq!(done.stdout, "", "a shard has no results of its own");
        assert!(done.stderr.contains(&format!("`copperlight merge {folder} --out DIR`")), "{}", done.stderr);
        assert!(place.path(folder).join(format!("points-{number}-of-{count}.jsonl")).is_file());
    }
}

#[test]
fn shards_merge_to_the_undivided_run() {
    let place = sweep();
    let whole = place.succeed(&["run", "sweep.toml", "--out", "whole", "--format", "jsonl", "--quiet"]);
    for count in [1, 2, 3, 7] {
        let (shards, merged) = (format!("shards-{count}"), format!("merged-{count}"));
        run_shards(&place, "sweep.toml", (&shards, count));
        let done = place.succeed(&["merge", &shards, "--out", &merged, "--format", "jsonl", "--quiet"]);
        assert_eq!(done.stdout, whole.stdout);
        assert_same(&place, "whole", &merged);
    }
}

#[test]
fn shards_of_training_merge_with_all_figures_wherever_they_lie() {
    let place = Workplace::with("tiny.toml", TINY);
    let whole = place.succeed(&["run", "tiny.toml", "--out", "whole"]);
    // Four points and two curves: some of these shards have nothing to do.
    for number in 1..=8 {
        let (folder, shard) = (format!("machine-{}", number % 3), format!("{number}/8"));
        place.succeed(&["run", "tiny.toml", "--out", &folder, "--shard", &shard, "--quiet"]);
    }
    let parts = ["machine-2", "machine-0/points-3-of-8.jsonl", "machine-0/points-6-of-8.jsonl", "machine-1"];
    let done = place.succeed(&[&["merge"], &parts[..], &["--out", "merged"]].concat());
    assert_eq!(done.stdout, whole.stdout);
    assert_eq!(done.stderr, whole.stderr.replace("wrote whole", "wrote merged"));
    assert_same(&place, "whole", "merged");
}

#[test]
fn a_shard_that_is_run_again_has_nothing_to_do() {
    let place = sweep();
    run_shards(&place, "sweep.toml", ("shards", 2));
    let before = fs::read(place.path("shards/points-1-of-2.jsonl")).expect("the shard is there");
    let done = place.succeed(&["run", "sweep.toml", "--out", "shards", "--shard", "1/2"]);
    assert!(done.stderr.contains("90 of 90 points of shard 1/2 are taken from"), "{}", done.stderr);
    assert_eq!(fs::read(place.path("shards/points-1-of-2.jsonl")).expect("the shard is there"), before);
}

#[test]
fn shards_are_named_from_1_to_n() {
    let place = sweep();
    let refused = |shard: &str, says: &str| {
        place.refuse(&["run", "sweep.toml", "--out", "out", "--shard", shard], &["--shard", says]);
    };
    refused("0/4", "there is no shard 0 of 4: shards are numbered from 1 to 4");
    refused("5/4", "there is no shard 5 of 4");
    refused("x/y", "`x/y` is not of the form I/N, such as 2/4");
    refused("1/0", "cannot be shared among 0 shards");
    place.refuse(&["run", "sweep.toml", "--no-files", "--shard", "1/2"], &["--shard", "--no-files"]);
}

/// A place with the shards of one run in `shards`.
fn sharded(count: usize) -> Workplace {
    let place = sweep();
    run_shards(&place, "sweep.toml", ("shards", count));
    place
}

fn refuse(place: &Workplace, parts: &[&str], says: &[&str]) {
    place.refuse(&[&["merge"], parts, &["--out", "merged"]].concat(), says);
}

#[test]
fn what_is_missing_or_there_twice_is_named() {
    let place = sharded(4);
    fs::create_dir(place.path("empty")).expect("the folder of the test can be written");
    refuse(&place, &["empty"], &["empty holds no file `points-I-of-N.jsonl`"]);
    refuse(&place, &["absent"], &["cannot read absent"]);
    refuse(&place, &["sweep.toml"], &["sweep.toml is no shard of a run"]);
    let two = ["shards/points-4-of-4.jsonl", "shards/points-1-of-4.jsonl"];
    refuse(&place, &two, &["these shards of 4 are missing: 2, 3"]);
    let twice = ["shards", "shards/points-3-of-4.jsonl"];
    refuse(&place, &twice, &["shards/points-3-of-4.jsonl and", "are both shard 3/4"]);
    // A shard that was interrupted: its last lines are not there.
    let path = place.path("shards/points-2-of-4.jsonl");
    let text = fs::read_to_string(&path).expect("the shard is there");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&path, lines[..lines.len() - 3].concat()).expect("the shard can be torn");
    let says = ["points-2-of-4.jsonl has 43 of its 45 parts", "`--shard 2/4`"];
    refuse(&place, &["shards"], &says);
    place.succeed(&["run", "sweep.toml", "--out", "shards", "--shard", "2/4"]);
    place.succeed(&["merge", "shards", "--out", "merged"]);
}

#[test]
fn shards_of_different_runs_are_not_merged() {
    let place = sharded(2);
    place.put("other.toml", &SWEEP.replace("name = \"sweep\"", "name = \"other\""));
    place.put("changed.toml", &SWEEP.replace("ring", "direct"));
    let run = |arguments: &[&str]| {
        place.succeed(&[&["run"], arguments, &["--shard", "2/2", "--quiet"]].concat());
    };
    run(&["other.toml", "--out", "other"]);
    run(&["changed.toml", "--out", "changed"]);
    run(&["sweep.toml", "--out", "unfolded", "--no-fold"]);
    place.succeed(&["run", "sweep.toml", "--out", "thirds", "--shard", "2/3", "--quiet"]);
    let first = "shards/points-1-of-2.jsonl";
    let with = |folder: &str, says: &[&str]| refuse(&place, &[first, folder], says);
    with("other", &["other/points-2-of-2.jsonl is of the scenario `other`", "of `sweep`"]);
    with(
        "changed",
        &["changed/points-2-of-2.jsonl was made otherwise", "from another version of the scenario"],
    );
    with("unfolded", &["unfolded/points-2-of-2.jsonl was made otherwise", "with other options"]);
    with("thirds", &["thirds/points-2-of-3.jsonl is shard 2/3", "is shard 1/2", "have the same N"]);
    // The folder of another scenario is not written into.
    let done = place.run(&["merge", "shards", "--out", "other"]);
    assert!(done.code == 2 && done.stderr.contains("points of the scenario `other`"), "{}", done.stderr);
}
