//! What the transfers of a phase meet on the links of a fabric.

use super::Transport;
use super::blocks::Blocks;
use super::loads::Loads;
use crate::collectives::{Partners, Pattern, Send, Span};
use crate::fabric::{Fabric, Hop, Route, RoutingError, Scope};
use crate::ids::EndpointId;
use crate::units::{Bandwidth, Bytes, Time};

/// What the steps of one phase meet on their way, on a given fabric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseProfile {
    /// Transfers that stay inside their domain, if any do.
    pub inside: Option<Meeting>,
    /// Transfers that leave their domain, if any do.
    pub outside: Option<Meeting>,
    /// The nominal bandwidth of a chip inside a domain.
    pub nominal_inside: Bandwidth,
    /// The nominal bandwidth of a chip's own adapters between domains; unbounded where it has none.
    pub nominal_outside: Bandwidth,
}

/// What the steps of one phase meet, whatever share of their links transfers reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Survey {
    inside: Option<Met>,
    outside: Option<Met>,
    nominal_inside: Bandwidth,
    nominal_outside: Bandwidth,
}

/// What the transfers of one scope meet, by the scope of the links.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Met {
    latency: Time,
    blocks: u64,
    at_once: u64,
    /// The rate of a block on the most loaded link inside domains, at the links' payload bandwidth.
    inside: Bandwidth,
    /// The same between domains.
    outside: Bandwidth,
}

/// What the transfers of one scope meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// The largest latency of any transfer's route.
    pub latency: Time,
    /// The rate of a block on the most loaded link when all of a step run together, at the efficiency of the links.
    pub rate: Bandwidth,
    /// The blocks of the largest transfer.
    pub blocks: u64,
    /// The most transfers that one rank starts in a step.
    pub at_once: u64,
}

impl Meeting {
    /// How long the largest transfer drains when a block carries so much and one transfer reaches `cap` at most.
    pub(super) fn drain(&self, block: Bytes, cap: Bandwidth) -> Time {
        (self.rate * self.blocks as f64).min(cap).drain_time(block * self.blocks)
    }
}

impl PhaseProfile {
    /// What the transfers of a scope meet, if there are any.
    pub const fn of(&self, scope: Scope) -> Option<Meeting> {
        match scope {
            Scope::ScaleUp => self.inside,
            Scope::ScaleOut => self.outside,
        }
    }

    /// What a chip's own links in a scope can send.
    pub const fn nominal(&self, scope: Scope) -> Bandwidth {
        match scope {
            Scope::ScaleUp => self.nominal_inside,
            Scope::ScaleOut => self.nominal_outside,
        }
    }

    /// How long a step drains whose blocks carry so much.
    pub fn drain(&self, block: Bytes) -> Time {
        let met = [self.inside, self.outside].into_iter().flatten();
        met.map(|meeting| meeting.rate.drain_time(block)).max().unwrap_or(Time::ZERO)
    }

    /// The largest latency of any transfer.
    pub(super) fn latency(&self) -> Time {
        let met = [self.inside, self.outside].into_iter().flatten();
        met.map(|meeting| meeting.latency).max().unwrap_or(Time::ZERO)
    }
}

impl Survey {
    /// What the steps meet where transfers reach what they reach under a transport.
    pub(super) fn under(&self, transport: &Transport) -> PhaseProfile {
        let at_efficiency = |met: Met| Meeting {
            latency: met.latency,
            rate: (met.inside * transport.scale_up.efficiency)
                .min(met.outside * transport.scale_out.efficiency),
            blocks: met.blocks,
            at_once: met.at_once,
        };
        PhaseProfile {
            inside: self.inside.map(at_efficiency),
            outside: self.outside.map(at_efficiency),
            nominal_inside: self.nominal_inside,
            nominal_outside: self.nominal_outside,
        }
    }
}

/// Finds what phases meet; keeps its memory from one phase to the next.
#[derive(Debug)]
pub(super) struct Surveyor<'a> {
    fabric: &'a Fabric,
    loads: Loads,
    sends: Vec<Send>,
    route: Route,
}

impl Clone for Surveyor<'_> {
    /// Begins with no memory: it holds nothing that is worth keeping.
    fn clone(&self) -> Self {
        Self::new(self.fabric)
    }
}

/// What is known of one scope while the transfers of a phase are looked at.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    latency: Time,
    blocks: u64,
    at_once: u64,
}

impl<'a> Surveyor<'a> {
    pub(super) fn new(fabric: &'a Fabric) -> Self {
        Self { fabric, loads: Loads::default(), sends: Vec::new(), route: Route::local() }
    }

    /// What the steps of a pattern meet when its positions are those members, all as busy as they ever are.
    pub(super) fn survey(
        &mut self,
        members: &[EndpointId],
        pattern: Pattern,
        steps: usize,
    ) -> Result<Survey, RoutingError> {
        let mut survey = Survey {
            inside: None,
            outside: None,
            nominal_inside: self.nominal(members, Scope::ScaleUp),
            nominal_outside: self.nominal(members, Scope::ScaleOut),
        };
        let distinct = if pattern.repeats() { 1 } else { steps };
        let blocks = Blocks::of(self.fabric, members, pattern);
        for step in 0..distinct {
            let found = self.look(members, pattern, (step, blocks.looked_at(step)))?;
            let [inside, outside] = self.meet(found);
            survey.inside = worse(survey.inside, inside);
            survey.outside = worse(survey.outside, outside);
        }
        Ok(survey)
    }

