//! Tests of the overrides: every key, every fault.

use super::*;
use crate::quantity::Power;
use copperlight_core::ids::EndpointId;
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Time};

fn preset(name: &str) -> System {
    System::preset(name).expect("the preset is in the catalog")
}

fn with(name: &str, key: &str, value: impl Into<toml::Value>) -> System {
    let mut system = preset(name);
    system.set(key, &value.into()).expect("the override is sound");
    system
}

fn fault(name: &str, key: &str, value: impl Into<toml::Value>) -> OverrideError {
    let mut system = preset(name);
    let before = system.clone();
    let error = system.set(key, &value.into()).expect_err("the override is faulty");
    assert_eq!(system, before, "a faulty override changes nothing");
    error
}

/// A value that each key takes.
fn example(key: &str) -> toml::Value {
    match key {
        CHIPS_PER_DOMAIN => 16.into(),
        TRANSPORT => "ideal".into(),
        RANK_ORDER => "pp-dp-tp".into(),
        "chip.communication_slowing" => 0.2.into(),
        _ if medium::is_key(key) => "dsp".into(),
        DEGRADE => vec![toml::toml! { target = "plane:3"
        capacity = 0.5 }]
        .into(),
        _ => {
            let key = key.strip_suffix(BIDIRECTIONAL).unwrap_or(key);
            let dimension = dimension_of(Section::Systems, key).expect("a known key is a field");
            match dimension {
                Dimension::Count => 8.into(),
                Dimension::Share => 0.5.into(),
                Dimension::Ratio => 2.into(),
                _ => dimension.example().into(),
            }
        }
    }
}

/// Systems that have every key between them.
fn all_kinds() -> Vec<System> {
    let described = |text: &str| {
        let table = format!("{text}\nlink_bandwidth = '1 GB/s'\nlink_latency = '1 us'");
        System::from_family(&table.parse().expect("the test writes TOML")).expect("the description is sound")
    };
    let joined = "scale_out = { family = 'fat-tree', bandwidth_per_chip = '400G', latency = '1 us' }";
    vec![
        preset("cloudmatrix384"),
        described("family = 'torus'\nsize_x = 4\nsize_y = 4"),
        described(&format!("family = 'full-mesh'\nchips = 8\n{joined}")),
        described("family = 'fat-tree'\nradix = 24"),
    ]
}

#[test]
fn every_known_key_can_be_set() {
    for key in System::known_keys() {
        let value = match dimension_of(Section::Systems, key.trim_end_matches(BIDIRECTIONAL)) {
            None if key.ends_with("routing") => "ecmp".into(),
            _ if key.ends_with("tiers") => 3.into(),
            _ => example(key),
        };
        let takes = |system: &mut System| match system.set(key, &value) {
            Ok(()) => true,
            Err(OverrideError::NotOfThisSystem { .. }) => false,
            Err(error) => panic!("{error}"),
        };
        let mut systems = all_kinds();
        let system = systems.iter_mut().find_map(|system| takes(system).then_some(&*system));
        let system = system.unwrap_or_else(|| panic!("no system has {key}"));
        assert!(system.build(system.domain_size() + 16).is_ok() || system.build(16).is_ok(), "{key}");
    }
}

#[test]
fn overrides_reach_the_chip_and_the_wires() {
    let system = with("gb200-nvl72", "chip.peak_bf16", "2 PFLOP/s");
    let chip = system.chip().expect("a preset has a chip");
    assert_eq!(chip.peak_bf16().flops_per_second(), 2e15);
    let slower = with("gb200-nvl72", "scale_up.link_bandwidth", "45 GB/s");
    assert_eq!(slower.scale_up_bandwidth_per_chip(), Bandwidth::from_gigabytes_per_second(810.0));
    let both = with("gb200-nvl72", "scale_up.link_bandwidth_bidirectional", "90 GB/s");
    assert_eq!(both.scale_up_bandwidth_per_chip(), Bandwidth::from_gigabytes_per_second(810.0));
    let adapter = with("gb200-nvl72", "scale_out.bandwidth_per_chip", "800G");
    let rate = adapter.scale_out_bandwidth_per_chip();
    assert_eq!(rate, Some(Bandwidth::from_gigabytes_per_second(100.0)));
    let power = with("cloudmatrix384", "chip.power", "600 W");
    assert_eq!(power.chip().and_then(Chip::power).map(Power::watts), Some(600.0));
    // Its switches reduce and copy, without software for nothing.
    let ideal = Transport::ideal();
    assert_eq!(with("gb200-nvl72", "transport", "ideal").transport(), ideal.with_ideal_switches());
    assert_eq!(with("cloudmatrix384", "transport", "ideal").transport(), ideal);
    assert_eq!(with("gb200-nvl72", "chips_per_domain", 64).domain_size(), 64);
}

