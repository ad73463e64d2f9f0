//! What is built into the binary: models and scenarios load, and the founding scenario's numbers are written down.

mod answers;
mod pages;

use copperlight::file::{Scenario, Workload, library_scenario, library_scenario_names, load};
use copperlight::report::{BusbwCurve, PointResult, ScenarioReport};
use copperlight::run::{RunOptions, run_scenario};
use copperlight::training::{LibraryModel, Model};
use copperlight_topologies::catalog;
use std::fmt::Write;

pub(crate) use pages::fits_pages;

const FOUNDING: &str = "nvl72-vs-cm384";

/// The founding question at equal chips, peak, power and price, under the same plan and under the best of each.
const AT_EQUAL_MEANS: [&str; 4] = [
    "nvl72-vs-cm384-equal",
    "nvl72-vs-cm384-best-plans",
    "nvl72-vs-cm384-moe",
    "nvl72-vs-cm384-moe-best-plans",
];

fn founding(settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    load(FOUNDING, &settings).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_model_loads_with_sources() {
    assert!(Model::library_names().count() >= 2);
    for name in Model::library_names() {
        let model = LibraryModel::named(name).expect("a name of the library is a model");
        assert_eq!(model.model.name(), name);
        assert!(!model.title.is_empty(), "{name}");
    }
}

#[test]
fn every_scenario_loads_and_asks_something() {
    for name in library_scenario_names() {
        let scenario = load(name, &[]).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(scenario.name, name);
        assert!(scenario.question.as_ref().is_some_and(|question| question.ends_with('?')), "{name}");
        assert!(scenario.point_count() > 0, "{name}");
    }
}

#[test]
fn every_system_of_the_catalog_builds_two_domains() {
    for entry in catalog::systems() {
        let system =
            copperlight_topologies::System::preset(entry.name()).expect("the preset is in the catalog");
        let chips = 2 * system.domain_size();
        let fabric = system.build(chips).unwrap_or_else(|error| panic!("{}: {error}", entry.name()));
        assert_eq!(fabric.endpoints(), chips, "{}", entry.name());
    }
}

#[test]
fn the_founding_scenario_has_its_points() {
    let scenario = founding(&[]);
    let all: Vec<_> = scenario.points().collect();
    let points: Vec<(&str, usize)> =
        all.iter().map(|point| (point.system_name.as_str(), point.chips)).collect();
    let expected =
        [("NVL72 copper", 1152), ("NVL72 copper", 2304), ("CM384 optical", 1152), ("CM384 optical", 2304)];
    assert_eq!(points, expected);
    for point in &all {
        let Workload::Training(job) = &point.workload else {
            panic!("the founding question is about training")
        };
        let plan = job.parallelism();
        assert_eq!((plan.tensor, plan.pipeline, plan.data), (8, 16, point.chips as u64 / 128));
        assert_eq!(
            (job.model().name(), job.global_batch(), job.sequence_length()),
            ("gpt-1t", 11_520, 2_048)
        );
    }
}

/// A figure of a full domain, or of a chip, in the unit of the catalog.
fn figure(scenario: &Scenario, system: usize, key: &str) -> f64 {
    let of = &scenario.systems[system].system;
    let found = of.facts().find(|(name, _)| *name == key);
    found.unwrap_or_else(|| panic!("{} has {key}", of.name())).1.value
}

/// The systems of the scenarios at equal means have whole domains, as near to equal as these allow; what stands in
/// their comments is what the catalog gives.
#[test]
fn equal_means_are_those_of_the_catalog() {
    for name in AT_EQUAL_MEANS {
        let scenario = load(name, &[]).unwrap_or_else(|errors| panic!("{errors}"));
        let chips: Vec<usize> = scenario.points().map(|point| point.chips).collect();
        let per_chip = |system: usize, what: &str| {
            let domain = scenario.systems[system].system.domain_size() as f64;
            match what {
                "chips" => 1.0,
                "peak" => figure(&scenario, system, "chip.peak_bf16"),
                "power" => figure(&scenario, system, "facts.power") / domain,
                _ => figure(&scenario, system, "facts.price") / domain,
            }
        };
        assert_eq!(chips[0] % scenario.systems[0].system.domain_size(), 0);
        let means = [("chips", 0.0), ("peak", 0.3), ("power", 2.0), ("price", 2.5)];
        for (index, (what, mismatch)) in (1..).zip(means) {
            assert_eq!(scenario.systems[index].name, format!("CM384, equal {what}"));
            let domain = scenario.systems[index].system.domain_size();
            let exact = chips[0] as f64 * per_chip(0, what) / per_chip(index, what);
            let domains = (exact / domain as f64).round() as usize;
            assert_eq!(chips[index], domains * domain, "{name}, {what}: {exact} chips would be equal");
            let off = (chips[index] as f64 / exact - 1.0) * 100.0;
            assert!((off - mismatch).abs() < 0.05, "{name}, {what}: {off} %, not {mismatch} %");
            let said = format!("{mismatch:+.1} %");
            let row = name_of_row(what);
            let text = library_scenario(name).expect("the scenario is in the library");
            let told = text.lines().any(|line| line.contains(row) && line.ends_with(&said));
            assert!(told, "{name} says {said} in its row of {row}");
        }
        for point in scenario.points() {
            let Workload::Training(job) = &point.workload else { panic!("{name} is about training") };
            assert_eq!(job.global_batch(), 20_160, "{name}: the same batch for all");
        }
    }
}

/// How the comment calls what is equal.
fn name_of_row(what: &str) -> &'static str {
    match what {
        "chips" => "#   chips ",
        "peak" => "#   peak FLOPS ",
        "power" => "#   power ",
        _ => "#   price ",
    }
}

