//! Published and derived figures of the physical layer, its laws, and the reach of every preset.

use super::{Length, Physical, ReachError};
use crate::catalog::systems;
use crate::{BuildError, PhysicalError, System};
use copperlight_core::fabric::Scope;
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::units::Time;

fn preset(name: &str) -> System {
    System::preset(name).expect("the preset is in the catalog")
}

fn with(name: &str, settings: &[(&str, &str)]) -> System {
    let mut system = preset(name);
    for (key, value) in settings {
        system.set(key, &(*value).into()).expect("the override is sound");
    }
    system
}

fn domain(system: &System) -> Physical {
    system.physical(system.domain_size()).expect("the preset has a layout")
}

fn refused(system: &System, chips: usize) -> ReachError {
    match system.build(chips) {
        Err(BuildError::Reach(error)) => error,
        other => panic!("a cable that is too long was accepted: {other:?}"),
    }
}

#[test]
fn the_copper_of_an_nvl72_is_as_long_as_published() {
    let physical = domain(&preset("gb200-nvl72"));
    let tier = &physical.tiers[0];
    assert_eq!((tier.links(), tier.cabled_links(), tier.kind.lanes_per_link()), (1296, 1296, 2));
    assert_eq!(tier.copper_pairs(), 5184);
    // 4 pairs a link; 1.86 miles in one text, 2 miles in most.
    let miles = tier.metres() * 4.0 / 1609.344;
    assert!((1.86..=2.0).contains(&miles), "{miles}");
    // Compute trays 0 to 7 and 17 to 26 around switch trays 8 to 16: at most 18 trays of 44.45 mm, and 0.19 m.
    let longest = tier.longest().expect("the tier has links");
    assert_eq!((longest.length, longest.to.as_str()), (Length::from_metres(0.99), "domain0/plane0"));
    assert_eq!((physical.racks, physical.nodes), (1, 18));
}

#[test]
fn a_cloudmatrix_has_the_published_modules() {
    let physical = domain(&preset("cloudmatrix384"));
    assert_eq!((physical.modules(Scope::ScaleUp), physical.modules(Scope::ScaleOut)), (5376, 1536));
    assert_eq!((physical.racks, physical.nodes), (16, 48));
    assert_eq!(physical.tiers[0].links_on_boards(), 384 * 14);
    assert_eq!(physical.tiers[1].cabled_links(), 336 * 16);
    // From the first rack over 9 racks of 0.6 m to the last switch rack; down from and up to 2.2 m, and 1 m.
    let longest = physical.tiers[1].longest().expect("the tier has links");
    let metres = longest.length.metres();
    assert!((9.0 * 0.6 + 1.0..9.0 * 0.6 + 2.0 * 2.2 + 1.0).contains(&metres), "{metres}");
}

#[test]
fn an_atlas_has_the_announced_racks() {
    let physical = domain(&preset("atlas-950"));
    assert_eq!((physical.racks, physical.nodes), (160, 128));
    assert_eq!(physical.tiers[0].links_on_boards(), 8192 * 18);
    assert_eq!(physical.tiers[1].cabled_links(), 128 * 18 * 64);
    let longest = physical.tiers[1].longest().expect("the tier has links").length.metres();
    // From the first row to the sixth, which ends the switch racks: 5 aisles and at most 15 racks.
    assert!((15.0 + 1.0..15.0 + 9.0 + 4.4 + 1.0).contains(&longest), "{longest}");
}

#[test]
fn optics_in_place_of_copper_take_twenty_kilowatts() {
    let physical = domain(&with("gb200-nvl72", &[("scale_up.medium", "dsp")]));
    let modules = physical.modules(Scope::ScaleUp);
    // 72 GPUs x 18 links x 400 Gb/s x 2 ends / 800 Gb/s.
    assert_eq!(modules, 1296);
    let watts = physical.tiers[0].kind.medium.module_watts().expect("modules draw power") * modules as f64;
    assert_eq!((watts.value, watts.high), (19_440.0, 20_736.0));
}

#[test]
fn every_preset_spans_its_own_cables() {
    for entry in systems() {
        let system = preset(entry.name());
        for chips in [1, system.domain_size(), 2 * system.domain_size() + 1] {
            assert_eq!(system.check_reach(chips), Ok(()), "{} {chips}", entry.name());
        }
    }
}

