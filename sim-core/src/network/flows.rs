//! Flows as the network sees them: slots that are used again, and their hops in blocks that are used again.

use super::service::ServiceUnit;
use crate::units::{Bytes, Time};
use std::ops::Range;

/// Leads itself: no link does.
pub(super) const OWN: u32 = u32::MAX;

/// A flow that drains, or has drained in this picosecond.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlowState {
    /// What is left since `updated`, or the count of its leader's clock at which nothing is left, when it is coupled.
    pub(super) remaining: i128,
    pub(super) rate: f64,
    /// The largest rate that it could use if it were alone.
    pub(super) cap: f64,
    /// When `rate` began.
    pub(super) updated: Time,
    /// When it will have drained, at this rate.
    pub(super) finish: Time,
    /// The link that wakes it when it has drained; [`OWN`] when it asked for that itself.
    pub(super) leader: u32,
    pub(super) owner: u32,
    hops_start: u32,
    hops: u16,
    pub(super) active: bool,
    /// One of the flows that are solved as one, and woken by clocks.
    pub(super) coupled: bool,
}

/// A link that a flow crosses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HopState {
    pub(super) link: u32,
    /// The place of the flow among the seats of the link.
    pub(super) seat: u32,
    pub(super) weight: u64,
}

/// All flows that drain.
#[derive(Debug, Default)]
pub(super) struct Flows {
    states: Vec<FlowState>,
    hops: Vec<HopState>,
    /// Free slots by the number of hops that they have room for.
    free: Vec<Vec<u32>>,
}

impl Flows {
    /// Takes a slot for a flow with room for so many hops.
    pub(super) fn insert(&mut self, mut state: FlowState, hops: usize) -> u32 {
        state.hops = hops as u16;
        if let Some(slot) = self.free.get_mut(hops).and_then(Vec::pop) {
            let place = &mut self.states[slot as usize];
            state.hops_start = place.hops_start;
            *place = state;
            return slot;
        }
        assert!(hops <= usize::from(u16::MAX), "a flow crosses fewer than 2^16 links");
        state.hops_start = u32::try_from(self.hops.len()).expect("fewer than 2^32 hops are in flight");
        self.hops.resize(self.hops.len() + hops, HopState::default());
        self.states.push(state);
        u32::try_from(self.states.len() - 1).expect("fewer than 2^32 flows are in flight")
    }

    /// Gives the slot of a flow back.
    pub(super) fn remove(&mut self, slot: u32) {
        let length = usize::from(self.states[slot as usize].hops);
        if self.free.len() <= length {
            self.free.resize(length + 1, Vec::new());
        }
        self.free[length].push(slot);
    }

    /// Forgets all slots.
    pub(super) fn clear(&mut self) {
        self.states.clear();
        self.hops.clear();
        self.free.clear();
    }

    pub(super) fn state(&self, slot: u32) -> &FlowState {
        &self.states[slot as usize]
    }

    pub(super) fn state_mut(&mut self, slot: u32) -> &mut FlowState {
        &mut self.states[slot as usize]
    }

    /// The flows that drain, in the order of their slots.
    pub(super) fn active(&self) -> impl Iterator<Item = &FlowState> {
        self.states.iter().filter(|state| state.active)
    }

    /// The same, to be changed.
    pub(super) fn active_mut(&mut self) -> impl Iterator<Item = &mut FlowState> {
        self.states.iter_mut().filter(|state| state.active)
    }

    pub(super) fn hop_range(&self, slot: u32) -> Range<usize> {
        let FlowState { hops_start, hops, .. } = self.states[slot as usize];
        hops_start as usize..hops_start as usize + usize::from(hops)
    }

    pub(super) fn hops(&self, slot: u32) -> &[HopState] {
        &self.hops[self.hop_range(slot)]
    }

    pub(super) fn hops_mut(&mut self, slot: u32) -> &mut [HopState] {
        let range = self.hop_range(slot);
        &mut self.hops[range]
    }

    /// One hop of a flow.
    pub(super) fn hop_of(&self, slot: u32, hop: u32) -> HopState {
        self.hops[(self.states[slot as usize].hops_start + hop) as usize]
    }

    /// Hops in use and free.
    pub(super) fn hop_count(&self) -> usize {
        self.hops.len()
    }

    pub(super) fn hop(&self, index: usize) -> HopState {
        self.hops[index]
    }

    /// A flow has another seat on the link of one of its hops.
    pub(super) fn seat(&mut self, slot: u32, hop: u32, seat: u32) {
        let index = self.states[slot as usize].hops_start + hop;
        self.hops[index as usize].seat = seat;
    }

    /// Slots in use and free.
    pub(super) fn slots(&self) -> usize {
        self.states.len()
    }

    /// The memory of all slots, with the seats on their links.
    pub(super) fn memory(&self) -> Bytes {
        let seats = size_of::<super::links::Seat>();
        let held = self.states.capacity() * size_of::<FlowState>()
            + self.hops.capacity() * (size_of::<HopState>() + seats);
        Bytes::new(held as u64)
    }
}

impl FlowState {
    /// A flow that has not moved yet.
    pub(super) fn new(now: Time, remaining: i128, cap: f64, owner: u32) -> Self {
        Self {
            remaining,
            rate: 0.0,
            cap,
            updated: now,
            finish: Time::MAX,
            leader: OWN,
            owner,
            hops_start: 0,
            hops: 0,
            active: true,
            coupled: false,
        }
    }

    /// What is left at some time, at the rate that it has.
    pub(super) fn remaining_at(&self, now: Time, unit: ServiceUnit) -> i128 {
        (self.remaining - unit.over(self.rate, now - self.updated)).max(0)
    }
}
