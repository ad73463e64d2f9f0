//! Rings stepped as lanes: no events, no queue, no solver.
//!
//! When every member sends to one other in each step, receives from one, and no link is on two members' paths, then
//! no link ever carries two flows: a member's flows follow one another. The end of step `k` of member `m` is
//!
//! ```text
//! F(m, k) = max(F(m, k-1), F(p, k-1)) + tau(m)      p: the member that sends to m
//! ```
//!
//! in integer picoseconds, exactly as events would have it (max-plus linear; Baccelli et al., *Synchronization and
//! Linearity*, 1992).

use super::group::{GroupPhase, GroupPlan, Target, Targets};
use crate::network::{FlowLevel, RateRecord, Timeline};
use crate::units::{Bytes, Time};

/// A plan whose members can be stepped side by side.
pub(super) struct Lanes<'a> {
    plan: &'a GroupPlan,
    phase: &'a GroupPhase,
    targets: &'a Targets,
    /// For each member, the one that sends to it.
    sender: Vec<u32>,
}

/// What the lanes of a plan have shown.
pub(super) struct LaneTimes {
    /// When each member leaves, all having entered at zero.
    pub(super) exits: Vec<Time>,
    /// Flows stepped.
    pub(super) flows: u64,
    /// The bytes of each tier over time.
    pub(super) tiers: Vec<Timeline>,
}

impl<'a> Lanes<'a> {
    /// The lanes of a plan, if no two of its flows can ever meet on a link.
    pub(super) fn of(plan: &'a GroupPlan, links: usize) -> Option<Self> {
        let [phase] = &plan.phases[..] else { return None };
        let targets = phase.repeated.as_ref()?;
        let members = phase.receives.len();
        let mut sender = vec![u32::MAX; members];
        let mut taken = vec![false; links];
        for member in 0..members {
            let [target] = targets.of(member) else { return None };
            let place = target.member as usize;
            let shared = !target.others.is_empty();
            if shared || sender[place] != u32::MAX || target.weight != phase.receives[place] {
                return None;
            }
            sender[place] = member as u32;
            for crossing in target.path.iter() {
                if std::mem::replace(&mut taken[crossing.link as usize], true) {
                    return None;
                }
            }
        }
        Some(Self { plan, phase, targets, sender })
    }

    /// Steps all members from their common entry at zero to their exits.
    pub(super) fn step(&self, network: &FlowLevel) -> LaneTimes {
        let members = self.sender.len();
        let (delays, drains) = self.durations(network);
        let mut tiers = self.tier_rates(network, &drains);
        let mut starts = vec![self.plan.plan.cost.launch.picoseconds(); members];
        let mut ends = vec![0; members];
        for _ in 0..self.phase.steps {
            for (end, (start, (delay, drain))) in
                ends.iter_mut().zip(starts.iter().zip(delays.iter().zip(&drains)))
            {
                *end = start.saturating_add(*delay).saturating_add(*drain);
            }
            tiers.iter_mut().for_each(|tier| tier.add_step(&ends, &drains));
            for (start, (&sender, &own)) in starts.iter_mut().zip(self.sender.iter().zip(&ends)) {
                *start = own.max(ends[sender as usize]);
            }
        }
        let tail = self.plan.plan.cost.tail;
        LaneTimes {
            exits: starts.into_iter().map(|end| Time::from_picoseconds(end) + tail).collect(),
            flows: members as u64 * u64::from(self.phase.steps),
            tiers: tiers.iter().map(TierRates::timeline).collect(),
        }
    }

    /// For each member, how long its flows wait, and how long they drain, in picoseconds.
    fn durations(&self, network: &FlowLevel) -> (Vec<u64>, Vec<u64>) {
        let durations = |member| {
            let Target { delay, cap, path, bytes, .. } = self.target(member);
            let drain = match *bytes {
                Bytes::ZERO => Time::ZERO,
                bytes => network.rate_alone(path, *cap).drain_time(bytes),
            };
            (delay.picoseconds(), drain.picoseconds())
        };
        (0..self.sender.len()).map(durations).unzip()
    }

    fn tier_rates(&self, network: &FlowLevel, drains: &[u64]) -> Vec<TierRates> {
        let mut tiers = Vec::new();
        for (member, &drain) in drains.iter().enumerate() {
            let target = self.target(member);
            let bytes = target.bytes.count() as f64;
            let shares = network.tier_shares(&target.path);
            tiers.resize_with(shares.len(), TierRates::default);
            for (tier, share) in tiers.iter_mut().zip(shares) {
                tier.rates.push(if drain > 0 { bytes * share / drain as f64 } else { 0.0 });
            }
        }
        let same = |values: &[f64]| values.iter().all(|value| *value == values[0]);
        let together = drains.iter().all(|drain| *drain == drains[0]);
        tiers.iter_mut().for_each(|tier| tier.uniform = together && same(&tier.rates));
        tiers
    }

    /// The weighted bytes that each link has carried in the end.
    pub(super) fn carried(&self) -> impl Iterator<Item = (u32, u128)> {
        (0..self.sender.len()).flat_map(|member| {
            let target = self.target(member);
            let bytes = u128::from(target.bytes.count()) * u128::from(self.phase.steps);
            target.path.iter().map(move |crossing| (crossing.link, bytes * u128::from(crossing.weight)))
        })
    }

    fn target(&self, member: usize) -> &Target {
        &self.targets.of(member)[0]
    }
}

/// What the flows of a step add to the rate of one tier.
#[derive(Debug, Default)]
struct TierRates {
    record: RateRecord,
    /// Bytes per picosecond of each member's flows.
    rates: Vec<f64>,
    /// All rates and all durations are the same.
    uniform: bool,
}

impl TierRates {
    fn add_step(&mut self, ends: &[u64], drains: &[u64]) {
        if self.uniform {
            if self.rates[0] > 0.0 {
                self.record.last_until(ends, Time::from_picoseconds(drains[0]), self.rates[0]);
            }
            return;
        }
        for ((&end, &drain), &rate) in ends.iter().zip(drains).zip(&self.rates) {
            self.record.change(Time::from_picoseconds(end - drain), rate);
            self.record.change(Time::from_picoseconds(end), -rate);
        }
    }

    fn timeline(&self) -> Timeline {
        self.record.timeline()
    }
}
