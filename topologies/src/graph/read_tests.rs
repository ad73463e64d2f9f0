//! Tests of graphs: both formats, routes, and every fault with its place.

use super::*;
use crate::families::NO_MEDIUM;
use crate::graph::GraphRouting;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;

/// Two chips over two switches of equal distance, in two domains.
const DIAMOND: &str = "bandwidth = '50 GB/s'
latency = '500 ns'
nodes = [
    { name = 's', kind = 'switch' },
    { name = 'a', domain = 'left' },
    { name = 't', kind = 'switch' },
    { name = 'b', domain = 'right' },
]
links = [
    { from = 'a', to = 's' },
    { from = 'a', to = 't', bandwidth = '25 GB/s' },
    { from = 's', to = 'b', tier = 'outside', scope = 'scale-out', medium = 'lpo' },
    { from = 't', to = 'b', tier = 'outside', scope = 'scale-out' },
]
";

fn read(text: &str) -> Graph {
    Graph::read("x.toml", text).expect("the graph is sound")
}

fn build(graph: &Graph, routing: GraphRouting) -> Fabric {
    graph.build(graph.chips(), routing).expect("the graph can be built")
}

#[test]
fn a_file_becomes_a_fabric() {
    let graph = read(DIAMOND);
    assert_eq!((graph.chips(), graph.domain_size()), (2, 1));
    assert_eq!(graph.injection(Scope::ScaleUp), Bandwidth::from_gigabytes_per_second(75.0));
    let fabric = build(&graph, GraphRouting::Shortest);
    assert_eq!((fabric.endpoints(), fabric.switches(), fabric.links().len()), (2, 2, 8));
    assert_eq!(graph.counts().links, [4, 4]);
    assert!(!fabric.same_domain(EndpointId::new(0), EndpointId::new(1)));
    assert_eq!(fabric.media(), [NO_MEDIUM, "lpo"]);
    let latencies: Vec<u64> = fabric.links().iter().map(|link| link.latency.picoseconds()).collect();
    assert_eq!(latencies, [500_000; 8]);
}

#[test]
fn routes_are_shortest_or_sprayed_over_all_shortest() {
    let names = |routing| {
        let fabric = build(&read(DIAMOND), routing);
        let route = fabric.route(EndpointId::new(0), EndpointId::new(1)).expect("they are joined");
        let named = |hop: &copperlight_core::fabric::Hop| {
            (fabric.link_name(hop.first), fabric.weight_denominator() / hop.weight)
        };
        route.hops().iter().map(named).collect::<Vec<_>>()
    };
    let owned = |links: &[(&str, u64)]| -> Vec<(String, u64)> {
        links.iter().map(|(name, share)| ((*name).to_owned(), *share)).collect()
    };
    assert_eq!(names(GraphRouting::Shortest), owned(&[("a -> s", 1), ("s -> b", 1)]));
    // 50 GB/s over one switch and 25 GB/s over the other: two thirds and one third.
    let sprayed = owned(&[("a -> s", 1), ("a -> t", 3), ("s -> b", 1), ("t -> b", 3)]);
    assert_eq!(names(GraphRouting::Spray), sprayed);
    // A longer way is taken by nobody.
    let longer = DIAMOND.replace("bandwidth = '25 GB/s'", "latency = '501 ns'");
    let fabric = build(&read(&longer), GraphRouting::Spray);
    let route = fabric.route(EndpointId::new(0), EndpointId::new(1)).expect("they are joined");
    assert_eq!(route.hops().len(), 2);
}

#[test]
fn json_of_networkx_is_read() {
    let text = r#"{"directed": false, "multigraph": false, "graph": {}, "bandwidth": "1 GB/s", "latency": "1 us",
        "nodes": [{"id": 0}, {"id": 1}, {"id": "s", "kind": "switch"}],
        "edges": [{"source": 0, "target": "s"}, {"source": 1, "target": "s", "latency_ns": 1.5}]}"#;
    let graph = Graph::read("x.json", text).expect("the graph is sound");
    assert_eq!((graph.chips(), graph.links.len()), (2, 4));
    assert_eq!(graph.links[2].latency, Time::from_picoseconds(1_500));
    let directed = text.replace("\"directed\": false", "\"directed\": true");
    let error = Graph::read("x.json", &directed).expect_err("nothing leads back");
    assert_eq!(
        error.to_string(),
        "x.json: `0` cannot reach `1`: no links lead there; add one, or remove a chip"
    );
}

