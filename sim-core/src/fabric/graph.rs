//! The fabric as a petgraph graph: costs of least-latency paths. petgraph is seen only here and in `maximum_flow`.

use super::Fabric;
use crate::ids::{EndpointId, LinkId, NodeId};
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeRef, Reversed};

/// The healthy links of a fabric, ready for searches.
#[derive(Debug)]
pub(crate) struct LinkGraph(DiGraph<(), LinkId>);

/// The cost of nodes from which a destination cannot be reached.
const UNREACHABLE: u64 = u64::MAX;

impl LinkGraph {
    /// All nodes and healthy links of `fabric`.
    pub(crate) fn new(fabric: &Fabric) -> Self {
        let mut graph = DiGraph::with_capacity(fabric.node_names.len(), fabric.links().len());
        for _ in 0..fabric.node_names.len() {
            graph.add_node(());
        }
        for (index, link) in fabric.links().iter().enumerate() {
            if !fabric.has_failed(LinkId::new(index)) {
                graph.add_edge(node(link.from), node(link.to), LinkId::new(index));
            }
        }
        Self(graph)
    }

    /// For each node, the least cost to a destination.
    ///
    /// Complexity: O(links log nodes).
    pub(crate) fn costs_to(&self, fabric: &Fabric, to: EndpointId) -> Vec<u64> {
        let found = dijkstra(Reversed(&self.0), node(to.into()), None, |edge| cost(fabric, *edge.weight()));
        let mut costs = vec![UNREACHABLE; self.0.node_count()];
        for (node, cost) in found {
            costs[node.index()] = cost;
        }
        costs
    }

    /// The links out of a node by which a path of least cost goes on, in ascending order; none at the destination
    /// and where it cannot be reached.
    pub(crate) fn next_links(&self, fabric: &Fabric, costs: &[u64], at: NodeId) -> Vec<LinkId> {
        let goes_on = |&link: &LinkId| {
            let ahead = costs[fabric.link(link).to.index()];
            ahead != UNREACHABLE && ahead + cost(fabric, link) == costs[at.index()]
        };
        let mut links: Vec<LinkId> =
            self.0.edges(node(at)).map(|edge| *edge.weight()).filter(goes_on).collect();
        links.sort_unstable();
        links
    }
}

/// Latency, and a picosecond a link: ties of latency go to fewer links.
fn cost(fabric: &Fabric, link: LinkId) -> u64 {
    fabric.link(link).latency.picoseconds() + 1
}

fn node(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.index())
}
