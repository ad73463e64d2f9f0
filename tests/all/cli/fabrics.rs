//! Fabrics from files, and `copperlight export`.

use super::Workplace;

/// Two chips beside a switch.
const PAIR: &str = "bandwidth = '10 GB/s'
latency = '1 us'
nodes = [{ name = 'a' }, { name = 'b' }, { name = 's', kind = 'switch' }]
links = [{ from = 'a', to = 's' }, { from = 'b', to = 's' }]
";

/// A system whose fabric stands in a file beside it.
const SYSTEM: &str = "family = 'graph'\nfile = 'pair.toml'\n";

fn place() -> Workplace {
    let place = Workplace::new();
    std::fs::create_dir(place.path("inner")).expect("the folder of the test can be written");
    place.put("inner/pair.toml", PAIR);
    place.put("inner/system.toml", SYSTEM);
    place
}

#[test]
fn the_file_of_a_graph_is_found_beside_the_one_that_names_it() {
    let document =
        place().json(&["collective", "all-reduce", "--system", "inner/system.toml", "-b", "1M", "-e", "1M"]);
    assert_eq!(document["chips"], 2);
    let scenario = "[scenario]\nname = \"pair\"\n[[systems]]\nname = \"pair\"\n[systems.fabric]\nfamily = \"graph\"\n\
        file = \"pair.toml\"\n[workload]\nkind = \"collective\"\noperation = \"all-gather\"\nsize = \"1 MiB\"\n";
    let place = place();
    place.put("inner/scenario.toml", scenario);
    let document = place.json(&["run", "inner/scenario.toml", "--no-files", "--quiet"]);
    assert_eq!(document["results"][0]["chips"], 2);
    // A setting names the file as the scenario does.
    place.put("inner/other.toml", &PAIR.replace("'b'", "'c'"));
    let set =
        ["run", "inner/scenario.toml", "--no-files", "--quiet", "--set", "systems[0].fabric.file=other.toml"];
    place.succeed(&set);
}

#[test]
fn what_is_wrong_with_a_graph_is_said_with_file_and_line() {
    let place = place();
    let on = ["collective", "all-reduce", "--system", "inner/system.toml"];
    place.put("inner/pair.toml", &PAIR.replace("to = 's' }]", "to = 't' }]"));
    place.refuse(&on, &["pair.toml, line 4: `to` is `t`, and there is no such node", "inner/system.toml"]);
    place.put("inner/system.toml", "family = 'graph'\nfile = 'none.toml'");
    place.refuse(&on, &["the file `none.toml` of family `graph` cannot be read: there is no such file"]);
    place.put("inner/pair.toml", PAIR);
    place.put("inner/system.toml", SYSTEM);
    let more = ["collective", "all-reduce", "--system", "inner/system.toml", "--chips", "3"];
    place.refuse(&more, &["pair.toml has 2 chips, not 3"]);
}

#[test]
fn a_fabric_that_is_exported_can_be_read_back() {
    let place = Workplace::new();
    let json = place.succeed(&["export", "--system", "mi300x", "--chips", "16"]).stdout;
    place.put("fabric.json", &json);
    place.put("system.toml", "family = 'graph'\nfile = 'fabric.json'\nrouting = 'spray'");
    let document =
        place.json(&["collective", "all-to-all", "--system", "system.toml", "-b", "1M", "-e", "1M"]);
    assert_eq!(document["chips"], 16);
    let dot = place.succeed(&["export", "--system", "mi300x", "--format", "dot"]).stdout;
    assert_eq!(dot.matches(" -> ").count(), 28, "8 chips have 28 pairs");
    assert!(dot.starts_with("digraph fabric {"));
    let star = Workplace::with("star.toml", super::STAR);
    star.refuse(&["export", "--system", "star.toml"], &["has no size of its own"]);
}

#[test]
fn parameters_of_families_are_set_and_checked_before_anything_runs() {
    let torus =
        "family = 'torus'\nsize_x = 4\nsize_y = 4\nlink_bandwidth = '10 GB/s'\nlink_latency = '1 us'\n";
    let place = Workplace::with("torus.toml", torus);
    let on = |rest: &[&'static str]| {
        [&["collective", "all-gather", "--system", "torus.toml", "-e", "1M"], rest].concat()
    };
    assert_eq!(place.json(&on(&["--set", "scale_up.size_z=2"]))["chips"], 32);
    place.refuse(&on(&["--chips", "7"]), &["7 chips make no box", "4 x 4 x 1", "6 and 8"]);
    place.refuse(&on(&["--chips", "17"]), &["17 chips do not fit one domain of 16"]);
    place.refuse(&on(&["--set", "scale_up.planes=2"]), &["`scale_up.planes` does not apply to `torus`"]);
    let tree = "family = 'fat-tree'\nradix = 64\nlink_bandwidth = '10 GB/s'\nlink_latency = '1 us'\noversubscription = 2\n";
    place.put("tree.toml", tree);
    let uneven = ["collective", "all-gather", "--system", "tree.toml", "--chips", "8"];
    place.refuse(&uneven, &["64 ports of a switch cannot be divided 2 to 1"]);
}

#[test]
fn the_figures_of_the_book_are_what_the_program_draws() {
    let place = Workplace::new();
    for name in ["gb200-nvl72", "cloudmatrix384"] {
        let drawn = place.succeed(&["export", "--system", name, "--format", "svg"]).stdout;
        let figure = format!("{}/../docs/src/figures/wiring_{name}.svg", env!("CARGO_MANIFEST_DIR"));
        let kept = std::fs::read_to_string(&figure).expect("the figure is in the book");
        assert!(drawn == kept, "{figure} is not what `copperlight export` draws; write it again");
    }
    place.refuse(&["export", "--system", "mi300x", "--format", "svg"], &["without switches", "--format dot"]);
    let many = ["export", "--system", "gb200-nvl72", "--chips", "1152", "--format", "png"];
    place.refuse(&many, &["1,152 chips", "--chips"]);
}
