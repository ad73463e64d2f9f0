//! Flows that drain together: who is on which link, at what rate, and when each will be done.
//!
//! A flow that starts alone on its links, or ends alone on them, concerns nobody. Otherwise the full links that it
//! crosses are solved again with all of their flows, as a [`Region`]; where a rate changes, the other full links of
//! that flow join the region, until the outside is as it was. What results is max-min fair: every flow sits at its
//! own cap or crosses a full link on which no flow is faster (Bertsekas and Gallager, *Data Networks*, 1992,
//! section 6.5.2). Links that do not bind carry bytes and take no part in this. Links whose regions keep growing over everything are coupled: solved as one from then on.

mod adopting;
mod coupling;
mod repeating;
mod starting;

use self::coupling::Coupling;
pub use self::repeating::UnderWay;
use super::coupled::{Coupled, Surroundings};
use super::effort::Effort;
use super::fair_share::{Crossing, TIE};
use super::flows::{FlowState, Flows, HopState, OWN};
use super::links::{FixedPoint, LinkState, NetworkLink, Seat};
use super::passing::Passing;
use super::region::Region;
use super::service::ServiceUnit;
use super::tiers::Tiers;
use super::timeline::Timeline;
use crate::units::{Bandwidth, Bytes, Time};
use std::ops::Range;

/// A flow that starts to drain.
#[derive(Debug, Clone, Copy)]
pub struct NewFlow<'a> {
    /// The links that it crosses, each once.
    pub crossings: &'a [Crossing],
    /// How much it carries.
    pub bytes: Bytes,
    /// The largest rate that it can use.
    pub cap: Bandwidth,
    /// Given back when the flow has drained.
    pub owner: u32,
}

/// What may have drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakeup {
    /// A flow.
    Flow(u32),
    /// Some of the flows that a link leads.
    Link(u32),
    /// Some of the flows of the links that are solved as one.
    Coupled,
}

/// The flows that are draining on a set of links.
#[derive(Debug)]
pub struct FlowLevel {
    links: Vec<LinkState>,
    flows: Flows,
    fixed: FixedPoint,
    unit: ServiceUnit,
    /// Flows that have started, and ended, since the last settling.
    started: Vec<(u32, Bytes)>,
    ended: Vec<u32>,
    /// Links that have been woken since.
    woken: Vec<u32>,
    contended: Vec<u32>,
    touched: Vec<u32>,
    region: Region,
    coupled: Coupled,
    coupling: Coupling,
    /// Whether links may be coupled.
    couples: bool,
    tiers: Tiers,
    passing: Passing,
    draining: u64,
    attached: u64,
    effort: Effort,
}

impl FlowLevel {
    /// No flow yet, on links whose `capacities` are in bytes per second times the denominator of the weights.
    pub fn new(capacities: impl IntoIterator<Item = f64>, weight_denominator: f64) -> Self {
        let link = |capacity| NetworkLink { capacity, tier: 0, multiplicity: 1, binds: true };
        let alone = Self::with_tiers(capacities.into_iter().map(link), 0, weight_denominator);
        Self { couples: true, ..alone }
    }

    /// The same with a record of what each of `tiers` tiers carries over time, for links that may stand for several.
    ///
    /// How many flows there are decides when links are coupled. A folded network has fewer and would not decide as a
    /// full one does, so that its last bits could differ: here links are never coupled.
    pub fn with_tiers(
        links: impl IntoIterator<Item = NetworkLink>,
        tiers: usize,
        weight_denominator: f64,
    ) -> Self {
        let described: Vec<NetworkLink> = links.into_iter().collect();
        let largest = described.iter().map(|link| link.capacity).fold(0.0, f64::max);
        let passing = Passing::new(&described, tiers);
        let tiers = Tiers::new(tiers, &described, weight_denominator);
        let links: Vec<LinkState> =
            described.iter().map(|link| LinkState::new(link, tiers.load_per_rate(link))).collect();
        Self {
            links,
            flows: Flows::default(),
            fixed: FixedPoint::for_capacities_up_to(largest),
            unit: ServiceUnit::for_capacities_up_to(largest / weight_denominator),
            started: Vec::new(),
            ended: Vec::new(),
            woken: Vec::new(),
            contended: Vec::new(),
            touched: Vec::new(),
            region: Region::default(),
            coupled: Coupled::default(),
            coupling: Coupling::default(),
            couples: false,
            tiers,
            passing,
            draining: 0,
            attached: 0,
            effort: Effort::default(),
        }
    }

