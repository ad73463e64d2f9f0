//! Laws of tori, meshes and trees over random sizes, and of every family as domains that are joined.

use super::*;
use copperlight_core::fabric::{Fabric, Hop, Scope, Ways};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::units::{Bandwidth, Time};
use proptest::prelude::*;
use std::collections::BTreeMap;

const LINK: Time = Time::from_picoseconds(300_000);

fn rate() -> Bandwidth {
    Bandwidth::from_gigabytes_per_second(10.0)
}

fn copper() -> String {
    "copper".to_owned()
}

fn torus(sizes: [usize; 3]) -> Torus {
    Torus { sizes, link_bandwidth: rate(), link_latency: LINK, medium: copper() }
}

prop_compose! {
    pub(super) fn tree()(
        half in 1..5_usize, tiers in 2..4_usize, uplinks in 1..5_usize, routing in 0..3_usize, seed in 1..99_u64,
    ) -> Tree {
        let radix = 2 * half;
        let uplinks = uplinks.min(half);
        let oversubscription = (radix - uplinks) as f64 / uplinks as f64;
        let routing = [TreeRouting::DestinationModulo, TreeRouting::Hashed { seed }, TreeRouting::Spray][routing];
        Tree { radix, tiers, oversubscription, routing }
    }
}

fn fat_tree(tree: Tree) -> FatTree {
    let (link_bandwidth, link_latency, uplink_latency) = (rate(), LINK, LINK);
    FatTree { tree, link_bandwidth, link_latency, uplink_latency, medium: copper(), uplink_medium: copper() }
}

/// Any family as a domain of a few chips.
pub(super) fn domain() -> impl Strategy<Value = DomainsJoined> {
    let chips = 1..9_usize;
    let mesh = (chips.clone(), 1..4_usize).prop_map(|(chips, links_per_peer)| {
        let (link_bandwidth, link_latency) = (rate(), LINK);
        DomainsJoined::new(FullMesh { chips, links_per_peer, link_bandwidth, link_latency, medium: copper() })
    });
    let star = chips.prop_map(|chips| {
        let (link_bandwidth, link_latency) = (rate(), LINK);
        DomainsJoined::new(Star { chips, link_bandwidth, link_latency, medium: copper() })
    });
    let ring = (1..4_usize, 1..4_usize).prop_map(|(x, y)| DomainsJoined::new(torus([x, y, 1])));
    prop_oneof![mesh, star, ring, tree().prop_map(|tree| DomainsJoined::new(fat_tree(tree)))]
}

/// The family that joins domains: a tree, or rails in some planes.
pub(super) fn joined(machine: &DomainsJoined, tree: &Tree, planes: usize) -> [DomainsJoined; 2] {
    let (bandwidth_per_chip, latency) = (rate(), Time::from_picoseconds(1_000_003));
    let rails = RailOptimised {
        rails: 3,
        planes,
        bandwidth_per_chip,
        latency,
        oversubscription: 1.0,
        medium: copper(),
    };
    let tree = FatTreeScaleOut { tree: tree.clone(), bandwidth_per_chip, latency, medium: copper() };
    [machine.clone().joined_by(rails), machine.clone().joined_by(tree)]
}

fn pairs(fabric: &Fabric) -> impl Iterator<Item = (EndpointId, EndpointId)> {
    let chips = fabric.endpoints();
    (0..chips * chips).map(move |pair| (EndpointId::new(pair / chips), EndpointId::new(pair % chips)))
}

