//! Errors of `copperlight-topologies`.

use super::{Case, fault};
use copperlight_core::fabric::FabricError;
use copperlight_core::units::{Bandwidth, Time};
use copperlight_topologies::catalog::{Entry, EntryError, Section, find};
use copperlight_topologies::families::{
    DomainsJoined, FatTree, FatTreeScaleOut, FullMesh, RailOptimised, ScaleOut, ScaleUpPlanes, Star, Torus,
    Tree, TreeRouting,
};
use copperlight_topologies::graph::{Graph, GraphFault};
use copperlight_topologies::{BuildError, FamilyError, OverrideError, System};
use toml::Value;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = catalog();
    cases.extend(families());
    cases.extend(joined_families());
    cases.extend(graphs());
    cases.extend(overrides());
    cases.extend(parameters());
    cases.extend(shapes());
    cases.extend(builds());
    cases
}

fn catalog() -> Vec<Case> {
    let entry = |text: &str| -> Result<Entry, EntryError> {
        Entry::read(Section::Chips, "chip", &text.parse().expect("the test writes TOML"))
    };
    let value = |rest: &str| entry(&format!("power = {{ confidence = 'measured', {rest} }}"));
    vec![
        fault(find(Section::Systems, "vr-nvl72")),
        fault(find(Section::Systems, "gb200-nvl27")),
        fault(entry("power = 400")),
        fault(value("value = 400, unit = 'W', source = ' '")),
        fault(entry("colour = { value = 4, unit = 'W', source = 'a page', confidence = 'measured' }")),
        fault(value("value = 400, unit = 'GB', source = 'a page'")),
        fault(value("value = 400, unit = 'W', source = 'a page', range = [500, 600]")),
    ]
}

fn families() -> Vec<Case> {
    let family = |text: &str| -> Result<System, FamilyError> {
        System::from_family(&text.parse().expect("the test writes TOML"))
    };
    let star = |rest: &str| fault(family(&format!("family = 'star'\nlink_latency = '500 ns'\n{rest}")));
    vec![
        fault(family("link_latency = '500 ns'")),
        fault(family("family = 'mesh'")),
        fault(family("family = 'sta'")),
        star("link_bandwith = '50 GB/s'"),
        star(""),
        star("link_bandwidth = '50 GB/s'\nlink_bandwidth_bidirectional = '100 GB/s'"),
        star("link_bandwidth = '50 GB'"),
    ]
}

/// What joins domains, and files.
fn joined_families() -> Vec<Case> {
    let family = |text: &str| -> Result<System, FamilyError> {
        System::from_family(&text.parse().expect("the test writes TOML"))
    };
    let graph: toml::Table = "family = 'graph'\nfile = 'x.toml'".parse().expect("the test writes TOML");
    let star = "family = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '500 ns'";
    vec![
        fault(family(&format!("{star}\nscale_out = 'fat-tree'"))),
        fault(family(&format!("{star}\nscale_out = {{ family = 'fat-tree' }}"))),
        fault(family("family = 'graph'\nfile = 'x.toml'\nscale_out = {}")),
        fault(System::from_family(&graph)),
        fault(System::from_family_with_files(&graph, &|_| Ok("nodes = []\nlinks = []".to_owned()))),
    ]
}

/// Files of nodes and links, each with one fault.
fn graphs() -> Vec<Case> {
    const SOUND: &str = "nodes = [
    { name = 'a', domain = 'left' },
    { name = 'b', domain = 'right' },
]
links = [
    { from = 'a', to = 'b', bandwidth = '50 GB/s', latency = '500 ns' },
    { from = 'b', to = 'a', bandwidth = '50 GB/s', latency = '500 ns', tier = 'outside' },
]
";
    let read = |text: &str| -> Case {
        let result: Result<Graph, GraphFault> = Graph::read("x.toml", text);
        let fault = result.expect_err("the graph is faulty");
        Case { message: fault.to_string(), ..Case::of(fault.error.as_ref()) }
    };
    let change = |from: &str, to: &str| read(&SOUND.replacen(from, to, 1));
    vec![
        read("nodes = ["),
        read("nodes = 1"),
        change("name = 'a', ", "nmae = 'a', "),
        change("name = 'a', ", ""),
        change("name = 'a'", "name = true"),
        change("domain = 'left'", "domain = 'left', kind = 'swich'"),
        change("'50 GB/s'", "'50 GB'"),
        change("'500 ns'", "'2 s'"),
        change("name = 'b'", "name = 'a'"),
        change("to = 'b'", "to = 'c'"),
        change("to = 'b'", "to = 'a'"),
        change("to = 'b'", "scope = 'scale-out', tier = 'outside', to = 'b'"),
        change(", domain = 'right'", ""),
        read("nodes = []\nlinks = []"),
        read("nodes = [{ name = 'a' }, { name = 'b' }]\nlinks = []"),
    ]
}

/// One bandwidth, written in both ways.
fn twice() -> Case {
    let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    system.set("scale_up.link_bandwidth", &"45 GB/s".into()).expect("once is sound");
    fault(system.set("scale_up.link_bandwidth_bidirectional", &"90 GB/s".into()))
}