#[test]
fn copper_does_not_span_a_cloudmatrix() {
    let copper = with("cloudmatrix384", &[("scale_up.medium", "copper")]);
    let error = refused(&copper, 384);
    let ReachError::TooLong(cable) = &error;
    assert_eq!((cable.medium, cable.tier, cable.reach), ("copper", "scale-up-l2", Length::from_metres(2.0)));
    assert!(cable.length > cable.reach);
    assert_eq!(
        error.to_string(),
        "link domain0/node0/l1-plane5 -> domain0/l2-plane5-4 (scale-up-l2) is 10.486 m long and copper reaches 2 m at \
         112 Gb/s a lane; media that would do: cpo, dsp, lpo; set scale_up.uplink_medium = \"cpo\""
    );
    // The first stage stands on the boards of the nodes.
    let own = with("cloudmatrix384", &[("scale_up.medium", "copper"), ("scale_up.uplink_medium", "lpo")]);
    assert_eq!(own.check_reach(768), Ok(()));
    let few = with("cloudmatrix384", &[("scale_up.medium", "copper")]);
    assert!(matches!(few.physical(8), Err(PhysicalError::Reach(_))), "one node still has its second stage");
}

#[test]
fn copper_does_not_span_two_racks_at_200_gigabits_a_lane() {
    let mut larger = preset("gb200-nvl72");
    larger.set("scale_up.chips", &144.into()).expect("the override is sound");
    let ReachError::TooLong(cable) = refused(&larger, 144);
    assert_eq!((cable.tier, cable.reach), ("scale-up", Length::from_metres(1.0)));
    assert!(cable.length > cable.reach);
    larger.set("scale_up.medium", &"dsp".into()).expect("the override is sound");
    assert!(larger.build(144).is_ok());
}

#[test]
fn copper_does_not_join_domains() {
    let copper = with("gb200-nvl72", &[("scale_out.medium", "copper")]);
    assert!(copper.build(72).is_ok(), "a single domain is joined to nothing");
    let ReachError::TooLong(cable) = refused(&copper, 144);
    assert_eq!(cable.tier, "scale-out");
}

#[test]
fn the_longest_link_is_a_link_of_the_fabric() {
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let system = preset(name);
        let fabric = system.build(2 * system.domain_size()).expect("the preset can be built");
        let names: Vec<String> =
            (0..fabric.links().len()).map(|link| fabric.link_name(LinkId::new(link))).collect();
        let physical = system.physical(2 * system.domain_size()).expect("the preset has a layout");
        for tier in &physical.tiers {
            let longest = tier.longest().expect("the tier has links");
            let link = format!("{} -> {}", longest.from, longest.to);
            assert!(names.contains(&link), "{name}: {link}");
            assert!(fabric.tiers().iter().any(|other| other.name == tier.kind.name));
        }
    }
}

#[test]
fn paths_are_the_same_in_both_directions() {
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let system = preset(name);
        let plan = system.physical(20 * system.domain_size()).expect("the preset has a layout").plan;
        let mut places: Vec<_> = (0..10).map(|node| plan.node(node % 3, node)).collect();
        places.extend((0..10).map(|switch| plan.switch(2, 0, switch)));
        places.extend([plan.leaf(0), plan.leaf(19), plan.spine()]);
        for from in &places {
            for to in &places {
                assert_eq!(plan.path(*from, *to), plan.path(*to, *from));
                assert_eq!(plan.path(*from, *to) == Length::ZERO, from == to);
            }
        }
    }
}

#[test]
fn cables_grow_with_the_chips_and_nothing_else_of_a_domain_does() {
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let system = preset(name);
        let size = system.domain_size();
        let (one, many) = (domain(&system), system.physical(1000 * size).expect("the preset has a layout"));
        for (single, thousand) in one.tiers_of(Scope::ScaleUp).zip(many.tiers_of(Scope::ScaleUp)) {
            assert_eq!(thousand.links(), 1000 * single.links(), "{name}");
            assert_eq!(thousand.longest(), single.longest(), "{name}");
            assert_eq!(thousand.modules(), 1000 * single.modules(), "{name}");
        }
        assert_eq!(many.racks, 1000 * one.racks);
    }
}

#[test]
fn links_are_those_of_the_fabric() {
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let system = preset(name);
        for chips in [system.domain_size(), system.domain_size() + 9] {
            let counts = system.counts(chips);
            let physical = system.physical(chips).expect("the preset has a layout");
            let links_per_plane = system.value("scale_up.links_per_plane").unwrap_or(1.0) as usize;
            assert_eq!(physical.tiers[0].links(), counts.links[0] / 2 * links_per_plane, "{name}");
            if name == "cloudmatrix384" {
                assert_eq!(physical.tiers[1].links(), counts.links[1] / 2);
            }
        }
    }
}

