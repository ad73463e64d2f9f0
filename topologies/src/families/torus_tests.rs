//! Tests of the torus: boxes, routes, closed forms, faults.

use super::*;
use crate::families::DomainsJoined;
use copperlight_core::fabric::{Fabric, Hop};
use copperlight_core::ids::{EndpointId, LinkId};

fn torus(sizes: [usize; 3]) -> Torus {
    Torus {
        sizes,
        link_bandwidth: Bandwidth::from_gigabytes_per_second(100.0),
        link_latency: Time::from_picoseconds(500_000),
        medium: "copper".to_owned(),
    }
}

fn build(sizes: [usize; 3], chips: usize) -> Fabric {
    DomainsJoined::new(torus(sizes)).build(chips).expect("the torus is sound")
}

/// The links of a route by name, with their shares of the flow.
fn route(fabric: &Fabric, from: usize, to: usize) -> Vec<(String, u64)> {
    let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("a torus joins all");
    let name = |link| fabric.link_name(LinkId::new(link)).replace("domain0/chip", "");
    let named = |hop: &Hop| {
        let share = fabric.weight_denominator() / hop.weight;
        hop.range().map(|link| (name(link), share)).collect::<Vec<_>>()
    };
    route.hops().iter().flat_map(named).collect()
}

#[test]
fn a_chip_has_two_links_along_each_long_dimension() {
    let fabric = build([4, 4, 4], 64);
    assert_eq!((fabric.switches(), fabric.links().len()), (0, 64 * 6));
    // Size 2: one link each way; size 1: none.
    assert_eq!(build([4, 2, 1], 8).links().len(), 8 * 3);
    assert_eq!(build([2, 2, 1], 4).links().len(), 4 * 2);
    assert_eq!(build([1, 1, 1], 1).links().len(), 0);
}

#[test]
fn a_route_goes_along_x_then_y_the_shorter_way_around() {
    let fabric = build([5, 5, 1], 25);
    // (0, 0) to (4, 1): one step down around the ring of x, one up along y.
    let expected = [("0 -> 4", 1), ("4 -> 9", 1)].map(|(name, share)| (name.to_owned(), share));
    assert_eq!(route(&fabric, 0, 9), expected);
    let latency = fabric.route(EndpointId::new(0), EndpointId::new(12)).expect("joined").latency();
    assert_eq!(latency, Time::from_picoseconds(4 * 500_000));
}

#[test]
fn half_way_around_both_ways_carry_half() {
    let fabric = build([4, 1, 1], 4);
    let mut halves = route(&fabric, 0, 2);
    halves.sort();
    let expected = [("0 -> 1", 2), ("0 -> 3", 2), ("1 -> 2", 2), ("3 -> 2", 2)];
    assert_eq!(halves, expected.map(|(name, share)| (name.to_owned(), share)));
    // Between two chips there is one link.
    assert_eq!(route(&build([2, 1, 1], 2), 0, 1), [("0 -> 1".to_owned(), 1)]);
}

#[test]
fn a_partial_domain_is_the_most_cubic_box() {
    let sizes = |chips| torus([16, 20, 28]).sizes_of(chips).map(|found| found.0);
    assert_eq!(sizes(64), Some([4, 4, 4]));
    assert_eq!(sizes(8), Some([2, 2, 2]));
    assert_eq!(sizes(12), Some([3, 2, 2]));
    assert_eq!(sizes(28), Some([7, 2, 2]));
    assert_eq!(sizes(8960), Some([16, 20, 28]));
    assert_eq!(sizes(29), None);
    // A box need not keep the order of the sizes, and does not leave them.
    assert_eq!(torus([2, 8, 1]).sizes_of(8).map(|found| found.0), Some([2, 4, 1]));
    let refused = DomainsJoined::new(torus([4, 4, 4])).build(7).expect_err("7 is a prime above 4");
    assert_eq!(
        refused.to_string(),
        "7 chips make no box within a torus of 4 x 4 x 4; the nearest numbers that do are 6 and 8"
    );
}

#[test]
fn closed_forms_of_known_tori() {
    let bandwidth = Bandwidth::from_gigabytes_per_second;
    let bisection = |sizes: [usize; 3]| torus(sizes).bisection(sizes.iter().product());
    // TPU v4: 16 x 16 rings are cut in two places: 512 links each way.
    assert_eq!(bisection([16, 16, 16]), bandwidth(51_200.0));
    assert_eq!(bisection([2, 2, 1]), bandwidth(200.0));
    assert_eq!(bisection([3, 2, 1]), bandwidth(300.0));
    // An odd torus: 2 x 3 across, and the middle ring of 3 cut in two.
    assert_eq!(bisection([3, 3, 1]), bandwidth(800.0));
    // Halves in the order of chips meet along the last dimension: 8 x 2 links, though a cut along x takes 4 x 2.
    assert_eq!(bisection([8, 4, 1]), bandwidth(1600.0));
    assert_eq!(bisection([1, 1, 1]), Bandwidth::ZERO);
    assert_eq!(torus([16, 16, 16]).injection(4096), bandwidth(600.0));
    assert_eq!(torus([4, 2, 1]).injection(8), bandwidth(300.0));
}

#[test]
fn impossible_parameters_are_refused() {
    for (dimension, name) in ["size_x", "size_y", "size_z"].into_iter().enumerate() {
        let mut flat = torus([4, 4, 4]);
        flat.sizes[dimension] = 0;
        assert!(matches!(flat.check(), Err(ParameterError::Zero { parameter, .. }) if parameter == name));
    }
    let dead = Torus { link_bandwidth: Bandwidth::ZERO, ..torus([4, 4, 4]) };
    assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
    let huge = torus([1000, 1000, 1000]);
    assert_eq!(huge.check(), Ok(()));
    let error = huge.check_chips(8).expect_err("no fabric has so many chips");
    assert_eq!(error.to_string(), "a torus of 1000000000 chips; at most 1000000 are possible");
}
