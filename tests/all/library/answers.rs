//! The answers of the library's scenarios, at sizes that a debug build simulates in seconds.

use super::{digits, fits_pages};
use copperlight::file::{library_scenario_names, load};
use copperlight::report::{CollectiveRow, PointResult};
use copperlight::run::{RunOptions, run_scenario};

/// Names of scenarios, and what is set to make them small.
type Small = [(&'static str, &'static [&'static str])];

/// Curves as nccl-tests print them, at few bytes, some and many.
const CURVES: &Small = &[
    ("nccl-tests-ampere", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
    ("nccl-tests-hopper", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
    (
        "nccl-tests-blackwell",
        &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"],
    ),
    ("nccl-tests-amd", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
    ("nccl-tests-ascend", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
    ("nccl-tests-tpu", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
    ("nccl-tests-nodes", &["sweep[1]={parameter=\"workload.size\",values=[\"1 KiB\",\"1 MiB\",\"8 GiB\"]}"]),
];

/// Domains of 8 to 1,024 chips; bandwidth and latency.
const DOMAINS: &Small = &[
    (
        "domain-size-dense",
        &["workload.global_batch=288", "workload.model=llama-3.1-8b", "workload.parallelism.pipeline=4"],
    ),
    ("domain-size-experts", &["workload.global_batch=3072", "systems.chips=3072", "sweep[0].values=[128]"]),
    (
        "bandwidth-dense",
        &[
            "workload.global_batch=144",
            "sweep[0].values=[\"25 GB/s\",\"50 GB/s\",\"100 GB/s\"]",
            "sweep[1].values=[\"100 Gb/s\",\"400 Gb/s\",\"1600 Gb/s\"]",
        ],
    ),
    (
        "bandwidth-experts",
        &[
            "workload.global_batch=1024",
            "sweep[0].values=[\"25 GB/s\",\"50 GB/s\",\"100 GB/s\"]",
            "sweep[1].values=[\"100 Gb/s\",\"400 Gb/s\",\"1600 Gb/s\"]",
        ],
    ),
    (
        "bandwidth-collectives",
        &[
            "sweep[2].values=[\"25 GB/s\",\"50 GB/s\",\"100 GB/s\"]",
            "sweep[3].values=[\"100 Gb/s\",\"400 Gb/s\",\"1600 Gb/s\"]",
        ],
    ),
    (
        "latency-dense",
        &[
            "workload.global_batch=144",
            "sweep[0].values=[\"75 ns\",\"1200 ns\"]",
            "sweep[1].values=[\"330 ns\",\"5.28 us\"]",
        ],
    ),
    (
        "latency-experts",
        &[
            "workload.global_batch=1024",
            "sweep[0].values=[\"75 ns\",\"1200 ns\"]",
            "sweep[1].values=[\"330 ns\",\"5.28 us\"]",
        ],
    ),
    (
        "latency-collectives",
        &["sweep[2].values=[\"75 ns\",\"1200 ns\"]", "sweep[3].values=[\"330 ns\",\"5.28 us\"]"],
    ),
];

/// Media, slow and dead parts, thin fabrics between domains.
const PARTS: &Small = &[
    ("copper-or-optics-dense", &["workload.global_batch=144"]),
    ("copper-or-optics-experts", &["workload.global_batch=1024"]),
    ("copper-or-optics-collectives", &[]),
    ("straggler", &["workload.global_batch=12", "systems.chips=96"]),
    (
        "dead-plane",
        &["systems[8].chips=48", "systems[9].chips=48", "systems[10].chips=48", "systems[11].chips=48"],
    ),
    (
        "dead-plane-training",
        &[
            "workload.global_batch=48",
            "workload.model=llama-3.1-70b",
            "workload.parallelism.pipeline=8",
            "workload.parallelism.virtual_stages=2",
            "systems.chips=384",
        ],
    ),
    ("oversubscription-dense", &["workload.global_batch=144", "sweep[0].values=[1, 4, 7]"]),
    ("oversubscription-experts", &["workload.global_batch=1024", "sweep[0].values=[1, 4, 7]"]),
    ("oversubscription-collectives", &["sweep[1].values=[1, 4, 7]"]),
];

/// Chips against their parents and their children.
const CHIPS: &Small = &[
    ("export-chips-dense", &["workload.global_batch=128"]),
    ("export-chips-experts", &[]),
    ("export-chips-all-reduce", &["sweep[1]={parameter=\"workload.size\",values=[\"1 MiB\",\"8 GiB\"]}"]),
    ("hopper-to-blackwell-dense", &["workload.global_batch=144"]),
    ("hopper-to-blackwell-experts", &["workload.global_batch=1024"]),
];

#[test]
fn nccl_tests_curves() {
    hold(CURVES);
}

#[test]
fn domains_bandwidth_and_latency() {
    hold(DOMAINS);
}

#[test]
fn media_and_what_is_slow_gone_or_thin() {
    hold(PARTS);
}

#[test]
fn chips_against_their_kin() {
    hold(CHIPS);
}

/// The founding question and the patterns of traffic have tests of their own.
#[test]
fn every_scenario_has_its_answer_written_down() {
    let elsewhere = |name: &str| name.starts_with("nvl72-vs-cm384") || name == "incast-and-hot-spot";
    let held: Vec<&str> = [CURVES, DOMAINS, PARTS, CHIPS]
        .iter()
        .flat_map(|group| group.iter().map(|(name, _)| *name))
        .collect();
    for name in library_scenario_names().filter(|name| !elsewhere(name)) {
        assert!(held.contains(&name), "say how `{name}` becomes small, and what it answers then");
    }
}

fn hold(scenarios: &Small) {
    for (name, settings) in scenarios {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let scenario = load(name, &settings).unwrap_or_else(|errors| panic!("{errors}"));
        let report = run_scenario(&scenario, &RunOptions::default(), &|_| {});
        let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
        fits_pages(name, &report);
        let lines: Vec<String> = report.results.results.iter().map(line).collect();
        insta::assert_snapshot!(*name, lines.join("\n"));
    }
}

/// What a point is, and what came out of it.
fn line(point: &PointResult) -> String {
    let values: Vec<String> = point
        .point
        .values()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    let answer = point.collective.as_ref().map_or_else(|| of_step(point), of_collective);
    format!("{} on {} chips [{}]: {answer}", point.system, point.chips, values.join(", "))
}

fn of_collective(row: &CollectiveRow) -> String {
    let busbw = row.busbw_gb_per_s.map_or_else(|| "no".to_owned(), digits);
    format!("{} us, {busbw} GB/s, {} {}", digits(row.time_us), row.algorithm, row.protocol)
}

fn of_step(point: &PointResult) -> String {
    let value = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), digits);
    format!(
        "step {} s, mfu {}, exposed {}, {} J a token",
        value(point.step_time_s),
        value(point.mfu),
        value(point.exposed_communication_share),
        value(point.energy_j_per_token)
    )
}
