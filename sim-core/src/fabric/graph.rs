//! The fabric as a petgraph graph: reachability and shortest paths. petgraph is seen only here and in `maximum_flow`.

use super::Fabric;
use crate::ids::{EndpointId, LinkId, NodeId};
use petgraph::algo::{astar, tarjan_scc};
use petgraph::graph::{DiGraph, NodeIndex};

/// The links of a fabric, ready for searches.
#[derive(Debug)]
pub(crate) struct LinkGraph(DiGraph<(), LinkId>);

impl LinkGraph {
    /// All nodes and links of `fabric`.
    pub(crate) fn new(fabric: &Fabric) -> Self {
        let mut graph = DiGraph::with_capacity(fabric.node_names.len(), fabric.links().len());
        for _ in 0..fabric.node_names.len() {
            graph.add_node(());
        }
        for (index, link) in fabric.links().iter().enumerate() {
            graph.add_edge(node(link.from), node(link.to), LinkId::new(index));
        }
        Self(graph)
    }

    /// The path of least latency, then fewest links, then lowest identifiers; `None` when there is none.
    pub(crate) fn shortest_path(
        &self,
        fabric: &Fabric,
        from: EndpointId,
        to: EndpointId,
    ) -> Option<Vec<LinkId>> {
        let goal = node(to.into());
        // A picosecond a link breaks ties of latency towards fewer links.
        let cost = |link: LinkId| fabric.link(link).latency.picoseconds() + 1;
        let found = astar(&self.0, node(from.into()), |n| n == goal, |edge| cost(*edge.weight()), |_| 0);
        let (_, nodes) = found?;
        Some(nodes.windows(2).map(|pair| self.best_link(fabric, pair[0], pair[1])).collect())
    }

    fn best_link(&self, fabric: &Fabric, from: NodeIndex, to: NodeIndex) -> LinkId {
        let parallel = self.0.edges_connecting(from, to).map(|edge| *edge.weight());
        parallel
            .min_by_key(|&link| (fabric.link(link).latency, link))
            .expect("adjacent nodes of a path are joined by a link")
    }
}

/// The first pair of endpoints that cannot reach one another, if any.
pub(super) fn first_unreachable(fabric: &Fabric) -> Option<(EndpointId, EndpointId)> {
    if fabric.endpoints() == 1 {
        return None;
    }
    let mut component = vec![0; fabric.node_names.len()];
    for (index, nodes) in tarjan_scc(&LinkGraph::new(fabric).0).iter().enumerate() {
        for node in nodes {
            component[node.index()] = index;
        }
    }
    let apart = (1..fabric.endpoints()).find(|&endpoint| component[endpoint] != component[0])?;
    Some((EndpointId::new(0), EndpointId::new(apart)))
}

fn node(id: NodeId) -> NodeIndex {
    NodeIndex::new(id.index())
}
