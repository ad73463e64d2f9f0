//! What is slow or gone: closed forms, routes by hand, and laws over random faults.

mod detours;
mod laws;
mod scenarios;

use copperlight_core::fabric::{Fabric, Scope};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use copperlight_topologies::{BuildError, System};
use std::collections::BTreeMap;

/// A preset, or a small system of a family, with these keys, each as TOML.
fn system(preset: &str, keys: &[(&str, &str)]) -> System {
    let sizes = match preset {
        "star" => Some(""),
        "torus" => Some("size_x = 4\nsize_y = 4"),
        "full-mesh" => Some("chips = 16"),
        "fat-tree" => Some("radix = 8"),
        _ => None,
    };
    let mut system = match sizes {
        None => System::preset(preset).expect("the preset is in the catalog"),
        Some(sizes) => {
            let links = "link_bandwidth = '50 GB/s'\nlink_latency = '1 us'";
            let family = format!("family = '{preset}'\n{sizes}\n{links}").parse();
            System::from_family(&family.expect("the test writes TOML")).expect("the family is sound")
        }
    };
    for (key, value) in keys {
        let table: toml::Table = format!("it = {value}").parse().expect("the test writes TOML");
        system.set(key, &table["it"]).expect("the override is sound");
    }
    system
}

/// A preset with these entries of `degrade`.
fn degraded(preset: &str, entries: &str) -> System {
    system(preset, &[("degrade", &format!("[{entries}]"))])
}

fn build(system: &System, chips: usize) -> Fabric {
    system.build(chips).expect("the system can be built")
}

/// A ring all-reduce of 7.2 GB over the first 72 chips, without software.
fn all_reduce(system: &System) -> Outcome {
    let call = CollectiveCall {
        algorithm: Some(Algorithm::Ring),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(7_200_000_000))
    };
    let options = Options::new(Transport::ideal());
    let fabric = build(system, 72);
    simulate(&fabric, &SingleCollective::new(72, call), &options, &mut Unobserved).expect("all are joined")
}

/// The weight of every link of a route, by name.
fn weights(fabric: &Fabric, from: usize, to: usize) -> BTreeMap<String, u64> {
    let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("the chips are joined");
    let links = route.hops().iter().flat_map(|hop| hop.range().map(|link| (link, hop.weight)));
    links.map(|(link, weight)| (fabric.link_name(LinkId::new(link)), weight)).collect()
}

#[test]
fn a_plane_that_is_gone_costs_its_share() {
    // 142 steps of 600 ns and 100 MB: at 18, 17 and 17.5 planes of 50 GB/s.
    let end = |gigabytes: f64| {
        let drain = Bandwidth::from_gigabytes_per_second(gigabytes).drain_time(Bytes::new(100_000_000));
        (Time::from_picoseconds(600_000) + drain) * 142
    };
    assert_eq!(all_reduce(&degraded("gb200-nvl72", "")).end, end(900.0));
    let gone = degraded("gb200-nvl72", "{ target = 'plane:3', capacity = 0 }");
    assert_eq!(all_reduce(&gone).end, end(850.0));
    let half = degraded("gb200-nvl72", "{ target = 'plane:3', capacity = 0.5 }");
    assert_eq!(all_reduce(&half).end, end(875.0));
    // In the limit of large buffers: 18 / 17 of the time.
    let ratio = end(850.0).seconds() / end(900.0).seconds();
    assert!((ratio - 18.0 / 17.0).abs() < 1e-3, "{ratio}");
}

#[test]
fn which_plane_is_gone_makes_no_difference() {
    let with = |plane: usize| {
        let outcome =
            all_reduce(&degraded("gb200-nvl72", &format!("{{ target = 'plane:{plane}', capacity = 0.3 }}")));
        (outcome.end, outcome.digest.to_string())
    };
    let first = with(0);
    assert!((1..18).all(|plane| with(plane) == first), "planes are alike");
}

