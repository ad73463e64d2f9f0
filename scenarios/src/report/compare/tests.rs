//! What is said of two sides, on invented results.

use super::read::parse;
use super::*;
use crate::report::{Page, Per, PointResult, example};

fn source(chip_counts: u32, name: &str) -> ComparedSource {
    let results = example::two_systems(chip_counts).results;
    ComparedSource { name: name.to_owned(), results, operation: None }
}

const COPPER: Option<&str> = Some("NVL72 copper");
const LIGHT: Option<&str> = Some("CM384 optical");

fn compared(source: &ComparedSource, per: Per) -> CompareReport {
    let side = |system| Compared { source, system };
    compare_sides(&side(COPPER), &side(LIGHT), per).expect("both have the same points")
}

fn whole(source: &ComparedSource) -> Compared<'_> {
    Compared { source, system: None }
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

#[test]
fn terms_sum_to_the_difference_on_every_basis() {
    let mut source = source(1, "x");
    for point in &mut source.results.results {
        point.domain_power_w = Some(copperlight_topologies::Interval { value: 2e6, low: 1e6, high: 4e6 });
    }
    for (per, unit) in
        [(Per::Chip, "s per step"), (Per::PeakFlop, "peak TFLOP per token"), (Per::Watt, "J per token")]
    {
        let report = compared(&source, per);
        let ledger = report.steps[0].ledger.as_ref().expect("both ran");
        assert_eq!(ledger.unit, unit);
        let sum: f64 = ledger.terms.iter().map(|term| term.difference).sum();
        assert!(close(sum, ledger.difference) && close(ledger.b - ledger.a, sum), "{ledger:?}");
        let sizes: Vec<f64> = ledger.terms.iter().map(|term| term.difference.abs()).collect();
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }
    let step = &compared(&source, Per::Chip).steps[0];
    let times = [0, 2].map(|_| source.results.results[0].step_time_s);
    assert_eq!(step.ledger.as_ref().map(|ledger| ledger.a), times[0]);
}

#[test]
fn what_limits_each_side_is_said_with_its_shares() {
    let mut source = source(1, "x");
    let of = |shares: &[(&str, f64)]| {
        Some(shares.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect())
    };
    source.results.results[0].limited_by = of(&[("compute", 0.7), ("link:scale-out", 0.3)]);
    source.results.results[1].limited_by = of(&[("compute", 0.4), ("link:scale-up", 0.6)]);
    let report = compared(&source, Per::Chip);
    let limits = report.steps[0].limited_by.as_ref().expect("both were followed");
    let found: Vec<_> = limits.resources.iter().map(|one| (one.resource.as_str(), one.a, one.b)).collect();
    assert_eq!(
        found,
        [
            ("compute", Some(0.7), Some(0.4)),
            ("link:scale-up", Some(0.0), Some(0.6)),
            ("link:scale-out", Some(0.3), Some(0.0)),
        ]
    );
    let said = "NVL72 copper waits 70.0 % for arithmetic of chips and 30.0 % for scale-out links";
    assert!(limits.sentence.contains(said) && report.answer.ends_with(&limits.sentence), "{}", report.answer);
    let mut text = Vec::new();
    table::write_table(&mut text, &report, Page::PLAIN).expect("a vector takes every byte");
    let text = String::from_utf8(text).expect("tables are UTF-8");
    assert!(text.contains("What limits each step, along its critical path\n"), "{text}");
    source.results.results[1].limited_by = None;
    let half = &compared(&source, Per::Chip).steps[0];
    let known = half.limited_by.as_ref().map(|limits| limits.resources.iter().all(|one| one.b.is_none()));
    assert_eq!(known, Some(true));
}

#[test]
fn a_range_of_power_becomes_a_range_of_the_ratio() {
    let mut source = source(1, "x");
    let ranged = copperlight_topologies::Interval { value: 2e6, low: 1e6, high: 4e6 };
    source.results.results[0].domain_power_w = Some(ranged);
    source.results.results[1].domain_power_w = Some(copperlight_topologies::Interval::exact(2e6));
    let report = compared(&source, Per::Watt);
    let ratio = report.steps[0].rate.b_over_a.expect("both have a power");
    // Half the power of the first is twice its rate, and so half the ratio.
    assert!(close(ratio.low, ratio.value / 2.0) && close(ratio.high, ratio.value * 2.0), "{ratio:?}");
    assert!(report.answer.contains("within published ranges"), "{}", report.answer);
}

#[test]
fn what_nobody_published_is_said() {
    let report = compared(&source(1, "x"), Per::Usd);
    assert_eq!(report.steps[0].rate.b_over_a, None);
    assert_eq!(
        report.answer,
        "Tokens/s per dollar cannot be compared: of NVL72 copper and CM384 optical, no price of its domains is \
         published. --equal chips compares what is known."
    );
}

#[test]
fn points_without_a_counterpart_are_named() {
    let (short, long) = (source(1, "short"), source(2, "long"));
    let side = |source, system| Compared { source, system };
    let report =
        compare_sides(&side(&short, COPPER), &side(&long, COPPER), Per::Chip).expect("they meet once");
    assert_eq!((report.steps.len(), report.only_a.len(), report.only_b.len()), (1, 0, 1));
    assert_eq!(report.notes, ["1 point of long without a counterpart in short: NVL72 copper on 2,304 chips"]);
    assert!(report.answer.contains("train the same tokens/s per chip to within 0.1 %"), "{}", report.answer);
}

