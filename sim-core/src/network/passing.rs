//! Links that do not bind: what flows put on them is counted by tier, and looked at by no solver.
//!
//! That they are never asked for more than they carry is taken from who made them, and checked in debug builds.

use super::fair_share::Crossing;
use super::links::{LinkState, NetworkLink};
use super::tiers::Tiers;
use crate::units::Bytes;

/// What each draining flow puts on links that do not bind.
#[derive(Debug, Default)]
pub(super) struct Passing {
    /// As many as tiers for each flow; none where all links bind.
    stride: usize,
    /// What each flow adds to the load of each tier for its rate.
    load_per_rate: Vec<f64>,
    watch: Option<Watch>,
}

/// The loads of links that do not bind.
#[derive(Debug)]
struct Watch {
    /// What is on each link, and what it carries.
    loads: Vec<(f64, f64)>,
    /// How many flows are on each link.
    flows: Vec<u32>,
    /// What each flow crosses.
    crossings: Vec<Vec<Crossing>>,
    /// Links whose load has changed since the last check.
    changed: Vec<u32>,
}

impl Passing {
    pub(super) fn new(links: &[NetworkLink], tiers: usize) -> Self {
        if links.iter().all(|link| link.binds) {
            return Self::default();
        }
        let watch = cfg!(debug_assertions).then(|| Watch {
            loads: links.iter().map(|link| (0.0, link.capacity)).collect(),
            flows: vec![0; links.len()],
            crossings: Vec::new(),
            changed: Vec::new(),
        });
        // One at least, so that it is told apart from links that all bind.
        Self { stride: tiers.max(1), load_per_rate: Vec::new(), watch }
    }

    /// Whether all links bind.
    pub(super) fn is_empty(&self) -> bool {
        self.stride == 0
    }

    /// A slot holds a flow that crosses nothing yet.
    pub(super) fn begin(&mut self, slot: u32) {
        let start = slot as usize * self.stride;
        let end = start + self.stride;
        if self.load_per_rate.len() < end {
            self.load_per_rate.resize(end, 0.0);
        }
        self.load_per_rate[start..end].fill(0.0);
        if let Some(watch) = &mut self.watch {
            watch.begin(slot);
        }
    }

    /// A flow crosses a link that does not bind.
    pub(super) fn cross(&mut self, slot: u32, crossing: Crossing, link: &LinkState) {
        let (tier, start) = (link.tier as usize, slot as usize * self.stride);
        if tier < self.stride {
            self.load_per_rate[start + tier] += crossing.weight as i64 as f64 * link.tier_load_per_rate;
        }
        if let Some(watch) = &mut self.watch {
            watch.crossings[slot as usize].push(crossing);
        }
    }

    /// A slot holds a flow that another one has held elsewhere, at this rate.
    pub(super) fn adopt(&mut self, (tiers, slot): (&mut Tiers, u32), (other, from): (&Self, u32), rate: f64) {
        if self.is_empty() {
            return;
        }
        self.begin(slot);
        let place = |slot: u32| slot as usize * self.stride..(slot as usize + 1) * self.stride;
        self.load_per_rate[place(slot)].copy_from_slice(&other.load_per_rate[place(from)]);
        if let (Some(watch), Some(other)) = (&mut self.watch, &other.watch) {
            watch.crossings[slot as usize].clone_from(&other.crossings[from as usize]);
        }
        self.change(tiers, slot, (0.0, rate));
    }

    /// Forgets all flows.
    pub(super) fn clear(&mut self) {
        self.load_per_rate.clear();
        if let Some(watch) = &mut self.watch {
            watch.clear();
        }
    }

    /// The rate of a flow has changed from one value to another.
    pub(super) fn change(&mut self, tiers: &mut Tiers, slot: u32, rates: (f64, f64)) {
        if self.is_empty() {
            return;
        }
        let start = slot as usize * self.stride;
        tiers.pass(&self.load_per_rate[start..start + self.stride], rates);
        if let Some(watch) = &mut self.watch {
            watch.change(slot, rates);
        }
    }

