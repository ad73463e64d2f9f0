//! The command line from words to output, without a process.

use super::diagnostics::Colour;
use super::{ExitStatus, Output, run_command_line};
use crate::report::Page;
use std::ffi::OsString;
use std::io::{self, Write};
use std::{env, fs, process};

struct Ran {
    status: ExitStatus,
    data: String,
    notes: String,
}

fn run(words: &[&str]) -> Ran {
    let (mut data, mut notes) = (Vec::new(), Vec::new());
    let mut output = Output {
        data: &mut data,
        notes: &mut notes,
        colour: Colour::Off,
        on_terminal: false,
        page: Page::PLAIN,
    };
    let words = ["copperlight"].iter().chain(words).map(OsString::from);
    let status = run_command_line(words, &mut output);
    let text = |bytes| String::from_utf8(bytes).expect("commands write text");
    Ran { status, data: text(data), notes: text(notes) }
}

#[test]
fn help_and_version_are_data() {
    for words in [["--help"], ["--version"]] {
        let ran = run(&words);
        assert_eq!((ran.status, ran.notes.as_str()), (ExitStatus::SUCCESS, ""));
        assert!(ran.data.contains("copperlight"));
    }
}

#[test]
fn bad_words_are_errors_and_nothing_else() {
    for words in [
        &[][..],
        &["runn"],
        &["run"],
        &["run", "nvl72-vs-cm384", "--trace", "no-such-folder/trace.json"],
        &["run", "nvl72-vs-cm384", "--trace-ranks", "0"],
        &["run", "nvl72-vs-cm384", "--threads", "0"],
        &["run", "nvl72-vs-cm384", "--set", "workload.micro_batch=7"],
        &["run", "nvl72-vs-cm384", "--fidelity", "packet"],
        &["run", "nvl72-vs-cm384", "nvl72-vs-cm384"],
        &["collective", "all-reduce"],
        &["collective", "all-reduce", "--system", "nvl72"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "--algorithm", "sharp"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "-b", "2M", "-e", "1M"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "-f", "1"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "-f", "nan"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "-f", "2", "-i", "1M"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "-i", "0"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "--chips", "0"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "--algorithm", "pairwise"],
        &["collective", "all-reduce", "--system", "gb200-nvl72", "--set", "scale_up.link_bandwidth=45"],
        &["flows", "no-such-file.json"],
        &["catalog", "chips", "h20O"],
    ] {
        let ran = run(words);
        assert_eq!(ran.status, ExitStatus::BAD_INPUT, "{words:?}");
        assert_eq!(ran.data, "", "{words:?}");
        assert!(!ran.notes.is_empty(), "{words:?}");
    }
}

#[test]
fn errors_of_scenarios_show_the_setting() {
    let ran = run(&["run", "nvl72-vs-cm384", "--set", "systems.chips=1000", "--set", "sweep=[]"]);
    assert!(ran.notes.contains("--set systems.chips=1000"), "{}", ran.notes);
    assert!(ran.notes.contains("use 896 or 1024 chips"), "{}", ran.notes);
}

#[test]
fn everything_built_in_is_listed() {
    let ran = run(&["list"]);
    for name in ["nvl72-vs-cm384", "gpt-1t", "llama-3.1-8b", "gb200-nvl72", "cloudmatrix384"] {
        assert!(ran.data.contains(name), "{name}");
    }
}

