//! Whether all chips of a graph can reach one another.

use super::read::Graph;

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
