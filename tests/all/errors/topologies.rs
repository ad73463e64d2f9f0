//! Errors of `copperlight-topologies`.

use super::{Case, fault};
use copperlight_core::fabric::{FabricError, FailedLinks, RoutingError};
use copperlight_core::units::{Bandwidth, Time, UnitError};
use copperlight_topologies::analysis::{Analysis, AnalysisError};
use copperlight_topologies::catalog::{Entry, EntryError, Section, find};
use copperlight_topologies::families::{
    DomainsJoined, FatTree, FatTreeScaleOut, FullMesh, RailOptimised, ScaleOut, ScaleUpPlanes, Star, Torus,
    Tree, TreeRouting,
};
use copperlight_topologies::graph::{Graph, GraphFault};
use copperlight_topologies::{
    BuildError, Degradation, DegradeError, End, FamilyError, OverrideError, PhysicalError, RangeError,
    RankOrder, System, TargetError,
};
use toml::Value;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = catalog();
    cases.extend(families());
    cases.extend(joined_families());
    cases.extend(graphs());
    cases.extend(overrides());
    cases.extend(ranges());
    cases.extend(parameters());
    cases.extend(shapes());
    cases.extend(builds());
    cases.extend(physical());
    cases.extend(analyses());
    cases.extend(entries_to_degrade());
    cases.extend(targets_to_degrade());
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
        fault(family(
            "family = 'fat-tree'\nradix = 8\nseed = 3\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'",
        )),
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
        read("[1, 2]"),
        read("{\"nodes\": [], \"nodes\": []}"),
        read("schema = 2\nnodes = []\nlinks = []"),
        change("name = 'a'", "name = 'a', id = 'a'"),
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
        set("rank_order", "tensor-data-pipelne".into()),
        fault(RankOrder::parse("tp-cp-ep-dp-qp")),
        fault(RankOrder::parse("data-tensor-data")),
        fault(RankOrder::parse("pipeline-tensor")),
        set("scale_up.medium", "coper".into()),
        set("scale_up.uplink_medium", "lpo".into()),
        set("scale_out.medium", 5.into()),
        set("degrade", "plane:3".into()),
        set("degrade", vec![toml_table("target = 'plane:3'")].into()),
        spelled_wrongly(),
    ]
}

fn ranges() -> Vec<Case> {
    let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    // The ends of the catalog are possible quantities.
    let error = UnitError::OutOfRange {
        text: "0 Gb/s".to_owned(),
        quantity: "bandwidth",
        bound: "above zero and finite",
    };
    let unit = RangeError::Unit { key: "scale_out.bandwidth_per_chip".to_owned(), end: End::Low, error };
    vec![fault(system.at_end("scale_up.link_bandwidth", End::High)), Case::of(&unit)]
}

fn toml_table(text: &str) -> Value {
    Value::Table(text.parse().expect("the test writes TOML"))
}

/// Entries of `degrade` that cannot be read.
fn entries_to_degrade() -> Vec<Case> {
    let entry = |text: &str| fault(Degradation::read(&toml_table(text)));
    vec![
        fault(Degradation::read(&3.into())),
        entry("traget = 'plane:3'"),
        entry("capacity = 0"),
        entry("target = 'plan:3'\ncapacity = 0"),
        entry("target = 'chip'\ncapacity = 0"),
        entry("target = 'links'\ncapacity = 0"),
        entry("target = 'links'\ncount = 1\nshare = 0.5\ncapacity = 0"),
        entry("target = 'chip:3'"),
        entry("target = 'chip:3'\ncapacity = 0\ncompute = 0.5"),
        entry("target = 'plane:3'\ncapacity = 1.5"),
        entry("target = 'chip:3'\ncompute = 0"),
        entry("target = 'links'\ncount = 0\ncapacity = 0"),
        entry("target = 'plane:3'\ncount = 2\ncapacity = 0"),
        entry("target = 'chips'\ncount = 2\ntier = 'scale-up'\ncapacity = 0"),
        entry("target = 'plane:3'\ncompute = 0.5"),
        Case::of(&DegradeError::NoChip),
    ]
}

