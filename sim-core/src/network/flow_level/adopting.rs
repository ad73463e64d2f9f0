//! Flows that have drained on links of their own go on among others.

use super::{FlowLevel, Wakeup};
use crate::network::effort::Effort;
use crate::network::flows::{HopState, OWN};
use crate::network::links::Seat;
use crate::units::Time;
use std::collections::BTreeMap;

impl FlowLevel {
    /// Takes over all that has happened since `from` in a network of the same links, where everything has happened on
    /// `links`, and the flows that drain there with their rates; `owner` names their new owners.
    ///
    /// What drains here on those of the links that bind has started at `now`, where what drains there ends at `now`.
    pub fn adopt(
        &mut self,
        (from, now): (Time, Time),
        (other, links): (&mut Self, &[u32]),
        mut owner: impl FnMut(u32) -> u32,
        mut schedule: impl FnMut(Time, Wakeup),
    ) {
        other.tiers.advance(now);
        self.tiers.advance(now);
        self.tiers.take_over(&other.tiers, from..now);
        self.attached += other.attached;
        self.effort += other.effort;
        let mut slots: BTreeMap<u32, u32> = BTreeMap::new();
        for &link in links {
            self.links[link as usize].carried += other.links[link as usize].carried;
            for seat in &other.links[link as usize].seats {
                slots.entry(seat.flow).or_insert_with(|| self.adopt_flow(other, seat.flow, &mut owner));
            }
        }
        for &link in links.iter().filter(|&&link| !other.links[link as usize].seats.is_empty()) {
            self.adopt_link(other, link, &slots);
            let state = &mut self.links[link as usize];
            if state.next_finish < state.queued {
                state.queued = state.next_finish;
                schedule(state.next_finish, Wakeup::Link(link));
            }
        }
        for &slot in slots.values() {
            let state = self.flows.state(slot);
            if state.leader == OWN && state.finish < Time::MAX {
                schedule(state.finish, Wakeup::Flow(slot));
            }
        }
    }

    fn adopt_flow(&mut self, other: &Self, slot: u32, owner: &mut impl FnMut(u32) -> u32) -> u32 {
        let mut state = *other.flows.state(slot);
        state.owner = owner(state.owner);
        let hops = other.flows.hops(slot);
        let adopted = self.flows.insert(state, hops.len());
        for (hop, there) in self.flows.hops_mut(adopted).iter_mut().zip(hops) {
            let before = self.links[there.link as usize].seats.len() as u32;
            *hop = HopState { seat: before + there.seat, ..*there };
        }
        self.draining += 1;
        self.passing.adopt((&mut self.tiers, adopted), (&other.passing, slot), state.rate);
        for hop in hops {
            self.tiers.change(&self.links[hop.link as usize], hop.weight, (0.0, state.rate));
        }
        adopted
    }

    fn adopt_link(&mut self, other: &Self, link: u32, slots: &BTreeMap<u32, u32>) {
        let (state, of_other) = (&mut self.links[link as usize], &other.links[link as usize]);
        let seats = of_other.seats.iter().map(|seat| Seat { flow: slots[&seat.flow], ..*seat });
        state.seats.extend(seats);
        state.load += of_other.load;
        state.level = state.level.min(of_other.level);
        state.next_finish = state.next_finish.min(of_other.next_finish);
    }

    /// Forgets everything that has happened; on other links than these, nothing has.
    pub fn forget(&mut self, links: &[u32]) {
        for &link in links {
            let state = &mut self.links[link as usize];
            state.clear();
            state.carried = 0;
            state.queued = Time::MAX;
        }
        self.flows.clear();
        self.tiers.clear();
        self.passing.clear();
        (self.draining, self.attached, self.effort) = (0, 0, Effort::default());
        [&mut self.ended, &mut self.woken].into_iter().for_each(Vec::clear);
        self.started.clear();
    }
}
