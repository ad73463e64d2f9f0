//! Routing by search: the path of least latency in any graph.

use crate::fabric::{Fabric, LinkGraph, Route, Router, RoutingError};
use crate::ids::EndpointId;
use std::sync::OnceLock;

/// Routes each pair over the path of least latency; ties go to fewer links, then to lower identifiers.
///
/// Costs a search for each pair asked for: O(links log nodes). Callers keep the routes that they use.
#[derive(Debug, Default)]
pub struct ShortestPath {
    graph: OnceLock<LinkGraph>,
}

impl Router for ShortestPath {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let graph = self.graph.get_or_init(|| LinkGraph::new(fabric));
        let links = graph.shortest_path(fabric, from, to).ok_or_else(|| RoutingError::Unreachable {
            from: fabric.node_name(from.into()).to_owned(),
            to: fabric.node_name(to.into()).to_owned(),
        })?;
        Ok(Route::path(fabric, &links))
    }
}
