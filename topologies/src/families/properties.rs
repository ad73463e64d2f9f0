//! Laws of every family, over random sizes and pairs.

use super::*;
use copperlight_core::fabric::{Fabric, Scope};
use copperlight_core::ids::{EndpointId, NodeId};
use copperlight_core::units::{Bandwidth, Time};
use proptest::prelude::*;

const LINK: Time = Time::from_picoseconds(300_000);
const UPLINK: Time = Time::from_picoseconds(70_000);
const BETWEEN_DOMAINS: Time = Time::from_picoseconds(1_000_003);

fn rate() -> Bandwidth {
    Bandwidth::from_gigabytes_per_second(10.0)
}

fn scale_out(rails: usize) -> RailOptimised {
    RailOptimised {
        rails,
        planes: 1,
        bandwidth_per_chip: rate(),
        latency: BETWEEN_DOMAINS,
        oversubscription: 1.0,
        medium: "dsp".to_owned(),
    }
}

prop_compose! {
    pub(super) fn one_tier()(
        chips in 1..20_usize, chips_per_node in 1..5_usize, planes in 1..30_usize, rails in 1..6_usize,
    ) -> DomainsJoined {
        let (link_bandwidth, link_latency) = (rate(), LINK);
        let medium = "copper".to_owned();
        let links_per_plane = 1;
        let domain = ScaleUpPlanes {
            chips, chips_per_node, planes, links_per_plane, link_bandwidth, link_latency, medium,
        };
        DomainsJoined::new(domain).joined_by(scale_out(rails))
    }
}

prop_compose! {
    pub(super) fn two_tiers()(
        nodes in 1..6_usize, chips_per_node in 1..5_usize, planes in 1..8_usize, uplinks in 1..8_usize,
        rails in 1..6_usize,
    ) -> DomainsJoined {
        let domain = TwoTierPlanes {
            nodes,
            chips_per_node,
            planes,
            uplinks,
            links_per_plane: 2,
            link_bandwidth: rate(),
            link_latency: LINK,
            uplink_latency: UPLINK,
            medium: "copper".to_owned(),
            uplink_medium: "lpo".to_owned(),
        };
        DomainsJoined::new(domain).joined_by(scale_out(rails))
    }
}

/// What a route must be, as far as every family agrees: a unit of flow from one chip to the other.
fn check_route(fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<(), TestCaseError> {
    let route = fabric.route(from, to).expect("all chips are joined");
    let denominator = fabric.weight_denominator();
    let mut balance = std::collections::BTreeMap::<NodeId, i128>::new();
    for hop in route.hops() {
        for link in &fabric.links()[hop.range()] {
            *balance.entry(link.from).or_default() -= i128::from(hop.weight);
            *balance.entry(link.to).or_default() += i128::from(hop.weight);
        }
    }
    prop_assert_eq!(balance.remove(&from.into()), Some(-i128::from(denominator)), "all leaves the sender");
    prop_assert_eq!(balance.remove(&to.into()), Some(i128::from(denominator)), "all reaches the receiver");
    prop_assert!(balance.values().all(|&rest| rest == 0), "switches keep nothing");
    Ok(())
}

fn expected_latency(fabric: &Fabric, from: EndpointId, to: EndpointId, two_tiers: bool) -> Time {
    let node = &fabric.levels()[0];
    if !fabric.same_domain(from, to) {
        BETWEEN_DOMAINS
    } else if two_tiers && node.container(from) != node.container(to) {
        (LINK + UPLINK) * 2
    } else {
        LINK * 2
    }
}

fn check_fabric(machine: &DomainsJoined, chips: usize, two_tiers: bool) -> Result<(), TestCaseError> {
    let fabric = machine.build(chips).expect("the parameters are sound");
    let counts = machine.counts(chips);
    prop_assert_eq!(fabric.endpoints(), chips);
    prop_assert_eq!(fabric.switches(), counts.switches.iter().sum::<usize>());
    prop_assert_eq!(fabric.links().len(), counts.links.iter().sum::<usize>());
    let several = fabric.levels()[1].containers() > 1;
    for from in (0..chips).map(EndpointId::new) {
        let outside = fabric.injection_bandwidth(from, Scope::ScaleOut);
        prop_assert_eq!(outside, if several { rate() } else { Bandwidth::ZERO });
        for to in (0..chips).map(EndpointId::new).filter(|&to| to != from) {
            check_route(&fabric, from, to)?;
            let latency = fabric.route(from, to).expect("all chips are joined").latency();
            prop_assert_eq!(latency, expected_latency(&fabric, from, to, two_tiers));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_route_of_one_tier_carries_a_unit_of_flow(machine in one_tier(), chips in 1..40_usize) {
        check_fabric(&machine, chips, false)?;
    }

    #[test]
    fn every_route_of_two_tiers_carries_a_unit_of_flow(machine in two_tiers(), chips in 1..40_usize) {
        check_fabric(&machine, chips, true)?;
    }

    #[test]
    fn using_fewer_chips_of_a_domain_makes_more_domains(machine in one_tier(), chips in 1..40_usize) {
        let used = machine.domain().chips().div_ceil(2);
        let machine = machine.with_chips_per_domain(used);
        check_fabric(&machine, chips, false)?;
        let fabric = machine.build(chips).expect("the parameters are sound");
        prop_assert_eq!(fabric.levels()[1].containers(), chips.div_ceil(used));
    }
}

#[test]
fn domains_without_a_fabric_between_them_are_refused() {
    let star = Star { chips: 4, link_bandwidth: rate(), link_latency: LINK, medium: "copper".to_owned() };
    let refused = DomainsJoined::new(star.clone()).build(5);
    assert!(matches!(refused, Err(BuildError::NoScaleOut { chips: 5, domain: 4 })));
    let refused = DomainsJoined::new(star.clone()).with_chips_per_domain(5).build(4);
    let expected = ParameterError::ChipsPerDomain { asked: 5, chips: 4 };
    assert_eq!(refused.expect_err("a domain has 4 chips"), BuildError::Parameter(expected));
    assert!(matches!(DomainsJoined::new(star).build(0), Err(BuildError::Chips { chips: 0 })));
}