/// The latency from one chip to the last of its domain, and to the next domain.
fn latencies(system: &System) -> [Time; 2] {
    let size = system.domain_size();
    let fabric = system.build(2 * size).expect("the system can be built");
    let latency =
        |to| fabric.route(EndpointId::new(0), EndpointId::new(to)).expect("all are joined").latency();
    [latency(size - 1), latency(size)]
}

#[test]
fn another_medium_changes_latency_by_the_difference() {
    let picoseconds =
        |name, settings: &[(&str, &str)]| latencies(&with(name, settings)).map(Time::picoseconds);
    let [inside, outside] = picoseconds("gb200-nvl72", &[]);
    // Two links of 2 x 10 + 110 ns more than copper.
    for medium in ["lpo", "dsp", "cpo"] {
        let optical = picoseconds("gb200-nvl72", &[("scale_up.medium", medium)]);
        assert_eq!(optical, [inside + 260_000, outside], "{medium}");
    }
    assert_eq!(picoseconds("gb200-nvl72", &[("scale_up.medium", "copper")]), [inside, outside]);
    assert_eq!(picoseconds("gb200-nvl72", &[("scale_up.medium", "active-copper")]), [inside, outside]);
    // Traces stay traces and uplinks were optical before.
    assert_eq!(
        picoseconds("cloudmatrix384", &[("scale_up.medium", "dsp")]),
        picoseconds("cloudmatrix384", &[])
    );
    // A latency that was set is the latency.
    for order in [[0, 1], [1, 0]] {
        let settings = [("scale_up.medium", "dsp"), ("scale_up.link_latency", "100 ns")];
        let set = order.map(|index| settings[index]);
        assert_eq!(picoseconds("gb200-nvl72", &set)[0], 200_000);
    }
}

#[test]
fn a_route_between_domains_changes_by_four_links() {
    // 1.5 us less 4 x 130 ns.
    let copper = with("cloudmatrix384", &[("scale_out.medium", "active-copper")]);
    let entry = copper.entry_with_media();
    assert_eq!(entry.base_value("scale_out.latency"), Some(980e-9));
    assert!(entry.value("scale_out.latency").is_some_and(|value| value.source.contains("active-copper")));
}

#[test]
fn impossible_questions_are_answered() {
    assert_eq!(preset("gb200-nvl72").physical(0), Err(PhysicalError::Chips { chips: 0 }));
    let table = "family = 'star'\nlink_bandwidth = '1 GB/s'\nlink_latency = '1 us'";
    let star = System::from_family(&table.parse().expect("the test writes TOML")).expect("a star");
    let unknown = star.physical(8).expect_err("no star is laid out");
    assert_eq!(
        unknown.to_string(),
        "no layout of `star` is known, so nothing says where its racks stand; ask for one of atlas-950, cloudmatrix384, \
         gb200-nvl72, gb300-nvl72 or of a system whose domain is one node, or ask for the links of this \
         one: --analysis"
    );
    assert_eq!(star.check_reach(8), Ok(()));
}

#[test]
fn the_parts_of_an_nvl72() {
    let system = preset("gb200-nvl72");
    let bill = system.bill_of_materials(72).expect("the preset has a layout");
    assert_eq!((bill.switch_chips_l1, bill.switch_chips_l2), (18, 0));
    assert_eq!(bill.switch_chips_l1 as f64, system.value("facts.switch_chips").unwrap_or(0.0));
    assert_eq!((bill.pairs_copper, bill.cables_copper, bill.links_copper), (5184, 5184, 1296));
    assert_eq!(Some(bill.pairs_copper as f64), system.value("facts.copper_pairs"));
    let pairs_per_link = 2.0 * bill.physical.tiers[0].kind.lanes_per_link() as f64;
    assert_eq!(Some(pairs_per_link), system.value("facts.pairs_per_link"));
    // 72 adapters of 400 Gb/s, two to a module of 800: 36 at adapters, 36 at leaves, 36 and 36 between stages.
    assert_eq!((bill.modules_scale_up, bill.modules_scale_out, bill.cables_optical), (0, 144, 72));
    // 32 ports down: 2.25 leaves; 64 ports a spine: 1.125 spines.
    let switches = bill.switches_scale_out.expect("the radix is known");
    assert_eq!((switches.leaf, switches.spine), (3, 2));
    assert_eq!(bill.price_dollars.map(|price| (price.value, price.high)), Some((3e6, 4e6)));
    // 72 x 4075 USD.
    assert_eq!(bill.interconnect_dollars.map(|price| price.value), Some(293_400.0));
}

