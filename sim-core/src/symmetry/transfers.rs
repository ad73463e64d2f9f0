//! Every distinct transfer of a workload, listed once: who sends to whom, as part of what, over which links.

use super::crossed::{Crossed, HubHop, User};
use super::incidences::{Incidences, Touch, Touches};
use super::listing::{ListedNode, ListedStep, Listing, Port, Sending};
use super::numbering::Numbering;
use super::placements::Placement;
use super::segments::Segments;
use crate::collectives::{Partners, Pattern};
use crate::fabric::{Fabric, Route, RoutingError, Scope};
use crate::ids::{CommunicatorId, EndpointId, LinkId, PeerSlot, RankId, TierId};
use crate::transport::transfer_route;
use crate::units::Time;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

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
    /// All collectives of a group, by what it runs and where it stands.
    Node(CommunicatorId, u32),
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
const MEMBER: u64 = 3;
/// The roles of links in collectives that are nodes: this and the number of the kind of transfers.
const LOADED: u64 = 4;

/// Everything that is partitioned: transfers and nodes are hubs; ranks, then segments of links that several hubs cross,
/// are things.
#[derive(Debug)]
pub(super) struct Transfers {
    pub(super) incidences: Incidences,
    /// The groups whose collectives are nodes, and how many hubs come before theirs.
    pub(super) nodes: Vec<NodeHub>,
    pub(super) transfers: usize,
    /// The kinds of transfers, by number.
    kinds: Vec<Kind>,
    pub(super) crossed: Crossed,
    pub(super) ranks: usize,
    /// Transfers start with equal colours when they are of one kind, scope and latency, and alike in the links that only
    /// they cross.
    pub(super) hub_colours: Vec<u32>,
    /// Ranks start with equal colours when they are alike in themselves, and segments when their links are.
    pub(super) thing_colours: Vec<u32>,
    /// Which colours of transfers are of messages.
    messages: Vec<bool>,
}

/// The collectives of one group as one hub, which touches the members in their order before all links.
#[derive(Debug, Clone, Copy)]
pub(super) struct NodeHub {
    pub(super) communicator: CommunicatorId,
    /// The group, by its place in the listing, and how many members it has.
    pub(super) group: usize,
    pub(super) members: usize,
    pub(super) placement: Placement,
    colour: u32,
    /// Where its hops end in the list of all.
    hops: u32,
}

impl Transfers {
    /// Whether a hub is a message.
    pub(super) fn is_message(&self, hub: usize) -> bool {
        self.messages[self.hub_colours[hub] as usize]
    }

    /// The group whose collectives a hub stands for.
    pub(super) fn node(&self, hub: usize) -> Option<&NodeHub> {
        self.nodes.get(hub.checked_sub(self.transfers)?)
    }

    /// Who crosses the links of a segment, and how.
    pub(super) fn touches(&self, segment: usize) -> Vec<(u32, Touch)> {
        match self.crossed.user(segment) {
            User::Nobody => Vec::new(),
            User::Hub(hub, property) => {
                let touches = self.crossed.touches(property).iter();
                touches.map(|&touch| (hub, self.incidences.way(touch))).collect()
            }
            User::Several(place) => {
                let touches = self.incidences.of_thing(self.ranks + place as usize).iter();
                touches.map(|touch| (touch.other, self.incidences.way(touch.touch))).collect()
            }
        }
    }

    /// Which transfers of a node a link carries, when the node touches it in this role.
    pub(super) fn load(&self, role: u64) -> (Pattern, usize, u64) {
        match self.kinds[(role - LOADED) as usize] {
            Kind::Step(_, pattern, step, blocks)
            | Kind::Shared(_, pattern, step, Service::Copies(blocks) | Service::Sum(blocks)) => {
                (pattern, step, blocks)
            }
            Kind::Message(..) | Kind::Part(..) | Kind::Node(..) => {
                unreachable!("links carry transfers of nodes")
            }
        }
    }

