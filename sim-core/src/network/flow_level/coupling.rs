//! When links are solved as one instead of by regions.
//!
//! Growing a region is cheap while it stays small. Once the regions have looked at every flow many times over, what is
//! connected to them is coupled; when solutions keep changing next to nothing, it is set free again.

use super::{FlowLevel, HopState, Surroundings};
use crate::units::Time;

/// Regions of fewer flows are never coupled.
const FEWEST: u64 = 64;

/// A region counts when it holds at least one in so many of the flows that drain.
const SHARE: u64 = 8;

/// Regions are coupled when they have looked at every flow so many times.
const PATIENCE: u64 = 8;

/// A solution is idle when it changes fewer than one in so many flows.
const IDLE_SHARE: u64 = 64;

/// What is coupled is set free after so many idle solutions.
const IDLE: u32 = 64;

/// What speaks for solving links as one.
#[derive(Debug, Default)]
pub(super) struct Coupling {
    /// Flows that large regions have looked at.
    looks: u64,
    /// Solutions of what is coupled that changed next to nothing.
    idle: u32,
    /// How often coupling was of no use.
    failures: u32,
}

impl FlowLevel {
    pub(super) fn wake_coupled(&mut self, now: Time, mut drained: impl FnMut(u32)) {
        let mut due = Vec::new();
        self.coupled.wake(now, &self.flows, |slot| due.push(slot));
        for slot in due {
            if self.flows.state(slot).active {
                drained(self.end(slot));
            }
        }
    }

    /// Flows that have started on coupled links are coupled, with all that they connect.
    pub(super) fn couple_started(&mut self, now: Time) {
        if self.coupled.is_empty() {
            return;
        }
        let touches = |hop: &HopState| self.links[hop.link as usize].is_coupled();
        let touching = |slot: &u32| self.flows.hops(*slot).iter().any(touches);
        let slots: Vec<u32> = self.started.iter().map(|started| started.0).filter(touching).collect();
        if !slots.is_empty() {
            self.couple(now, &slots);
            self.region_without_coupled();
        }
    }

    /// Links that have just been coupled need no region any more.
    fn region_without_coupled(&mut self) {
        let links: Vec<u32> = self.region.links.iter().map(|member| member.link).collect();
        self.region.clear();
        for link in links {
            let state = &mut self.links[link as usize];
            if !state.is_coupled() {
                self.region.add(link, state);
            }
        }
    }

    /// After a solution of the region: couples what it holds if that has become a habit.
    pub(super) fn couple_region(&mut self, now: Time) {
        let looks = self.region.flows.len() as u64;
        if !self.couples || self.coupled.stale || looks < FEWEST || looks * SHARE < self.draining {
            return;
        }
        self.coupling.looks += looks;
        if self.coupling.looks < (PATIENCE * self.draining) << self.coupling.failures.min(16) {
            return;
        }
        let slots: Vec<u32> = self.region.flows.iter().map(|member| member.flow).collect();
        self.couple(now, &slots);
    }

    fn couple(&mut self, now: Time, slots: &[u32]) {
        let (coupled, mut around) = self.around(now);
        if !coupled.join(&mut around, slots) {
            self.set_free(now);
        }
    }

    pub(super) fn remove_coupled(&mut self, now: Time, slot: u32) {
        let (coupled, mut around) = self.around(now);
        coupled.remove(&mut around, slot);
    }

    /// Solves what is coupled, and sets it free if that has been of no use.
    pub(super) fn solve_coupled(&mut self, now: Time) {
        let (coupled, mut around) = self.around(now);
        let changed = coupled.sweep(&mut around);
        let (flows, links) = (coupled.flows, coupled.order.len() as u64);
        self.effort.solves += 1;
        self.effort.growths += 1;
        self.effort.sweeps += 1;
        self.effort.flows += flows;
        self.effort.links += links;
        self.effort.rounds += links;
        let is_idle = changed * IDLE_SHARE < flows;
        self.coupling.idle = if is_idle { self.coupling.idle + 1 } else { self.coupling.idle / 2 };
        if self.coupling.idle >= IDLE || flows == 0 {
            self.set_free(now);
        }
    }

    /// All flows go back to be solved by regions, and will be soon.
    fn set_free(&mut self, now: Time) {
        let links: Vec<u32> = self.coupled.members.iter().map(|member| member.link).collect();
        let stale = self.coupled.stale;
        let failed = stale || self.coupled.flows > 0;
        let (coupled, mut around) = self.around(now);
        coupled.dissolve(&mut around);
        self.coupling =
            Coupling { failures: self.coupling.failures + u32::from(failed), ..Coupling::default() };
        for link in links {
            let state = &mut self.links[link as usize];
            if stale && state.level < f64::INFINITY {
                self.region.add(link, state);
            }
            self.woken.push(link);
        }
    }

    fn around(&mut self, now: Time) -> (&mut super::Coupled, Surroundings<'_>) {
        let around = Surroundings {
            now,
            links: &mut self.links,
            flows: &mut self.flows,
            fixed: self.fixed,
            unit: self.unit,
        };
        (&mut self.coupled, around)
    }
}
