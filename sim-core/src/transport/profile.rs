//! What the transfers of a phase meet on the links of a fabric.

use super::Transport;
use crate::collectives::{Partners, Pattern, Span};
use crate::fabric::{Fabric, Hop, Route, RoutingError, Scope};
use crate::ids::{EndpointId, LinkId};
use crate::units::{Bandwidth, Bytes, Time};
use rustc_hash::FxHashMap;
use std::ops::Range;

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

/// Runs of consecutive links that transfers cross, with the sum of their weights, in order of first appearance.
///
/// Blocks of an exchange with experts are bytes, and weights have large denominators: 64 bits are too few.
#[derive(Default)]
struct Runs {
    places: FxHashMap<(LinkId, u32), u32>,
    list: Vec<(Range<usize>, u128)>,
}

impl Runs {
    fn add(&mut self, hop: &Hop, weight: u128) {
        let place = *self.places.entry((hop.first, hop.count)).or_insert_with(|| {
            self.list.push((hop.range(), 0));
            self.list.len() as u32 - 1
        });
        self.list[place as usize].1 += weight;
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
        };
        PhaseProfile {
            inside: self.inside.map(at_efficiency),
            outside: self.outside.map(at_efficiency),
            nominal_inside: self.nominal_inside,
            nominal_outside: self.nominal_outside,
        }
    }
}

/// Finds what phases meet; keeps its counters from one phase to the next.
#[derive(Debug, Clone)]
pub(super) struct Surveyor<'a> {
    fabric: &'a Fabric,
    load: Vec<u128>,
}

/// What is known of one scope while the transfers of a phase are looked at.
#[derive(Default)]
struct Found {
    latency: Time,
    blocks: u64,
    runs: Runs,
}

impl<'a> Surveyor<'a> {
    pub(super) const fn new(fabric: &'a Fabric) -> Self {
        Self { fabric, load: Vec::new() }
    }

    /// What the steps of a pattern meet when its positions are those members, all as busy as they ever are.
    pub(super) fn survey(
        &mut self,
        members: &[EndpointId],
        pattern: Pattern,
        steps: usize,
    ) -> Result<Survey, RoutingError> {
        self.load.resize(self.fabric.links().len(), 0);
        let mut survey = Survey {
            inside: None,
            outside: None,
            nominal_inside: self.nominal(members, Scope::ScaleUp),
            nominal_outside: self.nominal(members, Scope::ScaleOut),
        };
        let distinct = if pattern.repeats() { 1 } else { steps };
        for step in 0..distinct {
            let [inside, outside] = self.look(members, pattern, step)?;
            self.load_links([&inside, &outside], true);
            survey.inside = worse(survey.inside, self.meet(&inside));
            survey.outside = worse(survey.outside, self.meet(&outside));
            self.load_links([&inside, &outside], false);
        }
        Ok(survey)
    }

    /// All transfers of a step, by scope.
    fn look(
        &self,
        members: &[EndpointId],
        pattern: Pattern,
        step: usize,
    ) -> Result<[Found; 2], RoutingError> {
        let mut found = [Found::default(), Found::default()];
        for position in 0..members.len() {
            let sends = match pattern.repeats() {
                true => pattern.busiest_sends(members.len(), position),
                false => pattern.sends(members.len(), position, step),
            };
            for send in sends {
                let (scope, route) = transfer_route(self.fabric, |at| members[at], position, send.partners)?;
                let of_scope = &mut found[usize::from(scope == Scope::ScaleOut)];
                of_scope.latency = of_scope.latency.max(route.latency());
                of_scope.blocks = of_scope.blocks.max(send.blocks);
                for hop in route.hops() {
                    let weight = u128::from(hop.weight) * u128::from(send.blocks);
                    of_scope.runs.add(hop, weight);
                }
            }
        }
        Ok(found)
    }

    fn load_links(&mut self, found: [&Found; 2], adds: bool) {
        for (links, weight) in found.into_iter().flat_map(|of_scope| &of_scope.runs.list) {
            let links = &mut self.load[links.clone()];
            links.iter_mut().for_each(|load| *load = if adds { *load + weight } else { *load - weight });
        }
    }

    /// The rates of a block on the most loaded links that the transfers of a scope cross.
    fn meet(&self, found: &Found) -> Option<Met> {
        let denominator = self.fabric.weight_denominator() as f64;
        let mut slowest = [Bandwidth::UNBOUNDED; 2];
        let mut last = None;
        for (links, _) in &found.runs.list {
            for index in links.clone() {
                let link = &self.fabric.links()[index];
                // Links that follow one another are mostly loaded alike.
                let here = Some((self.load[index], link.capacity, link.tier));
                if std::mem::replace(&mut last, here) == here {
                    continue;
                }
                let outside = self.fabric.tiers()[link.tier.index()].scope == Scope::ScaleOut;
                let scaled = link.capacity.bytes_per_second() * denominator;
                let rate = Bandwidth::from_bytes_per_second(scaled / self.load[index] as f64);
                let of_scope = &mut slowest[usize::from(outside)];
                *of_scope = of_scope.min(rate);
            }
        }
        let [inside, outside] = slowest;
        (found.blocks > 0).then_some(Met { latency: found.latency, blocks: found.blocks, inside, outside })
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
    let from = endpoint(starter);
    let all = |span: Span| -> Vec<EndpointId> { span.positions().map(&endpoint).collect() };
    match partners {
        Partners::One(position) => {
            let to = endpoint(position);
            let scope = if fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
            Ok((scope, fabric.route(from, to)?))
        }
        Partners::Copies(span) => Ok((Scope::ScaleUp, fabric.multicast_and_back(from, &all(span))?)),
        Partners::Sum(span) => Ok((Scope::ScaleUp, fabric.reduction_from_all(&all(span), from)?)),
    }
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
