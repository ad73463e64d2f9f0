//! Flows between random hosts of a Clos network, started one after another.

use crate::clos;
use crate::draws::draws;
use crate::flow_runs::{FlowRun, Known, PerSolve};
use copperlight::flow_case::NamedCase;
use copperlight_core::simulation::{Flow, FlowCase, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use serde_json::Value;

/// 2,000 flows over 1.5 ms, about a hundred of them at a time; the file says who solved it.
const PUBLISHED: &str = include_str!("../../tests/oracle/08_clos_384h_2000_flows_staggered.json");

/// A local solution touches 2.4 flows and 3.3 links on average; the whole network has 110 and 355 at a time.
const LOCAL: PerSolve = PerSolve { flows: 5.0, links: 8.0 };

/// The last finish and the mean of all of [`staggered_dense`], in seconds, by plain water-filling.
const DENSE: (f64, f64) = (5.055_363_116e-3, 2.398_149_113e-3);

/// The published case: every finish is known.
pub fn staggered_clos() -> FlowRun {
    let case = NamedCase::read(PUBLISHED).expect("the published case is sound").case;
    let document: Value = serde_json::from_str(PUBLISHED).expect("the published case is JSON");
    let flows = document["flows"].as_array().expect("a case has flows");
    let finish = |flow: &Value| flow["finish_s"].as_f64().expect("a published flow has a finish");
    FlowRun { case, known: Known::Each(flows.iter().map(finish).collect()), at_most: Some(LOCAL) }
}

/// 2,000 flows of 1 to 501 MB that start at random over 3 ms, 1.5 us apart on average: some 500 at a time.
pub fn staggered_dense() -> FlowRun {
    const FLOWS: usize = 2_000;
    const GAP: u64 = 1_500_000;
    let mut draw = draws("dense");
    // Uniform starts, in order, have the gaps of a Poisson process of known count.
    let flow = |_| Flow {
        start: Time::from_picoseconds(draw(0..=FLOWS as u64 * GAP)),
        bytes: Bytes::new(draw(1_000_000..=501_000_000)),
        hops: clos::random_path(&mut draw).into_iter().map(|link| (link, 1.0)).collect(),
        rate_cap: None,
        after: Vec::new(),
    };
    let case = FlowCase::new(links(), (0..FLOWS).map(flow));
    let (makespan, mean) = DENSE;
    FlowRun { case, known: Known::Sums { makespan, mean: Some(mean) }, at_most: None }
}

/// 900 GB/s everywhere; 250 ns to and from hosts, 500 ns between switches.
fn links() -> Vec<FlowLink> {
    let capacity = Bandwidth::from_gigabytes_per_second(900.0);
    let latency = |link| Time::from_picoseconds(if link < clos::HOST_LINKS { 250_000 } else { 500_000 });
    (0..clos::LINKS).map(|link| FlowLink { capacity, latency: latency(link) }).collect()
}