#[test]
fn link_latency_is_that_of_every_scale_up_link_unless_uplinks_have_their_own() {
    let latency = |system: &System| {
        let fabric = system.build(16).expect("the system can be built");
        fabric.route(EndpointId::new(0), EndpointId::new(8)).expect("one domain").latency()
    };
    let nothing = with("cloudmatrix384", LINK_LATENCY, "0 ns");
    assert_eq!(latency(&nothing), Time::ZERO);
    for order in [[LINK_LATENCY, UPLINK_LATENCY], [UPLINK_LATENCY, LINK_LATENCY]] {
        let mut system = preset("cloudmatrix384");
        for key in order {
            let value = if key == LINK_LATENCY { "100 ns" } else { "30 ns" };
            system.set(key, &value.into()).expect("the override is sound");
        }
        assert_eq!(latency(&system), Time::from_picoseconds(260_000));
    }
}

#[test]
fn oversubscription_thins_the_core() {
    for value in [toml::Value::from(2), 2.0.into(), "2:1".into()] {
        let fabric = with("gb200-nvl72", OVERSUBSCRIPTION, value).build(144).expect("two domains");
        let core = fabric.tiers().iter().position(|tier| tier.name == "scale-out-core");
        let core = core.expect("two domains have a core");
        let link = fabric.links().iter().find(|link| link.tier.index() == core).expect("it has links");
        // 18 adapters of 50 GB/s, halved.
        assert_eq!(link.capacity, Bandwidth::from_gigabytes_per_second(450.0));
    }
}

#[test]
fn a_table_sets_every_key_in_it() {
    let table: toml::Table =
        "peak_bf16 = '2 PFLOP/s'\nhbm_capacity = '200 GB'".parse().expect("the test writes TOML");
    let system = with("gb200-nvl72", "chip", table);
    let chip = system.chip().expect("a preset has a chip");
    assert_eq!((chip.peak_bf16().flops_per_second(), chip.hbm_capacity().count()), (2e15, 200_000_000_000));
}

#[test]
fn every_fault_has_its_error() {
    let nvl72 = |key: &str, value: toml::Value| fault("gb200-nvl72", key, value);
    let near = nvl72("scale_up.link_bandwith", "45 GB/s".into());
    assert!(matches!(&near, OverrideError::UnknownKey { suggestion, .. }
        if suggestion.name() == Some("scale_up.link_bandwidth")));
    assert!(matches!(nvl72("facts.power", "1 W".into()), OverrideError::UnknownKey { .. }));
    for key in ANNOUNCED_KEYS {
        let later = nvl72(key, "x".into());
        assert_eq!(later.to_string(), format!("`{key}` is not available yet; remove it"));
    }
    let other = nvl72(UPLINK_LATENCY, "1 us".into());
    assert!(matches!(other, OverrideError::NotOfThisSystem { .. }));
    // A key that does not apply has no right value.
    for key in ["scale_up.size_x", "scale_up.uplink_medium", UPLINK_LATENCY] {
        assert!(matches!(nvl72(key, "nonsense".into()), OverrideError::NotOfThisSystem { .. }), "{key}");
    }
    let bare = nvl72("scale_up.link_bandwidth", 45.into());
    assert_eq!(
        bare.to_string(),
        "`scale_up.link_bandwidth` must be a text with a number and its unit, and this is a bare number; \
         write scale_up.link_bandwidth = \"50 GB/s\""
    );
    assert!(matches!(nvl72("scale_up.planes", 1.5.into()), OverrideError::WrongType { .. }));
    assert!(matches!(nvl72("chip.power", "400 GB".into()), OverrideError::Unit { .. }));
    assert!(matches!(nvl72(CHIPS_PER_DOMAIN, 73.into()), OverrideError::Parameter { .. }));
    assert!(matches!(nvl72(CHIPS_PER_DOMAIN, (-1).into()), OverrideError::Parameter { .. }));
    assert!(matches!(nvl72(CHIPS_PER_DOMAIN, "64".into()), OverrideError::WrongType { .. }));
    assert!(matches!(nvl72(TRANSPORT, true.into()), OverrideError::WrongType { .. }));
    let transport = nvl72(TRANSPORT, "idael".into());
    assert!(matches!(transport, OverrideError::Transport { .. }));
    assert_eq!(transport.key(), "transport");
}