    /// Starts a flow; its rate is known after the next [`FlowLevel::settle`].
    pub fn attach(&mut self, now: Time, flow: &NewFlow<'_>) {
        self.attached += 1;
        self.draining += 1;
        let state =
            FlowState::new(now, self.unit.of_bytes(flow.bytes), flow.cap.bytes_per_second(), flow.owner);
        let slot = self.flows.insert(state, self.binding(flow.crossings));
        self.passing.begin(slot);
        let (mut cap, bytes) = (state.cap, u128::from(flow.bytes.count()));
        let mut hops = self.flows.hops_mut(slot).iter_mut().enumerate();
        for crossing in flow.crossings {
            let link = &mut self.links[crossing.link as usize];
            debug_assert!(link.capacity > 0.0, "no flow crosses a failed link");
            link.carried += bytes * u128::from(crossing.weight);
            if !link.binds {
                self.passing.cross(slot, *crossing, link);
                continue;
            }
            let (index, hop) = hops.next().expect("there is a hop for each crossing that binds");
            cap = cap.min(link.rate_alone(crossing.weight));
            *hop = HopState { link: crossing.link, seat: link.seats.len() as u32, weight: crossing.weight };
            link.seats.push(Seat { flow: slot, hop: index as u32 });
        }
        self.flows.state_mut(slot).cap = cap;
        self.started.push((slot, flow.bytes));
    }

    /// How many of the crossings can hold a flow back.
    fn binding(&self, crossings: &[Crossing]) -> usize {
        if self.passing.is_empty() {
            return crossings.len();
        }
        let binding = crossings.iter().filter(|crossing| self.binds(crossing.link)).count();
        assert!(binding > 0 || crossings.is_empty(), "the links at its ends can hold a flow back");
        binding
    }

    /// The rate of a flow that shares with nobody the links that bind.
    pub fn rate_alone(&self, crossings: &[Crossing], cap: Bandwidth) -> Bandwidth {
        let binding = crossings.iter().filter(|crossing| self.binds(crossing.link));
        let alone = |crossing: &Crossing| self.links[crossing.link as usize].rate_alone(crossing.weight);
        let rate = binding.map(alone).fold(cap.bytes_per_second(), f64::min);
        Bandwidth::from_bytes_per_second(rate)
    }

    /// For each tier, the bytes that it carries for each byte of a flow.
    pub fn tier_shares(&self, crossings: &[Crossing]) -> Vec<f64> {
        self.tiers
            .shares(crossings.iter().map(|crossing| (&self.links[crossing.link as usize], crossing.weight)))
    }

    /// Ends the flows that have drained by `now`, of those that `wakeup` is about; tells `drained` their owners.
    pub fn wake(&mut self, now: Time, wakeup: Wakeup, mut drained: impl FnMut(u32)) {
        match wakeup {
            Wakeup::Flow(slot) => {
                if let Some(owner) = self.end_if_drained(now, slot, OWN) {
                    drained(owner);
                }
            }
            Wakeup::Link(link) => self.wake_link(now, link, drained),
            Wakeup::Coupled => self.wake_coupled(now, drained),
        }
    }

    fn wake_link(&mut self, now: Time, link: u32, mut drained: impl FnMut(u32)) {
        let state = &mut self.links[link as usize];
        if state.queued == now {
            state.queued = Time::MAX;
        }
        if state.next_finish <= now {
            let mut next = Time::MAX;
            for seat in 0..state.seats.len() {
                let flow = self.links[link as usize].seats[seat].flow;
                if let Some(owner) = self.end_if_drained(now, flow, link) {
                    drained(owner);
                }
                let state = self.flows.state(flow);
                if state.active && state.leader == link {
                    next = next.min(state.finish);
                }
            }
            self.links[link as usize].next_finish = next;
        }
        self.woken.push(link);
    }

    /// Ends a flow whose time has come; returns its owner.
    fn end_if_drained(&mut self, now: Time, slot: u32, leader: u32) -> Option<u32> {
        let state = self.flows.state(slot);
        let has_drained = state.active && state.finish == now && state.leader == leader;
        has_drained.then(|| self.end(slot))
    }

