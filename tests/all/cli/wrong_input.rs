//! Scenarios that are wrong: exit code 2, nothing written, and file, line, text and remedy on standard error.

use super::{TINY, Workplace};

/// `TINY` with one line changed: what is refused, and what is said.
struct Wrong {
    line: &'static str,
    becomes: &'static str,
    says: &'static [&'static str],
}

const WRONG: &[Wrong] = &[
    Wrong {
        line: "micro_batch = 1",
        becomes: "micro_bach = 1",
        says: &["unknown key `micro_bach` in [workload]", "did you mean `micro_batch`?"],
    },
    Wrong {
        line: "[workload.model]",
        becomes: "[workload.modle]",
        says: &["`modle`", "did you mean `model`?"],
    },
    Wrong { line: "micro_batch = 1", becomes: "micro_batch = \"one\"", says: &["micro_batch", "\"one\""] },
    Wrong { line: "hidden = 1024", becomes: "hidden = 1024.5", says: &["hidden = 1024.5", "whole number"] },
    Wrong {
        line: "chips = 8",
        becomes: "chips = 8\nscale_up.link_bandwidth = \"45 GB\"",
        says: &["`GB` is not a unit of bandwidth", "GB/s"],
    },
    Wrong {
        line: "chips = 8",
        becomes: "chips = 8\nscale_up.link_bandwidth = 45",
        says: &["scale_up.link_bandwidth = 45", "with a number and its unit"],
    },
    Wrong { line: "chips = 8", becomes: "chips = 0", says: &["`chips` is 0", "from 1 to 1000000"] },
    Wrong { line: "chips = 8", becomes: "chips = -8", says: &["`chips` is -8", "from 1 to 1000000"] },
    Wrong { line: "chips = 8", becomes: "chips = 1000000000000", says: &["`chips` is 1000000000000"] },
    Wrong {
        line: "preset = \"gb200-nvl72\"",
        becomes: "preset = \"gb200-nvl27\"",
        says: &["`gb200-nvl27` is not a known preset", "did you mean `gb200-nvl72`?"],
    },
    Wrong {
        line: "preset = \"gb200-nvl72\"",
        becomes: "preset = \"vr-nvl72\"",
        says: &["not available yet"],
    },
    Wrong { line: "tensor = 2", becomes: "tensor = 7", says: &["illegal plan", "use 4 or 8"] },
    Wrong { line: "pipeline = 2", becomes: "pipeline = 8", says: &["illegal plan", "4 layers"] },
    Wrong {
        line: "global_batch = 16",
        becomes: "global_batch = 16\nzero = 1",
        says: &["unknown key `zero`"],
    },
    Wrong {
        line: "tensor = 2",
        becomes: "tensor = 2\ntensor_chunks = 0",
        says: &["`tensor_chunks` is 0", "from 1 to 64"],
    },
    Wrong {
        line: "tensor = 2",
        becomes: "tensor = 2\nvirtual_stages = 2",
        says: &["`virtual_stages` means nothing for", "write schedule = \"interleaved-1f1b\""],
    },
    Wrong {
        line: "tensor = 2",
        becomes: "tensor = 2\nschedule = \"interleaved\"",
        says: &["`interleaved` is not a known schedule", "interleaved-1f1b"],
    },
    Wrong {
        line: "seed = 3",
        becomes: "fidelity = \"packet\"",
        says: &["packet", "not available yet", "available: flow"],
    },
    Wrong {
        line: "kind = \"training\"",
        becomes: "kind = \"flows\"",
        says: &["flows", "not available yet", "available: training, collective, traffic"],
    },
    Wrong {
        line: "kind = \"training\"",
        becomes: "kind = \"traffic\"\npattern = \"incst\"",
        says: &["did you mean `incast`?", "[workload] needs the key `size`"],
    },
    Wrong { line: "precision = \"bf16\"", becomes: "precision = \"bf61\"", says: &["did you mean `bf16`?"] },
    Wrong { line: "heads = 16", becomes: "heads = 0", says: &["heads", "0"] },
    Wrong { line: "values = [16, 32]", becomes: "values = []", says: &["values"] },
    Wrong {
        line: "values = [16, 32]",
        becomes: "values = [33, 35]",
        says: &["illegal plan", "global_batch", "33"],
    },
    Wrong {
        line: "name = \"light\"",
        becomes: "name = \"copper\"",
        says: &["`copper` is given to two systems"],
    },
    Wrong { line: "name = \"tiny\"", becomes: "name = \"../tiny\"", says: &["`../tiny`", "letters"] },
    Wrong { line: "seed = 3", becomes: "seed = ", says: &["not TOML"] },
    Wrong { line: "name = \"light\"", becomes: "name = \"\"", says: &["name of a system is empty"] },
    Wrong {
        line: "values = [16, 32]",
        becomes: "values = [16, 32, 16]",
        says: &["16 is listed twice", "list each value once"],
    },
    Wrong {
        line: "parameter = \"workload.global_batch\"",
        becomes: "parameter = \"systems[9].chips\"",
        says: &["`systems[9]` does not exist", "only 2"],
    },
    Wrong {
        line: "chips = 16",
        becomes: "chips = 16\nchip.hbm_bandwidth = \"10 B/s\"",
        says: &["`chip.hbm_bandwidth` is 10 B/s", "from 1 MB/s to 1000 TB/s"],
    },
];

