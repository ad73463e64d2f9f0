//! Tests of descriptions by table: every family, every fault.

use super::*;
use copperlight_core::ids::EndpointId;
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Time};

fn family(text: &str) -> Result<System, FamilyError> {
    System::from_family(&text.parse().expect("the test writes TOML"))
}

fn fault(text: &str) -> String {
    family(text).expect_err("the description is faulty").to_string()
}

/// The parameters that a family cannot do without, as examples.
fn least(family: &Family) -> String {
    let required = family.parameters.iter().filter(|parameter| parameter.fallback == Fallback::Required);
    let lines = required.map(|parameter| format!("{} = {}\n", parameter.name(), parameter.example()));
    format!("family = '{}'\n{}", family.name, lines.collect::<String>())
}

#[test]
fn a_star_is_described_by_one_link() {
    let system = family("family = 'star'\nlink_bandwidth = '400 Gb/s'\nlink_latency = '500 ns'");
    let system = system.expect("the star is sound");
    assert_eq!(system.scale_up_bandwidth_per_chip(), Bandwidth::from_gigabytes_per_second(50.0));
    assert_eq!((system.chip(), system.transport()), (None, Transport::ideal()));
    assert_eq!(
        (system.build(8).expect("a star of any size").links().len(), system.default_chips()),
        (16, None)
    );
    let both = family("family = 'star'\nlink_bandwidth_bidirectional = '100 GB/s'\nlink_latency = '1 us'");
    let rate = both.expect("the star is sound").scale_up_bandwidth_per_chip();
    assert_eq!(rate, Bandwidth::from_gigabytes_per_second(50.0));
}

#[test]
fn every_family_is_described_by_what_it_requires() {
    for described in SCALE_UP_FAMILIES.iter().filter(|family| family.name != GRAPH) {
        let system = family(&least(described)).expect("the required parameters are enough");
        let chips = system.default_chips().unwrap_or(8);
        assert_eq!(
            system.build(chips).expect("the defaults are sound").endpoints(),
            chips,
            "{}",
            described.name
        );
        for parameter in described.parameters.iter().filter(|one| one.fallback == Fallback::Required) {
            let line = format!("{} = {}\n", parameter.name(), parameter.example());
            let without = least(described).replace(&line, "");
            let (name, example) = (parameter.name(), parameter.example());
            let expected = format!("family `{}` needs `{name}`; write {name} = {example}", described.name);
            assert_eq!(fault(&without), expected);
        }
    }
}

#[test]
fn every_family_joins_domains() {
    for joining in SCALE_OUT_FAMILIES {
        for described in SCALE_UP_FAMILIES.iter().filter(|family| family.name != GRAPH) {
            let chips = if described.name == "star" { "chips = 8\n" } else { "" };
            let table = format!("{}{chips}[scale_out]\n{}", least(described), least(joining));
            let system = family(&table).expect("domains can be joined");
            let fabric = system.build(system.domain_size() + 1).expect("two domains can be built");
            let (first, last) = (EndpointId::new(0), EndpointId::new(system.domain_size()));
            let latency = fabric.route(first, last).expect("the domains are joined").latency();
            assert_eq!(latency, Time::from_picoseconds(300_000), "{} {}", described.name, joining.name);
        }
    }
}

#[test]
fn parameters_reach_the_wires() {
    let text = "family = 'two-tier-planes'\nchips = 16\nchips_per_node = 4\nplanes = 2\nuplinks = 4
        link_bandwidth = '10 GB/s'\nlink_latency = '300 ns'\nmedium = 'copper'\nuplink_medium = 'lpo'";
    let mut system = family(text).expect("the description is sound");
    assert_eq!(system.default_chips(), Some(16));
    let latency = |system: &System| {
        let fabric = system.build(16).expect("the system can be built");
        fabric.route(EndpointId::new(0), EndpointId::new(15)).expect("one domain").latency()
    };
    // Uplinks take after the links at chips, until they are told otherwise.
    assert_eq!(latency(&system), Time::from_picoseconds(4 * 300_000));
    system.set("scale_up.uplink_latency", &"50 ns".into()).expect("the override is sound");
    assert_eq!(latency(&system), Time::from_picoseconds(700_000));
    assert_eq!(system.build(16).expect("it can be built").media(), ["copper", "lpo"]);
    let mut torus =
        family("family = 'torus'\nsize_x = 4\nsize_y = 4\nlink_bandwidth = '1 GB/s'\nlink_latency = '0 s'")
            .expect("the torus is sound");
    torus.set("scale_up.size_z", &4.into()).expect("the override is sound");
    assert_eq!(torus.default_chips(), Some(64));
    torus.set("scale_up.planes", &2.into()).expect_err("a torus has no planes");
}

