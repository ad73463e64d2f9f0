//! Links over time, of whole points.

use super::{EngineOptions, RunOptions, run_scenario};
use crate::file::{Scenario, SourceText, check};
use crate::report::{BusyLink, LinkReport, PointResult};
use proptest::prelude::*;

const TRAINING: &str = include_str!("../../../tests/all/cli/tiny.toml");

fn scenario(text: &str, settings: &[String]) -> Scenario {
    let checked = check(SourceText::new("test", text.to_owned()), settings);
    checked.unwrap_or_else(|errors| panic!("{errors}"))
}

fn points(text: &str, settings: &[String], (fold, watch_links): (bool, bool)) -> Vec<PointResult> {
    let engine = EngineOptions { fold, watch_links, ..EngineOptions::default() };
    let options = RunOptions { engine, ..RunOptions::default() };
    let report = run_scenario(&scenario(text, settings), &options, &|_| ());
    report.unwrap_or_else(|error| panic!("{error}")).results.results
}

fn links(point: &PointResult) -> &LinkReport {
    point.links.as_ref().expect("links were modelled")
}

fn seconds(point: &PointResult) -> f64 {
    let collective = point.collective.as_ref().map(|row| row.time_us / 1e6);
    let traffic = point.traffic.as_ref().map(|row| row.time_us / 1e6);
    point.step_time_s.or(collective).or(traffic).expect("the point took time")
}

/// The bytes that a link carried, from its utilization over time.
fn integral(busy: &BusyLink, seconds: f64) -> f64 {
    let over_time = busy.over_time.as_ref().expect("the link was recorded over time");
    let capacity = busy.capacity_gb_per_s * 1e9;
    let width = over_time.bin_seconds;
    let of_slice = |(slice, utilization): (usize, &f64)| {
        utilization * capacity * width.min(seconds - slice as f64 * width)
    };
    over_time.utilization.iter().enumerate().map(of_slice).sum()
}

/// Holds what is said of links against itself and against what their tiers carried.
fn agree(point: &PointResult) {
    let (report, seconds) = (links(point), seconds(point));
    for (tier, counted) in &report.tiers {
        assert_eq!(counted.histogram.iter().sum::<u64>(), counted.links, "{tier}: every link is counted");
        assert!(counted.idle <= counted.histogram[0], "{tier}: idle links are in the first bin");
    }
    assert!(report.busiest.windows(2).all(|pair| pair[0].mean >= pair[1].mean), "the busiest come first");
    for busy in &report.busiest {
        let (found, bytes) = (integral(busy, seconds), busy.bytes as f64);
        assert!((found - bytes).abs() <= 1e-6 * bytes + 1.0, "{}: {found} of {bytes} bytes", busy.link);
        let peak = busy.peak.expect("the link was recorded over time");
        assert!(busy.mean <= peak * (1.0 + 1e-9) && peak <= 1.0, "{}: {peak} of {}", busy.link, busy.mean);
    }
}

/// The same without what is found by sums of rounded parts.
fn in_all(point: &PointResult) -> LinkReport {
    let mut report = links(point).clone();
    for busy in &mut report.busiest {
        (busy.peak, busy.over_time) = (None, None);
    }
    report
}

/// What is taken from memory is spread evenly where it is shorter than a slice: at no time by more than two slices.
fn alike_over_time(one: &BusyLink, other: &BusyLink) {
    let of = |busy: &BusyLink| busy.over_time.clone().expect("the link was recorded over time").utilization;
    let (slices, others) = (of(one), of(other));
    assert_eq!(slices.len(), others.len());
    let mut ahead = 0.0;
    for (slice, other) in slices.iter().zip(&others) {
        ahead += slice - other;
        assert!(f64::abs(ahead) < 2.0, "{} is {ahead} slices ahead", one.link);
    }
}

