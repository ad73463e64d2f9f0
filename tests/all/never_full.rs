//! Links that can never be full: what is declared fits, and rates are the same with and without such links.

use copperlight::traffic::{Pattern, TrafficSpec, Uniform as UniformTraffic};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{EndpointId, LinkId, TierId};
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::traffic::simulate_traffic;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{CollectiveCall, CollectiveKind};
use copperlight_tests::cases;
use copperlight_tests::transports::costly;
use copperlight_tests::workloads::{Step, Uniform};
use copperlight_topologies::System;
use copperlight_topologies::catalog;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

const LINK: &str = "link_bandwidth = '10 GB/s'\nlink_latency = '500 ns'\n";

/// What can be asked of each link at most, by its index: all routes are looked at, one by one.
///
/// A flow puts at most the largest `w(link) / w(adapter)` of what one of its ends' own links carries on a link, and
/// that own link carries at most its capacity. Summed over all ends that send over the link, or over all that receive.
fn most_asked_of(fabric: &Fabric) -> BTreeMap<usize, f64> {
    let [by_senders, by_receivers] = [true, false].map(|sending| {
        let mut asked = BTreeMap::new();
        for end in 0..fabric.endpoints() {
            for (link, most) in most_asked_by(fabric, end, sending) {
                *asked.entry(link).or_insert(0.0) += most;
            }
        }
        asked
    });
    by_senders.into_iter().map(|(link, most): (_, f64)| (link, most.min(by_receivers[&link]))).collect()
}

/// What one end can ask of each link that is never full.
fn most_asked_by(fabric: &Fabric, end: usize, sending: bool) -> BTreeMap<usize, f64> {
    let is_own = |link: usize| {
        let link = fabric.link(LinkId::new(link));
        (if sending { link.from } else { link.to }).index() == end
    };
    // For each link, by each of the end's own links that every flow over it crosses.
    let mut most: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
    for other in (0..fabric.endpoints()).filter(|other| *other != end) {
        let (from, to) = if sending { (end, other) } else { (other, end) };
        let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("the ends are joined");
        let crossed = || route.hops().iter().flat_map(|hop| hop.range().map(move |link| (link, hop.weight)));
        let own: BTreeMap<usize, u64> = crossed().filter(|(link, _)| is_own(*link)).collect();
        for (link, weight) in crossed().filter(|(link, _)| fabric.is_never_full(LinkId::new(*link))) {
            let scope = |link| fabric.tiers()[fabric.link(LinkId::new(link)).tier.index()].scope;
            let asked = |(&own, &own_weight): (&usize, &u64)| {
                assert_eq!(scope(own), scope(link), "a transport slows both alike");
                let capacity = fabric.link(LinkId::new(own)).capacity.bytes_per_second();
                (own, weight as f64 / own_weight as f64 * capacity)
            };
            let asked: BTreeMap<usize, f64> = own.iter().map(asked).collect();
            match most.get_mut(&link) {
                None => drop(most.insert(link, asked)),
                Some(known) => {
                    known.retain(|own, _| asked.contains_key(own));
                    known.iter_mut().for_each(|(own, known)| *known = known.max(asked[own]));
                }
            }
        }
    }
    let least = |asked: BTreeMap<usize, f64>| asked.into_values().fold(f64::INFINITY, f64::min);
    most.into_iter().map(|(link, asked)| (link, least(asked))).collect()
}

/// The names of the tiers whose links are never full; checks that they are not, link by link.
fn never_full_tiers(fabric: &Fabric, about: &str) -> Vec<String> {
    for (link, most) in most_asked_of(fabric) {
        let link = LinkId::new(link);
        let capacity = fabric.link(link).capacity.bytes_per_second();
        let name = fabric.link_name(link);
        assert!(
            most <= capacity * (1.0 + 1e-12),
            "{about}: {name} has {capacity} B/s and is asked for {most}"
        );
    }
    let is_never_full = |tier: &usize| {
        let of_tier = |link: &&usize| fabric.link(LinkId::new(**link)).tier == TierId::new(*tier);
        let links: Vec<usize> = (0..fabric.links().len()).collect();
        links.iter().find(of_tier).is_some_and(|link| fabric.is_never_full(LinkId::new(*link)))
    };
    let tiers = (0..fabric.tiers().len()).filter(is_never_full);
    tiers.map(|tier| fabric.tiers()[tier].name.clone()).collect()
}

