//! A part of the network that is solved by itself: some links with all of their flows.
//!
//! Flows are also bound from outside, by their own caps and by the levels of full links that are not part of the
//! region. Within it the lowest level freezes first: a link with the flows that are still open on it, together with
//! the links next to it that stand at the same level, after the flows that their bounds hold back before that. Links
//! that share no flow never touch each other's bits.

use super::fair_share::TIE;
use super::flows::{Flows, HopState};
use super::links::{FixedPoint, LinkState};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A link of the region.
#[derive(Debug, Clone, Copy)]
pub(super) struct RegionLink {
    pub(super) link: u32,
    /// The rate of the flows that it holds back; infinite when it holds none back.
    pub(super) level: f64,
    /// What each unit of weight would get if everything froze now; out of date when `dirty`.
    rising: f64,
    dirty: bool,
    /// Freezes now.
    freezing: bool,
    /// The weight of its open flows, and the capacity that is left to them.
    open: u64,
    rest: i128,
    /// Where its flows stand among the members of the region.
    members: (u32, u32),
}

/// A flow of the region.
#[derive(Debug, Clone, Copy)]
pub(super) struct RegionFlow {
    pub(super) flow: u32,
    /// Where the places of its links stand, one for each hop.
    places: u32,
    /// What it can have at most because of its cap and of links outside.
    bound: f64,
    /// Its rate; [`OPEN`] until it is frozen.
    pub(super) rate: f64,
}

const OPEN: f64 = -1.0;

/// About to freeze.
const FREEZING: f64 = -2.0;

/// In place of the place of a link that is not part of the region.
const OUTSIDE: u32 = u32::MAX;

/// Links and flows that are solved together, and room to do so.
#[derive(Debug, Default)]
pub(super) struct Region {
    pub(super) links: Vec<RegionLink>,
    pub(super) flows: Vec<RegionFlow>,
    /// The flows of each link.
    members: Vec<u32>,
    /// For each hop of each flow, the place of its link, or [`OUTSIDE`].
    places: Vec<u32>,
    /// For each slot, its place in `flows`; meaningless when that place is another flow's.
    place_of_slot: Vec<u32>,
    /// Levels to come, as the bits of positive numbers, which are in the same order; those of links may have risen since.
    levels: BinaryHeap<Reverse<(u64, u32)>>,
    freezing_links: Vec<u32>,
    freezing_flows: Vec<u32>,
    /// How many of `links` have brought in their flows.
    gathered: usize,
}

impl Region {
    pub(super) fn clear(&mut self) {
        self.links.clear();
        self.flows.clear();
        self.members.clear();
        self.gathered = 0;
    }

    /// Whether a link is part of it.
    pub(super) fn holds(&self, link: u32, state: &LinkState) -> bool {
        self.links.get(state.place as usize).is_some_and(|member| member.link == link)
    }

    /// Makes a link part of it, once.
    pub(super) fn add(&mut self, link: u32, state: &mut LinkState) {
        if self.holds(link, state) {
            return;
        }
        state.place = self.links.len() as u32;
        self.links.push(RegionLink {
            link,
            level: f64::INFINITY,
            rising: 0.0,
            dirty: false,
            freezing: false,
            open: 0,
            rest: 0,
            members: (0, 0),
        });
    }

    /// Brings in all flows of the links that are new.
    pub(super) fn gather(&mut self, links: &[LinkState], flows: &Flows) {
        self.place_of_slot.resize(flows.slots().max(self.place_of_slot.len()), 0);
        for member in &mut self.links[self.gathered..] {
            let start = self.members.len() as u32;
            for seat in &links[member.link as usize].seats {
                let place = &mut self.place_of_slot[seat.flow as usize];
                let known = self.flows.get(*place as usize).is_some_and(|known| known.flow == seat.flow);
                if !known {
                    *place = self.flows.len() as u32;
                    self.flows.push(RegionFlow { flow: seat.flow, places: 0, bound: 0.0, rate: OPEN });
                }
                self.members.push(*place);
            }
            member.members = (start, self.members.len() as u32);
        }
        self.gathered = self.links.len();
    }

    /// Max-min fair rates of its flows; returns how often something froze.
    pub(super) fn fill(&mut self, links: &[LinkState], flows: &Flows, fixed: FixedPoint) -> u64 {
        self.open_links(links, fixed);
        self.open_flows(links, flows);
        let mut rounds = 0;
        while let Some(Reverse((bits, place))) = self.levels.pop() {
            let ceiling = f64::from_bits(bits) * (1.0 + TIE);
            if !self.is_lowest(bits, place, fixed) {
                continue;
            }
            rounds += 1;
            if self.freeze_bound(place, flows, fixed) {
                self.levels.push(Reverse((bits, place)));
                continue;
            }
            self.links[place as usize].freezing = true;
            self.freezing_links.push(place);
            self.spread(ceiling, flows, fixed);
            self.freeze(flows, fixed);
        }
        rounds
    }

    fn open_links(&mut self, links: &[LinkState], fixed: FixedPoint) {
        for member in &mut self.links {
            member.open = 0;
            member.rest = fixed.of(links[member.link as usize].capacity);
            member.level = f64::INFINITY;
            member.freezing = false;
            member.dirty = true;
        }
    }