#[test]
fn an_order_of_ranks_is_a_list_or_a_text() {
    let order = |value: toml::Value| with("gb200-nvl72", RANK_ORDER, value).rank_order().to_string();
    assert_eq!(order("data-tensor-pipeline".into()), "data-tensor-pipeline");
    let list = |names: &[&str]| toml::Value::from(names.to_vec());
    assert_eq!(order(list(&["pipeline", "tp", "context", "data"])), "pipeline-tensor-context-data");
    let refused = |value: toml::Value| fault("gb200-nvl72", RANK_ORDER, value).to_string();
    assert_eq!(
        refused(list(&["tensor", "dta", "pipeline"])),
        "`rank_order`: there is no direction `dta` (did you mean `data`?); directions: tensor (tp), context (cp), \
         expert (ep), data (dp), pipeline (pp)"
    );
    assert_eq!(
        refused(list(&["tensor", "pipeline"])),
        "`rank_order`: `data` is missing; name tensor, data and pipeline, for example \"tensor-pipeline-data\""
    );
    assert_eq!(
        refused(list(&["tensor", "data", "pipeline", "dp"])),
        "`rank_order`: `data` stands there twice; name each direction once"
    );
    let written = "`rank_order` must be a list of directions, and this is";
    let example = "write rank_order = [\"tensor\", \"data\", \"pipeline\"]";
    assert_eq!(refused(8.into()), format!("{written} a bare number; {example}"));
    assert_eq!(refused(toml::Value::Array(vec![true.into()])), format!("{written} true or false; {example}"));
    assert_eq!(fault("gb200-nvl72", RANK_ORDER, 8).key(), "rank_order");
}

#[test]
fn absurd_values_are_refused_with_the_range() {
    let mut systems = all_kinds();
    let mut refused = |key: &str, value: toml::Value| {
        let mut errors = systems.iter_mut().map(|system| system.set(key, &value).expect_err("it is absurd"));
        let applies = |error: &OverrideError| !matches!(error, OverrideError::NotOfThisSystem { .. });
        let error = errors.find(applies).unwrap_or_else(|| panic!("no system has {key}"));
        assert!(matches!(error, OverrideError::OutOfRange { .. }), "{key}: {error}");
        error.to_string()
    };
    assert_eq!(
        refused("chip.peak_bf16", "1 FLOP/s".into()),
        "`chip.peak_bf16` is 1 FLOP/s; it must be from 1 GFLOP/s to 1000 PFLOP/s"
    );
    for key in System::known_keys().iter().filter(|key| key.contains('.')) {
        let Some(dimension) = dimension_of(Section::Systems, key.trim_end_matches(BIDIRECTIONAL)) else {
            continue;
        };
        let unit = dimension.example().split_whitespace().last().unwrap_or_default();
        for number in [-1.0, 1e30, f64::NAN] {
            let value = match dimension {
                Dimension::Share | Dimension::Ratio => number.into(),
                Dimension::Count if number.is_nan() => 1_000_000_001.into(),
                Dimension::Count => (number.signum() as i64 * 2_000_000_000).into(),
                _ => toml::Value::from(format!("{number:.0} {unit}")),
            };
            if number.is_nan() && value.is_str() {
                continue;
            }
            refused(key, value);
        }
    }
}

#[test]
fn a_bandwidth_is_set_in_one_way() {
    for (one, other) in [
        ("scale_up.link_bandwidth", "scale_up.link_bandwidth_bidirectional"),
        ("scale_out.bandwidth_per_chip_bidirectional", ADAPTER_RATE),
    ] {
        let mut system = with("gb200-nvl72", one, "45 GB/s");
        system.set(one, &"40 GB/s".into()).expect("the same key may be set again");
        let twice = system.set(other, &"45 GB/s".into()).expect_err("both forms are set");
        assert!(matches!(twice, OverrideError::TwoBandwidths { .. }), "{twice}");
    }
}

#[test]
fn nodes_make_up_a_domain_whatever_the_order_of_overrides() {
    for keys in [["scale_up.chips", "scale_up.chips_per_node"], ["scale_up.chips_per_node", "scale_up.chips"]]
    {
        let mut system = preset("gb200-nvl72");
        for key in keys {
            let value = if key == "scale_up.chips" { 70 } else { 7 };
            system.set(key, &value.into()).expect("each is sound by itself");
        }
        assert_eq!(system.check_together(), Ok(()));
    }
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let uneven = with(name, "scale_up.chips_per_node", 5);
        let error = uneven.check_together().expect_err("5 divides neither 72 nor 384");
        assert!(matches!(error, ParameterError::ChipsPerNode { nearest: 4, .. }), "{error}");
        assert!(uneven.build(8).is_err());
    }
}

#[test]
fn a_bare_family_has_no_chip_to_override() {
    let table = "family = 'star'\nlink_bandwidth = '1 GB/s'\nlink_latency = '1 us'";
    let mut star = System::from_family(&table.parse().expect("the test writes TOML")).expect("a star");
    for (key, value) in
        [("chip.power", "1 W".into()), (ADAPTER_RATE, "1 GB/s".into()), (CHIPS_PER_DOMAIN, 2.into())]
    {
        let refused = star.set(key, &value);
        assert!(matches!(refused, Err(OverrideError::NotOfThisSystem { .. })), "{key}");
    }
    star.set("scale_up.link_bandwidth", &"2 GB/s".into()).expect("a star has links");
    assert_eq!(star.scale_up_bandwidth_per_chip(), Bandwidth::from_gigabytes_per_second(2.0));
}