#[test]
fn several_systems_meet_by_name() {
    let (before, mut after) = (source(2, "before"), source(2, "after"));
    for point in &mut after.results.results {
        point.tokens_per_second_per_chip = point.tokens_per_second_per_chip.map(|rate| rate * 1.5);
    }
    let report = compare_sides(&whole(&before), &whole(&after), Per::Chip).expect("all points meet");
    assert_eq!(report.steps.len(), 4);
    assert!(report.answer.starts_with("after is ahead at all 4 points; "), "{}", report.answer);
    after.results.results.iter_mut().for_each(|point| point.system.push_str(" 2"));
    let refused = compare_sides(&whole(&before), &whole(&after), Per::Chip);
    assert!(matches!(refused, Err(CompareError::NoCounterpart { .. })), "{refused:?}");
}

#[test]
fn other_models_and_versions_are_noted() {
    let (one, mut other) = (source(1, "one"), source(1, "other"));
    other.results.version = "9.9.9".to_owned();
    for point in &mut other.results.results {
        point.model_tflops_per_chip = point.model_tflops_per_chip.map(|rate| rate * 2.0);
    }
    let side = |source| Compared { source, system: COPPER };
    let notes = compare_sides(&side(&one), &side(&other), Per::Chip).expect("they meet").notes;
    assert!(notes.iter().any(|note| note.contains("a token is not the same work")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("versions 0.1.0 and 9.9.9")), "{notes:?}");
}

#[test]
fn sizes_say_where_the_faster_side_changes() {
    let curves = example::busbw_curves();
    let sources: Vec<ComparedSource> = [1.0, 2.0]
        .into_iter()
        .zip(&curves)
        .map(|(factor, curve)| {
            let mut source = source(1, &curve.system);
            let rows = curves[0].rows.iter().cloned().enumerate();
            let point = |(index, mut row): (usize, crate::report::CollectiveRow)| {
                // The second side is slower by a half at first, and faster from the fourth size on.
                row.time_us *= if factor > 1.0 && index >= 3 { 0.5 } else { (factor + 1.0) / 2.0 };
                PointResult::of_collective(curve.system.clone(), 72, row)
            };
            source.results.results = rows.map(point).collect();
            source
        })
        .collect();
    let side = |index: usize| Compared { source: &sources[index], system: None };
    let report = compare_sides(&side(0), &side(1), Per::Chip).expect("all sizes meet");
    let rows = &curves[0].rows;
    assert_eq!(report.crossovers.len(), 1);
    assert_eq!(report.crossovers[0].after_bytes, rows[2].size_bytes);
    assert_eq!(report.crossovers[0].until_bytes, rows[3].size_bytes);
    assert!(report.answer.starts_with("NVL72 copper is faster up to "), "{}", report.answer);
}

#[test]
fn files_of_something_else_are_refused_with_their_place() {
    let text = serde_json::to_string_pretty(&source(1, "x").results).expect("results are JSON");
    assert!(parse(text.as_bytes(), "x", "x.json").is_ok());
    let refused = |text: &str| parse(text.as_bytes(), "x", "x.json").expect_err("it is wrong").to_string();
    assert!(refused(&text[..200]).contains("at line "), "{}", refused(&text[..200]));
    assert!(refused(&text.replace("\"schema\": 1", "\"schema\": 7")).contains("schema 7"));
    let wrong = refused(&text.replace("\"chips\": 1152", "\"chips\": \"many\""));
    assert!(wrong.contains("expected u64 at line "), "{wrong}");
    assert!(refused("{\"schema\": 1}").contains("neither `results` nor `rows`"));
    assert!(refused("[]").contains("results of no scenario"));
}

#[test]
fn every_format_fits_its_page() {
    let mut source = source(1, "x");
    let points = std::mem::take(&mut source.results.results);
    for value in 0..60 {
        source.results.results.extend(points.iter().cloned().map(|mut point| {
            point.point.insert("workload.micro_batch".to_owned(), value.into());
            point
        }));
    }
    source.results.results.iter_mut().for_each(|point| point.system.push_str(" | <b>"));
    let side = |system| Compared { source: &source, system: Some(system) };
    let report = compare_sides(&side("NVL72 copper | <b>"), &side("CM384 optical | <b>"), Per::Chip)
        .expect("all points meet");
    let (mut text, mut page, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    table::write_table(&mut text, &report, Page::PLAIN).expect("a vector takes every byte");
    markdown::write_markdown(&mut page, &report).expect("a vector takes every byte");
    csv::write_csv(&mut rows, &report).expect("a vector takes every byte");
    let [text, page, rows] = [text, page, rows].map(|bytes| String::from_utf8(bytes).expect("it is UTF-8"));
    text.lines().for_each(|line| assert!(line.chars().count() <= 80, "{line}"));
    assert!(page.chars().count() <= 65_536 && page.contains("left out"), "{}", page.len());
    assert!(!page.contains("<b>"), "names are text");
    assert!(page.starts_with("**"), "the answer is first");
    let lines = rows.lines().count();
    assert!(lines > 40 * 10, "{lines}");
    assert!(rows.contains(",ledger.compute,s per step,"), "{rows}");
}
