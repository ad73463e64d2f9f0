//! Whether all endpoints reach one another over healthy links.

use super::{Fabric, Link};
use crate::ids::{EndpointId, NodeId};

/// The first pair of endpoints that cannot reach one another, if any: sender, then receiver.
///
/// All reach one another when the first reaches all and is reached by all. Complexity: O(nodes + links).
pub(super) fn first_unreachable(fabric: &Fabric) -> Option<(EndpointId, EndpointId)> {
    let first = EndpointId::new(0);
    let missed = |neighbours: &Neighbours| {
        let reached = neighbours.reached_from(first.into());
        (1..fabric.endpoints()).find(|&endpoint| !reached[endpoint]).map(EndpointId::new)
    };
    if let Some(apart) = missed(&Neighbours::of(fabric, |link| (link.from, link.to))) {
        return Some((first, apart));
    }
    missed(&Neighbours::of(fabric, |link| (link.to, link.from))).map(|apart| (apart, first))
}

/// For each node, where its links lead.
struct Neighbours {
    /// Where the neighbours of each node end; they begin where those of the node before it end.
    ends: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Neighbours {
    /// The neighbours over healthy links, each leading from the first to the second of its `ends`.
    fn of(fabric: &Fabric, ends: impl Fn(&Link) -> (NodeId, NodeId)) -> Self {
        let healthy = || fabric.working_links().map(&ends);
        let mut next = vec![0_u32; fabric.node_names.len() + 1];
        healthy().for_each(|(from, _)| next[from.index() + 1] += 1);
        for node in 1..next.len() {
            next[node] += next[node - 1];
        }
        let mut neighbours = vec![0; fabric.links().len()];
        for (from, to) in healthy() {
            let place = &mut next[from.index()];
            neighbours[*place as usize] = to.index() as u32;
            *place += 1;
        }
        // Every node's counter now stands at its end.
        next.pop();
        Self { ends: next, neighbours }
    }

    fn reached_from(&self, start: NodeId) -> Vec<bool> {
        let mut reached = vec![false; self.ends.len()];
        reached[start.index()] = true;
        let mut to_visit = vec![start.index()];
        while let Some(node) = to_visit.pop() {
            let begin = node.checked_sub(1).map_or(0, |before| self.ends[before]);
            for &next in &self.neighbours[begin as usize..self.ends[node] as usize] {
                if !std::mem::replace(&mut reached[next as usize], true) {
                    to_visit.push(next as usize);
                }
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use crate::fabric::{Fabric, FabricBuilder, FabricError, Link, Route, Router, RoutingError, Scope};
    use crate::ids::{EndpointId, LinkId};
    use crate::units::{Bandwidth, Time};
    use std::collections::BTreeSet;

    /// Nobody asks for a route here.
    #[derive(Debug)]
    struct Nowhere;

    impl Router for Nowhere {
        fn route(&self, _: &Fabric, _: EndpointId, _: EndpointId) -> Result<Route, RoutingError> {
            Ok(Route::local())
        }
    }

    /// Three chips around a switch, one link of which has failed.
    fn without(link: usize) -> Result<(), FabricError> {
        let mut builder = star();
        builder.derate(LinkId::new(link), 0.0);
        builder.build(Box::new(Nowhere)).map(|_| ())
    }

    fn star() -> FabricBuilder {
        let mut builder = FabricBuilder::new();
        let chips = [0, 1, 2].map(|chip| builder.endpoint(format!("chip{chip}")));
        let switch = builder.switch("switch");
        let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
        let (capacity, latency) = (Bandwidth::from_gigabytes_per_second(50.0), Time::ZERO);
        for chip in chips {
            builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
        }
        builder
    }

    #[test]
    fn cells_are_lost_with_anything_that_is_degraded() -> Result<(), FabricError> {
        let build = |degrade: &dyn Fn(&mut FabricBuilder)| {
            let mut builder = star();
            builder.cell(1);
            degrade(&mut builder);
            builder.build(Box::new(Nowhere)).map(|fabric| fabric.cell())
        };
        assert_eq!(build(&|_| ())?, Some(1));
        assert_eq!(build(&|builder| builder.derate(LinkId::new(2), 0.5))?, None);
        assert_eq!(build(&|builder| builder.derate(LinkId::new(2), 1.0))?, Some(1));
        assert_eq!(build(&|builder| builder.retire(&BTreeSet::from([EndpointId::new(1)])))?, None);
        assert!(build(&|builder| builder.derate(LinkId::new(2), 0.0)).is_err());
        Ok(())
    }

    #[test]
    fn each_direction_is_searched() {
        let apart = |from: &str, to: &str| {
            Err(FabricError::Disconnected { from: from.to_owned(), to: to.to_owned() })
        };
        assert_eq!(without(0), apart("chip0", "chip1"));
        assert_eq!(without(3), apart("chip0", "chip1"));
        assert_eq!(without(4), apart("chip2", "chip0"));
    }
}