/// What is wrong when `change` replaces the first text by the second.
fn fault(from: &str, to: &str) -> String {
    assert!(DIAMOND.contains(from), "{from}");
    let changed = DIAMOND.replacen(from, to, 1);
    Graph::read("x.toml", &changed).expect_err("the graph is faulty").to_string()
}

#[test]
fn every_fault_of_a_node_has_its_error() {
    assert_eq!(
        fault("name = 't'", "name = 's'"),
        "x.toml, line 6: a node `s` is there already; give each node a name of its own"
    );
    assert_eq!(fault("name = 't', ", ""), "x.toml, line 6: `name` is missing; write name = \"chip0\"");
    assert_eq!(
        fault("name = 't'", "name = true"),
        "x.toml, line 6: `name` must be a name, and this is true or false"
    );
    assert_eq!(
        fault("name = 't'", "name = ''"),
        "x.toml, line 6: `name` must be a name, and this is an empty text"
    );
    assert_eq!(
        fault("kind = 'switch'", "kind = 'swich'"),
        "x.toml, line 4: `kind` is `swich` (did you mean `switch`?); it must be one of chip, switch"
    );
    assert_eq!(
        fault("kind = 'switch'", "kinds = 'switch'"),
        "x.toml, line 4: there is no field `kinds` (did you mean `kind`?); known: name, id, kind, domain, node"
    );
    assert_eq!(
        fault(", domain = 'right'", ""),
        "x.toml, line 7: `domain` is missing here and given for other chips; give it for all or for none"
    );
    let no_chips = "nodes = [{ name = 's', kind = 'switch' }]\nlinks = []";
    let error = Graph::read("x.toml", no_chips).expect_err("nothing sends");
    assert_eq!(error.to_string(), "x.toml: there is no chip; give a node kind = \"chip\", or no kind");
}

#[test]
fn every_fault_of_a_link_has_its_error() {
    assert_eq!(
        fault("from = 's'", "from = 'sw'"),
        "x.toml, line 12: `from` is `sw`, and there is no such node (did you mean `s`?)"
    );
    assert_eq!(fault("from = 's', ", ""), "x.toml, line 12: `from` is missing; write from = \"chip0\"");
    assert_eq!(
        fault("to = 's'", "to = 'a'"),
        "x.toml, line 10: the link leads from `a` to itself; remove it"
    );
    let dead = fault("'25 GB/s'", "'0 GB/s'");
    assert!(dead.starts_with("x.toml, line 11: `bandwidth`"), "{dead}");
    assert_eq!(
        fault("'25 GB/s'", "'1 B/s'"),
        "x.toml, line 11: `bandwidth` is 1 B/s; it must be from 1 kB/s to 1000 TB/s"
    );
    assert_eq!(
        fault("bandwidth = '25 GB/s'", "bandwidth_gb_per_s = 0"),
        "x.toml, line 11: `bandwidth_gb_per_s` is 0 GB/s; it must be from 1 kB/s to 1000 TB/s"
    );
    assert_eq!(
        fault("'25 GB/s'", "25"),
        "x.toml, line 11: `bandwidth` must be a text with a number and its unit, such as \"50 GB/s\", and this is a \
         number"
    );
    assert_eq!(
        fault("bandwidth = '50 GB/s'\n", ""),
        "x.toml, line 9: `bandwidth` is missing; write bandwidth = \"50 GB/s\""
    );
    assert_eq!(
        fault("latency = '500 ns'\n", ""),
        "x.toml, line 9: `latency` is missing; write latency = \"500 ns\""
    );
    assert_eq!(fault("'500 ns'", "'2 s'"), "x.toml, line 10: `latency` is 2 s; it must be from 0 to 1 s");
    assert_eq!(
        fault("bandwidth = '25 GB/s'", "latency_ns = -1"),
        "x.toml, line 11: `latency_ns` is -1 ns; it must be from 0 to 1 s"
    );
    assert_eq!(
        fault("bandwidth = '25 GB/s'", "duplex = 1"),
        "x.toml, line 11: `duplex` must be true or false, and this is a number"
    );
    assert_eq!(
        fault(", scope = 'scale-out' }", ", scope = 'scale-up' }"),
        "x.toml, line 13: tier `outside` is both scale-up and scale-out; name two tiers"
    );
}