/// Targets that a system does not have.
fn targets_to_degrade() -> Vec<Case> {
    let build = |name: &str, chips: usize, entry: &str| {
        let mut system = System::preset(name).expect("the preset is in the catalog");
        let entry = toml_table(&format!("{entry}\ncapacity = 0"));
        system.set("degrade", &vec![entry].into()).expect("the entry is sound by itself");
        fault(system.build(chips))
    };
    let copper = |entry: &str| build("gb200-nvl72", 144, entry);
    let target = |error: Case, source: TargetError| [error, Case::of(&source)];
    let beyond = TargetError::Beyond { target: "plane:18".to_owned(), what: "planes", last: 17 };
    let idle = TargetError::DoesNotApply { target: "plane:0".to_owned(), reason: "a star has no planes" };
    let many = TargetError::TooMany { what: "9 drawn switches".to_owned(), among: 8 };
    let none = TargetError::NoneDrawn { what: "0.01 % of switches".to_owned(), among: 8 };
    let unknown = System::preset("gb200-nvl72").map(|mut system| {
        let entry = toml_table("target = 'switch:domain0/plain3'\ncapacity = 0");
        system.set("degrade", &vec![entry].into()).expect("the entry is sound by itself");
        match system.build(72) {
            Err(BuildError::Degrade { error, .. }) => Case::of(&error),
            other => panic!("a switch that is not there was found: {other:?}"),
        }
    });
    let mut cases: Vec<Case> = [
        target(copper("target = 'plane:18'"), beyond),
        target(copper("target = 'scale-out/plane:0'"), idle),
        target(copper("target = 'switches'\ncount = 145"), many),
        target(copper("target = 'switches'\nshare = 0.0001"), none),
    ]
    .into_iter()
    .flatten()
    .collect();
    cases.push(unknown.expect("the preset is in the catalog"));
    cases.extend([
        copper("target = 'domain:2/plane:0'"),
        copper("target = 'chip:144'"),
        copper("target = 'domain:0/chip:72'"),
        copper("target = 'tray:36'"),
        copper("target = 'domain:0/tray:18'"),
        copper("target = 'domain:2'"),
        copper("target = 'switch:domain0/plane18'"),
        copper("target = 'link:domain0/chip3'"),
        copper("target = 'link:domain0/chip3 -> domain0/plane18'"),
        copper("target = 'link:domain0/chip3 -> domain0/chip4'"),
        copper("target = 'links'\ncount = 1\ntier = 'scale-upp'"),
        build("gb200-nvl72", 72, "target = 'scale-out/plane:0'"),
        // Chips without a link are cut off, not out of service.
        build("gb200-nvl72", 72, "target = 'links'\nshare = 1.0"),
        Case::of(&TargetError::NoRoom { limit: 1_000_000 }),
        copper("target = 'chips'\nshare = 1"),
        of_graph("target = 'plane:0'"),
        of_graph("target = 'tray:0'"),
        of_graph("target = 'domain:0'"),
        of_graph("target = 'scale-out/plane:0'"),
        of_graph("target = 'chip:0'"),
        of_graph("target = 'chip:2'\ncapacity = 0.5"),
        of_graph("target = 'switch:t'"),
        of_graph("target = 'link:a <-> b'"),
        of_graph("target = 'link:a <-> s'"),
        alone("target = 'chips'\ncount = 8"),
        alone("target = 'chips'\ncount = 5"),
    ]);
    cases
}

/// A build of two chips of a file around a switch.
fn of_graph(entry: &str) -> Case {
    let table = "family = 'graph'\nfile = 'two.toml'".parse().expect("the test writes TOML");
    let text = "bandwidth = '10 GB/s'\nlatency = '1 us'
        nodes = [{ name = 'a' }, { name = 'b' }, { name = 's', kind = 'switch' }]
        links = [{ from = 'a', to = 's' }, { from = 'b', to = 's' }]";
    let graph = System::from_family_with_files(&table, &|_| Ok(text.to_owned())).expect("the graph is sound");
    fault(struck(graph, entry).build(2))
}

/// A build of eight chips of a mesh that nothing joins to others.
fn alone(entry: &str) -> Case {
    let text = "family = 'full-mesh'\nchips = 8\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'";
    let mesh = System::from_family(&text.parse().expect("the test writes TOML")).expect("the mesh is sound");
    fault(struck(mesh, entry).build(8))
}

/// The same with one entry of `degrade`, which removes unless it says something else.
fn struck(mut system: System, entry: &str) -> System {
    let rest = if entry.contains("capacity") { "" } else { "capacity = 0" };
    let entry = toml_table(&format!("{entry}\n{rest}"));
    system.set("degrade", &vec![entry].into()).expect("the entry is sound by itself");
    system
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

fn physical() -> Vec<Case> {
    let with = |name: &str, key: &str, value: Value| {
        let mut system = System::preset(name).expect("the preset is in the catalog");
        system.set(key, &value).expect("it is sound by itself");
        system
    };
    let copper = with("cloudmatrix384", "scale_up.medium", "copper".into());
    let larger = with("gb200-nvl72", "scale_up.chips", 144.into());
    let between = with("cloudmatrix384", "scale_out.medium", "copper".into());
    let star = "family = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '500 ns'";
    let star = System::from_family(&star.parse().expect("the test writes TOML")).expect("the star is sound");
    let refused = |error: PhysicalError| Case::of(&error);
    vec![
        fault(copper.build(384)),
        fault(larger.check_reach(144)),
        fault(between.check_reach(768)),
        refused(star.physical(0).expect_err("there is no chip")),
        refused(star.physical(8).expect_err("a star stands nowhere")),
        refused(copper.physical(384).expect_err("copper is too short")),
    ]
}

fn analyses() -> Vec<Case> {
    let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
    let (from, to) = ("domain0/chip0".to_owned(), "domain0/chip1".to_owned());
    let unreachable =
        AnalysisError::from(RoutingError::Unreachable { from, to, failed: FailedLinks::default() });
    vec![fault(Analysis::new(&system, 0)), Case::of(&unreachable)]
}
