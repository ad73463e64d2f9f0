//! Shortest routes in a graph: one search for each sender, kept while there is room.

use super::read::Graph;
use super::wiring::GraphRouting;
use copperlight_core::fabric::{Fabric, Route, Router, RoutingError, Ways};
use copperlight_core::ids::{EndpointId, LinkId};
use copperlight_core::units::Bandwidth;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex};

/// The most paths of a spray: every number up to it divides the usual denominator of weights.
const MOST_PATHS: usize = 16;

/// The most distances that are kept, over all senders.
const MOST_DISTANCES: usize = 1 << 23;

/// Latency in picoseconds, then links.
type Distance = (u64, u32);

const UNREACHED: Distance = (u64::MAX, u32::MAX);

/// Links by the node at one of their ends.
#[derive(Debug)]
struct Adjacency {
    first: Vec<usize>,
    links: Vec<usize>,
}

impl Adjacency {
    fn new(graph: &Graph, end: impl Fn(usize) -> usize) -> Self {
        let mut first = vec![0; graph.nodes.len() + 1];
        for link in 0..graph.links.len() {
            first[end(link) + 1] += 1;
        }
        for node in 0..graph.nodes.len() {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut links = vec![0; graph.links.len()];
        for link in 0..graph.links.len() {
            let place = &mut next[end(link)];
            links[*place] = link;
            *place += 1;
        }
        Self { first, links }
    }

    /// The links at a node, by number.
    fn of(&self, node: usize) -> &[usize] {
        &self.links[self.first[node]..self.first[node + 1]]
    }
}

/// Routes over the path of least latency, then fewest links, then lowest links; or over several such paths.
#[derive(Debug)]
pub(super) struct GraphRouter {
    graph: Arc<Graph>,
    routing: GraphRouting,
    leaving: Adjacency,
    arriving: Adjacency,
    /// Distances from each sender that was asked for.
    distances: Mutex<BTreeMap<usize, Arc<[Distance]>>>,
}

impl GraphRouter {
    pub(super) fn new(graph: Arc<Graph>, routing: GraphRouting) -> Self {
        let leaving = Adjacency::new(&graph, |link| graph.links[link].from);
        let arriving = Adjacency::new(&graph, |link| graph.links[link].to);
        Self { graph, routing, leaving, arriving, distances: Mutex::default() }
    }

    /// The distances of all nodes from one; a search costs O(links log nodes).
    fn distances(&self, fabric: &Fabric, from: usize) -> Arc<[Distance]> {
        let mut kept = self.distances.lock().expect("no search panics");
        if let Some(found) = kept.get(&from) {
            return Arc::clone(found);
        }
        let found: Arc<[Distance]> = self.search(fabric, from).into();
        if (kept.len() + 1) * found.len() > MOST_DISTANCES {
            kept.clear();
        }
        kept.insert(from, Arc::clone(&found));
        found
    }

    /// Dijkstra's algorithm, over links that carry anything.
    fn search(&self, fabric: &Fabric, from: usize) -> Vec<Distance> {
        let mut distances = vec![UNREACHED; self.graph.nodes.len()];
        distances[from] = (0, 0);
        let mut open = BinaryHeap::from([Reverse(((0, 0), from))]);
        while let Some(Reverse((distance, node))) = open.pop() {
            if distance > distances[node] {
                continue;
            }
            for &link in self.leaving.of(node).iter().filter(|&&link| carries(fabric, link)) {
                let to = self.graph.links[link].to;
                let further = self.after(distance, link);
                if further < distances[to] {
                    distances[to] = further;
                    open.push(Reverse((further, to)));
                }
            }
        }
        distances
    }

    fn after(&self, distance: Distance, link: usize) -> Distance {
        (distance.0 + self.graph.links[link].latency.picoseconds(), distance.1 + 1)
    }

    /// The first paths of least distance, found backwards from the receiver, lowest links first.
    fn paths(&self, fabric: &Fabric, [from, to]: [usize; 2], most: usize) -> Vec<Vec<LinkId>> {
        let distances = self.distances(fabric, from);
        let mut paths = Vec::new();
        let mut open = vec![(to, Vec::new())];
        while let Some((node, links)) = open.pop() {
            if node == from {
                let forwards = links.iter().rev().map(|&link| LinkId::new(link));
                paths.push(forwards.collect());
                if paths.len() == most {
                    break;
                }
                continue;
            }
            // The last one pushed is the first one followed.
            for &link in self.arriving.of(node).iter().rev() {
                let before = self.graph.links[link].from;
                let reached = distances[before] != UNREACHED && carries(fabric, link);
                if reached && self.after(distances[before], link) == distances[node] {
                    let mut longer = links.clone();
                    longer.push(link);
                    open.push((before, longer));
                }
            }
        }
        paths
    }
}

/// Whether a link of the fabric, numbered as in the graph, is there to be used.
fn carries(fabric: &Fabric, link: usize) -> bool {
    fabric.links()[link].capacity > Bandwidth::ZERO
}

impl Router for GraphRouter {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let most = match self.routing {
            GraphRouting::Shortest => 1,
            GraphRouting::Spray => MOST_PATHS,
        };
        let paths = self.paths(fabric, [from.index(), to.index()], most);
        if paths.is_empty() {
            return Err(RoutingError::Unreachable {
                from: fabric.node_name(from.into()).to_owned(),
                to: fabric.node_name(to.into()).to_owned(),
            });
        }
        Ok(Route::over(fabric, &Ways::Paths(paths)))
    }
}

impl Graph {
    /// Two chips of which the first cannot reach the second, if there are any.
    pub(super) fn unreachable(&self) -> Option<[usize; 2]> {
        let leaving = Adjacency::new(self, |link| self.links[link].from);
        let arriving = Adjacency::new(self, |link| self.links[link].to);
        let forwards = self.reached(&leaving, |link| self.links[link].to);
        let backwards = self.reached(&arriving, |link| self.links[link].from);
        let apart = |reached: Vec<bool>| (0..self.chips).find(|&chip| !reached[chip]);
        apart(forwards).map(|chip| [0, chip]).or_else(|| apart(backwards).map(|chip| [chip, 0]))
    }

    /// The nodes that are reached from the first chip over links as `adjacency` lists them.
    fn reached(&self, adjacency: &Adjacency, end: impl Fn(usize) -> usize) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        reached[0] = true;
        let mut open = vec![0];
        while let Some(node) = open.pop() {
            for &link in adjacency.of(node) {
                if !std::mem::replace(&mut reached[end(link)], true) {
                    open.push(end(link));
                }
            }
        }
        reached
    }
}