/// A name that a family does not know.
fn spelled_wrongly() -> Case {
    let text = "family = 'fat-tree'\nradix = 8\nlink_bandwidth = '50 GB/s'\nlink_latency = '500 ns'";
    let tree = System::from_family(&text.parse().expect("the test writes TOML"));
    fault(tree.expect("the tree is sound").set("scale_up.routing", &"spary".into()))
}

fn overrides() -> Vec<Case> {
    let set = |key: &str, value: Value| -> Case {
        let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        let result: Result<(), OverrideError> = system.set(key, &value);
        fault(result)
    };
    vec![
        set("scale_up.link_bandwith", "45 GB/s".into()),
        set("noise", "sampled".into()),
        set("scale_up.uplinks", 8.into()),
        set("scale_up.link_bandwidth", 45.into()),
        set("scale_up.link_bandwidth", "45 GB".into()),
        set("chip.peak_bf16", "1 FLOP/s".into()),
        twice(),
        set("chips_per_domain", 73.into()),
        set("transport", "nvlink6".into()),
        spelled_wrongly(),
    ]
}

fn star() -> Star {
    let link_bandwidth = Bandwidth::from_gigabytes_per_second(50.0);
    let medium = "copper".to_owned();
    Star { chips: 8, link_bandwidth, link_latency: Time::from_picoseconds(500_000), medium }
}

fn planes(planes: usize) -> ScaleUpPlanes {
    ScaleUpPlanes {
        chips: 8,
        chips_per_node: 4,
        planes,
        links_per_plane: 1,
        link_bandwidth: star().link_bandwidth,
        link_latency: star().link_latency,
        medium: "copper".to_owned(),
    }
}

fn parameters() -> Vec<Case> {
    let mut uneven = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    uneven.set("scale_up.chips_per_node", &7.into()).expect("it is sound by itself");
    let scale_out = RailOptimised {
        rails: 8,
        planes: 1,
        bandwidth_per_chip: star().link_bandwidth,
        latency: star().link_latency,
        oversubscription: 0.5,
        medium: "optics".to_owned(),
    };
    vec![
        fault(DomainsJoined::new(Star { chips: 0, ..star() }).check()),
        fault(DomainsJoined::new(Star { link_bandwidth: Bandwidth::ZERO, ..star() }).check()),
        fault(DomainsJoined::new(planes(70_000)).check()),
        fault(DomainsJoined::new(star()).joined_by(scale_out).check()),
        fault(DomainsJoined::new(star()).with_chips_per_domain(9).check()),
        fault(uneven.check_together()),
    ]
}

fn torus(sizes: [usize; 3]) -> Torus {
    let Star { link_bandwidth, link_latency, medium, .. } = star();
    Torus { sizes, link_bandwidth, link_latency, medium }
}

fn fat_tree(radix: usize, tiers: usize, oversubscription: f64) -> FatTree {
    let Star { link_bandwidth, link_latency, medium, .. } = star();
    FatTree {
        tree: Tree { radix, tiers, oversubscription, routing: TreeRouting::DestinationModulo },
        link_bandwidth,
        link_latency,
        uplink_latency: link_latency,
        uplink_medium: medium.clone(),
        medium,
    }
}

/// Parameters of the families that cannot be, by themselves or together.
fn shapes() -> Vec<Case> {
    let Star { link_bandwidth, link_latency, medium, .. } = star();
    let mesh = FullMesh { chips: 20_000, links_per_peer: 1, link_bandwidth, link_latency, medium };
    let tree = fat_tree(4, 2, 1.0).tree;
    let small = FatTreeScaleOut {
        tree,
        bandwidth_per_chip: link_bandwidth,
        latency: link_latency,
        medium: String::new(),
    };
    vec![
        fault(DomainsJoined::new(mesh).check()),
        fault(DomainsJoined::new(torus([4, 4, 4])).with_chips_per_domain(7).check_together()),
        fault(DomainsJoined::new(fat_tree(1, 2, 1.0)).check()),
        fault(DomainsJoined::new(fat_tree(5, 3, 1.0)).check_together()),
        fault(DomainsJoined::new(fat_tree(8, 1, 1.0)).check()),
        fault(DomainsJoined::new(fat_tree(64, 2, 2.0)).check_together()),
        fault(small.check_chips(9)),
    ]
}

fn builds() -> Vec<Case> {
    let pair = "nodes = [{ name = 'a' }, { name = 'b' }]
        links = [{ from = 'a', to = 'b', bandwidth = '50 GB/s', latency = '500 ns' }]";
    let graph = Graph::read("x.toml", pair).expect("the graph is sound");
    let wide = ScaleUpPlanes { chips: 1_000, ..planes(60_000) };
    vec![
        fault(DomainsJoined::new(star()).build(0)),
        fault(DomainsJoined::new(star()).build(16)),
        fault(DomainsJoined::new(wide).build(1_000)),
        fault(graph.check_chips(3)),
        fault(System::preset("tpu-v4-pod").expect("it is a preset").build(100_000)),
        fault(DomainsJoined::new(Star { chips: 0, ..star() }).build(1)),
        // The families wire nothing that the builder of fabrics refuses.
        Case::of(&BuildError::Fabric(FabricError::NoEndpoints)),
    ]
}
