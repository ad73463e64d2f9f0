//! What a report of the founding scenario takes once everything is simulated: figures, tables, the page, all files.

use copperlight::file::load;
use copperlight::plot::draw;
use copperlight::report::files::{Written, write_files};
use copperlight::report::{CurveKind, Page, ScenarioReport, markdown, table};
use copperlight::run::{RunOptions, run_scenario};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SCENARIO: &str = "nvl72-vs-cm384";

const THREADS: usize = 2;

/// The largest page, in bytes.
const MOST_PAGE_BYTES: u64 = 1_500_000;

/// The smallest file, in bytes: an empty figure or table is smaller.
const LEAST_BYTES: u64 = 1_000;

/// Figures that the scenario has no data for: it sweeps one parameter.
const LEFT_OUT: [CurveKind; 1] = [CurveKind::HeatMap];

fn simulated() -> ScenarioReport {
    let scenario = load(SCENARIO, &[]).expect("the library scenario is sound");
    let options = RunOptions { threads: Some(THREADS), ..RunOptions::default() };
    run_scenario(&scenario, &options, &|_| {}).expect("the library scenario runs")
}

/// Draws every figure and writes every file, and what a terminal and a comment show.
fn write(report: &ScenarioReport, folder: &Path) {
    let drawn = draw(report).expect("the figures can be drawn");
    let written = Written { report, points: &report.results.results, drawn: &drawn };
    write_files(written, folder).expect("the folder is writable");
    let mut text = Vec::new();
    table::write_report(&mut text, report, Page::PLAIN).expect("a vector takes every byte");
    markdown::write_report(&mut text, report).expect("a vector takes every byte");
    assert!(text.len() as u64 > LEAST_BYTES);
}

/// Holds a folder against what it must have; gives the bytes of all files.
fn assert_answer(folder: &Path, digest: &str) -> u64 {
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be listed"));
    let bytes: BTreeMap<String, u64> = entries
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), entry.metadata().expect("it is a file").len())
        })
        .collect();
    let tables =
        ["report.html", "resolved.toml", "results.csv", "results.json", "results.jsonl"].map(str::to_owned);
    let drawn = CurveKind::ALL.into_iter().filter(|kind| !LEFT_OUT.contains(kind));
    let figures = drawn.flat_map(|kind| ["svg", "png"].map(|ending| format!("{}.{ending}", kind.name())));
    for name in tables.into_iter().chain(figures) {
        assert!(bytes.get(&name).is_some_and(|bytes| *bytes > LEAST_BYTES), "{name} of {bytes:?}");
    }
    assert!(bytes["report.html"] <= MOST_PAGE_BYTES, "the page has {} bytes", bytes["report.html"]);
    let page = fs::read_to_string(folder.join("report.html")).expect("the page is a text");
    assert!(page.contains(digest), "the page is that of the results");
    bytes.values().sum()
}

fn report(criterion: &mut Criterion) {
    let report = simulated();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    write(&report, folder.path());
    let bytes = assert_answer(folder.path(), &report.results.digest);
    let mut group = criterion.benchmark_group("report");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function(SCENARIO, |bencher| bencher.iter(|| write(&report, folder.path())));
    group.finish();
    assert_eq!(assert_answer(folder.path(), &report.results.digest), bytes, "one report has one size");
}

criterion_group!(benches, report);
criterion_main!(benches);