    /// The memory of all slots; what is kept to check debug builds is not counted.
    pub(super) fn memory(&self) -> Bytes {
        Bytes::new((self.load_per_rate.capacity() * size_of::<f64>()) as u64)
    }

    /// No link that does not bind is asked for more than it carries.
    pub(super) fn check(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.check();
        }
    }
}

impl Watch {
    fn begin(&mut self, slot: u32) {
        let slot = slot as usize;
        self.crossings.resize_with(self.crossings.len().max(slot + 1), Vec::new);
        self.crossings[slot].clear();
    }

    fn clear(&mut self) {
        self.loads.iter_mut().for_each(|load| load.0 = 0.0);
        self.flows.fill(0);
        self.crossings.clear();
        self.changed.clear();
    }

    fn change(&mut self, slot: u32, (old, new): (f64, f64)) {
        for crossing in &self.crossings[slot as usize] {
            let link = crossing.link as usize;
            self.flows[link] += u32::from(old == 0.0 && new > 0.0);
            self.flows[link] -= u32::from(old > 0.0 && new == 0.0);
            let load = self.loads[link].0 + crossing.weight as f64 * (new - old);
            // Nothing is left of roundings once the last flow is gone.
            self.loads[link].0 = if self.flows[link] == 0 { 0.0 } else { load };
            self.changed.push(crossing.link);
        }
    }

    fn check(&mut self) {
        for link in self.changed.drain(..) {
            let (load, capacity) = self.loads[link as usize];
            assert!(load <= capacity * (1.0 + 1e-9), "a link that is never full has {load} of {capacity}");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::network::{Crossing, FlowLevel, NetworkLink, NewFlow, Timeline, Wakeup};
    use crate::units::{Bandwidth, Bytes, Time};

    /// Two links of 10 B/s that bind and one that does not, which both flows cross; when each of them wakes.
    fn wakeups(core: f64) -> (Vec<Time>, FlowLevel) {
        let link = |capacity, binds: bool| NetworkLink {
            capacity,
            tier: usize::from(!binds),
            multiplicity: 1,
            binds,
        };
        let mut network =
            FlowLevel::with_tiers([link(10.0, true), link(10.0, true), link(core, false)], 2, 1.0);
        for owner in 0..2 {
            let crossings = [owner, 2].map(|link| Crossing { link, weight: 1 });
            let cap = Bandwidth::UNBOUNDED;
            let bytes = Bytes::new(10 * (u64::from(owner) + 1));
            network.attach(Time::ZERO, &NewFlow { crossings: &crossings, bytes, cap, owner });
        }
        let mut wakeups = Vec::new();
        network.settle(Time::ZERO, |time, _| wakeups.push(time));
        (wakeups, network)
    }

    #[test]
    fn flows_that_meet_only_where_nothing_binds_are_alone() {
        // 10 and 20 B at 10 B/s each.
        let (wakeups, network) = wakeups(20.0);
        assert_eq!(wakeups, [1.0, 2.0].map(Time::from_seconds));
        assert_eq!((network.effort().solves, network.is_busy(0), network.is_busy(2)), (0, true, false));
        assert_eq!(network.carried().collect::<Vec<_>>(), [10, 20, 30]);
        let crossings = [0, 2].map(|link| Crossing { link, weight: 1 });
        assert_eq!(network.tier_shares(&crossings), [1.0, 1.0]);
    }

    #[test]
    fn what_passes_is_counted_over_time() {
        let (_, mut network) = wakeups(20.0);
        let mut drained = Vec::new();
        for (seconds, slot) in [(1.0, 0), (2.0, 1)] {
            let now = Time::from_seconds(seconds);
            network.wake(now, Wakeup::Flow(slot), |owner| drained.push(owner));
            network.settle(now, |_, _| {});
        }
        assert_eq!(drained, [0, 1]);
        let moved: Vec<f64> = network.timelines().map(Timeline::total).collect();
        assert!(moved.iter().all(|moved| (moved - 30.0).abs() < 1e-9), "{moved:?}");
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a link that is never full has 20 of 19")]
    fn a_link_that_is_asked_for_too_much_is_found_out() {
        wakeups(19.0);
    }
}
