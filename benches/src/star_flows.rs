//! Flows on a star: all to all, and all to one.
//!
//! Links of a star of n hosts: `i` leads up from host `i`, `n + j` down to host `j`; 900 GB/s and 250 ns each.

use crate::draws::draws;
use crate::fabrics::{GIGABYTES_PER_SECOND, LATENCY};
use crate::flow_runs::{FlowRun, Known};
use copperlight_core::simulation::{Flow, FlowCase, FlowLink};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use std::ops::RangeInclusive;

const PICOSECONDS_PER_BYTE: f64 = 1e3 / GIGABYTES_PER_SECOND;

/// The first byte of every flow arrives this long after its start.
const FIRST_BYTE: u64 = 2 * LATENCY.picoseconds();

/// From 64 kB to 2 MB.
const SIZES: RangeInclusive<u64> = 64_000..=2_000_000;

/// The last finish and the mean of all of [`all_to_all_uneven`], in seconds, by plain water-filling.
const UNEVEN: [(usize, f64, f64); 2] =
    [(48, 66.495_643e-6, 38.139_418e-6), (192, 247.865_458e-6, 152.060_609e-6)];

/// The mean finish of [`incast_staggered`], in seconds, by plain water-filling.
const INCAST: [(usize, f64); 2] = [(128, 93.932_413e-6), (1_024, 735.242_689e-6)];

/// 1 MB from everyone to everyone else, all from time 0: each of a port's n - 1 flows gets an equal share of it, so
/// that all finish together.
pub fn all_to_all_at_once(hosts: usize) -> FlowRun {
    const SIZE: u64 = 1_000_000;
    let drain = ((hosts as u64 - 1) * SIZE) as f64 * PICOSECONDS_PER_BYTE;
    let end = Time::from_picoseconds(FIRST_BYTE + drain.round() as u64);
    let flows = pairs(hosts).map(|(from, to)| flow(hosts, (from, to), SIZE, Time::ZERO));
    FlowRun { case: FlowCase::new(links(hosts), flows), known: Known::Together(end), at_most: None }
}

/// From everyone to everyone else at time 0, each flow with a size of its own.
///
/// # Panics
/// When the answer for so many hosts is not known.
pub fn all_to_all_uneven(hosts: usize) -> FlowRun {
    let mut draw = draws("uneven all-to-all");
    let flows = pairs(hosts).map(|(from, to)| flow(hosts, (from, to), draw(SIZES), Time::ZERO));
    let case = FlowCase::new(links(hosts), flows);
    let known = UNEVEN.iter().find(|(of, ..)| *of == hosts).expect("the answer was recorded");
    FlowRun { case, known: Known::Sums { makespan: known.1, mean: Some(known.2) }, at_most: None }
}

/// Everyone else to host 0, each with a size and a start of its own, twice as fast as the port takes them.
///
/// The port is never idle while a flow is there: the last finish is that of serving the flows one after another.
pub fn incast_staggered(hosts: usize) -> FlowRun {
    let mut draw = draws("staggered incast");
    // The mean size takes 1.15 us.
    let starts = 0..=hosts as u64 * 600_000;
    let drawn: Vec<(u64, u64)> = (1..hosts).map(|_| (draw(starts.clone()), draw(SIZES))).collect();
    let flows = drawn
        .iter()
        .enumerate()
        .map(|(index, &(start, bytes))| flow(hosts, (index + 1, 0), bytes, Time::from_picoseconds(start)));
    let mean = INCAST.iter().find(|(of, _)| *of == hosts).map(|(_, mean)| *mean);
    let known = Known::Sums { makespan: served_by(&drawn).seconds(), mean };
    FlowRun { case: FlowCase::new(links(hosts), flows), known, at_most: None }
}

/// When a port has served flows of `(start, bytes)`.
fn served_by(flows: &[(u64, u64)]) -> Time {
    let mut flows = flows.to_vec();
    flows.sort_unstable();
    let serve = |free: f64, (start, bytes): (u64, u64)| {
        free.max((start + FIRST_BYTE) as f64) + bytes as f64 * PICOSECONDS_PER_BYTE
    };
    Time::from_picoseconds(flows.into_iter().fold(0.0, serve).round() as u64)
}

fn links(hosts: usize) -> Vec<FlowLink> {
    let capacity = Bandwidth::from_gigabytes_per_second(GIGABYTES_PER_SECOND);
    vec![FlowLink { capacity, latency: LATENCY }; 2 * hosts]
}

/// All ordered pairs of different hosts.
fn pairs(hosts: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..hosts).flat_map(move |from| (0..hosts).filter(move |&to| to != from).map(move |to| (from, to)))
}

fn flow(hosts: usize, (from, to): (usize, usize), bytes: u64, start: Time) -> Flow {
    let hops = vec![(from, 1.0), (hosts + to, 1.0)];
    Flow { bytes: Bytes::new(bytes), start, hops, rate_cap: None, after: Vec::new() }
}
