//! Collectives on every family: folded runs equal the full simulation, and closed forms hold where there are some.

use copperlight::report::CollectiveReport;
use copperlight::run::{CollectiveRequest, EngineOptions, run_collective};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveKind, ExpertRouting};
use copperlight_topologies::System;
use copperlight_topologies::export;
use copperlight_topologies::families::{
    Fallback, Parameter, ParameterKind, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES,
};

const LINK: &str = "link_bandwidth = '10 GB/s'\nlink_latency = '500 ns'\n";

const RAILS: &str = "[scale_out]\nfamily = 'rail-optimised'\nbandwidth_per_chip = '40 Gb/s'\nlatency = '1 us'\nrails = 2\nplanes = 2\n";

const TREE: &str =
    "[scale_out]\nfamily = 'fat-tree'\nbandwidth_per_chip = '40 Gb/s'\nlatency = '1 us'\nradix = 4\n";

fn described(text: &str) -> System {
    let table = text.parse().expect("the test writes TOML");
    System::from_family(&table).unwrap_or_else(|error| panic!("{error} in:\n{text}"))
}

/// A graph with the wiring of another system.
fn graph_of(system: &System, chips: usize, routing: &str) -> System {
    let json = export::json(&system.build(chips).expect("the system can be built"));
    let table = format!("family = 'graph'\nfile = 'fabric.json'\nrouting = '{routing}'");
    let table = table.parse().expect("the test writes TOML");
    System::from_family_with_files(&table, &|_| Ok(json.clone())).expect("what was exported is sound")
}

/// Every family by itself, with a number of chips.
fn families() -> Vec<(&'static str, System, usize)> {
    let family = |text: &str| described(&format!("{text}\n{LINK}"));
    let joined = |text: &str, by: &str| described(&format!("{text}\n{LINK}{by}"));
    let torus = family("family = 'torus'\nsize_x = 4\nsize_y = 2\nsize_z = 3");
    let tree =
        |routing: &str| family(&format!("family = 'fat-tree'\nradix = 4\ntiers = 3\nrouting = '{routing}'"));
    vec![
        ("torus", torus.clone(), 24),
        ("part of a torus", torus.clone(), 8),
        ("full mesh", family("family = 'full-mesh'\nchips = 8\nlinks_per_peer = 2"), 8),
        ("fat tree, d-mod-k", tree("d-mod-k"), 16),
        ("fat tree, ecmp", tree("ecmp"), 16),
        ("fat tree, sprayed", tree("spray"), 16),
        ("graph", graph_of(&torus, 24, "shortest"), 24),
        ("graph, sprayed", graph_of(&tree("spray"), 16, "spray"), 16),
        ("meshes on two planes of rails", joined("family = 'full-mesh'\nchips = 4", RAILS), 12),
        ("meshes on a tree", joined("family = 'full-mesh'\nchips = 4", TREE), 8),
        ("tori on rails, the last partial", joined("family = 'torus'\nsize_x = 4\nsize_y = 2", RAILS), 20),
        ("stars on a tree", joined("family = 'star'\nchips = 3", TREE), 8),
    ]
}

