//! Links that are solved as one, with everything that they share flows with.
//!
//! Where each change concerns most of what is connected, it is cheaper to know in advance who leads whom than to find
//! out by growing a region. These links stand in an order that lasts, by rising level; each flow is led by the first
//! of its links, which wakes it by its [`Clock`]. A solution is one pass over the order (`sweep`), which subtracts
//! from each link what earlier links give to the flows that it shares with them.
//!
//! Links of networks that keep a record by tiers are never coupled, so that no tier is told of loads here.

use super::clock::Clock;
use super::flows::{Flows, HopState};
use super::links::{FixedPoint, LinkState, NOT_COUPLED};
use super::pushes::Pushes;
use super::service::ServiceUnit;
use super::water::Water;
use crate::units::Time;

/// What lies around the coupled links.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    pub(super) now: Time,
    pub(super) links: &'a mut [LinkState],
    pub(super) flows: &'a mut Flows,
    pub(super) fixed: FixedPoint,
    pub(super) unit: ServiceUnit,
}

/// A link that is solved as one with others.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) link: u32,
    pub(super) capacity: i128,
    /// The weight on it of the flows that it leads.
    pub(super) led: u64,
    pub(super) pushes: Pushes,
    pub(super) clock: Clock,
    /// The level of the solution on its way, and the same as an integer.
    pub(super) level: f64,
    pub(super) units: i128,
    pub(super) next_finish: Time,
    /// Who finishes first may have changed.
    pub(super) touched: bool,
}

/// Links and flows that are solved as one.
#[derive(Debug, Default)]
pub(super) struct Coupled {
    pub(super) members: Vec<Member>,
    /// The places of all members, by rising level.
    pub(super) order: Vec<u32>,
    /// Where each member stands in `order`.
    pub(super) ranks: Vec<u32>,
    pub(super) water: Water,
    /// For each hop, where its push stands among those of the flow's leader.
    positions: Vec<u32>,
    pub(super) flows: u64,
    /// A flow has come or gone.
    pub(super) stale: bool,
    /// When the first flow finishes, and the earliest wake-up that was asked for and has not come.
    pub(super) next_finish: Time,
    pub(super) queued: Time,
}

impl Coupled {
    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Takes in the flows of `slots` with everything that is connected to them.
    ///
    /// Takes in nothing and returns false when a flow is bound by a cap of its own.
    pub(super) fn join(&mut self, around: &mut Surroundings<'_>, slots: &[u32]) -> bool {
        if self.is_empty() {
            (self.next_finish, self.queued) = (Time::MAX, Time::MAX);
        }
        let old = self.members.len();
        let newcomers = self.connected(around, slots);
        if newcomers.iter().any(|&slot| around.flows.state(slot).cap < narrowest(around, slot)) {
            newcomers.iter().for_each(|&slot| around.flows.state_mut(slot).coupled = false);
            for member in self.members.drain(old..) {
                around.links[member.link as usize].coupled = NOT_COUPLED;
            }
            return false;
        }
        if old < self.members.len() {
            self.put_in_order();
        }
        self.positions.resize(around.flows.hop_count(), 0);
        self.stale |= !newcomers.is_empty();
        newcomers.into_iter().for_each(|slot| self.insert(around, slot));
        true
    }

    /// The flows that are not coupled yet and connected to those of `slots`; their links become members.
    fn connected(&mut self, around: &mut Surroundings<'_>, slots: &[u32]) -> Vec<u32> {
        let mut next = self.members.len();
        let mut newcomers = Vec::new();
        for &slot in slots {
            self.take_in(around, slot, &mut newcomers);
        }
        while let Some(member) = self.members.get(next) {
            let link = member.link as usize;
            for seat in 0..around.links[link].seats.len() {
                let slot = around.links[link].seats[seat].flow;
                self.take_in(around, slot, &mut newcomers);
            }
            next += 1;
        }
        newcomers
    }

    /// A flow will be coupled, and its links are.
    fn take_in(&mut self, around: &mut Surroundings<'_>, slot: u32, newcomers: &mut Vec<u32>) {
        if std::mem::replace(&mut around.flows.state_mut(slot).coupled, true) {
            return;
        }
        newcomers.push(slot);
        for hop in around.flows.hops(slot) {
            let link = &mut around.links[hop.link as usize];
            if link.coupled == NOT_COUPLED {
                link.coupled = self.members.len() as u32;
                self.members.push(Member::new(hop.link, link, (around.now, around.fixed, around.unit)));
            }
        }
    }

    /// Puts new members where their levels belong; the others stay in their order, by which flows are led.
    fn put_in_order(&mut self) {
        let level = |place: u32| self.members[place as usize].clock.level();
        let mut new: Vec<u32> = (self.order.len() as u32..self.members.len() as u32).collect();
        new.sort_by(|left, right| level(*right).total_cmp(&level(*left)));
        let mut order = Vec::with_capacity(self.members.len());
        for &place in &self.order {
            while let Some(lower) = new.pop_if(|lower| level(*lower) < level(place)) {
                order.push(lower);
            }
            order.push(place);
        }
        order.extend(new.into_iter().rev());
        self.order = order;
        self.ranks.resize(self.order.len(), 0);
        for (rank, &place) in self.order.iter().enumerate() {
            self.ranks[place as usize] = rank as u32;
        }
        self.water.restart(self.members.iter().map(|member| member.capacity));
    }

    /// A flow is led by the first of its links from now on, at the rate that it has.
    fn insert(&mut self, around: &mut Surroundings<'_>, slot: u32) {
        let state = around.flows.state(slot);
        let remaining = state.remaining_at(around.now, around.unit);
        let mut first = (u32::MAX, NOT_COUPLED);
        for hop in around.flows.hops(slot) {
            let place = around.links[hop.link as usize].coupled;
            first = first.min((self.ranks[place as usize], place));
        }
        self.flows += 1;
        let state = around.flows.state_mut(slot);
        state.remaining = remaining;
        state.finish = Time::MAX;
        state.rate = 0.0;
        self.lead(around, slot, first.1);
    }