    /// The communicators of which two groups use one link that can be full, so that none is alone.
    pub(super) fn disturbed(&self, fabric: &Fabric) -> BTreeSet<CommunicatorId> {
        let mut disturbed = BTreeSet::new();
        if self.nodes.is_empty() {
            return disturbed;
        }
        for (place, &segment) in self.crossed.shared().iter().enumerate() {
            let link = LinkId::new(self.crossed.segments.links(segment as usize).start);
            if fabric.is_never_full(link) {
                continue;
            }
            let mut users: Vec<(CommunicatorId, u32)> = Vec::new();
            for incidence in self.incidences.of_thing(self.ranks + place) {
                let Some(node) = self.node(incidence.other as usize) else { continue };
                match users.iter().find(|user| user.0 == node.communicator) {
                    Some(&(communicator, hub)) if hub != incidence.other => {
                        disturbed.insert(communicator);
                    }
                    Some(_) => {}
                    None => users.push((node.communicator, incidence.other)),
                }
            }
        }
        disturbed
    }
}

struct Collector<'a> {
    fabric: &'a Fabric,
    listing: &'a Listing,
    kinds: Numbering<Kind>,
    colours: FxHashMap<(u32, Scope, Time), u32>,
    messages: Vec<bool>,
    list: Vec<Transfer>,
    /// The hops of all hubs, one hub after another.
    hops: Vec<HubHop>,
    touches: Touches,
    nodes: Vec<NodeHub>,
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
        kinds: Numbering::default(),
        colours: FxHashMap::default(),
        messages: Vec::new(),
        list: Vec::new(),
        hops: Vec::new(),
        touches: Touches::default(),
        nodes: Vec::new(),
        trees: BTreeMap::new(),
    };
    for &Sending { from, to, port, received } in &listing.messages {
        collector.add(Kind::Message(port, received), from, to)?;
    }
    for step in &listing.steps {
        collector.add_step(step)?;
    }
    for node in &listing.nodes {
        collector.add_node(node)?;
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

    /// Adds the links of all transfers of a group.
    fn add_node(&mut self, node: &ListedNode) -> Result<(), RoutingError> {
        let ListedNode { communicator, group, placement, ref patterns } = *node;
        let members = &self.listing.groups[group];
        let places: Vec<_> = members.iter().map(|&member| self.listing.endpoints[member.index()]).collect();
        for &(pattern, step) in patterns {
            for position in 0..members.len() {
                for send in pattern.sends(members.len(), position, step) {
                    let kind = match send.partners {
                        Partners::One(_) => Kind::Step(communicator, pattern, step, send.blocks),
                        Partners::Copies(_) => {
                            Kind::Shared(communicator, pattern, step, Service::Copies(send.blocks))
                        }
                        Partners::Sum(_) => {
                            Kind::Shared(communicator, pattern, step, Service::Sum(send.blocks))
                        }
                    };
                    let number = self.kinds.number(kind);
                    let route = match send.partners {
                        Partners::One(target) => self.fabric.route(places[position], places[target])?,
                        partners => self.tree((communicator, &places), position, partners)?,
                    };
                    self.cross(&route, LOADED + u64::from(number));
                }
            }
        }
        let kind = self.kinds.number(Kind::Node(communicator, placement.alike));
        let colour = self.colour((kind, Scope::ScaleUp, Time::ZERO), false);
        let hops = self.hop_count();
        self.nodes.push(NodeHub { communicator, group, members: members.len(), placement, colour, hops });
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
        let number = self.kinds.number(kind);
        let colour = self.colour((number, scope, route.latency()), matches!(kind, Kind::Message(..)));
        self.cross(route, LINK);
        let hops = self.hop_count();
        self.list.push(Transfer {
            source: source.index() as u32,
            target: target.index() as u32,
            colour,
            hops,
        });
    }

    fn cross(&mut self, route: &Route, role: u64) {
        for hop in route.hops() {
            let touch = self.touches.number(Touch { role, weight: hop.weight });
            self.hops.push(HubHop::new(hop, touch));
        }
    }

    fn hop_count(&self) -> u32 {
        u32::try_from(self.hops.len()).expect("transfers have fewer than 2^32 hops")
    }

    fn colour(&mut self, key: (u32, Scope, Time), is_message: bool) -> u32 {
        let next = self.colours.len() as u32;
        let colour = *self.colours.entry(key).or_insert(next);
        if colour == next {
            self.messages.push(is_message);
        }
        colour
    }

    fn finish(self) -> Transfers {
        let Self { fabric, listing, messages, list, hops, nodes, mut touches, .. } = self;
        let [source, target, member] =
            [SOURCE, TARGET, MEMBER].map(|role| touches.number(Touch { role, weight: 1 }));
        let ends: Vec<u32> =
            list.iter().map(|transfer| transfer.hops).chain(nodes.iter().map(|node| node.hops)).collect();
        let hops_of = |hub: usize| {
            let start = hub.checked_sub(1).map_or(0, |before| ends[before] as usize);
            &hops[start..ends[hub] as usize]
        };
        let mut crossed = Crossed::new(fabric, (0..ends.len()).map(hops_of));
        let ranks = listing.own.len();
        let sizes = std::iter::repeat_n(1, ranks).chain(crossed.shared_sizes()).collect();
        let mut incidences = Incidences::new(touches, sizes, ends.len());
        let mut colours = Colours::new();
        let (mut hub_colours, mut properties) = (Vec::with_capacity(ends.len()), Vec::new());
        let transfers = list.len();
        for hub in 0..ends.len() {
            let colour = match list.get(hub) {
                Some(transfer) => {
                    incidences.add(transfer.source as usize, source);
                    incidences.add(transfer.target as usize, target);
                    transfer.colour
                }
                None => {
                    let node = &nodes[hub - transfers];
                    let group = &listing.groups[node.group];
                    group.iter().for_each(|rank| incidences.add(rank.index(), member));
                    node.colour
                }
            };
            crossed.add_hub((hub as u32, hops_of(hub)), ranks, &mut incidences, &mut properties);
            hub_colours.push(colours.colour(colour, &properties));
            incidences.end_hub();
        }
        incidences.complete();
        let mut thing_colours = listing.own.clone();
        let own = thing_colours.iter().max().map_or(0, |&largest| largest + 1);
        thing_colours.extend(crossed.shared_kinds().map(|kind| own + kind));
        Transfers {
            incidences,
            crossed,
            ranks,
            messages: colours.bases.iter().map(|&base| messages[base as usize]).collect(),
            hub_colours,
            nodes,
            transfers,
            kinds: self.kinds.into_keys(),
            thing_colours,
        }
    }
}