/// A route carries a unit of flow: what enters every node leaves it, but at the two ends.
fn check_flow(fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<(), TestCaseError> {
    let route = fabric.route(from, to).expect("all chips are joined");
    let mut balance: BTreeMap<usize, i128> = BTreeMap::new();
    for hop in route.hops() {
        for link in &fabric.links()[hop.range()] {
            *balance.entry(link.from.index()).or_default() -= i128::from(hop.weight);
            *balance.entry(link.to.index()).or_default() += i128::from(hop.weight);
        }
    }
    let unit = if from == to { 0 } else { i128::from(fabric.weight_denominator()) };
    prop_assert_eq!(balance.remove(&from.index()).unwrap_or(0), -unit);
    prop_assert_eq!(balance.remove(&to.index()).unwrap_or(0), unit);
    prop_assert!(balance.values().all(|&rest| rest == 0), "nodes between keep nothing");
    Ok(())
}

/// Every way leads from link to link, and no way visits a link twice.
fn check_ways(fabric: &Fabric, ways: &Ways, from: usize, to: usize) -> Result<(), TestCaseError> {
    let paths: Vec<Vec<LinkId>> = match ways {
        Ways::Paths(paths) => paths.clone(),
        Ways::Stages(stages) => {
            let most = stages.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
            let link = |way: usize, stage: &std::ops::Range<usize>| {
                LinkId::new(stage.start + way * stage.len() / most)
            };
            (0..most).map(|way| stages.iter().map(|stage| link(way, stage)).collect()).collect()
        }
    };
    for path in paths {
        let mut at = from;
        for &link in &path {
            prop_assert_eq!(fabric.link(link).from.index(), at);
            at = fabric.link(link).to.index();
        }
        prop_assert_eq!(at, to);
        let distinct: std::collections::BTreeSet<_> = path.iter().collect();
        prop_assert_eq!(distinct.len(), path.len());
    }
    Ok(())
}

fn check_parts(machine: &DomainsJoined, chips: usize) -> Result<Fabric, TestCaseError> {
    let fabric = machine.build(chips).expect("the parameters are sound");
    let counts = machine.counts(chips);
    prop_assert_eq!((fabric.endpoints(), counts.chips), (chips, chips));
    prop_assert_eq!(fabric.switches(), counts.switches.iter().sum::<usize>());
    let of_tier = |tier: usize| fabric.links().iter().filter(|link| link.tier.index() == tier).count();
    let links: Vec<usize> = (0..fabric.tiers().len()).map(of_tier).collect();
    prop_assert_eq!(links, counts.links);
    Ok(fabric)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_route_of_joined_domains_carries_a_unit_of_flow(
        machine in domain(), tree in tree(), planes in 1..4_usize, extra in 0..3_usize,
    ) {
        for machine in joined(&machine, &tree, planes) {
            let chips = machine.domain().chips() + extra;
            // A tree may have fewer ends, and not every number of chips is a box.
            if chips > 40 || machine.check_chips(chips).is_err() {
                continue;
            }
            let fabric = check_parts(&machine, chips)?;
            for (from, to) in pairs(&fabric) {
                check_flow(&fabric, from, to)?;
            }
            let inside = machine.domain().injection(machine.domain().chips());
            let first = fabric.injection_bandwidth(EndpointId::new(0), Scope::ScaleUp);
            prop_assert!((first.bytes_per_second() - inside.bytes_per_second()).abs() < 1.0);
        }
    }

    #[test]
    fn every_way_of_a_domain_is_a_path(x in 1..6_usize, y in 1..5_usize, z in 1..4_usize, tree in tree()) {
        let domains: [Box<dyn ScaleUpDomain>; 2] = [Box::new(torus([x, y, z])), Box::new(fat_tree(tree.clone()))];
        let fabrics = [DomainsJoined::new(torus([x, y, z])), DomainsJoined::new(fat_tree(tree))];
        for (domain, machine) in domains.iter().zip(fabrics) {
            let chips = domain.chips().min(60);
            if domain.check_chips(chips).is_err() {
                continue;
            }
            let fabric = check_parts(&machine, chips)?;
            for (from, to) in pairs(&fabric).filter(|(from, to)| from != to) {
                let pair = DomainPair { first_link: 0, chips, from: from.index(), to: to.index() };
                check_ways(&fabric, &domain.ways(pair), from.index(), to.index())?;
            }
        }
    }

    /// Moving all chips of a torus by one along a dimension moves every route with them.
    #[test]
    fn a_torus_looks_the_same_from_every_chip(x in 1..6_usize, y in 1..5_usize, z in 1..4_usize) {
        let sizes = [x, y, z];
        let fabric = DomainsJoined::new(torus(sizes)).build(x * y * z).expect("the torus is sound");
        let moved = |chip: usize, dimension: usize| {
            let mut at = [chip % x, chip / x % y, chip / x / y];
            at[dimension] = (at[dimension] + 1) % sizes[dimension];
            at[0] + x * (at[1] + y * at[2])
        };
        let crossed = |from: usize, to: usize, dimension: Option<usize>| {
            let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("all are joined");
            let place = |node: usize| dimension.map_or(node, |dimension| moved(node, dimension));
            let ends = |(index, weight): (usize, u64)| {
                let link = &fabric.links()[index];
                (place(link.from.index()), place(link.to.index()), weight)
            };
            let links = |hop: &Hop| hop.range().map(|link| (link, hop.weight)).collect::<Vec<_>>();
            let mut crossed: Vec<_> = route.hops().iter().flat_map(links).map(ends).collect();
            crossed.sort_unstable();
            crossed
        };
        for (from, to) in pairs(&fabric) {
            let (from, to) = (from.index(), to.index());
            for dimension in 0..3 {
                let there = crossed(moved(from, dimension), moved(to, dimension), None);
                prop_assert_eq!(crossed(from, to, Some(dimension)), there);
            }
        }
    }

    /// What the chips of one half inject bounds their bisection, and one chip more than none gives some.
    #[test]
    fn bisection_is_bounded_by_injection(machine in domain()) {
        let domain = machine.domain();
        let chips = domain.chips();
        prop_assume!(domain.check_chips(chips).is_ok());
        let bisection = domain.bisection(chips).bytes_per_second();
        let injected = domain.injection(chips).bytes_per_second() * (chips / 2) as f64;
        prop_assert!(bisection <= injected + 1.0, "{bisection} of {injected}");
        prop_assert_eq!(bisection > 0.0, chips > 1);
    }
}