    /// A flow that nobody leads, and whose state says what is left, is led by a link.
    pub(super) fn lead(&mut self, around: &mut Surroundings<'_>, slot: u32, place: u32) {
        let leader = &mut self.members[place as usize];
        leader.touched = true;
        self.water.changes_from(self.ranks[place as usize]);
        for index in around.flows.hop_range(slot) {
            let hop = around.flows.hop(index);
            if hop.link == leader.link {
                leader.led += hop.weight;
            } else {
                let to = around.links[hop.link as usize].coupled;
                self.positions[index] = leader.pushes.add(to, index as u32, hop.weight);
            }
        }
        let state = around.flows.state_mut(slot);
        state.leader = leader.link;
        state.remaining = state.remaining.wrapping_add(leader.clock.at(around.now));
        leader.clock.wait(state.remaining, slot);
    }

    /// Nobody leads a flow any more; its state says what is left.
    pub(super) fn leave(&mut self, around: &mut Surroundings<'_>, slot: u32) {
        let state = around.flows.state_mut(slot);
        let place = around.links[state.leader as usize].coupled as usize;
        let leader = &mut self.members[place];
        leader.touched = true;
        self.water.changes_from(self.ranks[place]);
        state.remaining = state.remaining.wrapping_sub(leader.clock.at(around.now));
        for index in around.flows.hop_range(slot) {
            let hop = around.flows.hop(index);
            if hop.link == leader.link {
                leader.led -= hop.weight;
                continue;
            }
            let position = self.positions[index];
            if let Some(moved) = leader.pushes.remove(position) {
                self.positions[moved as usize] = position;
            }
        }
    }

    /// A flow has ended.
    pub(super) fn remove(&mut self, around: &mut Surroundings<'_>, slot: u32) {
        self.leave(around, slot);
        self.flows -= 1;
        self.stale = true;
    }

    /// Tells which flows have drained by `now`.
    pub(super) fn wake(&mut self, now: Time, flows: &Flows, mut drained: impl FnMut(u32)) {
        if self.queued <= now {
            self.queued = Time::MAX;
        }
        if self.next_finish > now {
            return;
        }
        for member in self.members.iter_mut().filter(|member| member.next_finish <= now) {
            let waits = member.waiting(flows);
            while let Some((target, slot)) = member.clock.first(&waits) {
                if member.clock.finish(target) > now {
                    break;
                }
                member.clock.skip();
                member.touched = true;
                drained(slot);
            }
        }
    }

    /// When to wake the flows, unless an earlier wake-up is on its way.
    pub(super) fn ask(&mut self) -> Option<Time> {
        let is_earlier = !self.is_empty() && self.next_finish < self.queued;
        is_earlier.then(|| {
            self.queued = self.next_finish;
            self.next_finish
        })
    }

    /// All flows go back to be solved by regions.
    pub(super) fn dissolve(&mut self, around: &mut Surroundings<'_>) {
        for member in &self.members {
            let link = &mut around.links[member.link as usize];
            link.level = member.clock.level();
            link.load = 0.0;
            link.next_finish = Time::MAX;
        }
        for place in 0..self.members.len() {
            let link = self.members[place].link;
            for seat in 0..around.links[link as usize].seats.len() {
                let slot = around.links[link as usize].seats[seat].flow;
                if around.flows.state(slot).leader == link {
                    self.release(around, slot, place);
                }
            }
        }
        for member in &self.members {
            around.links[member.link as usize].coupled = NOT_COUPLED;
        }
        *self = Self::default();
    }

    /// A flow goes on by itself.
    fn release(&self, around: &mut Surroundings<'_>, slot: u32, place: usize) {
        let clock = &self.members[place].clock;
        let state = around.flows.state_mut(slot);
        let target = state.remaining;
        (state.rate, state.updated, state.coupled) = (clock.level(), around.now, false);
        state.remaining = target.wrapping_sub(clock.at(around.now));
        state.finish = clock.finish(target);
        let (rate, finish, leader) = (state.rate, state.finish, state.leader);
        let leader = &mut around.links[leader as usize];
        leader.next_finish = leader.next_finish.min(finish);
        for hop in around.flows.hops(slot) {
            let link = &mut around.links[hop.link as usize];
            link.load += link.load_of(hop.weight, rate);
        }
    }
}

impl Member {
    fn new(link: u32, state: &LinkState, (now, fixed, unit): (Time, FixedPoint, ServiceUnit)) -> Self {
        Self {
            link,
            capacity: fixed.of(state.capacity),
            led: 0,
            pushes: Pushes::default(),
            clock: Clock::new(now, state.level, unit),
            level: state.level,
            units: 0,
            next_finish: Time::MAX,
            touched: true,
        }
    }

    /// Which flows it leads, with which targets.
    pub(super) fn waiting<'a>(&self, flows: &'a Flows) -> impl Fn(i128, u32) -> bool + use<'a> {
        let link = self.link;
        move |target, slot| {
            let state = flows.state(slot);
            state.active && state.coupled && state.leader == link && state.remaining == target
        }
    }
}

/// The rate that a flow would have if it were alone on its links and had no cap.
fn narrowest(around: &Surroundings<'_>, slot: u32) -> f64 {
    let alone = |hop: &HopState| around.links[hop.link as usize].rate_alone(hop.weight);
    around.flows.hops(slot).iter().map(alone).fold(f64::INFINITY, f64::min)
}
