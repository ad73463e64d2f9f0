//! Every distinct transfer of a workload, listed once: who sends to whom, as part of what, over which links.

use super::listing::{ListedStep, Listing, Port, Sending};
use super::segments::Segments;
use crate::collectives::{Partners, Pattern};
use crate::fabric::{Fabric, Hop, Route, RoutingError};
use crate::ids::{CommunicatorId, EndpointId, PeerSlot};
use crate::transport::transfer_route;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What kind of transfer it is; transfers of different kinds are never alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// A message: how it is sent, and the lowest slot by which the peer receives it, if it does.
    Message(Port, Option<PeerSlot>),
    /// A step of a collective: how much is sent.
    Step(CommunicatorId, Pattern, usize, u64),
    /// What switches do for a rank in a step of a collective.
    Shared(CommunicatorId, Pattern, usize, Service),
    /// A rank's part in what switches do for another.
    Part(CommunicatorId, Pattern, usize, Service),
}

/// What switches do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Service {
    Copies(u64),
    Sum(u64),
}

/// One transfer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transfer {
    pub(super) source: u32,
    pub(super) target: u32,
    pub(super) kind: u32,
    pub(super) route: u32,
}

/// All transfers, and what a rank's own properties are.
#[derive(Debug)]
pub(super) struct Transfers<'a> {
    pub(super) list: Vec<Transfer>,
    /// Which kinds are messages.
    pub(super) messages: Vec<bool>,
    /// For each route: the segments crossed, with the weight on one link and the weight on all.
    pub(super) routes: Vec<Vec<(u32, u64, u64)>>,
    pub(super) latencies: Vec<u64>,
    pub(super) segments: Segments,
    /// For each rank: its role and the plans of its collectives.
    pub(super) own: &'a [Vec<u64>],
}

struct Collector<'a> {
    fabric: &'a Fabric,
    listing: &'a Listing,
    kinds: BTreeMap<Kind, u32>,
    /// The kind that was asked for last: most transfers are of the kind of those before them.
    last_kind: Option<(Kind, u32)>,
    pairs: FxHashMap<(u32, u32), u32>,
    routes: Vec<Route>,
    list: Vec<Transfer>,
    /// The trees of switches, by whose group they serve, their roots, and whether they sum; and the route of what crosses
    /// no link.
    trees: BTreeMap<(CommunicatorId, EndpointId, bool), u32>,
    nowhere: Option<u32>,
}

/// The transfers of what is listed.
///
/// # Errors
/// [`RoutingError`] when ranks that communicate cannot reach one another.
pub(super) fn collect<'a>(fabric: &'a Fabric, listing: &'a Listing) -> Result<Transfers<'a>, RoutingError> {
    let mut collector = Collector {
        fabric,
        listing,
        kinds: BTreeMap::new(),
        last_kind: None,
        pairs: FxHashMap::default(),
        routes: Vec::new(),
        list: Vec::new(),
        trees: BTreeMap::new(),
        nowhere: None,
    };
    for &Sending { from, to, port, received } in &listing.messages {
        collector.add(Kind::Message(port, received), from.index(), to.index())?;
    }
    for step in &listing.steps {
        collector.add_step(step)?;
    }
    Ok(collector.finish())
}

impl<'a> Collector<'a> {
    fn add_step(&mut self, listed: &ListedStep) -> Result<(), RoutingError> {
        let ListedStep { communicator, group, pattern, step } = *listed;
        let members = &self.listing.groups[group];
        let endpoints: Vec<_> =
            members.iter().map(|&member| self.listing.endpoints[member.index()]).collect();
        for (position, member) in members.iter().enumerate() {
            for send in pattern.sends(members.len(), position, step) {
                let service = match send.partners {
                    Partners::One(target) => {
                        let kind = Kind::Step(communicator, pattern, step, send.blocks);
                        self.add(kind, member.index(), members[target].index())?;
                        continue;
                    }
                    Partners::Copies(_) => Service::Copies(send.blocks),
                    Partners::Sum(_) => Service::Sum(send.blocks),
                };
                let route = self.tree((communicator, &endpoints), position, send.partners)?;
                let kind = Kind::Shared(communicator, pattern, step, service);
                self.push(kind, (member.index(), member.index()), route);
                let part = self.kind(Kind::Part(communicator, pattern, step, service));
                let (target, route) = (member.index() as u32, self.nowhere());
                let taking = send.partners.others(position).map(|other| members[other].index() as u32);
                self.list.extend(taking.map(|source| Transfer { source, target, kind: part, route }));
            }
        }
        Ok(())
    }

    /// The tree by which switches serve a rank.
    fn tree(
        &mut self,
        (communicator, endpoints): (CommunicatorId, &[EndpointId]),
        position: usize,
        partners: Partners,
    ) -> Result<u32, RoutingError> {
        let named = (communicator, endpoints[position], matches!(partners, Partners::Sum(_)));
        if let Some(&known) = self.trees.get(&named) {
            return Ok(known);
        }
        self.routes.push(transfer_route(self.fabric, |at| endpoints[at], position, partners)?.1);
        let new = self.routes.len() as u32 - 1;
        self.trees.insert(named, new);
        Ok(new)
    }

    fn nowhere(&mut self) -> u32 {
        *self.nowhere.get_or_insert_with(|| {
            self.routes.push(Route::local());
            self.routes.len() as u32 - 1
        })
    }

    fn push(&mut self, kind: Kind, (source, target): (usize, usize), route: u32) {
        let kind = self.kind(kind);
        self.list.push(Transfer { source: source as u32, target: target as u32, kind, route });
    }

    fn kind(&mut self, kind: Kind) -> u32 {
        if let Some((_, number)) = self.last_kind.filter(|last| last.0 == kind) {
            return number;
        }
        let next = self.kinds.len() as u32;
        let number = *self.kinds.entry(kind).or_insert(next);
        self.last_kind = Some((kind, number));
        number
    }

    fn add(&mut self, kind: Kind, source: usize, target: usize) -> Result<(), RoutingError> {
        let pair = (source as u32, target as u32);
        let route = match self.pairs.get(&pair) {
            Some(&known) => known,
            None => {
                let endpoint = |rank: u32| self.listing.endpoints[rank as usize];
                self.routes.push(self.fabric.route(endpoint(pair.0), endpoint(pair.1))?);
                let new = self.routes.len() as u32 - 1;
                self.pairs.insert(pair, new);
                new
            }
        };
        self.push(kind, (source, target), route);
        Ok(())
    }

    fn finish(self) -> Transfers<'a> {
        let segments = Segments::new(self.fabric, self.routes.iter());
        let in_segments = |route: &Route| {
            let hops = route.hops().iter();
            let crossed = |hop: &Hop| {
                let weight = hop.weight;
                let of_segment = |segment: usize| {
                    let links = segments.links(segment).len() as u64;
                    (segment as u32, weight, weight * links)
                };
                segments.covering(hop.range()).map(of_segment).collect::<Vec<_>>()
            };
            hops.flat_map(crossed).collect()
        };
        let mut messages = vec![false; self.kinds.len()];
        for (kind, &index) in &self.kinds {
            messages[index as usize] = matches!(kind, Kind::Message(..));
        }
        Transfers {
            messages,
            routes: self.routes.iter().map(in_segments).collect(),
            latencies: self.routes.iter().map(|route| route.latency().picoseconds()).collect(),
            list: self.list,
            segments,
            own: &self.listing.own,
        }
    }
}