fn run(system: &System, chips: usize, kind: CollectiveKind, fold: bool) -> CollectiveReport {
    let request = CollectiveRequest {
        system: system.clone(),
        system_name: system.name().to_owned(),
        chips,
        kind,
        sizes: [1 << 10, 3 << 20].map(Bytes::new).to_vec(),
        algorithm: None,
        protocol: None,
        experts: ExpertRouting::default(),
        fidelity: copperlight::file::Fidelity::Flow,
        engine: EngineOptions { fold, ..EngineOptions::default() },
    };
    run_collective(&request).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn folded_collectives_equal_the_full_simulation_on_every_family() {
    for (name, system, chips) in families() {
        for kind in [CollectiveKind::AllReduce, CollectiveKind::AllGather, CollectiveKind::AllToAll] {
            let folded = run(&system, chips, kind, true);
            let full = run(&system, chips, kind, false);
            assert_eq!(folded.digest, full.digest, "{name}, {}", kind.name());
            assert_eq!(folded.rows, full.rows, "{name}, {}", kind.name());
        }
    }
}

/// The time of a ring or direct all-reduce of so many bytes, in microseconds.
fn all_reduce(system: &System, chips: usize, algorithm: Algorithm, bytes: u64) -> f64 {
    let request = CollectiveRequest {
        system: system.clone(),
        system_name: system.name().to_owned(),
        chips,
        kind: CollectiveKind::AllReduce,
        sizes: vec![Bytes::new(bytes)],
        algorithm: Some(algorithm),
        protocol: None,
        experts: ExpertRouting::default(),
        fidelity: copperlight::file::Fidelity::Flow,
        engine: EngineOptions::default(),
    };
    let report = run_collective(&request).unwrap_or_else(|error| panic!("{error}"));
    report.rows[0].time_us
}

#[test]
fn a_ring_around_a_torus_of_one_dimension_is_that_of_the_closed_form() {
    let ring = described(&format!("family = 'torus'\nsize_x = 8\nsize_y = 1\n{LINK}"));
    // 14 steps of 1 MB over a link of 10 GB/s and 0.5 us: 14 x 100.5 us.
    let time = all_reduce(&ring, 8, Algorithm::Ring, 8_000_000);
    assert!((time - 14.0 * 100.5).abs() < 1e-3, "{time}");
}

#[test]
fn a_two_shot_all_reduce_on_a_mesh_uses_every_link_once_in_each_phase() {
    let mesh = described(&format!("family = 'full-mesh'\nchips = 8\n{LINK}"));
    // Two phases of 1 MB to every peer, each over a link of its own: 2 x 100.5 us.
    let time = all_reduce(&mesh, 8, Algorithm::TwoShot, 8_000_000);
    assert!((time - 2.0 * 100.5).abs() < 1e-3, "{time}");
}

#[test]
fn a_graph_with_the_wiring_of_a_star_behaves_like_it() {
    let star = described(&format!("family = 'star'\n{LINK}"));
    let graph = graph_of(&star, 6, "shortest");
    for kind in [CollectiveKind::AllReduce, CollectiveKind::AllToAll] {
        assert_eq!(run(&star, 6, kind, true).digest, run(&graph, 6, kind, true).digest);
    }
}

#[test]
fn auto_exchanges_with_everyone_at_once_where_all_are_joined() {
    let algorithm = |text: &str, chips| {
        let system = described(&format!("{text}\n{LINK}"));
        run(&system, chips, CollectiveKind::AllReduce, true).rows[0].algorithm.clone()
    };
    assert_eq!(algorithm("family = 'full-mesh'\nchips = 8", 8), "two-shot");
    assert_eq!(algorithm("family = 'star'", 8), "ring");
    assert_eq!(algorithm("family = 'torus'\nsize_x = 8\nsize_y = 1", 8), "ring");
}

#[test]
fn a_hundred_thousand_chips_are_wired() {
    let radix = described(&format!("family = 'fat-tree'\nradix = 80\ntiers = 3\n{LINK}"));
    let presets = ["gb200-nvl72", "cloudmatrix384", "tpu-v5e-pod", "mi300x", "atlas-950"];
    let systems = presets.map(|name| System::preset(name).expect("it is a preset"));
    for system in systems.iter().chain([&radix]) {
        let fabric = system.build(100_000).unwrap_or_else(|error| panic!("{}: {error}", system.name()));
        assert_eq!(fabric.endpoints(), 100_000);
    }
}

/// A row of the reference page for a parameter.
fn row(parameter: &Parameter) -> String {
    let value = match parameter.kind {
        ParameterKind::Quantity(_, bounds) => bounds.words.to_owned(),
        ParameterKind::Choice(names) => {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        }
        ParameterKind::Medium => "a medium of the catalog".to_owned(),
        ParameterKind::File => "a path".to_owned(),
    };
    let default = match parameter.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::Number(number) => number.to_string(),
        Fallback::Name(name) => format!("`{name}`"),
        Fallback::SameAs(key) => format!("as `{}`", key.trim_start_matches("scale_up.")),
        Fallback::WholeSystem => "those of the system".to_owned(),
    };
    format!("| `{}` | {value} | {default} | {} |\n", parameter.name(), parameter.meaning)
}

#[test]
fn the_reference_lists_every_parameter_of_every_family() {
    let page = include_str!("../../docs/src/reference/families.md");
    for family in SCALE_UP_FAMILIES.iter().chain(SCALE_OUT_FAMILIES) {
        let table: String = family.parameters.iter().map(row).collect();
        assert!(page.contains(&table), "docs/src/reference/families.md lacks, for {}:\n{table}", family.name);
        assert!(page.contains(&format!("\n## `{}`", family.name)), "{}", family.name);
    }
}