    /// All flows are open; they know their bounds, and links their weights.
    fn open_flows(&mut self, links: &[LinkState], flows: &Flows) {
        self.places.clear();
        self.levels.clear();
        for member in &mut self.flows {
            member.rate = OPEN;
            member.bound = flows.state(member.flow).cap;
            member.places = self.places.len() as u32;
            for hop in flows.hops(member.flow) {
                let state = &links[hop.link as usize];
                match self.links.get_mut(state.place as usize).filter(|inside| inside.link == hop.link) {
                    Some(inside) => {
                        inside.open += hop.weight;
                        self.places.push(state.place);
                    }
                    None => {
                        member.bound = member.bound.min(state.level);
                        self.places.push(OUTSIDE);
                    }
                }
            }
        }
        for place in 0..self.links.len() {
            self.levels.push(Reverse((0, place as u32)));
        }
    }

    /// Whether a link that was at the top of the heap still stands there; if not, it is put back where it stands.
    fn is_lowest(&mut self, bits: u64, place: u32, fixed: FixedPoint) -> bool {
        let link = &mut self.links[place as usize];
        if link.open == 0 {
            return false;
        }
        let now = link.refresh(fixed).to_bits();
        if now > bits {
            self.levels.push(Reverse((now, place)));
        }
        now <= bits
    }

    /// Freezes the open flows of a link whose bounds are lower than its level; tells whether there are any.
    ///
    /// The link stands lowest: no link lets these flows have less than their bounds, so that it does not matter when
    /// they freeze.
    fn freeze_bound(&mut self, place: u32, flows: &Flows, fixed: FixedPoint) -> bool {
        let RegionLink { rising, members, .. } = self.links[place as usize];
        let mut any = false;
        for index in members.0..members.1 {
            let member = self.members[index as usize];
            let RegionFlow { rate, bound, .. } = self.flows[member as usize];
            if rate == OPEN && bound < rising {
                any = true;
                self.freeze_flow(member, bound, flows, fixed.of(bound));
            }
        }
        any
    }

    /// Finds everything that freezes with what freezes already: flows on links, and links of flows at the same level.
    fn spread(&mut self, ceiling: f64, flows: &Flows, fixed: FixedPoint) {
        let (mut next_link, mut next_flow) = (0, 0);
        loop {
            if let Some(&place) = self.freezing_flows.get(next_flow) {
                next_flow += 1;
                for index in self.hops_of(place, flows) {
                    let at = self.places[index];
                    if at != OUTSIDE && self.stands_at(at, ceiling, flows, fixed) {
                        self.links[at as usize].freezing = true;
                        self.freezing_links.push(at);
                    }
                }
            } else if let Some(&place) = self.freezing_links.get(next_link) {
                next_link += 1;
                let (start, end) = self.links[place as usize].members;
                for &member in &self.members[start as usize..end as usize] {
                    let flow = &mut self.flows[member as usize];
                    if flow.rate == OPEN {
                        flow.rate = FREEZING;
                        self.freezing_flows.push(member);
                    }
                }
            } else {
                return;
            }
        }
    }

    /// Whether a link that does not freeze yet stands no higher than `ceiling`, without the flows that their bounds hold back.
    fn stands_at(&mut self, place: u32, ceiling: f64, flows: &Flows, fixed: FixedPoint) -> bool {
        let link = &mut self.links[place as usize];
        if link.freezing || link.refresh(fixed) > ceiling {
            return false;
        }
        while self.freeze_bound(place, flows, fixed) {
            if self.links[place as usize].refresh(fixed) > ceiling {
                return false;
            }
        }
        true
    }

    fn hops_of(&self, place: u32, flows: &Flows) -> std::ops::Range<usize> {
        let RegionFlow { flow, places, .. } = self.flows[place as usize];
        places as usize..places as usize + flows.hops(flow).len()
    }

    /// Gives the flows that freeze the lowest of their bounds and of the levels of their freezing links.
    fn freeze(&mut self, flows: &Flows, fixed: FixedPoint) {
        let freezing = std::mem::take(&mut self.freezing_flows);
        let (mut last_rate, mut last_units) = (0.0, 0);
        for &place in &freezing {
            let mut rate = self.flows[place as usize].bound;
            for &at in &self.places[self.hops_of(place, flows)] {
                if at != OUTSIDE && self.links[at as usize].freezing {
                    rate = rate.min(self.links[at as usize].rising);
                }
            }
            if rate != last_rate {
                (last_rate, last_units) = (rate, fixed.of(rate));
            }
            self.freeze_flow(place, rate, flows, last_units);
        }
        self.freezing_flows = freezing;
        self.freezing_flows.clear();
        for place in self.freezing_links.drain(..) {
            let link = &mut self.links[place as usize];
            link.freezing = false;
            link.level = link.rising;
        }
    }

    /// Gives a flow its rate, and takes it off its links.
    fn freeze_flow(&mut self, place: u32, rate: f64, flows: &Flows, units: i128) {
        let flow = &mut self.flows[place as usize];
        flow.rate = rate;
        let hops: &[HopState] = flows.hops(flow.flow);
        let places = &self.places[flow.places as usize..][..hops.len()];
        for (&at, hop) in places.iter().zip(hops).filter(|(at, _)| **at != OUTSIDE) {
            let link = &mut self.links[at as usize];
            link.open -= hop.weight;
            link.rest -= i128::from(hop.weight) * units;
            link.dirty = true;
        }
    }
}

impl RegionLink {
    /// What each unit of weight would get if everything froze now.
    fn refresh(&mut self, fixed: FixedPoint) -> f64 {
        if self.dirty {
            self.dirty = false;
            self.rising = if self.open > 0 {
                (fixed.value(self.rest) / self.open as f64).max(0.0)
            } else {
                f64::INFINITY
            };
        }
        self.rising
    }
}
