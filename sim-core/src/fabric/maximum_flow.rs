//! The most that one set of endpoints can send to another, by petgraph's maximum flow.

use super::Fabric;
use crate::ids::EndpointId;
use crate::units::Bandwidth;
use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, NodeIndex};

impl Fabric {
    /// What the endpoints of `from` together can send to those of `to`, in one direction, over any paths.
    ///
    /// Routes are ignored: this is what the wiring could carry under the best routing (the maximum flow equals the
    /// smallest cut; Ford and Fulkerson, 1956). Capacities count in whole bytes per second. An endpoint forwards for
    /// others, as it does in a torus. Meant for small fabrics: Dinic's algorithm costs up to O(nodes^2 x links).
    pub fn maximum_flow(&self, from: &[EndpointId], to: &[EndpointId]) -> Bandwidth {
        let mut graph: DiGraph<(), u64> = DiGraph::new();
        let nodes: Vec<NodeIndex> = (0..self.nodes()).map(|_| graph.add_node(())).collect();
        for link in self.links() {
            let capacity = link.capacity.bytes_per_second().round() as u64;
            graph.add_edge(nodes[link.from.index()], nodes[link.to.index()], capacity);
        }
        // More than all links of the fabric together, and far from the largest number.
        let unbounded = graph.edge_weights().sum::<u64>() + 1;
        let (source, sink) = (graph.add_node(()), graph.add_node(()));
        for endpoint in from {
            graph.add_edge(source, nodes[endpoint.index()], unbounded);
        }
        for endpoint in to {
            graph.add_edge(nodes[endpoint.index()], sink, unbounded);
        }
        let (most, _) = dinics(&graph, source, sink);
        Bandwidth::from_bytes_per_second(most as f64)
    }
}