#[test]
fn the_parts_of_a_cloudmatrix() {
    let system = preset("cloudmatrix384");
    let bill = system.bill_of_materials(384).expect("the preset has a layout");
    assert_eq!((bill.switch_chips_l1, bill.switch_chips_l2), (336, 112));
    assert_eq!((bill.modules_scale_up, bill.modules_scale_out), (5376, 1536));
    assert_eq!((bill.pairs_copper, bill.links_on_boards, bill.links_optical), (0, 5376, 5376 + 768));
    assert_eq!(Some(bill.modules_scale_up as f64), system.value("facts.modules_scale_up"));
    assert_eq!(Some(bill.modules_scale_out as f64), system.value("facts.modules_scale_out"));
    assert_eq!(Some(bill.physical.racks as f64), system.value("facts.racks"));
    assert_eq!(bill.switches_scale_out, None, "no source says what its leaves are");
    // 6912 modules x 500 to 2000 FIT x 8760 h: 30 to 121 a year.
    let failures = bill.module_failures_per_year.expect("the failure rate is known");
    assert_eq!((failures.low.round(), failures.high.round()), (30.0, 121.0));
    // 5376 x 4.25 W.
    let watts = bill.power.module_watts(Scope::ScaleUp).expect("modules draw power");
    assert_eq!((watts.value, watts.low, watts.high), (22_848.0, 21_504.0, 24_192.0));
    assert_eq!((bill.power.chip_watts, bill.power.rest_watts_per_chip), (None, None));
    let thrice = system.bill_of_materials(1152).expect("the preset has a layout");
    assert_eq!((thrice.modules_scale_up, thrice.modules_scale_out), (3 * 5376, 3 * 1536));
}

#[test]
fn the_power_of_an_nvl72_is_shared_out() {
    let copper = preset("gb200-nvl72").static_power(72).expect("the preset has a layout");
    // 120 kW less 72 x 1200 W: 466.7 W a chip for hosts, switches and the rest.
    assert_eq!(copper.chip_watts.map(|watts| watts.value), Some(86_400.0));
    let rest = copper.rest_watts_per_chip.expect("everything but the switches is known");
    assert!((rest.value - 33_600.0 / 72.0).abs() < 1e-9 && copper.rest_contains_switches, "{rest:?}");
    assert_eq!(copper.switch_watts(Scope::ScaleUp), None);
    // 3 leaves and 2 spines.
    assert_eq!(copper.switch_watts(Scope::ScaleOut).map(|watts| watts.value), Some(5.0 * 747.0));
    assert_eq!(copper.module_watts(Scope::ScaleUp).map(|watts| watts.value), Some(0.0));
    assert_eq!(copper.tiers[0].joules_per_bit, None);
    let optical = with("gb200-nvl72", &[("scale_up.medium", "dsp")]);
    let optical = optical.static_power(72).expect("the preset has a layout");
    assert_eq!(optical.domain_watts.map(|watts| watts.value), Some(120_000.0 + 19_440.0));
    assert_eq!(optical.rest_watts_per_chip, copper.rest_watts_per_chip);
}

#[test]
fn a_medium_without_figures_gives_no_figures() {
    let packaged = with("gb200-nvl72", &[("scale_up.medium", "cpo")]);
    let bill = packaged.bill_of_materials(72).expect("the preset has a layout");
    assert_eq!((bill.modules_scale_up, bill.module_failures_per_year), (648, None));
    let active = with("gb200-nvl72", &[("scale_up.medium", "active-copper")]);
    let bill = active.bill_of_materials(72).expect("the preset has a layout");
    assert_eq!((bill.modules_scale_up, bill.pairs_copper), (0, 5184));
}

#[test]
fn a_hundred_thousand_chips_are_laid_out_in_groups() {
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let physical = preset(name).physical(100_000).expect("the preset has a layout");
        assert!(physical.tiers.iter().map(|tier| tier.groups().count()).sum::<usize>() < 10_000);
    }
}