#[test]
fn one_thing_under_two_names_is_refused() {
    assert_eq!(
        fault("'25 GB/s'", "'25 GB/s', bandwidth_gb_per_s = 25"),
        "x.toml, line 11: `bandwidth` and `bandwidth_gb_per_s` say the same; keep one of them"
    );
    assert_eq!(
        fault("from = 's'", "from = 's', source = 's'"),
        "x.toml, line 12: `from` and `source` say the same; keep one of them"
    );
    assert_eq!(
        fault("name = 't'", "name = 't', id = 't'"),
        "x.toml, line 6: `name` and `id` say the same; keep one of them"
    );
    assert_eq!(
        fault("links = [", "edges = []\nlinks = ["),
        "x.toml: `links` and `edges` say the same; keep one of them"
    );
    let twice = Graph::read("x.json", "{\n\"nodes\": [],\n\"nodes\": [], \"links\": []}");
    let twice = twice.expect_err("a key is there twice").to_string();
    assert_eq!(twice, "x.json, line 3: `nodes` is given twice; keep one of them");
}

#[test]
fn every_wrong_value_names_its_own_field() {
    assert_eq!(
        fault("latency = '500 ns'", "schema = 2\nlatency = '500 ns'"),
        "x.toml: `schema` must be 1, the only form so far, and this is 2; write schema = 1"
    );
    assert_eq!(
        fault("tier = 'outside'", "tier = 3"),
        "x.toml, line 12: `tier` must be a text, and this is a number"
    );
    assert_eq!(
        fault("bandwidth = '25 GB/s'", "latency_ns = '500'"),
        "x.toml, line 11: `latency_ns` must be a number, and this is a text"
    );
    assert_eq!(
        fault("bandwidth = '25 GB/s'", "bandwidth_gb_per_s = -1"),
        "x.toml, line 11: `bandwidth_gb_per_s` is -1 GB/s; it must be from 1 kB/s to 1000 TB/s"
    );
}

#[test]
fn parallel_links_of_networkx_are_read() {
    let text = r#"{"directed": false, "multigraph": true, "graph": {}, "bandwidth": "1 GB/s", "latency": "1 us",
        "nodes": [{"id": 0}, {"id": 1}],
        "links": [{"source": 0, "target": 1, "key": 0}, {"source": 0, "target": 1, "key": 1}]}"#;
    assert_eq!(Graph::read("x.json", text).expect("the graph is sound").links.len(), 4);
}

#[test]
fn files_that_are_none_are_refused() {
    let error = |text: &str| Graph::read("x", text).expect_err("this is no graph").to_string();
    assert_eq!(error(""), "x: `nodes` must be a list of tables; write nodes = [{ .. }, ..]");
    assert_eq!(
        error("nodes = [1]"),
        "x, line 1: `nodes` must be a list of tables; write nodes = [{ .. }, ..]"
    );
    let no_object = "x: this is JSON and no object; write {\"nodes\": [..], \"links\": [..]}";
    assert_eq!(error("[1, 2]"), no_object);
    assert!(error("nodes = [").starts_with("x, line 1: neither TOML nor JSON: "), "{}", error("nodes = ["));
    assert!(error("{\n\"nodes\": ?}").starts_with("x, line 2: neither TOML nor JSON: "));
    assert_eq!(
        error("{\"nodes\": [{\"id\": 1}], \"links\": [{\"source\": 1, \"target\": 1}]}"),
        "x, links[0]: the link leads from `1` to itself; remove it"
    );
    assert!(error("nodes = []\nlinks = []\ncolour = 1").starts_with("x: there is no field `colour`"));
}