#[test]
fn catalogs_are_written_in_every_format() {
    for part in ["chips", "systems", "media", "switches", "transports", "software", "models", "gaps", "all"] {
        for format in ["table", "json", "csv", "markdown"] {
            let ran = run(&["catalog", part, "--format", format]);
            assert_eq!(ran.status, ExitStatus::SUCCESS, "{}", ran.notes);
            assert!(ran.data.lines().count() > 2, "{part} as {format}");
        }
    }
    let one = run(&["catalog", "chips", "h200", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&one.data).expect("one JSON document");
    assert_eq!(document["values"]["hbm_capacity"]["value"], 141.0);
}

#[test]
fn a_catalog_without_a_part_is_an_overview_that_ends_with_its_gaps() {
    let table = run(&["catalog"]).data;
    let gaps = table.find("known gaps").expect("the gaps have a title");
    assert!(table[..gaps].contains("transports") && table[gaps..].contains("hanguang-800"), "{table}");
    let document: serde_json::Value =
        serde_json::from_str(&run(&["catalog", "--format", "json"]).data).expect("one JSON document");
    assert!(document["parts"]["chips"].as_array().is_some_and(|chips| chips.len() > 30));
    assert!(document["gaps"][0]["looked"].is_string());
    for format in ["csv", "markdown"] {
        assert!(run(&["catalog", "--format", format]).data.contains("gb200-nvl72"), "{format}");
    }
}

#[test]
fn an_entry_shows_ranges_notes_and_what_follows_from_it() {
    let memory = run(&["catalog", "chips", "b200"]).data;
    assert!(memory.contains("180 to 192 GB") && memory.contains("180 GB in a DGX"), "{memory}");
    let system = run(&["catalog", "systems", "gb200-nvl72"]).data;
    let balance = system.lines().find(|line| line.contains("derived.scale_up_bytes_per_flop"));
    let balance = balance.expect("bytes per FLOP are derived");
    assert!(balance.contains("0.00036 B/FLOP") && balance.contains("bandwidth_per_chip / chip.peak_bf16"));
    let words = ["catalog", "systems", "gb200-nvl72", "--format", "json"];
    let document: serde_json::Value = serde_json::from_str(&run(&words).data).expect("one JSON document");
    assert_eq!(document["derived"]["peak_bf16"]["value"], 180.0);
    let words = ["catalog", "models", "gpt-1t", "--format", "json"];
    let document: serde_json::Value = serde_json::from_str(&run(&words).data).expect("one JSON document");
    assert_eq!(document["values"]["layers"]["value"], 128);
    assert_eq!(document["derived"]["parameters"]["value"], 1_008_038_758_400_u64);
    let model = run(&["catalog", "models", "deepseek-v3"]).data;
    for text in ["671026419200", "37552297472", "2.6064e11", "DeepSeek-AI 2024, arXiv:2412.19437"] {
        assert!(model.contains(text), "{text}: {model}");
    }
}

#[test]
fn a_name_of_another_part_is_sent_there() {
    let ran = run(&["catalog", "systems", "gb200"]);
    assert_eq!(ran.status, ExitStatus::BAD_INPUT);
    assert_eq!(
        ran.notes,
        "error: NAME: `gb200` is not a known system; it is a chip: copperlight catalog chips gb200\n"
    );
    let ran = run(&["catalog", "gb200"]);
    let start =
        "error: `gb200` is not a part of the catalog; it is a chip: copperlight catalog chips gb200\n";
    assert!(ran.notes.starts_with(start), "{}", ran.notes);
    let ran = run(&["catalog", "transports", "nvlink5"]);
    assert_eq!(
        ran.notes,
        "error: NAME: `nvlink5` is not a known transport; did you mean `nvlink5-efa` or `nvlink5-infiniband` or `nvlink5-roce`?\n"
    );
}

#[test]
fn a_collective_runs_over_its_sizes() {
    let words =
        ["collective", "all-reduce", "--system", "gb200-nvl72", "--chips", "4", "-b", "1K", "-e", "4K"];
    let ran = run(&[&words[..], &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&ran.data).expect("one JSON document");
    let sizes: Vec<_> =
        report["rows"].as_array().expect("rows").iter().map(|row| row["size_bytes"].clone()).collect();
    assert_eq!(sizes, [1024, 2048, 4096]);
    assert_eq!(report["chips"], 4);
}

/// A reader that has seen enough.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_is_success_and_silence() {
    for words in
        [&["list"][..], &["catalog", "chips", "--format", "csv"], &["catalog", "chips", "--format", "json"]]
    {
        let mut notes = Vec::new();
        let mut output = Output {
            data: &mut Closed,
            notes: &mut notes,
            colour: Colour::Off,
            on_terminal: false,
            page: Page::PLAIN,
        };
        let words = ["copperlight"].iter().chain(words).map(OsString::from);
        assert_eq!(run_command_line(words, &mut output), ExitStatus::SUCCESS);
        assert_eq!(String::from_utf8_lossy(&notes), "");
    }
}

#[test]
fn a_closed_pipe_costs_no_files() {
    let folder = env::temp_dir().join(format!("copperlight-closed-pipe-{}", process::id()));
    let scenario = folder.join("star.toml");
    let text = "scenario.name = 'star'\nworkload = { kind = 'collective', operation = 'all-gather', size = '1 kB' }\n\
                [[systems]]\nchips = 2\n\
                fabric = { family = 'star', link_bandwidth = '1 GB/s', link_latency = '1 us' }\n";
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&scenario, text))
        .expect("there is a temporary folder");
    let out = folder.join("out");
    let words = ["copperlight", "run"].map(OsString::from).into_iter();
    let words = words.chain([scenario.into_os_string(), "--out".into(), out.clone().into_os_string()]);
    let mut notes = Vec::new();
    let mut output = Output {
        data: &mut Closed,
        notes: &mut notes,
        colour: Colour::Off,
        on_terminal: false,
        page: Page::PLAIN,
    };
    let status = run_command_line(words, &mut output);
    let written = out.join("report.html").exists();
    fs::remove_dir_all(&folder).expect("the folder of the test can be removed");
    assert_eq!((status, written), (ExitStatus::SUCCESS, true), "{}", String::from_utf8_lossy(&notes));
}