fn described(text: &str) -> System {
    let table = text.parse().expect("the test writes TOML");
    System::from_family(&table).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

#[test]
fn what_the_presets_declare_fits_every_route() {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for entry in catalog::systems() {
        let name = entry.name();
        let mut system = System::preset(name).expect("the preset is in the catalog");
        // Two domains of 16 or 8 chips, and a part of a third where domains have 16.
        let smaller = [16, 8].into_iter().any(|chips| system.set("chips_per_domain", &chips.into()).is_ok());
        assert!(smaller, "{name} has domains of 8 chips at least");
        let chips = 2 * system.domain_size() + 8;
        let fabric = system.build(chips).unwrap_or_else(|error| panic!("{name}: {error}"));
        found.entry(never_full_tiers(&fabric, name).join(", ")).or_default().push(name);
    }
    insta::assert_debug_snapshot!(found);
}

#[test]
fn oversubscribed_tiers_and_those_of_single_ways_are_never_declared() {
    let two_tier = |node: usize, uplinks: usize| {
        format!(
            "family = 'two-tier-planes'\nchips = {}\nchips_per_node = {node}\nplanes = 2\nuplinks = {uplinks}\n{LINK}",
            3 * node
        )
    };
    let tree = |routing: &str, oversubscription: usize| {
        format!(
            "family = 'fat-tree'\nradix = 6\ntiers = 3\nrouting = '{routing}'\n\
             oversubscription = {oversubscription}\n{LINK}"
        )
    };
    let on_rails = |ratio: f64| {
        let rails =
            "[scale_out]\nfamily = 'rail-optimised'\nbandwidth_per_chip = '40 Gb/s'\nlatency = '1 us'\n";
        format!("family = 'star'\nchips = 5\n{LINK}{rails}rails = 3\nplanes = 2\noversubscription = {ratio}")
    };
    let cases: [(String, usize, &[&str]); 10] = [
        (two_tier(4, 4), 10, &["scale-up-l2"]),
        (two_tier(4, 5), 10, &["scale-up-l2"]),
        (two_tier(4, 3), 10, &[]),
        (tree("spray", 1), 40, &["scale-up-l2", "scale-up-l3"]),
        (tree("spray", 2), 40, &[]),
        (tree("d-mod-k", 1), 40, &[]),
        (tree("ecmp", 1), 40, &[]),
        (on_rails(1.0), 12, &["scale-out-core"]),
        (on_rails(1.001), 12, &[]),
        (format!("family = 'torus'\nsize_x = 3\nsize_y = 2\n{LINK}"), 6, &[]),
    ];
    for (text, chips, expected) in cases {
        let fabric = described(&text).build(chips).expect("the system can be built");
        assert_eq!(never_full_tiers(&fabric, &text), expected, "{text}");
    }
}

#[test]
fn what_is_degraded_declares_nothing() {
    let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    let core = |system: &System| {
        let fabric = system.build(144).expect("two domains can be built");
        fabric.is_never_full(LinkId::new(fabric.links().len() - 1))
    };
    assert!(core(&system));
    let slow = "target = 'plane:3'\ncapacity = 0.5";
    let entry: toml::Value = slow.parse::<toml::Table>().expect("the test writes TOML").into();
    system.set("degrade", &toml::Value::Array(vec![entry])).expect("the entry is sound");
    assert!(!core(&system));
}

/// Fabrics with a core that is exactly wide enough, wider or too narrow, with a number of chips.
fn fabrics() -> impl Strategy<Value = (String, usize)> {
    let two_tier =
        (2..5_usize, 1..4_usize, 1..3_usize, 0..3_usize).prop_map(|(node, planes, links, spare)| {
            let (chips, uplinks) = (3 * node, (node * links + spare).saturating_sub(1).max(1));
            let text = format!(
                "family = 'two-tier-planes'\nchips = {chips}\nchips_per_node = {node}\nplanes = {planes}\n\
             links_per_plane = {links}\nuplinks = {uplinks}\n{LINK}"
            );
            (text, chips)
        });
    let tree =
        (2..4_usize, prop::sample::select(vec!["spray", "spray", "d-mod-k"])).prop_map(|(tiers, routing)| {
            (
                format!("family = 'fat-tree'\nradix = 4\ntiers = {tiers}\nrouting = '{routing}'\n{LINK}"),
                8 * (tiers - 1),
            )
        });
    let star =
        |chips: usize| format!("family = 'star'\nchips = {chips}\n{LINK}[scale_out]\nlatency = '1 us'\n");
    let rails = (2..6_usize, 1..4_usize, 1..4_usize, prop::sample::select(vec![1.0, 1.0, 1.5])).prop_map(
        move |(chips, rails, planes, ratio)| {
            let text = format!(
                "{}family = 'rail-optimised'\nbandwidth_per_chip = '40 Gb/s'\nrails = {rails}\nplanes = {planes}\n\
                 oversubscription = {ratio}",
                star(chips)
            );
            (text, 3 * chips)
        },
    );
    let joined = (1..5_usize).prop_map(move |chips| {
        let text = "family = 'fat-tree'\nbandwidth_per_chip = '40 Gb/s'\nradix = 6\nrouting = 'spray'";
        (format!("{}{text}", star(chips)), 3 * chips)
    });
    prop_oneof![two_tier, tree, rails, joined]
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let call = (kind, 0..200_000u64).prop_map(|(kind, bytes)| CollectiveCall::auto(kind, Bytes::new(bytes)));
    prop_oneof![
        (0..5_000u64).prop_map(Step::Compute),
        (0..2usize, call.clone()).prop_map(|(communicator, call)| Step::Collective(communicator, call)),
        (0..2usize, call).prop_map(|(communicator, call)| Step::Background(communicator, call)),
        (0..100_000u64).prop_map(Step::Shift),
    ]
}

/// Two moments that may differ by roundings.
fn are_close(a: Time, b: Time) -> bool {
    let (a, b) = (a.picoseconds(), b.picoseconds());
    a.abs_diff(b) as f64 <= (1e-9 * a.max(b) as f64).max(2.0)
}

fn bytes_of_links(outcome: &Outcome) -> Vec<(LinkId, u128)> {
    outcome.links.iter().map(|link| (link.link, link.weighted_bytes)).collect()
}

static CASES: AtomicU32 = AtomicU32::new(0);
static DECLARED: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200)))]

    fn programs_take_the_same_time(
        (text, chips) in fabrics(),
        steps in prop::collection::vec(step(), 1..4),
        (whole, slow, fast) in (prop::bool::ANY, 0..40_usize, prop::bool::ANY),
    ) {
        let block = if whole { chips } else { (2..=chips).find(|block| chips.is_multiple_of(*block)).unwrap_or(1) };
        let slow = if fast { Vec::new() } else { vec![slow % chips] };
        let workload = Uniform { ranks: chips, block, slow, steps, repeat: 1 }.workload();
        let build = || described(&text).build(chips).expect("the system can be built");
        let run = |fabric: &Fabric, fold: bool| {
            let options = Options { fold, replay: fold, ..Options::new(costly()) };
            simulate(fabric, &workload, &options, &mut Unobserved).expect("the workload fits the fabric")
        };
        let fabric = build();
        let folded = run(&fabric, true);
        let full = run(&fabric, false);
        prop_assert_eq!(&full.stop, &StopReason::Completed);
        prop_assert_eq!(folded.digest, full.digest);
        let binding = run(&build().with_every_link_binding(), false);
        for (a, b) in full.ranks.iter().zip(&binding.ranks) {
            prop_assert!(are_close(a.end, b.end), "{}: {:?} and {:?}", a.rank, a.end, b.end);
        }
        prop_assert_eq!(bytes_of_links(&full), bytes_of_links(&binding));
        CASES.fetch_add(1, Ordering::Relaxed);
        let declared = (0..fabric.links().len()).any(|link| fabric.is_never_full(LinkId::new(link)));
        DECLARED.fetch_add(u32::from(declared), Ordering::Relaxed);
    }

    #[test]
    fn messages_take_the_same_time((text, chips) in fabrics(), flows in 1..8_usize, seed in 0..100_u64) {
        let pattern = Pattern::Uniform(UniformTraffic { flows_per_chip: Some(flows.min(chips - 1)) });
        let spec = TrafficSpec { pattern, size: Bytes::new(1_000_003), seed: Some(seed) };
        let build = || described(&text).build(chips).expect("the system can be built");
        let run = |fabric: &Fabric| {
            let ran = simulate_traffic(fabric, &spec.traffic(chips), &Options::new(costly()));
            ran.expect("chips reach one another")
        };
        let (with, without) = (run(&build()), run(&build().with_every_link_binding()));
        for (a, b) in with.finished.iter().zip(&without.finished) {
            prop_assert!(are_close(*a, *b), "{:?} and {:?}", a, b);
        }
    }
}

#[test]
fn links_that_are_never_full_change_no_time() {
    programs_take_the_same_time();
    let (cases, declared) = (CASES.load(Ordering::Relaxed), DECLARED.load(Ordering::Relaxed));
    assert!(2 * declared >= cases, "{declared} of {cases} cases had links that are never full");
}
