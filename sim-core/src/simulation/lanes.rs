//! Rings stepped as lanes: no events, no queue, no solver.
//!
//! When every member sends to one other in each step, receives from one, and no two flows meet on a link, a member's
//! flows follow one another. The end of step `k` of member `m` is
//!
//! ```text
//! F(m, k) = max(A(m, k), A(p, k))                                      p: the member that sends to m
//! A(m, k) = max(F(m, k-1), L(t)) + delay(m) + drain(m)                 t: the member that m sends to
//! ```
//!
//! in integer picoseconds, exactly as events would have it (max-plus linear; Baccelli et al., *Synchronization and
//! Linearity*, 1992). `L` is when a member has been launched: a transfer waits for its receiver. Once a step moves all
//! members of a ring by the same time, every further one does: rounds are then repeated, not stepped.
//!
//! Within a stage of equal steps each link is on one member's path. From stage to stage the times decide: where a flow
//! would start on a link before another has left it, there are no lanes.

use super::group::{Group, GroupPhase, GroupPlan, Signature, Target};
use super::lane_record::LaneRecord;
use super::lane_stage::{LaneStage, single_targets};
use super::recording::{LinkUse, Recording};
use super::surroundings::Surroundings;
use crate::fabric::RoutingError;
use crate::network::FlowLevel;
use crate::units::{Bytes, Time};
use rustc_hash::FxHashMap;

/// Where the lanes of a plan are looked for.
#[derive(Clone, Copy)]
pub(super) struct LaneScene<'a> {
    pub(super) plan: &'a GroupPlan,
    pub(super) signature: &'a Signature,
    pub(super) group: &'a Group,
    pub(super) around: Surroundings<'a>,
    /// Whose links tell how fast a flow is that is alone; what drains on them makes no difference.
    pub(super) network: &'a FlowLevel,
}

/// A plan whose members can be stepped side by side.
#[derive(Debug)]
pub(super) struct Lanes {
    launch: Time,
    tail: Time,
    tiers: usize,
    flows: u64,
    stages: Vec<Stage>,
    /// The weighted bytes of each link, in the order of the signature's links.
    carried: Vec<u128>,
}

/// A stage, and what its lanes cross.
#[derive(Debug)]
struct Stage {
    lanes: LaneStage,
    /// For each lane in order, the places of the links that its bytes cross.
    links: Vec<u32>,
    ends: Vec<u32>,
    /// Whether flows on a link may be told apart from those of another stage by their times only.
    guarded: Vec<bool>,
}

/// No instant of lanes is as late as this.
const LATEST: u128 = 1 << 62;

impl Lanes {
    /// The lanes of a plan, if it has any: in each step everyone sends to one, and no two flows meet in a stage.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn of(scene: LaneScene<'_>) -> Result<Option<Self>, RoutingError> {
        let LaneScene { plan, group, signature, around, .. } = scene;
        if plan.in_lockstep {
            return Ok(None);
        }
        let places: FxHashMap<u32, u32> = signature.links.iter().copied().zip(0..).collect();
        let mut lanes = Self {
            launch: plan.plan.cost.launch,
            tail: plan.plan.cost.tail,
            tiers: around.gauges.count(),
            flows: 0,
            stages: Vec::new(),
            carried: vec![0; signature.links.len()],
        };
        for (index, phase) in plan.phases.iter().enumerate() {
            if let Some(targets) = &phase.repeated {
                let of = (0..group.members.len()).map(|member| targets.of(member));
                if !lanes.push(of, (phase, phase.steps), scene, &places) {
                    return Ok(None);
                }
                continue;
            }
            for step in 0..phase.steps as usize {
                let targets = |member| plan.targets(group, member, (index, step), around);
                let targets: Vec<Vec<Target>> =
                    (0..group.members.len()).map(targets).collect::<Result<_, _>>()?;
                if !lanes.push(targets.iter().map(Vec::as_slice), (phase, 1), scene, &places) {
                    return Ok(None);
                }
            }
        }
        let longest: u128 = lanes.stages.iter().map(|stage| stage.lanes.longest()).sum();
        Ok((longest < LATEST / 2).then_some(lanes))
    }

    /// Adds a stage; tells whether it has lanes.
    fn push<'t>(
        &mut self,
        targets: impl Iterator<Item = &'t [Target]>,
        (phase, steps): (&GroupPhase, u32),
        scene: LaneScene<'_>,
        places: &FxHashMap<u32, u32>,
    ) -> bool {
        let Some(targets) = single_targets(targets, &phase.receives) else { return false };
        let lanes = LaneStage::new(steps, &targets, scene.network);
        let mut stage = Stage { lanes, links: Vec::new(), ends: Vec::new(), guarded: Vec::new() };
        let mut taken = vec![false; self.carried.len()];
        for &member in &stage.lanes.order {
            let moving = targets[member as usize].filter(|target| target.bytes > Bytes::ZERO);
            for crossing in moving.iter().flat_map(|target| target.path.iter()) {
                let place = places[&crossing.link];
                let link = scene.around.folding.links()[crossing.link as usize].link;
                let guarded = !scene.around.fabric.is_never_full(link);
                if guarded && std::mem::replace(&mut taken[place as usize], true) {
                    return false;
                }
                let bytes = moving.map_or(0, |target| u128::from(target.bytes.count()));
                self.carried[place as usize] += bytes * u128::from(steps) * u128::from(crossing.weight);
                stage.links.push(place);
                stage.guarded.push(guarded);
            }
            stage.ends.push(stage.links.len() as u32);
        }
        self.flows += targets.iter().flatten().count() as u64 * u64::from(steps);
        self.stages.push(stage);
        true
    }

    /// Steps all members from their entries to their exits, unless a flow would start on a link that another is on.
    pub(super) fn step(&self, entries: &[Time]) -> Option<Recording> {
        let launched: Vec<u64> = entries.iter().map(|&entry| (entry + self.launch).picoseconds()).collect();
        if launched.iter().any(|&time| u128::from(time) >= LATEST / 2) {
            return None;
        }
        let mut record = LaneRecord::new(self.tiers);
        let mut used = vec![LinkUse::NEVER; self.carried.len()];
        let mut ready = launched.clone();
        for stage in &self.stages {
            let mut starts = stage.lanes.first_starts(&ready, &launched);
            if !stage.find_free(&starts, &mut used) {
                return None;
            }
            stage.lanes.to_last_step(&mut starts, &mut record);
            let arrivals = stage.lanes.arrivals(&starts);
            stage.use_until(&starts, &arrivals, &mut used);
            stage.lanes.finish(&arrivals, &mut ready, &mut record);
        }
        Some(Recording {
            exits: ready.into_iter().map(|end| Time::from_picoseconds(end) + self.tail).collect(),
            carried: self.carried.clone(),
            used,
            tiers: record.timelines(),
            flows: 0,
            lanes: self.flows,
            solves: 0,
            events: 0,
        })
    }
}