/// Runs the founding scenario with a batch that a debug build simulates in seconds.
fn run_small() -> ScenarioReport {
    let scenario = founding(&["workload.global_batch=288"]);
    run_scenario(&scenario, &RunOptions::default(), &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_founding_scenario_gives_these_numbers() {
    let report = run_small();
    fits_pages(FOUNDING, &report);
    let mut text = String::from("all-reduce inside one domain: bus bandwidth in GB/s\n");
    report.busbw.iter().for_each(|curve| write_curve(&mut text, curve));
    text.push_str("\na step with a batch of 288 sequences: seconds and shares\n");
    report.results.results.iter().for_each(|point| write_point(&mut text, point));
    insta::assert_snapshot!("founding", text);
}

/// Every fourth size, to four digits.
fn write_curve(text: &mut String, curve: &BusbwCurve) {
    let line = |row: &copperlight::report::CollectiveRow| {
        format!(
            "  {:>12} B {} {} {}",
            row.size_bytes,
            digits(row.busbw_gb_per_s.expect("many chips have a bus bandwidth")),
            row.algorithm,
            row.protocol
        )
    };
    let lines: Vec<String> = curve.rows.iter().step_by(4).map(line).collect();
    writeln!(text, "{} ({} chips)\n{}", curve.system, curve.chips, lines.join("\n"))
        .expect("texts can be written");
}

fn write_point(text: &mut String, point: &PointResult) {
    let step = point.step_time_s.expect("the point fits");
    let terms = point.breakdown_s.expect("the point fits").terms();
    let shares =
        terms.iter().filter_map(|(name, seconds)| Some(format!("{name} {}", digits((*seconds)? / step))));
    let shares: Vec<String> = shares.collect();
    let mfu = digits(point.mfu.expect("the point fits"));
    writeln!(text, "{} on {} chips: step {}, mfu {mfu}", point.system, point.chips, digits(step))
        .and_then(|()| writeln!(text, "  {}", shares.join(", ")))
        .expect("texts can be written");
}

/// Four significant digits.
fn digits(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = usize::try_from(3 - magnitude).unwrap_or(0);
    format!("{value:.decimals$}")
}