/// Colours of hubs by what they are and by the links that only they cross.
struct Colours {
    /// For each colour, what its hubs are.
    bases: Vec<u32>,
    /// Sets of properties as chains: a number for each chain and one property more.
    chains: FxHashMap<(u32, u32), u32>,
    known: FxHashMap<(u32, u32), u32>,
    /// What was asked for lately.
    recent: [((u32, u32), u32); RECENT],
}

/// So many lately asked chains are at hand.
const RECENT: usize = 64;

impl Colours {
    fn new() -> Self {
        let (bases, recent) = (Vec::new(), [((0, 0), 0); RECENT]);
        Self { bases, chains: FxHashMap::default(), known: FxHashMap::default(), recent }
    }

    fn colour(&mut self, base: u32, properties: &[u32]) -> u32 {
        // Chains are numbered from 1 on.
        let chain = properties.iter().fold(0, |chain, &property| self.chain((chain, property)));
        let next = self.bases.len() as u32;
        let colour = *self.known.entry((base, chain)).or_insert(next);
        if colour == next {
            self.bases.push(base);
        }
        colour
    }

    fn chain(&mut self, link: (u32, u32)) -> u32 {
        let place = (link.0.wrapping_mul(31).wrapping_add(link.1)) as usize % RECENT;
        let (recent, number) = self.recent[place];
        if recent == link && number > 0 {
            return number;
        }
        let next = self.chains.len() as u32 + 1;
        let number = *self.chains.entry(link).or_insert(next);
        self.recent[place] = (link, number);
        number
    }
}

/// Segments start with equal colours when their links are alike in themselves.
pub(super) fn segment_kinds(fabric: &Fabric, segments: &Segments) -> impl Iterator<Item = u32> {
    let mut kinds: FxHashMap<(u64, TierId), u32> = FxHashMap::default();
    let mut run_end = 0;
    let mut kind = 0;
    (0..segments.len()).map(move |segment| {
        let start = segments.links(segment).start;
        if start >= run_end {
            let run = fabric.runs(start..start + 1).next().expect("every link is in a run of alike ones");
            let next = kinds.len() as u32;
            kind = *kinds.entry((run.capacity.bytes_per_second().to_bits(), run.tier)).or_insert(next);
            run_end = run.end as usize;
        }
        kind
    })
}