#[test]
fn links_of_a_step_carry_over_time_what_they_carry_in_all() {
    let folded = points(TRAINING, &[], (true, true));
    let full = points(TRAINING, &[], (false, true));
    let plain = points(TRAINING, &[], (true, false));
    assert_eq!(folded.len(), 4);
    for ((folded, full), plain) in folded.iter().zip(&full).zip(&plain) {
        agree(folded);
        agree(full);
        assert_eq!(in_all(folded), in_all(full), "folded or not");
        assert_eq!(Some(&in_all(folded)), plain.links.as_ref(), "recorded or not");
        assert_eq!(folded.step_time_s, plain.step_time_s);
        assert_eq!(folded.link_utilization, plain.link_utilization);
        for (one, other) in links(folded).busiest.iter().zip(&links(full).busiest) {
            alike_over_time(one, other);
        }
    }
}

const INCAST: &str = "scenario.name = 'incast'\n\
    workload = { kind = 'traffic', pattern = 'incast', size = '1 MB' }\n\
    [[systems]]\nchips = 8\n\
    fabric = { family = 'star', link_bandwidth = '1 GB/s', link_latency = '1 us' }\n";

#[test]
fn an_incast_shows_as_one_full_link() {
    let point = &points(INCAST, &[], (true, true))[0];
    agree(point);
    let busiest = &links(point).busiest;
    // Seven messages of 1 MB leave by the one link to the chip that receives.
    assert_eq!((busiest[0].bytes, busiest[0].alike), (7_000_000, 1));
    assert!(busiest[0].mean > 0.99 && busiest[0].peak > Some(0.999_999), "{:?}", busiest[0]);
    // Of sixteen directions seven carry 1 MB, a seventh of the time of the full one, and eight nothing.
    assert_eq!((busiest[1].bytes, busiest[1].alike, busiest.len()), (1_000_000, 7, 2));
    let star = links(point).tiers.values().next().expect("a star has one tier");
    assert_eq!((star.links, star.idle, star.histogram), (16, 8, [8, 7, 0, 0, 0, 0, 0, 0, 0, 1]));
}

const PLANE: &str = "scenario.name = 'plane'\n\
    workload = { kind = 'collective', operation = 'all-to-all', size = '64 MB' }\n\
    [[systems]]\npreset = 'gb200-nvl72'\nchips = 72\n";

#[test]
fn links_of_a_degraded_plane_stand_by_themselves() {
    let whole = &points(PLANE, &[], (true, true))[0];
    let degrade = "systems.degrade=[{ target = 'plane:3', capacity = 0.5 }]".to_owned();
    let slow = &points(PLANE, &[degrade], (true, true))[0];
    agree(whole);
    agree(slow);
    assert!(seconds(slow) > seconds(whole));
    let kinds = |point: &PointResult| -> Vec<(f64, u64)> {
        links(point).busiest.iter().map(|busy| (busy.capacity_gb_per_s, busy.alike)).collect()
    };
    assert_eq!(kinds(whole), [(50.0, 2_592)], "72 chips with two directions to each of 18 planes");
    let mut found = kinds(slow);
    found.sort_by_key(|kind| kind.1);
    assert_eq!(found, [(25.0, 144), (50.0, 2_448)], "the links of one plane have half of that");
    let carried = |point: &PointResult| links(point).tiers.values().map(|tier| tier.links).sum::<u64>();
    assert_eq!(carried(slow), carried(whole), "a slow link is still one");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn utilization_over_time_adds_up_to_the_bytes(
        operation in prop::sample::select(vec!["all-reduce", "all-to-all", "all-gather", "broadcast"]),
        preset in prop::sample::select(vec!["gb200-nvl72", "hgx-h100", "cloudmatrix384"]),
        chips in 2_u64..40,
        kilobytes in 1_u64..100_000,
        fold: bool,
    ) {
        let text = format!(
            "scenario.name = 'any'\n\
             workload = {{ kind = 'collective', operation = '{operation}', size = '{kilobytes} kB' }}\n\
             [[systems]]\npreset = '{preset}'\nchips = {chips}\n"
        );
        agree(&points(&text, &[], (fold, true))[0]);
    }
}
