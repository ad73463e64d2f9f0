//! Costs to destinations, searched for once and kept: what every router by search rests on.

use crate::fabric::{Fabric, FailedLinks, LinkGraph, RoutingError};
use crate::ids::{EndpointId, LinkId, NodeId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How much the costs that are kept may take together.
const MOST_BYTES: usize = 64 << 20;

/// The costs to the latest destinations; no table of all pairs.
#[derive(Debug, Default)]
pub(super) struct Costs {
    graph: OnceLock<LinkGraph>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    costs: BTreeMap<EndpointId, Arc<[u64]>>,
    /// Destinations, the oldest first.
    order: VecDeque<EndpointId>,
}

/// Where paths of least latency to one destination go.
pub(super) struct Towards<'a> {
    fabric: &'a Fabric,
    graph: &'a LinkGraph,
    costs: Arc<[u64]>,
}

impl Costs {
    /// The ways on to a destination: O(links log nodes) when it is new, and then at once.
    pub(super) fn towards<'a>(&'a self, fabric: &'a Fabric, to: EndpointId) -> Towards<'a> {
        let graph = self.graph.get_or_init(|| LinkGraph::new(fabric));
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().costs.get(&to).cloned();
        let costs = found.unwrap_or_else(|| {
            // Others may search for the same meanwhile: they find the same.
            let costs: Arc<[u64]> = graph.costs_to(fabric, to).into();
            known().keep(to, &costs);
            costs
        });
        Towards { fabric, graph, costs }
    }
}

impl Known {
    fn keep(&mut self, to: EndpointId, costs: &Arc<[u64]>) {
        let most = (MOST_BYTES / size_of_val(&costs[..]).max(1)).max(1);
        if self.costs.insert(to, Arc::clone(costs)).is_none() {
            self.order.push_back(to);
        }
        while self.order.len() > most {
            let oldest = self.order.pop_front().expect("more are kept than one");
            self.costs.remove(&oldest);
        }
    }
}

impl Towards<'_> {
    /// The links by which paths of least latency go on from a node, in ascending order.
    pub(super) fn next_links(&self, at: NodeId) -> Vec<LinkId> {
        self.graph.next_links(self.fabric, &self.costs, at)
    }

    /// One path: at each node `choose` picks one of the links by which paths of least latency go on.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins the two.
    pub(super) fn path(
        &self,
        (from, to): (EndpointId, EndpointId),
        choose: impl Fn(NodeId, &[LinkId]) -> LinkId,
    ) -> Result<Vec<LinkId>, RoutingError> {
        let mut path = Vec::new();
        let mut at: NodeId = from.into();
        while at != to.into() {
            let links = self.next_links(at);
            if links.is_empty() {
                return Err(self.unreachable(from, to));
            }
            let link = choose(at, &links);
            path.push(link);
            at = self.fabric.link(link).to;
        }
        Ok(path)
    }

    /// That no healthy path joins the two.
    pub(super) fn unreachable(&self, from: EndpointId, to: EndpointId) -> RoutingError {
        let name = |endpoint: EndpointId| self.fabric.node_name(endpoint.into()).to_owned();
        RoutingError::Unreachable { from: name(from), to: name(to), failed: FailedLinks::default() }
    }
}