    /// All transfers of a step that these positions start: their loads, and the rest by scope.
    fn look(
        &mut self,
        members: &[EndpointId],
        pattern: Pattern,
        (step, positions): (usize, impl Iterator<Item = usize>),
    ) -> Result<[Found; 2], RoutingError> {
        let Self { fabric, loads, sends, route } = self;
        let mut found = [Found::default(); 2];
        loads.clear(fabric);
        for position in positions {
            sends.clear();
            match pattern.repeats() {
                true => pattern.add_busiest_sends(members.len(), position, sends),
                false => pattern.add_sends(members.len(), position, step, sends),
            }
            let mut started = [0; 2];
            for send in &*sends {
                let scope = find_route(fabric, |at| members[at], (position, send.partners), route)?;
                let of_scope = &mut found[scope as usize];
                of_scope.latency = of_scope.latency.max(route.latency());
                of_scope.blocks = of_scope.blocks.max(send.blocks);
                started[scope as usize] += 1;
                of_scope.at_once = of_scope.at_once.max(started[scope as usize]);
                route.hops().iter().for_each(|hop| loads.add(hop, scope, send.blocks));
            }
        }
        Ok(found)
    }

    /// The rates of a block on the most loaded links that the transfers of each scope cross.
    fn meet(&mut self, found: [Found; 2]) -> [Option<Met>; 2] {
        let denominator = self.fabric.weight_denominator() as f64;
        // By the scope of transfers, and by that of links.
        let mut slowest = [[Bandwidth::UNBOUNDED; 2]; 2];
        let mut last = None;
        for loaded in self.loads.runs() {
            for run in self.fabric.runs(loaded.links()) {
                // Links that follow one another are mostly loaded alike.
                let here = Some((loaded.load, loaded.crossed_by, run.capacity, run.tier));
                if std::mem::replace(&mut last, here) == here {
                    continue;
                }
                let scaled = run.capacity.bytes_per_second() * denominator;
                let rate = Bandwidth::from_bytes_per_second(scaled / loaded.load as f64);
                let of_links = self.fabric.tiers()[run.tier.index()].scope as usize;
                for of_transfers in [0, 1].into_iter().filter(|&scope| loaded.crossed_by[scope]) {
                    let met = &mut slowest[of_transfers][of_links];
                    *met = met.min(rate);
                }
            }
        }
        let met = |Found { latency, blocks, at_once }: Found, [inside, outside]: [Bandwidth; 2]| {
            (blocks > 0).then_some(Met { latency, blocks, at_once, inside, outside })
        };
        [met(found[0], slowest[0]), met(found[1], slowest[1])]
    }

    /// What the weakest member's own links in a scope can send; members without any are not bound by them.
    fn nominal(&self, members: &[EndpointId], scope: Scope) -> Bandwidth {
        let injection = members.iter().map(|&member| self.fabric.injection_bandwidth(member, scope));
        let own = injection.filter(|&bandwidth| bandwidth > Bandwidth::ZERO);
        own.fold(Bandwidth::UNBOUNDED, Bandwidth::min)
    }
}

fn worse(one: Option<Met>, other: Option<Met>) -> Option<Met> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Met {
            latency: one.latency.max(other.latency),
            inside: one.inside.min(other.inside),
            outside: one.outside.min(other.outside),
            blocks: one.blocks.max(other.blocks),
            at_once: one.at_once.max(other.at_once),
        }),
        (one, other) => one.or(other),
    }
}

/// The links that a transfer crosses, and whether it leaves the domain of the position that starts it.
///
/// # Errors
/// [`RoutingError`] when members cannot reach one another.
pub(crate) fn transfer_route(
    fabric: &Fabric,
    endpoint: impl Fn(usize) -> EndpointId,
    starter: usize,
    partners: Partners,
) -> Result<(Scope, Route), RoutingError> {
    let mut route = Route::local();
    let scope = find_route(fabric, endpoint, (starter, partners), &mut route)?;
    Ok((scope, route))
}

/// The same, with the links in the place of `route`, whose memory is used again.
pub(crate) fn find_route(
    fabric: &Fabric,
    endpoint: impl Fn(usize) -> EndpointId,
    (starter, partners): (usize, Partners),
    route: &mut Route,
) -> Result<Scope, RoutingError> {
    let from = endpoint(starter);
    let all = |span: Span| -> Vec<EndpointId> { span.positions().map(&endpoint).collect() };
    match partners {
        Partners::One(position) => {
            let to = endpoint(position);
            fabric.route_into(from, to, route)?;
            return Ok(if fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut });
        }
        Partners::Copies(span) => *route = fabric.multicast_and_back(from, &all(span))?,
        Partners::Sum(span) => *route = fabric.reduction_from_all(&all(span), from)?,
    }
    Ok(Scope::ScaleUp)
}

/// Whether no two routes of the first member to the others share a link.
pub(super) fn is_full_mesh(fabric: &Fabric, members: &[EndpointId]) -> Result<bool, RoutingError> {
    let mut crossed = std::collections::BTreeSet::new();
    for &to in &members[1..] {
        let route = fabric.route(members[0], to)?;
        if !route.hops().iter().flat_map(Hop::range).all(|link| crossed.insert(link)) {
            return Ok(false);
        }
    }
    Ok(true)
}