    /// Ends a flow; returns its owner.
    fn end(&mut self, slot: u32) -> u32 {
        let state = self.flows.state_mut(slot);
        state.active = false;
        let owner = state.owner;
        for hop in self.flows.hops(slot) {
            let link = &mut self.links[hop.link as usize];
            link.ended += 1;
        }
        self.draining -= 1;
        self.ended.push(slot);
        owner
    }

    /// Gives every flow its fair rate; tells `schedule` when to wake which flows.
    pub fn settle(&mut self, now: Time, mut schedule: impl FnMut(Time, Wakeup)) {
        if !self.started.is_empty() || !self.ended.is_empty() {
            self.tiers.advance(now);
            self.detach(now);
            self.couple_started(now);
            self.admit(now, &mut schedule);
        }
        if !self.region.links.is_empty() {
            self.solve();
            self.commit(now, &mut schedule);
            self.couple_region(now);
            self.region.clear();
        }
        if self.coupled.stale {
            self.solve_coupled(now);
        }
        if let Some(finish) = self.coupled.ask() {
            schedule(finish, Wakeup::Coupled);
        }
        while let Some(link) = self.woken.pop() {
            self.ask(link, &mut schedule);
        }
        self.passing.check();
    }

    /// Asks for a wake-up of a link, unless an earlier one is on its way.
    fn ask(&mut self, link: u32, schedule: &mut impl FnMut(Time, Wakeup)) {
        let state = &mut self.links[link as usize];
        if state.next_finish < state.queued {
            state.queued = state.next_finish;
            schedule(state.next_finish, Wakeup::Link(link));
        }
    }

    /// Takes the flows that have ended off their links; full links with other flows will be solved again.
    fn detach(&mut self, now: Time) {
        let mut ended = std::mem::take(&mut self.ended);
        for slot in ended.drain(..) {
            let rate = self.flows.state(slot).rate;
            self.passing.change(&mut self.tiers, slot, (rate, 0.0));
            if self.flows.state(slot).coupled {
                self.remove_coupled(now, slot);
            }
            for index in self.flows.hop_range(slot) {
                let hop = self.flows.hop(index);
                let link = &mut self.links[hop.link as usize];
                self.tiers.change(link, hop.weight, (rate, 0.0));
                if link.seats.is_empty() {
                    continue;
                }
                if link.ended as usize == link.seats.len() {
                    link.clear();
                    continue;
                }
                link.load -= link.load_of(hop.weight, rate);
                link.ended -= 1;
                link.seats.swap_remove(hop.seat as usize);
                if let Some(moved) = link.seats.get(hop.seat as usize) {
                    self.flows.seat(moved.flow, moved.hop, hop.seat);
                }
                if link.level < f64::INFINITY && !link.is_coupled() {
                    self.region.add(hop.link, link);
                }
            }
            self.flows.remove(slot);
        }
        self.ended = ended;
    }

    /// Solves the region, and whatever its solution changes.
    fn solve(&mut self) {
        loop {
            self.region.gather(&self.links, &self.flows);
            self.effort.rounds += self.region.fill(&self.links, &self.flows, self.fixed);
            self.effort.growths += 1;
            if !self.grow() {
                break;
            }
        }
        self.effort.solves += 1;
        self.effort.flows += self.region.flows.len() as u64;
        self.effort.links += self.region.links.len() as u64;
    }

    /// Makes the links outside part of the region on which a changed rate makes a difference; tells whether there are any.
    fn grow(&mut self) -> bool {
        let before = self.region.links.len();
        for index in 0..self.region.flows.len() {
            let member = &mut self.region.flows[index];
            let old = self.flows.state(member.flow).rate;
            // Rates that differ by a rounding are the same: what they depend on stays untouched.
            if (member.rate - old).abs() <= old * TIE {
                member.rate = old;
                continue;
            }
            let (slot, new) = (member.flow, member.rate);
            for hop in self.flows.hops(slot) {
                let link = &mut self.links[hop.link as usize];
                if self.region.holds(hop.link, link) {
                    continue;
                }
                if link.level < f64::INFINITY {
                    self.region.add(hop.link, link);
                } else {
                    let more = link.load_of(hop.weight, new) - link.load_of(hop.weight, old);
                    link.extra += more;
                    self.touched.push(hop.link);
                }
            }
        }
        let mut touched = std::mem::take(&mut self.touched);
        for &link in &touched {
            let state = &mut self.links[link as usize];
            if state.is_full() {
                self.region.add(link, state);
            }
        }
        for link in touched.drain(..) {
            self.links[link as usize].extra = 0.0;
        }
        self.touched = touched;
        self.region.links.len() > before
    }

