//! A fabric as JSON: nodes and directed links, in the form that family `graph` reads.

use copperlight_core::fabric::{Fabric, Link, Scope};
use copperlight_core::ids::{EndpointId, NodeId};
use serde_json::json;

/// The fabric as one JSON document, a line for each node and link: nodes with `name`, `kind` and containers, links with
/// `from`, `to`, `bandwidth_gb_per_s`, `latency_ns`, `tier`, `scope` and `medium`. Links that failed are left out.
pub fn json(fabric: &Fabric) -> String {
    let nodes = (0..fabric.endpoints()).chain(fabric.switch_nodes()).map(|index| node(fabric, index));
    let links = fabric.working_links().map(|working| link(fabric, working));
    format!("{{\"schema\": 1,\n\"nodes\": [\n{}\n],\n\"links\": [\n{}\n]}}\n", lines(nodes), lines(links))
}

fn lines(values: impl Iterator<Item = serde_json::Value>) -> String {
    values.map(|value| value.to_string()).collect::<Vec<_>>().join(",\n")
}

fn node(fabric: &Fabric, index: usize) -> serde_json::Value {
    let name = fabric.node_name(NodeId::new(index));
    if index >= fabric.endpoints() {
        return json!({ "name": name, "kind": "switch" });
    }
    let mut node = json!({ "name": name, "kind": "chip" });
    for level in fabric.levels().iter().filter(|level| ["node", "domain"].contains(&level.name.as_str())) {
        node[&level.name] = level.container(EndpointId::new(index)).into();
    }
    node
}

fn link(fabric: &Fabric, link: &Link) -> serde_json::Value {
    let tier = &fabric.tiers()[link.tier.index()];
    let scope = match tier.scope {
        Scope::ScaleUp => "scale-up",
        Scope::ScaleOut => "scale-out",
    };
    json!({
        "from": fabric.node_name(link.from),
        "to": fabric.node_name(link.to),
        "bandwidth_gb_per_s": link.capacity.gigabytes_per_second(),
        "latency_ns": link.latency.picoseconds() as f64 / 1e3,
        "duplex": false,
        "tier": tier.name,
        "scope": scope,
        "medium": fabric.media()[usize::from(link.medium)],
    })
}