#[test]
fn every_fault_has_its_error() {
    assert_eq!(fault("link_latency = '1 us'"), "`family` is missing or no text; write family = \"star\"");
    let later = family("family = 'mesh'").expect_err("meshes come later");
    assert!(matches!(later, FamilyError::NotAvailableYet { .. }));
    let known = "star, scale-up-planes, two-tier-planes, torus, full-mesh, fat-tree, graph";
    let near = format!("there is no family `trous` (did you mean `torus`?); available: {known}");
    assert_eq!(fault("family = 'trous'"), near);
    let star = |rest: &str| format!("family = 'star'\nlink_latency = '1 us'\n{rest}");
    assert_eq!(
        fault(&star("link_bandwith = '1 GB/s'")),
        "family `star` has no `link_bandwith` (did you mean `link_bandwidth`?); it has family, chips, link_bandwidth, \
         link_latency, medium, scale_out"
    );
    assert_eq!(
        fault(&star("link_bandwidth = '1 GB/s'\nlink_bandwidth_bidirectional = '2 GB/s'")),
        "`link_bandwidth` and `link_bandwidth_bidirectional` say the same; keep one of them"
    );
    assert!(
        fault(&star("link_latency_bidirectional = '1 us'")).contains("has no `link_latency_bidirectional`")
    );
    let value = family(&star("link_bandwidth = '1 GB'")).expect_err("a size is no rate");
    assert_eq!(value.path(), ["link_bandwidth"]);
    let tree = "family = 'fat-tree'\nradix = 8\nlink_bandwidth = '1 GB/s'\nlink_latency = '1 us'\nseed = 3\n";
    assert_eq!(fault(tree), "only routing = \"ecmp\" reads `seed`; write it, or remove `seed`");
    assert!(fault(&format!("{tree}routing = 'spray'")).starts_with("only routing"));
    assert!(family(&format!("{tree}routing = 'ecmp'")).is_ok());
    let medium = fault(&star("link_bandwidth = '1 GB/s'\nmedium = 'coper'"));
    assert!(
        medium.starts_with("`scale_up.medium` is `coper` (did you mean `copper`?); it must be one of"),
        "{medium}"
    );
}

#[test]
fn faults_of_what_joins_domains_say_where_they_are() {
    let star = "family = 'star'\nlink_latency = '1 us'\nlink_bandwidth = '1 GB/s'\n";
    let joined = |chips: &str, rest: &str| family(&format!("{star}{chips}[scale_out]\n{rest}"));
    let open = joined("", "family = 'rail-optimised'\nbandwidth_per_chip = '400G'\nlatency = '1 us'");
    assert_eq!(
        open.expect_err("a star of any size is never full").to_string(),
        "family `star` needs `chips`; write chips = 8"
    );
    let unnamed = joined("chips = 8\n", "latency = '1 us'").expect_err("it names no family");
    assert_eq!(unnamed.to_string(), "`family` is missing or no text; write family = \"rail-optimised\"");
    let wrong = joined("chips = 8\n", "family = 'fat-tree'\nrouting = 'spary'").expect_err("a slip");
    assert_eq!(wrong.path(), ["scale_out", "routing"]);
    assert_eq!(
        wrong.to_string(),
        "`scale_out.routing` is `spary` (did you mean `spray`?); it must be one of d-mod-k, ecmp, spray"
    );
    let flat = family(&format!("{star}scale_out = 'fat-tree'")).expect_err("a text is no table");
    assert_eq!(
        flat.to_string(),
        "`scale_out` is no table; write scale_out = { family = \"rail-optimised\", .. }"
    );
}

#[test]
fn a_graph_is_read_through_the_caller() {
    let table: toml::Table = "family = 'graph'\nfile = 'x.toml'".parse().expect("the test writes TOML");
    let text = "nodes = [{ name = 'a' }, { name = 'b' }]
        links = [{ from = 'a', to = 'b', bandwidth = '10 GB/s', latency = '1 us' }]";
    let system = System::from_family_with_files(&table, &|name| {
        assert_eq!(name, "x.toml");
        Ok(text.to_owned())
    });
    let mut system = system.expect("the graph is sound");
    assert_eq!((system.default_chips(), system.domain_size()), (Some(2), 2));
    assert_eq!(system.build(2).expect("it has two chips").links().len(), 2);
    system.set("scale_up.routing", &"spray".into()).expect("a graph can be sprayed");
    assert!(system.set("scale_up.link_bandwidth", &"1 GB/s".into()).is_err());
    assert!(system.set("chips_per_domain", &1.into()).is_err());
    let few = system.build(3).expect_err("it has two chips");
    assert_eq!(few.to_string(), "x.toml has 2 chips, not 3; use at most 2, or add chips to the file");
    let unread = System::from_family(&table).expect_err("nothing reads files");
    assert_eq!(
        unread.to_string(),
        "the file `x.toml` of family `graph` cannot be read: no files are read here"
    );
    let mut joined = table;
    joined.insert("scale_out".to_owned(), toml::Table::new().into());
    let alone = System::from_family(&joined).expect_err("a graph is whole").to_string();
    assert!(alone.starts_with("family `graph` is a whole fabric"), "{alone}");
}