#[test]
fn a_spine_that_is_gone_leaves_its_plane_to_the_others() {
    let system = degraded("cloudmatrix384", "{ target = 'switch:domain0/l2-plane2-5', capacity = 0 }");
    let fabric = build(&system, 384);
    let unit = fabric.weight_denominator();
    let across = weights(&fabric, 0, 8);
    // Every plane keeps a seventh: 16 L2 chips carry a 16th of it each, the 15 of plane 2 a 15th.
    assert_eq!(across.len(), 7 + 111 + 111 + 7);
    for plane in 0..7 {
        assert_eq!(across[&format!("domain0/chip0 -> domain0/node0/l1-plane{plane}")], unit / 7);
        assert_eq!(across[&format!("domain0/node1/l1-plane{plane} -> domain0/chip8")], unit / 7);
        for spine in 0..16 {
            let up = format!("domain0/node0/l1-plane{plane} -> domain0/l2-plane{plane}-{spine}");
            let expected = match (plane, spine) {
                (2, 5) => None,
                (2, _) => Some(unit / 105),
                _ => Some(unit / 112),
            };
            assert_eq!(across.get(&up).copied(), expected, "{up}");
        }
    }
    // A route inside a node crosses no L2 chip.
    assert_eq!(weights(&fabric, 0, 7).values().copied().collect::<Vec<_>>(), [unit / 7; 14]);
    // A spine at half speed still carries its 16th of a plane: 3.5 of 14 GB/s.
    let slow = degraded("cloudmatrix384", "{ target = 'switch:domain0/l2-plane2-5', capacity = 0.5 }");
    let fabric = build(&slow, 384);
    let links = weights(&fabric, 0, 8);
    assert_eq!(links.values().filter(|&&weight| weight == fabric.weight_denominator() / 112).count(), 224);
}

#[test]
fn only_the_pairs_of_a_chip_avoid_its_dead_link() {
    let entry = "{ target = 'link:domain0/chip5 <-> domain0/plane3', capacity = 0 }";
    let fabric = build(&degraded("gb200-nvl72", entry), 72);
    let unit = fabric.weight_denominator();
    for (from, to) in [(5, 9), (9, 5)] {
        let links = weights(&fabric, from, to);
        assert!(links.values().all(|&weight| weight == unit / 17) && links.len() == 34, "{links:?}");
        assert!(!links.keys().any(|name| name.contains("plane3 ") || name.ends_with("plane3")));
    }
    let others = weights(&fabric, 6, 9);
    assert!(others.values().all(|&weight| weight == unit / 18) && others.len() == 36);
}

#[test]
fn chips_without_a_common_plane_meet_at_another() {
    let entries = "{ target = 'link:domain0/chip0 <-> domain0/plane0', capacity = 0 }, \
                   { target = 'link:domain0/chip1 <-> domain0/plane1', capacity = 0 }";
    let system = system("gb200-nvl72", &[("scale_up.planes", "2"), ("degrade", &format!("[{entries}]"))]);
    let fabric = build(&system, 72);
    let names: Vec<String> = weights(&fabric, 0, 1).into_keys().collect();
    let path = [
        "domain0/chip0 -> domain0/plane1",
        "domain0/chip2 -> domain0/plane0",
        "domain0/plane0 -> domain0/chip1",
        "domain0/plane1 -> domain0/chip2",
    ];
    assert_eq!(names, path);
    assert_eq!(weights(&fabric, 0, 2).len(), 2, "others share a plane");
}

#[test]
fn chips_that_are_cut_off_are_named() {
    let cut = degraded("gb200-nvl72", "{ target = 'links', share = 1.0, capacity = 0 }").build(72);
    let error = cut.expect_err("no link is left").to_string();
    assert_eq!(error, "domain0/chip0 cannot reach domain0/chip1: no path of links joins them");
}

#[test]
fn later_chips_move_up_where_one_is_out_of_service() {
    let system =
        degraded("gb200-nvl72", "{ target = 'tray:5', capacity = 0 }, { target = 'chip:0', capacity = 0 }");
    assert_eq!(system.chips_in_service(), 67);
    let fabric = build(&system, 72);
    let name = |chip: usize| fabric.node_name(EndpointId::new(chip).into()).to_owned();
    assert_eq!(fabric.endpoints(), 72);
    assert_eq!([name(0), name(18), name(19)], ["domain0/chip1", "domain0/chip19", "domain0/chip24"]);
    assert_eq!([name(66), name(67)], ["domain0/chip71", "domain1/chip0"]);
    let node = |chip| fabric.levels()[0].container(EndpointId::new(chip));
    assert_eq!([node(0), node(18), node(19), node(67)], [0, 4, 6, 18], "trays keep their numbers");
    assert_eq!(fabric.switches(), 2 * 18 + 8 + 1);
    // Routes are those of the places where chips stand.
    let links = weights(&fabric, 0, 19);
    assert!(links.contains_key("domain0/chip1 -> domain0/plane0"), "{links:?}");
    assert!(links.contains_key("domain0/plane17 -> domain0/chip24"), "{links:?}");
    assert_eq!(weights(&fabric, 0, 67).len(), 4);
    let outside = |chip| fabric.same_domain(EndpointId::new(0), EndpointId::new(chip));
    assert!(outside(66) && !outside(67));
}

