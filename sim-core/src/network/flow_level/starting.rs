//! Flows that start: alone, with room for them, or where others must give way.

use super::{FlowLevel, TIE, Wakeup};
use crate::units::{Bandwidth, Bytes, Time};

impl FlowLevel {
    /// Lets flows start that change nobody's rate; full links of the others will be solved again.
    pub(super) fn admit(&mut self, now: Time, schedule: &mut impl FnMut(Time, Wakeup)) {
        let mut started = std::mem::take(&mut self.started);
        for (slot, bytes) in started.drain(..) {
            if self.flows.state(slot).coupled {
                continue;
            }
            let alone = |index| self.links[self.flows.hop(index).link as usize].seats.len() == 1;
            if self.flows.hop_range(slot).all(alone) {
                self.start_alone(now, (slot, bytes), schedule);
            } else {
                self.ask_for_room(slot);
                self.contended.push(slot);
            }
        }
        self.started = started;
        if !self.contended.is_empty() {
            self.admit_contended(now, schedule);
        }
    }

    fn ask_for_room(&mut self, slot: u32) {
        let cap = self.flows.state(slot).cap;
        for hop in self.flows.hops(slot) {
            let link = &mut self.links[hop.link as usize];
            link.extra += link.load_of(hop.weight, cap);
        }
    }

    fn start_alone(
        &mut self,
        now: Time,
        (slot, bytes): (u32, Bytes),
        schedule: &mut impl FnMut(Time, Wakeup),
    ) {
        let rate = self.flows.state(slot).cap;
        self.passing.change(&mut self.tiers, slot, (0.0, rate));
        for hop in self.flows.hops(slot) {
            let link = &mut self.links[hop.link as usize];
            let full = link.capacity <= hop.weight as i64 as f64 * rate * (1.0 + TIE);
            link.level = if full { rate } else { f64::INFINITY };
            link.load = link.load_of(hop.weight, rate);
            self.tiers.change(link, hop.weight, (0.0, rate));
        }
        let finish = now + Bandwidth::from_bytes_per_second(rate).drain_time(bytes);
        self.start(finish, slot, schedule);
    }

    /// A flow goes as fast as it can, and wakes itself.
    fn start(&mut self, finish: Time, slot: u32, schedule: &mut impl FnMut(Time, Wakeup)) {
        let state = self.flows.state_mut(slot);
        state.rate = state.cap;
        state.finish = finish;
        if finish < Time::MAX {
            schedule(finish, Wakeup::Flow(slot));
        }
    }

    // Invariant: the sum of load and extra stays the same until all are told apart, so that their order does not matter.
    fn admit_contended(&mut self, now: Time, schedule: &mut impl FnMut(Time, Wakeup)) {
        let mut contended = std::mem::take(&mut self.contended);
        for &slot in &contended {
            let mut free = true;
            for hop in self.flows.hops(slot) {
                let link = &mut self.links[hop.link as usize];
                if link.is_full() {
                    self.region.add(hop.link, link);
                    free = false;
                }
            }
            if free {
                let cap = self.flows.state(slot).cap;
                self.passing.change(&mut self.tiers, slot, (0.0, cap));
                for hop in self.flows.hops(slot) {
                    let link = &mut self.links[hop.link as usize];
                    let load = link.load_of(hop.weight, cap);
                    link.load += load;
                    link.extra -= load;
                    self.tiers.change(link, hop.weight, (0.0, cap));
                }
                let finish = now + self.unit.drain_time(self.flows.state(slot).remaining, cap);
                self.start(finish, slot, schedule);
            }
        }
        for slot in contended.drain(..) {
            for hop in self.flows.hops(slot) {
                self.links[hop.link as usize].extra = 0.0;
            }
        }
        self.contended = contended;
    }
}
