//! Closed forms against the simulation, point by point.

use crate::file::{Fidelity, Point, SourceText, check};
use crate::report::PointResult;
use crate::run::run_alone;
use proptest::prelude::*;
use proptest::sample::select;

/// A scenario of one point on a star without software costs.
fn star(chips: usize, workload: &str) -> String {
    format!(
        "[scenario]\nname = 'twin'\n[[systems]]\nname = 'star'\ntransport = 'ideal'\nchips = {chips}\n\
         [systems.fabric]\nfamily = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '500 ns'\n[workload]\n{workload}"
    )
}

/// A scenario of one point on a preset.
fn preset(name: &str, chips: usize, workload: &str) -> String {
    format!(
        "[scenario]\nname = 'twin'\n[[systems]]\npreset = '{name}'\nchips = {chips}\n[workload]\n{workload}"
    )
}

fn point(text: &str) -> Point {
    let scenario = check(SourceText::new("twin.toml", text), &[]).unwrap_or_else(|errors| panic!("{errors}"));
    scenario.point(0).expect("the point is legal")
}

/// The closed form and the simulation of the first point.
fn both(text: &str) -> [PointResult; 2] {
    let point = point(text);
    [Fidelity::Analytic, Fidelity::Flow].map(|fidelity| {
        let run = run_alone(&Point { fidelity, ..point.clone() });
        run.unwrap_or_else(|error| panic!("{error}"))
    })
}

/// The time of the closed form over the simulated one.
fn ratio(text: &str) -> f64 {
    let time = |result: &PointResult| match (&result.collective, &result.traffic) {
        (Some(row), _) => row.time_us,
        (_, Some(row)) => row.time_us,
        _ => result.step_time_s.expect("the step fits"),
    };
    let [predicted, simulated] = both(text);
    time(&predicted) / time(&simulated)
}

#[test]
fn a_ring_on_a_star_is_the_closed_form() {
    // 2 (8 - 1) steps of 1 us and of 1 MiB / 8 = 131,072 B at 50 GB/s, 2.62144 us: 14 x 3.62144 = 50.70016 us.
    let text = star(8, "kind = 'collective'\noperation = 'all-reduce'\nsize = '1 MiB'\nalgorithm = 'ring'");
    let [predicted, simulated] = both(&text);
    let [predicted, simulated] =
        [predicted, simulated].map(|result| result.collective.expect("a collective"));
    assert_eq!(predicted.time_us, 50.70016);
    assert_eq!(simulated.time_us, 50.70016);
    assert_eq!(predicted.tier_bytes, None, "no closed form knows what links carried");
    assert_eq!(
        (predicted.algorithm, predicted.wire_bytes_per_chip, predicted.busbw_gb_per_s),
        (simulated.algorithm, simulated.wire_bytes_per_chip, simulated.busbw_gb_per_s)
    );
}

#[test]
fn traffic_that_shares_no_link_is_the_closed_form() {
    let shifted = star(8, "kind = 'traffic'\npattern = 'permutation'\nshift = 3\nsize = '1 MiB'");
    assert!((ratio(&shifted) - 1.0).abs() < 1e-6);
    // Seven flows into one chip: its link carries one after the other, whatever the order.
    let incast = star(8, "kind = 'traffic'\npattern = 'incast'\nsize = '1 MiB'");
    assert!((ratio(&incast) - 1.0).abs() < 1e-6);
}

#[test]
fn a_step_has_the_entries_of_the_ledger_and_null_where_nothing_is_known() {
    let [predicted, simulated] = both(include_str!("../../../../tests/all/cli/tiny.toml"));
    let off = predicted.step_time_s.expect("it fits") / simulated.step_time_s.expect("it fits") - 1.0;
    assert!(off.abs() < 0.05, "{off}");
    let terms: f64 =
        predicted.breakdown_s.expect("there are terms").terms().iter().filter_map(|term| term.1).sum();
    assert!((terms / predicted.step_time_s.expect("it fits") - 1.0).abs() < 1e-9);
    assert_eq!(predicted.memory_gb, simulated.memory_gb);
    assert_eq!((predicted.energy_j_per_token, predicted.communication_share), (None, None));
    assert_eq!((predicted.tier_bytes, predicted.link_utilization), (None, None));
}

const OPERATIONS: [&str; 5] = ["all-reduce", "reduce-scatter", "all-gather", "all-to-all", "broadcast"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Where nothing contends and no pipeline fills, the closed form is the simulation to the rounding.
    #[test]
    fn uncontended_collectives_equal_the_simulation(
        (chips, size) in (2_usize..17, 1_u64..(1 << 26)),
        operation in select(&OPERATIONS[..4]),
    ) {
        let workload = format!(
            "kind = 'collective'\noperation = '{operation}'\nsize = '{size} B'\nalgorithm = '{}'",
            if operation == "all-to-all" { "pairwise" } else { "ring" }
        );
        let ratio = ratio(&star(chips, &workload));
        // A time is rounded to the picosecond at each step.
        prop_assert!((ratio - 1.0).abs() < 1e-5, "{ratio}");
    }

    /// On presets the closed form is within the documented error of the simulation.
    #[test]
    fn collectives_of_presets_are_near_the_simulation(
        (name, chips) in select(vec![("hgx-h100", 8), ("hgx-h100", 16), ("gb200-nvl72", 72), ("mi300x", 8)]),
        operation in select(&OPERATIONS[..]),
        power in 10_u32..31,
    ) {
        let workload = format!("kind = 'collective'\noperation = '{operation}'\nsize = '{} B'", 1_u64 << power);
        let ratio = ratio(&preset(name, chips, &workload));
        prop_assert!((0.85..1.55).contains(&ratio), "{operation} of 2^{power} B on {chips} {name}: {ratio}");
    }

    /// No traffic is faster than its closed form.
    #[test]
    fn traffic_never_beats_its_closed_form(
        pattern in select(vec!["permutation", "incast", "uniform", "hot-spot"]),
        (chips, size) in (3_usize..12, 1_u64..(1 << 24)),
    ) {
        let workload = format!("kind = 'traffic'\npattern = '{pattern}'\nsize = '{size} B'");
        for text in [star(chips, &workload), preset("hgx-h100", chips.max(9), &workload)] {
            let ratio = ratio(&text);
            prop_assert!(ratio <= 1.0 + 1e-6, "{ratio}");
        }
    }
}