#[test]
fn a_domain_of_any_size_keeps_the_place_of_a_removed_chip() {
    let mut star = system("star", &[("degrade", "[{ target = 'chip:1', capacity = 0 }]")]);
    let fabric = build(&star, 4);
    assert_eq!(fabric.node_name(EndpointId::new(3).into()), "domain0/chip4");
    let refused = star.set(
        "degrade",
        &toml::Value::from(vec![toml::toml! { target = "chip:1"
        compute = 0.5 }]),
    );
    assert!(refused.is_err(), "a star has no kernels");
    let planes = toml::toml! { target = "plane:0"
    capacity = 0 };
    star.set("degrade", &vec![planes].into()).expect("the entry is sound by itself");
    assert!(matches!(star.build(4), Err(BuildError::Degrade { index: 0, .. })));
}

#[test]
fn draws_follow_their_seed() {
    let dead = |entry: &str, seed: u64| -> Vec<String> {
        let mut system = degraded("gb200-nvl72", entry);
        system.set_draw_seed(seed);
        let fabric = build(&system, 72);
        let all = (0..fabric.links().len()).map(LinkId::new);
        all.filter(|&link| fabric.has_failed(link)).map(|link| fabric.link_name(link)).collect()
    };
    let five = "{ target = 'links', count = 5, tier = 'scale-up', capacity = 0 }";
    assert_eq!(dead(five, 1).len(), 10, "both directions of a cable fail");
    assert_eq!(dead(five, 1), dead(five, 1));
    assert_ne!(dead(five, 1), dead(five, 2));
    let own = "{ target = 'links', count = 5, tier = 'scale-up', capacity = 0, seed = 1 }";
    assert_eq!(dead(own, 2), dead(five, 1), "an entry may name its seed");
    // 1 % of 1296 cables, to the nearest; a switch has 144 links.
    assert_eq!(dead("{ target = 'links', share = 0.01, capacity = 0 }", 1).len(), 26);
    assert_eq!(dead("{ target = 'switches', count = 1, capacity = 0 }", 1).len(), 144);
}

#[test]
fn drawn_chips_are_drawn_among_all_that_stand() {
    let in_service = |entries: &str| degraded("hgx-h100", entries).chips_in_service();
    let removed = |count: usize| format!("{{ target = 'chips', count = {count}, capacity = 0 }}");
    assert_eq!([1, 5, 8, 9].map(|count| in_service(&removed(count))), [7, 3, 0, 0]);
    for count in 1..8 {
        let fabric = build(&degraded("hgx-h100", &removed(count)), 8 - count);
        assert_eq!(fabric.endpoints(), 8 - count);
        let last = fabric.node_name(EndpointId::new(7 - count).into());
        assert!(last.starts_with("domain0/"), "{last}: what is left of a domain fits into it");
    }
    // As many as stay in service and those that were drawn: 13 places are two domains.
    let fabric = build(&degraded("hgx-h100", &removed(5)), 8);
    assert!(fabric.node_name(EndpointId::new(7).into()).starts_with("domain1/"));
    // A domain may be drawn whole, or more.
    assert_eq!(build(&degraded("hgx-h100", &removed(9)), 8).endpoints(), 8);
    // A share is one of all places: a quarter of 16 leaves 12.
    let quarter = degraded("hgx-h100", "{ target = 'chips', share = 0.25, capacity = 0 }");
    assert_eq!((quarter.chips_in_service(), build(&quarter, 12).endpoints()), (6, 12));
    // Draws leave out what was removed by name: 4 of the other 7.
    let both = format!("{{ target = 'chip:2', capacity = 0 }}, {}", removed(4));
    assert_eq!(in_service(&both), 3);
    assert_eq!(build(&degraded("hgx-h100", &both), 3).endpoints(), 3);
}

#[test]
fn a_domain_that_is_gone_has_no_size() {
    let one_by_one: Vec<String> =
        (0..8).map(|chip| format!("{{ target = 'chip:{chip}', capacity = 0 }}")).collect();
    let whole = [
        "{ target = 'domain:0', capacity = 0 }",
        "{ target = 'chips', count = 8, capacity = 0 }",
        &one_by_one.join(", "),
    ];
    for entries in whole {
        let system = degraded("hgx-h100", entries);
        assert_eq!((system.chips_in_service(), system.default_chips()), (0, None), "{entries}");
        assert_eq!(build(&system, 8).endpoints(), 8);
    }
}

