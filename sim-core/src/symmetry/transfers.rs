//! Every distinct transfer of a workload, listed once: who sends to whom, as part of what, over which links.

use super::incidences::{Incidences, Touch};
use super::listing::{ListedStep, Listing, Port, Sending};
use super::segments::Segments;
use crate::collectives::{Partners, Pattern};
use crate::fabric::{Fabric, Hop, Route, RoutingError, Scope};
use crate::ids::{CommunicatorId, EndpointId, LinkId, PeerSlot, RankId};
use crate::transport::transfer_route;
use crate::units::Time;
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

/// The roles in which ranks and links take part in transfers.
pub(super) const SOURCE: u64 = 0;
pub(super) const TARGET: u64 = 1;
const LINK: u64 = 2;

/// Everything that is partitioned: transfers are hubs; ranks, then segments of links, are things.
#[derive(Debug)]
pub(super) struct Transfers {
    pub(super) incidences: Incidences,
    pub(super) segments: Segments,
    pub(super) ranks: usize,
    /// Transfers start with equal colours when they are of one kind, scope and latency.
    pub(super) hub_colours: Vec<u32>,
    /// Ranks start with equal colours when they are alike in themselves, and segments when their links are.
    pub(super) thing_colours: Vec<u32>,
    /// Which colours of transfers are of messages.
    messages: Vec<bool>,
}

impl Transfers {
    /// Whether a transfer is a message.
    pub(super) fn is_message(&self, transfer: usize) -> bool {
        self.messages[self.hub_colours[transfer] as usize]
    }
}

struct Collector<'a> {
    fabric: &'a Fabric,
    listing: &'a Listing,
    kinds: BTreeMap<Kind, u32>,
    /// The kind that was asked for last: most transfers are of the kind of those before them.
    last_kind: Option<(Kind, u32)>,
    colours: FxHashMap<(u32, Scope, Time), u32>,
    messages: Vec<bool>,
    list: Vec<Transfer>,
    hops: Vec<Hop>,
    /// The trees of switches, by whose group they serve, their roots, and whether they sum.
    trees: BTreeMap<(CommunicatorId, EndpointId, bool), Route>,
}

/// One transfer.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    source: u32,
    target: u32,
    colour: u32,
    /// Where its hops end in the list of all.
    hops: u32,
}

/// The transfers of what is listed.
///
/// # Errors
/// [`RoutingError`] when ranks that communicate cannot reach one another.
pub(super) fn collect(fabric: &Fabric, listing: &Listing) -> Result<Transfers, RoutingError> {
    let mut collector = Collector {
        fabric,
        listing,
        kinds: BTreeMap::new(),
        last_kind: None,
        colours: FxHashMap::default(),
        messages: Vec::new(),
        list: Vec::new(),
        hops: Vec::new(),
        trees: BTreeMap::new(),
    };
    for &Sending { from, to, port, received } in &listing.messages {
        collector.add(Kind::Message(port, received), from, to)?;
    }
    for step in &listing.steps {
        collector.add_step(step)?;
    }
    Ok(collector.finish())
}