    /// Makes the solution of the region that of the network.
    fn commit(&mut self, now: Time, schedule: &mut impl FnMut(Time, Wakeup)) {
        for member in &self.region.links {
            let link = &mut self.links[member.link as usize];
            link.level = member.level;
            link.next_finish = Time::MAX;
        }
        for index in 0..self.region.flows.len() {
            let member = self.region.flows[index];
            self.set_rate(now, member.flow, member.rate, schedule);
        }
        for index in 0..self.region.links.len() {
            self.ask(self.region.links[index].link, schedule);
        }
    }

    // Invariant: `remaining` changes only when the rate does, and only by time differences.
    fn set_rate(&mut self, now: Time, slot: u32, rate: f64, schedule: &mut impl FnMut(Time, Wakeup)) {
        let state = self.flows.state_mut(slot);
        let (old, old_leader) = (state.rate, state.leader);
        let changed = rate != old;
        if changed {
            state.remaining = state.remaining_at(now, self.unit);
            state.updated = now;
            state.rate = rate;
            state.finish = now + self.unit.drain_time(state.remaining, rate);
            self.passing.change(&mut self.tiers, slot, (old, rate));
            for hop in self.flows.hops(slot) {
                let link = &mut self.links[hop.link as usize];
                link.load += link.load_of(hop.weight, rate) - link.load_of(hop.weight, old);
                self.tiers.change(link, hop.weight, (old, rate));
            }
        }
        let ceiling = rate * (1.0 + TIE);
        let leads = |hop: &&HopState| self.links[hop.link as usize].level <= ceiling;
        let leader = self.flows.hops(slot).iter().find(leads).map_or(OWN, |hop| hop.link);
        let state = self.flows.state_mut(slot);
        state.leader = leader;
        let finish = state.finish;
        if leader == OWN {
            if (changed || old_leader != OWN) && finish < Time::MAX {
                schedule(finish, Wakeup::Flow(slot));
            }
            return;
        }
        let link = &mut self.links[leader as usize];
        link.next_finish = link.next_finish.min(finish);
        if !self.region.holds(leader, link) {
            self.ask(leader, schedule);
        }
    }

    /// Whether any flow drains at all.
    pub fn is_draining(&self) -> bool {
        self.draining > 0
    }

    /// Whether a link can hold flows back.
    pub fn binds(&self, link: u32) -> bool {
        self.links[link as usize].binds
    }

    /// Whether any flow drains on a link, which it cannot where the link does not bind.
    pub fn is_busy(&self, link: u32) -> bool {
        let link = &self.links[link as usize];
        link.seats.len() > link.ended as usize
    }

    /// Adds bytes that were moved elsewhere in the same way, such as by a replay.
    pub fn credit(&mut self, link: u32, weighted_bytes: u128) {
        self.links[link as usize].carried += weighted_bytes;
    }

    /// Takes bytes off again that were added but have not been moved.
    pub fn take_back(&mut self, link: u32, weighted_bytes: u128) {
        self.links[link as usize].carried -= weighted_bytes;
    }

    /// Adds bytes of a tier that were moved elsewhere during `when`, over time as `moved` says from zero on.
    pub fn credit_tier(&mut self, tier: usize, when: Range<Time>, moved: &Timeline) {
        self.tiers.credit(tier, when, moved);
    }

    /// Takes bytes of a tier off again that were added but have not been moved.
    pub fn take_back_tier(&mut self, tier: usize, when: Range<Time>, moved: &Timeline) {
        self.tiers.take_back(tier, when, moved);
    }

    /// The bytes of the flows that have started on each link, times the denominator of the weights.
    pub fn carried(&self) -> impl Iterator<Item = u128> {
        self.links.iter().map(|link| link.carried)
    }

    /// The bytes of the flows that have started on one link, times the denominator of the weights.
    pub fn carried_by(&self, link: u32) -> u128 {
        self.links[link as usize].carried
    }

    /// The bytes that each tier has carried over time.
    pub fn timelines(&self) -> impl Iterator<Item = &Timeline> {
        self.tiers.timelines()
    }

    /// What finding rates has cost.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// How many flows have been started.
    pub fn attached(&self) -> u64 {
        self.attached
    }

    /// The memory that draining flows take.
    pub fn memory(&self) -> Bytes {
        self.flows.memory() + self.passing.memory()
    }
}