#[test]
fn a_graph_searches_among_what_is_left() {
    let table = "family = 'graph'\nfile = 'x.toml'".parse().expect("the test writes TOML");
    // Two chips under two switches, the second of which is farther, and a third chip under both.
    let text = "bandwidth = '10 GB/s'\nlatency = '1 us'
        nodes = [{ name = 'a' }, { name = 'b' }, { name = 'c' }, { name = 's', kind = 'switch' }, \
                 { name = 't', kind = 'switch' }]
        links = [{ from = 'a', to = 's' }, { from = 'b', to = 's' }, { from = 'c', to = 's' }, \
                 { from = 'a', to = 't', latency = '2 us' }, { from = 'b', to = 't' }, { from = 'c', to = 't' }]";
    let graph = |entries: &str| {
        let system = System::from_family_with_files(&table, &|_| Ok(text.to_owned()));
        let mut system = system.expect("the graph is sound");
        let entries: toml::Table = format!("it = [{entries}]").parse().expect("the test writes TOML");
        system.set("degrade", &entries["it"]).expect("the entries are sound by themselves");
        system
    };
    let names =
        |entries: &str| -> Vec<String> { weights(&build(&graph(entries), 3), 0, 1).into_keys().collect() };
    let (near, far) = (["a -> s", "s -> b"], ["a -> t", "t -> b"]);
    assert_eq!(names(""), near);
    assert_eq!(names("{ target = 'switch:s', capacity = 0 }"), far);
    assert_eq!(names("{ target = 'link:a -> s', capacity = 0 }"), far);
    assert_eq!(names("{ target = 'link:a <-> s', capacity = 0.5 }"), near);
    let injected = |entries: &str| {
        let fabric = build(&graph(entries), 3);
        fabric.injection_bandwidth(EndpointId::new(0), Scope::ScaleUp).gigabytes_per_second()
    };
    assert_eq!(injected("{ target = 'chip:0', capacity = 0.25 }"), 5.0);
    assert_eq!(injected("{ target = 'chips', count = 3, capacity = 0.25 }"), 5.0);
    assert_eq!(names("{ target = 'switches', count = 1, capacity = 0, seed = 1 }").len(), 2);
    let one = graph("{ target = 'links', count = 1, capacity = 0 }");
    assert_eq!(one.warnings(), ["graph: degraded: 1 drawn link with seed 1 removed"]);
    assert_eq!((one.default_chips(), one.slow_chips(3).map(|slow| slow.len())), (Some(3), Ok(0)));
}

#[test]
fn one_target_listed_twice_is_noted_once() {
    let note = |entries: &str| degraded("gb200-nvl72", entries).warnings().swap_remove(0);
    let half = "{ target = 'plane:3', capacity = 0.5 }";
    assert_eq!(
        note(&format!("{half}, {half}, {{ target = 'plane:4', capacity = 0.5 }}")),
        "gb200-nvl72: degraded: 1 of 18 planes at 0.25 of the capacity; 1 of 18 planes at 0.5 of the capacity"
    );
    let gone = format!("{half}, {{ target = 'plane:3', capacity = 0 }}");
    assert_eq!(note(&gone), "gb200-nvl72: degraded: 1 of 18 planes removed");
    let chip = "{ target = 'chip:3', compute = 0.5 }, { target = 'chip:3', compute = 0.1 }, \
                { target = 'chip:3', capacity = 0.5 }";
    let expected = "gb200-nvl72: degraded: chip:3 at 0.05 of the compute; chip:3 at 0.5 of the capacity";
    assert_eq!(note(chip), expected);
}

#[test]
fn slow_chips_are_numbered_as_they_stand() {
    let entries = "{ target = 'chip:2', capacity = 0 }, { target = 'node:0', compute = 0.5 }, \
                   { target = 'domain:0/chip:3', compute = 0.8 }";
    let slow = degraded("gb200-nvl72", entries).slow_chips(72).expect("the chips exist");
    assert_eq!(slow.into_iter().collect::<Vec<_>>(), [(0, 0.5), (1, 0.5), (2, 0.4)]);
}

#[test]
fn a_system_says_what_is_wrong_with_it() {
    let entries = "{ target = 'plane:3', capacity = 0 }, { target = 'plane:4', capacity = 0 }, \
                   { target = 'chip:2', compute = 0.9 }, { target = 'links', count = 5, tier = 'scale-up', capacity = 0.5 }";
    let note = "gb200-nvl72: degraded: 2 of 18 planes removed; chip:2 at 0.9 of the compute; \
                5 drawn links of scale-up with seed 1 at 0.5 of the capacity";
    let system = degraded("gb200-nvl72", entries);
    assert_eq!(system.warnings().first().map(String::as_str), Some(note));
    let written = system.resolved()["degrade"].as_array().cloned().expect("the entries are told");
    let mut again = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    again.set("degrade", &written.into()).expect("what was told can be read");
    assert_eq!(again.degradations(), system.degradations());
}
