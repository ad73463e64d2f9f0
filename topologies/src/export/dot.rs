//! A fabric in the DOT language of Graphviz.

use copperlight_core::fabric::{Fabric, Link};
use copperlight_core::ids::{EndpointId, NodeId};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The fabric as a directed graph: chips as boxes in a cluster for each domain, switches as ellipses, links with
/// bandwidth and latency. A link and an equal one the other way are one arrow with two heads; links that failed are
/// left out.
pub fn dot(fabric: &Fabric) -> String {
    let mut text = String::from("digraph fabric {\n  node [shape=ellipse];\n");
    write_domains(&mut text, fabric);
    for switch in fabric.switch_nodes() {
        push(&mut text, format_args!("  {};\n", quoted(fabric, NodeId::new(switch))));
    }
    for (link, both_ways) in arrows(fabric) {
        let (from, to) = (quoted(fabric, link.from), quoted(fabric, link.to));
        let label = format!(
            "{} GB/s, {} ns",
            link.capacity.gigabytes_per_second(),
            link.latency.picoseconds() as f64 / 1e3
        );
        let heads = if both_ways { ", dir=both" } else { "" };
        let tier = &fabric.tiers()[link.tier.index()].name;
        push(&mut text, format_args!("  {from} -> {to} [label=\"{label}\", class=\"{tier}\"{heads}];\n"));
    }
    text.push_str("}\n");
    text
}

fn write_domains(text: &mut String, fabric: &Fabric) {
    let mut domains: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for chip in 0..fabric.endpoints() {
        let domain = fabric.levels().last().map_or(0, |level| level.container(EndpointId::new(chip)));
        domains.entry(domain).or_default().push(chip);
    }
    for (domain, chips) in domains {
        push(text, format_args!("  subgraph cluster_domain{domain} {{\n    label=\"domain {domain}\";\n"));
        for chip in chips {
            push(text, format_args!("    {} [shape=box];\n", quoted(fabric, NodeId::new(chip))));
        }
        text.push_str("  }\n");
    }
}

/// Working links in order, those that an equal opposite follows once and marked.
fn arrows(fabric: &Fabric) -> Vec<(&Link, bool)> {
    let mut arrows: Vec<(&Link, bool)> = Vec::new();
    let mut single: BTreeMap<(NodeId, NodeId), Vec<usize>> = BTreeMap::new();
    for link in fabric.working_links() {
        let opposite = |&index: &usize| {
            let other = arrows[index].0;
            (other.capacity, other.latency, other.tier) == (link.capacity, link.latency, link.tier)
        };
        let waiting = single.entry((link.to, link.from)).or_default();
        if let Some(found) = waiting.iter().position(opposite) {
            let index = waiting.remove(found);
            arrows[index].1 = true;
        } else {
            single.entry((link.from, link.to)).or_default().push(arrows.len());
            arrows.push((link, false));
        }
    }
    arrows
}

/// The name of a node as a DOT string.
fn quoted(fabric: &Fabric, node: NodeId) -> String {
    format!("\"{}\"", fabric.node_name(node).replace('\\', "\\\\").replace('"', "\\\""))
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes any text");
}