impl Collector<'_> {
    fn add_step(&mut self, listed: &ListedStep) -> Result<(), RoutingError> {
        let ListedStep { communicator, group, pattern, step } = *listed;
        let members = &self.listing.groups[group];
        let endpoints: Vec<_> =
            members.iter().map(|&member| self.listing.endpoints[member.index()]).collect();
        for (position, &member) in members.iter().enumerate() {
            for send in pattern.sends(members.len(), position, step) {
                let service = match send.partners {
                    Partners::One(target) => {
                        let kind = Kind::Step(communicator, pattern, step, send.blocks);
                        self.add(kind, member, members[target])?;
                        continue;
                    }
                    Partners::Copies(_) => Service::Copies(send.blocks),
                    Partners::Sum(_) => Service::Sum(send.blocks),
                };
                let route = self.tree((communicator, &endpoints), position, send.partners)?;
                let kind = Kind::Shared(communicator, pattern, step, service);
                self.push(kind, (member, member), Scope::ScaleUp, &route);
                let kind = Kind::Part(communicator, pattern, step, service);
                for other in send.partners.others(position) {
                    self.push(kind, (members[other], member), Scope::ScaleUp, &Route::local());
                }
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
    ) -> Result<Route, RoutingError> {
        let named = (communicator, endpoints[position], matches!(partners, Partners::Sum(_)));
        if let Some(known) = self.trees.get(&named) {
            return Ok(known.clone());
        }
        let tree = transfer_route(self.fabric, |at| endpoints[at], position, partners)?.1;
        self.trees.insert(named, tree.clone());
        Ok(tree)
    }

    fn add(&mut self, kind: Kind, source: RankId, target: RankId) -> Result<(), RoutingError> {
        let endpoint = |rank: RankId| self.listing.endpoints[rank.index()];
        let (from, to) = (endpoint(source), endpoint(target));
        let scope = if self.fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
        let route = self.fabric.route(from, to)?;
        self.push(kind, (source, target), scope, &route);
        Ok(())
    }

    fn push(&mut self, kind: Kind, (source, target): (RankId, RankId), scope: Scope, route: &Route) {
        let number = self.kind(kind);
        let next = self.colours.len() as u32;
        let colour = *self.colours.entry((number, scope, route.latency())).or_insert(next);
        if colour == next {
            self.messages.push(matches!(kind, Kind::Message(..)));
        }
        self.hops.extend_from_slice(route.hops());
        let hops = u32::try_from(self.hops.len()).expect("transfers have fewer than 2^32 hops");
        self.list.push(Transfer {
            source: source.index() as u32,
            target: target.index() as u32,
            colour,
            hops,
        });
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

    fn finish(self) -> Transfers {
        let Self { fabric, listing, messages, list, hops, .. } = self;
        let segments = Segments::new(fabric, hops.iter());
        let ranks = listing.own.len();
        let sizes = std::iter::repeat_n(1, ranks)
            .chain((0..segments.len()).map(|at| segments.links(at).len() as u64));
        let mut incidences = Incidences::new(sizes.collect(), list.len());
        let [source, target] = [SOURCE, TARGET].map(|role| incidences.touch(Touch { role, weight: 1 }));
        let mut crossed = hops.iter();
        let mut before = 0;
        let mut last = (0, u32::MAX);
        for transfer in &list {
            incidences.add(transfer.source as usize, source);
            incidences.add(transfer.target as usize, target);
            for hop in crossed.by_ref().take((transfer.hops - before) as usize) {
                if last.0 != hop.weight || last.1 == u32::MAX {
                    last = (hop.weight, incidences.touch(Touch { role: LINK, weight: hop.weight }));
                }
                for segment in segments.covering(hop.range()) {
                    incidences.add(ranks + segment, last.1);
                }
            }
            before = transfer.hops;
            incidences.end_hub();
        }
        incidences.complete();
        let mut thing_colours = listing.own.clone();
        let own = thing_colours.iter().max().map_or(0, |&largest| largest + 1);
        thing_colours.extend(segment_kinds(fabric, &segments).map(|kind| own + kind));
        Transfers {
            incidences,
            segments,
            ranks,
            hub_colours: list.into_iter().map(|transfer| transfer.colour).collect(),
            thing_colours,
            messages,
        }
    }
}

/// Segments start with equal colours when their links are alike in themselves.
pub(super) fn segment_kinds(fabric: &Fabric, segments: &Segments) -> impl Iterator<Item = u32> {
    let mut kinds = BTreeMap::new();
    let mut last = None;
    (0..segments.len()).map(move |segment| {
        let link = fabric.link(LinkId::new(segments.links(segment).start));
        let key = (link.capacity.bytes_per_second().to_bits(), link.tier);
        if let Some((_, kind)) = last.filter(|last: &(_, u32)| last.0 == key) {
            return kind;
        }
        let next = kinds.len() as u32;
        let kind = *kinds.entry(key).or_insert(next);
        last = Some((key, kind));
        kind
    })
}