impl Stage {
    /// For each lane, what it crosses, as places among the links.
    fn crossings(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| start as usize..end as usize).enumerate()
    }

    /// Whether the first flows find their links left by those of earlier stages.
    ///
    /// Whoever drains until a picosecond is gone for those who start in it, unless it started in it as well.
    fn find_free(&self, starts: &[u64], used: &mut [LinkUse]) -> bool {
        for (lane, range) in self.crossings() {
            let depart = Time::from_picoseconds(starts[lane] + self.lanes.delays[lane]);
            for crossing in range {
                let link = &mut used[self.links[crossing] as usize];
                if self.guarded[crossing] && link.last > depart {
                    return false;
                }
                link.first = link.first.min(depart);
            }
        }
        true
    }

    /// Notes the last flows.
    fn use_until(&self, starts: &[u64], arrivals: &[u64], used: &mut [LinkUse]) {
        for (lane, range) in self.crossings() {
            let depart = starts[lane] + self.lanes.delays[lane];
            for &place in &self.links[range] {
                let link = &mut used[place as usize];
                link.begin(Time::from_picoseconds(depart));
                link.end(Time::from_picoseconds(arrivals[lane]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Crossing, NetworkLink, NewFlow, Wakeup};
    use crate::units::Bandwidth;
    use proptest::prelude::*;

    /// When a flow ends that starts in the picosecond in which another ends, on links of both.
    fn end_after_another(bytes: [u64; 2], capacities: [f64; 3], woken_first: bool) -> (Time, Time) {
        let link = |capacity| NetworkLink { capacity, tier: 0, multiplicity: 1, binds: true };
        let mut network = FlowLevel::with_tiers(capacities.map(link), 1, 1.0);
        let crossing = |link| Crossing { link, weight: 1 };
        let paths = [[crossing(0), crossing(1)], [crossing(1), crossing(2)]];
        let flow = |owner: usize| NewFlow {
            crossings: &paths[owner],
            bytes: Bytes::new(bytes[owner]),
            cap: Bandwidth::UNBOUNDED,
            owner: owner as u32,
        };
        let alone = |network: &FlowLevel, owner: usize| {
            network.rate_alone(&paths[owner], Bandwidth::UNBOUNDED).drain_time(Bytes::new(bytes[owner]))
        };
        let (first, second) = (alone(&network, 0), alone(&network, 1));
        let mut wakeups: Vec<(Time, Wakeup)> = Vec::new();
        network.attach(Time::ZERO, &flow(0));
        network.settle(Time::ZERO, |time, wakeup| wakeups.push((time, wakeup)));
        let mut ended = Vec::new();
        for (time, wakeup) in std::mem::take(&mut wakeups) {
            if !woken_first {
                network.attach(time, &flow(1));
            }
            network.wake(time, wakeup, |owner| ended.push((owner, time)));
            if woken_first {
                network.attach(time, &flow(1));
            }
            network.settle(time, |time, wakeup| wakeups.push((time, wakeup)));
        }
        for (time, wakeup) in wakeups {
            network.wake(time, wakeup, |owner| ended.push((owner, time)));
        }
        assert_eq!(ended[0], (0, first), "the first is alone");
        assert_eq!(ended.len(), 2, "both end");
        (ended[1].1, first + second)
    }

    proptest! {
        #[test]
        fn who_starts_when_another_ends_does_not_meet_it(
            bytes in (1_000..10_000_000u64, 1..10_000_000u64),
            capacities in [1e9..1e11f64, 1e9..1e11f64, 1e9..1e11f64],
            woken_first in prop::bool::ANY,
        ) {
            let (found, alone) = end_after_another([bytes.0, bytes.1], capacities, woken_first);
            prop_assert_eq!(found, alone);
        }
    }
}
