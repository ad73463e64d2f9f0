//! The examples of the crates print what is written here.

#[path = "../../sim-core/examples/custom_collective.rs"]
#[expect(dead_code, reason = "`main` is for `cargo run --example`")]
mod custom_collective;
#[path = "../../topologies/examples/custom_topology.rs"]
#[expect(dead_code, reason = "`main` is for `cargo run --example`")]
mod custom_topology;
#[path = "../../sim-core/examples/ring_on_a_star.rs"]
#[expect(dead_code, reason = "`main` is for `cargo run --example`")]
mod ring_on_a_star;
#[path = "../../scenarios/examples/sweep.rs"]
#[expect(dead_code, reason = "`main` is for `cargo run --example`")]
mod sweep;
#[path = "../../scenarios/examples/training_step.rs"]
#[expect(dead_code, reason = "`main` is for `cargo run --example`")]
mod training_step;

use std::error::Error;

fn said(report: Result<String, Box<dyn Error>>) -> String {
    report.unwrap_or_else(|error| panic!("the example fails: {error}"))
}

#[test]
fn a_ring_takes_what_its_closed_form_says() {
    let expected = "   bytes  simulated  by hand
    1024      7.004    7.004
 1048576     11.078   11.078
67108864    267.979  267.979
";
    assert_eq!(said(ring_on_a_star::report()), expected);
}

#[test]
fn a_broadcast_by_doubling_takes_a_round_for_each_doubling() {
    // A round: two links of 0.25 us, and 1 MB at 50 GB/s.
    let expected = "ranks  microseconds\n    2          20.5\n    4            41\n    8          61.5\n   16            82\n";
    assert_eq!(said(custom_collective::report()), expected);
}

#[test]
fn a_thin_cable_carries_what_crosses() {
    let expected = "\
latency in the rack: 0.5 us
latency across: 1.5 us
all-to-all: 401.5 us, by hand 401.5 us
";
    assert_eq!(said(custom_topology::report()), expected);
}

#[test]
fn a_step_is_made_of_its_parts() {
    insta::assert_snapshot!(said(training_step::report()));
}

#[test]
fn faster_links_matter_less_and_less() {
    insta::assert_snapshot!(said(sweep::report()));
}