#[test]
fn wrong_scenarios_are_refused_with_file_and_line() {
    for wrong in WRONG {
        assert_eq!(
            TINY.lines().filter(|line| *line == wrong.line).count(),
            1,
            "`{}` is one line",
            wrong.line
        );
        let text = TINY.replace(&format!("\n{}\n", wrong.line), &format!("\n{}\n", wrong.becomes));
        let place = Workplace::with("wrong.toml", &text);
        let first = text.lines().zip(TINY.lines()).position(|(a, b)| a != b).expect("a line is changed");
        let added = wrong.becomes.lines().count();
        place.refuse(&["run", "wrong.toml", "--out", "out"], wrong.says);
        let stderr = place.run(&["run", "wrong.toml", "--no-files"]).stderr;
        // A plan is held against chips and batch that stand on other lines.
        let named =
            (1..=TINY.lines().count() + added).any(|line| stderr.contains(&format!("wrong.toml:{line}:")));
        assert!(named, "`{}`: no line is named:\n{stderr}", wrong.becomes);
        if !stderr.contains("illegal plan") {
            let near =
                (first + 1..=first + added).any(|line| stderr.contains(&format!("wrong.toml:{line}:")));
            assert!(near, "`{}`: another line than {} is named:\n{stderr}", wrong.becomes, first + 1);
        }
    }
}

#[test]
fn an_ambiguous_size_offers_both_readings() {
    let text = r#"
[scenario]
name = "sizes"
[[systems]]
name = "star"
preset = "gb200-nvl72"
chips = 8
[workload]
kind = "collective"
operation = "all-reduce"
size = "128M"
"#;
    let place = Workplace::with("sizes.toml", text);
    let says = ["sizes.toml:11:8", "size = \"128M\"", "`128 MB` (10^6)", "`128 MiB` (2^20)"];
    place.refuse(&["run", "sizes.toml", "--out", "out"], &says);
}

#[test]
fn what_is_no_scenario_is_refused() {
    let place = Workplace::with("empty.toml", "");
    std::fs::write(place.path("binary.toml"), [0xff, 0xfe, 0x00]).expect("the folder can be written");
    place.refuse(&["run", "missing.toml"], &["missing.toml", "no such file", "copperlight list"]);
    place.refuse(&["run", "nvl72-vs-cm385"], &["did you mean the library scenario `nvl72-vs-cm384`?"]);
    place.refuse(&["run", "."], &["it is a folder"]);
    place.refuse(&["run", "empty.toml"], &["empty.toml", "`scenario`", "`systems`", "`workload`"]);
    place.refuse(&["run", "binary.toml"], &["binary.toml", "UTF-8"]);
    place.refuse(&["run"], &["SCENARIO"]);
}

#[test]
fn wrong_settings_are_refused_with_the_setting() {
    let place = Workplace::with("tiny.toml", TINY);
    let refuse = |setting: &str, says: &[&str]| {
        place.refuse(
            &["run", "tiny.toml", "--out", "out", "--set", setting],
            &[&["--set", setting], says].concat(),
        );
    };
    refuse("workload.micro_bach=2", &["did you mean `micro_batch`?"]);
    refuse("nonsense", &["PATH=VALUE"]);
    refuse("systems[9].chips=8", &["only 2"]);
    refuse("workload..micro_batch=2", &["not a path"]);
    refuse("workload.micro_batch=many", &["micro_batch"]);
    refuse("systems.chips=0", &["`chips` is 0"]);
    refuse("systems[0].scale_up.link_bandwith=45 GB/s", &["did you mean", "link_bandwidth"]);
}

#[test]
fn wrong_flags_are_refused() {
    let place = Workplace::with("tiny.toml", TINY);
    let run = |rest: &[&'static str]| [&["run", "tiny.toml"], rest].concat();
    place.refuse(&run(&["--threads", "0"]), &["--threads"]);
    place.refuse(&run(&["--seed", "-1"]), &["invalid value '-1' for '--seed <N>'"]);
    place.refuse(&run(&["--fidelity", "packet"]), &["packet", "not available yet"]);
    place.refuse(&run(&["--format", "yaml"]), &["yaml", "json"]);
    place.refuse(&run(&["--no-files", "--out", "out"]), &["--no-files", "--out"]);
    place.refuse(&run(&["--no-such-flag"]), &["--no-such-flag"]);
    place.refuse(&["run", "tiny.toml", "tiny.toml"], &["`tiny`"]);
}

#[test]
fn one_wrong_scenario_stops_all() {
    let place = Workplace::with("tiny.toml", TINY);
    place.put("wrong.toml", &TINY.replace("micro_batch = 1", "micro_bach = 1"));
    place.refuse(&["run", "tiny.toml", "wrong.toml", "--out", "out"], &["wrong.toml", "`micro_bach`"]);
}
