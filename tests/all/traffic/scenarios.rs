//! `kind = "traffic"` in scenario files: closed forms, sweeps, threads, folding, seeds, degradation, every form of output.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::{Drawn, Page, ScenarioReport, TrafficRow, csv, html, json, markdown, table};
use copperlight::run::{EngineOptions, RunOptions, SensitivityOptions, run_scenario, sensitivity};
use copperlight_topologies::{System, catalog};
use std::io;

const STAR: &str = r#"
[scenario]
name = "traffic"
seed = 7

[[systems]]
name = "star"
chips = 8
transport = "ideal"

[systems.fabric]
family = "star"
link_bandwidth = "50 GB/s"
link_latency = "250 ns"

[workload]
kind = "traffic"
pattern = "incast"
size = "1 MB"
"#;

const PRESET: &str = r#"
[scenario]
name = "preset"

[[systems]]
preset = "gb200-nvl72"
chips = 96

[workload]
kind = "traffic"
size = "1 MiB"

[[sweep]]
parameter = "workload.pattern"
values = ["permutation", "incast", "uniform", "hot-spot"]
"#;

const EIGHT_CHIPS: &str = r#"
[scenario]
name = "eight"

[[systems]]
preset = "gb200-nvl72"
chips = 8

[workload]
kind = "traffic"
pattern = "uniform"
size = "1 MiB"
"#;

fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    check(SourceText::new("test.toml", text), &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

fn run_with(text: &str, settings: &[&str], options: &RunOptions) -> ScenarioReport {
    let report = run_scenario(&scenario(text, settings), options, &|_| {});
    report.unwrap_or_else(|error| panic!("{error}"))
}

fn run(text: &str, settings: &[&str]) -> ScenarioReport {
    run_with(text, settings, &RunOptions::default())
}

fn rows(report: &ScenarioReport) -> Vec<&TrafficRow> {
    report.results.results.iter().filter_map(|point| point.traffic.as_ref()).collect()
}

fn time(text: &str, settings: &[&str]) -> f64 {
    rows(&run(text, settings))[0].time_us
}

#[test]
fn a_star_gives_the_closed_forms() {
    // 1 MB at 50 GB/s is 20 us; the first byte takes two links of 250 ns, by the preset of a star.
    let latency = 0.5;
    for (pattern, flows) in [("permutation", 1.0), ("incast", 7.0), ("uniform", 7.0)] {
        let report = run(STAR, &[&format!("workload.pattern={pattern}")]);
        let row = rows(&report)[0];
        let ideal = flows * 20.0;
        assert!((row.time_us - latency - ideal).abs() < 2e-6, "{pattern}: {row:?}");
        assert!(
            (row.ideal_time_us - ideal).abs() < 1e-6 && (row.ideal_share - ideal / row.time_us).abs() < 1e-12
        );
        let [mean, median, p99] = [row.flow_time_mean_us, row.flow_time_median_us, row.flow_time_p99_us];
        assert!([mean, median, p99].iter().all(|time| (time - row.time_us).abs() < 1e-9), "all end together");
        let moved = row.flows as f64 * 1e6;
        assert_eq!(row.total_bytes as f64, moved);
        assert!((row.throughput_gb_per_s - moved / row.time_us / 1e3).abs() < 1e-9);
        assert!((row.throughput_gb_per_s_per_chip * 8.0 - row.throughput_gb_per_s).abs() < 1e-9);
    }
}

#[test]
fn what_holds_traffic_up_is_named() {
    let bound = |pattern: &str, setting: &str| {
        rows(&run(STAR, &[&format!("workload.pattern={pattern}"), setting]))[0].bound_by.clone()
    };
    for (pattern, expected) in [
        ("permutation", "injection"),
        ("incast", "ejection"),
        ("uniform", "injection"),
        ("hot-spot", "injection"),
    ] {
        assert_eq!(bound(pattern, "workload.size=1 MB"), format!("scale-up {expected}"), "{pattern}");
        assert_eq!(bound(pattern, "workload.size=1 B"), "latency", "{pattern}");
    }
    assert_eq!(bound("hot-spot", "workload.hot_share=0.5"), "scale-up ejection");
}

#[test]
fn keys_of_patterns_reach_the_flows() {
    let flows = |settings: &[&str]| rows(&run(STAR, settings))[0].flows;
    assert_eq!(flows(&["workload.senders=3"]), 3);
    assert_eq!(flows(&["workload.senders=all", "workload.target=5"]), 7);
    assert_eq!(flows(&["workload.pattern=uniform", "workload.flows_per_chip=2"]), 16);
    assert_eq!(flows(&["workload.pattern=permutation", "workload.shift=3"]), 8);
    // 6 cold chips send to 2 hot and 3 cold ones, the 2 hot chips to 1 hot and 3 cold ones.
    let hot = ["workload.pattern=hot-spot", "workload.hot_chips=2", "workload.flows_per_chip=3"];
    assert_eq!(flows(&hot), 6 * 5 + 2 * 4);
}

#[test]
fn links_carry_what_is_sent() {
    let report = run(STAR, &[]);
    let point = &report.results.results[0];
    // 7 MB over a link up and a link down each.
    assert_eq!(point.tier_bytes.as_ref().expect("links carried something")["scale-up"], 14_000_000);
    let busy = point.link_utilization.as_ref().expect("links were busy")["scale-up"];
    // 14 MB over 16 links of 50 GB/s.
    let mean = 14e6 / (16.0 * 50e9 * rows(&report)[0].time_us / 1e6);
    assert!((busy.mean - mean).abs() < 1e-9 && busy.peak >= busy.mean, "{busy:?}");
    assert_eq!(report.timelines.len(), 1);
}

#[test]
fn timelines_last_as_long_as_the_traffic() {
    let report = run(PRESET, &["sweep=[]", "workload.pattern=permutation"]);
    let point = &report.results.results[0];
    let end = rows(&report)[0].time_us / 1e6;
    for timeline in &report.timelines {
        let length = timeline.bin_seconds * timeline.utilization.len() as f64;
        assert!(length >= end && length - timeline.bin_seconds < end, "{}: {length} of {end}", timeline.tier);
        let mean = timeline.utilization.iter().sum::<f64>() * timeline.bin_seconds / end;
        let busy = point.link_utilization.as_ref().expect("links were busy")[&timeline.tier];
        assert!((mean - busy.mean).abs() < 0.02 * busy.mean + 1e-3, "{}: {mean}, {busy:?}", timeline.tier);
    }
}

#[test]
fn sizes_chips_and_patterns_can_be_swept() {
    let sizes = "sweep=[{parameter=\"workload.size\", from=\"1 KiB\", to=\"1 MiB\", factor=32}]";
    let times: Vec<f64> = rows(&run(STAR, &[sizes])).iter().map(|row| row.time_us).collect();
    assert!(times.len() == 3 && times.is_sorted());
    let chips = "sweep=[{parameter=\"systems.chips\", values=[2, 4, 8]}]";
    let flows: Vec<u64> = rows(&run(STAR, &[chips])).iter().map(|row| row.flows).collect();
    assert_eq!(flows, [1, 3, 7]);
    let patterns = run(PRESET, &[]);
    let names: Vec<&str> = rows(&patterns).iter().map(|row| row.pattern.as_str()).collect();
    assert_eq!(names, ["permutation", "incast", "uniform", "hot-spot"]);
    let shares = "sweep=[{parameter=\"workload.hot_share\", values=[0, 0.25, 0.5, 1]}]";
    let times: Vec<f64> =
        rows(&run(STAR, &["workload.pattern=hot-spot", shares])).iter().map(|row| row.time_us).collect();
    assert!(times.len() == 4 && times.is_sorted(), "{times:?}");
    let seeds = "sweep=[{parameter=\"workload.seed\", values=[1, 2, 3]}]";
    assert_eq!(rows(&run(PRESET, &["workload.pattern=permutation", seeds])).len(), 3);
}

#[test]
fn threads_and_folding_change_nothing() {
    let digest = |options: &RunOptions, settings: &[&str]| run_with(PRESET, settings, options).results.digest;
    let expected = digest(&RunOptions::default(), &[]);
    for threads in [1, 3] {
        let options = RunOptions { threads: Some(threads), ..RunOptions::default() };
        assert_eq!(digest(&options, &[]), expected, "{threads} threads");
    }
    let full = EngineOptions { fold: false, ..EngineOptions::default() };
    assert_eq!(digest(&RunOptions { engine: full, threads: None }, &[]), expected);
    let slow = r#"systems.degrade=[{target="plane:3",capacity=0.5},{target="link:domain0/chip1 <-> domain0/plane0",capacity=0}]"#;
    let folded = digest(&RunOptions::default(), &[slow]);
    assert_ne!(folded, expected);
    assert_eq!(digest(&RunOptions { engine: full, threads: None }, &[slow]), folded);
}

#[test]
fn draws_follow_the_seed() {
    let digest = |settings: &[&str]| {
        let settings = [&["sweep=[]", "workload.pattern=permutation"], settings].concat();
        run(PRESET, &settings).results.digest
    };
    assert_eq!(digest(&["scenario.seed=2"]), digest(&["scenario.seed=2"]));
    assert_ne!(digest(&["scenario.seed=2"]), digest(&["scenario.seed=3"]));
    assert_eq!(digest(&["workload.seed=3"]), digest(&["scenario.seed=3"]));
    assert_eq!(
        digest(&["workload.shift=3", "scenario.seed=2"]),
        digest(&["workload.shift=3", "scenario.seed=3"])
    );
}

#[test]
fn what_is_slow_makes_traffic_slower() {
    let preset = PRESET.replace("chips = 96", "chips = 72\ntransport = \"ideal\"");
    for pattern in ["permutation", "incast", "uniform", "hot-spot"] {
        let with =
            |degrade: &str| time(&preset, &["sweep=[]", &format!("workload.pattern={pattern}"), degrade]);
        let healthy = with("systems.degrade=[]");
        // Without 1 of 18 planes everything takes 18/17 of the time, but for the latency.
        let plane = with(r#"systems.degrade=[{target="plane:3",capacity=0}]"#);
        assert!(
            plane > healthy * 1.03 && plane < healthy * 18.0 / 17.0 + 1e-6,
            "{pattern}: {plane}, {healthy}"
        );
        // Chip 0 is the target and hot, and sends and receives in all others.
        let link = with(r#"systems.degrade=[{target="link:domain0/chip0 <-> domain0/plane5",capacity=0.5}]"#);
        assert!(link > healthy && link < plane * 1.1, "{pattern}: {link}, {healthy}");
    }
}

#[test]
fn slow_kernels_change_nothing_and_a_note_says_so() {
    let slow = run(EIGHT_CHIPS, &[r#"systems.degrade=[{target="chip:3",compute=0.5}]"#]);
    assert_eq!(slow.results.digest, run(EIGHT_CHIPS, &[]).results.digest);
    let note = "gb200-nvl72: `compute` of degrade changes nothing: traffic runs no kernels";
    assert!(slow.warnings.iter().any(|warning| warning == note), "{:?}", slow.warnings);
}

/// Every system of the catalog, some with a second domain, runs every pattern; what folds is what does not.
#[test]
fn every_system_runs_every_pattern() {
    for entry in catalog::systems() {
        let domain = System::preset(entry.name()).expect("the preset is in the catalog").domain_size();
        let chips = if domain <= 16 { domain + 3 } else { 11 };
        let system = format!("systems=[{{preset=\"{}\", chips={chips}}}]", entry.name());
        let folded = run(PRESET, &[&system]);
        let full = EngineOptions { fold: false, ..EngineOptions::default() };
        let full = run_with(PRESET, &[&system], &RunOptions { engine: full, threads: None });
        assert_eq!(folded.results.digest, full.results.digest, "{}", entry.name());
        for row in rows(&folded) {
            assert!(row.ideal_share > 0.0 && row.ideal_share <= 1.0, "{}: {row:?}", entry.name());
            assert!(row.flow_time_median_us <= row.flow_time_p99_us && row.flow_time_p99_us <= row.time_us);
            assert!(row.flow_time_mean_us <= row.time_us, "{}: {row:?}", entry.name());
        }
    }
}

#[test]
fn the_digest_of_a_known_run_never_changes() {
    // Written down once: draws, flows and times are the same on every machine and in every build profile.
    let settings = ["sweep=[]", "workload.pattern=hot-spot", "workload.flows_per_chip=5"];
    assert_eq!(run(PRESET, &settings).results.digest, "cf9647936dff098bbc1663428f028c26");
}

#[test]
fn a_resolved_scenario_reads_back() {
    for settings in
        [&["workload.senders=3"][..], &["workload.pattern=hot-spot"], &["workload.pattern=uniform"]]
    {
        let report = run(STAR, settings);
        let again = run(&report.resolved_toml, &[]);
        assert_eq!(again.results.digest, report.results.digest);
        assert_eq!(again.results.results, report.results.results);
    }
    let resolved = run(STAR, &["workload.pattern=hot-spot"]).resolved_toml;
    for line in ["hot_share = 0.1", "hot_chips = 1", "flows_per_chip = \"all\""] {
        assert!(resolved.contains(line), "{line} is missing in\n{resolved}");
    }
}

fn written(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("reports are UTF-8")
}

#[test]
fn every_form_of_output_has_the_figures() {
    let report = run(PRESET, &[]);
    let table = written(|out| table::write_report(out, &report, Page::PLAIN));
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    for part in ["traffic of 1 MiB a flow", "hot-spot", "ideal", "Link utilization until the last flow ends"]
    {
        assert!(table.contains(part), "{part} is missing in\n{table}");
    }
    assert!(written(|out| markdown::write_report(out, &report)).contains("bound by scale-out ejection"));
    let page = written(|out| html::write_report(out, &report, &Drawn::default()));
    assert!(page.contains("scale-out ejection"), "{page}");
    let csv = written(|out| csv::write_results(out, (&report.results).into()));
    for name in ["workload.pattern", "flow_time_p99_us", "ideal_share", "tier_bytes.scale-up"] {
        assert!(csv.lines().next().expect("there is a head").contains(name), "{name}");
    }
    let json = written(|out| json::write_results(out, (&report.results).into()));
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let first = &value["results"][0];
    assert_eq!((&first["pattern"], &first["step_time_s"]), (&"permutation".into(), &serde_json::Value::Null));
    let digest = report.results.digest.clone();
    let (results, digest_again) = {
        let read: copperlight::report::ScenarioResults = serde_json::from_str(&json).expect("it reads back");
        (read.results, read.digest)
    };
    assert_eq!((results, digest_again), (report.results.results.clone(), digest));
}

#[test]
fn ranges_say_what_they_mean_for_traffic() {
    let scenario = scenario(PRESET, &["sweep=[]", "workload.pattern=incast"]);
    let report = sensitivity(&scenario, &SensitivityOptions::default(), &|_| {})
        .expect("every value can be at its ends");
    let point = &report.points[0];
    let base = point.time.base.expect("the base runs");
    assert!(point.time.low.is_some_and(|low| low <= base) && point.rate.base.is_some());
}
